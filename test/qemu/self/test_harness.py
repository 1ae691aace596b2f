# SPDX-License-Identifier: BSD-2-Clause
"""The harness itself: the plain kernel boots, the stub is hostile, failures are seen."""

import glob
import os
import re
import time

import pytest

from console import Failure
from images import Hostile
from machine import Machine
from paths import KERNEL, LOAD, MIB, PAYLOAD, TOP


@pytest.mark.parametrize("el", [1, 2])
def test_plain_kernel(el, initrd):
    with Machine(KERNEL, el=el, memory=512, initrd=initrd, append="console=ttyAMA0") as machine:
        machine.expect(r"Booting Linux on physical CPU", f"started at EL{el}", r"^init: end")


@pytest.mark.parametrize("el", [1, 2])
def test_plain_payload(el):
    """QEMU's own hand-over, as the payload sees it."""
    with Machine(PAYLOAD, el=el, ram=True) as machine:
        values = machine.payload()
        assert values["el"] == el and values["base"] == LOAD and values["daif"] == 0x3c0
        assert machine.read_tree(values["x0"])


UNREACHABLE = {
    "PLAN_ALIGN": "the Image door wants a page: IMAGE_HEADER",
    "INTERNAL": "would be a bug",
    **{name: "the plan's builder returns it: test_plan_linux.c" for name in ("CALLER_KERNEL", "CALLER_ROOM")},
    "MAP_GRANULE": "no emulated CPU is without the 4 KiB granule: test_mmu_regs.c",
    **{name: "no door takes an indirection list yet: test_kimage.c" for name in (
        "LIST_FLAGS", "LIST_HEAD", "LIST_LINK", "LIST_CYCLE", "LIST_NO_DEST", "LIST_PAGE",
        "LIST_SOURCE", "LIST_OVER", "LIST_RUNS")},
}
BY_NUMBER = {"IMAGE_BASE": "-202", "SERROR": "-504", "FAULT": "-503", "CALLER_EL": "-515",
             "CALLER_PAGE": "-516"}   # no console there, or in x0


def test_every_status_is_provoked_somewhere():
    """A new status comes with a machine that shows it, or with the reason why none can."""
    with open(os.path.join(TOP, "include/lethe/status.h"), encoding="ascii") as file:
        names = re.findall(r"X\((\w+), -", file.read())
    text = ""
    for path in glob.glob(os.path.join(TOP, "test/qemu/*/test_*.py")):
        if path != os.path.abspath(__file__):
            with open(path, encoding="utf-8") as file:
                text += file.read()
    missing = [name for name in names if name not in UNREACHABLE and
               not re.search(rf'LETHE_E_{name}\b|"{name}"|{BY_NUMBER.get(name, "LETHE_E_" + name)}', text)]
    assert not missing, missing


def test_failure_shows_console_and_command():
    with pytest.raises(Failure) as caught:
        with Machine(PAYLOAD, el=1) as machine:
            machine.deadline = time.monotonic() + 1.5
            machine.expect("payload: base", "never printed")
    text = str(caught.value)
    assert "payload: end" in text and "-kernel" in text and "never printed" in text


@pytest.mark.parametrize("cpu, flags, wanted", [
    ("cortex-a72", ["ee"], {"sctlr": 0xfad8387a, "cntvoff": 0x123456789abcdef}),
    ("cortex-a72", [], {"sctlr": 0xf8d8387a, "hcr": 0xac7fe3f, "spsel": 0, "daif": 0x2c0}),
    ("max", ["e2h"], {"sctlr": 0xf8d8387a, "hcr": 0x488000000, "cptr": 0x80000000}),
])
def test_stub_is_hostile(work, cpu, flags, wanted):
    """Straight to the payload, with no Lethe between, the poison is there."""
    target = LOAD + MIB
    stub = Hostile(target, *flags).save(work + "/stub")
    with Machine(stub, cpu=cpu, load=[(PAYLOAD, target)]) as machine:
        if "ee" in flags:   # big-endian stores do not reach a little-endian UART register as bytes
            machine.drain(0.5)
            assert b"payload: end" not in machine.raw
            return
        # Not to its end: on a CPU with SME the payload itself meets a trap.
        wanted = {"x1": 0, "x2": 0, "x3": 0, **wanted}
        for name in ("x1", "x2", "x3", "daif", "spsel", "sctlr", "hcr", "cptr", "cntvoff"):
            value = int(machine.expect(rf"^payload: {name}=0x([0-9a-f]+)")[1], 16)
            assert value == wanted.get(name, value), f"{name}: {value:#x}"
