# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kexec with its own purgatory or another one under the meter: from its first instruction to the kernel's.

For test_purgatory.py and bench/purgatory.py; what test_kdump.py has of it too comes first.
"""

import functools
import os
import re
import tempfile
import time

import kexec_guest
import harness
import meter
from images import cpio, write

OPTIONS = {"smp": 1, "memory": 256}
BECAUSE = "the meter is there instead"
LETHE = os.path.join(harness.O, "purgatory.ro")
ELF = os.path.join(harness.O, "purgatory.elf")


@functools.cache
def grafted():
    """Debian's kexec with Lethe for a purgatory."""
    with tempfile.TemporaryDirectory(prefix="lethe-") as folder:
        return kexec_guest.grafted(folder + "/kexec")


def loaded(machine):
    """Where kexec -d said that it puts what: (the purgatory's address, {address: bytes of memory} of all)"""
    text = machine.raw.decode("utf-8", "replace")
    entry = re.search(r"kexec_load: entry = (0x[0-9a-f]+)", text)
    segments = re.findall(r"segment\[\d+\]\.mem *= (0x[0-9a-f]+)\s+segment\[\d+\]\.memsz *= (0x[0-9a-f]+)", text)
    return int(entry[1], 16), {int(at, 16): int(size, 16) for at, size in segments}


def entry_of(purgatory):
    """Where purgatory_start is in the segment: .text comes first."""
    return meter.symbols(purgatory)["purgatory_start"]


def machine(initrd, cell, load, **more):
    words = {"load": load, "append": ["second=1"], **more.pop("words", {})}
    return harness.Machine(harness.KERNEL, initrd=initrd, cpu=cell[0], el=cell[1],
                           append=kexec_guest.command_line("kexec-e", **words), judge=None,
                           because=BECAUSE, **OPTIONS, **more)


def segments(initrd, cell, load):
    """Where kexec puts what: [PA], the kernel's first and the purgatory's last"""
    with machine(initrd, cell, [*load, "-d"], words={"wait": 1}) as first:
        first.deadline += 60
        first.expect("^client: waits$")
        return sorted(loaded(first)[1])


def measure(name, binary, start, cell, folder):
    load = ["-c,-l"]
    initrd = write(f"{folder}/{name}", cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(binary), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", harness.KERNEL), ("k/initrd", 0o100644, cpio(kexec_guest.base()), (0, 0))]))
    places = segments(initrd, cell, load)
    run = meter.Meter(folder, places[-1] + start, places[0], end=True)
    with machine(initrd, cell, load, extra=run.options()) as metered:
        metered.deadline += 120
        metered.expect_exit()
    counted = run.result()
    uncached = counted["uncached"]
    # From the last line of the first kernel to the first of the second, without the meter.
    with machine(initrd, cell, load) as timed:
        timed.deadline += 60
        timed.expect("Bye!|client: load status=0")
        began = time.monotonic()
        timed.expect("Booting Linux on physical CPU")
        seconds = time.monotonic() - began
    return {"instructions": counted["instructions"],
            "device": sum(uncached[side]["accesses"] for side in ("loads", "stores")),
            "cached": sum(counted["cached"][side]["accesses"] for side in ("loads", "stores")),
            "seconds": seconds}


def side_by_side(cell, folder):
    """(Lethe's, kexec-tools' own)"""
    stock = kexec_guest.read_kexec()
    at, size = kexec_guest.purgatory_at(stock)
    own = write(f"{folder}/stock.ro", stock[at:at + size])
    return (measure("lethe", grafted(), entry_of(LETHE), cell, folder),
            measure("stock", stock, entry_of(own), cell, folder))
