# SPDX-License-Identifier: BSD-2-Clause
"""The meter of `make bench`, on loops whose every access is known: meter/program.S."""

import functools
import os
import re
import subprocess
import tempfile

import pytest

import meter
from machine import Machine
from paths import IMAGES, LOAD, QEMU, TOP

PROGRAM = os.path.join(IMAGES, "meter.img")
SOURCE = os.path.join(TOP, "test/guest/meter/program.S")
TURNS, CODE, PAGE = 10, 64, 4096
UART = 0x09000000
SIZES = (1, 2, 4, 8, 16)


def forms():
    """[(instructions, {size: loads}, {size: stores})], as the lines of the program have them"""
    def counts(text):
        count, _, size = text.partition("x")
        return {int(size): int(count)} if size else {}
    with open(SOURCE, encoding="ascii") as file:
        found = re.findall(r'^\tform\t"(.*)", (\S+), (\S+)$', file.read(), re.M)
    return [(text, counts(loads), counts(stores)) for text, loads, stores in found]


FORMS = forms()


def symbols():
    return meter.symbols(os.path.join(IMAGES, "meter.elf"), LOAD)


def code(at):
    found = [(str(i), at["measure"] + i * CODE, at["measure"] + (i + 1) * CODE)
             for i in range(len(FORMS))]
    found += [(name, at[f"{name}_code"], at[f"{name}_end"])
              for name in ("io", "fault", "cached", "mmu")]
    return found + [("vectors", at["vectors"], at["vectors_end"])]


def ranges(at):
    cached = at["data"] + len(FORMS) * PAGE
    return [(str(i), at["data"] + i * PAGE, at["data"] + (i + 1) * PAGE)
            for i in range(len(FORMS))] + [
        ("literal", at["literal"], at["literal_end"]),
        ("zeroed", at["zeroed"], at["zeroed"] + CODE), ("uart", UART, UART + PAGE),
        ("cached_data", cached, cached + PAGE), ("cached_half", cached + 8, cached + 16)]


@functools.lru_cache(maxsize=None)
def measured(el, start="measure", stop="handoff"):
    """The meter's result for the program, made once for all tests that need the same."""
    with tempfile.TemporaryDirectory() as folder:
        at = symbols()
        run = meter.Meter(folder, at[start], at.get(stop, stop), ranges=ranges(at), code=code(at))
        with Machine(PROGRAM, cpu="max", el=el, extra=run.options()) as machine:
            machine.expect(r"^\.{10}$")
            machine.expect_exit()
        return run.result()


def side(count):
    """{size: accesses} as the meter writes it"""
    return {"accesses": sum(count.values()), "bytes": sum(k * n for k, n in count.items()),
            "by_size": {str(size): count.get(size, 0) for size in SIZES}}


def memory(loads=None, stores=None):
    return {"loads": side(loads or {}), "stores": side(stores or {})}


def times(count):
    return {size: TURNS * n for size, n in count.items()}


@pytest.mark.parametrize("index", range(len(FORMS)), ids=[form[0] for form in FORMS])
def test_form(index):
    """Instructions of one loop; its loads and stores by size, all of them uncached."""
    text, loads, stores = FORMS[index]
    result = measured(2)
    length = len(text.split(" ; "))
    assert result["code"][str(index)]["instructions"] == 4 + TURNS * (length + 2)
    for where in (result["code"][str(index)], result["ranges"][str(index)]):
        if "literal" in text and "instructions" not in where:
            continue        # one place for all of them: test_literals
        assert where["uncached"] == memory(times(loads), times(stores))
        assert where["cached"] == where["io"] == memory()


def test_literals():
    total = {}
    for text, loads, _ in FORMS:
        if "literal" in text:
            for size, count in times(loads).items():
                total[size] = total.get(size, 0) + count
    assert len(total) == 2 and measured(2)["ranges"]["literal"]["uncached"] == memory(total)


@pytest.mark.parametrize("el", [1, 2])
def test_whole(el):
    """Nothing is counted twice or lost: the whole is the sum of the forms and the rest."""
    result = measured(el)
    assert result["start"]["el"] == result["stop"]["el"] == el
    assert result["stop"]["pc"] == symbols()["image"]
    assert result["undecoded"] == 0
    loads, stores = {}, {8: 2}      # two table entries
    for _, form_loads, form_stores in FORMS:
        for total, part in ((loads, form_loads), (stores, form_stores)):
            for size, count in times(part).items():
                total[size] = total.get(size, 0) + count
    assert result["uncached"] == memory(loads, stores)
    assert result["cached"] == memory({8: 2 * TURNS}, {8: TURNS})
    assert result["io"] == memory({}, {1: TURNS + 1})
    named = sum(value["instructions"] for value in result["code"].values())
    assert result["instructions"] == named + 4 + 3      # a character, a call; on to the image
    assert result["code"]["mmu"]["instructions"] == {1: 25, 2: 24}[el]
    for name, count in (("dc_zva", 1), ("dc", 2), ("ic", 1), ("tlbi", 1), ("dmb", 1)):
        assert result[name] == TURNS * count, name
    assert result["ranges"]["zeroed"]["uncached"] == memory()
    assert result["dsb"] == 2 * TURNS + 1 and result["isb"] == TURNS + 2


def test_memory_instructions():
    """Faulting ones too; prefetches and dc are none."""
    moves = sum(len(text.split(" ; ")) for text, loads, stores in FORMS if loads or stores)
    assert measured(2)["memory"] == TURNS * (moves + 1 + 1 + 2) + 1 + 2


def test_io():
    """QEMU leaves a block at a device access: its instructions still count once."""
    io, uart = measured(2)["code"]["io"], measured(2)["ranges"]["uart"]
    assert io["instructions"] == 3 + 5 * TURNS
    assert io["io"] == memory({}, {1: TURNS})
    assert uart["io"] == memory({}, {1: TURNS + 1})
    assert uart["uncached"] == uart["cached"] == memory()


@pytest.mark.parametrize("el", [1, 2])
def test_exception(el):
    """A block ends at a faulting load: the load counts as tried, and the code behind it counts once."""
    result = measured(el)["code"]
    assert result["fault"]["instructions"] == 2 + 5 * TURNS
    assert result["vectors"]["instructions"] == 6 * TURNS
    assert result["fault"]["uncached"] == memory()


def test_caches_on():
    result = measured(2)
    assert result["ranges"]["cached_data"]["cached"] == memory({8: 2 * TURNS}, {8: TURNS})
    assert result["ranges"]["cached_data"]["uncached"] == memory()
    # Of each pair the second half alone lies in this one.
    assert result["ranges"]["cached_half"]["cached"] == memory({8: TURNS})
    # Fetches are cached from the write of SCTLR on: isb, ret, the loop, adrp, add, br.
    loop = result["code"]["cached"]["instructions"]
    assert loop == 3 + 4 * TURNS
    assert result["instructions"] - result["fetched_uncached"] == 1 + 2 + loop + 3


def test_stop_at_address():
    """The first instruction counts, the one at the stop does not."""
    result = measured(2, stop=symbols()["measure"] + CODE)
    assert result["instructions"] == 4 + 3 * TURNS
    assert result["uncached"] == memory({1: TURNS})


def test_start_at_image():
    """The Image at the start is not the hand-off."""
    result = measured(2, start="start")
    assert (result["start"]["pc"], result["stop"]["pc"]) == (LOAD, symbols()["image"])
    assert result["instructions"] > measured(2)["instructions"]


def test_quit(tmp_path):
    run = meter.Meter(str(tmp_path), LOAD, symbols()["measure"], end=True)
    with Machine(PROGRAM, cpu="max", extra=run.options()) as machine:
        assert machine.expect_exit() == 0 and not machine.raw
    assert run.result()["stop"]["pc"] == symbols()["measure"]


def test_repeats():
    first = measured(2)
    measured.cache_clear()
    assert measured(2) == first


@pytest.mark.parametrize("arguments", [
    "start=1,stop=2", "start=x,stop=2,json=/dev/null", "start=1,stop=2,json=/dev/null,colour=1",
    "start=1,stop=2,json=/dev/null,range=a:2-1", "start=1,stop=2,json=/dev/null,code=2-3",
])
def test_refuses(arguments):
    done = subprocess.run([QEMU, "-M", "none", "-plugin", f"{meter.PLUGIN},{arguments}"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10, check=False)
    assert done.returncode != 0 and b"meter:" in done.stdout


def test_says_what_was_not_reached():
    arguments = "start=0x1000,stop=handoff,json=/dev/null"
    with Machine(PROGRAM, cpu="max", extra=["-plugin", f"{meter.PLUGIN},{arguments}"]) as machine:
        machine.expect_exit()
        assert b"meter: the start was not reached" in machine.raw
