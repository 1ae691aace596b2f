# SPDX-License-Identifier: BSD-2-Clause
"""examples/resume: EL1 overwrites all but the safe pages, and a kernel starts at EL2; bad snapshots are refused."""

import os
import struct

import pytest

import meter
from images import write
from machine import Machine
from paths import LOAD, MIB, O

RESUME = os.path.join(O, "examples/resume/resume.img")
TREE = 0x48000000               # where QEMU puts its tree, 1 MiB
KERNEL = LOAD + 4 * MIB         # the bundle is resumed at LOAD; its kernel lies behind plan and initrd
RAM = 512 * MIB
IMAGE_SIZE, MAGIC = 16, 56      # fields of an Image's header
POWER_DOWN = "reboot: Power down$"


def options(path, **more):
    return {"start": LOAD, "clean": [(LOAD, LOAD + os.path.getsize(path)), (TREE, TREE + MIB)], **more}


# cohsan ends where the snapshot starts, or where the kernel in it does.
@pytest.mark.parametrize("stop", [{}, {"stop": KERNEL}], ids=["snapshot", "kernel"])
@pytest.mark.parametrize("cpu", ["cortex-a72", "max"])
def test_resume(cpu, stop):
    with Machine(RESUME, cpu=cpu, smp=4, memory=RAM // MIB, cohsan=options(RESUME, **stop)) as machine:
        machine.expect(rf"^lethe: .* at {LOAD:#x} EL2 E2H=0 x0=0x5ff00000$", "^lethe: initrd [0-9]+ sha256 ok",
                       "^lethe: kernel [0-9]+ sha256 ok", f"^lethe: enter {KERNEL:#x} EL2$",
                       r"CPU: All CPU\(s\) started at EL2$", "^init: user space", POWER_DOWN,
                       never="resume: |Kernel panic")
