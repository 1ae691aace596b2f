# SPDX-License-Identifier: BSD-2-Clause
"""How often each line of the payload is cleaned (docs/internals/cache.md, "The payload's memory"), counted.

Two boots of the same kind, one with more bytes: the difference is the cost of those. That nothing is missing is
cohsan's to say: every other test runs under it.
"""

import random

import pytest

from images import Bundle, pack, small_kernel, write
from machine import Machine
from meter import Meter
from paths import LOAD, MIB

LINE = 64
FREE = 0x4a000000
MORE = MIB
BECAUSE = "counted here"


def operations(work, bundle, uncached):
    bundle.plan("mode", int(uncached))
    meter = Meter(work, LOAD, "handoff", end=True)
    with Machine(bundle.save(work + "/sealed.img"), extra=meter.options(), cohsan=None, because=BECAUSE) as machine:
        machine.expect_exit()
    return meter.result()["dc"]


def in_place(work, size):
    kernel = small_kernel(work + "/kernel", MIB + size)
    bundle = Bundle(pack(work + "/boot.img", kernel=kernel))
    index = bundle.segments()["kernel"]
    assert bundle.segment(index, "file_size") == bundle.segment(index, "mem_size")
    return bundle


def tail(work, size):
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{write(work + '/raw', b'raw')}@{FREE:#x}"))
    bundle.segment(bundle.segments()["raw0"], "mem_size", 4096 + size)
    return bundle


def raw(work, size):
    data = random.Random(1).randbytes(4096 + size)
    return Bundle(pack(work + "/boot.img", "--raw", f"{write(work + '/raw', data)}@{FREE:#x}"))


def over_itself(work, size, up=-4096):
    bundle = raw(work, size)
    index = bundle.segments()["raw0"]
    bundle.segment(index, "dest", LOAD + bundle.segment(index, "source") + up)
    return bundle


def down(work, size):
    return over_itself(work, size, -512)


def up(work, size):
    return over_itself(work, size, 4096)


@pytest.mark.parametrize("uncached", [False, True], ids=["cached", "uncached"])
@pytest.mark.parametrize("make, cached_cost, uncached_cost",
                         [(in_place, 1, 1), (tail, 1, 2), (raw, 2, 3), (down, 2, 2), (up, 2, 2)],
                         ids=["in place", "tail", "copied", "down over itself", "up over itself"])
def test_operations_a_line(work, make, cached_cost, uncached_cost, uncached):
    few, many = (operations(work, make(work, size), uncached) for size in (0, MORE))
    cost = (many - few) / (MORE // LINE)
    # A larger bundle also has larger tables, a line or two at the edges.
    assert abs(cost - (uncached_cost if uncached else cached_cost)) < 0.02, cost
