# SPDX-License-Identifier: BSD-2-Clause
"""Plans and loaders that lie, the policy at every stage, and what stays below a payload at EL1."""

import struct

import pytest

from machine import Machine
from paths import LOAD, MIB, VIRT_UART
from images import Bundle, Hostile, fdtput, machine_tree, pack, write

FREE = 0x4a000000
LOADER_TREE = 0x4c000000
TOP = (1 << 64) - 1


def refuse(bundle):
    """Makes the check fail, by what this version does not do."""
    bundle.plan("list_head", 0x40000002)
    bundle.plan("list_page_shift", 12)


@pytest.mark.parametrize("base, size", [(-4096, 4096), (0, -4096)], ids=["last page", "a page short"])
def test_workspace_that_is_not_the_blob(work, base, size):
    """Everything is kept off the workspace; so it has to be where Lethe really is."""
    bundle = Bundle(pack(work + "/boot.img"))
    blob = bundle.plan("workspace_size")
    bundle.plan("workspace_base", base % blob)
    bundle.plan("workspace_size", size if size > 0 else blob + size)
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r"^lethe: FAIL check: .*\(LETHE_E_PLAN_WORKSPACE\)$", "^lethe: halt$")


@pytest.mark.parametrize("on_fail, last", [("halt", "^lethe: halt$"), ("reset", "^lethe: reset in 5 s$")])
def test_policy_holds_from_the_check_on(work, on_fail, last):
    bundle = Bundle(pack(work + "/boot.img", "--on-fail", on_fail))
    refuse(bundle)
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r"^lethe: FAIL check: indirection list: .*\(LETHE_E_PLAN_UNSUPPORTED\)$", last)


def test_packed_tree_of_a_plan_that_failed(work):
    """Its place was not computed, and is not looked at: address 0 is the secure world's here."""
    tree = machine_tree(work + "/tree.dtb")
    bundle = Bundle(pack(work + "/boot.img", "--dtb", tree, "--force-dtb"))
    refuse(bundle)
    with Machine(bundle.save(work + "/bad.img"), machine="virt,virtualization=on,secure=on") as machine:
        machine.expect(r"^lethe: FAIL check: indirection list: ", "^lethe: halt$", never="FAULT")


@pytest.mark.parametrize("start, end, status", [
    (0x45000000, TOP, "INITRD_WINDOW"), (0x46000000, 0x45000000, "LOADER_INITRD"),
    (TOP - 4096, TOP, "INITRD_WINDOW")], ids=["endless", "inside out", "far"])
@pytest.mark.parametrize("own", [False, True], ids=["passed on", "replaced"])
def test_loaders_initrd_that_cannot_be(work, start, end, status, own):
    """Never a walk through the address space: refused when it would be passed on."""
    tree = machine_tree(work + "/tree.dtb")
    fdtput(tree, "-t", "x", "/chosen", "linux,initrd-start", start >> 32, start & 0xffffffff)
    fdtput(tree, "-t", "x", "/chosen", "linux,initrd-end", end >> 32, end & 0xffffffff)
    options = ["--initrd", write(work + "/initrd", b"i" * 5000)] if own else []
    boot = pack(work + "/boot.img", *options)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=LOADER_TREE).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (tree, LOADER_TREE)]) as machine:
        if own and status == "INITRD_WINDOW":
            machine.expect("^lethe: enter 0x", "^payload: ")
        else:
            machine.expect(rf'^lethe: FAIL read: device tree "linux,initrd-start": .*\(LETHE_E_{status}\)$',
                           "^lethe: halt$")


def test_conduit_that_faults_is_tried_once(work):
    """SMC is undefined at EL1 without an EL3."""
    tree = machine_tree(work + "/tree.dtb", el=1)
    fdtput(tree, "-t", "s", "/psci", "method", "smc")
    bundle = Bundle(pack(work + "/boot.img", "--on-fail", "reset", "--dtb", tree, "--force-dtb"))
    bundle.bytes[-1] ^= 1
    with Machine(bundle.save(work + "/bad.img"), el=1) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$", "^lethe: reset$",
                       "^lethe: FAULT EL1 ")
        machine.expect("^lethe: halt$", never="reset")


def test_hvc_below_an_el1_payload(work):
    """Where there is an EL3, HCR_EL2.HCD is RES0 and the HVC arrives at EL2: not supported, and back."""
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
