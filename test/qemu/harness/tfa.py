# SPDX-License-Identifier: BSD-2-Clause
"""A machine with Trusted Firmware at EL3, which starts a bundle as its BL33 (test/guest/tfa/build.sh: the long tier).

BL1 is in flash. It reads the rest from files beside it, by semihosting, and BL2 puts the bundle to BL33.
"""

import os

import pytest

import paths
from images import fdtput, machine_tree, pack
from machine import Machine

TFA = os.path.abspath(os.environ.get("TFA", os.path.join(paths.O, "deps/tfa")))
VERSIONS = ["2.8", "2.12"]      # of Debian 12 and 13
BL33 = 0x60000000
TREE = paths.RAM_BASE           # QEMU's, and then TF-A's
MEMORY = 1024

EVERY = pytest.mark.parametrize("version", VERSIONS)
KINDS = pytest.mark.parametrize("version, cpu, gic", [
    (version, cpu, gic) for version in VERSIONS for cpu, gic in (("cortex-a57", 2), ("max", 3))])
CONSOLE = ["--append", "console=ttyAMA0"]
FOUR = "SMP: Total of 4 processors activated"
LOST = "inconsistent modes|failed to come|failed to boot|Kernel panic"


def cpu_of(cpu):
    """TF-A says 62.5 MHz in CNTFRQ whatever QEMU's counter does, which for max would be 1 GHz."""
    return cpu + ",cntfrq=62500000" if cpu.startswith("max") else cpu


def chunks(work, kernel, *options):
    return pack(work + "/boot.img", "--chunks", "16", *options, kernel=kernel)


def started(work, bundle, *, version="2.12", cpu="cortex-a57", gic=2, smp=4, bare=False, cohsan=(), **options):
    """The machine; options as for Machine. bare: x0 is the CPU's number, 0, instead of the tree."""
    within = os.path.join(work, "tfa")
    os.makedirs(within, exist_ok=True)
    files = {"bl1.bin": "bl1.bin", "bl2.bin": "bl2-bare.bin" if bare else "bl2.bin",
             "bl31.bin": "bl31-gicv3.bin" if gic == 3 else "bl31.bin"}
    for name, path in [*((name, os.path.join(TFA, version, file)) for name, file in files.items()), ("bl33.bin", bundle)]:
        link = os.path.join(within, name)
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(os.path.abspath(path), link)
    machine = Machine(machine=f"virt,secure=on,virtualization=on,gic-version={gic}", cpu=cpu_of(cpu), smp=smp,
                      memory=MEMORY, within=within, cohsan={"start": BL33, "bundle": bundle, **dict(cohsan)},
                      extra=["-bios", "bl1.bin", "-semihosting-config", "enable=on,target=native"], **options)
    # CPUs that are off wait in a loop at EL3, and the host runs it.
    machine.deadline += 120
    return machine


def tree(path, *, cpu="cortex-a57", gic=2, smp=4):
    """QEMU's tree of that machine, with what TF-A adds to it: PSCI."""
    machine_tree(path, cpu=cpu_of(cpu), smp=smp, memory=MEMORY, machine=f",secure=on,gic-version={gic}")
    fdtput(path, "-p", "-t", "s", "/psci", "compatible", "arm,psci-1.0", "arm,psci-0.2")
    fdtput(path, "-t", "s", "/psci", "method", "smc")
    for number in range(smp):
        fdtput(path, "-t", "s", f"/cpus/cpu@{number:x}", "enable-method", "psci")
    return path
