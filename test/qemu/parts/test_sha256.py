# SPDX-License-Identifier: BSD-2-Clause
"""SHA-256 by both block functions, with the MMU off: sha256/program.S on lists of digests.

NIST's vectors, every split of a message into three updates, every alignment; copies on the way, and that they
store nothing elsewhere; and what the digest leaves behind: registers, the trap of FP/SIMD whatever it was,
streaming mode. An unaligned access faults.
"""

import hashlib
import os
import random
import struct

import pytest

import cavp
import list_runner
import meter
from machine import Machine
from paths import IMAGES, LOAD, MIB

PROGRAM, PROGRAM_SCALAR, PROGRAM_PURGATORY = (
    os.path.join(IMAGES, name) for name in ("sha256.img", "sha256-scalar.img", "sha256-purgatory.img"))
FLAGS_AT, JOBS_AT = 64, 72          # in the program
JOBS, DATA = LOAD + MIB, LOAD + 16 * MIB
JOB = struct.Struct("<4QI4x3Q32s32x")
SCALAR, SIMD, MONTE, LAST = 1, 2, 4, 8       # jobs.h has them, and flags
E2H, STREAMING, BELOW = 1, 2, 4
V31_CE, V31_UNTOUCHED = 0xa4506ceb90befffa, 0x5a5a      # K60 and K61; the program's canary
BECAUSE = "no Lethe: its digest alone, whose result and registers are looked at"
CELLS = [("cortex-a53", 2, 0), ("cortex-a72", 1, 0), ("neoverse-n1", 2, E2H), ("max", 2, 0),
         ("max", 1, 0)]
BLOCK = 64
GUARD = 160


class Jobs:
    """A list of digests: the bytes, the way, and the result that is expected."""

    def __init__(self):
        self.rows, self.wanted = [], []
        self.data = bytearray()
        self.copies = []
        self.rng = random.Random(7)

    def place(self, message, shift=0):
        """The address of a message, `shift` behind a multiple of 16."""
        self.data += bytes(-len(self.data) % 16 + shift)
        at = DATA + len(self.data)
        self.data += message
        return at

    def add(self, at, size, wanted, cuts=None, kinds=(SCALAR, SIMD), traps=((False, 0),)):
        for kind in kinds:
            for _, trap in traps:
                self.rows.append((at, size, *(cuts or (size, size)), kind, trap, 0))
                self.wanted.append(wanted)

    def copy(self, size, distance, trap, shift=0, cuts=None, kind=SIMD):
        """Onto itself, downward over itself, or (negative) upward clear of itself. What has to be in
        memory afterwards is kept beside."""
        before, behind = max(distance, 0), max(-distance, 0)
        message = self.rng.randbytes(size)
        self.data += self.rng.randbytes(GUARD + before)
        self.data += bytes(-len(self.data) % 16 + shift)
        at = DATA + len(self.data)
        self.data += message + self.rng.randbytes(behind + GUARD)
        self.rows.append((at, size, *(cuts or (size, size)), kind, trap, at - distance))
        self.wanted.append(hashlib.sha256(message).digest())
        self.copies.append((at - distance - DATA, message))

    def message(self, message, wanted=None, shift=0, **more):
        self.add(self.place(message, shift), len(message),
                 wanted or hashlib.sha256(message).digest(), **more)


def run(work, jobs, cell, program=PROGRAM, extra=()):
    """Runs all jobs. Each has its digest, and uses vector registers only if it should."""
    cpu, el, flags = cell
    with open(program, "rb") as file:
        image = bytearray(file.read())
    struct.pack_into("<QQ", image, FLAGS_AT, flags, JOBS)
    rows = b"".join(JOB.pack(*row[:6], 0, row[6], bytes(32)) for row in jobs.rows) + bytes(JOB.size)
    assert JOBS + len(rows) <= DATA
    paths = [os.path.join(work, name) for name in ("program", "jobs", "data")]
    for path, content in zip(paths, (image, rows, jobs.data)):
        with open(path, "wb") as file:
            file.write(content)
    with Machine(paths[0], cpu=cpu, el=el, load=list(zip(paths[1:], (JOBS, DATA))), ram=True,
                 extra=extra, cohsan=None, because=BECAUSE) as machine:
        match = machine.expect(r"^sha256: (end|wrong .*)$")
        if match[1] != "end":
            raise machine.failure(match[0])
        rows = machine.read_ram(JOBS, len(rows))
        data = machine.read_ram(DATA, len(jobs.data) + GUARD)
    check_memory(jobs, data)
    has_ce = "lethe_sha256_ce" in meter.symbols(program.replace(".img", ".elf"))
    may = has_ce and not flags & (STREAMING | BELOW)
    for i, (row, wanted) in enumerate(zip(jobs.rows, jobs.wanted)):
        *_, v31, _, digest = JOB.unpack_from(rows, i * JOB.size)
        assert digest == wanted, (i, row, digest.hex(), wanted.hex())
        if not flags & BELOW:
            used = may and row[4] & SIMD and (not row[4] & LAST or row[1] >= BLOCK)
            assert v31 == (V31_CE if used else V31_UNTOUCHED), (i, row, hex(v31))
    return len(jobs.rows)


def check_memory(jobs, data):
    """The copies are at their destinations, and all else is unchanged."""
    wanted = jobs.data + bytes(GUARD)
    for start, message in jobs.copies:
        wanted[start:start + len(message)] = message
    if data == wanted:
        return
    wrong = next(i for i, pair in enumerate(zip(data, wanted)) if pair[0] != pair[1])
    raise AssertionError((hex(DATA + wrong), [row for row in jobs.rows if row[0] <= DATA + wrong][-1]))


def open_trap(cell):
    _, el, flags = cell
    return 3 << 20 if el == 1 or flags & (E2H | BELOW) else 0x33ff


def vectors(name, shift=0, **more):
    jobs = Jobs()
    for message, digest in cavp.messages(name):
        jobs.message(message, digest, shift, **more)
    return jobs


def short(cell):
    """The short vectors, and each size up to three blocks at each alignment."""
    jobs = vectors("SHA256ShortMsg.rsp", traps=[(False, open_trap(cell))])
    rng = random.Random(5)
    for shift in range(16):
        for size in (*range(0, 3 * BLOCK + 2, 5), 55, 56, 63, 64, 119, 120, 127, 128, 191, 192):
            jobs.message(rng.randbytes(size), shift=shift, traps=[(False, open_trap(cell))])
    return jobs


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_short(work, cell):
    run(work, short(cell), cell)


@pytest.mark.parametrize("cell", CELLS[:2], ids=str)
def test_long(work, cell):
    jobs = vectors("SHA256LongMsg.rsp", shift=8, traps=[(False, open_trap(cell))])
    more = vectors("SHA256LongMsg.rsp", shift=3, traps=[(False, open_trap(cell))])
    assert run(work, jobs, cell) == run(work, more, cell) == 128


@pytest.mark.parametrize("shift", [0, 5])
def test_every_split(work, shift):
    """Into three updates, any of which may be empty, of a message of three blocks."""
    cell = CELLS[0]
    message = random.Random(6).randbytes(3 * BLOCK)
    jobs = Jobs()
    at = jobs.place(message, shift)
    digest = hashlib.sha256(message).digest()
    for first in range(len(message) + 1):
        for second in range(first, len(message) + 1):
            jobs.add(at, len(message), digest, (first, second), traps=[(False, open_trap(cell))])
    run(work, jobs, cell)


def copies(cell):
    """By any distance, at any alignment, in one piece."""
    trap = open_trap(cell)
    jobs = Jobs()
    for kind in (SCALAR | LAST, SIMD | LAST):
        for distance in range(0, 131):
            for size in (40, 64, 130, 200):
                jobs.copy(size, distance, trap, kind=kind)
        for distance in (0, 8, 24, 64, 72, 128, -4096, -4104):
            for size in (0, 1, 7, 63, 64, 65, 127, 128, 191, 192, 200, 1000, 4096):
                for shift in (0, 8):
                    jobs.copy(size, distance, trap, shift, kind=kind)
        for distance in (0, 1, 7, 8, 63, 64, -4096, -4097, -4099):
            for shift in range(16):
                jobs.copy(260, distance, trap, shift, kind=kind)
    return jobs


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_copy(work, cell):
    assert run(work, copies(cell), cell) > 1500


@pytest.mark.parametrize("cell", CELLS[:2], ids=str)
def test_aligned_pairs_are_read_once(work, cell):
    """What nobody may do shows it: 64 bytes up, onto what is still to be read. A block that is stored before
    the next one is loaded comes out again and again; where memmove() goes first, all is in order."""
    jobs = Jobs()
    for kind in (SIMD, SCALAR):
        for shift, more in ((0, 0), (8, 0), (0, 1), (3, 0), (5, 3)):
            jobs.copy(6 * BLOCK, -BLOCK - more, open_trap(cell), shift, kind=kind | LAST)
            if kind == SIMD and shift % 8 == more % 8 == 0:
                start, message = jobs.copies.pop()
                again = message[:BLOCK] * 6
                jobs.copies.append((start, again))
                jobs.wanted[-1] = hashlib.sha256(again).digest()
    run(work, jobs, cell)


@pytest.mark.parametrize("distance", [0, 8, 61, 64, -4096, -4093], ids="by{}".format)
def test_copy_every_split(work, distance):
    """Three copies, any of which may be empty, of two blocks and a half."""
    trap = open_trap(CELLS[0])
    jobs = Jobs()
    for first in range(0, 161):
        for second in (first, first + 1, first + 8, first + 63, first + 64, first + 72, 160):
            if second <= 160:
                for kind in (SCALAR, SIMD):
                    jobs.copy(160, distance, trap, cuts=(first, second), kind=kind)
    run(work, jobs, CELLS[0])


def test_copy_by_others(work):
    """The instructions are hidden, or not built in, or the mode forbids them."""
    run(work, copies(CELLS[0]), CELLS[0], PROGRAM_SCALAR)
    for cell in (("max", 2, BELOW), ("max", 2, STREAMING)):
        run(work, copies(cell), cell)


def test_monte_carlo(work):
    jobs = Jobs()
    for seed, digest in cavp.monte_carlo():
        jobs.add(jobs.place(seed), 32, digest, kinds=(MONTE | SCALAR, MONTE | SIMD),
                 traps=[(False, open_trap(CELLS[0]))])
    assert run(work, jobs, CELLS[0]) == 200


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_trap_is_as_it_was(work, cell):
    """For every value of CPACR_EL1 or CPTR_EL2 the trap is lifted for the digest, and then restored."""
    cpu, el, flags = cell
    traps = list_runner.traps(el, flags)
    if cpu == "max":        # SME's trap beside it
        more = 12 if el == 2 else 25
        traps = [(is_on, trap ^ bit) for is_on, trap in traps for bit in (0, 1 << more, 1 << 24)]
    jobs = Jobs()
    for shift in (0, 1):
        jobs.message(bytes(range(200)), shift=shift, traps=traps)
    assert run(work, jobs, cell) == 4 * len(traps)


@pytest.mark.parametrize("cell", [("max", 2, STREAMING), ("max", 1, STREAMING),
                                  ("max", 2, STREAMING | E2H)], ids=str)
def test_streaming(work, cell):
    """The SHA-2 instructions are undefined there: general registers do the work, and the mode stays."""
    jobs = Jobs()
    for is_open in (0, 1):
        trap = (3 * is_open) << 20 | (3 * is_open) << 24 if cell[1] == 1 or cell[2] & E2H \
            else 0x33ff & ~(is_open << 12)
        jobs.message(bytes(range(200)), traps=[(False, trap)])
    run(work, jobs, cell)


@pytest.mark.parametrize("cpu", ["cortex-a72", "max"])
def test_without_the_instructions(work, cpu):
    """ID_AA64ISAR0_EL1 has none, and a higher level traps FP/SIMD."""
    cell = (cpu, 2, BELOW)
    jobs = short(cell)
    for _, trap in list_runner.traps(1, 0):
        jobs.message(bytes(range(200)), traps=[(False, trap)])
    run(work, jobs, cell)


def test_scalar_build(work):
    """SHA=scalar: not one vector register is touched."""
    cell = CELLS[0]
    run(work, short(cell), cell, PROGRAM_SCALAR)


@pytest.mark.parametrize("cell", CELLS[1:3], ids=str)
def test_purgatory_build(work, cell):
    """purgatory.ro's, which take whole blocks at aligned addresses only."""
    jobs = vectors("SHA256ShortMsg.rsp", traps=[(False, open_trap(cell))])
    for message, digest in cavp.messages("SHA256LongMsg.rsp"):
        jobs.message(message, digest, traps=[(False, open_trap(cell))])
    run(work, jobs, cell, PROGRAM_PURGATORY)


@pytest.mark.parametrize("program, most", [(PROGRAM, 28.5), (PROGRAM_PURGATORY, 31)], ids=["library", "purgatory"])
def test_scalar_cost(work, program, most):
    """Instructions a byte in general registers, calls and padding included."""
    at = meter.symbols(program.replace(".img", ".elf"), LOAD)
    start = at["lethe_sha256_scalar"]
    code = [("scalar", start, min(address for address in at.values() if address > start + 64))]
    counted = meter.Meter(work, at["entry"], at["end"], code=code)
    jobs = Jobs()
    jobs.message(bytes(0x10000), kinds=(SCALAR,), traps=[(False, open_trap(CELLS[1]))])
    run(work, jobs, CELLS[1], program, counted.options())
    each = counted.result()["code"]["scalar"]["instructions"] / (0x10000 + BLOCK)
    print(each)
    assert 20 < each <= most
