# SPDX-License-Identifier: BSD-2-Clause
"""How a boot ends if one bit of the bundle is wrong: of Lethe's own bytes, of the plan, or of what it carries.

    flipped.py CODE PLAN CARRIED [SEED]     so many flips of each, counted by their end

The ends, from the best one to the worst:

    same        the payload runs, and its registers are those of the sound bundle
    FAIL        a line that says what is wrong
    FAULT       a line that says where an exception was taken
    status      no line; the CPU waits with a status in x0
    silent      none of these within the time
    wrong       the payload runs with other registers
"""

import collections
import random
import re
import sys
import time

import images
from machine import Machine

ENDS = ("same", "FAIL", "FAULT", "status", "silent", "wrong")
VALUE = re.compile(rb"^payload: (\w+)=0x([0-9a-f]{16})\r$", re.M)
LINE = re.compile(rb"^lethe: (FAIL|FAULT) ", re.M)
LAST = re.compile(rb"^lethe: halt\r$", re.M)
STATUSES = range((1 << 64) - 999, 1 << 64)
POLL = 0.05             # seconds between two looks at a CPU that may wait


class Outcome:
    """How one boot of the bundle at path ended. options: more of Machine's."""

    def __init__(self, path, seconds, **options):
        with Machine(path, memory=64, monitor=True, cohsan=None, **options,
                     because="it is damaged: what is asked is how it ends") as machine:
            self.machine = machine
            end = time.monotonic() + seconds
            self.is_waiting = False
            while time.monotonic() < end and not self.has_ended():
                machine.drain(POLL)
            machine.drain(POLL if self.is_waiting else 0)   # its last line may still be on the way
            self.raw = machine.raw

    def has_ended(self):
        raw = self.machine.raw
        if b"payload: end" in raw or LAST.search(raw) or b"payload: exception" in raw:
            return True
        first, second = self.machine.monitor.registers(), self.machine.monitor.registers()
        self.is_waiting = first == second and first.get("X00") in STATUSES
        return self.is_waiting

    def values(self):
        return VALUE.findall(self.raw) if b"payload: end" in self.raw else None

    def name(self, sound):
        """One of ENDS. sound: the values of the sound bundle's payload."""
        line = LINE.search(self.raw)
        if b"payload: " in self.raw:
            return "same" if self.values() == sound else "wrong"
        if line:
            return line[1].decode()
        return "status" if self.is_waiting else "silent"


def ranges(bundle):
    """{what: [(start, end) in the file]}; the code with its constants, and the few words of the header page."""
    at = images.blob_symbol
    carried = []
    for index in bundle.segments().values():
        start = bundle.segment(index, "source")
        carried.append((start, start + bundle.segment(index, "file_size")))
    return {"code": [(0, 8), (at("lethe_text_start"), at("lethe_text_end")),
                     (at("lethe_rodata_start"), at("lethe_rodata_end")),
                     (at("lethe_data_start"), at("lethe_data_end"))],
            "plan": [(bundle.plan_at, bundle.plan_at + bundle.plan("total_size"))], "carried": carried}


def some_bits(spans, count, rng):
    """[(offset, bit)], each byte as likely as any other."""
    for _ in range(count):
        index = rng.randrange(sum(end - start for start, end in spans))
        for start, end in spans:
            if index < end - start:
                yield start + index, rng.randrange(8)
                break
            index -= end - start


def count(folder, bundle, counts, seed, seconds, tell=None):
    """{what: Counter of ENDS} of counts = {what: how many flips}."""
    rng = random.Random(seed)
    path = folder + "/flipped.img"
    sound = Outcome(bundle.save(path, seal=False), seconds).values()
    assert sound, "the sound bundle does not boot"
    found = {}
    for what, spans in ranges(bundle).items():
        found[what] = collections.Counter()
        for offset, bit in some_bits(spans, counts.get(what, 0), rng):
            bundle.bytes[offset] ^= 1 << bit
            end = Outcome(bundle.save(path, seal=False), seconds).name(sound)
            bundle.bytes[offset] ^= 1 << bit
            found[what][end] += 1
            if tell:
                tell(what, offset, bit, end)
    return found


def table(found):
    """Rows to print, one for what was flipped."""
    rows = [f"{'':8} {'flips':>6} " + " ".join(f"{end:>7}" for end in ENDS)]
    for what, ends in found.items():
        rows.append(f"{what:8} {sum(ends.values()):6} " + " ".join(f"{ends[end]:7}" for end in ENDS))
    return "\n".join(rows)


def main():
    import tempfile
    counts = dict(zip(("code", "plan", "carried"), map(int, sys.argv[1:4])))
    with tempfile.TemporaryDirectory() as folder:
        bundle = images.Bundle(images.pack(folder + "/boot.img"))
        print(table(count(folder, bundle, counts, int(sys.argv[4]) if len(sys.argv) > 4 else 1, 20,
                          lambda *flip: print(*map(str, flip), flush=True))))


if __name__ == "__main__":
    main()
