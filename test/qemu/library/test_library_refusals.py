# SPDX-License-Identifier: BSD-2-Clause
"""Jobs that the library door refuses: lethe_boot_check() says which status and where, lethe_boot() returns the
same, the caller's world is as before, and nothing but the workspace was stored to."""

import hashlib
import os
import random
import re

import pytest

from library_valid_plan import Base, poke
from library_plans import COHERENT
from library_world import BOOT, C, CHECK, PAGE, World, blob_size, run, up
from lists import DESTINATION, DONE, INDIRECTION, SOURCE
from paths import TOP
from plan_writer import FORCE_TREE, IN_PLACE, SOURCE_OFFSET

HOLE = 0x0e000000           # nothing answers there
WHAT, ROWS = ["", "SEGMENT", "WINDOW", "SLOT", "TREE", "ENTRY"], []


def statuses():
    path = os.path.join(TOP, "include/lethe/status.h")
    with open(path, encoding="utf-8") as file:
        return {name: int(number) for name, number in re.findall(r"X\((\w+), (-\d+),", file.read())}


STATUS = statuses()


def row(status, where=("", 0, 0), mmu=None, damage=None, id_=None):
    """where: (what, index, value or a function of the base, name if any)"""
    def decorate(change):
        ROWS.append((id_ or change.__name__, status, where, mmu, damage, change))
        return change
    return decorate


def rows(status, where, **fields):
    """The plan's fields: each is wrong in one row."""
    for name, value in fields.items():
        def change(base, name=name, value=value):
            base.plan[name] = value(base) if callable(value) else value
        ROWS.append((f"{status} {name}", status, where, None, None, change))


def nothing(base):
    pass


def damaged(id_, status, damage, where=("", 0, None)):
    ROWS.append((id_, status, where, None, damage, nothing))


# ---- the plan itself ----

@row("PLAN_MISSING")
def no_plan(base):
    base.plan_argument = 0


@row("PLAN_ALIGN", ("", 0, lambda base: base.plan_at + 4))
def plan_not_aligned(base):
    base.plan_argument = base.plan_at + 4


SLOT, SEGMENT = 192, 192 + 128
damaged("magic", "PLAN_MAGIC", poke(0, "B", 0, False))
damaged("version", "PLAN_VERSION", poke(8, "I", 3, False), ("", 0, 3))
damaged("no chunks", "PLAN_COUNT", poke(8, "I", 2, False), ("", 0, 0))
damaged("size 8", "PLAN_SIZE", poke(12, "I", 8, False), ("", 0, 8))
damaged("size, all", "PLAN_SIZE", poke(12, "I", 2**32 - 8, False), ("", 0, 2**32 - 8))
damaged("digest", "PLAN_DIGEST", poke(16, "Q", 0, False), ("", 0, 0))
damaged("one bit of the slot", "PLAN_DIGEST", poke(SLOT + 40, "B", 1, False), ("", 0, 0))
damaged("reserved", "PLAN_RESERVED", poke(152, "I", 1))
damaged("slot count", "PLAN_COUNT", poke(56, "I", 5))
for count, offset in (("segment", 60), ("window", 64)):
    damaged(f"{count} count", "PLAN_COUNT", poke(offset, "I", 65))
damaged("slot's name", "PLAN_NAME", poke(SLOT, "B", 10), ("SLOT", 0, 0))
damaged("segment's name", "PLAN_NAME", poke(SEGMENT + 112, "B", 0), ("SEGMENT", 1, 0))
damaged("segment's flags", "PLAN_FLAGS", poke(SEGMENT + 16, "I", 16), ("SEGMENT", 0, 16, "listed"))
damaged("first segment", "PLAN_SLOT", poke(SLOT + 20, "I", 1), ("SLOT", 0, 1, "job"))
damaged("strings", "PLAN_STRING", poke(SLOT + 72, "I", 1), ("SLOT", 0, 1, "job"))
rows("PLAN_FLAGS", ("", 0, 8), flags=8)
rows("PLAN_POLICY", ("", 0, 4), on_fail=4)
rows("PLAN_EL", ("", 0, 2), el=2)
rows("PLAN_STUB", ("", 0, 3), hyp_stub=3)
rows("PLAN_CONDUIT", ("", 0, 4), psci=4)
rows("PLAN_MODE", ("", 0, 2), mode=2)
rows("PLAN_CPUS", ("", 0, 7), cpus=7)
rows("PLAN_CONSOLE", ("", 0, 99), console_kind=99)
rows("PLAN_LIST", ("", 0, 13), list_page_shift=13)
rows("PLAN_LIST", ("", 0, None), list_head=lambda base: base.lists[0] | SOURCE)
rows("PLAN_WORKSPACE", ("", 0, None), workspace_base=lambda base: base.workspace + 8)
rows("PLAN_WORKSPACE", ("", 0, 0), workspace_size=0)
rows("PLAN_UNSUPPORTED", ("", 0, 0x1000, "extent"), extent_size=0x1000)
rows("PLAN_UNSUPPORTED", ("", 0, 3, "on-fail fallback"), on_fail=3)
rows("WINDOW", ("WINDOW", 0, 1), windows=[{"base": 1, "size": PAGE}])


@row("PLAN_MODE", ("", 0, 1))
def coherent_but_uncached(base):
    base.plan |= {"flags": COHERENT, "mode": 1}


@row("PLAN_UNSUPPORTED", ("", 0, lambda base: base.caller.sctlr, "coherent sources"))
def coherent_with_the_caches_off(base):
    base.plan["flags"] = COHERENT
    base.caller.caches = False
    base.caller.sctlr &= ~C


@row("PLAN_UNSUPPORTED", ("SLOT", 1, 2, "second"))
def two_slots(base):
    base.plan["slots"].append({"name": "second", "entry": 0, "segments": [
        {"name": "b", "file_size": 0, "mem_size": 0, "digest": bytes(32)}]})


@row("PLAN_ENTRY", ("SLOT", 0, lambda base: base.world.back() + 2, "job"))
def entry_not_aligned(base):
    base.slot["entry"] += 2


@row("PLAN_TREE", ("SLOT", 0, FORCE_TREE, "job"))
def no_tree_to_force(base):
    base.slot |= {"tree_base": base.free, "tree_size": PAGE, "flags": FORCE_TREE}


@row("PLAN_INITRD", ("SLOT", 0, 2, "job"))
def initrd_in_no_segment(base):
    base.slot["initrd_segment"] = 2


@row("SEGMENT_SIZE", ("SEGMENT", 1, 899, "plain"))
def smaller_in_memory(base):
    base.plain["mem_size"] = 899


@row("SEGMENT_ALIGN", ("SEGMENT", 1, 4096, "plain"))
def aligned_but_not_in_place(base):
    base.plain["align"] = 4096


@row("SEGMENT_WRAP", ("SEGMENT", 1, 2**64 - 8, "plain"))
def wraps(base):
    base.plain["dest"] = 2**64 - 8


@row("SEGMENT_SOURCE", ("SEGMENT", 1, 0, "plain"))
def offset_without_extent(base):
    base.plain |= {"source": 0, "flags": SOURCE_OFFSET}


@row("PLAN_LIST", ("SEGMENT", 0, 8, "listed"))
def from_two_places(base):
    base.listed["source"] = 8


# ---- the workspace ----

@row("PLAN_WORKSPACE", ("", 0, lambda base: base.workspace + PAGE, "workspace"))
def another_workspace(base):
    base.workspace_argument = base.workspace + PAGE


@row("PLAN_WORKSPACE", ("", 0, None, "workspace"))
def too_small_for_the_plan(base):
    base.size = base.plan["workspace_size"] = PAGE


@row("PLAN_WORKSPACE", ("", 0, lambda base: base.plan_at, "plan"))
def over_the_plan(base):
    base.plan_at = base.workspace + base.size - 1000


@row("PLAN_WORKSPACE", ("", 0, None, "stack"))
def over_the_stack(base):
    base.caller.stack = base.workspace + base.size - PAGE + 1024
    base.caller.offset = 0
    base.caller.high = False


# ---- where things go ----

@row("SOURCE_LETHE", ("SEGMENT", 1, lambda base: base.workspace + 1, "plain"))
def source_in_the_workspace(base):
    base.plain["source"] = base.workspace + 1


@row("DEST_LETHE", ("SEGMENT", 1, lambda base: base.workspace - 999, "plain"))
def dest_in_the_workspace(base):
    base.plain["dest"] = base.workspace - 999


@row("DEST_EXTENT", ("SEGMENT", 1, 0, "plain"))
def in_place_without_extent(base):
    base.plain |= {"source": 0, "dest": 0, "file_size": 0, "flags": SOURCE_OFFSET | IN_PLACE}


@row("DEST_OVERLAP", ("SEGMENT", 1, lambda base: base.dests[0] + 8191, "plain"))
def two_in_one_place(base):
    base.plain["dest"] = base.dests[0] + 8191


@row("DEST_OVERLAP", ("SEGMENT", 1, lambda base: base.dest, "plain"))
def tree_over_a_segment(base):
    base.slot |= {"tree_base": base.dest + 992, "tree_size": PAGE}


@row("DEST_SOURCE", ("SEGMENT", 1, lambda base: base.dest, "plain"))
def each_over_the_other(base):
    base.slot["segments"].append({"name": "third", "source": base.dest, "dest": base.source,
                                  "file_size": 100, "mem_size": 100, "digest": bytes(32)})


@row("INITRD_WINDOW", ("SEGMENT", 1, lambda base: 1 << 40, "plain"))
def initrd_far_away(base):
    base.slot["initrd_segment"] = 1
    base.plain["dest"] = 1 << 40


# ---- the list ----

def at(base, index, entry):
    """Entry number index, as a status counts them: the head is 0."""
    page, index = (0, index - 1) if index < 5 else (1, index - 5)
    base.entries[page][index] = entry(base) if callable(entry) else entry


def entry_row(id_, status, index, entry, where=None, mmu=None):
    def change(base):
        at(base, index, entry)
    ROWS.append((id_, status, where or ("ENTRY", index, None), mmu, None, change))


entry_row("no flag", "LIST_FLAGS", 2, lambda b: b.sources[0])
entry_row("two flags", "LIST_FLAGS", 2, lambda b: b.sources[0] | SOURCE | DESTINATION)
entry_row("a bit that is none", "LIST_FLAGS", 3, lambda b: b.sources[0] | SOURCE | 16)
entry_row("the end with an address", "LIST_FLAGS", 7, lambda b: b.free | DONE)
entry_row("endless", "LIST_CYCLE", 4, lambda b: b.lists[0] | INDIRECTION, ("ENTRY", 4, None))
entry_row("no destination", "LIST_NO_DEST", 1, lambda b: b.sources[0] | SOURCE)
entry_row("list page that wraps", "SEGMENT_WRAP", 4, 2**64 - PAGE | INDIRECTION)
entry_row("source that wraps", "SEGMENT_WRAP", 2, 2**64 - PAGE | SOURCE)
entry_row("list page where nothing is", "LIST_PAGE", 4, HOLE | INDIRECTION, mmu=False)
entry_row("list page beyond RAM", "LIST_PAGE", 4, 1 << 38 | INDIRECTION, mmu=False)
entry_row("source where nothing is", "LIST_SOURCE", 3, HOLE | SOURCE)
entry_row("source in the workspace", "SOURCE_LETHE", 3, lambda b: b.workspace | SOURCE)
entry_row("read too late", "DEST_SOURCE", 6, lambda b: b.dests[0] | SOURCE)


def goes_to(id_, status, index, dest, where=None, change=nothing):
    """A page is stored where none may be."""
    def whole_change(base):
        at(base, 1 if index == 2 else 5, dest(base) | DESTINATION)
        change(base)
    ROWS.append((id_, status, where or ("ENTRY", index, dest), None, None, whole_change))


def a_tree(base):
    base.slot |= {"tree_base": base.free + 8, "tree_size": 16}


goes_to("in RAM of no window", "DEST_NOT_RAM", 2, lambda b: HOLE)
goes_to("in the workspace", "DEST_LETHE", 2, lambda b: b.workspace)
goes_to("stored twice", "DEST_OVERLAP", 6, lambda b: b.dests[0] + PAGE)
goes_to("over a plain segment", "DEST_OVERLAP", 6, lambda b: b.dest // PAGE * PAGE)
goes_to("over a plain source", "DEST_SOURCE", 6, lambda b: b.source // PAGE * PAGE)
goes_to("over the tree", "DEST_OVERLAP", 6, lambda b: b.free, change=a_tree)
goes_to("over a list page", "LIST_OVER", 6, lambda b: b.lists[1],
        ("ENTRY", 4, lambda b: b.lists[1]))


@row("LIST_FLAGS", ("ENTRY", 2, 0x20))
def rubbish_behind_a_wrong_entry(base):
    """The rubbish must not be followed."""
    at(base, 2, 0x20)
    at(base, 3, HOLE | INDIRECTION)


@row("LIST_LINK", ("ENTRY", 512, lambda base: base.lists[0]))
def no_link(base):
    base.entries[0] = [base.dests[0] | DESTINATION] * 512


@row("LIST_RUNS", ("ENTRY", 131, None))
def too_many_runs(base):
    """65, each of one page, downwards."""
    first = base.world.take(65 * PAGE, PAGE)
    base.entries[0] = [word for i in range(65, 0, -1) for word in
                       (first + (i - 1) * PAGE | DESTINATION, base.sources[0] | SOURCE)] + [DONE]
    base.entries[0][0:0] = [base.dests[0] | DESTINATION]


@row("LIST_SHORT", ("SEGMENT", 0, lambda base: base.dests[0], "listed"))
def one_byte_short(base):
    base.listed |= {"file_size": 8193, "mem_size": 8193}


@row("LIST_SHORT", ("SEGMENT", 0, lambda base: base.dests[0] - 1, "listed"))
def begins_early(base):
    base.listed["dest"] -= 1


@row("PLAN_WORKSPACE", ("", 0, None, "workspace"))
def too_small_for_the_list(base):
    base.entries[0] = [base.free | DESTINATION] * 500 + base.entries[0]
    base.size = base.plan["workspace_size"] = up(blob_size() + 5700)


# ---- policy return: sources are looked at ----

def returning(base, *right, mapped=()):
    """With the digests of these segments right, and these pages mapped."""
    memory = base.world.memory
    for page in mapped:
        base.caller.map(page // PAGE * PAGE, PAGE, "nc")
    base.plan["on_fail"] = 0
    for segment, at in ((base.listed, base.sources[0]), (base.plain, base.source)):
        if segment["name"] in right:
            data = memory.read(at, segment["file_size"])
            segment["digest"] = hashlib.sha256(data).digest()


@row("DIGEST", ("SEGMENT", 0, 0, "listed"), mmu=False)
def digest_of_what_the_list_brings(base):
    returning(base, "plain")


@row("DIGEST", ("SEGMENT", 1, 0, "plain"), mmu=False)
def digest_of_a_segment(base):
    returning(base, "listed")


@row("DIGEST", ("SEGMENT", 1, 0, "plain"), mmu=True)
def digest_of_a_mapped_segment(base):
    returning(base, "listed", mapped={*base.sources[:2], base.source, base.source + 899})


@row("CALLER_MAP", ("SEGMENT", 0, lambda base: base.sources[1], "listed"), mmu=True)
def second_source_page_unmapped(base):
    returning(base, "plain", mapped=base.sources[:1])


@row("CALLER_MAP", ("SEGMENT", 1, lambda base: base.source // PAGE * PAGE, "plain"), mmu=True)
def source_unmapped(base):
    returning(base, "listed", mapped=base.sources[:2])


# ---- how the caller has it mapped ----

def mapped(id_, name, how, value, where=None):
    def change(base):
        base.map[name] = how
    ROWS.append((id_, "CALLER_MAP", where or ("", 0, value, name), True, None, change))


for how_ in ("unmapped", "elsewhere", "device"):
    mapped(f"plan {how_}", "plan", f"{how_} of the first", lambda b: b.plan_at // PAGE * PAGE)
    mapped(f"plan's end {how_}", "plan", f"{how_} of the last", lambda b: up(b.plan_at))
    mapped(f"list page {how_}", "list", how_, None, ("ENTRY", 4, lambda b: b.lists[1]))
    mapped(f"first list page {how_}", "first", how_, None, ("ENTRY", 0, lambda b: b.lists[0]))
for how_ in ("unmapped", "elsewhere", "device", "read-only"):
    mapped(f"workspace {how_}", "workspace", f"{how_} of the first", lambda b: b.workspace)
    mapped(f"workspace's end {how_}", "workspace", f"{how_} of the last",
           lambda b: b.workspace + b.size - PAGE)


def line(kind, status, where, base, with_where):
    text = f"{'check' if kind == CHECK else 'status'} {status & 2**64 - 1:016x}"
    if kind == BOOT or not with_where:
        return text
    what, index, value, *name = where
    value = value(base) if callable(value) else value
    value = "[0-9a-f]{16}" if value is None else f"{value:016x}"
    return f"{text} {WHAT.index(what):016x} {index:016x} {value}" + \
        (f" {re.escape(name[0])}" if name else "")


def refuse(world, mmu, each):
    id_, status, where, wants_mmu, damage, change = each
    if wants_mmu not in (None, mmu):
        return
    base = Base(world, mmu)
    change(base)
    at_, workspace, with_where = base.finish(damage)
    for kind in (CHECK, BOOT):
        world.add(kind, base.caller, (at_, workspace, with_where),
                  line(kind, STATUS[status], where, base, with_where), note=id_)


@pytest.mark.parametrize("machine", [("cortex-a53", 1, False), ("cortex-a72", 2, False),
                                     ("neoverse-n1", 2, True), ("max", 1, False)],
                         ids=lambda m: f"{m[0]}-el{m[1]}{'h' * m[2]}")
@pytest.mark.parametrize("mmu", [False, True], ids=["off", "on"])
def test_refusals(work, machine, mmu):
    world = World(random.Random(1), *machine)
    for each in ROWS:
        refuse(world, mmu, each)
    run(work, world)
