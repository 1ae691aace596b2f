# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kexec with its own purgatory or another one under the meter: from its first instruction to the kernel's.

For test_purgatory.py and bench/purgatory.py.
"""

import time

import kexec_guest
import meter
import paths
from images import cpio, write
from machine import Machine
from purgatory_under_kexec import LETHE, grafted, loaded

OPTIONS = {"smp": 1, "memory": 256}
BECAUSE = "the meter is there instead"


def entry_of(purgatory):
    """Where purgatory_start is in the segment: .text comes first."""
    return meter.symbols(purgatory)["purgatory_start"]


def machine(initrd, cell, load, **more):
    words = {"load": load, "append": ["second=1"], **more.pop("words", {})}
    return Machine(paths.KERNEL, initrd=initrd, cpu=cell[0], el=cell[1], cohsan=None, because=BECAUSE,
                   append=kexec_guest.command_line("kexec-e", **words), **OPTIONS, **more)


def segments(initrd, cell, load):
    """The addresses at which kexec puts its segments: the kernel's first, the purgatory's last."""
    with machine(initrd, cell, [*load, "-d"], words={"wait": 1}) as first:
        first.deadline += 60
        first.expect("^client: waits$")
        return sorted(loaded(first)[1])


def measure(name, binary, start, cell, folder, kernel, timed):
    load = ["-c,-l"]
    initrd = write(f"{folder}/{name}", cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(binary), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", kernel), ("k/initrd", 0o100644, cpio(kexec_guest.base()), (0, 0))]))
    places = segments(initrd, cell, load)
    run = meter.Meter(folder, places[-1] + start, places[0], end=True)
    with machine(initrd, cell, load, extra=run.options()) as metered:
        metered.deadline += 120
        metered.expect_exit()
    counted = run.result()
    uncached = counted["uncached"]
    return {"instructions": counted["instructions"],
            "device": sum(uncached[side]["accesses"] for side in ("loads", "stores")),
            "cached": sum(counted["cached"][side]["accesses"] for side in ("loads", "stores")),
            "seconds": seconds_of(initrd, cell, load) if timed else None}


def seconds_of(initrd, cell, load):
    """From the last line of the first kernel to the first of the second, without the meter."""
    with machine(initrd, cell, load) as running:
        running.deadline += 60
        running.expect("Bye!|client: load status=0")
        began = time.monotonic()
        running.expect("Booting Linux on physical CPU|^payload: base=")
        return time.monotonic() - began


def side_by_side(cell, folder, kernel=paths.KERNEL, timed=True):
    """(Lethe's, kexec-tools' own). timed: the seconds, too, which take another boot each"""
    stock = kexec_guest.read_kexec()
    at, size = kexec_guest.purgatory_at(stock)
    own = write(f"{folder}/stock.ro", stock[at:at + size])
    return (measure("lethe", grafted(), entry_of(LETHE), cell, folder, kernel, timed),
            measure("stock", stock, entry_of(own), cell, folder, kernel, timed))
