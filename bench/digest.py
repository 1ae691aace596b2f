# SPDX-License-Identifier: BSD-2-Clause
"""digest.py MIB... -- NAME...: SHA-256 of a message, MMU off, instructions and accesses per byte.

One after the other, of the same message; each result is checked.
"""

import hashlib
import os
import random
import sys
import tempfile
import time

import meter
import paths
import report
from console import Failure
from machine import Machine

FOLDER = os.path.join(paths.O, "bench/digest")
SIZE_AT, MESSAGE_AT = 0x43fff000, 0x44000000      # also in start.S
COPY_AT = 0x48000000                              # also in lethe_copy.c
BECAUSE = "counted here; the tests have cohsan"
HEADS = {"message": "message", "copy": "copy", "stack": "stack", "context": "context", "constants": "const"}
RANGES = tuple(HEADS)


def measure(name, path, size):
    """The digest of that name, of the first bytes of a file."""
    elf = os.path.join(FOLDER, name + ".elf")
    at = meter.symbols(elf)
    ranges = [("message", MESSAGE_AT, MESSAGE_AT + size)]
    ranges += [("copy", COPY_AT, COPY_AT + size)]
    ranges += [(part, at[part + "_start"], at[part + "_end"]) for part in RANGES[2:]]
    with tempfile.TemporaryDirectory() as folder, open(path, "rb") as file:
        run = meter.Meter(folder, at["measure"], at["measured"], ranges=ranges)
        extra = ["-device", f"loader,addr={SIZE_AT:#x},data={size},data-len=8", *run.options()]
        with Machine(elf, load=[(path, MESSAGE_AT)], extra=extra, cohsan=None,
                             because=BECAUSE) as machine:
            machine.deadline = time.monotonic() + 300
            result = machine.expect("^([0-9a-f]{64})$")[1]
            machine.expect_exit()
        if result != hashlib.sha256(file.read(size)).hexdigest():
            raise Failure(f"{name}: not the SHA-256 of the message: {result}")
        return figures(run.result(), size)


def figures(counted, size):
    """What bench.json has of one digest."""
    for kind in ("cached", "io"):
        assert not counted[kind]["loads"]["accesses"] + counted[kind]["stores"]["accesses"]
    assert not counted["undecoded"]
    sides = {name: {side: part["uncached"][side]["accesses"] for side in ("loads", "stores")}
             for name, part in counted["ranges"].items()}
    total = {side: counted["uncached"][side]["accesses"] for side in ("loads", "stores")}
    assert all(total[side] == sum(part[side] for part in sides.values()) for side in total)
    accessed = sum(counted["uncached"][side]["bytes"] for side in total)
    values = {"size": size, "instructions": counted["instructions"], **total, "bytes": accessed,
              **sides}
    values["per_byte"] = {key: round(values[key] / size, 4)
                          for key in ("instructions", "loads", "stores")}
    return values


def row(name, values):
    size = values["size"]
    cells = [f"{values[key] / size:.3f}" for key in ("instructions", "loads", "stores")]
    for part in RANGES:
        for side in ("loads", "stores"):
            cells.append(f"{values[part][side] / size:.3f}" if values[part][side] else "0")
    return [name, *cells]


def show(title, results):
    heads = ["", "insns", "loads", "stores"]
    heads += [f"{HEADS[part]} {side}" for part in RANGES for side in ("ld", "st")]
    report.table(title, heads, [row(name, values) for name, values in results.items()])


def main():
    split = sys.argv.index("--")
    sizes, names = [int(size) for size in sys.argv[1:split]], sys.argv[split + 1:]
    message = os.path.join(FOLDER, "message")
    with open(message, "wb") as file:
        file.write(random.Random(1).randbytes(max(sizes) << 20))
    results = {}
    for size in sizes:
        found = {name: measure(name, message, size << 20) for name in names}
        results[str(size << 20)] = found
        show(f"SHA-256 of {size} MiB, MMU off, per byte:", found)
    os.unlink(message)
    report.save("digest", results)


if __name__ == "__main__":
    main()
