# SPDX-License-Identifier: BSD-2-Clause
"""model.py DIGEST...: cycles per byte of the inner loops, as llvm-mca's models of some cores have them.

A model, not a measurement: the instructions are those that QEMU executed in one turn of the loop, one
block or 256 bytes, but no cache, no memory and no branch predictor is in it. The model shows waits of a loop for its
own results.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

import list_runner
import paths
import relocate
import report
from digest import BECAUSE, FOLDER, MESSAGE_AT, SIZE_AT
from machine import Machine
from paths import MIB

CORES = ("cortex-a53", "cortex-a57", "cortex-a72", "neoverse-n1", "neoverse-n2")
BLOCKS = 32             # of the message; one more block is padding
PAGES = 4
CPUS = (1, 2, 4)
CLOCKS = {"cortex-a53": 1.2e9, "cortex-a72": 1.5e9}     # of a Raspberry Pi 3 and 4
MESSAGE_MIB, CHUNK_SHIFT = 30, 18
TURNS = 100             # of the loop, in the model
CODE = re.compile(r"^\s*([0-9a-f]+):\t[0-9a-f]{8} \t(\S+)(?:\t([^/]*))?")
EXECUTED = re.compile(r"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/", re.M)
TARGET = re.compile(r"[0-9a-f]+ <[^>]*>")
CYCLES = re.compile(r"^Total Cycles: +(\d+)$", re.M)


def disassemble(elf, load=0):
    """{address: instruction}, as an assembler takes it: all branch targets are one label."""
    done = subprocess.run([os.environ["CROSS_COMPILE"] + "objdump", "-d", elf],
                          check=True, stdout=subprocess.PIPE, text=True)
    found = {}
    for line in done.stdout.splitlines():
        match = CODE.match(line)
        if match:
            operands = TARGET.sub("target", match[3] or "").strip()
            found[load + int(match[1], 16)] = f"{match[2]} {operands}"
    return found


def options(log):
    return ["-accel", "tcg,one-insn-per-tb=on", "-d", "exec,nochain", "-D", log]


def turn(log, code, count, first):
    """The instructions of one turn: from an instruction with this count and this beginning, up to its next
    execution."""
    with open(log, encoding="utf-8") as file:
        trace = [int(address, 16) for address in EXECUTED.findall(file.read())]
    at = {}
    for i, address in enumerate(trace):
        at.setdefault(address, []).append(i)
    head = next(where for address, where in at.items()
                if len(where) == count and re.match(first, code.get(address, "")))
    middle = len(head) // 2
    return [code[address] for address in trace[head[middle]:head[middle + 1]]]


def block(name):
    """One block of a digest."""
    elf = os.path.join(FOLDER, name + ".elf")
    with tempfile.TemporaryDirectory() as folder:
        message, log = os.path.join(folder, "message"), os.path.join(folder, "log")
        with open(message, "wb") as file:
            file.write(bytes(BLOCKS * 64))
        extra = ["-device", f"loader,addr={SIZE_AT:#x},data={BLOCKS * 64},data-len=8", *options(log)]
        with Machine(elf, load=[(message, MESSAGE_AT)], extra=extra, cohsan=None,
                             because=BECAUSE) as machine:
            machine.deadline = time.monotonic() + 60
            machine.expect("^[0-9a-f]{64}$")
            machine.expect_exit()
        return turn(log, disassemble(elf), BLOCKS + 1, ""), 64


def copy(trapped):
    """256 bytes of a page that src/relocate.S copies."""
    trap = next(value for is_trapped, value in list_runner.traps(*relocate.CELL[1:])
                if is_trapped == trapped)
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        list_runner.run(folder, relocate.contiguous(PAGES, trap), relocate.CELL, options=options(log))
        code = disassemble(list_runner.PROGRAM.replace(".img", ".elf"), paths.LOAD)
        return turn(log, code, PAGES * 16, "ldp x" if trapped else "ldp q"), 256


def cycles(core, instructions):
    """Of one turn."""
    text = "\n".join(["target:", *instructions]) + "\n"
    done = subprocess.run(
        ["llvm-mca", "-mtriple=aarch64", f"-mcpu={core}", "-mattr=+crypto", f"-iterations={TURNS}",
         "-instruction-info=0", "-resource-pressure=0"], input=text, check=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return int(CYCLES.search(done.stdout)[1]) / TURNS


def several_cpus(found):
    """{core and way: {CPUs: milliseconds}} of a digest whose chunks they share; a chunk is the grain."""
    rows = {}
    for core, hertz in CLOCKS.items():
        for name in ("lethe-ce", "lethe-scalar"):
            if name in found:
                chunks = MESSAGE_MIB * MIB >> CHUNK_SHIFT
                ms = (1 << CHUNK_SHIFT) * found[name]["cycles_per_byte"][core] / hertz * 1000
                rows[f"{core} {hertz / 1e9:.1f} GHz {name}"] = {cpus: round(-(-chunks // cpus) * ms, 2) for cpus in CPUS}
    return rows


def main():
    loops = {name: block(name) for name in sys.argv[1:]}
    loops["relocate-q"], loops["relocate-x"] = copy(False), copy(True)
    found = {name: {"instructions": len(instructions), "bytes": size,
                    "cycles_per_byte": {core: round(cycles(core, instructions) / size, 3)
                                        for core in CORES}}
             for name, (instructions, size) in loops.items()}
    rows = [[name, f"{one['instructions'] / one['bytes']:.3f}",
             *(f"{value:.2f}" for value in one["cycles_per_byte"].values())]
            for name, one in found.items()]
    report.table("A MODEL (llvm-mca: no memory, no caches, no mispredictions), cycles per byte:",
                 ["", "insns", *CORES], rows)
    digest = several_cpus(found)
    report.table(f"The same for the digest of {MESSAGE_MIB} MiB, milliseconds by CPUs; the loops alone, memory as fast as they are:",
                 ["", *map(str, CPUS)], [[name, *(f"{value:.1f}" for value in row.values())] for name, row in digest.items()])
    report.save("model", {"digest_ms": digest, "llvm": report.first_line("llvm-mca", "--version"), "loops": found})


if __name__ == "__main__":
    main()
