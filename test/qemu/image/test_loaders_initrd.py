# SPDX-License-Identifier: BSD-2-Clause
"""The loader's tree names an initrd that cannot be there."""

import pytest

from images import Hostile, fdtput, machine_tree, pack, write
from machine import Machine
from paths import LOAD, MIB

LOADER_TREE = 0x4c000000
TOP_ADDRESS = (1 << 64) - 1


@pytest.mark.parametrize("start, end, status", [
    (0x45000000, TOP_ADDRESS, "INITRD_WINDOW"), (0x46000000, 0x45000000, "LOADER_INITRD"),
    (TOP_ADDRESS - 4096, TOP_ADDRESS, "INITRD_WINDOW")], ids=["endless", "inside out", "far"])
@pytest.mark.parametrize("own", [False, True], ids=["passed on", "replaced"])
def test_loaders_initrd_that_cannot_be(work, start, end, status, own):
    """
    Lethe refuses it if it would be passed on, and never walks through the address space. If the bundle brings its
    own, it does not matter, as in Linux.
    """
    tree = machine_tree(work + "/tree.dtb")
    fdtput(tree, "-t", "x", "/chosen", "linux,initrd-start", start >> 32, start & 0xffffffff)
    fdtput(tree, "-t", "x", "/chosen", "linux,initrd-end", end >> 32, end & 0xffffffff)
    options = ["--initrd", write(work + "/initrd", b"i" * 5000)] if own else []
    boot = pack(work + "/boot.img", *options)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=LOADER_TREE).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (tree, LOADER_TREE)]) as machine:
        if own:
            machine.expect("^lethe: enter 0x", "^payload: ")
        else:
            machine.expect(rf'^lethe: FAIL read: device tree "linux,initrd-start": .*\(LETHE_E_{status}\)$',
                           "^lethe: halt$")


@pytest.mark.parametrize("start, end, refused", [
    (LOAD + 4 * MIB, LOAD + 5 * MIB, True), (LOAD - MIB, LOAD + 1, True), (LOAD - MIB, LOAD, False),
    (0x4b000000, 0x4b001000, False), (0x4b001000, 0x4b000000, True)])
def test_initrd_inside_the_extent_is_refused(work, start, end, refused):
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-t", "x", "/chosen", "linux,initrd-start", "0", f"{start:x}")
    fdtput(loader, "-t", "x", "/chosen", "linux,initrd-end", "0", f"{end:x}")
    boot = pack(work + "/boot.img")
    with Machine(boot, dtb=loader) as machine:
        if refused:
            machine.expect(r'^lethe: FAIL read: .*\(LETHE_E_LOADER_INITRD\)$', "^lethe: halt$")
        else:
            machine.expect("^lethe: enter", "^payload: end")
