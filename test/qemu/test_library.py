# SPDX-License-Identifier: BSD-2-Clause
"""The library door on plans and lists of all kinds, called from worlds of all kinds: memory against a
plain reference, and the judge of cache coherence.

SEED in the environment repeats a failure, which prints it.
"""

import itertools
import os
import random

import pytest

from library import MIB, World, run
from library_plans import BEST, UNCACHED, add_random

CPUS = ("cortex-a53", "cortex-a72", "neoverse-n1", "max")
MACHINES = [(cpu, el, False) for cpu in CPUS for el in (1, 2)] + \
    [(cpu, 2, True) for cpu in CPUS[2:]]
CELLS = list(itertools.product((False, True), (BEST, UNCACHED), (12, 14, 16)))
ROUNDS = 8          # jobs of each cell in a machine: 960 in all, high memory apart


def name(machine):
    return f"{machine[0]}-el{machine[1]}{'h' * machine[2]}"


def check_random(work, machine, rounds, **where):
    seed = int(os.environ.get("SEED", 0)) or random.SystemRandom().getrandbits(32)
    print(f"SEED={seed}")
    world = World(random.Random(seed), *machine, **where)
    cells = CELLS * rounds
    world.rng.shuffle(cells)
    for mmu, mode, shift in cells:
        add_random(world, mmu, mode, shift)
    run(work, world)


@pytest.mark.parametrize("machine", MACHINES, ids=name)
def test_random(work, machine):
    check_random(work, machine, ROUNDS)
