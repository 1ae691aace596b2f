# SPDX-License-Identifier: BSD-2-Clause
"""library.py MIB...: pages of 4 KiB moved by lethe_boot(), from its call to the payload, per page.

The caller has the MMU off; the plan lets Lethe run cached, or does not. The counts include checks, copies of blob and
list, tables, the move, and cleaning.
"""

import os
import struct
import sys
import tempfile
import time

import meter
import paths
import report
from machine import Machine

PROGRAM = os.path.join(paths.O, "bench/library.img")
PARAMETERS = 0x43fff000     # also in main.c
MODES = {"cached": 0, "uncached": 1}
KINDS = ("uncached", "cached", "io")


def measure(pages, mode):
    at = meter.symbols(PROGRAM.replace(".img", ".elf"))
    memory = 512 + (pages >> 8)
    with tempfile.TemporaryDirectory() as folder:
        parameters = os.path.join(folder, "parameters")
        with open(parameters, "wb") as file:
            file.write(struct.pack("<QQ", pages, MODES[mode]))
        run = meter.Meter(folder, at["measure"], at["measured"])
        with Machine(PROGRAM, memory=memory, load=[(parameters, PARAMETERS)],
                             extra=run.options(), cohsan=None,
                             because="counted here; the tests have cohsan") as machine:
            machine.deadline = time.monotonic() + 1200
            machine.expect("^OK$")
            machine.expect_exit()
        return figures(run.result(), pages)


def figures(counted, pages):
    assert not counted["undecoded"]
    values = {"size": pages * 4096, "instructions": counted["instructions"], "dc": counted["dc"]}
    for kind in KINDS:
        values[kind] = {side: counted[kind][side]["accesses"] for side in ("loads", "stores")}
    values["per_page"] = {"instructions": round(values["instructions"] / pages, 2),
                          "dc": round(values["dc"] / pages, 2)}
    for kind in KINDS:
        values["per_page"][kind] = round(sum(values[kind].values()) / pages, 3)
    return values


def main():
    results = {}
    for size in map(int, sys.argv[1:]):
        found = {mode: measure(size * 256, mode) for mode in MODES}
        results[str(size << 20)] = found
        rows = [[mode, *(f"{values['per_page'][key]:.2f}" for key in ("instructions", "dc", *KINDS))]
                for mode, values in found.items()]
        report.table(f"lethe_boot(), a list of {size} MiB, from call to payload, per page of 4 KiB:",
                     ["", "insns", "dc", "uncached", "cached", "io"], rows)
    report.save("library", results)


if __name__ == "__main__":
    main()
