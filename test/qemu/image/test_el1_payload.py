# SPDX-License-Identifier: BSD-2-Clause
"""A payload that is started at EL1 below EL2: Lethe's vectors at EL2, and the memory that stays reserved for them."""

import os
import struct

import pytest

from images import Bundle, blob_symbol, pack, write
from machine import Machine
from paths import IMAGES, LOAD, VIRT_UART

FREE = 0x4a000000


def test_hvc_below_an_el1_payload(work):
    """With an EL3, HCR_EL2.HCD is RES0 and the HVC arrives at EL2, which answers "not supported"."""
    code = struct.pack(
        "<16I",
        0xd51bd05f,     # msr tpidr_el0, xzr  user space may
        0xd2800ee5,     # mov x5, #0x77
        0xd5184105,     # msr sp_el0, x5      Linux keeps its current task there
        0xd2800000,     # mov x0, #0
        0xd4000002,     # hvc #0
        0xd5384106,     # mrs x6, sp_el0
        0xb100041f,     # cmn x0, #1
        0xfa4600a0,     # ccmp x5, x6, #0, eq
        0x52800961,     # mov w1, #'K'
        0x52800b02,     # mov w2, #'X'
        0x1a820021,     # csel w1, w1, w2, eq
        0xd2a00003 | VIRT_UART >> 16 << 5,  # movz x3, #.., lsl #16
        0xb9000061,     # str w1, [x3]
        0x52800141,     # mov w1, #'\n'
        0xb9000061,     # str w1, [x3]
        0x14000000)     # b .
    raw = write(work + "/raw", code)
    boot = pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x},entry={FREE:#x}", "--el", "1", kernel=None)
    with Machine(boot, machine="virt,virtualization=on,secure=on",
                 cohsan={"stop": FREE, "publish": {"raw": (FREE, FREE + len(code))}}) as machine:
        machine.expect(f"^lethe: enter {FREE:#x} EL1$", "^K$")


def test_what_stays_below_an_el1_payload_is_reserved(work):
    boot = pack(work + "/boot.img", "--el", "1")
    with Machine(boot, ram=True) as machine:
        machine.expect("^lethe: enter 0x", "^payload: end")
        tree = machine.read_ram(Bundle(boot).slot("tree_base") + LOAD, 8192)
    reservations = struct.unpack_from(">I", tree, 16)[0]
    assert struct.unpack_from(">QQ", tree, reservations) == (LOAD + 4096, 4096)


TRAP_DC_ZVA = 0xb26401ce                # orr x14, x14, #(1 << 28): HCR_EL2.TDZ
TLBI_ALLE1 = 0xd50c879f
TBZ_E2H0, TBZ_E2H0_MASK = 0x36d80004, 0xfff8001f
NOP = 0xd503201f


@pytest.mark.parametrize("e2h", [False, True], ids=["nvhe", "e2h-1"])
def test_what_is_trapped_is_undefined(work, e2h):
    """At EL1 on either stack pointer, and at EL0. Lethe is patched: a trap is on that it would have off."""
    raw = os.path.join(IMAGES, "trapped.img")
    boot = pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x},entry={FREE:#x}", "--el", "1", kernel=None)
    bundle = Bundle(boot)

    def patch(symbol, mask, value, word):
        start = blob_symbol(symbol, bundle.elf)
        at = next(at for at in range(start, start + 512, 4)
                  if int.from_bytes(bundle.bytes[at:at + 4], "little") & mask == value)
        bundle.bytes[at:at + 4] = word.to_bytes(4, "little")

    patch("lethe_handoff", 0xffffffff, TLBI_ALLE1, TRAP_DC_ZVA)
    if e2h:
        patch("lethe_entry_common", TBZ_E2H0_MASK, TBZ_E2H0, NOP)
    with Machine(bundle.save(boot), cpu="neoverse-n1",
                 cohsan={"stop": FREE, "publish": {"raw": (FREE, FREE + os.path.getsize(raw))}}) as machine:
        machine.expect(f" EL2 E2H={int(e2h)} ", f"^lethe: enter {FREE:#x} EL1$", r"^\+\+\+E$", never="^!")
