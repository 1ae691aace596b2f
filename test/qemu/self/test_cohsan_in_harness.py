# SPDX-License-Identifier: BSD-2-Clause
"""cohsan in the harness: it is there, it finds Lethe, and its reports fail the test."""

import ast
import glob
import os

import pytest

import cohsan
import images
import paths
from console import Failure
from images import Bundle, Hostile, machine_tree, pack, write
from machine import Machine
from paths import IMAGES, LOAD, MIB, O, PAYLOAD, VIRT_UART

FREE = 0x4a000000
NOP = 0xd503201f
IC_IALLUIS = 0xd508711f
STUB = os.path.join(IMAGES, "hostile.img")

# Machines that run Lethe without cohsan. A new one needs a line here.
NOT_WATCHED = ["operations",   # test_maintenance_cost.py: metered
              "run",          # test_sha256.py: the library behind a program, no hand-over
              "test_in_turn", # test_purgatory.py: two doors in turn, at other places each time
              "test_started", # test_kernel_pairs.py: the purgatory in the first tier; with --long it is
              "test_el3",     # test_library_ends.py: refused by its first instructions
              "test_kernel_that_loads_itself"]    # test_purgatory.py: whether Lethe runs is what is asked


def test_which_machines_are_not_watched():
    """Each says why, and no other than these."""
    found = []
    for path in glob.glob(os.path.join(paths.TOP, "test/qemu/*/test_*.py")):
        with open(path, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.keyword) and node.arg == "cohsan" and \
                        isinstance(node.value, ast.Constant) and node.value.value is None:
                    found.append(function.name)
    assert sorted(found) == sorted([*NOT_WATCHED, "test_unwatched_says_why"])


def test_unwatched_says_why(work):
    with pytest.raises(AssertionError, match="says why"):
        Machine(pack(work + "/boot.img"), cohsan=None)


# ---- where Lethe is ----

def where(*machine):
    return cohsan.find(*machine, LOAD, STUB)


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
    size, blob = os.path.getsize(boot), cohsan.blob_size(os.path.join(O, "lethe.elf"))
    words = cohsan.Cohsan(O, LOAD, boot, [], {}).arguments.split(",")
    assert words[1:] == [f"start={LOAD:#x}", "stop=handoff", f"elf={O}/lethe.elf",
                         f"clean={LOAD:#x}-{LOAD + size:#x}",
                         f"publish=workspace:{LOAD:#x}-{LOAD + blob:#x}"]
    words = cohsan.Cohsan(O, LOAD, boot, [], {"clean": "plan", "stop": 0x4a000000, "max": 1,
                                            "stale": [(1, 2)]}).arguments.split(",")
    end = cohsan.plan_end(boot)
    assert LOAD + blob < LOAD + end < LOAD + size
    assert words[2] == "stop=0x4a000000"
    assert words[4:-1] == [f"clean={LOAD:#x}-{LOAD + end:#x}", "stale=0x1-0x2", "max=0x1"]


# ---- what it says ----

def heard(*parts):
    """(cohsan, the console) after a machine printed these parts, one read each."""
    one = object.__new__(cohsan.Cohsan)
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
    assert "did not see the hand-off" in heard(b"lethe: enter\r\n")[0].objection(True)
    assert "did not see the hand-off" in heard(GOOD.replace(b"reports=0", b"reports=1"))[0].objection(True)
    for lines in (BAD, BAD + GOOD, GOOD + BAD):
        for handed_over in (True, False):
            assert "lethe_move+0x10" in heard(lines)[0].objection(handed_over)
    assert "no such argument" in heard(b"cohsan: x=1: no such argument\n")[0].objection(False)


# ---- machines ----

def patched(work, find, replace, *options, **more):
    """A bundle with each such word of the blob replaced."""
    bundle = Bundle(pack(work + "/boot.img", *options, **more))
    size = images.blob_symbol("lethe_text_end")
    for at in range(4096, size, 4):
        if int.from_bytes(bundle.bytes[at:at + 4], "little") == find:
            bundle.bytes[at:at + 4] = replace.to_bytes(4, "little")
    return bundle.save(work + "/patched.img")


def objection_to(path, **options):
    with pytest.raises(Failure) as caught:
        with Machine(path, **options) as machine:
            machine.payload()
    text = str(caught.value)
    assert "---- repeat with ----" in text and "cohsan.so,start=" in text
    return text


@pytest.mark.parametrize("el", [1, 2])
def test_maintenance_left_out(work, el):
    """No DC CIVAC anywhere: the payload boots, since QEMU has no caches, and the test fails."""
    text = objection_to(patched(work, 0xd50b7e20, NOP), el=el)
    assert "cohsan reports:\ncohsan: " in text and "payload: end" in text


@pytest.mark.parametrize("is_published", [True, False])
def test_ic_left_out_before_a_raw_payload(work, is_published):
    """A payload without an Image header: the I-side may hold what was at its address before."""
    code = b"".join(word.to_bytes(4, "little") for word in (
        0xd2a00003 | VIRT_UART >> 16 << 5,  # movz x3, #.., lsl #16
        0x52800961, 0xb9000061,             # mov w1, #'K'; str w1, [x3]
        0x52800141, 0xb9000061,             # mov w1, #'\n'; str w1, [x3]
        0x14000000))                        # b .
    raw = ("--raw", f"{write(work + '/raw', code)}@{FREE:#x},entry={FREE:#x}")
    options = {"cohsan": {"stop": FREE, "publish": {"raw": (FREE, FREE + len(code))} if is_published else {}}}
    with Machine(pack(work + "/right.img", *raw, kernel=None), **options) as machine:
        machine.expect("^K$")
    with pytest.raises(Failure, match="handoff-icache .*" + ("raw: 24 of 24" if is_published else "entry: 4 of 4")):
        with Machine(patched(work, IC_IALLUIS, NOP, *raw, kernel=None), **options) as machine:
            machine.expect("^K$")


def test_cohsan_that_does_not_stop(work, monkeypatch):
    monkeypatch.setattr("machine.COHSAN_WAIT", 1)
    assert "did not see the hand-off" in objection_to(pack(work + "/boot.img"), cohsan={"stop": FREE})


def test_lethe_that_is_not_found(work):
    """Two bundles behind firmware: the harness cannot tell which one the firmware starts."""
    boot = pack(work + "/boot.img", "--console", f"pl011,{VIRT_UART:#x}")
    jump = write(work + "/jump", b"".join(code.to_bytes(4, "little") for code in (
        0xd2800000, 0x58000061, 0xd61f0020, 0xd503201f)) + LOAD.to_bytes(8, "little"))
    options = {"el": 3, "load": [(boot, LOAD), (boot, FREE)], "extra": ["-bios", jump]}
    with pytest.raises(Failure, match="did not find it"):
        with Machine(**options) as machine:
            machine.expect("^lethe: halt$")
    with Machine(**options, cohsan={"start": LOAD, "clean": [(LOAD, LOAD + MIB)]}) as machine:
        machine.expect("^lethe: halt$")
        assert machine.cohsan and not machine.cohsan.lines


def test_cohsan_that_does_not_wake(work, monkeypatch):
    monkeypatch.setattr("machine.COHSAN_WAIT", 1)
    assert "did not see the hand-off" in objection_to(pack(work + "/boot.img"), cohsan={"start": FREE})


@pytest.mark.parametrize("el, to", [(1, 1), (2, 2), (2, 1)])
@pytest.mark.parametrize("kind", ["packed", "loaders"])
@pytest.mark.parametrize("address", [LOAD, LOAD + 0x13000, LOAD + 2 * MIB])
def test_loader_that_cleaned_no_more_than_the_plan(work, address, kind, el, to):
    """Stricter than the protocol: what it reads behind the plan Lethe cleans itself."""
    first, second = (write(f"{work}/{name}", name.encode() * 4999) for name in ("first", "second"))
    options = ["--raw", f"{first}@{FREE + 3:#x}", *(["--el", "1"] if to < el else [])]
    if kind == "packed":
        tree = machine_tree(work + "/own.dtb", el=el)
        options += ["--initrd", second, "--dtb", tree, "--force-dtb"]
    boot = pack(work + "/boot.img", *options)
    start = {"kernel": boot}
    if address != LOAD:
        stub = Hostile(address, "plain").save(work + "/stub")
        start = {"kernel": stub, "load": [(boot, address)]}
    with Machine(el=el, initrd=second if kind == "loaders" else None, cohsan={"clean": "plan"},
                 **start) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {address:#x} EL{el} ")
        assert machine.payload()["el"] == to
