# SPDX-License-Identifier: BSD-2-Clause
"""A loader of littlekernel's shape: high virtual addresses, EL1 after a drop from EL2, MMU on, other CPUs started. test/guest/high."""

import os

import pytest

import meter
from images import write
from machine import Machine
from paths import LOAD, MIB, O

PATH = os.path.join(O, "test/qemu/high.img")
HIGH = 0xffff000000000000
PLAIN, NO_READER, NOT_MAPPED, DAMAGED = range(4)
TREE = 0x48000000
ENTRY = TREE + 2 * MIB
WORKSPACE = TREE + 6 * MIB      # lethe_plan_linux(): kernel, tree, workspace
LIBRARY_ENTRY = 136             # include/lethe, library_entry.S


def started(work, variant, **options):
    at = meter.symbols(PATH.replace(".img", ".elf"), -HIGH)
    with open(PATH, "rb") as file:
        image = bytearray(file.read())
    image[at["variant"] - LOAD] = variant
    # cohsan goes by addresses that are the program's own: from where the loader has left its map.
    cohsan = {"start": WORKSPACE + LIBRARY_ENTRY, "stop": ENTRY,
              "clean": [(LOAD, LOAD + len(image)), (TREE, TREE + MIB), (WORKSPACE, WORKSPACE + MIB // 2)]}
    return Machine(write(work + "/high.img", bytes(image)), memory=512, smp=3, cohsan=cohsan, **options)


@pytest.mark.parametrize("cpu, el", [("cortex-a72", 2), pytest.param("cortex-a53", 1, marks=pytest.mark.long),
                                     pytest.param("max", 1, marks=pytest.mark.long)])
def test_boots(work, cpu, el):
    with started(work, PLAIN, cpu=cpu, el=el) as machine:
        machine.expect("^high: others are on$", "^lethe: 0.1.0 at 0x[0-9a-f]+ EL1 ", r"^lethe: kernel \d+ sha256 ok",
                       r"^lethe: tree \d+ sha256 ok", "^lethe: initrd 13 sha256 ok", f"^lethe: enter {ENTRY:#x} EL1$")
        values = machine.payload()
        assert values["el"] == 1 and values["base"] == ENTRY and values["x0"] == ENTRY + 2 * MIB


@pytest.mark.parametrize("variant, line", [
    (NO_READER, r'segment 0 "kernel": caller does not map it at its own address \(LETHE_E_CALLER_MAP\) at 0x40[0-9a-f]+'),
    (NOT_MAPPED, r"workspace: caller does not map it at its own address \(LETHE_E_CALLER_MAP\) at 0x48600000"),
    (DAMAGED, r'segment 0 "kernel": digest does not match \(LETHE_E_DIGEST\)')])
def test_refused(work, variant, line):
    """The loader is told, in words, and goes on."""
    with started(work, variant, extra=["-no-reboot"]) as machine:
        machine.expect(f"^high: {line}$", never="^lethe: ")
        assert machine.expect_exit() == 0
