# SPDX-License-Identifier: BSD-2-Clause
"""cohsan follows a flash file from the reset vector through the front end and the bundle to the kernel, with every CPU: once where
a reset has emptied the caches, and once where lines of an earlier program are over all of RAM.
"""

import pytest

import flash
from flash import BOARDS, FlashFile, started
from images import Bundle, pack, small_kernel
from paths import MIB

SIZE = 4 * MIB
WORLDS = ["clean", "hostile"]
COPIES = "^lethe: flash copies the bundle at 0x"


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Large enough to be digested by all CPUs."""
    return small_kernel(str(tmp_path_factory.mktemp("judged") / "Image"), SIZE)


def check(machine, board, cpus):
    """cpus: as many have digested the kernel."""
    el = BOARDS[board].el
    machine.expect(rf"^lethe: kernel {SIZE} sha256 ok .*, {cpus} cpus?$", rf"^lethe: enter 0x[0-9a-f]+ EL{el}$",
                   never="GIC|does not come")
    assert machine.payload()["el"] == el


def boots(work, board, world, kernel, *options, cpus="[2-4]", **machine):
    boot = pack(work + "/boot.img", "--chunks", "16", *options, kernel=kernel)
    path = flash.flash(work, board, boot)
    with started(work, board, path, bundle=boot, world=world, **machine) as running:
        running.expect(COPIES, never="flash uncached")
        check(running, board, cpus)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("board", ["virt-v2", "virt-v3", "virt-el2", "virt-el1", "virt-v2-no-el2", "virt-v3-ram",
                                   "virt-v3-elf"])
def test_psci(work, kernel, board, world):
    """The workers come by CPU_ON: of the front end, or of QEMU."""
    boots(work, board, world, kernel)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("board", ["virt-v2-spin", "virt-v3-spin"])
def test_spin_table(work, kernel, board, world):
    """They come from the spin-table's words, into a pen of the bundle's."""
    boots(work, board, world, kernel, "--cpus", "pen")


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("board, cpu", [("virt-v2", "cortex-a72"), ("virt-v3", "max"), ("virt-el2", "cortex-a72"),
                                        ("virt-el1", "max")])
def test_one_cpu(work, kernel, board, cpu, world):
    boots(work, board, world, kernel, smp=1, cpu=cpu, cpus="1")


@pytest.mark.parametrize("board, world", [("virt-el2", "hostile"), ("virt-el1", "hostile"), ("virt-v2-spin", "clean")])
def test_without_a_map(work, kernel, board, world):
    """No CPU has addresses as the file is long. At EL3 secure lines alone are cleaned then: docs/internals/cache.md."""
    boot = pack(work + "/boot.img", "--chunks", "16", *(["--cpus", "pen"] if "spin" in board else []), kernel=kernel)
    file = FlashFile(flash.flash(work, board, boot)).put(file_size=1 << 48)
    with started(work, board, file.save(), bundle=boot, world=world) as machine:
        machine.expect("^lethe: flash uncached, EL", COPIES)
        check(machine, board, "[2-4]")


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("board", ["virt-v2", "virt-el2", "virt-el1"])
def test_next_bundle(work, kernel, board, world):
    """The first one moves a kernel that is damaged; then it is the second one's turn, over the same memory."""
    boots_of = [pack(f"{work}/boot{i}.img", "--chunks", "16", kernel=kernel) for i in range(2)]
    file = FlashFile(flash.flash(work, board, *boots_of))
    first = Bundle(boots_of[0])
    file.flip(file.get("slot0") + first.segment(first.segments()["kernel"], "source") + 1000)
    with started(work, board, file.save(), bundle=boots_of, world=world) as machine:
        machine.expect(COPIES, r"\(LETHE_E_DIGEST\)$", "^lethe: next bundle$", COPIES)
        check(machine, board, "[2-4]")
