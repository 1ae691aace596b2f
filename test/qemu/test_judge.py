# SPDX-License-Identifier: BSD-2-Clause
"""The judge in the harness: it is there, it finds Lethe, and what it says counts."""

import ast
import glob
import os

import pytest

import judge
from harness import IMAGES, LOAD, MIB, O, PAYLOAD, Machine
from images import Hostile, pack, write

STUB = os.path.join(IMAGES, "hostile.img")

# Machines that run Lethe and are not judged. A new one needs a line here.
NOT_JUDGED = []


def test_which_machines_are_not_judged():
    """Each says why, and no other than these."""
    found = []
    for path in glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "test_*.py")):
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.keyword) and node.arg == "judge" and \
                        isinstance(node.value, ast.Constant) and node.value.value is None:
                    found.append(function.name)
    assert sorted(found) == sorted([*NOT_JUDGED, "test_not_judged_says_why"])


def test_not_judged_says_why(work):
    with pytest.raises(AssertionError, match="says why"):
        Machine(pack(work + "/boot.img"), judge=None)


# ---- where Lethe is ----

def where(*machine):
    return judge.find(*machine, LOAD, STUB)


def test_lethe_is_found(work):
    boot, other = pack(work + "/boot.img"), write(work + "/other", b"x" * 100)
    assert where(boot, []) == (LOAD, boot, [])
    assert where(PAYLOAD, []) is None
    assert where(None, [(other, 0x43000000), (boot, 0x42000000)]) == (0x42000000, boot, [])
    target = LOAD + 2 * MIB
    stub = Hostile(target, "plain").save(work + "/stub")
    assert where(stub, [(boot, target), (other, 0x4c000000)]) == (target, boot, [])
    assert where(stub, [(PAYLOAD, target)]) is None
    moves = Hostile(target, copies=[(None, 0x4c000000, 0), (0x42000000, target, 100)])
    assert where(moves.save(work + "/stub"), [(boot, 0x42000000)]) == (target, boot, [])
    below = Hostile(target, "el1", "serror").save(work + "/stub")
    assert where(below, [(boot, target)]) == (target, boot, [(LOAD, LOAD + 0x10000)])


def test_what_the_plugin_is_told(work):
    boot = pack(work + "/boot.img")
    size, blob = os.path.getsize(boot), judge.blob_size(os.path.join(O, "lethe.elf"))
    words = judge.Judge(O, LOAD, boot, [], {}).arguments.split(",")
    assert words[1:] == [f"start={LOAD:#x}", "stop=handoff", f"elf={O}/lethe.elf",
                         f"clean={LOAD:#x}-{LOAD + size:#x}",
                         f"publish=workspace:{LOAD:#x}-{LOAD + blob:#x}"]
    words = judge.Judge(O, LOAD, boot, [], {"clean": "plan", "stop": 0x4a000000, "max": 1,
                                            "stale": [(1, 2)]}).arguments.split(",")
    end = judge.plan_end(boot)
    assert LOAD + blob < LOAD + end < LOAD + size
    assert words[2] == "stop=0x4a000000"
    assert words[4:-1] == [f"clean={LOAD:#x}-{LOAD + end:#x}", "stale=0x1-0x2", "max=0x1"]


# ---- what it says ----

def heard(*parts):
    """(the judge, the console) after a machine said these, one read each."""
    one = object.__new__(judge.Judge)
    one.lines, one.held = [], b""
    return one, b"".join(map(one.listen, [*parts, b""]))


GOOD = b"cohsan: stop pc=0x40400000 el=2 reports=0\n"
BAD = b"cohsan: read-stale pc=0x40201234 (lethe_move+0x10) va=0x0 pa=0x0 el=2 stale\n"


def test_lines_come_anywhere():
    one, console = heard(b"lethe: en" + GOOD + b"ter\r\ncoh", b"erent\r\nc", b"")
    assert console == b"lethe: enter\r\ncoherent\r\nc"
    assert one.objection(True) is None
    for cut in range(len(GOOD)):
        one, console = heard(b"a" + GOOD[:cut], GOOD[cut:] + b"b")
        assert console == b"ab" and one.has_stopped(), cut


def test_what_counts():
    assert heard(b"lethe: halt\r\n")[0].objection(False) is None
    assert "not judged" in heard(b"lethe: enter\r\n")[0].objection(True)
    assert "not judged" in heard(GOOD.replace(b"reports=0", b"reports=1"))[0].objection(True)
    for lines in (BAD, BAD + GOOD, GOOD + BAD):
        for handed_over in (True, False):
            assert "lethe_move+0x10" in heard(lines)[0].objection(handed_over)
    assert "no such argument" in heard(b"cohsan: x=1: no such argument\n")[0].objection(False)
