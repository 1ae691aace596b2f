# SPDX-License-Identifier: BSD-2-Clause
"""Stage 2: cached or not, and why not. cohsan watches every boot here, and each has to reach the payload."""

import os

import pytest

from images import Bundle, Hostile, fdtget, fdtput, machine_tree, pack, uefi_memory, write
from machine import Machine
from pairwise import cover
from paths import LOAD, MIB

UNCACHED = 1            # LETHE_MODE_UNCACHED
POOL_PAGES = 24         # memory.c
GIB = 1 << 30
FREE = 0x4a000000
ELSEWHERE = 0x4c000000
RAW = bytes(i % 251 for i in range(70001))


def with_mode(path, mode):
    bundle = Bundle(path)
    bundle.plan("mode", UNCACHED if mode == "uncached" else 0)
    return bundle.save(path)


def sources(work, boot, source):
    """The raw segment is read where the loader put it; the bundle has nothing of it."""
    bundle = Bundle(boot)
    index = bundle.segments()["raw0"]
    bundle.segment(index, "source", source)
    bundle.segment(index, "flags", 0)
    return bundle, write(work + "/raw", RAW)


def packed_raw(work, *options, dest=FREE):
    return pack(work + "/boot.img", "--raw", f"{write(work + '/raw', RAW)}@{dest:#x}", *options)


def windows(path, *ranges, out=None):
    bundle = Bundle(path)
    bundle.tail(ranges)
    return bundle.save(out or path)


def boot(work, path, mode, el=2, why=None, there=None, **options):
    """Returns the payload's tree. why: the status on the console. there: {PA: bytes}"""
    with Machine(path, el=el, ram=True, **options) as machine:
        if why:
            machine.expect(rf"^lethe: uncached: .* \(LETHE_E_{why}\)$")
        machine.expect(rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="FAULT|FAIL")
        values = machine.payload()
        assert values["el"] == el
        assert why or not any("uncached" in line for line in machine.lethe_lines())
        tree = write(work + "/given.dtb", machine.read_tree(values["x0"]))
        assert fdtget(tree, "/chosen/lethe", "mode") == mode
        for address, data in (there or {}).items():
            assert machine.read_ram(address, len(data)) == data, f"wrong at {address:#x}"
    return tree


def table_pages(tree):
    """The number of table pages, from the record."""
    cells = fdtget(tree, "/chosen/lethe", "stage-bytes", "x").split()
    return int(cells[3], 16) // 4096


# ---- which mode ----

MODES = {"cpu": ["cortex-a72", "neoverse-n1", "a64fx", "max"], "el": [1, 2],
         "mode": ["cached", "uncached"]}


@pytest.mark.parametrize("cell", cover(MODES, lambda cell: True),
                         ids=lambda cell: "-".join(map(str, cell.values())))
def test_mode(work, cell):
    options = dict(cell)
    if cell["cpu"] == "a64fx":      # it claims a GICv3 in its ID registers, whatever there is
        options["machine"] = f"virt,virtualization={'on' if cell['el'] == 2 else 'off'}" \
            ",gic-version=3"
    tree = boot(work, with_mode(pack(work + "/boot.img"), cell["mode"]), **options)
    assert (table_pages(tree) > 0) == (cell["mode"] == "cached")


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("mode", ["cached", "uncached"])
@pytest.mark.parametrize("memory", ["tree", "uefi", "windows"])
def test_what_lies_outside_the_extent(work, el, mode, memory):
    """A raw segment that moves there, the initrd that the loader left, and what says it is RAM."""
    tree = machine_tree(work + "/loader.dtb", el=el)
    data = b"the loader's" * 5000
    start = 0x4d001003
    fdtput(tree, "-t", "x", "/chosen", "linux,initrd-start", f"{start:x}")
    fdtput(tree, "-t", "x", "/chosen", "linux,initrd-end", f"{start + len(data):x}")
    load = [(write(work + "/initrd", data), start)]
    path = with_mode(packed_raw(work, dest=FREE + 5), mode)
    if memory == "uefi":
        table = uefi_memory(tree, ELSEWHERE + 0x80018, (0x40000000, 0x50000000))
        load.append((write(work + "/map", table), ELSEWHERE + 0x80018))
    if memory == "windows":
        windows(path, (FREE, 0x100000))
    target = LOAD + 2 * MIB
    stub = Hostile(target, "plain", x0=ELSEWHERE).save(work + "/stub")
    boot(work, stub, mode, el, load=[(path, target), (tree, ELSEWHERE), *load],
         there={FREE + 5: RAW, start: data})


@pytest.mark.parametrize("el", [1, 2])
def test_destination_in_the_last_page_of_the_tree(work, el):
    tree = machine_tree(work + "/loader.dtb", el=el)
    behind = ELSEWHERE + (os.path.getsize(tree) + 7 & ~7)
    assert behind % 4096
    target = LOAD + 2 * MIB
    stub = Hostile(target, "plain", x0=ELSEWHERE).save(work + "/stub")
    boot(work, stub, "cached", el, there={behind: RAW},
         load=[(packed_raw(work, dest=behind), target), (tree, ELSEWHERE)])


def test_cached_to_el1(work):
    with Machine(pack(work + "/boot.img", "--el", "1"), ram=True) as machine:
        values = machine.payload()
        tree = write(work + "/given.dtb", machine.read_tree(values["x0"]))
        assert values["el"] == 1 and fdtget(tree, "/chosen/lethe", "mode") == "cached"


# ---- the floor ----

def far_apart(work, count):
    """A bundle with a page here and there: each takes a table of its own."""
    page = write(work + "/page", bytes(4096))
    raws = [f"{page}@{0x4a001000 + i * 2 * MIB:#x}" for i in range(count)]
    return pack(work + "/boot.img", *(word for raw in raws for word in ("--raw", raw)))


@pytest.mark.parametrize("el", [1, 2])
def test_more_destinations_than_tables(work, el):
    boot(work, far_apart(work, 40), "uncached", el, "MAP_POOL", memory=512)


@pytest.mark.parametrize("el", [1, 2])
def test_the_last_table(work, el):
    """The console took two before the destinations. One more, and the MMU goes off again."""
    used = table_pages(boot(work, pack(work + "/boot.img"), "cached", el)) + 2
    boot(work, far_apart(work, POOL_PAGES - used), "cached", el)
    boot(work, far_apart(work, POOL_PAGES - used + 1), "uncached", el, "MAP_POOL")


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("cpu, bits", [("cortex-a53", 40), ("cortex-a72", 44), ("max", 48)])
def test_source_above_the_cpus_addresses(work, el, cpu, bits):
    """52 bits of QEMU's max count as 48: more would need another format of tables. A rehearsal, for there is nothing
    to be read."""
    source = (1 << bits) - len(RAW) + 1
    for down, why in ((0, "MAP_ADDRESS"), (1, None)):
        bundle, _ = sources(work, packed_raw(work, "--stop-after", "check"), source - down)
        bundle.tail([(FREE, 0x100000), ((1 << bits) - 0x20000, 0x40000)])
        # The windows alone say what is RAM: no tree contradicts.
        tree = machine_tree(work + "/loader.dtb", el=el, cpu=cpu)
        fdtput(tree, "-r", "/memory@40000000")
        stub = Hostile(LOAD + 2 * MIB, "plain", x0=ELSEWHERE).save(work + "/stub")
        load = [(bundle.save(work + "/boot.img"), LOAD + 2 * MIB), (tree, ELSEWHERE)]
        with Machine(stub, cpu=cpu, el=el, load=load) as machine:
            machine.expect("^lethe: would enter ", "^lethe: halt$", never="FAIL|FAULT")
            lines = [line for line in machine.lethe_lines() if "uncached" in line]
            assert len(lines) == bool(why) and all(why in line for line in lines)


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("how", ["no RAM", "not of the plan's", "reserved"])
def test_source_that_is_not_listed_as_ram(work, el, how):
    """The source may be a device, so it is read with the MMU off."""
    source = 0x04001003 if how == "no RAM" else ELSEWHERE + 3       # QEMU's second flash
    bundle, raw = sources(work, packed_raw(work, dest=FREE + 5), source)
    options = {}
    if how == "not of the plan's":
        bundle.tail([(FREE, 0x100000)])
    if how == "reserved":
        tree = machine_tree(work + "/loader.dtb", el=el)
        fdtput(tree, "-p", "-t", "x", "/reserved-memory", "#address-cells", "2")
        fdtput(tree, "-t", "x", "/reserved-memory", "#size-cells", "2")
        fdtput(tree, "/reserved-memory", "ranges")
        fdtput(tree, "-p", "-t", "x", "/reserved-memory/x", "reg", "0", f"{ELSEWHERE:x}", "0",
               "100000")
        options["dtb"] = tree
    boot(work, bundle.save(work + "/boot.img"), "uncached", el, "SOURCE_NOT_RAM",
         there={FREE + 5: RAW}, load=[(raw, source)], **options)


def test_source_in_ram(work):
    """The same source is read cached if the tree calls it RAM and nothing else."""
    bundle, raw = sources(work, packed_raw(work, dest=FREE + 5), ELSEWHERE + 3)
    boot(work, bundle.save(work + "/boot.img"), "cached", there={FREE + 5: RAW},
         load=[(raw, ELSEWHERE + 3)])


# ---- far addresses ----

@pytest.mark.parametrize("mode", ["cached", "uncached"])
@pytest.mark.parametrize("memory, dest", [(6 * 1024, 0x1a0000003), (1100 * 1024, 0x10a00000003)],
                         ids=["above 4 GiB", "above 1 TiB"])
def test_ram_far_up(work, mode, memory, dest):
    """Only the raw segment's destination is touched. The host allocates pages as they are written."""
    path = with_mode(packed_raw(work, dest=dest), mode)
    backend = f"memory-backend-ram,id=far,size={memory}M,reserve=off"
    with Machine(path, memory=memory, machine="virt,virtualization=on,memory-backend=far",
                 extra=["-object", backend]) as machine:
        machine.expect(r"^lethe: raw0 70001 sha256 ok", "^lethe: enter ", never="uncached:")
        machine.payload()
