# SPDX-License-Identifier: BSD-2-Clause
"""size.py BLOB.elf CPUS.elf PURGATORY.elf PURGATORY.ro LIBRARY.a OBJECT...: bytes by folder and product, against the budgets.

The blob's C is optimized as one unit, so each instruction counts for the file that the line table names. The
objects are the library's, which is no such unit. Each budget is read from the place that asserts it.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

CROSS = os.environ["CROSS_COMPILE"]
RELOCATE = "src/relocate.S"


def tool(name, *args, given=None):
    return subprocess.run([CROSS + name, *args], input=given, capture_output=True, text=True, check=True).stdout


def folder(path):
    """src/cpu of ./src/cpu/idmap.c"""
    path = os.path.normpath(path)
    if "libfdt" in path or "newlib" in path:
        return "libfdt" if "libfdt" in path else "newlib"
    return os.path.dirname(path) if path.startswith("src/") else "other code"


def symbols(elf):
    rows = (line.split() for line in tool("nm", elf).splitlines())
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}


def code(elf, start, end):
    """Bytes of code by folder."""
    addresses = range(start, end, 4)
    lines = tool("addr2line", "-e", elf, given="\n".join(map(hex, addresses))).splitlines()
    counts = collections.Counter()
    for line in lines:
        counts[folder(line.rpartition(":")[0])] += 4
    return counts


def blob(elf):
    at = symbols(elf)
    counts = code(elf, at["lethe_text_start"], at["lethe_text_end"])
    for name, part in (("constants", "rodata"), ("data", "data"), ("stacks", "stacks")):
        counts[name] = at[f"lethe_{part}_end"] - at[f"lethe_{part}_start"]
    return counts, at["LETHE_BUDGET"]


def monitor(elf):
    """What stays below a payload, its pages' ends with it; and its budget."""
    at = symbols(elf)
    return code(elf, at["lethe_monitor_start"], at["lethe_monitor_end"]), at["LETHE_MONITOR_BUDGET"]


def purgatory(elf, path):
    at = symbols(elf)
    counts = code(elf, 0, at["lethe_text_end"])
    counts["constants"] = at["lethe_rodata_end"] - at["lethe_rodata_start"]
    counts["object file"] = os.path.getsize(path) - counts.total()
    return counts, at["LETHE_BUDGET"]


def library(objects):
    """Code and constants of each object. The blob is one of them."""
    counts = collections.Counter()
    for line in tool("size", *objects).splitlines()[1:]:
        text, data, *_, name = line.split()
        name = re.sub(r".*/obj/library/", "", name)
        counts["the blob" if "boot_blob" in name else folder(name)] += int(text) + int(data)
    return counts


def walker(elf):
    """What src/relocate.S takes, and the page that it has to fit into."""
    with open(RELOCATE, encoding="utf-8") as file:
        budget = int(re.search(r"\.if\s+LETHE_RELOCATE_SIZE > (\d+)", file.read())[1])
    rows = (line.split() for line in tool("nm", "-S", elf).splitlines())
    return sum(int(row[1], 16) for row in rows if len(row) == 4 and row[3].startswith("lethe_relocate")), budget


def linked(archive, *options):
    """What a loader that calls lethe_boot() gets of the library."""
    with tempfile.NamedTemporaryFile() as out:
        tool("ld", *options, "-e", "lethe_boot", "-u", "lethe_boot", "--no-warn-rwx-segments", "-o", out.name, archive)
        return sum(map(int, tool("size", out.name).splitlines()[1].split()[:3]))


def main():
    blob_elf, cpus_elf, purgatory_elf, purgatory_ro, archive, *objects = sys.argv[1:]
    counts, budgets = {}, {}
    counts["blob"], budgets["blob"] = blob(blob_elf)
    counts["cpus"], budgets["cpus"] = blob(cpus_elf)
    counts["monitor"], budgets["monitor"] = monitor(cpus_elf)
    counts["purgatory"], budgets["purgatory"] = purgatory(purgatory_elf, purgatory_ro)
    counts["library"] = library(objects)
    last = ("libfdt", "newlib", "other code", "constants", "data", "stacks", "object file", "the blob")
    rows = sorted({row for one in counts.values() for row in one},
                  key=lambda row: (last.index(row) + 1 if row in last else 0, row))
    print("bytes by folder".ljust(18) + "".join(name.rjust(11) for name in counts))
    for row in rows:
        print(row.ljust(18) + "".join(f"{one[row] or '-':>11}" for one in counts.values()))
    print("all".ljust(18) + "".join(f"{one.total():>11}" for one in counts.values()))
    print("budget".ljust(18) + "".join(f"{budgets.get(name, '-'):>11}" for name in counts))
    print("left".ljust(18) + "".join(f"{budgets[name] - one.total() if name in budgets else '-':>11}"
                                     for name, one in counts.items()))
    used, budget = walker(blob_elf)
    print(f"{RELOCATE}: {used} of {budget} bytes")
    print(f"linked into a loader that calls lethe_boot(): {linked(archive)} bytes, {linked(archive, '--gc-sections')} with --gc-sections")
    print("the library's folders count code and constants, the others' code alone")


if __name__ == "__main__":
    main()
