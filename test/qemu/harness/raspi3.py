# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's Raspberry Pi 3 with Debian's generic kernel: a board without PSCI, whose CPUs wait at words in page 0."""

import os
import shutil

from images import fdtput
from machine import Machine
from paths import DTBS, O

GENERIC = os.path.join(os.environ.get("KERNELS_GENERIC", os.path.join(O, "deps/kernels-generic")), "6.1")
DEVICES = (0x3f000000, 0x40000000)      # in what QEMU counts as RAM
WORDS = (0xd8, 0xf8)                    # of the CPUs, in page 0
LONGER = 200        # seconds: the kernel's drivers wait for much that QEMU does not have


def tree(path):
    """Debian's tree with the PL011 as its console. There the board has Bluetooth, which takes the port from ttyAMA0."""
    shutil.copy(os.path.join(DTBS, "broadcom/bcm2837-rpi-3-b.dtb"), path)
    fdtput(path, "-r", "/soc/serial@7e201000/bluetooth")
    fdtput(path, "-t", "s", "/chosen", "stdout-path", "serial0:115200n8")
    return path


def raspi3(boot, dtb, *, load=(), extra=()):
    """A machine that starts this bundle."""
    machine = Machine(boot, machine="raspi3b", cpu="cortex-a53", memory=1024, smp=None, dtb=dtb, load=load, extra=extra,
                      cohsan={"device": [DEVICES], "polled": [WORDS]})
    machine.deadline += LONGER
    return machine
