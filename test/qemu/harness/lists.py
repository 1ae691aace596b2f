# SPDX-License-Identifier: BSD-2-Clause
"""Makes indirection lists as kexec does, and worse ones; a plain reference says what they do.

Guest RAM is the program and its jobs; then lists and sources, which are at the PoC; then
destinations, all of them hostile. Each page of these belongs to some list: in the end all of it is
published.
"""

import struct

from paths import LOAD, MIB, RAM_BASE

DESTINATION, INDIRECTION, DONE, SOURCE = 1, 2, 4, 8
JOBS = LOAD + 0x8000
JOBS_END = LOAD + 0x100000
LISTS = LOAD + 0x200000     # what is between is free for a copy of the code
BLOCK = 0x10000             # pages of all sizes come in these
REACH = 4096                # with I = 1 a fetch brings in its page and the one behind it


def reference(memory, base, head, page_shift):
    """Carries out a list on memory, which starts at base. Returns pages copied and pages in place."""
    page = 1 << page_shift
    copied = in_place = 0
    entry, where, destination = head if head & INDIRECTION else DONE, None, None
    while not entry & DONE:
        address = entry // page * page
        if entry & SOURCE:
            if address == destination:
                in_place += 1
            else:
                assert not address < destination + page <= address + page
                memory[destination - base:destination - base + page] = \
                    memory[address - base:address - base + page]
                copied += 1
            destination += page
        elif entry & INDIRECTION:
            where = address
        elif entry & DESTINATION:
            destination = address
        entry, = struct.unpack_from("<Q", memory, where - base)
        where += 8
    return copied, in_place


def jump(target):
    """Code that goes to an address below 4 GiB and changes x9 only."""
    return struct.pack("<III", 0xd2800009 | (target & 0xffff) << 5,
                       0xf2a00009 | (target >> 16) << 5, 0xd61f0120)


def sources(memory, entry, shift):
    """[(start, end)] of each page that a list reads, also of those that it leaves in place."""
    found, at = [], None
    while not entry & DONE:
        address = entry & -(1 << shift)
        if entry & INDIRECTION:
            at = address
        elif entry & SOURCE:
            found.append((address, address + (1 << shift)))
        entry = memory.word(at)
        at += 8
    return found


class Writer:
    """Lays entries out over list pages. style: "full": the link is in the last slot, as Linux has
    it; "early": it may be in any; "long": most slots are filled with what does nothing."""

    def __init__(self, lists, page_shift, style):
        self.lists, self.page_shift, self.style = lists, page_shift, style
        self.head = None
        self.at = self.left = 0
        self.entries = 0

    def add(self, entry):
        if self.style == "long" and entry & DESTINATION and self.lists.rng.random() < 0.9:
            self.pad(self.lists.rng.randrange(600))
        self.put(entry)

    def pad(self, count):
        """Adds destinations that receive no page."""
        for _ in range(count):
            self.put(self.lists.rng.getrandbits(48) >> self.page_shift << self.page_shift
                     | DESTINATION)

    def put(self, entry):
        while self.left <= 1:
            self.link()
        self.store(entry)

    def store(self, entry):
        self.lists.store(self.at, struct.pack("<Q", entry))
        self.at, self.left = self.at + 8, self.left - 1
        self.entries += 1

    def link(self):
        slots = (1 << self.page_shift) // 8
        page = self.lists.list_page(self.page_shift)
        if self.head is None:
            self.head = page | INDIRECTION
        else:
            self.store(page | INDIRECTION)
        self.at, self.left = page, slots
        if self.style == "early":
            self.left = min(slots, self.lists.rng.choice((1, 3, 30, 200, slots)))

    def end(self):
        """The head. The last entry may take the slot of a link."""
        if self.head is None:
            return DONE
        self.store(DONE)
        return self.head


class Lists:
    """Jobs, lists and pages for one machine. All but the jobs lies in [start, end)."""

    def __init__(self, rng, back, start=LISTS, end=RAM_BASE + 64 * MIB,
                 sources=4 * MIB, destinations=12 * MIB):
        self.rng, self.back = rng, back
        self.start, self.end = start, end
        self.list_at = start
        self.sources = (end - destinations - sources, end - destinations)
        self.destinations = (self.sources[1], end)
        self.stores = []
        self.jobs = []
        self.code_at = set()
        self.free = {12: [], 14: [], 16: []}
        for block in range(*self.destinations, BLOCK):
            shift = rng.choice((12, 12, 14, 16))
            self.free[shift] += range(block, block + BLOCK, 1 << shift)
        for pages in self.free.values():
            rng.shuffle(pages)

    # ---- memory ----

    def store(self, address, data):
        self.stores.append((address, data))

    def list_page(self, page_shift):
        page = 1 << page_shift
        at = -(-self.list_at // page) * page
        self.list_at = at + page
        assert self.list_at <= self.sources[0], "too many list pages"
        return at

    def source(self, page_shift):
        lo, hi = (end >> page_shift for end in self.sources)
        return self.rng.randrange(lo, hi) << page_shift

    def take(self, page_shift, count):
        """Destinations of one list: [(first, number of pages in a row)]"""
        pages = self.free[page_shift]
        taken, self.free[page_shift] = sorted(pages[:count]), pages[count:]
        runs = []
        for page in taken:
            follows = runs and page == runs[-1][0] + (runs[-1][1] << page_shift)
            if follows and self.rng.random() < 0.7:
                runs[-1][1] += 1
            else:
                runs.append([page, 1])
        self.rng.shuffle(runs)
        return runs

    # ---- lists ----

    def make(self, page_shift, count, trap, style="full"):
        """One list of so many destination pages, if there are as many left. trap: what the trap
        register is to hold."""
        rng, page = self.rng, 1 << page_shift
        writer = Writer(self, page_shift, style)
        runs = self.take(page_shift, count)
        kept = set()            # pages that are fetched from, or come in with these
        entry = 0
        long_enough = [run for run in runs if run[1] << page_shift >= 2 * REACH]
        if long_enough and rng.random() < 0.7:
            first = rng.choice(long_enough)[0]
            entry = first + rng.randrange(0, REACH - 12, 4)
            kept = {first, first + REACH}
        done = []
        for first, length in runs:
            writer.add(first | DESTINATION)
            for address in range(first, first + length * page, page):
                kind = rng.random()
                source = self.source(page_shift)
                if address <= entry < address + page:
                    source = self.code(page_shift, entry, address if kind < 0.3 else None)
                elif kind < 0.15:
                    source = address
                elif kind < 0.25 and done:
                    source = rng.choice(done)       # that was a destination before
                writer.add(source | self.junk(page_shift) | SOURCE)
                if rng.random() < 0.05 and address not in kept:
                    writer.add(address | DESTINATION)       # again: nothing forbids it
                    writer.add(self.source(page_shift) | SOURCE)
                if rng.random() < 0.02:
                    writer.add(self.source(page_shift))     # no flag
                if address not in kept:
                    done.append(address)
        if not runs:
            writer.pad(rng.choice((0, 1, 30)))
        head = writer.end()
        self.job(head, page_shift, entry, trap)
        return writer.entries

    def code(self, page_shift, entry, source):
        """A source, the given one or any, with code where the entry is going to be."""
        while True:
            page = self.source(page_shift) if source is None else source
            at = page + entry % (1 << page_shift)
            if not self.code_at & {at, at + 4, at + 8}:
                self.code_at |= {at, at + 4, at + 8}
                self.store(at, jump(self.back))
                return page

    def junk(self, page_shift):
        """Bits that belong neither to the address nor to the flags."""
        return self.rng.randrange(1 << page_shift) & ~15 if self.rng.random() < 0.1 else 0

    def job(self, head, page_shift, entry, trap):
        self.jobs.append((head, page_shift, entry, self.rng.getrandbits(64) if entry else 0, trap))

    def fill(self):
        """The bytes of [start, end) before the machine runs: the lists, and random bytes elsewhere."""
        memory = bytearray(self.end - self.start)
        for lo, hi in (self.sources, self.destinations):
            memory[lo - self.start:hi - self.start] = self.rng.randbytes(hi - lo)
        for address, data in self.stores:
            at = address - self.start
            memory[at:at + len(data)] = data
        return memory

    def table(self):
        """The jobs, as the program reads them at JOBS."""
        table = b"".join(struct.pack("<5Q24x", *job) for job in self.jobs) + bytes(64)
        assert JOBS + len(table) <= JOBS_END
        return table

    def expected(self, memory):
        """Carries out the jobs on the memory that fill() made. Returns pages copied and in place."""
        counts = [reference(memory, self.start, head, shift) for head, shift, *_ in self.jobs]
        return sum(c for c, _ in counts), sum(i for _, i in counts)
