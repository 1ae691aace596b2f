# SPDX-License-Identifier: BSD-2-Clause
"""Seconds of each test: which ones were slow, and in which order tests are to start.

    times.py FOLDER [STAMP]     prints the twenty slowest of all suites, whose files are newer than STAMP's

A suite leaves FOLDER/NAME/result.xml (pytest) or FOLDER/NAME/times.tsv (run_programs.py).
"""

import glob
import os
import sys
import xml.etree.ElementTree as ElementTree

# Median seconds of a test in these files, for a build folder that has no result yet. Others take less than a second.
GUESSES = {
    "test.qemu.purgatory.test_kdump": 30, "test.qemu.purgatory.test_purgatory": 15,
    "test.qemu.purgatory.test_purgatory_tree": 10, "test.qemu.purgatory.test_uefi_purgatory": 35,
    "test.qemu.kexec.test_kexec": 30, "test.qemu.kexec.test_uefi": 25, "test.qemu.kexec.test_kernel_pairs": 35,
    "test.qemu.kexec.test_kexec_under_cohsan": 40, "test.qemu.kexec.test_kexec_file_load": 10,
    "test.qemu.library.test_kvm": 10, "test.qemu.kernel.test_kernel": 8, "test.qemu.library.test_library": 5,
    "test.qemu.image.test_failure_policy": 5,
}


def of_results(path):
    """{test: seconds} of a pytest suite, which is still writing it if it cannot be read."""
    try:
        cases = ElementTree.parse(path).getroot().iter("testcase")
    except ElementTree.ParseError:
        return {}
    return {f"{case.get('classname')}::{case.get('name')}": float(case.get("time")) for case in cases}


def of_programs(path):
    """{program: seconds}"""
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {name: float(seconds) for seconds, name in rows}


def expected(name, known):
    """Seconds that a test will take: as it did, or a guess by its file."""
    return known.get(name, GUESSES.get(name.partition("::")[0], 0.5))


def main(folder, stamp=None):
    since = os.path.getmtime(stamp) if stamp else 0
    found = {}
    for pattern, read in (("*/result.xml", of_results), ("*/times.tsv", of_programs)):
        for path in glob.glob(os.path.join(folder, pattern)):
            if os.path.getmtime(path) >= since:
                found |= read(path)
    print("the slowest tests:")
    for name, seconds in sorted(found.items(), key=lambda item: -item[1])[:20]:
        print(f"{seconds:8.1f} s  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
