# SPDX-License-Identifier: BSD-2-Clause
"""Runs relocate/program.S on lists (lists.py), under cohsan or the meter, and compares memory."""

import mmap
import os
import re
import struct

import meter
from lists import JOBS, LISTS
from machine import Machine
from paths import IMAGES, LOAD, MIB, O, RAM_BASE, TOP, VIRT_UART

PROGRAM = os.path.join(IMAGES, "relocate.img")
HEADER = os.path.join(TOP, "include/lethe/relocate.h")
E2H, ICACHE = 1, 2          # flags of a cell: (CPU, exception level, flags)
STOP = re.compile(r"^cohsan: stop pc=0x[0-9a-f]+ el=[12] reports=0$")
DMB_SY, DSB_SY = 0xd5033fbf, 0xd5033f9f
# Reads of registers into x9, and x9 = a number of 16 bits in bits 31:16.
MRS_CTR_EL0, MRS_ID_AA64PFR0_EL1, MOVZ_X9_LSL16 = 0xd53b0029, 0xd5380409, 0xd2a00009


def symbols(program=PROGRAM):
    return meter.symbols(program.replace(".img", ".elf"), LOAD)


def code_size():
    with open(HEADER, encoding="ascii") as file:
        return int(re.search(r"^#define LETHE_RELOCATE_SIZE (\d+)$", file.read(), re.M)[1])


def traps(el, flags):
    """Values of CPACR_EL1 or CPTR_EL2: [(FP/SIMD is trapped, value)]"""
    if el == 1 or flags & E2H:
        return [(not fpen & 1, fpen << 20) for fpen in range(4)]
    return [(bool(tfp), 0x33ff & ~(1 << 10) | tfp << 10 | tta << 20)
            for tfp in (0, 1) for tta in (0, 1)]


def answer(image, instruction, value):
    """Lets the code see another CPU: a register that it reads has this in bits 31:16, else 0."""
    found = image.count(struct.pack("<I", instruction))
    assert found == 1, f"{found} of {instruction:#x}"
    at = image.index(struct.pack("<I", instruction))
    struct.pack_into("<I", image, at, MOVZ_X9_LSL16 | value << 5)


def cohsan_options(lists):
    """All RAM is hostile but the program, the lists and the sources."""
    lo, hi = (f"{end:#x}" for end in lists.destinations)
    words = [os.path.join(O, "cohsan.so"), f"start={LOAD:#x}", f"stop={symbols()['finished']:#x}",
             f"clean={LOAD:#x}-{lo}", f"publish=destinations:{lo}-{hi}", f"write={lo}-{hi}",
             f"write={VIRT_UART:#x}-{VIRT_UART + 4096:#x}"]
    return ["-plugin", ",".join(words)]


def difference(start, found, wanted):
    """The first bytes that differ, as text; None if none do."""
    for at in range(0, len(wanted), 4096):
        if found[at:at + 4096] != wanted[at:at + 4096]:
            at = next(i for i in range(at, at + 4096) if found[i] != wanted[i])
            return f"{start + at:#x}: {found[at:at + 16].hex()} for {wanted[at:at + 16].hex()}"
    return None


def run(work, lists, cell, *, options=None, program=PROGRAM, copy_to=None,
        patch=lambda image: None):
    """Runs the jobs and compares memory. Returns pages copied, pages in place.

    options: QEMU's, instead of cohsan's. copy_to: where the code is to run. patch: edits the
    program.
    """
    cpu, el, flags = cell
    at = symbols(program)
    code = [at["lethe_relocate"], at["lethe_relocate_list"]]
    with open(program, "rb") as file:
        image = bytearray(file.read())
    patch(image)
    copied_code = image[code[0] - LOAD:code[0] - LOAD + code_size()]
    if copy_to:
        code = [copy_to, copy_to + code[1] - code[0]]
    struct.pack_into("<4Q", image, 64, flags, JOBS, *code)
    path = os.path.join(work, "program.img")
    with open(path, "wb") as file:
        file.write(image)
    with Machine(path, cpu=cpu, el=el, memory=(lists.end - RAM_BASE) // MIB, ram=True, paused=True,
                 extra=cohsan_options(lists) if options is None else options) as machine:
        with open(machine.ram_path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            def put(address, data):
                memory[address - RAM_BASE:address - RAM_BASE + len(data)] = data

            wanted = lists.fill()
            put(lists.start, wanted)
            put(JOBS, lists.table())
            if copy_to:
                put(copy_to, copied_code)
            low = memory[LOAD - RAM_BASE:LISTS - RAM_BASE]
            machine.go()
            status = machine.expect_exit()
            machine.position = 0
            machine.expect("^relocate: end\0?$")
            counts = lists.expected(wanted)
            found = memory[lists.start - RAM_BASE:lists.end - RAM_BASE]
            wrong = difference(lists.start, found, wanted) or \
                difference(LOAD, memory[LOAD - RAM_BASE:LISTS - RAM_BASE], low)
            assert not wrong, wrong
        if options is None:
            lines = [line for line in machine.raw.decode().splitlines() if "cohsan" in line]
            assert status == 0 and len(lines) == 1 and STOP.match(lines[0]), lines
    return counts


def measure(folder, lists, cell, patch=lambda image: None, program=PROGRAM):
    """The meter's counts of the jobs, by parts of the code: walk, maintenance, copy."""
    at = symbols(program)
    start, end = at["lethe_relocate_list"], at["lethe_relocate"] + code_size()
    with open(program, "rb") as file:
        file.seek(start - LOAD)
        words = struct.unpack(f"<{(end - start) // 4}I", file.read(end - start))
    # From the first DMB to the first DSB it maintains; from there to the last DSB it copies.
    first = words.index(DMB_SY)
    behind = words.index(DSB_SY, first) + 1
    last = max(i for i, word in enumerate(words) if word == DSB_SY)
    code = [(name, start + 4 * lo, start + 4 * hi) for name, lo, hi in (
        ("walk", 0, first), ("maintenance", first, behind), ("copy", behind, last),
        ("end", last, len(words)))]
    run_ = meter.Meter(folder, at["next"], at["finished"], code=code)
    counts = run(folder, lists, cell, options=run_.options(), program=program, patch=patch)
    return run_.result(), counts
