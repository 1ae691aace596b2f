# SPDX-License-Identifier: BSD-2-Clause
"""The library door: plans that take the caller's own memory, that stop, that fail behind the point of no
return, that have a tree or leave EL2."""

import hashlib
import random
import re
import struct

import pytest

from images import blob_symbol, fdtget, machine_tree, write
from machine import Machine
from paths import LOAD
from library_world import BOOT, CHECK, JOBS, PAGE, PROGRAM, SIZE, TABLES, Caller, World, blob_size, compare, \
    compare_lines, halts, program, run, started, symbols, up
from library_plans import BEST, HALT, IN_PLACE, UNCACHED, WORK, List, the_plan, write_plan
from library_valid_plan import Base
from lists import DESTINATION, DONE, INDIRECTION, SOURCE

MACHINES = [("cortex-a72", 2, False), ("neoverse-n1", 1, False), ("neoverse-n1", 2, True)]
GIB = 1 << 30
LOW_PAGES = 96      # stack, tables, plan


def name(machine):
    return f"{machine[0]}-el{machine[1]}{'h' * machine[2]}"


each_machine = pytest.mark.parametrize("machine", MACHINES, ids=name)
each_mmu = pytest.mark.parametrize("mmu", [False, True], ids=["off", "on"])
each_mode = pytest.mark.parametrize("mode", [BEST, UNCACHED], ids=["cached", "uncached"])


def words(*entries):
    return struct.pack(f"<{len(entries)}Q", *entries)


@each_machine
@each_mmu
@each_mode
def test_caller_is_the_destination(work, machine, mmu, mode):
    """Its text, stack, tables and plan, and, by a segment, the list. What is entered, and looks, is a copy
    of it elsewhere."""
    world = World(random.Random(f"{machine}{mmu}{mode}"), *machine)
    memory, rng = world.memory, world.rng
    image = program(world)
    runs = [(LOAD, up(len(image)) // PAGE), (TABLES, LOW_PAGES)]
    count = sum(length for _, length in runs)
    sources = world.take(count * PAGE, PAGE)
    memory.write(sources, rng.randbytes(count * PAGE))
    the_list = world.take(PAGE, PAGE)
    entries, at = [], sources
    for first, length in runs:
        entries += [first | DESTINATION, *(at + i * PAGE | SOURCE for i in range(length))]
        at += length * PAGE
    memory.write(the_list, words(*entries, DONE))
    staged = world.take(len(image))
    memory.write(staged, image)
    other = rng.randbytes(PAGE)
    over = world.take(PAGE)
    memory.write(over, other)
    home = world.take(len(image), PAGE)
    segments = [{"name": "payload", "source": staged, "dest": home, "file_size": len(image),
                 "mem_size": len(image), "digest": hashlib.sha256(image).digest()},
                {"name": "over the list", "source": over, "dest": the_list, "file_size": PAGE,
                 "mem_size": PAGE, "digest": hashlib.sha256(other).digest()}]
    plan_at = TABLES + (LOW_PAGES - 2) * PAGE + 8
    size = up(blob_size() + WORK + 2 * PAGE + 8 * len(entries))
    workspace = world.take(size, PAGE)
    memory.write(plan_at, write_plan(
        {"on_fail": HALT, "mode": mode, "workspace_base": workspace, "workspace_size": size,
         "slots": [{"name": "job", "entry_segment": 0, "entry": world.back() - LOAD,
                    "x": (1, 2, 3, JOBS), "segments": segments}],
         "windows": [{"base": LOAD, "size": world.end - LOAD}],
         "list_head": the_list | INDIRECTION, "list_page_shift": 12}))
    caller = Caller(world, mmu)
    caller.map(plan_at, PAGE)
    caller.map(the_list, PAGE)
    caller.map(workspace, size, write=True)
    world.worlds.append(("clean", (the_list, the_list + PAGE)))
    world.workspaces.append((workspace, workspace + size))
    world.add(BOOT, caller, (plan_at, workspace, 0), "entered", (1, 2, 3))
    assert world.low_at < plan_at
    world.low_at, world.stacks = TABLES + LOW_PAGES * PAGE, []
    at = sources
    for first, length in runs:
        world.results.append((first, memory.read(at, length * PAGE)))
        at += length * PAGE
    world.results += [(home, bytes(image)), (the_list, other)]
    run(work, world, stop=home + symbols()["finished"] - LOAD)


@each_machine
@each_mmu
def test_stop_after_check(work, machine, mmu):
    """It prints what the list brings, and nothing is stored."""
    world = World(random.Random(str(machine)), *machine)
    the_list = List(world, 12, 9, 3, "early")
    the_plan(world, mmu, BEST, the_list, [], console=True, change=lambda plan: plan.update(flags=1))
    world.results = []
    lines = [rf"^lethe: list moves to \[0x{lo:x}, 0x{hi:x}\)$" for lo, hi in
             sorted(the_list.ranges())]
    halts(work, world, r"^lethe: workspace \[0x", *lines, "^lethe: would enter 0x")


# ---- found later ----

def plain(world, **fields):
    source, dest = world.take(5000, name="source"), world.take(PAGE, PAGE, name="destination")
    data = world.rng.randbytes(100)
    world.memory.write(source, data)
    return {"name": "plain", "source": source, "dest": dest, "file_size": 100, "mem_size": 200,
            **fields}


def no_windows(plan):
    plan["windows"] = []


def far(plan):
    plan["windows"] = [{"base": 0x41000000, "size": PAGE}]


def wants_tree(plan):
    plan["slots"][0] |= {"tree_base": plan["workspace_base"] - 3 * PAGE, "tree_size": PAGE,
                         "x": (0, 0, 0, 0)}


def wants_stub(plan):
    plan["hyp_stub"] = 2


def wrong_digest(plan):
    plan["on_fail"] = HALT      # else it would be found before
    plan["slots"][0]["segments"][0]["digest"] = bytes(32)


LATE = [("MEMORY_UNKNOWN", "read", no_windows, True), ("DEST_NOT_RAM", "read", far, True),
        ("TREE_NONE", "read", wants_tree, True), ("DIGEST", "verify", wrong_digest, False)]


@each_machine
@each_mmu
@pytest.mark.parametrize("status, stage, change, is_early", LATE, ids=[each[0] for each in LATE])
def test_found_later(work, machine, mmu, status, stage, change, is_early):
    """It says so and halts, whatever on_fail says of a caller that is no more."""
    world = World(random.Random(1), *machine)
    world.take(8 * PAGE)
    the_plan(world, mmu, BEST, None, [plain(world)], console=True, change=change)
    if is_early:
        world.results = []
    halts(work, world, rf"^lethe: FAIL {stage}: .*\(LETHE_E_{status}\)$")


@each_machine
@each_mmu
def test_damaged_blob(work, machine, mmu):
    """A wrong bit in the caller's copy of Lethe goes into the workspace, and is found there."""
    def flip(image):
        image[symbols()["lethe_boot_blob"] - LOAD + blob_symbol("lethe_next_slot")] ^= 1
    world = World(random.Random(1), *machine)
    the_plan(world, mmu, BEST, None, [plain(world)], console=True)
    world.results = []
    halts(work, world, r"^lethe: FAIL check: Lethe itself is damaged \(LETHE_E_SELF\)$", image=program(world, flip))


@each_mmu
def test_no_stub_below(work, mmu):
    """The plan says there is one: HVC belongs to another program here."""
    world = World(random.Random(1), "cortex-a72", 1)
    the_plan(world, mmu, BEST, None, [plain(world)], console=True, change=wants_stub)
    world.results = []
    halts(work, world, r"^lethe: FAIL check: .*\(LETHE_E_HYP_STUB\)$")


# ---- uncached, and yet ----

@each_machine
@each_mmu
def test_source_that_is_not_listed_as_ram(work, machine, mmu):
    world = World(random.Random(2), *machine)
    segment = plain(world)
    the_plan(world, mmu, BEST, None, [segment], console=True, change=lambda plan: plan.update(
        windows=[{"base": segment["dest"], "size": PAGE}]))
    assert re.search(r"^lethe: uncached: .*\(LETHE_E_SOURCE_NOT_RAM\)\r$", run(work, world), re.M)


@each_machine
@each_mmu
def test_more_windows_than_tables(work, machine, mmu):
    world = World(random.Random(2), *machine)
    the_list = List(world, 12, 9, 3, "full")
    the_plan(world, mmu, BEST, the_list, [], console=True, change=lambda plan: plan.update(
        windows=[{"base": world.arena, "size": world.end - world.arena},
                 *({"base": GIB * (4 + 3 * i) + 0x1ff000, "size": 0x202000} for i in range(40))]))
    assert re.search(r"^lethe: uncached: .*\(LETHE_E_MAP_POOL\)\r$", run(work, world), re.M)


# ---- trees, levels ----

@each_machine
@each_mmu
@each_mode
def test_tree(work, machine, mmu, mode):
    """A packed one, in place; the payload gets its copy, with a record that names the door."""
    world = World(random.Random(3), *machine)
    with open(machine_tree(work + "/own.dtb", el=machine[1]), "rb") as file:
        data = file.read()
    base = world.take(2 << 20, PAGE, name="tree")
    source = world.take(len(data), 8)
    world.memory.write(source, data)
    the_list = List(world, 12, 9, 3, "full")
    tree = {"name": "dtb", "source": source, "dest": 0, "flags": IN_PLACE, "file_size": len(data),
            "mem_size": len(data)}

    def change(plan):
        plan["slots"][0] |= {"tree_base": base, "tree_size": 0x20000, "tree_segment": 0,
                             "x": (0, *plan["slots"][0]["x"][1:])}
        plan["windows"] = [{"base": world.arena, "size": world.end - world.arena}]
    the_plan(world, mmu, mode, the_list, [tree], console=True, change=change)
    job = world.jobs[0]
    job[17] = base
    world.memory.write(JOBS, words(*job))
    world.workspaces.append((base, base + 0x20000))
    with started(work, world, cohsan={"publish": {"workspace": (base, base + len(data))}}) as \
            (machine_, before):
        machine_.expect_exit()
        compare_lines(machine_, world)
        compare(machine_, world, before)
        path = write(work + "/given.dtb", machine_.read_tree(base))
    assert fdtget(path, "/chosen/lethe", "door") == "library"
    assert fdtget(path, "/chosen/lethe", "mode") == ("uncached" if mode == UNCACHED else "cached")


@pytest.mark.parametrize("machine", [machine for machine in MACHINES if machine[1] == 2], ids=name)
@each_mmu
@each_mode
def test_to_el1(work, machine, mmu, mode):
    world = World(random.Random(4), *machine)
    the_plan(world, mmu, mode, List(world, 12, 9, 3, "full"), [plain(world)], console=True,
             change=lambda plan: plan.update(el=1), el=1)
    run(work, world)


# ---- how much it wants ----

def wanted(work, *questions):
    """lethe_boot_workspace() of each."""
    world = World(random.Random(1), "cortex-a72", 2)
    for question in questions:
        world.add(SIZE, Caller(world, False), question, "size [0-9a-f]{16}")
    return [int(value, 16) for value in re.findall("library: size ([0-9a-f]{16})", run(work, world))]


def test_workspace_that_is_just_enough(work):
    """One page less is refused, with the size that is needed."""
    lists = {12: 8, 14: 1000, 16: 3000}     # page shift: padding
    world = World(random.Random(7), "cortex-a72", 2)
    made = {shift: List(world, shift, 2, 2, "full", padding) for shift, padding in lists.items()}
    sizes = wanted(work, (560, 8, 12), (560, 0, 0), *((336, each.entries, shift)
                                                     for shift, each in made.items()))
    assert all(size % PAGE == 0 for size in sizes)
    for (shift, the_list), size in zip(made.items(), sizes[2:]):
        for mmu in (False, True):
            def change(plan, size=size):
                plan["windows"] = [{"base": world.arena, "size": world.end - world.arena}]
                assert size <= plan["workspace_size"]
                plan["workspace_size"] = size
            the_plan(world, mmu, BEST, the_list if not mmu else List(
                world, shift, 2, 2, "full", lists[shift]), [], change=change)
    for size, status, value in ((sizes[0], 0, 0),
                                (sizes[0] - PAGE, -123, max(sizes[0], sizes[1]))):
        base = Base(world, True)
        base.plan["workspace_size"] = base.size = size
        at, workspace, _ = base.finish(None)
        world.add(CHECK, base.caller, (at, workspace, 1),
                  f"check {status & 2**64 - 1:016x}" + (f" .* {value:016x} workspace" if status else " .*"))
    run(work, world)


# ---- where it is not for ----

def test_el3(work):
    """lethe_boot() returns at once. A few instructions in flash call it and stay at the return address."""
    code = b"".join(word.to_bytes(4, "little") for word in (
        0xd2800000, 0xd2800001,             # mov x0, #0; mov x1, #0
        0x580000c2, 0x580000e3,             # ldr x2, the stack; ldr x3, lethe_boot
        0x9100005f, 0xd63f0060,             # mov sp, x2; blr x3
        0x14000000, 0xd503201f)) + \
        words(LOAD + (8 << 20), symbols()["lethe_boot"])    # b .
    with Machine(el=3, load=[(PROGRAM, LOAD)], extra=["-bios", write(work + "/jump", code)],
                 monitor=True, cohsan=None, because="it comes back before it does anything") as \
            machine:
        registers = machine.monitor.wait_halted()
        assert registers["PC"] == 24 and registers["X00"] & 0xffffffff == -501 & 0xffffffff
