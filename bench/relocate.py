# SPDX-License-Identifier: BSD-2-Clause
"""relocate.py MIB...: pages of 4 KiB moved by a list with the MMU off, counted per page.

The code of src/relocate.S with FP/SIMD registers and without, and the plain loops of
bench/relocate.S. Linux's code runs only inside Linux, so its counts are from one earlier measurement.
"""

import os
import random
import sys
import tempfile

import list_runner
import paths
import report
from lists import DESTINATION, DONE, INDIRECTION, LISTS, SOURCE, Lists

PAGE = 4096
CELL = ("cortex-a72", 2, 0)
PLAIN = os.path.join(paths.O, "bench/relocate-plain.img")
# Per page: instructions, loads, stores, dc; 64 pages of a list, the walk included.
LINUX = {"Linux 4.8 to 5.15, MMU off": (1037, 513, 512, 64),
         "Linux 5.16 on, MMU on": (1035, 513, 512, 64)}


def contiguous(pages, trap):
    """A list of so many pages, in order; the sources repeat."""
    size = 4 << 20
    end = LISTS + (2 * size) + pages * PAGE
    end += -end % (1 << 20)
    lists = Lists(random.Random(1), 0, end=end, sources=size, destinations=pages * PAGE)
    entries = [lists.destinations[0] | DESTINATION]
    entries += [lists.sources[0] + i * PAGE % size | SOURCE for i in range(pages)]
    at = head = lists.list_page(12)
    slots = PAGE // 8 - 1
    for first in range(0, len(entries), slots):
        part = entries[first:first + slots]
        last = first + slots >= len(entries)
        following = DONE if last else lists.list_page(12)
        part.append(DONE if last else following | INDIRECTION)
        lists.store(at, b"".join(entry.to_bytes(8, "little") for entry in part))
        at = following
    lists.job(head | INDIRECTION, 12, 0, trap)
    return lists


def measure(pages, trapped, program):
    trap = next(value for is_trapped, value in list_runner.traps(*CELL[1:]) if is_trapped == trapped)
    with tempfile.TemporaryDirectory() as folder:
        counted, (copied, _) = list_runner.measure(folder, contiguous(pages, trap), CELL,
                                                 program=program)
    assert copied == pages and not counted["undecoded"]
    for kind in ("cached", "io"):
        assert not counted[kind]["loads"]["accesses"] + counted[kind]["stores"]["accesses"]
    parts = counted["code"].values()
    values = {"size": pages * PAGE, "instructions": sum(part["instructions"] for part in parts)}
    for side in ("loads", "stores"):
        values[side] = sum(part["uncached"][side]["accesses"] for part in parts)
    values["dc"] = counted["dc"]
    for part in ("walk", "maintenance", "copy"):
        values[part] = counted["code"][part]["instructions"]
    values["per_page"] = {key: round(values[key] / pages, 2) for key in list(values)[1:]}
    return values


def main():
    results = {}
    for size in map(int, sys.argv[1:]):
        found = {"lethe-q": measure(size * 256, False, list_runner.PROGRAM),
                 "lethe-x": measure(size * 256, True, list_runner.PROGRAM),
                 "plain": measure(size * 256, True, PLAIN)}
        results[str(size << 20)] = found
        keys = ("instructions", "walk", "maintenance", "copy", "loads", "stores", "dc")
        rows = [[name, *(f"{values['per_page'][key]:.1f}" for key in keys)]
                for name, values in found.items()]
        rows += [[name, str(total), "", "", "", *map(str, rest)]
                 for name, (total, *rest) in LINUX.items()]
        report.table(f"{size} MiB by a list, MMU off, per page of 4 KiB:",
                     ["", "insns", "walk", "maint.", "copy", "loads", "stores", "dc"], rows)
    report.save("relocate", results)


if __name__ == "__main__":
    main()
