# SPDX-License-Identifier: BSD-2-Clause
"""CPUs that come from a word, go back by cpu-return-addr, and come again: to a first system twice, then to Debian.

Here the way back is the firmware's (spin_firmware.S): it shows that the program keeps to the protocol.
"""

import os
import struct

import pytest

from images import IMAGE, pack
from machine import Machine
from paths import IMAGES, KERNEL, LOAD, MIB, PAYLOAD
from returns import expect_rounds, returns
from spin_table import SpinFirmware

FIRST, SECOND, TREE = LOAD + 2 * MIB, 0x54000000, 0x5c000000
MEMORY = 512


def started(work, system, loads, el=2, cpu="cortex-a72", smp=4):
    """A machine whose firmware enters a bundle of this system."""
    firmware = SpinFirmware(FIRST, TREE, kind="pen", cpus=range(1, smp))
    boot = pack(work + "/boot.img", kernel=system)
    tree = firmware.tree(work + "/spin.dtb", el=el, smp=smp, memory=MEMORY, cpu=cpu)
    load = [(boot, FIRST), (tree, TREE), *loads]
    clean = [(FIRST, FIRST + os.path.getsize(boot))]
    return Machine(firmware.save(work + "/firmware"), el=el, smp=smp, memory=MEMORY, cpu=cpu, load=load,
                   cohsan={"start": FIRST, "clean": clean, **firmware.cohsan()})


def image_size(path):
    with open(path, "rb") as file:
        return struct.unpack_from("<Q", file.read(24), IMAGE["image_size"][0])[0]


LONG = pytest.mark.long
JUDGED = [([], "cortex-a72", 2), pytest.param(["one-by-one"], "cortex-a72", 1, marks=LONG),
          pytest.param(["garbage", "vhe"], "max", 2, marks=LONG)]


@pytest.mark.parametrize("flags, cpu, el", JUDGED)
def test_the_program_is_right(work, flags, cpu, el):
    """cohsan follows it and its CPUs, without Lethe, from its first instruction to the next system's."""
    firmware = SpinFirmware(FIRST, TREE, kind="pen")
    tree = firmware.tree(work + "/spin.dtb", el=el, smp=4, memory=MEMORY, cpu=cpu)
    system = returns(work + "/system", *flags, next_at=SECOND)
    size, loads = image_size(system), [(system, FIRST), (tree, TREE), (PAYLOAD, SECOND)]
    files = [(FIRST, FIRST + os.path.getsize(system)), (TREE, TREE + os.path.getsize(tree)), (SECOND, SECOND + 0x20000)]
    with Machine(firmware.save(work + "/firmware"), el=el, smp=4, memory=MEMORY, cpu=cpu, load=loads,
                 cohsan={"start": FIRST, "elf": os.path.join(IMAGES, "returns.elf"), "clean": files,
                         **firmware.cohsan(), "publish": {"workspace": (FIRST, FIRST + size)}}) as machine:
        expect_rounds(machine, 3)
        machine.payload()


@LONG
@pytest.mark.parametrize("el", [1, 2])
def test_then_debian(work, initrd, el):
    second = pack(work + "/second.img", "--initrd", initrd, "--append", "console=ttyAMA0", kernel=KERNEL)
    system = returns(work + "/system", next_at=SECOND)
    with started(work, system, [(second, SECOND)], el) as machine:
        expect_rounds(machine, 3)
        machine.expect(rf"^lethe: 0\.1\.0 at {SECOND:#x} EL{el} ", f"^lethe: enter 0x[0-9a-f]+ EL{el}$",
                       "SMP: Total of 4 processors activated", rf"CPU: All CPU\(s\) started at EL{el}", "^init: end",
                       never="failed to come online")


WAYS = [(["one-by-one"], "cortex-a72", 2), (["garbage"], "cortex-a72", 2), (["garbage"], "cortex-a53", 1),
        (["garbage", "vhe"], "neoverse-n1", 2), (["garbage", "vhe", "ee"], "max", 2), (["ee"], "cortex-a72", 1)]


@LONG
@pytest.mark.parametrize("flags, cpu, el", WAYS)
def test_ways_back(work, flags, cpu, el):
    with started(work, returns(work + "/system", *flags), [], el, cpu) as machine:
        expect_rounds(machine, 3)


@LONG
def test_one_goes_late(work):
    with started(work, returns(work + "/system", late=(2, 700)), []) as machine:
        expect_rounds(machine, 3)
