# SPDX-License-Identifier: BSD-2-Clause
"""on_fail = fallback: whatever stage a slot fails in, the next one finds the machine as it needs it."""

import os
import struct

import pytest

import pairwise
from images import Bundle, Hostile, align_up, blob_symbol, fdtget, machine_tree, pack, write
from machine import Machine
from paths import KERNEL, LOAD, MIB, PAYLOAD

FREE = 0x4a000000
NOTHING = 0x80000000        # no RAM, no device: an external abort
NOT_RAM = 0x08000000        # the interrupt controller
ODD = LOAD + 0x13000        # every kernel has to slide
RAW = b"raw " * 5000
UNCACHED = 1
BRK = 0xd4200000
TREE_ROOM = 0x800           # no tree of QEMU's is so small


def make(work, count=2, *options, kernel=PAYLOAD):
    """A bundle of that many slots, each with a payload, an initrd and a raw file of its own. kernel: the first slot's."""
    words = list(options)
    for i in range(count):
        initrd = write(f"{work}/initrd{i}", b"initrd %d" % i * (900 + i))
        raw = write(f"{work}/raw{i}", RAW + b"%d" % i)
        words += ["--fallback", "--kernel", PAYLOAD] if i else []
        words += ["--initrd", initrd, "--raw", f"{raw}@{FREE + i * 0x1003:#x}", "--append", f"slot={i}"]
    return Bundle(pack(work + "/boot.img", *words, kernel=kernel))


def name(plain, slot):
    return f"{plain}-{slot}" if slot else plain


def flip(bundle, segment):
    bundle.bytes[bundle.segment(bundle.segments()[segment], "source") + 100] ^= 4


def put(bundle, segment, **fields):
    for field, value in fields.items():
        bundle.segment(bundle.segments()[segment], field, value)


def no_ram_at_the_source(bundle, at, slot):
    put(bundle, name("raw0", slot), source=NOTHING, flags=0)


def no_ram_in_a_window(bundle, at, slot):
    """The plan calls the address RAM, so it is mapped and read with the MMU on."""
    no_ram_at_the_source(bundle, at, slot)
    bundle.tail([(FREE, MIB), (NOTHING, MIB)])


def outside_the_windows(bundle, slot, **fields):
    """The plan's own windows rule the place out: what a tree says is no reason for another slot."""
    put(bundle, name("raw0", slot), **fields)
    bundle.tail([(FREE, MIB)])


def endless(bundle, at, slot):
    """Nothing was stored there, so nothing may be cleaned there: that would take a day."""
    outside_the_windows(bundle, slot, dest=1 << 40, mem_size=1 << 46)


# name: (what is done to a slot, the lines about it, the segment that is to blame)
DIGEST = r"\(LETHE_E_DIGEST\)$"
FAILURES = {
    "kernel": (lambda bundle, at, slot: flip(bundle, name("kernel", slot)),
               [r'^lethe: FAIL verify: segment \d+ "kernel.*' + DIGEST, "^lethe: expected", "^lethe: found"],
               "kernel"),
    "initrd": (lambda bundle, at, slot: flip(bundle, name("initrd", slot)),
               [r'^lethe: FAIL verify: segment \d+ "initrd.*' + DIGEST], "initrd"),
    "all": (lambda bundle, at, slot: [flip(bundle, name(plain, slot)) for plain in
                                      ("initrd", "kernel", "raw0")],
            [rf'^lethe: FAIL verify: segment \d+ "{plain}.*' + DIGEST
             for plain in ("initrd", "raw0", "kernel")], "initrd"),
    "check": (lambda bundle, at, slot: put(bundle, name("raw0", slot), dest=at + 0x1000),
              [r'^lethe: FAIL check: segment \d+ "raw0.*\(LETHE_E_DEST_LETHE\)$'], "raw0"),
    "read": (lambda bundle, at, slot: outside_the_windows(bundle, slot, dest=NOT_RAM),
             [r'^lethe: FAIL read: segment \d+ "raw0.*\(LETHE_E_DEST_NOT_RAM\)$'], "raw0"),
    "endless": (endless, [r'^lethe: FAIL read: segment \d+ "raw0.*\(LETHE_E_DEST_NOT_RAM\)$'], "raw0"),
    "fault": (no_ram_at_the_source, [r"^lethe: FAULT EL\d .* stage=move$"], None),
    "fault-cached": (no_ram_in_a_window, [r"^lethe: FAULT EL\d .* stage=move$"], None),
    "describe": (lambda bundle, at, slot: bundle.slot("tree_size", TREE_ROOM, slot),
                 [r"^lethe: FAIL describe: .*\(LETHE_E_TREE_NOSPACE\)$"], None),
}
STORED = ["kernel", "initrd", "all", "fault", "fault-cached", "describe"]   # something, by then


def with_mode(bundle, mode):
    bundle.plan("mode", UNCACHED if mode == "uncached" else 0)


def slid(at, offset):
    return align_up(at + offset)


def machine(work, path, at=LOAD, **options):
    """A machine with the bundle at that address, loaded by QEMU itself or by the stub."""
    if at == LOAD:
        return Machine(path, ram=True, **options)
    stub = Hostile(at, "plain").save(work + "/stub")
    return Machine(stub, load=[(path, at)], ram=True, **options)


def left_behind(bundle, at, slot):
    """What that slot may have stored. All of it has to be out of the caches, since no later code cleans it."""
    kernel = bundle.segments()[name("kernel", slot)]
    start = slid(at, bundle.segment(kernel, "source"))
    raw = bundle.segment(bundle.segments()[name("raw0", slot)], "dest")
    return {f"kernel{slot}": (start, start + bundle.segment(kernel, "mem_size")),
            f"raw{slot}": (raw, raw + len(RAW) + 1)}


def booted(one, work, bundle, at, slot, failed, el):
    """The payload of that slot runs with its own segments, and the record names the slots that failed before."""
    one.expect(rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="fallback|FAIL|FAULT|halt")
    values = one.payload()
    names = bundle.segments()
    kernel, initrd, raw = (names[name(plain, slot)] for plain in ("kernel", "initrd", "raw0"))
    assert values["base"] == slid(at, bundle.segment(kernel, "source")) and values["el"] == el
    with open(PAYLOAD, "rb") as file:
        data = file.read()
    assert one.read_ram(values["base"], 0x20000) == data + bytes(0x20000 - len(data))
    for index in (initrd, raw):
        source, size = bundle.segment(index, "source"), bundle.segment(index, "file_size")
        dest = at + source if index == initrd else bundle.segment(index, "dest")
        assert one.read_ram(dest, size) == bundle.bytes[source:source + size], index
    tree = write(work + "/given.dtb", one.read_tree(values["x0"]))
    start = [int(cell, 16) for cell in fdtget(tree, "/chosen", "linux,initrd-start", "x").split()]
    assert start[-1] == at + bundle.segment(initrd, "source")
    assert fdtget(tree, "/chosen", "bootargs") == f"slot={slot}"
    assert fdtget(tree, "/chosen/lethe", "slot") == str(slot)
    assert fdtget(tree, "/chosen/lethe", "failed-segment") == failed
    assert fdtget(tree, "/chosen/lethe", "boot-count") == "1"
    assert fdtget(tree, "/chosen/lethe", "segment-names").split() == [
        name(plain, slot) for plain in ("initrd", "raw0", "kernel")]
    return tree


CHOICES = {"failure": list(FAILURES), "el": [1, 2], "mode": ["cached", "uncached"], "at": [LOAD, ODD]}


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        cells = (pairwise.product if metafunc.config.getoption("long") else pairwise.cover)(
            CHOICES, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=lambda cell: "-".join(map(str, cell.values())))


def test_second_slot(work, cell):
    spoil, lines, failed = FAILURES[cell["failure"]]
    at = cell["at"]
    bundle = make(work)
    with_mode(bundle, cell["mode"])
    left = left_behind(bundle, at, 0) if cell["failure"] in STORED else {}
    spoil(bundle, at, 0)
    with machine(work, bundle.save(work + "/bad.img"), at, el=cell["el"],
                 cohsan={"publish": left}) as one:
        one.expect(*lines, "^lethe: fallback 1$")
        tree = booted(one, work, bundle, at, 1, failed, cell["el"])
        assert fdtget(tree, "/chosen/lethe", "mode") == cell["mode"]
        assert sum("0.1.0 at" in line for line in one.lethe_lines()) == 1


@pytest.mark.parametrize("el", [1, 2])
def test_sound(work, el):
    bundle = make(work)
    with machine(work, work + "/boot.img", el=el) as one:
        booted(one, work, bundle, LOAD, 0, None, el)


@pytest.mark.parametrize("failure", FAILURES)
def test_last_one_halts(work, failure):
    spoil, lines, _ = FAILURES[failure]
    bundle = make(work)
    for slot in range(2):
        spoil(bundle, LOAD, slot)
    with machine(work, bundle.save(work + "/bad.img")) as one:
        one.expect(*lines, "^lethe: fallback 1$")
        one.expect(*lines, "^lethe: halt$", never="fallback|enter")


@pytest.mark.parametrize("first, second", [("fault", "fault-cached"), ("kernel", "describe"),
                                           ("check", "fault"), ("describe", "initrd"),
                                           ("fault-cached", "check")])
@pytest.mark.parametrize("at", [LOAD, ODD])
def test_third_slot(work, first, second, at):
    """The record names the first segment that failed, even if it is the second slot's."""
    bundle = make(work, 3)
    left = {}
    for slot, failure in enumerate((first, second)):
        if failure in STORED:
            left.update(left_behind(bundle, at, slot))
        FAILURES[failure][0](bundle, at, slot)
    failed = FAILURES[first][2] or FAILURES[second][2] and name(FAILURES[second][2], 1)
    with machine(work, bundle.save(work + "/bad.img"), at, cohsan={"publish": left}) as one:
        one.expect(*FAILURES[first][1], "^lethe: fallback 1$")
        one.expect(*FAILURES[second][1], "^lethe: fallback 2$")
        booted(one, work, bundle, at, 2, failed, 2)


def test_four_slots(work):
    """Four slots are the most, and the last one's kernel lies first."""
    bundle = make(work, 4)
    for slot in range(3):
        flip(bundle, name("kernel", slot))
    with machine(work, bundle.save(work + "/bad.img"), ODD) as one:
        one.expect(*(f"^lethe: fallback {i}$" for i in (1, 2, 3)))
        booted(one, work, bundle, ODD, 3, "kernel", 2)


def test_stack_is_empty_each_time(work):
    """After any number of failures, at any depth of calls, the payload finds the same stack."""
    left = set()
    for failures in (["kernel"], ["describe"], ["fault"], ["fault", "fault", "kernel"]):
        bundle = make(work, len(failures) + 1)
        for slot, failure in enumerate(failures):
            FAILURES[failure][0](bundle, LOAD, slot)
        with machine(work, bundle.save(work + "/bad.img")) as one:
            one.expect(f"^lethe: fallback {len(failures)}$")
            left.add(one.payload()["sp"])
    start = LOAD + blob_symbol("lethe_stacks_start")
    assert len(left) == 1 and left.pop() in range(start, LOAD + blob_symbol("lethe_stack_end"))


def branch(at, target):
    return 0x14000000 | (target - at >> 2) & 0x3ffffff


@pytest.mark.parametrize("el", [1, 2])
def test_serrors_come_again(work, el):
    """An exception masks SErrors. Code on the next slot's way to its map refuses a pending one."""
    bundle = make(work)
    no_ram_at_the_source(bundle, LOAD, 0)
    mmu_on, cave = blob_symbol("lethe_mmu_on"), 0x100       # in the empty page behind the headers
    first = int.from_bytes(bundle.bytes[mmu_on:mmu_on + 4], "little")
    code = [first,
            0xd53b4229,                     # mrs x9, daif
            0x36400049,                     # tbz x9, #8, .+8: A is clear
            BRK, branch(cave + 16, mmu_on + 4)]
    bundle.bytes[cave:cave + 20] = struct.pack("<5I", *code)
    bundle.bytes[mmu_on:mmu_on + 4] = branch(mmu_on, cave).to_bytes(4, "little")
    with machine(work, bundle.save(work + "/bad.img"), el=el) as one:
        one.expect(*FAILURES["fault"][1], "^lethe: fallback 1$")
        booted(one, work, bundle, LOAD, 1, None, el)


@pytest.mark.parametrize("on_fail, last", [(1, "^lethe: halt$"), (2, "^lethe: reset in 5 s$")])
def test_other_policies_try_one(work, on_fail, last):
    bundle = make(work)
    bundle.plan("on_fail", on_fail)
    flip(bundle, "kernel")
    with machine(work, bundle.save(work + "/bad.img")) as one:
        one.expect("^lethe: FAIL verify: ", last, never="fallback|enter")


def test_damaged_plan_halts(work):
    """The policy of a damaged plan cannot be known."""
    bundle = make(work)
    bundle.bytes[bundle.slot_base(0) + 40] ^= 1
    with machine(work, bundle.save(work + "/bad.img", seal=False)) as one:
        one.expect(r"\(LETHE_E_PLAN_DIGEST\)$", "^lethe: halt$", never="fallback")


@pytest.mark.parametrize("at", [LOAD, ODD])
def test_over_what_is_not_wanted_any_more(work, at):
    """The second slot's raw file goes to the place from which the first one's kernel was read."""
    bundle = make(work)
    kernel = bundle.segments()["kernel"]
    put(bundle, "raw0-1", dest=at + bundle.segment(kernel, "source") + 0x100)
    flip(bundle, "kernel")
    with machine(work, bundle.save(work + "/bad.img"), at) as one:
        one.expect("^lethe: fallback 1$")
        booted(one, work, bundle, at, 1, "kernel", 2)


@pytest.mark.parametrize("at", [LOAD, ODD])
@pytest.mark.parametrize("cpu, slot", [("cortex-a72", 1), ("neoverse-n1", 0)])
def test_page_size_of_each_slot(work, cpu, slot, at):
    """A kernel of 16 KiB pages, and one of 4 KiB for CPUs without: a cortex-a72 has none."""
    with open(PAYLOAD, "rb") as file:
        image = bytearray(file.read())
    image[24] = 2 << 1 | 8
    bundle = make(work, kernel=write(work + "/16k", image))
    with machine(work, bundle.save(work + "/boot.img"), at, cpu=cpu) as one:
        if slot == 1:
            one.expect(r'^lethe: FAIL check: segment 2 "kernel": the CPU does not have the kernel.s page size '
                       r"\(LETHE_E_PAGE_SIZE\)$", "^lethe: fallback 1$")
        one.expect("^lethe: enter 0x", never="fallback|FAIL")
        tree = write(work + "/given.dtb", one.read_tree(one.payload()["x0"]))
        assert fdtget(tree, "/chosen/lethe", "slot") == str(slot)
        assert fdtget(tree, "/chosen/lethe", "failed-segment") == ("kernel" if slot else None)


def test_not_over_what_is(work):
    """The first slot is refused before it stores a byte, and the second is whole."""
    bundle = make(work)
    put(bundle, "raw0", dest=LOAD + bundle.segment(bundle.segments()["kernel-1"], "source") - 0x100)
    with machine(work, bundle.save(work + "/bad.img")) as one:
        one.expect(r'^lethe: FAIL check: segment 1 "raw0": .*\(LETHE_E_DEST_SOURCE\)$',
                   "^lethe: fallback 1$")
        booted(one, work, bundle, LOAD, 1, "raw0", 2)


def test_tree_and_console_of_the_second_slot(work):
    """The first slot's own tree is damaged and has the only console, so the second slot prints first."""
    tree = machine_tree(work + "/own.dtb")
    bundle = Bundle(pack(work + "/boot.img", "--dtb", tree, "--fallback", "--kernel", PAYLOAD, "--dtb",
                         tree, "--force-dtb"))
    bundle.slot("flags", bundle.slot("flags") | 1)
    flip(bundle, "dtb")
    target = LOAD + 2 * MIB
    stub = Hostile(target, "plain", x0=0).save(work + "/stub")
    with Machine(stub, load=[(bundle.save(work + "/bad.img"), target)], ram=True) as one:
        one.expect("^lethe: 0.1.0 at ", r"^lethe: dtb-1 \d+ sha256 ok", "^lethe: enter 0x")
        given = write(work + "/given.dtb", one.read_tree(one.payload()["x0"]))
        assert fdtget(given, "/chosen/lethe", "slot") == "1"
        assert fdtget(given, "/chosen/lethe", "failed-segment") == "dtb"


@pytest.mark.parametrize("el", [1, 2])
def test_tree_that_was_begun(work, el):
    """Half of a tree lies where no other is written: that half has to leave the caches, too."""
    tree = machine_tree(work + "/own.dtb", el=el)
    bundle = make(work, 2, "--dtb", tree, "--force-dtb")
    size = align_up(os.path.getsize(tree) + 64, 8)
    begun = LOAD + bundle.slot("tree_base")
    bundle.slot("tree_size", size)
    bundle.slot("flags", 0, 1)
    bundle.slot("tree_base", 0x4b000000, 1)
    with machine(work, bundle.save(work + "/bad.img"), el=el,
                 cohsan={"publish": {"begun": (begun, begun + size)}}) as one:
        one.expect(*FAILURES["describe"][1], "^lethe: fallback 1$")
        booted(one, work, bundle, LOAD, 1, None, el)


@pytest.mark.parametrize("el", [1, 2])
def test_tables_are_made_anew(work, el):
    """The first slot runs out of tables and stays uncached; the second does not."""
    page = write(work + "/page", bytes(4096))
    raws = [word for i in range(40) for word in ("--raw", f"{page}@{FREE + 4096 + i * 2 * MIB:#x}")]
    bundle = Bundle(pack(work + "/boot.img", *raws, "--fallback", "--kernel", PAYLOAD, "--raw",
                         f"{page}@0x58001003"))
    flip(bundle, "kernel")
    with machine(work, bundle.save(work + "/bad.img"), el=el, memory=512) as one:
        one.expect(r"^lethe: uncached: .*\(LETHE_E_MAP_POOL\)$", *FAILURES["kernel"][1],
                   "^lethe: fallback 1$")
        one.expect("^lethe: enter 0x", never="uncached")
        tree = write(work + "/given.dtb", one.read_tree(one.payload()["x0"]))
        assert fdtget(tree, "/chosen/lethe", "mode") == "cached"


def test_exception_of_the_last_one_before_it_has_a_console(work):
    """The first slot fails in check, before it has a console. Nothing can be printed, and there is no third slot."""
    bundle = make(work)
    put(bundle, "raw0", dest=LOAD + 0x1000)
    at = blob_symbol("lethe_mmu_on")
    bundle.bytes[at:at + 4] = BRK.to_bytes(4, "little")
    with machine(work, bundle.save(work + "/bad.img")) as one:
        one.expect("^lethe: fallback 1$")
        one.drain(0.7)
        assert one.lethe_lines()[-1] == "fallback 1"


def test_debian(work, initrd):
    """The use of fallback: an update that did not arrive whole, and the kernel that was there before."""
    bundle = Bundle(pack(work + "/boot.img", "--append", "new", "--fallback", "--kernel", KERNEL,
                         "--initrd", initrd, "--append", "console=ttyAMA0 packed=1"))
    flip(bundle, "kernel")
    with machine(work, bundle.save(work + "/bad.img"), ODD, memory=512, smp=2) as one:
        one.expect('^lethe: FAIL verify: segment 0 "kernel"', "^lethe: fallback 1$",
                   r"^lethe: kernel-1 \d+ sha256 ok", "^lethe: enter 0x[0-9a-f]+ EL2$",
                   "Booting Linux on physical CPU", "Kernel command line: console=ttyAMA0 packed=1",
                   r"CPU: All CPU\(s\) started at EL2", r"^init: version=0\.1\.0.* mode=cached",
                   "^init: failed=kernel$", "^init: end", never="Kernel panic")
