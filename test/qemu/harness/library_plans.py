# SPDX-License-Identifier: BSD-2-Clause
"""Plans for the library door, with lists and segments of all kinds that it takes, and a plain reference.

What a plan does: what the list brings, entry by entry; then all plain segments as if each source had been
read before the first byte was stored; then the tails are zero.
"""

import hashlib
import os

import lists
from library_world import BOOT, PAGE, Caller, Memory, blob_size, merge, up
from lists import DESTINATION, DONE, INDIRECTION, SOURCE
from paths import VIRT_UART
from plan_writer import IN_PLACE, NONE, SOURCE_LIST, write_plan

BEST, UNCACHED = 0, 1
COHERENT = 4        # a plan's flag
HALT = 1
NO_CONSOLE, PL011 = 0, 3
PSCI_NONE = 1
WORK = 3 * PAGE     # more than struct lethe_boot_work takes


def reference_list(memory, head, shift):
    page, at, destination = 1 << shift, None, None
    entry = head
    while not entry & DONE:
        address = entry & -page
        if entry & INDIRECTION:
            at = address
        elif entry & DESTINATION:
            destination = address
        elif entry & SOURCE:
            memory.write(destination, memory.read(address, page))
            destination += page
        entry = memory.word(at)
        at += 8


def reference_segments(memory, segments):
    """Returns the bytes of each segment's digest."""
    data = []
    for segment in segments:
        flags = segment.get("flags", 0)
        where = segment["dest"] if flags & SOURCE_LIST else segment["source"]
        data.append(memory.read(where, segment["file_size"]))
    for segment, bytes_ in zip(segments, data):
        memory.write(place(segment), bytes_)
    for segment in segments:
        memory.write(place(segment) + segment["file_size"],
                     bytes(segment["mem_size"] - segment["file_size"]))
    return data


def place(segment):
    if not segment.get("flags", 0) & IN_PLACE:
        return segment["dest"]
    align, source = segment.get("align", 0), segment["source"]
    return source + ((segment.get("align_offset", 0) - source) % align if align else 0)


class Writer(lists.Writer):
    """The same, on pages of a job's."""

    def __init__(self, plan, style):
        super().__init__(plan, plan.shift, style)


class List:
    """One list: pages in place, from anywhere, from where a later one goes. padding: entries before each
    page that lead nowhere."""

    def __init__(self, world, shift, pages, runs, style, padding=0):
        self.world, self.rng, self.shift, self.page = world, world.rng, shift, 1 << shift
        self.padding = padding
        self.list_pages = []
        self.gap = {}           # of a run: the bytes behind it, which belong to nothing
        self.runs = self.make_runs(pages, runs)
        count = sum(length for _, length in self.runs)
        pool = max(1, world.rng.randrange(count + 2))
        self.pool = world.take(pool * self.page, self.page, name="list sources")
        world.memory.write(self.pool, world.rng.randbytes(pool * self.page))
        self.sources = [self.pool + i * self.page for i in range(pool)]
        self.head, self.entries = self.write(Writer(self, style))

    def make_runs(self, pages, count):
        """[(first, pages in a row)]. Behind each a gap that no run has."""
        cuts = sorted(self.rng.sample(range(1, pages), min(count, pages) - 1)) if pages > 1 else []
        lengths = [b - a for a, b in zip([0, *cuts], [*cuts, pages])] if pages else []
        runs = []
        for length in lengths:
            first = self.world.take(length * self.page, self.page, name="list destination")
            end = first + length * self.page
            runs.append((first, length))
            # Sometimes the next may be right behind it.
            self.gap[first] = (end, end if self.rng.random() < 0.3 else
                               self.world.take(0, gap=0x4000))
        self.rng.shuffle(runs)
        return runs

    def store(self, address, data):
        self.world.memory.write(address, data)

    def list_page(self, _):
        page = self.world.take(self.page, self.page, name="list page")
        self.list_pages.append(page)
        return page

    def write(self, writer):
        todo = [first + i * self.page for first, length in self.runs for i in range(length)]
        stored = set()
        for first, length in self.runs:
            writer.add(first | DESTINATION)
            for i in range(length):
                address = first + i * self.page
                todo.remove(address)
                if self.padding:
                    writer.pad(self.padding)
                    writer.put(address | DESTINATION)
                self.world.memory.write(address, self.rng.randbytes(self.page))
                kind = self.rng.random()
                source = self.rng.choice(self.sources)
                if kind < 0.15:
                    source = address
                elif kind < 0.35 and todo:
                    source = self.rng.choice(todo)
                elif kind < 0.45 and len(stored) < len(self.sources):
                    source = self.rng.choice([s for s in self.sources if s not in stored])
                writer.add(source | SOURCE)
                stored.add(address)
        if not self.runs:
            writer.pad(self.rng.choice((0, 1, 30)))
        return writer.end(), writer.entries + 1

    def ranges(self):
        return [(first, first + length * self.page) for first, length in self.runs]

    def memory(self):
        """All memory that the list and the segments read."""
        return [(self.pool, self.pool + len(self.sources) * self.page),
                *((page, page + self.page) for page in self.list_pages)]


def overlap(a, b):
    return a[0] < b[1] and b[0] < a[1] and a[0] < a[1] and b[0] < b[1]


class Segments:
    """Plain segments in a zone of memory, and segments that the list brings."""

    def __init__(self, world, the_list, count):
        self.world, self.rng, self.list = world, world.rng, the_list
        self.made = []          # in an order in which they may move
        self.taken = merge(the_list.ranges()) if the_list else []     # nothing may go there
        self.read = []          # sources of those that are to come
        self.zone = ()
        if the_list and self.rng.random() < 0.7:
            self.supplied()
        if count:
            self.plain(count)
        for i, segment in enumerate(self.made):
            segment["name"] = f"s{i}"
        self.rng.shuffle(self.made)

    def size(self):
        return self.rng.choice((0, self.rng.randrange(1, 70), self.rng.randrange(1, 5000),
                                self.rng.randrange(1, 20000)))

    def supplied(self):
        """Parts of runs, their tails perhaps longer than the run."""
        for first, _ in self.rng.sample(self.list.runs, min(len(self.list.runs), 3)):
            end, limit = self.list.gap[first]
            start = first + self.rng.choice((0, 0, self.rng.randrange(self.list.page)))
            size = self.rng.choice((end - start, self.rng.randrange(end - start + 1)))
            tail = self.rng.choice((0, 0, self.rng.randrange(limit - start - size + 1)))
            used = (start, start + size + tail)
            if not any(overlap(used, (place(s), place(s) + s["mem_size"])) for s in self.made):
                self.made.append({"flags": SOURCE_LIST, "dest": start, "file_size": size,
                                  "mem_size": size + tail})
                self.taken.append(used)

    def plain(self, count):
        rng = self.rng
        size = 40000 * count
        at = self.world.take(size + 2 * 8192, gap=0x1000, name="zone")     # what is aligned slides up
        self.zone = (at, at + size)
        self.world.memory.write(at, rng.randbytes(size))
        sources = []
        for _ in range(count):
            file_size = self.size()
            source = rng.randrange(at, at + size - file_size - 1)
            sources.append((source, file_size))
        for i, (source, file_size) in enumerate(sources):
            later = [(s, s + n) for s, n in sources[i + 1:]]
            for _ in range(40):
                segment = self.candidate(source, file_size, sources)
                used = (place(segment), place(segment) + segment["mem_size"])
                if not any(overlap(used, other) for other in self.taken + later):
                    self.made.append(segment)
                    self.taken.append(used)
                    break

    def candidate(self, source, file_size, sources):
        rng = self.rng
        tail = rng.choice((0, 0, 1, rng.randrange(5000)))
        kind = rng.random()
        lo, hi = self.zone
        dest = rng.randrange(lo, hi - file_size - tail)
        if kind < 0.3:          # over itself
            dest = source + rng.choice((-1, 1)) * rng.choice((1, 8, 64, rng.randrange(1, 9000)))
        elif kind < 0.5:        # over another's source
            other, length = rng.choice(sources)
            dest = other + rng.randrange(-file_size // 2, length + 1)
        elif kind < 0.6:
            align = rng.choice((0, 4096, 8192))
            return {"flags": IN_PLACE, "source": source, "file_size": file_size,
                    "mem_size": file_size + tail, "align": align,
                    "align_offset": rng.randrange(align) if align else 0}
        elif kind < 0.75 and self.list:     # where the list, or what it brings, came from
            start, end = rng.choice(self.list.memory())
            dest = rng.randrange(start, end)
            file_size = min(file_size, end - dest)
            tail = min(tail, end - dest - file_size)
            lo, hi = start, end
        dest = max(lo, min(dest, hi - file_size - tail))
        return {"source": source, "dest": dest, "file_size": file_size,
                "mem_size": file_size + tail}


def jump(target):
    return lists.jump(target)


def choose_entry(world, the_list, segments, initial, final):
    """(entry_segment, entry): in what was stored, where that has room for the way back; or not."""
    rng = world.rng
    places = [(place(s), s["file_size"], i) for i, s in enumerate(segments) if s["file_size"] > 32]
    if the_list:
        places += [(lo, hi - lo, None) for lo, hi in the_list.ranges()]
    if not places or rng.random() < 0.2:
        return NONE, world.back()
    start, size, index = rng.choice(places)
    entry = up(start, 4) + 4 * rng.randrange((size - 20) // 4)
    # The origin of these bytes. The code goes there, too, if it is the only way they are used.
    code = jump(world.back())
    wanted = final.read(entry, 12)
    sources = [at for at in origins(the_list, segments, entry, initial) if
               initial.read(at, 12) == wanted]
    if not sources:
        return NONE, world.back()
    world.memory.write(sources[0], code)
    return ("check", entry, start, index)


def origins(the_list, segments, entry, memory):
    for segment in segments:
        if 0 <= entry - place(segment) < segment["file_size"] - 11:
            if segment.get("flags", 0) & SOURCE_LIST:
                break
            yield segment["source"] + entry - place(segment)
    if the_list:
        page, at, destination, entry_ = the_list.page, None, None, the_list.head
        while not entry_ & DONE:
            if entry_ & INDIRECTION:
                at = entry_ & -page
            elif entry_ & DESTINATION:
                destination = entry_ & -page
            else:
                if 0 <= entry - destination < page - 11:
                    yield (entry_ & -page) + entry - destination
                destination += page
            entry_ = memory.word(at)
            at += 8


def windows(world, ranges):
    """The plan's RAM windows: all of the arena, in one piece or more, or just the part that is needed."""
    rng = world.rng
    if rng.random() < 0.5:
        cuts = sorted(rng.sample(range(world.arena, world.end, PAGE), rng.choice((0, 0, 1, 5))))
        edges = [world.arena, *(cut for cut in cuts if cut != world.arena), world.end]
        found = list(zip(edges, edges[1:]))
    else:
        found = merge((lo // PAGE * PAGE, up(hi)) for lo, hi in ranges)
        found = found if len(found) <= 60 else [(world.arena, world.end)]
    return [{"base": lo, "size": hi - lo} for lo, hi in found]


def list_shape(rng, shift):
    """pages, runs, style"""
    most = {12: 40, 14: 10, 16: 4}[shift]
    pages = rng.choice((0, 1, 2, rng.randrange(1, most + 1), rng.randrange(1, most + 1)))
    runs = rng.randrange(1, 13)
    if shift == 12 and rng.random() < 0.03:
        pages, runs = 70, 64
    return pages, min(runs, 64), rng.choice(("full", "full", "early", "long")) if shift < 16 \
        else rng.choice(("full", "full", "long"))


def add_random(world, mmu, mode, shift, console=None):
    """Adds a job to the world: a plan that is accepted, and its effect on memory."""
    rng = world.rng
    kind = rng.choice(("list", "both", "both", "plain"))
    the_list = List(world, shift, *list_shape(rng, shift)) if kind != "plain" else None
    segments = Segments(world, the_list, rng.randrange(1, 7) if kind != "list" else 0).made \
        if kind != "list" or rng.random() < 0.7 else []
    if not the_list and not segments:
        segments = [{"name": "bss", "source": 0, "dest": world.take(999, 1), "file_size": 0,
                     "mem_size": rng.randrange(999)}]
    the_plan(world, mmu, mode, the_list, segments, console=console)


def effect(world, the_list, segments):
    memory = Memory(world.memory)
    if the_list:
        reference_list(memory, the_list.head, the_list.shift)
    listed = Memory(memory)
    return listed, reference_segments(listed, segments)


def the_plan(world, mmu, mode, the_list, segments, *, console=None, change=None, coherent=None, **options):
    """Writes the plan, the caller and the job.

    change: of the plan, a dictionary, before it is sealed. coherent: the sources are dirty in the caches, and the plan
    says so; drawn if the caller may say so.
    """
    rng = world.rng
    final, _ = effect(world, the_list, segments)
    entry = choose_entry(world, the_list, segments, world.memory, final)
    segment = NONE
    final, digested = effect(world, the_list, segments)
    if entry[0] == "check":
        _, address, start, index = entry
        good = final.read(address, 12) == jump(world.back())
        entry = address if good else world.back()
        if good and index is not None and rng.random() < 0.7:
            segment, entry = index, address - start
    else:
        entry = entry[1]
    for each, data in zip(segments, digested):
        each["digest"] = hashlib.sha256(data).digest()
    dests = [(place(s), place(s) + s["mem_size"]) for s in segments] + \
        (the_list.ranges() if the_list else [])
    sources = [(s["source"], s["source"] + s["file_size"]) for s in segments
               if s["file_size"] and not s.get("flags", 0) & SOURCE_LIST]
    needed = dests + (the_list.memory() if the_list else []) + sources
    told = windows(world, [each for each in needed if each[0] < each[1]])
    size = 192 + 128 + 112 * len(segments) + 16 * len(told)
    room = blob_size() + WORK + size
    if the_list:
        room += the_list.page + 8 * the_list.entries
    room = up(room) + PAGE * rng.randrange(4)
    workspace = world.take(room, PAGE, name="workspace")
    at = world.take(size + (PAGE if change else 0), 8, name="plan")
    x = tuple(rng.getrandbits(64) for _ in range(3))
    caller = options.pop("caller", None) or Caller(world, mmu)
    # To return, it would look at the sources first: they are not mapped.
    plan = {"on_fail": HALT if mmu else rng.choice((0, HALT)), "psci": rng.choice((0, PSCI_NONE)), "mode": mode,
            "workspace_base": workspace, "workspace_size": room,
            "slots": [{"name": "job", "entry_segment": segment, "entry": entry,
                       "x": (*x, world.job_at()), "segments": segments}],
            "windows": told}
    if the_list:
        plan |= {"list_head": the_list.head, "list_page_shift": the_list.shift}
        sources += merge(lists.sources(world.memory, the_list.head, the_list.shift))
    if coherent is None:
        coherent = mode == BEST and caller.seen("wb") == "wb" and rng.random() < 0.4
    if coherent:
        plan["flags"] = COHERENT
        # memmove() reads whole words, in one line with a byte that is wanted: no line is coherent in part.
        world.worlds += [("dirty", (start & ~7, end + 7 & ~7)) for start, end in sources if start < end]
    if console or (console is None and rng.random() < 0.06) or os.environ.get("CONSOLE"):
        plan |= {"console_kind": PL011, "console_base": VIRT_UART}
    if change:
        change(plan)
    sealed = write_plan(plan)
    assert len(sealed) == size or change
    world.memory.write(at, sealed)

    kinds = ("wb", "wb", "wt", "nc")
    held = [(at, len(sealed))]
    if the_list:
        held += [(page, the_list.page) for page in the_list.list_pages]
    for start, length in held:
        as_ = rng.choice(kinds)
        caller.map(start, length, as_)
        lives = {"wb": "dirty", "wt": "clean", "nc": "stale"}[caller.seen(as_)]
        world.worlds.append((lives, (start, start + length)))
    caller.map(workspace, room, rng.choice(kinds), write=True)
    world.workspaces.append((workspace, workspace + room))
    world.results += [(lo, final.read(lo, hi - lo)) for lo, hi in merge(dests)]
    world.add(BOOT, caller, (at, workspace, 0), "entered", x, note=repr(plan), **options)
