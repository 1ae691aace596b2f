# SPDX-License-Identifier: BSD-2-Clause
"""Runs library/program.S, a caller of the library door, on many jobs in one machine.

A World is a machine's RAM before it runs: the program, then the callers' tables and stacks, then an
arena in which each job has plan, list, workspace, sources and destinations of its own. run() starts
it under cohsan and compares all of RAM, byte for byte, but workspaces and stacks.
"""

import contextlib
import functools
import os
import re
import struct

import meter
from list_runner import traps
from list_runner import E2H as RELOCATOR_E2H
from machine import Machine
from paths import IMAGES, LOAD, MIB, O, RAM_BASE, VIRT_UART
from sparse_memory import CHUNK, Memory, file_memory, merge, up

PROGRAM = os.path.join(IMAGES, "library.img")
BLOB = os.path.join(O, "lethe-boot.bin")
PAGE = 4096
JOBS = LOAD + MIB
JOB_SIZE = 256
TABLES = LOAD + 2 * MIB         # tables and stacks of callers
ARENA = LOAD + 14 * MIB
BOOT, CHECK, SIZE = 1, 2, 3     # kinds of a job
FLAG_FP, FLAG_SP0, FLAG_PAN, FLAG_STREAMING, FLAG_E2H, FLAG_IRQ = (1 << i for i in range(6))
GIC = (0x08000000, 0x08020000)
COUNT = 3056                    # above the stack: how often it was interrupted
SCTLR = {1: 0x30d00800, 2: 0x30c50830}
M, A, C, SA, I, WXN = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 12, 1 << 19
PA_BITS = {"cortex-a53": 2, "cortex-a72": 4, "neoverse-n1": 5, "max": 5}   # as PS and IPS have it
STOP = re.compile(r"^cohsan: stop pc=0x[0-9a-f]+ el=[12] reports=0$")
LINE = re.compile(r"^library: ([^\r\n\0]*)", re.M)
MEMORY = {"wb": 0xff, "wt": 0xbb, "nc": 0x44, "device": 0x00}
STRANGE = [0x04, 0x0c, 0x4f, 0xf4, 0xaa, 0x88]


@functools.lru_cache(maxsize=None)
def symbols():
    return meter.symbols(PROGRAM.replace(".img", ".elf"))


@functools.lru_cache(maxsize=None)
def blob_size():
    """The blob's size with bss, tables and stacks, from its header."""
    with open(BLOB, "rb") as file:
        return struct.unpack_from("<Q", file.read(128), 64 + 16)[0]


class Tables:
    """A caller's translation tables: 4 KiB pages, in as many levels as the VA size needs."""

    def __init__(self, world, bits, single):
        self.world, self.single = world, single
        self.level = 4 - -(-(bits - 12) // 9)
        self.tables = {}
        self.root = self.table()

    def table(self):
        page = self.world.low()
        self.tables[page] = {}
        return page

    def map(self, va, pa, size, index, *, write=False, execute=False):
        for at in range(0, up(pa + size) - pa // PAGE * PAGE, PAGE):
            leaf = pa // PAGE * PAGE + at | 3 | index << 2 | 3 << 8 | 1 << 10
            leaf |= self.single << 6 | (not write) << 7
            if not execute:
                leaf |= 1 << 54 | (0 if self.single else 1 << 53)
            self.put(va // PAGE * PAGE + at, leaf)

    def put(self, va, leaf):
        table = self.root
        for level in range(self.level, 3):
            slot = va >> 39 - 9 * level & 511
            if slot not in self.tables[table]:
                self.tables[table][slot] = self.table() | 3
            table = self.tables[table][slot] & ~0xfff
        self.tables[table][va >> 12 & 511] = leaf

    def store(self):
        for page, entries in self.tables.items():
            self.world.memory.write(page, bytes(PAGE))
            for slot, entry in entries.items():
                self.world.memory.write(page + 8 * slot, struct.pack("<Q", entry))


class Caller:
    """How a job's caller runs: drawn at random, then changed by the test that needs it otherwise.

    mapped: [(PA, size, "wb" or .., may be written)] beside what it needs itself, at the same VA
    """

    def __init__(self, world, mmu):
        rng = world.rng
        self.world, self.mmu = world, mmu
        self.mapped = []
        self.offset = 0
        self.sctlr = SCTLR[world.el] | rng.choice((0, I)) | rng.choice((0, WXN)) | \
            rng.choice((0, A | SA))
        self.caches = not mmu or rng.random() < 0.85
        if mmu:
            self.sctlr |= M
        self.sctlr |= C if self.caches else 0
        self.flags = FLAG_E2H if world.e2h else 0
        trapped, self.trap = rng.choice(
            traps(world.el, RELOCATOR_E2H if world.e2h else 0))
        self.flags |= 0 if trapped else FLAG_FP
        self.flags |= rng.choice((0, 0, FLAG_SP0))
        if world.cpu in ("neoverse-n1", "max"):
            self.flags |= rng.choice((0, 0, FLAG_PAN))
        if world.cpu == "max" and rng.random() < 0.2:
            self.flags |= FLAG_STREAMING | FLAG_FP
            self.trap = 3 << 24 | 3 << 20 if world.el == 1 or world.e2h else 0x22ff
        self.daif = rng.randrange(16) << 6
        self.par = rng.getrandbits(36) << 12 | 0x800
        self.hcr = 1 << 31 | rng.choice((0, 1 << 27)) | rng.choice((0, 1 << 5, 0x38, 0x2c7ffff))
        self.hcr |= (1 << 34 if world.e2h else 0)
        self.high = mmu and (world.el == 1 or world.e2h) and rng.random() < 0.3
        least = max(world.end.bit_length() + 1, 33)
        self.bits = 48 if least > 39 else rng.choice([b for b in (33, 36, 39, 42, 48) if b >= least])
        if mmu and not self.high and rng.random() < 0.5:
            self.offset = (1 << self.bits - 1) + rng.randrange(256) * PAGE
        if self.high:
            self.bits1 = rng.choice((39, 48))
            self.offset = 2**64 - (1 << self.bits1) + rng.randrange(256) * PAGE
        self.kinds = list(MEMORY)
        rng.shuffle(self.kinds)
        self.stack = world.low() + 1024

    def interrupted(self):
        """The timer interrupts the caller all the time."""
        self.flags |= FLAG_IRQ | FLAG_SP0
        self.daif &= ~0x80
        self.hcr |= 1 << 4
        return self

    def mair(self):
        rest = [self.world.rng.choice(STRANGE) for _ in range(4)]
        return sum(value << 8 * i for i, value in
                   enumerate([MEMORY[kind] for kind in self.kinds] + rest))

    def seen(self, kind):
        """As what its own accesses come, for a kind of mapping."""
        return "nc" if not self.mmu or not self.caches else kind

    def registers(self):
        """sctlr, tcr, mair, ttbr0, ttbr1, and the tables into the world."""
        rng, world = self.world.rng, self.world
        garbage = rng.getrandbits(44) << 4
        if not self.mmu:
            return self.sctlr, rng.getrandbits(5) | 1 << 31 | 1 << 23, rng.getrandbits(64), \
                garbage, garbage
        single = world.el == 2 and not world.e2h
        walks = rng.choice((0, 1, 2, 3)) << 8 | rng.choice((0, 1, 2, 3)) << 10 | 3 << 12
        tcr = 64 - self.bits | walks
        ps = PA_BITS[world.cpu]
        low = Tables(world, self.bits, single)
        own = low
        if single:
            tcr |= 1 << 31 | 1 << 23 | ps << 16
        else:
            tcr |= 2 << 30 | ps << 32
            if self.high:
                tcr |= (64 - self.bits1 | walks) << 16
                own = Tables(world, self.bits1, single)
            else:
                tcr |= rng.choice((16, 25, 39)) << 16 | 1 << 23
        wb = self.kinds.index("wb")
        image = up(os.path.getsize(PROGRAM))
        low.map(LOAD, LOAD, PAGE, wb, execute=True)
        own.map(LOAD + self.offset, LOAD, image, wb, execute=True)
        own.map(JOBS + self.offset, JOBS, world.jobs_size(), wb)
        own.map(self.stack + self.offset, self.stack, 16, wb, write=True)
        low.map(VIRT_UART, VIRT_UART, PAGE, self.kinds.index("device"), write=True)
        if self.flags & FLAG_IRQ:
            low.map(GIC[0], GIC[0], GIC[1] - GIC[0], self.kinds.index("device"), write=True)
        for va, pa, size, kind, write in self.mapped:
            low.map(va, pa, size, self.kinds.index(kind), write=write, execute=write)
        low.store()
        if own is not low:
            own.store()
        return self.sctlr, tcr, self.mair(), low.root, own.root if own is not low else garbage

    def map(self, pa, size, kind="wb", *, write=False, va=None):
        self.mapped.append((pa if va is None else va, pa, size, kind, write))


class World:
    """RAM and jobs of one machine. el 1 or 2; e2h: EL2 with E2H = 1."""

    def __init__(self, rng, cpu, el, e2h=False, arena=ARENA, size=128 * MIB):
        self.rng, self.cpu, self.el, self.e2h = rng, cpu, el, e2h
        self.arena, self.end = arena, arena + size
        self.memory = Memory()
        self.low_at, self.at = TABLES, arena
        self.jobs = []
        self.wanted = []        # lines: "entered", "status <n>", ..
        self.results = []       # (address, bytes) that are to be there
        self.workspaces, self.stacks = [], []
        self.worlds = []        # ("clean" or .., (lo, hi))
        self.names = []         # (lo, hi, what)
        self.notes = []         # one a job, printed with a failure

    def jobs_size(self):
        return 0x20000

    def low(self):
        page = self.low_at
        self.low_at += PAGE
        assert self.low_at <= min(ARENA, self.arena), "too many tables"
        return page

    def take(self, size, align=8, gap=0x3000, name=""):
        """Memory of the arena. The gaps between belong to no job."""
        start = up(self.at + self.rng.randrange(gap + 1), align)
        self.at = start + size
        assert self.at <= self.end, "the arena is full"
        self.names.append((start, start + size, f"job {len(self.jobs)} {name}"))
        return start

    def back(self):
        return symbols()["back"]

    def add(self, kind, caller, args, wanted, x=(0, 0, 0), el=None, note=""):
        """One job. Its PA: what its payload gets as x3."""
        words = [kind, caller.flags, *args, caller.stack, caller.offset, *caller.registers(),
                 caller.hcr, caller.trap, caller.daif, caller.par, el or self.el, *x]
        self.memory.write(self.job_at(), struct.pack(f"<{len(words)}Q", *words))
        self.stacks.append((caller.stack - 1024, caller.stack - 1024 + PAGE))
        self.jobs.append(words)
        self.wanted.append(wanted)
        self.notes.append(f"{note} mmu={caller.mmu} offset={caller.offset:#x} "
                          f"sctlr={caller.sctlr:#x} flags={caller.flags:#x}")

    def job_at(self):
        """PA of the next job."""
        assert (len(self.jobs) + 2) * JOB_SIZE <= self.jobs_size()
        return JOBS + len(self.jobs) * JOB_SIZE

    def cohsan_options(self, stop):
        """All RAM is hostile but the program, its callers' tables and stacks, and the bytes that they wrote."""
        spent = merge((at, at + len(data)) for at, data in self.results)
        workspaces = merge(self.workspaces)
        may_write = [*self.stacks, *workspaces, *spent]
        options = {"start": LOAD, "stop": stop, "elf": PROGRAM.replace(".img", ".elf"),
                   "clean": [(LOAD, up(self.low_at)), *merge(self.stacks)],
                   "write": [*may_write, (VIRT_UART, VIRT_UART + PAGE), GIC],
                   "publish": {"workspace": (LOAD, LOAD + PAGE)}}
        for i, each in enumerate(spent):
            options["publish"][f"d{i}"] = each
        for world, each in self.worlds:
            options.setdefault(world, []).append(each)
        return options

    def note(self, number):
        """The note of a job, for a failure."""
        return self.notes[number] if number < len(self.notes) else ""

    def name(self, address):
        return ", ".join(what for lo, hi, what in self.names if lo <= address < hi) or "of no job"

    def exempt(self):
        return merge(self.workspaces + self.stacks)


def difference(world, found, wanted):
    """The first bytes that differ, as text; None if none do."""
    exempt = world.exempt()
    zero = bytes(CHUNK)
    for index in sorted(found.chunks.keys() | wanted.chunks.keys()):
        a, b = found.chunks.get(index, zero), wanted.chunks.get(index, zero)
        if a == b:
            continue
        lo, hi = index * CHUNK, (index + 1) * CHUNK
        a, b = bytearray(a), bytearray(b)
        for start, end in exempt:
            start, end = max(start, lo), min(end, hi)
            if start < end:
                a[start - lo:end - lo] = b[start - lo:end - lo]
        if a != b:
            at = next(i for i in range(CHUNK) if a[i] != b[i])
            return f"{lo + at:#x} ({world.name(lo + at)}): {a[at:at + 16].hex()} for " \
                f"{b[at:at + 16].hex()}"
    return None


def program(world, patch=lambda image: None):
    """The caller, as it lies at LOAD."""
    with open(PROGRAM, "rb") as file:
        image = bytearray(file.read())
    patch(image)
    struct.pack_into("<2Q", image, 64, JOBS, world.el == 2)
    return image


@contextlib.contextmanager
def started(work, world, *, image=None, stop=None, extra=(), cohsan=None, seconds=None):
    """(the machine, which runs; its RAM before it did)"""
    path = os.path.join(work, "program.img")
    with open(path, "wb") as file:
        file.write(image or program(world))
    options = {**world.cohsan_options(stop or symbols()["finished"]), **(cohsan or {})}
    with Machine(path, cpu=world.cpu, el=world.el, memory=(world.end - RAM_BASE) // MIB, ram=True,
                 paused=True, extra=extra, cohsan=options) as machine:
        if seconds:
            machine.deadline = machine.started + seconds
        with open(machine.ram_path, "r+b") as file:
            for index, data in world.memory.chunks.items():
                os.pwrite(file.fileno(), data, index * CHUNK - RAM_BASE)
        before = file_memory(machine.ram_path)
        machine.go()
        yield machine, before


def compare(machine, world, before):
    """Compares all of RAM with the expected bytes."""
    wanted = Memory(before)
    for address, data in world.results:
        wanted.write(address, data)
    wanted.chunks = {**before.chunks, **wanted.chunks}
    wrong = difference(world, file_memory(machine.ram_path), wanted)
    if wrong:
        raise machine.failure(wrong)


def compare_lines(machine, world):
    text = machine.raw.decode("utf-8", "replace")
    lines = [line.rstrip() for line in LINE.findall(text)]
    wrong = [f"job {number}: {line!r} for {wish!r}; {world.note(number)}" for number, (line, wish)
             in enumerate(zip(lines, world.wanted + ["end"])) if not re.fullmatch(wish, line)]
    if wrong:
        raise machine.failure("\n".join(wrong[:20]))
    if len(lines) != len(world.wanted) + 1:
        raise machine.failure(f"nothing after job {len(lines) - 1}; then {world.note(len(lines))}")
    return text


def run(work, world, after=lambda path: None, **options):
    """Runs the jobs to the end, compares the program's lines with world.wanted, and memory.

    after: gets the path of the RAM file, to look at it once more.
    """
    with started(work, world, **options) as (machine, before):
        with contextlib.suppress(AssertionError):       # what it said by then says more
            machine.expect_exit()
        text = compare_lines(machine, world)
        compare(machine, world, before)
        after(machine.ram_path)
        machine.drain()
        stops = [line for line in machine.cohsan.lines if STOP.match(line)]
        if len(stops) != 1 or len(machine.cohsan.lines) != 1:
            raise machine.failure("cohsan: " + "\n".join(machine.cohsan.lines))
        return text


def halts(work, world, *patterns, image=None):
    """The last job ends with a line like each of these, and "halt"."""
    with started(work, world, image=image) as (machine, before):
        machine.expect(*patterns)
        machine.expect("^lethe: halt$")
        compare(machine, world, before)
