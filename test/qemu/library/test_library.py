# SPDX-License-Identifier: BSD-2-Clause
"""The library door on plans and lists of all kinds, called from worlds of all kinds: memory is compared with
a plain reference, and cohsan watches.

SEED in the environment repeats a failure, which prints it; with CONSOLE=1 all plans say what they do.
"""

import itertools
import os
import random

import pytest

from library_plans import BEST, UNCACHED, List, Segments, add_random, the_plan
from library_world import COUNT, MIB, Caller, World, file_memory, run

CPUS = ("cortex-a53", "cortex-a72", "neoverse-n1", "max")
MACHINES = [(cpu, el, False) for cpu in CPUS for el in (1, 2)] + \
    [(cpu, 2, True) for cpu in CPUS[2:]]
CELLS = list(itertools.product((False, True), (BEST, UNCACHED), (12, 14, 16)))
ROUNDS = 4          # jobs of each cell in a machine: 480 in all, high memory apart


def name(machine):
    return f"{machine[0]}-el{machine[1]}{'h' * machine[2]}"


def seeded():
    seed = int(os.environ.get("SEED", 0)) or random.SystemRandom().getrandbits(32)
    print(f"SEED={seed}")
    return random.Random(seed)


def check_random(work, machine, rounds, **where):
    world = World(seeded(), *machine, **where)
    cells = CELLS * rounds
    world.rng.shuffle(cells)
    for mmu, mode, shift in cells:
        add_random(world, mmu, mode, shift)
    run(work, world)


@pytest.mark.parametrize("machine", MACHINES, ids=name)
def test_random(work, machine):
    check_random(work, machine, ROUNDS)


@pytest.mark.long
@pytest.mark.parametrize("machine", MACHINES, ids=name)
def test_more_random(work, machine):
    """10,000 in all."""
    for _ in range(20):
        check_random(work, machine, ROUNDS)


@pytest.mark.parametrize("machine", [("cortex-a72", 2, False), ("neoverse-n1", 1, False),
                                     ("max", 2, True)], ids=name)
@pytest.mark.parametrize("high", [1 << 32, 1 << 40], ids=hex)
def test_high_memory(work, machine, high):
    """All that a plan names lies above 4 GiB, or above 1 TiB."""
    check_random(work, machine, 1, arena=high, size=64 * MIB)


@pytest.mark.parametrize("mmu", [False, True], ids=["off", "on"])
def test_long_list(work, mmu):
    """100,000 entries and more, most of them destinations that nothing goes to."""
    world = World(seeded(), "cortex-a72", 2)
    for mode in (BEST, UNCACHED):
        the_list = List(world, 12, 100, 20, "full", padding=1000)
        assert the_list.entries > 100000
        the_plan(world, mmu, mode, the_list, [])
    run(work, world)


@pytest.mark.parametrize("machine", [("cortex-a72", 2, False), ("neoverse-n1", 1, False),
                                     ("max", 2, True)], ids=name)
def test_interrupts(work, machine):
    """Open when it is called, and pending most of the time; the handler uses PAR_EL1 as well."""
    world = World(seeded(), *machine)
    for mmu, mode, shift in CELLS:
        the_list = List(world, shift, 5, 3, "early")
        the_plan(world, mmu, mode, the_list, Segments(world, the_list, 2).made,
                 caller=Caller(world, mmu).interrupted())
    counts = []

    def count(path):
        memory = file_memory(path)
        counts.extend(memory.word(start + 1024 + COUNT) for start, _ in world.stacks)
    run(work, world, after=count)
    # On a busy host one or another of them may see none.
    assert sum(each > 0 for each in counts) > len(counts) // 2, counts
