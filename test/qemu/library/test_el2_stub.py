# SPDX-License-Identifier: BSD-2-Clause
"""lethe/el2_stub.h: the answer to each call, what is no call, and EL2 after a restart. el2_stub/ is the caller."""

import os
import re
import struct

import pytest

import meter
from images import write
from machine import Machine
from paths import IMAGES, LOAD

PROGRAM = os.path.join(IMAGES, "el2-stub.img")
FLAGS_AT = 64
MMU, E2H, HALT = 1, 2, 4            # program.h
CALLER_EL, CALLER_PAGE, FAULT = -515, -516, -503
UNKNOWN = 0xbadca11
UNDEFINED = 0x2000000               # ESR_EL1: EC 0, IL
ESR_HVC = 0x16 << 26 | 1 << 25
RW, E2H_BIT = 1 << 31, 1 << 34
# By E2H; on max with its SVE and SME.
CPTR = {0: 0x33ff, E2H: 3 << 20}
CPTR_MAX = {0: 0x22ff, E2H: 3 << 24 | 3 << 20 | 3 << 16}
ANSWERS = {
    "odd": CALLER_PAGE, "install": 0, "level-below": 1 << 2,
    "three": UNKNOWN, "all-ones": UNKNOWN, "high-word": UNKNOWN, "reset": 0,
    "set": 0, "five-to-others": 0x5e7, "handed-on": UNKNOWN, "reset-through-others": 0, "five": UNKNOWN,
    "smc": UNDEFINED, "mrs": UNDEFINED, "aarch32": UNDEFINED, "set-again": 0,
    "x0": 0x2222, "x1": 0x3333, "x2": 0x4444, "x3": 0,
    "level": 2 << 2, "daif": 0x3c0, "spsel": 1, "sctlr": 0x30c50830, "vbar": 0}


def program(work, flags):
    with open(PROGRAM, "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<Q", data, FLAGS_AT, flags)
    return write(work + "/program", data)


def machine_of(work, flags, **options):
    path = program(work, flags)
    symbols = meter.symbols(PROGRAM.replace(".img", ".elf"))
    page = symbols["page"]
    return Machine(path, monitor=True, cohsan={
        "start": LOAD, "stop": symbols["finished"], "elf": PROGRAM.replace(".img", ".elf"),
        "clean": [(LOAD, LOAD + os.path.getsize(path))], "publish": {"workspace": (page, page + 4096)}}, **options)


def reports(machine):
    """{name: value} of the program's lines, in the order that they came; values as 64 bits with a sign"""
    return {name: int(value, 16) - (int(value, 16) >> 63 << 64)
            for name, value in re.findall(r"^stub: ([a-z0-9-]+) 0x([0-9a-f]{16})$",
                                          machine.raw.decode("ascii", "replace").replace("\r", ""), re.M)}


@pytest.mark.parametrize("cpu, flags", [("cortex-a53", 0), ("cortex-a53", MMU), ("cortex-a76", E2H), ("max", 0),
                                        ("max", MMU), ("max", E2H)])
def test_calls(work, cpu, flags):
    with machine_of(work, flags, cpu=cpu) as machine:
        machine.expect("^stub: vbar ")
        found = reports(machine)
        e2h = flags & E2H
        assert found == {**ANSWERS, "hcr": RW | (E2H_BIT if e2h else 0),
                         "cptr": (CPTR_MAX if cpu == "max" else CPTR)[e2h]}
        halted = machine.monitor.wait_halted()
        assert halted["X00"] == FAULT % 2**64 and halted["X01"] == ESR_HVC
        machine.drain()
        assert machine.cohsan.has_stopped()


@pytest.mark.parametrize("flags", [HALT, HALT | MMU], ids=["plain", "mmu"])
def test_own_level(work, flags):
    """The vectors are the stub's when lethe_el2_stub_install() returns, whatever the page held."""
    with machine_of(work, flags) as machine:
        machine.expect("^stub: install ")
        halted = machine.monitor.wait_halted()
        assert halted["X00"] == FAULT % 2**64 and halted["X01"] == ESR_HVC


def test_not_at_el2(work):
    with machine_of(work, 0, el=1) as machine:
        machine.expect("^stub: install ")
        assert reports(machine) == {"odd": CALLER_EL, "install": CALLER_EL}
