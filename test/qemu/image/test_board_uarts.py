# SPDX-License-Identifier: BSD-2-Clause
"""Boards with UARTs of their own, as QEMU has them, and Debian's trees for them: stdout-path says where Lethe prints."""

import os

import pytest

from images import Bundle, pack
from machine import Machine
from paths import DTBS

# (machine, its CPU, MiB of RAM, tree, which of QEMU's serial ports stdout-path names)
BOARDS = {
    "imx8mp": ("imx8mp-evk", "cortex-a53", 1024, "freescale/imx8mp-evk.dtb", 1),
    "zcu102": ("xlnx-zcu102,virtualization=on", "cortex-a53", 1024, "xilinx/zynqmp-zcu102-rev1.0.dtb", 0),
    "raspi3": ("raspi3b", "cortex-a53", 1024, "broadcom/bcm2837-rpi-3-b.dtb", 1),
    "raspi4": ("raspi4b", "cortex-a72", 2048, "broadcom/bcm2711-rpi-4-b.dtb", 1),
}


DEVICES = {"raspi3": [(0x3f000000, 0x40000000)]}        # in what QEMU counts as RAM


def boot(path, name):
    machine, cpu, memory, tree, port = BOARDS[name]
    serial = ["-serial", "null"] * port + ["-serial", "mon:stdio"]
    return Machine(path, machine=machine, cpu=cpu, memory=memory, smp=None, dtb=os.path.join(DTBS, tree), extra=serial,
                   cohsan={"device": DEVICES.get(name, [])})


@pytest.mark.parametrize("name", BOARDS)
def test_stdout_path(work, name):
    with boot(pack(work + "/boot.img"), name) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at 0x[0-9a-f]+ EL2 ", "^lethe: kernel .* sha256 ok", "^lethe: enter 0x")
        assert machine.raw.count(b"\r\n") >= 3


@pytest.mark.parametrize("name", BOARDS)
def test_one_flipped_bit(work, name):
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.bytes[-1] ^= 1
    with boot(bundle.save(work + "/bad.img"), name) as machine:
        machine.expect(r'^lethe: FAIL verify: segment 0 "kernel": .*\(LETHE_E_DIGEST\)$', "^lethe: expected",
                       "^lethe: found", "^lethe: halt$")
