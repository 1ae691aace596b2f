# SPDX-License-Identifier: BSD-2-Clause
"""The boots that a mutant has to survive: each a moment long, together all code of the blob.

A cell is a function that makes its files and returns a Setup. The likely killers stand first. Most
are there twice: the same maintenance has to do for the cached mode and for the uncached.
"""

import os

import images
import library_cells
import relocations
from cell_setup import TARGET, Setup, both, by_stub, cell, memory, payload
from end_cells import ELSEWHERE, FREE
from images import Bundle, machine_tree, pack, write
from machine import Machine
from paths import LOAD, MIB, PAYLOAD
from sites import LINE


# ---- the three ways across ----

@both
def el2(folder):
    return Setup(pack(folder + "/boot.img"), payload(2), {"ram": True})


@both
def el1(folder):
    return Setup(pack(folder + "/boot.img"), payload(1), {"ram": True, "el": 1})


def pack_to_el1(path):
    """With the blob whose instructions are tried: --el 1 would take the one that can hold CPUs."""
    bundle = Bundle(pack(path))
    bundle.plan("el", 1)
    return bundle.save(path)


@both
def to_el1(folder):
    return Setup(pack_to_el1(folder + "/boot.img"), payload(1), {"ram": True})


# ---- worse worlds ----

def odd_kernel(folder):
    """Its file ends at an odd address, 37 KiB on."""
    with open(PAYLOAD, "rb") as file:
        data = file.read()
    return write(folder + "/kernel", data + bytes(i % 251 for i in range(0x9007 - len(data))))


def moved(folder, *options):
    """A bundle with an initrd and raw segments that move down and up over themselves, and far away.

    (the bundle's path, kernel, a check of memory). Odd addresses, odd sizes, tails.
    """
    kernel = odd_kernel(folder)
    data = [bytes((i * step) % 253 for i in range(size))
            for step, size in ((3, 10001), (5, 9001), (7, 4099))]
    raws = [f"{write(f'{folder}/raw{i}', part)}@{FREE + i * MIB:#x}" for i, part in enumerate(data)]
    initrd = b"initrd" * 21
    path = pack(folder + "/packed.img", "--initrd", write(folder + "/initrd", initrd), *options,
                *(word for raw in raws for word in ("--raw", raw)), kernel=kernel)
    bundle = Bundle(path)
    names = bundle.segments()
    parts = [(LOAD + bundle.segment(names["initrd"], "source"), initrd)]
    for i, (shift, size) in enumerate(((-0x3f5, 12001), (0x7b5, 10003), (None, 0x8003))):
        index = names[f"raw{i}"]
        source = LOAD + bundle.segment(index, "source")
        dest = FREE + 3 if shift is None else source + shift
        bundle.segment(index, "dest", dest)
        bundle.segment(index, "mem_size", size)
        parts.append((dest, data[i] + bytes(size - len(data[i]))))
    return bundle.save(folder + "/boot.img"), kernel, memory(*parts)


@both
def moves(folder):
    path, kernel, more = moved(folder)
    return Setup(path, payload(2, kernel, more), {"ram": True})


@both
def strict_moves(folder):
    """The loader cleaned no more than the blob and the plan."""
    path, kernel, more = moved(folder)
    return Setup(path, payload(1, kernel, more), {"ram": True, "el": 1, "cohsan": {"clean": "plan"}})


@both
def strict_tree(folder):
    """A packed tree that was not cleaned, far behind the plan; x0 is not looked at."""
    tree = machine_tree(folder + "/own.dtb")
    path = pack(folder + "/boot.img", "--dtb", tree, "--force-dtb", "--append", "a=b")
    bundle = Bundle(path)
    index, far = bundle.segments()["dtb"], 0x100000
    with open(tree, "rb") as file:
        data = file.read()
    bundle.bytes[far:far + len(data)] = data
    bundle.segment(index, "source", far)
    return Setup(bundle.save(path), payload(2), {"ram": True, "cohsan": {"clean": "plan"}})


@both
def strict_plan(folder):
    """A loader that cleaned nothing but the blob."""
    return Setup(pack(folder + "/boot.img", "--append", "a=b"), payload(2),
                 {"ram": True, "cohsan": {"clean": "blob"}})


@both
def strict_plan_last(folder):
    """The same, and the file ends with the plan, so that its last line is the plan's. The kernel lies elsewhere."""
    packed = pack(folder + "/packed.img", "--append", "a=b")
    bundle = Bundle(packed)
    kernel = bundle.segments()["kernel"]
    for field, value in (("source", ELSEWHERE), ("dest", FREE), ("flags", 0), ("align", 0), ("align_offset", 0)):
        bundle.segment(kernel, field, value)
    end = bundle.plan_at + bundle.plan("total_size")
    del bundle.bytes[end:]
    bundle.put(images.BLOB, "file_size", end)
    bundle.save(folder + "/boot.img")
    return Setup(folder + "/boot.img", payload(2),
                 by_stub(folder, "plain", load=[(PAYLOAD, ELSEWHERE)], cohsan={"clean": "blob"}))


@both
def full_tree(folder):
    """The tree ends in the middle of its buffer's last line. A boot with a larger buffer tells its size."""
    options, path = {"ram": True}, folder + "/boot.img"
    with Machine(pack(path, "--append", "a=b"), **options) as machine:
        size = len(machine.read_tree(machine.payload()["x0"]))
    more = (LINE // 2 - size) % LINE
    bundle = Bundle(pack(path, "--append", "a=b" + "c" * more))
    bundle.slot("tree_size", images.align_up(size + more, LINE))
    return Setup(bundle.save(path), payload(2), options)


@both
def strict_own_memory(folder):
    """Nor its own bss and stacks: what it stores there is to stay."""
    path = pack(folder + "/boot.img")
    start, end = (images.blob_symbol(name) for name in ("lethe_bss_start", "lethe_blob_end"))
    clean = [(LOAD, LOAD + start), (LOAD + end, LOAD + os.path.getsize(path))]
    return Setup(path, payload(2), {"ram": True, "cohsan": {"clean": clean}})


@both
def stale_data(folder):
    """Old clean lines over its data and its plan."""
    path = pack(folder + "/boot.img")
    start = LOAD + images.blob_symbol("lethe_rodata_start")
    stale = [(start, LOAD + Bundle(path).plan_at + 4096)]
    return Setup(path, payload(2), {"ram": True, "cohsan": {"stale": stale}})


def stale_image(folder, **options):
    """And over its code: as of booting.rst the loader cleans to the PoC, which leaves those."""
    path = pack(folder + "/boot.img")
    stale = [(LOAD, LOAD + Bundle(path).plan_at + 4096)]
    return {"ram": True, "cohsan": {"stale": stale}, **options}


@both
def stale_image_el2(folder):
    return Setup(folder + "/boot.img", payload(2), stale_image(folder))


@both
def stale_image_el1(folder):
    return Setup(folder + "/boot.img", payload(1), stale_image(folder, el=1))


RAM = (0x40000000, 0x50000000)


@both
def all_dirty(folder):
    """Nothing old in the caches, and all that is new, but for the blob: a kernel in place, segments that move."""
    path, kernel, more = moved(folder)
    dirty = [(RAM[0], LOAD), (LOAD + images.blob_symbol("lethe_blob_end"), RAM[1])]
    return Setup(path, payload(2, kernel, more), {"ram": True, "cohsan": {"clean": [RAM], "dirty": dirty}})


@both
def all_stale(folder):
    """The loader cleaned all, and something older lies over all of it."""
    path, kernel, more = moved(folder)
    return Setup(path, payload(1, kernel, more), {"ram": True, "el": 1, "cohsan": {"stale": [RAM]}})


@both
def beside(folder):
    """What shares the first and the last line of a segment is the payload's, and was in memory before."""
    data = bytes(i % 233 for i in range(5003))
    bundle = Bundle(pack(folder + "/packed.img", "--raw", f"{write(folder + '/raw', data)}@{FREE + 3:#x}"))
    index, size = bundle.segments()["raw0"], 0x1803
    bundle.segment(index, "mem_size", size)
    end = FREE + 3 + size
    kept = {"before": (FREE, FREE + 3), "behind": (end, images.align_up(end, LINE))}
    return Setup(bundle.save(folder + "/boot.img"), payload(2, more=memory((FREE + 3, data + bytes(size - len(data))))),
                 {"ram": True, "cohsan": {"stale": [RAM], "publish": kept}})


@both
def others_map_it(folder):
    """A hypervisor that maps all as cacheable, Lethe too, and whose CPU reads ahead."""
    path, kernel, more = moved(folder)
    ranges = [(LOAD, 0x48000000), (0x49000000, 0x4b000000)]
    return Setup(path, payload(2, kernel, more), {"ram": True, "cohsan": {"mapped": ranges}})


@both
def slide(folder):
    """4 KiB from where the kernel may lie: it is moved up over itself in pieces."""
    kernel = odd_kernel(folder)
    at = LOAD + 0x1ff000
    return Setup(pack(folder + "/boot.img", kernel=kernel), payload(2, kernel),
                 by_stub(folder, "plain", at=at, cohsan={"clean": "plan"}))


# ---- other CPUs, entered by the worst of loaders ----

@both
def hostile_e2h(folder):
    """Memory behind the file is rubbish, EL2 is as a VHE kernel leaves it."""
    path = pack(folder + "/boot.img")
    end = images.align_up(TARGET + os.path.getsize(path), 4096)
    fills = [(end, TARGET + Bundle(path).plan("extent_size"), 0xa5a5a5a5a5a5a5a5)]
    return Setup(path, payload(2), by_stub(folder, "e2h", cpu="neoverse-n1", fills=fills))


@cell
def deceiving_far(folder):
    """FAR_EL1 happens to hold the first pattern that tells E2H = 1 from 0."""
    options = by_stub(folder)
    with open(options["kernel"], "rb") as file:
        data = file.read()
    old, new = ((value).to_bytes(8, "little") for value in (0xdeadbeef00000014, 0x5a5a))
    assert old in data
    write(options["kernel"], data.replace(old, new))
    return Setup(pack(folder + "/boot.img"), payload(2), options)


@both
def hostile_max_to_el1(folder):
    path = pack_to_el1(folder + "/boot.img")
    return Setup(path, payload(1), by_stub(folder, "e2h", "streaming", cpu="max"))


@both
def hostile_el1(folder):
    return Setup(pack(folder + "/boot.img"), payload(1),
                 by_stub(folder, "streaming", cpu="max", el=1, cohsan={"clean": "plan"}))


@both
def gic3_to_el1(folder):
    def icc(machine, values, tree):
        assert values["icc_sre"] & 1
    path = pack_to_el1(folder + "/boot.img")
    return Setup(path, payload(1, more=icc),
                 by_stub(folder, "e2h", cpu="neoverse-v1",
                         machine="virt,virtualization=on,gic-version=3,its=off"))


@both
def long_lines(folder):
    """256 bytes each."""
    path, kernel, more = moved(folder)
    return Setup(path, payload(2, kernel, more),
                 {"ram": True, "cpu": "a64fx", "cohsan": {"clean": "plan"}})


# ---- down to the floor again ----

def leaves(folder, el):
    """A source that the plan does not call RAM, seen when the MMU is on already."""
    data = bytes(i % 239 for i in range(9001))
    raw = write(folder + "/raw", data)
    bundle = Bundle(pack(folder + "/boot.img", "--raw", f"{raw}@{FREE + 3:#x}"))
    index = bundle.segments()["raw0"]
    bundle.segment(index, "source", ELSEWHERE + 1)
    bundle.segment(index, "flags", 0)
    bundle.tail([(FREE, 0x100000)])

    def check(machine):
        machine.expect(r"^lethe: uncached: .* \(LETHE_E_SOURCE_NOT_RAM\)$")
        payload(el, more=memory((FREE + 3, data)))(machine)
    return Setup(bundle.save(folder + "/bad.img"), check,
                 by_stub(folder, "plain", el=el, load=[(raw, ELSEWHERE + 1)]))


@cell
def leaves_el2(folder):
    return leaves(folder, 2)


@cell
def leaves_el1(folder):
    return leaves(folder, 1)


import loader_cells  # noqa: E402: behind the likely killers
import smp_cells     # noqa: E402
import cpus_cells    # noqa: E402
import flash_cells   # noqa: E402

CELLS = relocations.CELLS | library_cells.CELLS | loader_cells.CELLS | smp_cells.CELLS | cpus_cells.CELLS | flash_cells.CELLS
