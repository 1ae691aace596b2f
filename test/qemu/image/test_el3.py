# SPDX-License-Identifier: BSD-2-Clause
"""Lethe is entered at EL3, or by firmware that came from EL3."""

import os
import struct

from images import pack, write
from machine import Machine
from paths import IMAGES, LOAD, UBOOT, VIRT_UART

FREE = 0x4a000000
UART = ["--console", f"pl011,{VIRT_UART:#x}"]


def test_el3_is_refused_aloud(work):
    """From flash there is no store to Lethe's own memory, so it is put into RAM and jumped to."""
    boot = pack(work + "/boot.img", *UART)
    jump = write(work + "/jump", b"".join(code.to_bytes(4, "little") for code in (
        0xd2800000, 0x58000061, 0xd61f0020, 0xd503201f)) +      # x0 = 0; br to the address behind
        LOAD.to_bytes(8, "little"))
    with Machine(el=3, load=[(boot, LOAD)], extra=["-bios", jump]) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at .* EL3 ", r"^lethe: FAIL check: .* lethe flash \(LETHE_E_EL3\)$",
                       "^lethe: halt$")


def test_uboot_that_came_from_el3(work):
    """U-Boot as the secure firmware's only part drops to EL2; there is no PSCI."""
    boot = pack(work + "/boot.img")
    with Machine(el=3, cpu="cortex-a72", memory=512, load=[(boot, 0x42000000)],
                 extra=["-bios", UBOOT]) as machine:
        machine.expect_text(b"Hit any key")
        machine.type("\n")
        machine.expect_text(b"=> ")
        machine.type("booti 0x42000000 - $fdtcontroladdr\n")
        machine.expect(r"^lethe: 0\.1\.0 at 0x42000000 EL2 ", "^lethe: enter")
        assert machine.payload()["el"] == 2


def test_firmware_that_is_older_than_the_cpu(work):
    """No access of Lethe's is trapped at EL3, on a CPU with SVE, SME, FGT and HCX: the payload is to run at EL2."""
    code = struct.pack("<5I", 0x52800961,                       # mov w1, #'K'
                       0xd2a00003 | VIRT_UART >> 16 << 5,       # movz x3, #.., lsl #16
                       0xb9000061,                              # str w1, [x3]
                       0xd503207f, 0x17ffffff)                  # wfi; b .-4
    raw = write(work + "/raw", code)
    boot = pack(work + "/boot.img", *UART, "--raw", f"{raw}@{FREE:#x},entry={FREE:#x}", kernel=None)
    with Machine(el=3, cpu="max", load=[(boot, LOAD)],
                 extra=["-bios", os.path.join(IMAGES, "old-firmware.img")],
                 cohsan={"stop": FREE, "publish": {"raw": (FREE, FREE + len(code))}}) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at .* EL2 ", f"^lethe: enter {FREE:#x} EL2$", never="^!")
        machine.expect_text(b"K")
