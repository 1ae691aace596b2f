# SPDX-License-Identifier: BSD-2-Clause
"""Payloads with an EFI stub that is not Linux's, and firmware that is not edk2."""

import pytest

from efi import REMOVABLE, uefi
from efi_bundles import LINE, VIOLATION, archive, debian, expect_lethe, flip
from images import pack
from paths import KERNEL, UBOOT, XEN

pytestmark = pytest.mark.long
CONFIGURATION = b"[global]\ndefault=debian\n[debian]\noptions=console=dtuart\n" \
    b"kernel=Image console=hvc0 panic=-1\nramdisk=initrd\n"


def test_xen(work):
    """Xen's stub reads a configuration beside the file that it comes from, walks /chosen's children, and writes into the tree."""
    boot = pack(work + "/boot.img", kernel=XEN, efi=True)
    files = {REMOVABLE: boot, "EFI/BOOT/BOOTAA64.cfg": CONFIGURATION, "EFI/BOOT/Image": KERNEL, "EFI/BOOT/initrd": archive("dom0")}
    with uefi(work, files, memory=2048, machine="virt,virtualization=on,gic-version=3,acpi=off") as machine:
        machine.expect(r"^lethe: kernel \d+ sha256 ok", "^lethe: enter", "^Xen .*EFI loader", "^Using configuration file 'BOOTAA64.cfg'",
                       never="lethe: FA")
        machine.expect(r"^\(XEN\) Xen version", "^client: cmdline=console=hvc0 panic=-1", "initrd=dom0", never="back to firmware|panic -")


def test_u_boot(work):
    """U-Boot as firmware: its bootflow finds the file at the removable path."""
    with uefi(work, {REMOVABLE: debian(work)}, firmware=["-bios", UBOOT]) as machine:
        expect_lethe(machine, 2, "initrd", "kernel")
        machine.expect(f"^client: cmdline={LINE}$", "initrd=packed", "^door +efi$", "^kernel +ok$", never="Kernel panic")


def test_u_boot_damaged(work):
    bad = flip(debian(work), "kernel", work + "/bad.img")
    with uefi(work, {REMOVABLE: bad}, firmware=["-bios", UBOOT]) as machine:
        machine.expect(r'^lethe: FAIL verify: segment \d "kernel": digest does not match', f"^lethe: back to firmware: {VIOLATION}$",
                       never="lethe: enter")
