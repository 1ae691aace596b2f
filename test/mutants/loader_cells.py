# SPDX-License-Identifier: BSD-2-Clause
"""The cells of what a loader leaves in memory, and of slots and trees that are given up."""

import os

import cell_setup
from cell_setup import Setup, both, by_stub, cell, memory, payload
from end_cells import ELSEWHERE, FREE, HOLE
from images import Bundle, dtc, fdtput, machine_tree, pack, small_kernel, source_of, uefi_memory, write
from paths import LOAD, MIB, PAYLOAD


@both
def loaders_initrd(folder):
    data = bytes(i % 241 for i in range(70001))
    initrd = write(folder + "/initrd", data)
    return Setup(pack(folder + "/boot.img", "--append", "x=1"),
                 payload(2, more=memory((0x48000000, data))), {"ram": True, "initrd": initrd})


@both
def uefi_map(folder):
    """RAM is told by an EFI memory map that the tree names: the last descriptor has all destinations."""
    tree = machine_tree(folder + "/loader.dtb")
    at = ELSEWHERE + 0x80018
    others = [(0x50000000 + i * MIB, 0x50000000 + (i + 1) * MIB) for i in range(7)]
    table = uefi_memory(tree, at, *others, (0x40000000, 0x50000000))
    data = b"far away" * 99
    raw = write(folder + "/raw", data)
    path = pack(folder + "/boot.img", "--raw", f"{raw}@{FREE:#x}")
    options = by_stub(folder, "plain", x0=ELSEWHERE,
                      load=[(tree, ELSEWHERE), (write(folder + "/map", table), at)])
    return Setup(path, payload(2, more=memory((FREE, data))), options)


@cell
def serror_pending(folder):
    def check(machine):
        machine.expect("^lethe: an SError was pending at entry")
        payload(1)(machine)
    return Setup(pack(folder + "/boot.img"), check, by_stub(folder, "el1", "serror"))


@both
def bad_x0(folder):
    """The probe's load is aborted; the packed tree is taken."""
    tree = machine_tree(folder + "/own.dtb")

    def check(machine):
        machine.expect(r"is no device tree: .* \(LETHE_E_TREE_FAULT\)$")
        payload(2)(machine)
    return Setup(pack(folder + "/boot.img", "--dtb", tree), check,
                 by_stub(folder, x0=HOLE, cohsan={"clean": "plan"}))


@cell
def header_across_lines(folder):
    """The header of the Image that is entered, far behind the plan, lies in two cache lines, with a field that is read in
    each."""
    kernel, far = small_kernel(folder + "/kernel"), write(folder + "/far", bytes(MIB))
    bundle = Bundle(pack(folder + "/packed.img", "--raw", f"{far}@{FREE + 2 * MIB:#x}",
                         "--raw", f"{kernel}@{FREE:#x},entry={FREE:#x}", kernel=None))
    index = bundle.segments()["raw1"]
    source, size = (bundle.segment(index, field) for field in ("source", "file_size"))
    bundle.bytes[source:source + size + 32] = bytes(32) + bundle.bytes[source:source + size]
    bundle.segment(index, "source", source + 32)
    return Setup(bundle.save(folder + "/boot.img"), payload(2, kernel), {"ram": True, "cohsan": {"clean": "plan"}})


@cell
def no_uart(folder):
    return Setup(pack(folder + "/boot.img", "--console", f"pl011,{HOLE:#x}"), payload(2),
                 {"ram": True})


@both
def fallback(folder):
    """What the first slot stored before it failed is not to land on anything later."""
    raw = bytes(i % 241 for i in range(9001))
    bundle = Bundle(pack(folder + "/packed.img", "--raw", f"{write(folder + '/raw', raw)}@{FREE:#x}",
                         "--fallback", "--kernel", PAYLOAD))
    bundle.bytes[bundle.segment(bundle.segments()["raw0"], "source")] ^= 1
    return Setup(bundle.save(folder + "/boot.img"), payload(2),
                 {"ram": True, "cohsan": {"publish": {"given up": (FREE, FREE + len(raw))}}})


def unchanged_tree(folder):
    """A tree of which the fix-up's copy drops nothing: the copy is as long, and fills a buffer of that size."""
    tree = machine_tree(folder + "/own.dtb")
    for seed in ("kaslr-seed", "rng-seed"):
        fdtput(tree, "-d", "/chosen", seed)
    tree = dtc(tree, source_of(tree))
    return tree, os.path.getsize(tree) + 7 & ~7


@cell
def fallback_tree(folder):
    """The same of a tree that was begun: where the second slot writes none. All fits but the name of the command line."""
    tree, size = unchanged_tree(folder)
    size = size + 12 + 504 + 7 & ~7     # a property, its 501 bytes, and padding
    bundle = Bundle(pack(folder + "/packed.img", "--dtb", tree, "--force-dtb", "--append", "x" * 500, "--fallback",
                         "--kernel", PAYLOAD))
    begun = LOAD + bundle.slot("tree_base")
    bundle.slot("tree_size", size)
    bundle.slot("flags", 0, 1)
    bundle.slot("tree_base", 0x4b000000, 1)
    return Setup(bundle.save(folder + "/boot.img"), payload(2),
                 {"ram": True, "cohsan": {"publish": {"begun": (begun, begun + size)}}})


@cell
def tree_without_record(folder):
    """The buffer has no room for the record, and the boot goes on without it."""
    tree, size = unchanged_tree(folder)
    bundle = Bundle(pack(folder + "/packed.img", "--dtb", tree, "--force-dtb"))
    bundle.slot("tree_size", size)
    return Setup(bundle.save(folder + "/boot.img"), payload(2), {"ram": True})


CELLS = cell_setup.CELLS     # of all files that were read until now
