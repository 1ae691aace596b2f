# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kexec with its own purgatory and with Lethe's, checks on: what each does from its first instruction to
the kernel's."""

import os
import re
import tempfile
import time

import clients
import harness
import meter
import report
from images import cpio, write

CELLS = [("cortex-a57", 2), ("neoverse-n1", 1)]
OPTIONS = {"smp": 1, "memory": 256}
BECAUSE = "the meter is there instead"


def entry_of(purgatory):
    """Where purgatory_start is in the segment: .text comes first."""
    with open(purgatory, "rb") as file:
        return meter.symbols(purgatory)["purgatory_start"] if file.read(4) == b"\x7fELF" else 0


def machine(initrd, cell, load, **more):
    words = {"load": load, "append": ["second=1"], **more.pop("words", {})}
    return harness.Machine(harness.KERNEL, initrd=initrd, cpu=cell[0], el=cell[1],
                           append=clients.command_line("kexec-e", **words), judge=None,
                           because=BECAUSE, **OPTIONS, **more)


def segments(initrd, cell, load):
    """Where kexec puts what: [PA], the kernel's first and the purgatory's last"""
    with machine(initrd, cell, [*load, "-d"], words={"wait": 1}) as first:
        first.expect("^client: waits$")
        text = first.raw.decode("utf-8", "replace")
    return sorted({int(at, 16) for at in re.findall(r"segment\[\d+\]\.mem *= (0x[0-9a-f]+)", text)})


def measure(name, binary, start, cell, folder):
    load = ["-c,-l"]
    initrd = write(f"{folder}/{name}", cpio([
        *clients.base(), *clients.kexec_files(binary), ("k", 0o40755, b"", (0, 0)),
        clients.entry("k/Image", harness.KERNEL), ("k/initrd", 0o100644, cpio(clients.base()), (0, 0))]))
    places = segments(initrd, cell, load)
    run = meter.Meter(folder, places[-1] + start, places[0], end=True)
    began = time.monotonic()
    with machine(initrd, cell, load, extra=run.options()) as metered:
        metered.deadline += 120
        metered.expect_exit()
    counted = run.result()
    uncached = counted["uncached"]
    # From the last line of the first kernel to the first of the second, without the meter.
    with machine(initrd, cell, load) as timed:
        timed.expect("Bye!|client: load status=0")
        began = time.monotonic()
        timed.expect("Booting Linux on physical CPU")
        seconds = time.monotonic() - began
    return {"instructions": counted["instructions"],
            "device": sum(uncached[side]["accesses"] for side in ("loads", "stores")),
            "cached": sum(counted["cached"][side]["accesses"] for side in ("loads", "stores")),
            "seconds": seconds}


def main():
    stock = clients.read_kexec()
    at, size = clients.purgatory_at(stock)
    lethe = os.path.join(harness.O, "purgatory.ro")
    with open(lethe, "rb") as file:
        grafted = clients.with_purgatory(stock, file.read())
    results = {}
    os.makedirs(os.path.join(harness.O, "bench"), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.join(harness.O, "bench")) as folder:
        own = write(f"{folder}/stock.ro", stock[at:at + size])
        for cell in CELLS:
            ours = measure("lethe", grafted, entry_of(lethe), cell, folder)
            theirs = measure("stock", stock, entry_of(own), cell, folder)
            ratios = {key: theirs[key] / ours[key] for key in ours if ours[key]}
            rows = [[who, *(f"{counts[key]:,.2f}" if key == "seconds" else f"{counts[key]:,}" for key in ours)]
                    for who, counts in (("Lethe", ours), ("kexec-tools", theirs))]
            rows.append(["ratio", *(f"{ratios.get(key, 0):,.1f}" for key in ours)])
            report.table(f"purgatory, {cell[0]} at EL{cell[1]}:", ["", *ours], rows)
            results["-".join(map(str, cell))] = {"lethe": ours, "kexec-tools": theirs}
    report.save("purgatory", results)


if __name__ == "__main__":
    main()
