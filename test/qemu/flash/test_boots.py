# SPDX-License-Identifier: BSD-2-Clause
"""From the reset vector to a small payload, on every machine and by every way in: the level it is at, its registers,
the tree it gets, and the other CPUs, which check the digests with the boot CPU.

Debian does the same in test_debian.py.
"""

import os
import re

import pytest

import flash
from flash import BOARDS, started
from images import fdtget, pack, reservations, small_kernel, source_of, write
from paths import IMAGES, MIB

SIZE = 4 * MIB


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


def bundle(work, board, *options):
    """A payload that is large enough to be checked by all CPUs."""
    payload = small_kernel(work + "/Image", SIZE, os.path.join(IMAGES, BOARDS[board].payload))
    return pack(work + "/boot.img", "--chunks", "16", *options, kernel=payload)


def check_tree(path, board, smp):
    """What the front end adds, and nothing that was there is changed."""
    board = BOARDS[board]
    is_spin = board.changes.get("cpus") == "spin-table"
    if not board.is_el3() or not is_spin:
        assert fdtget(path, "/psci", "method") == ("hvc" if board.machine == "virt" else "smc")
    for cpu in range(smp):
        method = fdtget(path, f"/cpus/cpu@{cpu}", "enable-method")
        word = fdtget(path, f"/cpus/cpu@{cpu}", "cpu-release-addr")
        if is_spin:
            assert (method, word is None) == (("spin-table", False) if cpu else (None, True))
        else:
            assert method == "psci" and word is None
    with open(path, "rb") as file:
        reserved = reservations(file.read())
    assert is_spin == ((0x40100000, 0x1000) in reserved)
    node = re.search(r"lethe@40180000 {([^}]*)}", source_of(path))
    assert bool(node) == ("scratch" in board.changes)
    assert not node or "reg = <0x00 0x40180000 0x00 0x80000>;" in node[1] and "no-map;" in node[1]


def run(work, board, way=None, options=(), more=(), flash_options=(), cpus="[2-4]", **machine):
    """Boots it. Returns the payload's values."""
    smp = machine.get("smp", 4)
    boot = bundle(work, board, *more)
    path = flash.flash(work, board, boot, options=flash_options, **dict(options))
    has_ram = BOARDS[board].machine.startswith("virt")
    with started(work, board, path, bundle=boot, way=way, ram=has_ram, **machine) as running:
        running.expect(r"^lethe: 0\.1\.0 flash at 0x[0-9a-f]+ EL[123]$", "^lethe: flash copies the bundle at 0x",
                       rf"^lethe: 0\.1\.0 at 0x[0-9a-f]+ EL{BOARDS[board].el} ",
                       rf"^lethe: kernel {SIZE} sha256 ok .*, {cpus} cpus?$",
                       rf"^lethe: enter 0x[0-9a-f]+ EL{BOARDS[board].el}$", never="flash uncached|GIC|did not come")
        values = running.payload()
        assert values["el"] == BOARDS[board].el and values["daif"] == 0x3c0
        if has_ram:
            tree = running.read_tree(flash.FlashFile(path).get("tree"))
            check_tree(write(work + "/given.dtb", tree), board, smp)
    return values


@pytest.mark.parametrize("board, way", [
    ("virt-v3", "bios"), ("virt-v3", "pflash"), ("virt-v2", "bios"), ("virt-el2", "bios"), long("virt-el2", "pflash"),
    long("virt-el1", "bios"), ("virt-el1", "pflash"), ("virt-v3-no-el2", "bios"), long("virt-v2-no-el2", "pflash"),
    ("virt-v3-ram", "bios"), ("virt-v3-elf", "elf"), ("sbsa", "bios"), ("zcu102", "elf"), long("virt-v2", "pflash")])
def test_psci(work, board, way):
    """From pflash the file is padded to the flash's size: QEMU takes no other."""
    run(work, board, way, {"size": "exact 64MiB"} if way == "pflash" else {})


@pytest.mark.parametrize("board", ["virt-v2-spin", "virt-v3-spin"])
def test_spin_table(work, board):
    """The bundle takes the CPUs from their words, into a pen of its own."""
    run(work, board, more=["--cpus", "pen"])


@pytest.mark.parametrize("board", ["raspi3b", long("raspi4b")])
def test_pi(work, board):
    """With the words of the board's own tree, in page 0."""
    run(work, board, more=["--cpus", "pen", *([] if board == "raspi3b" else ["--console", f"pl011,{BOARDS[board].uart:#x}"])])


def test_the_oracle_sees_stores(work):
    """A bundle is no flash file: it stores to itself."""
    boot = pack(work + "/boot.img")
    with started(work, "virt-el2", boot, because="it dies at its first stores", stores=True) as machine:
        while not machine.stores():
            machine.drain(0.1)
