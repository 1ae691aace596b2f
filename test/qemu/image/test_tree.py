# SPDX-License-Identifier: BSD-2-Clause
"""The device tree that the payload gets, taken out of guest memory and read by dtc and `lethe record`."""

import re
import struct

import pytest

import images
from images import Bundle, Hostile, dtc, fdtget, fdtput, lethe, machine_tree, pack, reservations, write
from machine import Machine
from paths import LOAD, MIB, PAYLOAD, RAM_BASE, VIRT_UART

UART = ["--console", f"pl011,{VIRT_UART:#x}"]
ELSEWHERE = 0x4c000000      # free memory, for things that a loader would have put there


def boot_and_take(work, boot, **options):
    """Boots a bundle; (payload's values, path of the tree it was given, the machine, stopped)."""
    with Machine(boot, ram=True, **options) as machine:
        values = machine.payload()
        tree = write(work + "/given.dtb", machine.read_tree(values["x0"]))
        machine.drain()
        values["lines"] = machine.lethe_lines()
        values["initrd"] = None
        start = fdtget(tree, "/chosen", "linux,initrd-start", "x")
        if start:
            start, end = chosen_u64(tree, "linux,initrd-start"), chosen_u64(tree, "linux,initrd-end")
            values["initrd"] = (start, end, machine.read_ram(start, end - start))
        return values, tree


def chosen_u64(tree, name):
    words = fdtget(tree, "/chosen", name, "x").split()
    return sum(int(word, 16) << 32 * i for i, word in enumerate(reversed(words)))


def record(tree):
    """`lethe record`'s table as {label: rest}."""
    return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in lethe("record", tree).splitlines()
                if re.search(r"\S\s{2,}", line))


def test_all_else_is_kept(work):
    """Outside /chosen nothing changes, node for node."""
    before = machine_tree(work + "/before.dtb")
    _, after = boot_and_take(work, pack(work + "/boot.img"))

    def nodes(tree):
        return re.sub(r"\tchosen \{.*?\n\t\};\n", "", images.source_of(tree, "-s"), flags=re.S)

    assert nodes(after) == nodes(before)
    assert fdtget(after, "/chosen", "stdout-path") == "/pl011@9000000"


def test_bootargs(work):
    kept, replaced = pack(work + "/a.img"), pack(work + "/b.img", "--append", "mine=1 quiet")
    assert fdtget(boot_and_take(work, kept, append="loader=1")[1], "/chosen", "bootargs") == "loader=1"
    assert fdtget(boot_and_take(work, kept)[1], "/chosen", "bootargs") is None
    for append in ("loader=1", None):
        _, tree = boot_and_take(work, replaced, append=append)
        assert fdtget(tree, "/chosen", "bootargs") == "mine=1 quiet"


@pytest.mark.parametrize("loaders, packed", [(True, False), (False, True), (True, True), (False, False)])
def test_initrd(work, loaders, packed):
    """The packed initrd wins and is reserved; the loader's is passed on untouched."""
    first = write(work + "/first", bytes(range(256)) * 33 + b"odd")
    second = write(work + "/second", b"second" * 1001)
    boot = pack(work + "/boot.img", *(["--initrd", second] if packed else []))
    values, tree = boot_and_take(work, boot, initrd=first if loaders else None)
    if not loaders and not packed:
        assert values["initrd"] is None
        return
    start, end, data = values["initrd"]
    with open(second if packed else first, "rb") as file:
        assert data == file.read()
    if packed:
        assert LOAD <= start < LOAD + Bundle(boot).plan("extent_size")
        assert (start, end - start) in reservations(open(tree, "rb").read())
    else:
        assert start == 0x48000000


def test_packed_initrd_hides_the_loaders_reservation(work):
    initrd = write(work + "/initrd", b"x" * 5000)
    tree = machine_tree(work + "/loader.dtb")
    source = "/memreserve/ 0x48000000 0x1389;\n/memreserve/ 0x4a000000 0x3000;\n" + \
        "/memreserve/ 0x40201000 0x4000;\n"
    text = images.source_of(tree)
    # An earlier Lethe made the one in the extent.
    record = "chosen { lethe { reserved = <0 0x40201000 0 0x4000>; };"
    dtc(tree, text.replace("/dts-v1/;", "/dts-v1/;\n" + source) + "/ { " + record + " }; };")
    first = write(work + "/first", b"y" * 0x1389)
    boot = pack(work + "/boot.img", "--initrd", initrd)
    values, given = boot_and_take(work, boot, dtb=tree, initrd=first)
    entries = reservations(open(given, "rb").read())
    start, end, _ = values["initrd"]
    # The old initrd's and the one inside the extent are gone, the stranger's stays.
    assert sorted(entries) == sorted([(0x4a000000, 0x3000), (start, end - start)])


def take_with(work, boot, loader, **options):
    """As boot_and_take(), with a tree that QEMU does not touch: by -dtb it makes new seeds and a /chosen."""
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=ELSEWHERE).save(work + "/stub")
    return boot_and_take(work, stub, load=[(boot, LOAD + 2 * MIB), (loader, ELSEWHERE)], **options)


SEEDS = ("kaslr-seed", "rng-seed")


@pytest.mark.parametrize("cpu, has_rng", [("cortex-a53", False), ("max", True)])
def test_seeds(work, cpu, has_rng):
    """Seeds are never passed on and never zero: they are fresh, or removed if there is no source for them."""
    boot = pack(work + "/boot.img")
    loader = machine_tree(work + "/loader.dtb")
    _, tree = take_with(work, boot, loader, cpu=cpu)
    fresh = [fdtget(tree, "/chosen", name, "bx") for name in SEEDS]
    assert len(fresh[0].split()) == 8 and len(fresh[1].split()) == 64
    assert set(fresh[0].split()) != {"0"} and len(set(fresh[1].split())) > 16
    given = [fdtget(loader, "/chosen", name, "bx") for name in SEEDS]
    assert all(given) and fresh[0] != given[0] and fresh[1] != given[1]
    # One of the two is enough to make both.
    for name in SEEDS:
        one = write(work + "/one.dtb", open(loader, "rb").read())
        fdtput(one, "-d", "/chosen", name)
        _, tree = take_with(work, boot, one, cpu=cpu)
        assert all(fdtget(tree, "/chosen", seed, "x") for seed in SEEDS)
    # Used ones: a kernel that was there before zeroed them.
    fdtput(loader, "-t", "x", "/chosen", "kaslr-seed", "0", "0")
    fdtput(loader, "-t", "x", "/chosen", "rng-seed", *["0"] * 8)
    _, tree = take_with(work, boot, loader, cpu=cpu)
    for name in SEEDS:
        assert bool(fdtget(tree, "/chosen", name, "x")) == has_rng
    # The seeds of a packed tree are known to every reader of the file.
    fdtput(loader, "-t", "x", "/chosen", "kaslr-seed", "1234", "5678")
    forced = pack(work + "/forced.img", "--dtb", loader, "--force-dtb")
    _, tree = boot_and_take(work, forced, cpu=cpu)
    assert bool(fdtget(tree, "/chosen", "kaslr-seed", "x")) == has_rng
    assert fdtget(tree, "/chosen", "kaslr-seed", "x") != "1234 5678"


def test_no_chosen_node(work):
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-r", "/chosen")
    boot = pack(work + "/boot.img", "--append", "made=1", *UART)
    _, tree = take_with(work, boot, loader)
    assert fdtget(tree, "/chosen", "bootargs") == "made=1"
    assert record(tree)["boot count"] == "1"


def test_uefi_properties_and_strangers_are_kept(work):
    loader = machine_tree(work + "/loader.dtb")
    wanted = {"linux,uefi-system-table": "0 4f000000", "linux,uefi-mmap-start": "0 4f100000",
              "linux,uefi-mmap-size": "90", "linux,uefi-mmap-desc-size": "30",
              "linux,uefi-mmap-desc-ver": "1", "linux,uefi-secure-boot": "2", "some,thing": "7"}
    for name, value in wanted.items():
        fdtput(loader, "-t", "x", "/chosen", name, *value.split())
    _, tree = boot_and_take(work, pack(work + "/boot.img"), dtb=loader)
    for name, value in wanted.items():
        assert fdtget(tree, "/chosen", name, "x") == value


def test_record(work):
    boot = pack(work + "/boot.img", "--initrd", write(work + "/i", b"i" * 4097))
    _, tree = boot_and_take(work, boot)
    table = record(tree)
    assert table["version"] == "0.1.0" and table["door"] == "image" and table["mode"] == "cached"
    assert table["entered at"] == table["handed over at"] == "EL2" and table["slot"] == "0"
    assert table["initrd"] == table["kernel"] == "ok"
    for stage in ("check", "memory", "read", "move", "verify", "describe", "publish"):
        assert int(table[stage].split()[0]) > 0, stage
    sizes = fdtget(tree, "/chosen/lethe", "stage-bytes", "x").split()
    assert int(sizes[9], 16) == len(open(PAYLOAD, "rb").read()) + 4097     # verify
    boot = pack(work + "/boot.img", "--el", "1")
    table = record(boot_and_take(work, boot)[1])
    assert table["entered at"] == "EL2" and table["handed over at"] == "EL1"


def test_record_of_what_was_moved(work):
    """A digest that is made during the move counts, in bytes and time, for the move stage."""
    raw = write(work + "/raw", b"r" * 70001)
    _, tree = boot_and_take(work, pack(work + "/boot.img", "--raw", f"{raw}@0x4a000000"))
    sizes = [int(cell, 16) for cell in fdtget(tree, "/chosen/lethe", "stage-bytes", "x").split()]
    bss = sizes[7] - 70001
    assert 0 <= bss < 4 * MIB and sizes[9] == len(open(PAYLOAD, "rb").read())      # move, verify


def test_boot_count_goes_on(work):
    """What the payload got is the next loader's tree, over and over."""
    boot = pack(work + "/boot.img")
    tree = None
    for count in (1, 2, 3):
        _, tree = boot_and_take(work, boot, dtb=tree)
        assert record(tree)["boot count"] == str(count)
    text = open(tree, "rb").read()
    assert text.count(b"stage-ticks") == 1
    fdtput(tree, "-t", "x", "/chosen/lethe", "boot-count", "ffffffff")
    assert record(boot_and_take(work, boot, dtb=tree)[1])["boot count"] == str(0xffffffff)


# ---- which tree ----

@pytest.fixture
def own(work):
    """A tree to pack, told apart by its model."""
    tree = machine_tree(work + "/own.dtb")
    fdtput(tree, "-t", "s", "/", "model", "own tree")
    return tree


def test_the_loaders_tree_wins(work, own):
    _, tree = boot_and_take(work, pack(work + "/boot.img", "--dtb", own))
    assert fdtget(tree, "/", "model") == "linux,dummy-virt"


def test_forced_tree(work, own):
    values, tree = boot_and_take(work, pack(work + "/boot.img", "--dtb", own, "--force-dtb"))
    assert fdtget(tree, "/", "model") == "own tree"
    assert not any("no device tree" in line for line in values["lines"])


def test_x0_is_not_read_when_the_tree_is_forced(work, own):
    """A read of x0's address would fault."""
    boot = pack(work + "/boot.img", "--dtb", own, "--force-dtb")
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=0xdead0000beef0000).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB)], ram=True) as machine:
        values = machine.payload()
        assert fdtget(write(work + "/g", machine.read_tree(values["x0"])), "/", "model") == "own tree"
        assert "no device tree" not in "".join(machine.lethe_lines())


BAD_X0 = [
    (0x2, "LETHE_E_TREE_ALIGN"),
    (0x48000006, "LETHE_E_TREE_ALIGN"),
    (0x48000001, "LETHE_E_TREE_ALIGN"),
    (0x8, "LETHE_E_TREE_HEADER"),               # flash
    (0x4e000000, "LETHE_E_TREE_HEADER"),        # RAM without a tree
    (0x0e000000, "LETHE_E_TREE_FAULT"),         # nothing there
    (0x0000ff0000000000, "LETHE_E_TREE_FAULT"),
    (0xdead0000beef0000, "LETHE_E_TREE_FAULT"),     # no address of any kind
    (0xfffffffffffffff8, "LETHE_E_TREE_(HEADER|FAULT)"),
]


@pytest.mark.parametrize("x0, status", BAD_X0, ids=[hex(x0) for x0, _ in BAD_X0])
@pytest.mark.parametrize("el", [1, 2])
def test_bad_x0_falls_to_the_packed_tree(work, own, el, x0, status):
    boot = pack(work + "/boot.img", "--dtb", own)
    stub = Hostile(LOAD + 2 * MIB, x0=x0).save(work + "/stub")
    with Machine(stub, el=el, load=[(boot, LOAD + 2 * MIB)], ram=True) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 .* x0={x0:#x}$",
                       rf"^lethe: x0={x0:#x} is no device tree: .* \({status}\)$")
        values = machine.payload()
        assert fdtget(write(work + "/g", machine.read_tree(values["x0"])), "/", "model") == "own tree"


@pytest.mark.parametrize("x0, status", BAD_X0[::3], ids=[hex(x0) for x0, _ in BAD_X0[::3]])
def test_bad_x0_and_no_packed_tree(work, x0, status):
    boot = pack(work + "/boot.img", *UART)
    stub = Hostile(LOAD + 2 * MIB, x0=x0).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB)]) as machine:
        machine.expect(rf"is no device tree: .* \({status}\)$",
                       r"^lethe: FAIL read: .*\(LETHE_E_TREE_NONE\)$", "^lethe: halt$")


def test_no_tree_at_all(work):
    boot = pack(work + "/boot.img", *UART)
    stub = Hostile(LOAD + 2 * MIB, x0=0).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB)]) as machine:
        machine.expect(r"x0=0x0$", r"^lethe: FAIL read: .*\(LETHE_E_TREE_NONE\)$", "^lethe: halt$",
                       never="is no device tree")


def damaged(tree):
    """{name: bytes} of trees that are broken in one way each."""
    good = bytearray(open(tree, "rb").read())
    size = struct.unpack_from(">I", good, 4)[0]
    structure = struct.unpack_from(">I", good, 8)[0]

    def put(offset, value):
        bad = bytearray(good)
        struct.pack_into(">I", bad, offset, value)
        return bytes(bad)

    return {
        "magic": (put(0, 0xd00dfeee), "TREE_HEADER"), "huge": (put(4, 0x200008), "TREE_SIZE"),
        "tiny": (put(4, 0x20), "TREE_(HEADER|SIZE|BROKEN)"), "version": (put(20, 3), "TREE_HEADER"),
        "struct-offset": (put(8, size + 8), "TREE_(HEADER|BROKEN)"),
        "strings-offset": (put(12, size + 8), "TREE_(HEADER|BROKEN)"),
        "tag": (put(structure, 0x55), "TREE_BROKEN"),
        "unending": (put(structure + struct.unpack_from(">I", good, 36)[0] - 4, 4), "TREE_BROKEN"),
    }


@pytest.mark.parametrize("how", ["magic", "huge", "tiny", "version", "struct-offset", "strings-offset",
                                 "tag", "unending"])
def test_damaged_tree_falls_to_the_packed_one(work, own, how):
    data, status = damaged(own)[how]
    bad = write(work + "/bad.dtb", data)
    boot = pack(work + "/boot.img", "--dtb", own)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=ELSEWHERE).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (bad, ELSEWHERE)]) as machine:
        machine.expect(rf"^lethe: x0=.* is no device tree: .* \(LETHE_E_{status}\)$",
                       "^lethe: enter")


def test_usable_range_that_cannot_be_read(work, own):
    """As many cells as no address has."""
    bad = write(work + "/bad.dtb", open(own, "rb").read())
    fdtput(bad, "-t", "x", "/", "#address-cells", "9")
    fdtput(bad, "-t", "x", "/chosen", "linux,usable-memory-range", "0", "40000000", "0", "1000")
    boot = pack(work + "/boot.img", "--dtb", own)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=ELSEWHERE).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (bad, ELSEWHERE)]) as machine:
        machine.expect(r"is no device tree: .* \(LETHE_E_TREE_CELLS\)$", "^lethe: enter")


def big_tree(path, own, size):
    """own, filled up to just size bytes."""
    room = size - len(open(own, "rb").read()) - 256
    text = images.source_of(own)
    fill = write(path + ".fill", bytes(room))
    return dtc(path, text.rstrip()[:-2] + f'\tfiller {{ fill = /incbin/("{fill}"); }};\n}};\n')


def test_tree_that_cannot_grow(work, own):
    loader = big_tree(work + "/big.dtb", own, 2 * MIB - 200)
    boot = pack(work + "/boot.img", "--append", "x" * 1000)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=ELSEWHERE).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (loader, ELSEWHERE)]) as machine:
        machine.expect(r"^lethe: FAIL describe: .*\(LETHE_E_TREE_NOSPACE\)$", "^lethe: halt$",
                       never="lethe: enter")


def test_large_tree_that_can_grow(work, own):
    loader = big_tree(work + "/big.dtb", own, 2 * MIB - 16384)
    boot = pack(work + "/boot.img", "--append", "x" * 1000)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=ELSEWHERE).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (loader, ELSEWHERE)], ram=True) as machine:
        values = machine.payload()
        tree = write(work + "/g", machine.read_tree(values["x0"]))
        assert fdtget(tree, "/chosen", "bootargs") == "x" * 1000


# ---- the loader's things and the extent ----

def test_tree_inside_the_extent_is_refused(work):
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img", *UART)
    inside = target + Bundle(boot).plan("extent_size") - 0x200000
    stub = Hostile(target, "plain", copies=[(None, inside, 0)]).save(work + "/stub")
    with Machine(stub, load=[(boot, target)]) as machine:
        machine.expect(r"^lethe: FAIL read: .*\(LETHE_E_LOADER_TREE\)$", rf"^lethe: at {inside:#x}$",
                       "^lethe: halt$")


@pytest.mark.parametrize("base, size, refused", [
    (RAM_BASE, 256 * MIB, False), (LOAD, 8 * MIB, False), (LOAD + MIB, 200 * MIB, True),
    (0x48000000, 64 * MIB, True)])
def test_usable_memory_range(work, base, size, refused):
    """A crash kernel stays in its window."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-t", "x", "/chosen", "linux,usable-memory-range", "0", f"{base:x}", "0", f"{size:x}")
    boot = pack(work + "/boot.img")
    with Machine(boot, dtb=loader, ram=True) as machine:
        if refused:
            machine.expect(r"^lethe: FAIL read: .*\(LETHE_E_DEST_UNUSABLE\)$", "^lethe: halt$")
        else:
            tree = write(work + "/g", machine.read_tree(machine.payload()["x0"]))
            assert fdtget(tree, "/chosen", "linux,usable-memory-range", "x") == \
                f"0 {base:x} 0 {size:x}"


def test_usable_memory_range_and_a_fixed_destination(work):
    loader = machine_tree(work + "/loader.dtb")
    raw = write(work + "/raw", b"r" * 100)
    boot = pack(work + "/boot.img", "--raw", f"{raw}@0x4a000000")
    for size, refused in ((0x10000000, False), (0xa000000, True), (0xa000063, True), (0xa000064, False)):
        fdtput(loader, "-t", "x", "/chosen", "linux,usable-memory-range", "0", "40000000", "0",
               f"{size:x}")
        with Machine(boot, dtb=loader) as machine:
            if refused:
                machine.expect(r'^lethe: FAIL read: segment 0 "raw0": .*\(LETHE_E_DEST_UNUSABLE\)$',
                               "^lethe: halt$")
            else:
                machine.expect("^lethe: enter", "^payload: end")
