# SPDX-License-Identifier: BSD-2-Clause
"""Two bundles in a flash file: whatever is wrong with the first one is named, and the second one boots."""

import struct

import pytest

from flash import FlashFile, flash, started
from images import BLOB, IMAGE, Bundle, blob_symbol, fdtput, machine_tree, pack, small_kernel
from paths import MIB

SIZES = [MIB + MIB // 4, MIB + MIB // 2]    # of the kernels
MAGIC = 56                                  # of the Image header


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


def kernel_line(slot):
    return rf"^lethe: kernel {SIZES[slot]} sha256 ok "


DAMAGED_KERNEL = r'^lethe: FAIL verify: segment 0 "kernel".* \(LETHE_E_DIGEST\)$'


class Two:
    """A flash file with two bundles."""

    def __init__(self, work, board, options=((), ()), sizes=SIZES):
        self.work, self.board = work, board
        self.boots = [pack(f"{work}/boot{i}.img", *options[i], kernel=small_kernel(f"{work}/Image{i}", sizes[i]))
                      for i in range(2)]
        self.file = FlashFile(flash(work, board, *self.boots))
        self.bundles = [Bundle(boot) for boot in self.boots]

    def at(self, slot, offset=0):
        return self.file.get(f"slot{slot}") + offset

    def flip(self, slot, offset):
        self.file.flip(self.at(slot, offset))

    def put(self, slot, table, field, value):
        offset, form = table[field]
        struct.pack_into("<" + form, self.file.bytes, self.at(slot, offset), value)

    def kernel(self, slot):
        bundle = self.bundles[slot]
        return bundle.segment(bundle.segments()["kernel"], "source") + 1000

    def erase(self, slot):
        start = self.at(slot)
        self.file.bytes[start:start + 0x10000] = b"\xff" * 0x10000

    def started(self, **options):
        """cohsan follows the one that boots, which is packed like the other."""
        return started(self.work, self.board, self.file.save(), because="two bundles are entered at one address", **options)


HEADERS = {     # what is wrong: (how, the line)
    "image-magic": (lambda two: two.flip(0, MAGIC), "no bundle"),
    "image-size-small": (lambda two: two.put(0, IMAGE, "image_size", 4096), "too large"),
    "image-size-large": (lambda two: two.put(0, IMAGE, "image_size", 1 << 40), "too large"),
    "blob-magic": (lambda two: two.flip(0, BLOB["magic"][0]), "no bundle"),
    "blob-version": (lambda two: two.put(0, BLOB, "version", 99), "no bundle"),
    "no-plan": (lambda two: two.put(0, BLOB, "plan_offset", 0), "no bundle"),
    "file-size-zero": (lambda two: two.put(0, BLOB, "file_size", 0), "too large"),
    "file-size-large": (lambda two: two.put(0, BLOB, "file_size", 1 << 40), "too large"),
    "erased": (lambda two: two.erase(0), "no bundle"),
    # What runs before a blob can check itself is covered by the seal, and so is the rest of it.
    "branch": (lambda two: two.flip(0, 7), "damaged"),
    "entry": (lambda two: two.flip(0, 4096 + 0x900), "damaged"),
    "code": (lambda two: two.flip(0, blob_symbol("lethe_next_slot")), "damaged"),
    "digest": (lambda two: two.flip(0, BLOB["digest"][0]), "damaged"),
    "seal": (lambda two: two.flip(0, 4095), "damaged"),
}
FIRST_TIER = ["branch", "code", "image-magic", "image-size-large", "blob-magic", "file-size-large", "erased"]


@pytest.mark.parametrize("board, what", [
    *(("virt-v3", name) if name in FIRST_TIER else long("virt-v3", name) for name in HEADERS),
    ("virt-el1", "erased"), long("virt-el2", "image-magic"), long("virt-v2-spin", "erased")])
def test_header(work, board, what):
    """Its front end sees it."""
    two = Two(work, board)
    damage, line = HEADERS[what]
    damage(two)
    with two.started() as machine:
        machine.expect(rf"^lethe: FAIL flash: slot 0: .*{line} at {two.at(0):#x}$",
                       f"^lethe: flash copies the bundle at {two.at(1):#x}$", kernel_line(1), "^lethe: enter")
        machine.payload()


INSIDE = {      # what is wrong: (offset in the first bundle, the line)
    "plan": (lambda two: two.bundles[0].plan_at + 100, r"^lethe: FAIL check: .*\(LETHE_E_PLAN_\w+\)$"),
    "kernel": (lambda two: two.kernel(0), DAMAGED_KERNEL),
}


@pytest.mark.parametrize("board, what", [
    *(("virt-v3", name) for name in ("plan", "kernel")), ("virt-el2", "kernel"), ("virt-el1", "kernel"),
    ("virt-v2-spin", "kernel"), long("virt-v2-no-el2", "kernel"), long("virt-v3-ram", "kernel"),
    long("virt-el2", "plan"), long("virt-el1", "plan")])
def test_inside(work, board, what):
    """The bundle sees it, and asks for the next one: by SMC, or where nothing stays above it by a branch."""
    two = Two(work, board)
    where, line = INSIDE[what]
    two.flip(0, where(two))
    with two.started() as machine:
        machine.expect(f"^lethe: flash copies the bundle at {two.at(0):#x}$", line, "^lethe: next bundle$",
                       f"^lethe: flash copies the bundle at {two.at(1):#x}$", kernel_line(1), "^lethe: enter")
        machine.payload()


@pytest.mark.parametrize("board", ["virt-v3", long("virt-v2"), long("virt-el2"), long("virt-el1")])
def test_all_cpus(work, board):
    """The others check the first bundle's kernel as well, and are off again when the second one comes."""
    sizes = [4 * MIB, 5 * MIB]
    two = Two(work, board, [["--chunks", "16"]] * 2, sizes)
    two.flip(0, two.kernel(0))
    with two.started() as machine:
        machine.expect(DAMAGED_KERNEL, "^lethe: next bundle$", f"^lethe: flash copies the bundle at {two.at(1):#x}$",
                       rf"^lethe: kernel {sizes[1]} sha256 ok .*, [2-4] cpus$", "^lethe: enter")
        machine.payload()


@pytest.mark.parametrize("board", ["virt-v3", long("virt-el1")])
def test_policy_is_the_last_resort(work, board):
    """The first bundle's is to reset: only if there is no other."""
    two = Two(work, board, (["--on-fail", "reset"], []))
    two.flip(0, two.kernel(0))
    with two.started() as machine:
        machine.expect(DAMAGED_KERNEL, "^lethe: next bundle$", kernel_line(1), "^lethe: enter", never="reset")


@pytest.mark.parametrize("board", ["virt-v3", "virt-el2"])
def test_both_kernels(work, board):
    two = Two(work, board)
    two.flip(0, two.kernel(0))
    two.flip(1, two.kernel(1))
    with two.started() as machine:
        machine.expect(DAMAGED_KERNEL, "^lethe: next bundle$", DAMAGED_KERNEL, "^lethe: halt$", never="lethe: enter")


def test_second_kernel_behind_a_bad_header(work):
    two = Two(work, "virt-v3")
    two.erase(0)
    two.flip(1, two.kernel(1))
    with two.started() as machine:
        machine.expect("^lethe: FAIL flash: slot 0: no bundle at", DAMAGED_KERNEL, "^lethe: halt$", never="next bundle|enter")


def test_both_headers(work):
    two = Two(work, "virt-v3")
    two.erase(0)
    two.erase(1)
    with two.started() as machine:
        machine.expect("^lethe: FAIL flash: slot 0: no bundle at", "^lethe: FAIL flash: slot 1: no bundle at",
                       "^lethe: FAIL flash: no slot left, from", "^lethe: halt$")


@pytest.mark.parametrize("what", ["erased", long("kernel")])
def test_second_is_damaged(work, what):
    """It is not looked at."""
    two = Two(work, "virt-v3")
    if what == "erased":
        two.erase(1)
    else:
        two.flip(1, two.kernel(1))
    with two.started() as machine:
        machine.expect(f"^lethe: flash copies the bundle at {two.at(0):#x}$", kernel_line(0), "^lethe: enter", never="FAIL")
        machine.payload()


def test_cpus_in_the_first_bundle(work):
    """They wait in its pen: what they execute must not be overwritten. Its own policy is what is left."""
    two = Two(work, "virt-v3", (["--cpus", "pen"], []))
    two.flip(0, two.kernel(0))
    with two.started() as machine:
        machine.expect(f"^lethe: flash copies the bundle at {two.at(0):#x}$")
        machine.expect(DAMAGED_KERNEL, "^lethe: no next bundle$", "^lethe: halt$", never="copies the bundle")


def test_the_tree_at_fault(work):
    """Both bundles get the same tree."""
    tree = machine_tree(f"{work}/tree.dtb", smp=4, memory=256, machine=",secure=on,gic-version=3")
    changes = {"size": "64MiB", "ram": "0x40000000 256MiB", "tree": "file"}
    boots = [pack(f"{work}/boot{i}.img", kernel=small_kernel(f"{work}/Image{i}")) for i in range(2)]
    load = FlashFile(flash(work, "virt-v3", *boots, dtb=tree, **changes)).get("load")
    for name, at in (("start", load + 0x1000), ("end", load + 0x3000)):
        fdtput(tree, "-t", "x", "/chosen", f"linux,initrd-{name}", f"{at:x}")
    path = flash(work, "virt-v3", *boots, dtb=tree, **changes)
    with started(work, "virt-v3", path, because="it goes no further than the tree") as machine:
        machine.expect("^lethe: flash copies the bundle at")
        machine.expect(r"^lethe: FAIL read: .*\(LETHE_E_LOADER_INITRD\)$",
                       "^lethe: no fallback: the device tree is at fault, not the slot$", "^lethe: halt$", never="copies the bundle")
