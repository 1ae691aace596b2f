# SPDX-License-Identifier: BSD-2-Clause
"""What lethe_boot() costs for each page of a list: cleaned lines, and instructions. Two lists, the difference."""

import random

import pytest

from library_plans import BEST, UNCACHED, List, the_plan
from library_world import C, FLAG_FP, I, Caller, World, run, symbols
from list_runner import traps
from lists import DESTINATION, SOURCE
from meter import Meter

LINES = 4096 // 64
PAGES = (1024, 4096)    # enough to be mapped by blocks of 2 MiB


class Copied(List):
    """One run, every page of it from the pool."""

    def write(self, writer):
        (first, length), = self.runs
        writer.add(first | DESTINATION)
        for i in range(length):
            writer.add(self.sources[i % len(self.sources)] | SOURCE)
        return writer.end(), writer.entries + 1


def counts(work, pages, mode, trapped, coherent):
    """(dc, instructions) from the call to the payload. A caller with MMU and caches on, at the program's own address."""
    world = World(random.Random(pages), "cortex-a72", 2)
    caller = Caller(world, True)
    caller.caches, caller.high, caller.offset = True, False, 0
    caller.sctlr |= C | I
    caller.trap = next(value for is_trapped, value in traps(2, 0) if is_trapped == trapped)
    caller.flags = caller.flags & ~FLAG_FP | (0 if trapped else FLAG_FP)
    arena = [{"base": world.arena, "size": world.end - world.arena}]
    the_plan(world, True, mode, Copied(world, 12, pages, 1, "full"), [], console=False, caller=caller,
             coherent=coherent, change=lambda plan: plan.update(windows=arena))
    at = symbols()
    meter = Meter(work, at["lethe_boot"], at["back"])
    run(work, world, extra=meter.options())
    result = meter.result()
    return result["dc"], result["instructions"]


@pytest.mark.parametrize("mode, trapped, coherent, dc, instructions", [
    (BEST, False, False, 2, 736), (BEST, True, False, 2, 997), (BEST, False, True, 1, 553),
    (UNCACHED, False, False, 3, 860), (UNCACHED, True, False, 3, 1121)],
    ids=["cached", "cached, FP trapped", "coherent", "uncached", "uncached, FP trapped"])
def test_a_page(work, mode, trapped, coherent, dc, instructions):
    few, many = (counts(work, pages, mode, trapped, coherent) for pages in PAGES)
    each = [(b - a) / (PAGES[1] - PAGES[0]) for a, b in zip(few, many)]
    print(f"{each[0]:.1f} dc, {each[1]:.1f} instructions a page")
    assert abs(each[0] / LINES - dc) < 0.05
    assert each[1] <= instructions
