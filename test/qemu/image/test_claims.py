# SPDX-License-Identifier: BSD-2-Clause
"""A loader's tree that lies about addresses, or names memory of firmware's in the extent."""

import struct

import pytest

from images import Bundle, Hostile, blob_symbol, fdtget, fdtput, machine_tree, pack, reservations, uefi_memory, write
from machine import COUNTED, Machine
from mini_tree import TARGET, TREE, given, mini, page_of_raw, under
from paths import MIB, PAYLOAD, VIRT_UART

KIB_64 = 0x10000


# A console

@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("where", ["context", "kernel", "RAM", "tree"])
def test_console_in_memory(work, el, where):
    """Each line would be stored there: the boot goes on without a console, and nothing changes."""
    boot = pack(work + "/boot.img")
    base = {"context": TARGET + blob_symbol("lethe_boot_context") + 2, "tree": TREE + 64,
            "kernel": TARGET + Bundle(boot).segment(0, "source"), "RAM": 0x4a000000}[where]
    tree = machine_tree(work + "/tree.dtb", el=el)
    node = f"/uart@{base:x}"
    fdtput(tree, "-c", node)
    fdtput(tree, "-t", "s", node, "compatible", "ns16550a")
    fdtput(tree, "-t", "x", node, "reg", "0", f"{base:x}", "0", "1000")
    fdtput(tree, "-t", "x", node, "reg-shift", "3")
    fdtput(tree, "-t", "x", node, "reg-io-width", "1")
    fdtput(tree, "-t", "s", "/chosen", "stdout-path", node)
    with under(work, boot, tree, el=el, ram=True) as machine:
        values, _ = given(machine, work)
        assert values["el"] == el
        assert machine.lethe_lines() == []


def test_console_in_the_loaders_initrd(work):
    """No memory node says which of the two lies: no byte goes there, and the status is all there is."""
    tree = mini(work + "/mini.dtb", memory="memory@0 { };", chosen=f"linux,initrd-start = <{VIRT_UART:#x}>; "
                                           f"linux,initrd-end = <{VIRT_UART + 0x2000:#x}>;")
    with under(work, pack(work + "/boot.img"), tree, monitor=True) as machine:
        assert machine.monitor.wait_halted()["X00"] == -222 & (1 << 64) - 1
        machine.drain(0.3)
        assert machine.raw == b""


def test_console_in_firmwares_memory(work):
    """The UEFI map says RAM of a kind that no OS may use: that is no place for a UART either."""
    tree = machine_tree(work + "/tree.dtb")
    table = uefi_memory(tree, 0x4b000000, (0x40000000, 0x50000000))
    table += struct.pack("<IIQQQQQ", 6, 0, VIRT_UART, 0, 1, 1 << 63 | 0xf, 0)
    fdtput(tree, "-t", "x", "/chosen", "linux,uefi-mmap-size", f"{len(table):x}")
    boot = pack(work + "/boot.img")
    with under(work, boot, tree, load=[(write(work + "/map", table), 0x4b000000)], ram=True) as machine:
        given(machine, work)
        assert machine.lethe_lines() == []


def test_packed_console_in_the_bundle(work):
    """The plan names Lethe's own data: the tree's console says so."""
    bundle = Bundle(pack(work + "/boot.img", "--console", f"pl011,{TARGET:#x}"))
    with under(work, bundle.save(work + "/bad.img"), mini(work + "/mini.dtb")) as machine:
        machine.expect(r"^lethe: FAIL check: console: .*\(LETHE_E_PLAN_CONSOLE\)$",
                       f"^lethe: at {TARGET:#x}$", "^lethe: halt$")


# What is reserved in the extent

def reserved_node(start, size, no_map=True, name="optee"):
    return f"""reserved-memory {{ #address-cells = <2>; #size-cells = <2>; ranges;
        {name}@{start:x} {{ reg = <0 {start:#x} 0 {size:#x}>; {'no-map;' if no_map else ''} }}; }};"""


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("kind", ["no-map", "node", "memreserve"])
def test_tree_slot_steps_around(work, el, kind):
    """Firmware's memory in the tree slot: the tree goes elsewhere, nothing is stored to it, and it stays reserved."""
    boot = pack(work + "/boot.img")
    slot = TARGET + Bundle(boot).slot("tree_base")
    start = (slot + 2 * MIB - 1) // (2 * MIB) * 2 * MIB + 0x8000
    if kind == "memreserve":
        tree = mini(work + "/mini.dtb", top=f"/memreserve/ {start:#x} 0x1000;")
    else:
        tree = mini(work + "/mini.dtb", root=reserved_node(start, 0x8000, kind == "no-map"))
    stub = Hostile(TARGET, "plain", x0=TREE, fills=[(start, start + 0x1000, 0x5eed5eed5eed5eed)])
    with Machine(stub.save(work + "/stub"), el=el, load=[(boot, TARGET), (tree, TREE)], ram=True) as machine:
        machine.expect("^lethe: reserved memory in the tree slot: the tree goes to 0x", "^lethe: enter")
        values, path = given(machine, work)
        assert values["x0"] % (2 * MIB) == 0 and values["x0"] // (2 * MIB) != start // (2 * MIB)
        assert machine.read_ram(start, 0x1000) == struct.pack("<Q", 0x5eed5eed5eed5eed) * 512
        if kind == "memreserve":
            assert (start, 0x1000) in reservations(open(path, "rb").read())
        else:
            assert fdtget(path, f"/reserved-memory/optee@{start:x}", "reg", "x") == f"0 {start:x} 0 8000"


@pytest.mark.parametrize("what", ["blob", "plan", "kernel", "bss"])
@pytest.mark.parametrize("kind", ["no-map", "memreserve"])
def test_bundle_needs_what_is_reserved(work, what, kind):
    bundle = Bundle(pack(work + "/boot.img"))
    kernel = bundle.segment(0, "source")
    start = TARGET + {"blob": 0x5000, "plan": bundle.plan_at, "kernel": kernel,
                      "bss": kernel + bundle.segment(0, "mem_size") - 8}[what]
    if kind == "memreserve":
        tree, name = mini(work + "/mini.dtb", top=f"/memreserve/ {start:#x} 8;"), "memreserve"
    else:
        tree, name = mini(work + "/mini.dtb", root=reserved_node(start, 8)), f"optee@{start:x}"
    with under(work, bundle.save(work + "/sealed.img"), tree) as machine:
        machine.expect(rf'^lethe: FAIL read: device tree "{name}": .*\(LETHE_E_EXTENT_RESERVED\)$',
                       rf"^lethe: at {start:#x}$", "^lethe: halt$")


def test_extent_is_not_mapped_over_no_map(work):
    """Where neither the tree nor a segment is, firmware's memory stays out of the map, and nothing is said."""
    bundle = Bundle(pack(work + "/boot.img"))
    start = TARGET + bundle.plan("extent_size") - 0x9000      # the room to slide
    tree = mini(work + "/mini.dtb", root=reserved_node(start, 0x8000))
    with under(work, bundle.save(work + "/sealed.img"), tree, ram=True) as machine:
        machine.expect("^lethe: enter", never="reserved")
        _, path = given(machine, work)
        assert fdtget(path, f"/reserved-memory/optee@{start:x}", "no-map") is not None


def test_empty_no_map_is_none(work):
    """A node of no bytes in the middle of a page of the kernel: the page stays in the map."""
    bundle = Bundle(pack(work + "/boot.img"))
    start = TARGET + bundle.segment(0, "source") + 0x1801
    tree = mini(work + "/mini.dtb", root=reserved_node(start, 0))
    with under(work, bundle.save(work + "/sealed.img"), tree) as machine:
        machine.expect("^lethe: enter", never="FAIL")


def test_what_an_earlier_lethe_reserved(work):
    """Its record says so: what lies in this extent is ours again, and its entry goes. A stranger's stays."""
    start = TARGET + Bundle(pack(work + "/boot.img")).segment(0, "source")
    entries = f"/memreserve/ {start:#x} 0x1000; /memreserve/ 0x4a000000 0x1000;"
    record = f"lethe {{ reserved = <0 {start:#x} 0 0x1000 0 0x4a000000 0 0x1000>; boot-count = <4>; }};"
    with under(work, work + "/boot.img", mini(work + "/mini.dtb", top=entries, chosen=record), ram=True) as machine:
        machine.expect("^lethe: enter")
        _, path = given(machine, work)
        assert reservations(open(path, "rb").read()) == [(0x4a000000, 0x1000)]
        assert fdtget(path, "/chosen/lethe", "boot-count") == "5"


def test_record_names_what_lethe_reserved(work):
    initrd = write(work + "/initrd", b"i" * 5000)
    boot = pack(work + "/boot.img", "--initrd", initrd, *page_of_raw(work, 0x4a000000))
    with under(work, boot, mini(work + "/mini.dtb"), ram=True) as machine:
        machine.expect("^lethe: enter")
        _, path = given(machine, work)
        words = [int(word, 16) for word in fdtget(path, "/chosen/lethe", "reserved", "x").split()]
        named = [(words[i] << 32 | words[i + 1], words[i + 2] << 32 | words[i + 3]) for i in range(0, len(words), 4)]
        assert sorted(named) == sorted(reservations(open(path, "rb").read())) and len(named) == 2


# What is RAM

def test_adjacent_nodes_are_one_piece(work):
    nodes = "".join(f'memory@{start:x} {{ device_type = "memory"; reg = <0 {start:#x} 0 {KIB_64:#x}>; }};'
                    for start in range(0x48000000 + 159 * KIB_64, 0x48000000 - 1, -KIB_64))
    boot = pack(work + "/boot.img", *page_of_raw(work, 0x48000000, 5 * MIB))
    with under(work, boot, mini(work + "/mini.dtb", memory=nodes)) as machine:
        machine.expect(r"^lethe: raw0 \d+ sha256 ok", "^lethe: enter")


def test_usable_memory_comes_before_reg(work):
    memory = """memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x10000000>;
        linux,usable-memory = <0 0x40000000 0 0x4000000>; };"""
    boot = pack(work + "/boot.img", *page_of_raw(work, 0x48000000))
    with under(work, boot, mini(work + "/mini.dtb", memory=memory)) as machine:
        machine.expect(r"^lethe: FAIL read: segment \d+ \"raw0\": .*\(LETHE_E_DEST_NOT_RAM\)$", "^lethe: halt$")


@pytest.mark.parametrize("kind, refused", [(7, False), (6, True)])
def test_every_source_has_to_agree(work, kind, refused):
    """/memory says RAM; the UEFI map, of eight ranges, has the last word on each."""
    at = 0x48000000
    tree = machine_tree(work + "/tree.dtb")
    table = b"".join(struct.pack("<IIQQQQQ", 7, 0, 0x40000000 + i * MIB, 0, 256, 0xf, 0) for i in range(6))
    table += struct.pack("<IIQQQQQ", 7, 0, 0x4b000000, 0, 0x5000, 0xf, 0)
    table += struct.pack("<IIQQQQQ", kind, 0, at, 0, 256, 0xf, 0)
    for name, value in (("start", "0 4b000000"), ("size", f"{len(table):x}"), ("desc-size", "30"), ("desc-ver", "1")):
        fdtput(tree, "-t", "x", "/chosen", f"linux,uefi-mmap-{name}", *value.split())
    boot = pack(work + "/boot.img", *page_of_raw(work, at))
    with under(work, boot, tree, load=[(write(work + "/map", table), 0x4b000000)]) as machine:
        if refused:
            machine.expect(r"^lethe: FAIL read: segment \d+ \"raw0\": .*\(LETHE_E_DEST_NOT_RAM\)$", "^lethe: halt$")
        else:
            machine.expect("^lethe: enter")


@pytest.mark.parametrize("start, size", [(TARGET + 0x100000, 48), (0x08000000, 48), (0x4b000000, 0x200000)],
                         ids=["in the extent", "a device", "too large"])
def test_uefi_map_that_cannot_be(work, start, size):
    tree = machine_tree(work + "/tree.dtb")
    for name, value in (("start", f"0 {start:x}"), ("size", f"{size:x}"), ("desc-size", "30"), ("desc-ver", "1")):
        fdtput(tree, "-t", "x", "/chosen", f"linux,uefi-mmap-{name}", *value.split())
    with under(work, pack(work + "/boot.img"), tree) as machine:
        machine.expect(r'^lethe: FAIL read: device tree "linux,uefi-mmap-.*\(LETHE_E_TREE_(CLAIM|BROKEN)\)$',
                       "^lethe: halt$")


@pytest.mark.parametrize("area, refused", [(0x48000000, False), (0x49000000, True)])
def test_kho_scratch(work, area, refused):
    """Beyond the scratch areas lies what the last kernel keeps for the next."""
    array = write(work + "/array", struct.pack("<QQ", area, MIB))
    tree = mini(work + "/mini.dtb", chosen="linux,kho-scratch = <0 0x4b000000 0 0x10>;")
    boot = pack(work + "/boot.img", *page_of_raw(work, 0x48000000))
    with under(work, boot, tree, load=[(array, 0x4b000000)]) as machine:
        if refused:
            machine.expect(r"\"raw0\": .*\(LETHE_E_DEST_NOT_RAM\)$", "^lethe: halt$")
        else:
            machine.expect("^lethe: enter")


def test_empty_kho_array_is_not_looked_at(work):
    """Its place may be firmware's: a table that has no bytes is none that Lethe reads."""
    tree = mini(work + "/mini.dtb", chosen="linux,kho-scratch = <0 0x4b000800 0 0>;", root="""
        reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
            secure@4b000000 { reg = <0 0x4b000000 0 0x1000>; no-map; }; };""")
    with under(work, pack(work + "/boot.img"), tree) as machine:
        machine.expect("^lethe: enter")


def test_elfcorehdr_is_the_loaders(work):
    tree = mini(work + "/mini.dtb", chosen="linux,elfcorehdr = <0 0x48000800 0 0x10>;")
    boot = pack(work + "/boot.img", *page_of_raw(work, 0x48000000))
    with under(work, boot, tree) as machine:
        machine.expect(r"\"raw0\": .*\(LETHE_E_DEST_LOADER\)$", "^lethe: halt$")


@pytest.mark.parametrize("start, end", [(0x08000000, 0x0a000000), (0x4fffff00, 0x50000100), (0x4a000000, 0x4a002000)],
                         ids=["devices", "beyond RAM", "no-map"])
def test_initrd_is_no_ram(work, start, end):
    tree = mini(work + "/mini.dtb", root=reserved_node(0x4a001000, 0x1000),
                chosen=f"linux,initrd-start = <{start:#x}>; linux,initrd-end = <{end:#x}>;")
    with under(work, pack(work + "/boot.img"), tree) as machine:
        machine.expect(r'^lethe: FAIL read: device tree "linux,initrd-start": .*\(LETHE_E_LOADER_INITRD\)$',
                       "^lethe: halt$")


def test_extent_over_two_usable_ranges(work):
    half = TARGET + 2 * MIB
    tree = mini(work + "/mini.dtb", chosen=f"linux,usable-memory-range = <0 {half:#x} 0 0x8000000>, "
                                           f"<0 0x40000000 0 {half - 0x40000000:#x}>;")
    with under(work, pack(work + "/boot.img"), tree) as machine:
        machine.expect("^lethe: enter")


# A sound tree with one odd value

@pytest.mark.parametrize("options, name, status", [
    ({"cells": 5}, "memory", "TREE_CELLS"),
    ({"memory": 'memory@0 { device_type = "memory"; reg = <0 0x40000000 0 0x10000000>, '
                '<0xffffffff 0xfffff000 0 0x1000>; };'}, "memory", "TREE_CELLS"),
    ({"chosen": "linux,initrd-start = [01 02 03]; linux,initrd-end = <0x4a000000>;"}, "linux,initrd-start",
     "TREE_BROKEN"),
    ({"chosen": "linux,usable-memory-range = <0 0x40000000 0>;"}, "linux,usable-memory-range", "TREE_BROKEN"),
    ({"root": "reserved-memory { #address-cells = <9>; #size-cells = <1>; x@0 { reg = <1>; }; };"},
     "reserved-memory", "TREE_CELLS"),
], ids=["cells", "memory wraps", "initrd", "usable", "reserved"])
def test_odd_value_is_named(work, options, name, status):
    """On the tree's own console; and the policy finds the tree's PSCI."""
    boot = pack(work + "/boot.img", "--on-fail", "reset")
    with under(work, boot, mini(work + "/mini.dtb", **options), extra=["-no-reboot", *COUNTED]) as machine:
        machine.expect(rf'^lethe: FAIL read: device tree "{name}": .*\(LETHE_E_{status}\)$', "^lethe: reset$")
        machine.expect_exit()


@pytest.mark.parametrize("options", [
    {"chosen": "bootargs = [63 6f 6e 73 6f 6c 65];"},
    {"chosen": "linux,initrd-start = <0x4b000000>; linux,initrd-end = <0x4a000000>;"},
    {"chosen": "linux,initrd-start = [01]; linux,initrd-end = <0x4a000000>;"},
], ids=["bootargs", "inside out", "short"])
def test_odd_value_that_does_not_matter(work, options):
    """Linux shrugs, and the bundle brings its own initrd and command line."""
    initrd = write(work + "/initrd", b"i" * 5000)
    boot = pack(work + "/boot.img", "--initrd", initrd, "--append", "mine")
    with under(work, boot, mini(work + "/mini.dtb", **options), ram=True) as machine:
        machine.expect("^lethe: enter")
        _, path = given(machine, work)
        assert fdtget(path, "/chosen", "bootargs") == "mine"


@pytest.mark.parametrize("el", [1, 2])
def test_tree_at_four_mod_eight(work, el):
    """A FIT leaves one there. The payload's is aligned."""
    tree = machine_tree(work + "/tree.dtb", el=el)
    with under(work, pack(work + "/boot.img"), tree, at=TREE + 4, el=el, ram=True) as machine:
        machine.expect(rf"^lethe: device tree at {TREE + 4:#x} is at 4 mod 8", "^lethe: enter")
        values, path = given(machine, work)
        assert values["x0"] % 8 == 0
        assert fdtget(path, "/", "model") == fdtget(tree, "/", "model")


def test_record_without_room(work):
    """A tree that is full boots; the record is left out, aloud."""
    tree = mini(work + "/mini.dtb")
    size = len(open(tree, "rb").read())
    fill = write(work + "/fill", bytes(2 * MIB - size - 200))
    tree = mini(work + "/full.dtb", root=f'filler {{ fill = /incbin/("{fill}"); }};')
    with under(work, pack(work + "/boot.img"), tree, ram=True) as machine:
        machine.expect(r"^lethe: no record: .*\(LETHE_E_TREE_NOSPACE\)$", "^lethe: enter")
        _, path = given(machine, work)
        assert fdtget(path, "/chosen/lethe", "version") is None


def test_tree_does_not_choose_the_slot(work):
    """What the tree says of RAM is no fault of the first slot: the older kernel is not its to choose."""
    boot = pack(work + "/boot.img", *page_of_raw(work, 0x48000000), "--on-fail", "fallback", "--fallback",
                "--kernel", PAYLOAD)
    tree = mini(work + "/mini.dtb", root=reserved_node(0x48000000, 0x1000))
    with under(work, boot, tree) as machine:
        machine.expect(r"\"raw0\": .*\(LETHE_E_DEST_RESERVED\)$",
                       "^lethe: no fallback: the device tree is at fault, not the slot$", "^lethe: halt$")
