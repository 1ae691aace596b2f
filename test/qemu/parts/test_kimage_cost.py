# SPDX-License-Identifier: BSD-2-Clause
"""What the check of an indirection list costs: at most 64 instructions an entry, at any length."""

import random

import pytest

import kimage_runner
from kimage_runner import GIB, KEEPS, PAGE, WINDOW, kernel_and_initrd, pages, segment
from paths import LOAD

MOST = 64               # instructions an entry
MOST_SCATTERED = 40
START = 1500            # and for the call
EACH_RUN = 800


def measure(work, words, windows=(WINDOW,), protected=KEEPS, most=MOST):
    counted = kimage_runner.measure(work, words, windows, protected)
    print("{entries} entries, {runs} runs: {instructions} instructions, stack {stack}".format(**counted),
          counted["instructions"] / counted["entries"])
    each = (counted["instructions"] - START - EACH_RUN * counted["runs"]) / counted["entries"]
    assert each <= most
    return counted


@pytest.mark.parametrize("most", [0, 4, 10])
def test_kernel(work, most):
    """Three segments, whose pages come one by one, or in blocks."""
    measure(work, kernel_and_initrd(30000, most))


def test_linear(work):
    """Every entry costs the same."""
    costs = [measure(work, kernel_and_initrd(count, 4)) for count in (1000, 10000, 99700)]
    slopes = [(b["instructions"] - a["instructions"]) / (b["entries"] - a["entries"])
              for a, b in zip(costs, costs[1:])]
    print(slopes)
    assert abs(slopes[0] - slopes[1]) < 1
    # Registers: what lies on the stack does not grow with the list.
    assert (costs[2]["stack"] - costs[1]["stack"]) / (costs[2]["entries"] - costs[1]["entries"]) < 0.2


def test_in_place(work):
    measure(work, segment(8 * GIB, pages(8 * GIB, 10000)))


def test_page_by_page(work):
    """A destination for each page: the cost of two entries."""
    measure(work, kimage_runner.page_by_page(5000))


@pytest.mark.parametrize("runs", [16, 64])
def test_always_another_gap(work, runs):
    measure(work, kimage_runner.other_gaps(runs, 20000))


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


@pytest.mark.parametrize("count", [2, 8, 64])
def test_windows(work, count):
    """As many windows as a plan may have, sources one by one anywhere in them: no search."""
    windows, words = kimage_runner.scattered(count, 20000)
    measure(work, words, windows, most=MOST_SCATTERED)


@pytest.mark.parametrize("count", [8, 64])
def test_uneven_windows(work, count):
    """A search only where windows share a 256th of the memory."""
    windows, words = kimage_runner.uneven(count, 20000)
    measure(work, words, windows)
