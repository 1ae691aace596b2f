# SPDX-License-Identifier: BSD-2-Clause
"""A memory copy that goes on at a CPU of another kind (FEAT_MOPS): the monitor has it begin again.

QEMU has one kind, option A. A program jumps into the middle of a copy, and of a setting, with the registers of the other
option: PSTATE.C says so.
"""

import struct

import pytest

from images import pack, write
from machine import Machine
from paths import VIRT_UART

FREE, SRC, DST, SIZE = 0x4a000000, 0x4a002000, 0x4a004000, 0x180
CPYFP, CPYP, SETP = 0x19010440, 0x1d010440, 0x19c10440      # [x0]!, [x1]!, x2! and [x0]!, x2!, x1
M_OF_CPY, E_OF_CPY, M_OF_SET, E_OF_SET = 0x400000, 0x800000, 0x4000, 0x8000
CMP_X0_X0, NOP = 0xeb00001f, 0xd503201f
MOV_X9_N_C, MSR_NZCV_X9 = 0xd2b40009, 0xd51b4209        # mov x9, #0xa0000000


def mov(register, value):
    return [0xd2800000 | (value & 0xffff) << 5 | register, 0xf2a00000 | (value >> 16) << 5 | register]


def program(prologue, middle, end, dst, src, flags):
    """Branches behind the prologue; 'K' if nothing is left."""
    return struct.pack("<22I", *mov(0, dst), *mov(1, src), *mov(2, SIZE), *flags,
                       0x14000002,                      # b .+8: past the prologue
                       prologue, middle, end,
                       *mov(3, VIRT_UART), 0x52800964, 0x52800b05,      # mov w4, #'K'; mov w5, #'X'
                       0xf100005f, 0x1a850084,          # cmp x2, #0; csel w4, w4, w5, eq
                       0xb9000064, 0x52800144, 0xb9000064, 0x14000000)


FORWARDS = (CMP_X0_X0, NOP)                     # C, and Z
BACKWARDS = (MOV_X9_N_C, MSR_NZCV_X9)
CASES = {
    "copy": (CPYFP, CPYFP + M_OF_CPY, CPYFP + E_OF_CPY, DST, SRC, FORWARDS),
    "copy forwards": (CPYP, CPYP + M_OF_CPY, CPYP + E_OF_CPY, DST, SRC, FORWARDS),
    "copy backwards": (CPYP, CPYP + M_OF_CPY, CPYP + E_OF_CPY, SRC + 64 + SIZE, SRC + SIZE,
                       BACKWARDS),
    "set": (SETP, SETP + M_OF_SET, SETP + E_OF_SET, DST, 0x5a, FORWARDS),
}


@pytest.mark.parametrize("what", CASES)
def test_it_begins_again(work, what):
    code = program(*CASES[what]).ljust(SRC - FREE, b"\0") + bytes(i % 251 for i in range(SIZE))
    raw = write(work + "/raw", code)
    boot = pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x},entry={FREE:#x}", "--el", "1", kernel=None)
    with Machine(boot, cpu="max", smp=2, ram=True, cohsan={"stop": FREE, "publish": {"raw": (FREE, FREE + len(code))}}) as machine:
        machine.expect(f"^lethe: enter {FREE:#x} EL1$", "^K$")
        at = SRC + 64 if what == "copy backwards" else DST
        assert machine.read_ram(at, SIZE) == (b"\x5a" * SIZE if what == "set" else code[SRC - FREE:])
