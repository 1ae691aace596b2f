# SPDX-License-Identifier: BSD-2-Clause
"""lethe_kimage_check() on one list, counted: test/guest/kimage, the very object that is in the library, MMU off.

Only list pages are real: no page is copied here, so addresses may be anything.
"""

import os
import random
import struct

import meter
from machine import Machine
from paths import IMAGES, LOAD, MIB

PROGRAM = os.path.join(IMAGES, "kimage.img")
JOB, LISTS = LOAD + 0x10000, LOAD + 2 * MIB
DESTINATION, INDIRECTION, DONE, SOURCE = 1, 2, 4, 8
PAGE = 4096
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


def measure(work, words, windows=(WINDOW,), protected=KEEPS):
    """Checks a list that is good. {instructions, entries, runs; data, stack: loads from them}"""
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
                              ("data", JOB, JOB + 0x2000), ("stack", LOAD + 0x17000, LOAD + 0x18000)])
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
             for key in ("lists", "data", "stack")}
    # Each twice, but the head, which is an argument, and once DONE.
    assert count["lists"] == 2 * entries - 3
    return {"instructions": result["instructions"], "entries": entries, "runs": runs,
            "data": count["data"], "stack": count["stack"]}


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


def page_by_page(count):
    """A destination for each page."""
    return [word for i in range(count)
            for word in segment(4 * GIB + i * PAGE, [8 * GIB + i * PAGE])]


def other_gaps(runs, count):
    """Sources between the destinations, never two of them in the same place."""
    words, rng = [], random.Random(runs)
    for i in range(runs):
        words += segment(8 * GIB + i * GIB // 4,
                         [8 * GIB + (5 * gap + i) % runs * (GIB // 4) + 128 * MIB +
                          rng.randrange(1000) * PAGE for gap in range(count // runs)])
    return words


def scattered(windows, count):
    """Windows, and a list whose sources lie one by one anywhere in the windows but the first."""
    rng = random.Random(windows)
    found = [(LOAD, LOAD + 256 * MIB)]
    found += [(i * GIB, i * GIB + 512 * MIB) for i in range(8, 7 + windows)]
    return found, segment(LOAD + 64 * MIB, [rng.randrange(*rng.choice(found[1:]), PAGE)
                                            for i in range(count)])


def uneven(windows, count):
    """The same, of windows of any size, with any gap: some are close neighbours."""
    rng = random.Random(windows)
    cuts = sorted(rng.sample(range(8 * GIB, 64 * GIB, PAGE), 2 * windows - 2))
    found = [(LOAD, LOAD + 256 * MIB), *zip(cuts[::2], cuts[1::2])]
    return found, segment(LOAD + 64 * MIB, [rng.randrange(*rng.choice(found[1:]), PAGE)
                                            for i in range(count)])
