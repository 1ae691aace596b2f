# SPDX-License-Identifier: BSD-2-Clause
"""test/guest/memmove: all its cases, or one call of memmove() or memset(), counted."""

import os
import random
import struct

import meter
from machine import Machine
from paths import IMAGES, LOAD, MIB

PROGRAM = os.path.join(IMAGES, "memmove.img")
ALL, MEMMOVE, MEMSET = range(3)         # cases.h
JOB_AT = 64                             # in the program
RAM, MEMORY = 0x40000000, 64 * MIB
DATA = RAM + 40 * MIB        # QEMU puts its tree in the middle
BECAUSE = "no Lethe: its copying alone, whose result and cost are looked at"


def with_job(program, work, *words):
    with open(program, "rb") as file:
        image = bytearray(file.read())
    struct.pack_into("<6Q", image, JOB_AT, *words, RAM, RAM + MEMORY)
    path = os.path.join(work, "program")
    with open(path, "wb") as file:
        file.write(image)
    return path


def run_all(work, cpu, el):
    """How many calls were right."""
    with Machine(with_job(PROGRAM, work, ALL, 0, 0, 0), cpu=cpu, el=el, memory=MEMORY // MIB, cohsan=None,
                 because=BECAUSE) as machine:
        match = machine.expect(r"^memmove: (end ([0-9a-f]{16})|(?:wrong|exception) .*)$")
        if not match[2]:
            raise machine.failure(match[0])
        return int(match[2], 16)


def measure(work, job, shift, distance, size, program=PROGRAM):
    """One call, whose source (memset: destination) lies so many bytes behind a multiple of 16."""
    at = DATA + shift
    before = random.Random(size).randbytes(size)
    data = os.path.join(work, "data")
    with open(data, "wb") as file:
        file.write(before)
    symbols = meter.symbols(program.replace(".img", ".elf"), LOAD)
    name = "memmove" if job == MEMMOVE else "memset"
    to, argument = (at + distance, at) if job == MEMMOVE else (at, 0)
    run = meter.Meter(work, symbols[name], symbols["measured"])
    with Machine(with_job(program, work, job, to, argument, size), memory=MEMORY // MIB, load=[(data, at)], ram=True,
                 extra=run.options(), cohsan=None, because=BECAUSE) as machine:
        machine.expect("^memmove: end")
        assert machine.read_ram(to, size) == (before if job == MEMMOVE else bytes(size))
    counted = run.result()
    return {"instructions": counted["instructions"],
            **{side: counted["uncached"][side]["accesses"] for side in ("loads", "stores")}}
