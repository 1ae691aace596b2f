# SPDX-License-Identifier: BSD-2-Clause
"""Firmware whose other CPUs wait for a word: Debian's kernel takes them over as if Lethe had not been there."""

import pytest

from images import pack
from machine import Machine
from paths import KERNEL, LOAD, MIB
from spin_table import ONE_THREAD, SpinFirmware

TARGET, TREE = LOAD + 2 * MIB, 0x5c000000
MEMORY = 512


def machine_of(work, boot, kind, el=2, smp=4, **options):
    firmware = SpinFirmware(TARGET, TREE, kind=kind, cpus=range(1, smp), **options)
    tree = firmware.tree(work + "/spin.dtb", el=el, smp=smp, memory=MEMORY)
    load = [(boot, TARGET), (tree, TREE)]
    return Machine(firmware.save(work + "/firmware"), el=el, smp=smp, memory=MEMORY, load=load, extra=ONE_THREAD,
                   cohsan={"device": firmware.clean()})


@pytest.mark.parametrize("kind, el", [pytest.param("armstub", 2, marks=pytest.mark.long), ("uboot", 2),
                                      pytest.param("uboot", 1, marks=pytest.mark.long)])
def test_all_come(work, initrd, kind, el):
    boot = pack(work + "/boot.img", "--initrd", initrd, "--append", "console=ttyAMA0", kernel=KERNEL)
    with machine_of(work, boot, kind, el) as machine:
        machine.expect(f"^lethe: enter 0x[0-9a-f]+ EL{el}$", "SMP: Total of 4 processors activated",
                       rf"CPU: All CPU\(s\) started at EL{el}", "^init: end", never="failed to come online")


@pytest.mark.long
def test_one_never_comes(work):
    """Its time goes by, 5 s at least, and the kernel does without it."""
    boot = pack(work + "/boot.img", "--append", "console=ttyAMA0", kernel=KERNEL)
    with machine_of(work, boot, "armstub", never=[2], late={1: 200}) as machine:
        machine.deadline += 40
        machine.expect("CPU2: failed to come online", "SMP: Total of 3 processors activated")


@pytest.mark.long
def test_one_waits_at_el1(work):
    boot = pack(work + "/boot.img", "--append", "console=ttyAMA0", kernel=KERNEL)
    with machine_of(work, boot, "uboot", el1=[3]) as machine:
        machine.expect("SMP: Total of 4 processors activated", "CPU: CPUs started in inconsistent modes")
