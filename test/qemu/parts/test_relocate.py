# SPDX-License-Identifier: BSD-2-Clause
"""src/relocate.S on lists of all kinds: a plain reference, and cohsan.

SEED in the environment repeats a failure, which prints it.
"""

import os
import random

import pytest

import list_runner
from list_runner import E2H, ICACHE, MRS_CTR_EL0, MRS_ID_AA64PFR0_EL1, answer, measure, run, traps
from lists import DESTINATION, DONE, INDIRECTION, JOBS_END, LISTS, SOURCE, Lists
from paths import MIB

COUNT = 125         # lists of one machine
# a64fx: lines of 256 bytes.
CELLS = [("cortex-a53", 1, 0), ("cortex-a72", 2, ICACHE), ("neoverse-n1", 1, ICACHE),
         ("neoverse-n1", 2, E2H), ("max", 2, 0), ("max", 2, E2H | ICACHE), ("a64fx", 2, ICACHE),
         ("a64fx", 1, 0)]
PLAIN = ("cortex-a72", 2, 0)


def name(cell):
    return f"{cell[0]}-el{cell[1]}{'h' if cell[2] & E2H else ''}" + \
        ("-icache" if cell[2] & ICACHE else "")


def back():
    return list_runner.symbols()["back"]


def trap(cell, trapped):
    return next(value for is_trapped, value in traps(*cell[1:]) if is_trapped == trapped)


def random_lists(rng, cell, count, **where):
    lists = Lists(rng, back(), **where)
    values = traps(*cell[1:])
    for left in range(count, 0, -1):
        shift = rng.choice([shift for shift in (12, 12, 12, 14, 16) if lists.free[shift]] or [12])
        share = 4 * len(lists.free[shift]) // left
        pages = rng.choice((0, 1, 2, rng.randrange(share + 3), share))
        style = rng.choice(("full", "full", "early", "early", "long"))
        lists.make(shift, pages, rng.choice(values)[1], style)
    for shift, pages in lists.free.items():     # what is left: one long list each
        lists.make(shift, len(pages), rng.choice(values)[1])
    assert not any(lists.free.values())
    return lists


def check_random(work, cell, count, **where):
    seed = int(os.environ.get("SEED", 0)) or random.SystemRandom().getrandbits(32)
    print(f"SEED={seed}")
    rng = random.Random(seed)
    lists = random_lists(rng, cell, count, **where)
    # The code where it was linked, or anywhere in a page of its own.
    copy_to = rng.choice((None, JOBS_END + rng.randrange(0, 4096 - list_runner.code_size() + 1, 4)))
    copied, in_place = run(work, lists, cell, copy_to=copy_to)
    assert copied > 500 and in_place > 50
    assert sum(bool(entry) for _, _, entry, _, _ in lists.jobs) > count // 20


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_random_lists(work, cell):
    check_random(work, cell, COUNT)


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_more_random_lists(work, cell, request):
    """10,000 lists in all."""
    if request.config.getoption("--long"):
        for _ in range(9):
            check_random(work, cell, COUNT)


@pytest.mark.parametrize("high", [1 << 32, 1 << 40], ids=hex)
def test_high_memory(work, high):
    """All of it above 4 GiB, or above 1 TiB."""
    check_random(work, ("cortex-a72", 2, ICACHE), 60, start=high, end=high + 64 * MIB)


# ---- lists by hand ----

def hand_made(entries, page_shift=12, trapped=False, head=None, pages=16, destinations=MIB):
    """A list in one page. In an entry, S and D stand for the first source and destination page."""
    lists = Lists(random.Random(1), back(), end=LISTS + 10 * MIB, sources=2 * MIB,
                  destinations=destinations)
    at = lists.list_page(page_shift)
    for i, entry in enumerate(entries(lists.sources[0], lists.destinations[0])):
        lists.store(at + 8 * i, entry.to_bytes(8, "little"))
    lists.job(at | INDIRECTION if head is None else head, page_shift, 0, trap(PLAIN, trapped))
    # cohsan wants the rest of the destinations published, too: all in place.
    rest = lists.destinations[0] + (pages << page_shift)
    count = (lists.destinations[1] - rest) >> 12
    at = lists.list_page(16)
    words = [rest | DESTINATION, *((rest + i * 4096) | SOURCE for i in range(count)), DONE]
    lists.store(at, b"".join(word.to_bytes(8, "little") for word in words))
    lists.job(at | INDIRECTION, 12, 0, trap(PLAIN, trapped))
    return lists


@pytest.mark.parametrize("head", [DONE, 0, SOURCE, DESTINATION, DONE | INDIRECTION, 1 << 40 | DONE],
                         ids=hex)
def test_head_that_leads_nowhere(work, head):
    lists = hand_made(lambda s, d: [d | DESTINATION, s | SOURCE, DONE], head=head, pages=0)
    copied, _ = run(work, lists, PLAIN)
    assert copied == 0


@pytest.mark.parametrize("shift", [12, 14, 16])
def test_one_line_behind_another(work, shift):
    """Only pages that the list names are written: their neighbours keep their bytes."""
    page = 1 << shift

    def entries(source, destination):
        return [destination + page | DESTINATION, source | SOURCE, source + page | SOURCE,
                destination | DESTINATION, destination | SOURCE, DONE, source | SOURCE]
    assert run(work, hand_made(entries, shift, pages=3), PLAIN)[0] == 2


def test_long_list(work, request):
    """100,000 entries, a destination stored to again and again; without --long 5,000."""
    count = 100000 if request.config.getoption("--long") else 5000
    rng = random.Random(count)
    lists = Lists(rng, back(), sources=MIB, destinations=2 * MIB)
    for pages in lists.free.values():
        pages.clear()
    lists.free[12] = list(range(*lists.destinations, 4096))
    lists.make(12, 1 << 20, trap(PLAIN, True))
    at = lists.list_page(12)
    lists.job(at | INDIRECTION, 12, 0, trap(PLAIN, False))
    for i in range(count):
        if i % 512 == 511:
            following = lists.list_page(12)
            lists.store(at, (following | INDIRECTION).to_bytes(8, "little"))
            at = following
            continue
        # Never as many sources in a row as would leave the destinations.
        destination = rng.randrange(lists.destinations[0], lists.destinations[1] - 8 * 4096, 4096)
        word = destination | DESTINATION if i % 512 % 8 == 0 or rng.random() < 0.5 else \
            lists.source(12) | SOURCE
        lists.store(at, word.to_bytes(8, "little"))
        at += 8
    lists.store(at, DONE.to_bytes(8, "little"))
    run(work, lists, PLAIN)


# ---- counts, lines ----

PAGES = 32


def counted(work, cell, trapped, page_shift=12, patch=lambda image: None, in_place=False):
    """The meter's counts of a list of PAGES pages that are copied, or all in place."""
    def entries(source, destination):
        first = destination if in_place else source
        return [destination | DESTINATION,
                *(first + (i << page_shift) | SOURCE for i in range(PAGES)), DONE]
    lists = hand_made(entries, page_shift, pages=PAGES, destinations=PAGES << page_shift)
    lists.jobs[0] = (*lists.jobs[0][:4], trap(cell, trapped))
    del lists.jobs[1:]
    result, counts = measure(work, lists, cell, patch)
    assert counts == ((0, PAGES) if in_place else (PAGES, 0))
    assert result["undecoded"] == 0 and result["cached"]["loads"]["accesses"] == 0
    return result


@pytest.mark.parametrize("cell", [("cortex-a53", 1, 0), PLAIN, ("neoverse-n1", 2, E2H)], ids=name)
@pytest.mark.parametrize("registers, limit", [("q", 330), ("x", 640)])
def test_counts(work, cell, registers, limit):
    """Of a page of 4 KiB: instructions, accesses, maintenance."""
    result = counted(work, cell, registers == "x")
    code = result["code"]
    assert code["maintenance"]["instructions"] / PAGES <= 200
    # The walk of each page; its once-for-all part is apart.
    assert (code["walk"]["instructions"] - 40 + code["copy"]["instructions"]) / PAGES <= limit
    for side in ("loads", "stores"):
        assert code["copy"]["uncached"][side]["accesses"] == 512 * PAGES
        assert code["copy"]["uncached"][side]["by_size"]["8"] == 512 * PAGES
    # Q registers where they may be used: half the instructions for the same accesses.
    assert (code["copy"]["instructions"] < 330 * PAGES) == (registers == "q")
    assert code["walk"]["uncached"]["loads"]["accesses"] == PAGES + 2
    assert result["dc"] == 64 * PAGES
    assert result["dmb"] == PAGES
    assert result["dsb"] == PAGES + 2       # the walk's end, the program's


def test_in_place(work):
    """Maintained, not copied."""
    result = counted(work, PLAIN, False, in_place=True)
    assert result["dc"] == 64 * PAGES
    assert result["uncached"]["stores"]["accesses"] == 0


def test_cpu_without_fp(work):
    """The CPU has no FP/SIMD, and it is not trapped: general registers copy."""
    result = counted(work, PLAIN, False,
                     patch=lambda image: answer(image, MRS_ID_AA64PFR0_EL1, 0xff))
    assert result["code"]["copy"]["instructions"] > 512 * PAGES


@pytest.mark.parametrize("shift", [12, 14, 16])
@pytest.mark.parametrize("log2_words", [0, 2, 5, 7, 8, 9, 10, 12, 15])
def test_lines_of_any_size(work, shift, log2_words):
    """One DC for each line of a page; one for a page if a line is longer."""
    result = counted(work, PLAIN, True, shift, lambda image: answer(image, MRS_CTR_EL0, log2_words))
    assert result["dc"] == max(1, (1 << shift) // (4 << log2_words)) * PAGES


@pytest.mark.parametrize("log2_words", [0, 2, 3])
def test_lines_that_are_shorter(work, log2_words):
    """A CPU beside others of longer lines: cohsan takes the machine's line."""
    lists = random_lists(random.Random(log2_words), PLAIN, 20, sources=MIB, destinations=2 * MIB)
    run(work, lists, PLAIN, patch=lambda image: answer(image, MRS_CTR_EL0, log2_words))
