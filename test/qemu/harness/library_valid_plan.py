# SPDX-License-Identifier: BSD-2-Clause
"""A plan that the library door takes, to be made wrong in one thing."""

import hashlib
import struct

from library_plans import HALT, NONE, SOURCE_LIST, WORK, write_plan
from library_world import C, PAGE, Caller, blob_size, up
from lists import DESTINATION, DONE, INDIRECTION, SOURCE


def seal(raw):
    raw[16:48] = bytes(32)
    raw[16:48] = hashlib.sha256(raw).digest()


def poke(at, fmt, value, sealed=True):
    def damage(raw):
        struct.pack_into("<" + fmt, raw, at, value)
        if sealed:
            seal(raw)
    return damage


class Base:
    """A valid plan in parts: two list pages, a segment that they bring, and one that they do not."""

    def __init__(self, world, mmu):
        self.world, self.mmu = world, mmu
        self.caller = Caller(world, mmu)
        self.caller.caches = mmu
        self.caller.sctlr |= C if mmu else 0
        pages = world.take(16 * PAGE, 16 * PAGE, name="list and its pages")
        self.lists = [pages, pages + PAGE]
        self.sources = [pages + i * PAGE for i in (2, 3, 4)]
        self.dests = [pages + i * PAGE for i in (6, 9)]
        self.free = pages + 11 * PAGE
        world.take(PAGE)        # of no segment
        self.source = world.take(1000, name="source") // 8 * 8 + 1
        world.take(PAGE)
        self.dest = world.take(1500, 8, gap=PAGE, name="destination") + 8
        world.take(PAGE)
        self.entries = [
            [self.dests[0] | DESTINATION, self.sources[0] | SOURCE, self.sources[1] | SOURCE,
             self.lists[1] | INDIRECTION],
            [self.dests[1] | DESTINATION, self.sources[2] | SOURCE, DONE]]
        self.size = up(blob_size() + WORK + 2 * PAGE)
        self.workspace = world.take(self.size + PAGE, PAGE, name="workspace")
        self.plan_at = world.take(2 * PAGE, PAGE, name="plan") + PAGE - 400    # in two pages
        self.listed = {"name": "listed", "flags": SOURCE_LIST, "dest": self.dests[0],
                  "file_size": 8192, "mem_size": 8192, "digest": bytes(32)}
        self.plain = {"name": "plain", "source": self.source, "dest": self.dest, "file_size": 900,
                 "mem_size": 1000, "digest": bytes(32)}
        self.slot = {"name": "job", "entry": world.back(), "entry_segment": NONE,
                     "x": (0, 0, 0, 0), "segments": [self.listed, self.plain]}
        self.plan = {"on_fail": HALT, "workspace_base": self.workspace,
                     "workspace_size": self.size, "slots": [self.slot],
                     "windows": [{"base": world.arena, "size": world.end - world.arena}],
                     "list_head": self.lists[0] | INDIRECTION, "list_page_shift": 12}
        self.plan_argument = self.workspace_argument = None
        self.map = {"plan": "as it is", "workspace": "as it is", "list": "as it is"}

    def finish(self, damage):
        world, rng = self.world, self.world.rng
        raw = bytearray(write_plan(self.plan))
        if damage:
            damage(raw)
        world.memory.write(self.plan_at, raw)
        for page, entries in zip(self.lists, self.entries):
            world.memory.write(page, struct.pack(f"<{len(entries)}Q", *entries))
        for start, size, name in ((self.plan_at, len(raw), "plan"), (self.workspace, self.size,
                                                                    "workspace"),
                                  (self.lists[0], PAGE, "first"), (self.lists[1], PAGE, "list")):
            self.map_one(start, size, self.map.get(name, "as it is"), name == "workspace")
        for start, size in [(self.plan_at, len(raw)), *((page, PAGE) for page in self.lists)]:
            world.worlds.append(("dirty" if self.caller.seen("wb") == "wb" else "clean",
                                 (start, start + size)))
        world.workspaces.append((self.workspace, self.workspace + self.size))
        at = self.plan_at if self.plan_argument is None else self.plan_argument
        workspace = self.workspace if self.workspace_argument is None else self.workspace_argument
        return at, workspace, rng.random() < 0.9

    def map_one(self, start, size, how, write):
        """how: of the whole, or of the page that it starts with ("first"), or of the last one."""
        kind, _, which = how.partition(" of ")
        pages = range(start // PAGE * PAGE, start + size, PAGE)
        wrong = {"": pages, "the last": pages[-1:], "the first": pages[:1]}[which]
        for page in pages:
            bad = page in wrong and how != "as it is"
            if bad and kind == "unmapped":
                continue
            self.caller.map(page + PAGE if bad and kind == "elsewhere" else page, PAGE,
                            "device" if bad and kind == "device" else "wb", va=page,
                            write=write and not (bad and kind == "read-only"))
