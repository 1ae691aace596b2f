# SPDX-License-Identifier: BSD-2-Clause
"""Loaders' trees that are damaged at random: each ends in a boot, a sentence or a status, and none takes long."""

import collections
import random
import struct

import pytest

from flipped import Outcome
from images import Hostile, machine_tree, pack, write
from paths import LOAD, MIB, VIRT_UART

TARGET, TREE = LOAD + 2 * MIB, 0x43000000
SECONDS = 20
EDGES = (0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000, 0x40000000, 0x40400000)


def damage(tree, rng):
    """One to four faults: a bit, a cell with a value from the edge, or a piece that stands twice."""
    bad = bytearray(tree)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(bad) // 4) * 4 if rng.random() < 0.9 else rng.randrange(10) * 4
        kind = rng.randrange(3)
        if kind == 0:
            bad[at + rng.randrange(4)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            struct.pack_into(">I", bad, at, rng.choice(EDGES))
        else:
            size = min(rng.choice((4, 8, 64)), len(bad) - at)
            source = rng.randrange(len(bad) - size) & ~3
            bad[at:at + size] = bad[source:source + size]
    return bytes(bad)


def ends(work, count, seed):
    """Counter of the ends of so many boots, and what was silent."""
    rng = random.Random(seed)
    with open(machine_tree(work + "/sound.dtb", memory=64), "rb") as file:
        sound = file.read()
    initrd = ["--initrd", write(work + "/initrd", b"i" * 5000)]
    # The one has only the tree's console, so a tree whose structure is damaged leaves a status. The other names its own.
    boots = [pack(work + "/silent.img", *initrd),
             pack(work + "/boot.img", *initrd, "--console", f"pl011,{VIRT_UART:#x}")]
    stub = Hostile(TARGET, "plain", x0=TREE).save(work + "/stub")
    found, silent = collections.Counter(), []
    for index in range(count):
        tree = write(work + "/bad.dtb", damage(sound, rng))
        one = Outcome(stub, SECONDS, load=[(boots[index % 2], TARGET), (tree, TREE)])
        end = "boot" if one.values() is not None else one.name(None)
        found[end] += 1
        assert index % 2 == 0 or end != "status", tree
        if end in ("silent", "wrong", "same"):
            silent.append((index, one.raw[-300:]))
    return found, silent


@pytest.mark.parametrize("count", [6, pytest.param(500, marks=pytest.mark.long)])
def test_how_damaged_trees_end(work, capsys, count):
    found, silent = ends(work, count, count)
    with capsys.disabled():
        print("\n" + ", ".join(f"{end} {number}" for end, number in sorted(found.items())))
    assert not silent
    assert count < 500 or min(found["boot"], found["FAIL"], found["status"]) > 0
