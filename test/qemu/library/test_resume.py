# SPDX-License-Identifier: BSD-2-Clause
"""examples/resume: EL1 overwrites all but the safe pages, and a kernel starts at EL2; bad snapshots are refused."""

import os
import struct

import pytest

import meter
from images import write
from machine import Machine
from paths import LOAD, MIB, O, RAM_BASE

RESUME = os.path.join(O, "examples/resume/resume.img")
TREE = 0x48000000               # where QEMU puts its tree, 1 MiB
KERNEL = LOAD + 4 * MIB         # the bundle is resumed at LOAD; its kernel lies behind plan and initrd
RAM = 512 * MIB
PAGE = 4096
IMAGE_SIZE, MAGIC = 16, 56      # fields of an Image's header
POWER_DOWN = "reboot: Power down$"


def options(path, **more):
    return {"start": LOAD, "clean": [(LOAD, LOAD + os.path.getsize(path)), (TREE, TREE + MIB)], **more}


# cohsan ends where the snapshot starts, or where the kernel in it does.
@pytest.mark.parametrize("cpu, stop", [
    ("cortex-a72", {"stop": KERNEL}), pytest.param("cortex-a72", {}, marks=pytest.mark.long),
    pytest.param("max", {}, marks=pytest.mark.long), pytest.param("max", {"stop": KERNEL}, marks=pytest.mark.long)])
def test_resume(cpu, stop):
    with Machine(RESUME, cpu=cpu, smp=4, memory=RAM // MIB, cohsan=options(RESUME, **stop)) as machine:
        machine.expect(rf"^lethe: .* at {LOAD:#x} EL2 E2H=0 x0=0x5ff00000$", "^lethe: initrd [0-9]+ sha256 ok",
                       "^lethe: kernel [0-9]+ sha256 ok", f"^lethe: enter {KERNEL:#x} EL2$",
                       "smp: Brought up 1 node, 4 CPUs$", r"CPU: All CPU\(s\) started at EL2$", "^init: user space",
                       POWER_DOWN, never="resume: |Kernel panic")


def test_safe_pages_in_a_cache():
    """Firmware maps them: lines of theirs may be filled at any time, before they are stored to and afterwards."""
    with Machine(RESUME, smp=4, memory=RAM // MIB,
                 cohsan=options(RESUME, mapped=(RAM_BASE + RAM - 2 * MIB, RAM_BASE + RAM))) as machine:
        machine.expect("^lethe: kernel [0-9]+ sha256 ok", f"^lethe: enter {KERNEL:#x} EL2$")


def damaged(work, at, value):
    """The example with another number in the header of its snapshot."""
    with open(RESUME, "rb") as file:
        data = bytearray(file.read())
    snapshot = meter.symbols(RESUME.replace(".img", ".elf"))["snapshot"] - LOAD
    data[snapshot + at:snapshot + at + len(value)] = value
    return write(work + "/resume.img", data)


def check_refused(path, text, el=2):
    """The reason is said, and no page was moved: the first one would have come over this program."""
    with Machine(path, el=el, smp=4, memory=RAM // MIB, ram=True, extra=["-no-shutdown"],
                 cohsan=options(path)) as machine:
        machine.expect(f"^resume: {text}$", never="^lethe: ")
        with open(path, "rb") as file:
            assert machine.read_ram(LOAD, PAGE) == file.read(PAGE)


def first_safe_page(size):
    """Stub, mover, two tables, the job; 16 bytes for each page of the snapshot; the tree, to the end of the RAM."""
    return RAM_BASE + RAM - MIB - (5 * PAGE + -(-size // PAGE * 16 // PAGE) * PAGE)


def test_safe_page_is_a_destination(work):
    """The snapshot claims just so much that it reaches the safe pages."""
    size = next(size for size in range(0, RAM, PAGE) if LOAD + size > first_safe_page(size))
    check_refused(damaged(work, IMAGE_SIZE, struct.pack("<Q", size)),
                  f"the page for {first_safe_page(size):#018x} goes to a safe page")


@pytest.mark.parametrize("at, value, text", [
    (MAGIC, b"\0", "the snapshot is no Image for a multiple of 2 MiB"),
    (8, b"\0\0\x08", "the snapshot is no Image for a multiple of 2 MiB"),
    (IMAGE_SIZE, struct.pack("<Q", MIB), "the snapshot does not cover this program, or is larger than the RAM"),
    (IMAGE_SIZE, struct.pack("<Q", RAM + MIB), "the snapshot does not cover this program, or is larger than the RAM"),
    (IMAGE_SIZE, struct.pack("<Q", 2**64 - 1), "the snapshot does not cover this program, or is larger than the RAM"),
], ids=["magic", "text offset", "small", "large", "largest"])
def test_snapshot(work, at, value, text):
    check_refused(damaged(work, at, value), text)


def test_not_at_el2():
    check_refused(RESUME, "caller is not at EL2", el=1)
