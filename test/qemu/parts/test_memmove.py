# SPDX-License-Identifier: BSD-2-Clause
"""memmove() and memset() of the blob with the MMU off: memmove/program.S.

Every alignment, size and short distance, compared byte by byte in the guest; nothing is read beyond RAM; an
unaligned access faults. And what a segment costs, by the byte.
"""

import itertools

import pytest

import memory_runner
from memory_runner import MEMMOVE, MEMSET

SIZE = 0x10007
MOST = 0.6              # instructions a byte
START = 120             # and for the ends


@pytest.mark.parametrize("cpu, el", [("cortex-a72", 2), ("cortex-a53", 1), ("max", 2)])
def test_every_alignment(work, cpu, el):
    calls = memory_runner.run_all(work, cpu, el)
    assert calls > 100_000


@pytest.mark.parametrize("distance", [4 << 20, -(4 << 20), 0x1000, -0x1000], ids="by{}".format)
def test_move_cost(work, distance):
    """No alignment makes a difference; nor does a destination within the source."""
    for source, dest in itertools.product((0, 1, 4, 15), (0, 3, 8)):
        counted = memory_runner.measure(work, MEMMOVE, source, distance + dest - source, SIZE)
        assert counted["instructions"] <= START + MOST * SIZE, (source, dest)
        # Each byte is read once and stored once, by 8 bytes but for the ends.
        for side in ("loads", "stores"):
            assert counted[side] <= SIZE // 8 + 32, (source, dest, side)


def test_set_cost(work):
    for dest in range(16):
        counted = memory_runner.measure(work, MEMSET, dest, 0, SIZE)
        assert counted["instructions"] <= START + MOST * SIZE, dest
        assert counted["stores"] <= SIZE // 8 + 32, dest
