# SPDX-License-Identifier: BSD-2-Clause
"""The cells that end without a hand-off."""

import os

import images
from cell_setup import BUNDLE, Setup, cell, lines
from images import Bundle, pack, write
from paths import LOAD, PAYLOAD, TOP, VIRT_UART

FREE = 0x4a000000
ELSEWHERE = 0x4c000000
HOLE = 0x0e000000       # nothing answers there
UART = ["--console", f"pl011,{VIRT_UART:#x}"]


@cell
def fault(folder):
    bundle = Bundle(pack(folder + "/boot.img", "--raw",
                         f"{write(folder + '/raw', b'r' * 64)}@{FREE:#x}"))
    index = bundle.segments()["raw0"]
    bundle.segment(index, "source", HOLE)
    bundle.segment(index, "flags", 0)
    return Setup(bundle.save(folder + "/bad.img"),
                 lines(rf"^lethe: FAULT EL2 .* far=0x{HOLE:x} stage=move$", "^lethe: halt$"), {})


@cell
def el3(folder):
    """Refused, aloud. A few instructions in flash branch to it, with SCTLR_EL3.A set."""
    jump = write(folder + "/jump", b"".join(code.to_bytes(4, "little") for code in (
        0xd2800000,                                     # mov x0, #0
        0xd53e1001, 0xb27f0021, 0xd51e1001, 0xd5033fdf,     # mrs, orr x1, x1, #2, msr, isb
        0x58000061, 0xd61f0020, 0xd503201f)) +          # ldr x1, br x1
        LOAD.to_bytes(8, "little"))
    return Setup(pack(folder + "/boot.img", *UART),
                 lines(r"^lethe: FAIL check: .*\(LETHE_E_EL3\)$", "^lethe: halt$"),
                 {"el": 3, "load": [(BUNDLE, LOAD)], "extra": ["-bios", jump]})


@cell
def digest(folder):
    bundle = Bundle(pack(folder + "/boot.img"))
    bundle.bytes[-1] ^= 1
    return Setup(bundle.save(folder + "/bad.img"),
                 lines(r"\(LETHE_E_DIGEST\)$", "^lethe: halt$"), {"el": 1})


@cell
def reset(folder):
    """Time runs by instructions: the five seconds of the pause pass in a moment."""
    bundle = Bundle(pack(folder + "/boot.img", "--on-fail", "reset"))
    bundle.bytes[-1] ^= 1

    def check(machine):
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$", "^lethe: reset$")
        assert machine.expect_exit() == 0
    return Setup(bundle.save(folder + "/bad.img"), check,
                 {"extra": ["-no-reboot", "-icount", "shift=10,sleep=off"]})


@cell
def console_16550(folder):
    with open(os.path.join(TOP, "test/guest/evb.dts"), encoding="ascii") as file:
        tree = images.dtc(folder + "/evb.dtb", file.read())
    kernel = os.path.join(os.path.dirname(PAYLOAD), "payload-evb.img")

    def check(machine):
        values = machine.payload()
        assert values["el"] == 2 and values["x0"] == 0x600000
    return Setup(pack(folder + "/boot.img", "--dtb", tree, kernel=kernel), check,
                 {"cpu": "cortex-a35", "machine": "npcm845-evb", "memory": 1024, "smp": None})
