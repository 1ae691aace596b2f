# SPDX-License-Identifier: BSD-2-Clause
"""A machine with 16550s: QEMU's npcm845-evb (cortex-a35, EL2, RAM at 0, x0 is no tree without -dtb)."""

import os

import pytest

from images import Bundle, dtc, fdtget, fdtput, pack, write
from machine import Machine
from paths import IMAGES, TOP

PAYLOAD = os.path.join(IMAGES, "payload-evb.img")
UART = 0xf0000000
BASE = 0x200000         # where -kernel puts the bundle


@pytest.fixture
def tree(work):
    with open(os.path.join(TOP, "test/guest/evb.dts"), encoding="ascii") as file:
        return dtc(work + "/evb.dtb", file.read())


def boot(path, **options):
    return Machine(path, cpu="cortex-a35", machine="npcm845-evb", memory=1024, smp=None, **options)


def test_stdout_path(work, tree):
    """Through an alias, a bus's ranges and reg-shift."""
    path = pack(work + "/boot.img", "--dtb", tree, kernel=PAYLOAD)
    with boot(path) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {BASE:#x} EL2 E2H=0 x0=0x100$",
                       r"^lethe: x0=0x100 is no device tree: .* \(LETHE_E_TREE_HEADER\)$",
                       "^lethe: dtb 844 sha256 ok", "^lethe: kernel", "^lethe: enter 0x400000 EL2$")
        assert machine.payload()["x0"] == 0x600000


def test_the_loaders_tree(work, tree):
    path = pack(work + "/boot.img", kernel=PAYLOAD)
    with boot(path, dtb=tree) as machine:
        machine.expect(r"^lethe: 0\.1\.0 ", "^lethe: enter 0x400000 EL2$", never="no device tree")
        assert machine.payload()["x0"] == 0x600000


@pytest.mark.parametrize("width", [1, 2, 4])
def test_fixed_console(work, tree, width):
    fdtput(tree, "-d", "/chosen", "stdout-path")
    path = pack(work + "/boot.img", "--dtb", tree, "--console", f"ns16550,{UART:#x},shift=2,width={width}",
                kernel=PAYLOAD)
    with boot(path) as machine:
        machine.expect(r"^lethe: 0\.1\.0 ", "^lethe: enter", "^payload: end")


@pytest.mark.parametrize("width", [None, 1, 4])
@pytest.mark.parametrize("compatible", ["ns16550a", "snps,dw-apb-uart", "nuvoton,npcm845-uart"])
def test_other_nodes(work, tree, compatible, width):
    fdtput(tree, "-t", "s", "/apb/serial@0", "compatible", compatible)
    if width:
        fdtput(tree, "-t", "x", "/apb/serial@0", "reg-io-width", f"{width:x}")
    path = pack(work + "/boot.img", "--dtb", tree, "--force-dtb", kernel=PAYLOAD)
    with boot(path) as machine:
        machine.expect(r"^lethe: 0\.1\.0 ", "^lethe: enter", "^payload: end")


def test_failure_is_said_there_too(work, tree):
    bundle = Bundle(pack(work + "/boot.img", "--dtb", tree, kernel=PAYLOAD))
    bundle.bytes[-1] ^= 1
    with boot(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r'^lethe: FAIL verify: segment 1 "kernel": .*\(LETHE_E_DIGEST\)$',
                       "^lethe: expected", "^lethe: found", "^lethe: halt$")


def test_reset_of_a_machine_without_psci(work, tree):
    """The tree has no PSCI node, and Lethe says so."""
    fdtput(tree, "-r", "/psci")
    assert fdtget(tree, "/psci", "method") is None
    bundle = Bundle(pack(work + "/boot.img", "--dtb", tree, "--on-fail", "reset", kernel=PAYLOAD))
    bundle.bytes[-1] ^= 1
    with boot(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", r"\(LETHE_E_NO_PSCI\)$", "^lethe: halt$")


def test_el1_hand_off(work, tree):
    """The packed tree enables one CPU."""
    path = pack(work + "/boot.img", "--dtb", tree, "--force-dtb", "--el", "1", kernel=PAYLOAD)
    with boot(path) as machine:
        machine.expect("^lethe: enter 0x400000 EL1$")
        assert machine.payload()["el"] == 1


def test_raw_at_the_bottom_of_memory(work, tree):
    """RAM begins at 0 on this board, and QEMU's own boot code lies there. Only RAM that the tree describes counts."""
    raw = write(work + "/raw", b"r" * 100)
    path = pack(work + "/boot.img", "--dtb", tree, "--raw", f"{raw}@0x8000", kernel=PAYLOAD)
    with boot(path) as machine:
        machine.expect("^lethe: enter", "^payload: end")
    path = pack(work + "/boot.img", "--dtb", tree, "--raw", f"{raw}@0x20000000", kernel=PAYLOAD)
    with boot(path) as machine:
        machine.expect(r"\(LETHE_E_DEST_NOT_RAM\)$", "^lethe: halt$")
