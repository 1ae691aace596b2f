# SPDX-License-Identifier: BSD-2-Clause
"""list.py ENTRIES: lethe_kimage_check() on lists of about so many entries, MMU off, instructions per entry.

The lists are good. The names say where the sources are; the destinations ascend, in one segment or three.
"""

import random
import sys
import tempfile

import kimage_runner
import report
from kimage_runner import GIB, WINDOW, kernel_and_initrd, pages, segment


def lists(count):
    """{name: (windows, entries)}"""
    rng = random.Random(1)
    anywhere = [rng.randrange(8 * GIB, 60 * GIB, kimage_runner.PAGE) for _ in range(count)]
    found = {"in place": ([WINDOW], segment(8 * GIB, pages(8 * GIB, count))),
             "blocks of up to 4 MiB": ([WINDOW], kernel_and_initrd(count, 10)),
             "single pages, 1 window": ([WINDOW], segment(4 * GIB, anywhere))}
    for windows in (2, 8, 64):
        found[f"single pages, {windows} windows"] = kimage_runner.scattered(windows, count)
    found["single pages, 64 uneven windows"] = kimage_runner.uneven(64, count)
    found["a destination for each page"] = ([WINDOW], kimage_runner.page_by_page(count // 2))
    found["64 segments, another gap each time"] = ([WINDOW], kimage_runner.other_gaps(64, count))
    return found


def measure(windows, words):
    with tempfile.TemporaryDirectory() as folder:
        counted = kimage_runner.measure(folder, words, windows)
    counted["per_entry"] = {key: round(counted[key] / counted["entries"], 2) for key in ("instructions", "data", "stack")}
    return counted


def main():
    results = {name: measure(*arguments) for name, arguments in lists(int(sys.argv[1])).items()}
    rows = [[name, str(values["entries"]), *(f"{value:.2f}" for value in values["per_entry"].values())]
            for name, values in results.items()]
    report.table("lethe_kimage_check(), MMU off, per entry of the list:", ["", "entries", "insns", "data ld", "stack ld"], rows)
    report.save("list", results)


if __name__ == "__main__":
    main()
