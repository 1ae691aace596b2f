# SPDX-License-Identifier: BSD-2-Clause
"""cohsan reports the wrong programs of test/cohsan/programs, and no right ones.

Without cohsan every program ends with status 0, right or wrong, for QEMU has no caches. With cohsan a wrong
one is reported at the very instruction, and a right one is not.
"""

import functools
import json
import os
import re
import struct
import subprocess

import pytest

import cohsan_cases
import paths
from machine import LIMIT_LOADED

FOLDER = os.path.join(paths.IMAGES, "cohsan")
PLUGIN = os.path.join(paths.O, "cohsan.so")
REPORT = re.compile(r"^cohsan: ([a-z-]+) pc=0x([0-9a-f]+) \(.+\) va=0x[0-9a-f]+ pa=0x[0-9a-f]+ "
                    r"el=[0-3] \S.*$")
STOP = re.compile(r"^cohsan: stop pc=0x([0-9a-f]+) el=[0-3] reports=(\d+)$")
CASES = cohsan_cases.everything()
# One right and one wrong program of each file run without cohsan, too; with --long all run.
FIRST = {(case.file, bool(case.expect), case.el): case for case in reversed(CASES)}.values()
END = "end\n"       # the output of every program before an end with status 0
MEMORY = 64
LINKED = 0x40200000
MACHINES = {"1": "virtualization=off", "2": "virtualization=on", "3": "virtualization=on,secure=on"}


def tiers():
    """The first tier runs every second program, at one of its levels in turn; with --long all run at all levels."""
    levels = {}
    for case in CASES:
        levels.setdefault((case.file, case.name), []).append(case)
    first = {each[turn // 2 % len(each)] for turn, each in enumerate(levels.values()) if turn % 2 == 0}
    return [pytest.param(case, id=case.id, marks=() if case in first else pytest.mark.long) for case in CASES]


@functools.lru_cache(None)
def symbols(case):
    """{name: address}, without a process for each of a thousand programs."""
    cohsan_cases.build(FOLDER, case)
    with open(case.path(FOLDER, ".elf"), "rb") as file:
        data = file.read()
    moved = LINKED if case.boot == "flash" else 0
    headers, count = struct.unpack_from("<Q", data, 40)[0], struct.unpack_from("<H", data, 60)[0]
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, headers + 64 * i) for i in range(count)]
    table = next(section for section in sections if section[1] == 2)     # SHT_SYMTAB
    names = sections[table[6]][4]
    return {data[names + name:data.index(0, names + name)].decode(): value - moved
            for name, _, _, _, value, _ in struct.iter_unpack(
                "<IBBHQQ", data[table[4]:table[4] + table[5]])}


def command(case):
    cohsan_cases.build(FOLDER, case)
    program = ["-bios", case.path(FOLDER, ".img")] if case.boot == "flash" else \
        ["-kernel", case.path(FOLDER, ".elf" if case.el == "3" else ".img")]     # QEMU drops to EL2 for an Image
    return [paths.QEMU, "-nodefaults", "-display", "none", "-M", "virt,acpi=off," + MACHINES[case.el[0]],
            "-cpu", case.cpu, "-smp", str(case.smp), "-m", f"{MEMORY}M",
            "-semihosting-config", "enable=on,target=native", *program, *case.qemu]


def run(words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=LIMIT_LOADED)
    return done.returncode, done.stderr


def watched(case, *args):
    """(status, reports as (kind, pc), stop lines, all that it printed) of a program under cohsan."""
    table = {name: hex(value) for name, value in symbols(case).items()}
    arguments = [f"elf={case.path(FOLDER, '.elf')}", *(arg.format(**table) for arg in (*case.args, *args))]
    status, said = run([*command(case), "-plugin", ",".join([PLUGIN, *arguments])])
    reports, stops = [], []
    for line in said.replace(END, "").splitlines():
        stop, report = STOP.match(line), REPORT.match(line)
        assert stop or report, f"not a line of cohsan's: {line}"
        if stop:
            stops.append((int(stop[1], 16), int(stop[2])))
        else:
            reports.append((report[1], int(report[2], 16)))
    return status, reports, stops, said


def case(name):
    found = next(case for case in CASES if case.id == name)
    cohsan_cases.build(FOLDER, found)
    return found


def at(case, kinds):
    table = symbols(case)
    return [(kind, table[symbol]) for kind, symbol in kinds]


@pytest.mark.parametrize("case", tiers())
def test_program(case, pytestconfig):
    if case in FIRST or pytestconfig.getoption("long"):
        assert run(command(case)) == (0, END), "without cohsan"

    status, reports, stops, said = watched(case)
    assert said.count(END) == 1, f"does not end as it should:\n{said}"
    expected = at(case, case.expect)
    assert len(set(reports)) == len(reports), f"twice the same:\n{said}"
    if not expected:
        assert not reports, said
    else:
        # Reports of one instruction come in any order.
        assert reports, f"not found: {case.expect}"
        first = {report for report in expected if report[1] == expected[0][1]}
        assert reports[0] in first, f"first is to be {case.expect[0]}:\n{said}"
        assert set(expected) <= set(reports), f"not all of {case.expect}:\n{said}"
        more = set(reports) - set(expected) - set(at(case, case.also))
        assert not more, f"more than {case.expect}:\n{said}"
    assert status == (1 if expected else 0), said
    wanted = [(symbols(case)[case.stop], len(reports))] if case.stop else []
    assert stops == wanted, said


def test_every_kind_has_a_wrong_program():
    with open("docs/internals/cohsan.md", encoding="utf-8") as file:
        tables = re.findall(r"^\| kind \|.*\n\|-.*\n((?:\|.*\n)+)", file.read(), re.M)
    kinds = {kind for table in tables for row in table.splitlines()
             for kind in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])}
    assert len(kinds) > 30
    for el in ("1", "2"):
        found = {kind for case in CASES if case.el == el for kind, _ in case.expect}
        assert found == kinds, f"EL{el}"
    assert sum(bool(case.expect) for case in CASES) > 100
    assert sum(not case.expect for case in CASES) > 50


@pytest.mark.parametrize("argument", [
    "nonsense=1", "nonsense=", "start=", "start=no_such_symbol", "start=0x40200000z", "stop=",
    "stop=nonsense", "dirty=0x1000", "dirty=0x2000-0x1000", "dirty=0x1000-0x1000",
    "dirty=here-there", "stale=0x10-0x20z", "clean=1-2-3", "write=1", "read=1", "read=0x2000-0x1000", "publish=0x1-0x2",
    "publish=w", "publish=w:1", "flash=0", "ram=1-0", "secure=x-y", "through=", "through=here", "max=", "max=x",
    "max=0", "max=-1", "elf=/nonexistent", "elf=/etc/passwd"])
def test_argument_that_is_not_understood(argument):
    """QEMU ends before the program begins, and names the unknown option."""
    wrong = case("read-none-el2")
    status, said = run([*command(wrong), "-plugin",
                        f"{PLUGIN},elf={wrong.path(FOLDER, '.elf')},{argument}"])
    assert status == 1
    assert any(line.startswith(f"cohsan: {argument}") for line in said.splitlines()), said
    assert " pc=" not in said


@pytest.mark.parametrize("arguments,why", [
    ("start=0x0,flash=0x0-0x4000000", "the start is not in RAM, and no ram= is given: 0x0"),
    ("start=0x0,ram=0x40000000-0x43000000", "no memory of QEMU's begins and ends as told: 0x40000000"),
    ("start=0x0,ram=0x40001000-0x44001000", "no memory of QEMU's begins and ends as told: 0x40001000"),
    ("start=0x0,ram=0x80000000-0x84000000", "no memory is there at the start: 0x80000000")])
@pytest.mark.parametrize("el", ["2", "3"])
def test_memory_that_is_not_found(arguments, why, el):
    status, said = run([*command(case(f"flash-right-el{el}")), "-plugin", f"{PLUGIN},{arguments}"])
    assert status == 1 and f"cohsan: {why}" in said and END not in said, said


def test_parallel_flash_from_a_file(work):
    """The program lies in a file of the chip's size, and other flash beside it is as large."""
    wanted = case("flash-pop-el3")
    path = os.path.join(work, "flash")
    with open(wanted.path(FOLDER, ".img"), "rb") as program, open(path, "wb") as file:
        file.write(program.read())
        file.truncate(64 << 20)
    words = command(wanted)
    place = words.index("-bios")
    words[place:place + 2] = ["-drive", f"if=pflash,format=raw,readonly=on,file={path}"]
    status, said = run([*words, "-plugin", ",".join([PLUGIN, *wanted.args, "flash=0x4000000-0x8000000"])])
    assert status == 1 and said.count("cohsan: ") == 1 and "read-under-dirty" in said, said


def test_json_that_cannot_be_written():
    right = case("read-right-el2")
    status, said = run([*command(right), "-plugin",
                        f"{PLUGIN},elf={right.path(FOLDER, '.elf')},json=/nonexistent/file"])
    assert status == 1 and "json=/nonexistent/file" in said


@pytest.mark.parametrize("name", ["fetch-copy_no_ic-el1", "handoff-mmu-el2"])
def test_max(name):
    """QEMU ends at once: neither the rest of the program nor the stop is seen."""
    status, all_of_them, _, _ = watched(case(name))
    assert status == 1 and len(all_of_them) == 2
    status, reports, stops, said = watched(case(name), "max=1")
    assert (status, reports, stops) == (1, all_of_them[:1], []), said
    status, reports, _, said = watched(case(name), "max=2")
    assert (status, reports) == (1, all_of_them), said
    status, reports, _, said = watched(case(name), "max=3")
    assert (status, reports) == (1, all_of_them), said


def test_json(work):
    path = os.path.join(work, "report.json")
    _, reports, _, _ = watched(case("fetch-copy_no_ic-el1"), f"json={path}")
    with open(path, encoding="ascii") as file:
        found = json.load(file)
    assert found["stopped"] is False
    assert [(item["kind"], item["pc"]) for item in found["reports"]] == reports
    assert [item["symbol"] for item in found["reports"]] == ["copy+0x0", "copy_ret+0x0"]
    assert all(item["el"] == 1 and item["times"] == 1 for item in found["reports"])

    # A loop: one line, and a count.
    _, reports, _, _ = watched(case("range-stride_256-el2"), f"json={path}")
    with open(path, encoding="ascii") as file:
        found = json.load(file)
    assert len(reports) == len(found["reports"]) == 1
    assert found["reports"][0]["times"] > 1

    _, reports, _, _ = watched(case("handoff-right-el2"), f"json={path}")
    with open(path, encoding="ascii") as file:
        found = json.load(file)
    assert found["stopped"] is True and found["reports"] == [] == reports


# read.S loads only 8 bytes of bss; the variant `none` does no maintenance.
CLEAN = "clean={start}-{bss_end}"
DIRTY = "dirty={cell}-{cell_end}"
STALE = "stale={cell}-{cell_end}"


@pytest.mark.parametrize("name,args,kinds", [
    ("read-none", [CLEAN], []),
    ("read-none", [CLEAN, DIRTY], ["read-under-dirty"]),
    ("read-none", [DIRTY, CLEAN], []),
    ("read-none", [CLEAN, STALE], []),
    ("read-none", [CLEAN, DIRTY, STALE], []),
    ("read-none", [CLEAN, STALE, DIRTY], ["read-under-dirty"]),
    ("read-none", [DIRTY], ["read-under-dirty"]),
    ("read-none", [CLEAN, "dirty={cell_byte}-{cell_end}"], []),
    ("write-none", [CLEAN, DIRTY, STALE], ["write-under-stale"]),
    ("write-none", [CLEAN, STALE, DIRTY], ["write-under-dirty"]),
    ("cached-hostile", [CLEAN, DIRTY], []),
    ("cached-hostile", [CLEAN, STALE], ["read-stale"]),
    # The default is the file's bytes only; the first clean= replaces the default.
    ("read-none", ["clean={cell}-{cell_end}"], None),
    ("fetch-right_clean", ["clean=0x1000-0x2000"], None),
    ("fetch-right_clean", ["clean={copy}-{bss_end}", "clean={start}-{target_end}"], []),
])
@pytest.mark.parametrize("el", ["1", "2"])
def test_world_at_start(name, args, kinds, el):
    status, reports, _, said = watched(case(f"{name}-el{el}"), *args)
    assert status == (1 if kinds or kinds is None else 0), said
    if kinds is None:
        assert reports[0] == ("fetch-dirty", symbols(case(f"{name}-el{el}"))["start"]), said
    else:
        assert [kind for kind, _ in reports] == kinds, said


def test_image_without_an_elf():
    """The loaded image then has the header's size, with bss."""
    for name, start, status, kinds in (
            ("read-none-el2", "start=0x40200000", 0, []),
            ("trick-tree-el2", "start=0x40200000", 1, ["read-under-dirty"]),
            ("read-none-el2", "start=0x40200000,dirty=0x40210000-0x40220000", 1,
             ["read-under-dirty"])):
        found, said = run([*command(case(name)), "-plugin", f"{PLUGIN},{start}"])
        reports = [REPORT.match(line)[1] for line in said.replace(END, "").splitlines()]
        assert (found, reports) == (status, kinds), said
    # From the first instruction of all, which is QEMU's own: the loaded range cannot be known.
    found, said = run([*command(case("read-none-el2")), "-plugin", PLUGIN])
    assert found == 1 and said.startswith("cohsan: "), said
    assert END not in said and " pc=" not in said, said


@pytest.mark.parametrize("name", ["smp-right_code-el1", "smp-mailbox-el2", "smp-read-el1"])
@pytest.mark.parametrize("thread", ["single", "multi"])
def test_threads(name, thread):
    """QEMU may run the CPUs by turns or at once."""
    wanted = case(name)
    elf = wanted.path(FOLDER, ".elf")
    status, said = run([*command(wanted), "-accel", f"tcg,thread={thread}",
                        "-plugin", f"{PLUGIN},elf={elf}"])
    reports = [line for line in said.splitlines() if REPORT.match(line)]
    assert status == (1 if wanted.expect else 0), said
    assert len(reports) == len(wanted.expect), said
