# SPDX-License-Identifier: BSD-2-Clause
"""What the check of an indirection list costs: at most 64 instructions an entry, at any length.

Counted on the very object that is in the blob, with the MMU off. Only list pages are real: no page
is copied here, so addresses may be anything.
"""

import os
import random
import struct

import pytest

import meter
from machine import Machine
from paths import IMAGES, LOAD, MIB

PROGRAM = os.path.join(IMAGES, "kimage.img")
JOB, LISTS = LOAD + 0x10000, LOAD + 2 * MIB
DESTINATION, INDIRECTION, DONE, SOURCE = 1, 2, 4, 8
PAGE = 4096
MOST = 64               # instructions an entry
START = 1000            # and for the call, a quarter of it for each run
EACH_RUN = 800
GIB = 1 << 30
WINDOW = (LOAD, 64 * GIB)
KEEPS = [(LOAD, LOAD + MIB, -220, -212), (LOAD + MIB, LOAD + MIB + 0x3000, -220, -213)]


def list_pages(words):
    """(head, bytes) of a list as a kernel lays it out: 511 entries and a link."""
    out, words = b"", [*words, DONE]
    while words:
        part, words = words[:511], words[511:]
        if words:
            part.append(LISTS + len(out) + PAGE | INDIRECTION)
        out += struct.pack(f"<{len(part)}Q", *part).ljust(PAGE, b"\0")
    return LISTS | INDIRECTION, out


def measure(work, words, windows=(WINDOW,), protected=KEEPS, most=MOST):
    """Checks a list that is good. Returns its instructions, loads from the stack, entries."""
    head, lists = list_pages(words)
    job = bytearray(0x1000)
    struct.pack_into("<QQ", job, 0, head, 12)
    struct.pack_into("<QQIIQ", job, 64, JOB + 0x100, JOB + 0x800, len(windows), len(protected), 0)
    for i, (start, end) in enumerate(windows):
        struct.pack_into("<QQ", job, 0x100 + 16 * i, start, end - start)
    for i, values in enumerate(protected):
        struct.pack_into("<QQii", job, 0x800 + 24 * i, *values)
    struct.pack_into("<Q", job, 32, 1)
    paths = [os.path.join(work, name) for name in ("job", "lists")]
    for path, data in zip(paths, (job, lists)):
        with open(path, "wb") as file:
            file.write(data)
    at = meter.symbols(PROGRAM.replace(".img", ".elf"), LOAD)
    run = meter.Meter(work, at["lethe_kimage_check"], at["finished"], end=True,
                      ranges=[("lists", LISTS, LISTS + len(lists)),
                              ("stack", LOAD + 0x17000, LOAD + 0x18000)])
    with Machine(PROGRAM, load=list(zip(paths, (JOB, LISTS))), ram=True, extra=run.options(),
                 cohsan=None, because="it is metered, and nothing is handed over") as machine:
        machine.expect_exit()
        status, = struct.unpack("<q", machine.read_ram(JOB + 32, 8))
        answer = machine.read_ram(JOB + 0x1000 + 65 * 24, 28)
    entries, copied, _, runs = struct.unpack("<QQQI", answer)
    assert status == 0, status
    assert copied == sum(word & 15 == SOURCE for word in words)
    result = run.result()
    count = {key: result["ranges"][key]["uncached"]["loads"]["accesses"]
             for key in ("lists", "stack")}
    # Each twice, but the head, which is an argument, and once DONE.
    assert count["lists"] == 2 * entries - 3
    each = (result["instructions"] - START - EACH_RUN * runs) / entries
    print(f"{entries} entries, {runs} runs: {result['instructions']} instructions, "
          f"{result['instructions'] / entries:.1f} an entry, stack {count['stack']}")
    assert each <= most
    return result["instructions"], count["stack"], entries


def segment(start, sources):
    return [start | DESTINATION, *(source | SOURCE for source in sources)]


def pages(start, count):
    return [start + i * PAGE for i in range(count)]


def chunks(rng, count, most):
    """Sources as a buddy allocator gives them: runs of a power of two pages, anywhere."""
    found = []
    while len(found) < count:
        size = 1 << rng.randrange(most + 1)
        found += pages(rng.randrange(8 * GIB, 60 * GIB, size * PAGE), size)
    return found[:count]


def kernel_and_initrd(count, most):
    rng = random.Random(count)
    third = count // 3
    words = []
    for i, start in enumerate((4 * GIB, 5 * GIB, 6 * GIB)):
        words += segment(start, chunks(rng, third + (count % 3 if i == 2 else 0), most))
    return words


@pytest.mark.parametrize("most", [0, 4, 10])
def test_kernel(work, most):
    """Three segments, whose pages come one by one, or in blocks."""
    measure(work, kernel_and_initrd(30000, most))


def test_linear(work):
    """Every entry costs the same."""
    costs = [measure(work, kernel_and_initrd(count, 4)) for count in (1000, 10000, 99700)]
    slopes = [(b[0] - a[0]) / (b[2] - a[2]) for a, b in zip(costs, costs[1:])]
    print(slopes)
    assert abs(slopes[0] - slopes[1]) < 1
    # Registers: what lies on the stack does not grow with the list.
    assert (costs[2][1] - costs[1][1]) / (costs[2][2] - costs[1][2]) < 0.2


def test_in_place(work):
    measure(work, segment(8 * GIB, pages(8 * GIB, 10000)))


def test_page_by_page(work):
    """A destination for each page: the cost of two entries."""
    measure(work, [word for i in range(5000)
                   for word in segment(4 * GIB + i * PAGE, [8 * GIB + i * PAGE])])


@pytest.mark.parametrize("runs", [16, 64])
def test_always_another_gap(work, runs):
    """Sources between the destinations, never two of them in the same place."""
    words, rng = [], random.Random(runs)
    for i in range(runs):
        gaps = [j for j in range(20000 // runs)]
        words += segment(8 * GIB + i * GIB // 4,
                         [8 * GIB + (5 * gap + i) % runs * (GIB // 4) + 128 * MIB +
                          rng.randrange(1000) * PAGE for gap in gaps])
    measure(work, words)


def test_many_runs(work):
    """The least list that has so many, from above."""
    words = []
    for i in range(64, 0, -1):
        words += segment(8 * GIB + 2 * i * PAGE, [4 * GIB + 2 * i * PAGE])
    measure(work, words)


@pytest.mark.parametrize("protected", [KEEPS, [(30 * GIB, 31 * GIB, -220, -212)] + KEEPS])
def test_two_parts(work, protected):
    """Sources one by one from memory in two windows, or on both sides of what is kept."""
    rng = random.Random(2)
    windows = [(LOAD, 20 * GIB), (21 * GIB, 64 * GIB)] if protected == KEEPS else [WINDOW]
    sources = [(8 * GIB if rng.random() < 0.5 else 40 * GIB) + rng.randrange(10**6) * PAGE
               for _ in range(20000)]
    measure(work, segment(4 * GIB, sources), windows, protected)


@pytest.mark.parametrize("count, most", [(2, MOST), (8, 2 * MOST), (64, 3 * MOST)])
def test_windows(work, count, most):
    """As many windows as a plan may have, sources one by one anywhere in them: a search for each."""
    rng = random.Random(count)
    windows = [(LOAD, LOAD + 256 * MIB)]
    windows += [(i * GIB, i * GIB + 512 * MIB) for i in range(8, 7 + count)]
    sources = [rng.randrange(*rng.choice(windows[1:]), PAGE) for i in range(20000)]
    measure(work, segment(LOAD + 64 * MIB, sources), windows, most=most)
