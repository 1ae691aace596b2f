# SPDX-License-Identifier: BSD-2-Clause
"""What stands in examples/ does what it says. All of RAM but the example's file is hostile."""

import os

import pytest

import meter
from machine import Machine
from paths import LOAD, MIB, O

MINIMAL = os.path.join(O, "examples/minimal/minimal.img")
PAYLOAD = 0x44000000
LINUX_BOOT = os.path.join(O, "examples/linux-boot/linux-boot.img")
TREE = 0x48000000               # where QEMU puts its tree, 1 MiB; the example takes what follows
ENTRY = TREE + 2 * MIB


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("cpu", ["cortex-a53", "cortex-a72", "max"])
def test_minimal(el, cpu):
    end = LOAD + os.path.getsize(MINIMAL)
    own = meter.symbols(MINIMAL.replace(".img", ".elf"), 0)["image_end"]
    options = {"start": LOAD, "stop": PAYLOAD, "clean": [(LOAD, end)],
               "publish": {"workspace": (LOAD, own)}}
    with Machine(MINIMAL, cpu=cpu, el=el, cohsan=options) as machine:
        machine.expect(rf"^lethe: .* EL{el} E2H=0 x0=0x0$", "^lethe: payload [0-9]+ sha256 ok",
                       f"^lethe: enter {PAYLOAD:#x} EL{el}$", "^hello from the payload$",
                       never="LETHE_E_")


@pytest.mark.parametrize("el", [pytest.param(1, marks=pytest.mark.long), 2])
def test_linux_boot(el):
    end = LOAD + os.path.getsize(LINUX_BOOT)
    options = {"start": LOAD, "stop": ENTRY, "clean": [(LOAD, end), (TREE, TREE + MIB)]}
    with Machine(LINUX_BOOT, el=el, smp=2, memory=512, cohsan=options) as machine:
        machine.expect(rf"^lethe: .* EL{el} E2H=0 x0=0x0$", "^lethe: kernel [0-9]+ sha256 ok .*, 2 cpus$",
                       "^lethe: tree [0-9]+ sha256 ok", "^lethe: initrd [0-9]+ sha256 ok",
                       f"^lethe: enter {ENTRY:#x} EL{el}$",
                       "^init: user space, command line: console=ttyAMA0 panic=-1$",
                       "reboot: Power down$", never="LETHE_E_|Kernel panic")
