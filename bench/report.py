# SPDX-License-Identifier: BSD-2-Clause
"""bench.json and the tables. `report.py PART JSON` adds figures from other programs."""

import json
import os
import subprocess
import sys

PATH = os.path.join(os.environ.get("O", "build"), "bench.json")


def first_line(*command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split("\n")[0]


def save(part, value):
    """Into bench.json, beside the other parts."""
    everything = {}
    if os.path.exists(PATH):
        with open(PATH, encoding="utf-8") as file:
            everything = json.load(file)
    everything["tools"] = {"qemu": first_line(os.environ["QEMU"], "--version"),
                           "compiler": first_line(os.environ["CC_TARGET"], "--version")}
    everything[part] = value
    with open(PATH + ".tmp", "w", encoding="utf-8") as file:
        json.dump(everything, file, indent=1)
        file.write("\n")
    os.replace(PATH + ".tmp", PATH)


def table(title, heads, rows):
    """The first column to the left, the others to the right."""
    lines = [heads] + rows
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    print(f"\n{title}")
    for line in lines:
        print("  ".join(cell.rjust(width) if i else cell.ljust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))))
    sys.stdout.flush()


if __name__ == "__main__":
    save(sys.argv[1], json.loads(sys.argv[2]))
