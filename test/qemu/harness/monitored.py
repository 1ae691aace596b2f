# SPDX-License-Identifier: BSD-2-Clause
"""The virt machine with Lethe's monitor below a payload at EL1."""

from machine import Machine
from paths import LOAD, MIB
from spin_table import SpinFirmware

TARGET, TREE = LOAD + 2 * MIB, 0x5c000000
MEMORY = 512
KINDS = ["el1", "psci"]
OPTIONS = {"el1": ["--el", "1"], "psci": ["--cpus", "psci"]}


def virt(kind, boot, work, cpu="cortex-a72", gic=2, firmware="armstub", edit=None, **options):
    """Firmware has PSCI, or has its CPUs wait at words. edit: of the tree then; it returns the new one's path."""
    name = f"virt,virtualization=on,gic-version={gic}"
    if kind == "el1":
        return Machine(boot, machine=name, cpu=cpu, smp=4, memory=MEMORY, **options)
    spin = SpinFirmware(TARGET, TREE, kind=firmware)
    tree = spin.tree(work + "/spin.dtb", smp=4, memory=MEMORY, cpu=cpu, machine=name)
    if edit:
        tree = edit(tree)
    return Machine(spin.save(work + "/firmware"), machine=name, cpu=cpu, smp=4, memory=MEMORY,
                   load=[(boot, TARGET), (tree, TREE)], cohsan=spin.cohsan(), **options)
