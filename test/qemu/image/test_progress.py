# SPDX-License-Identifier: BSD-2-Clause
"""How far a digest is: about two lines a second from one that is slow, none from one that is not.

-icount: an instruction takes 2^shift ns of the counter's time, so that slow and fast are the same on every
host, and the same lines come every time.
"""

import random
import re

import pytest

from images import Bundle, pack, write
from machine import Machine
from paths import MIB

SLOW, FAST = "shift=8,sleep=off", "shift=0,sleep=off"
SIZES = {"initrd": 3 * MIB + 12345, "raw0": 4 * MIB + 7, "raw1": 2 * MIB, "raw2": 100}
LINE = re.compile(r"(\w+) (\d+) per cent (\d+) MiB/s")
LAST = re.compile(r"(\w+) (\d+) sha256 ok (\d+) ms (\d+) MiB/s(?:, 1 cpus)?")


@pytest.fixture
def boot(work):
    """The initrd is in place; raw0 moves; raw1 moves to an odd address, so it is copied and then read."""
    files = {name: write(f"{work}/{name}", random.Random(name).randbytes(size))
             for name, size in SIZES.items()}
    return pack(work + "/boot.img", "--chunks", "off", "--initrd", files["initrd"], "--raw", f"{files['raw0']}@0x4a000000",
                "--raw", f"{files['raw1']}@0x4b000003", "--raw", f"{files['raw2']}@0x4c000000")


def look(path, icount, last="^payload: end", sizes=SIZES):
    """{segment: [(per cent, MiB/s)]} and {segment: (ms, MiB/s)}; each in the order in which it came."""
    with Machine(path, extra=["-icount", icount]) as machine:
        machine.expect(last)
        lines = machine.lethe_lines()
    progress, final = {}, {}
    for line in lines:
        match = LINE.fullmatch(line)
        if match:
            assert match[1] not in final, lines
            progress.setdefault(match[1], []).append((int(match[2]), int(match[3])))
        else:
            assert "per cent" not in line, line
        match = LAST.fullmatch(line)
        if match:
            assert int(match[2]) == sizes.get(match[1], int(match[2]))
            final[match[1]] = int(match[3]), int(match[4])
    return progress, final


def check(progress, ms, rate, size):
    """Two lines a second, give or take one piece, at the speed of the whole."""
    piece = ms * 0x10000 / size + 1
    assert ms // (500 + piece) <= len(progress) <= ms // 500, (progress, ms)
    steps = [per_cent for per_cent, _ in progress]
    assert steps == sorted(set(steps)) and steps[-1] <= 100
    for i, (per_cent, speed) in enumerate(progress, 1):
        assert 50000 * i / ms - 1 <= per_cent <= (500 + piece) * i * 100 / ms + 1, (progress, ms)
        assert abs(speed - rate) <= 1 + rate // 4, (progress, rate)


@pytest.mark.parametrize("mode", ["cached", "uncached"])
def test_slow(boot, mode):
    bundle = Bundle(boot)
    bundle.plan("mode", int(mode == "uncached"))
    progress, final = look(bundle.save(boot), SLOW)
    assert list(final) == ["initrd", "raw0", "raw1", "raw2", "kernel"]
    assert sorted(progress) == ["initrd", "raw0", "raw1"]
    for name, lines in progress.items():
        check(lines, *final[name], SIZES[name])
    assert sum(map(len, progress.values())) >= 6


def test_slow_by_chunks(work):
    """The share is of the segment, whoever digests the chunks."""
    size = 6 * MIB
    boot = pack(work + "/boot.img", "--chunks", "16", "--initrd", write(work + "/initrd", bytes(size)),
                "--raw", f"{write(work + '/raw', bytes(size))}@0x4a000000")
    progress, final = look(boot, SLOW, sizes={})
    assert list(final) == ["initrd", "raw0", "kernel"]
    for name in "initrd", "raw0":
        check(progress[name], *final[name], size)


def test_no_per_cent_twice(work):
    """A digest of more than fifty seconds: two lines a second would be more than a hundred."""
    size = 40 * MIB
    boot = pack(work + "/boot.img", "--initrd", write(work + "/initrd", bytes(size)))
    with Machine(boot, extra=["-icount", "shift=10,sleep=off"]) as machine:
        ms = int(machine.expect(rf"^lethe: initrd {size} sha256 ok (\d+) ms")[1])
        steps = [int(match[2]) for match in map(LINE.fullmatch, machine.lethe_lines()) if match]
        machine.expect("^payload: end")
    assert ms > 55000 and len(steps) > 50
    assert steps == sorted(set(steps)) and steps[-1] <= 100, steps


def test_fast(boot):
    progress, final = look(boot, FAST)
    assert len(final) == 5 and not progress
    assert all(ms < 500 for ms, _ in final.values())


@pytest.mark.parametrize("name", ["initrd", "raw0"])
def test_slow_and_damaged(boot, name):
    """If a digest does not match during the move, the segment is read again at its destination; in place, once."""
    bundle = Bundle(boot)
    index = bundle.segments()[name]
    bundle.bytes[bundle.segment(index, "source") + SIZES[name] - 1] ^= 1
    with Machine(bundle.save(boot, seal=False), extra=["-icount", SLOW]) as machine:
        machine.expect(rf'^lethe: FAIL verify: segment {index} "{name}": .*\(LETHE_E_DIGEST\)$',
                       "^lethe: expected", "^lethe: found", "^lethe: halt$")
        steps = [int(match[2]) for match in map(LINE.fullmatch, machine.lethe_lines())
                 if match and match[1] == name]
    falls = sum(b <= a for a, b in zip(steps, steps[1:]))
    assert len(steps) >= 2 and falls == (name == "raw0"), steps
