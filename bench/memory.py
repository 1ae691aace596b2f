# SPDX-License-Identifier: BSD-2-Clause
"""memory.py KIB: memmove() and memset() of so much, MMU off, instructions and accesses per byte.

Lethe's (src/memmove.S; its memset() is newlib's) and newlib's C, compiled like the blob's. The names say how many
bytes behind a multiple of 16 the source and the destination lie.
"""

import os
import sys
import tempfile

import memory_runner
import paths
import report
from memory_runner import MEMMOVE, MEMSET
from paths import MIB

PROGRAMS = {"lethe": memory_runner.PROGRAM,
            "newlib": os.path.join(paths.O, "bench/memmove-newlib.img")}
# job, source, distance. 4 MiB: apart. 4 KiB up: the destination begins in the source, as in a slide.
CALLS = {"move, 0 to 0": (MEMMOVE, 0, 4 * MIB),
         "move, 3 to 3": (MEMMOVE, 3, 4 * MIB),
         "move, 1 to 0": (MEMMOVE, 1, 4 * MIB - 1),
         "move, 0 to 4": (MEMMOVE, 0, 4 * MIB + 4),
         "move, 4 KiB up": (MEMMOVE, 0, 4096),
         "move, 4 KiB and a byte up": (MEMMOVE, 0, 4097),
         "set, 0": (MEMSET, 0, 0),
         "set, 3": (MEMSET, 3, 0)}


def measure(program, job, source, distance, size):
    with tempfile.TemporaryDirectory() as folder:
        counted = memory_runner.measure(folder, job, source, distance, size, program)
    return {"size": size, **counted, "per_byte": {key: round(value / size, 4) for key, value in counted.items()}}


def main():
    size = int(sys.argv[1]) << 10
    results = {name: {owner: measure(program, *call, size) for owner, program in PROGRAMS.items()}
               for name, call in CALLS.items()}
    rows = [[name, *(f"{value:.3f}" for values in found.values() for value in values["per_byte"].values())]
            for name, found in results.items()]
    heads = [f"{owner} {key}" for owner in PROGRAMS for key in ("insns", "loads", "stores")]
    report.table(f"memmove() and memset() of {size >> 10} KiB, MMU off, per byte:", ["", *heads], rows)
    report.save("memory", results)


if __name__ == "__main__":
    main()
