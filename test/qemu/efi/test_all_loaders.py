# SPDX-License-Identifier: BSD-2-Clause
"""One file, signed, for all loaders: of Images and of UEFI programs."""

import hashlib
import os
from pathlib import Path

import kexec_guest
from bundle_under_kexec import AT as KEXEC_AT
from bundle_under_kexec import client, cohsan_options
from efi import REMOVABLE, edk2, grub, of, secure, sign, systemd_boot, uefi, unified
from efi_bundles import LINE, debian
from machine import Machine
from paths import KERNEL, UBOOT

AT = 0x42000000     # where U-Boot's user loads it
MEMORY = 512


def qemu(work, boot):
    return Machine(boot, memory=MEMORY)


def u_boot(work, boot):
    machine = Machine(memory=MEMORY, extra=["-bios", UBOOT], load=[(boot, AT)])
    machine.expect_text(b"Hit any key")
    machine.type("\n")
    machine.expect_text(b"=> ")
    machine.type(f"booti {AT:#x} - $fdtcontroladdr\n")
    return machine


def kexec(work, boot):
    line = kexec_guest.command_line("kexec-e", load=("-c", "-l", "-i", f"--mem-min={KEXEC_AT:#x}"))
    return Machine(KERNEL, memory=MEMORY, cohsan=cohsan_options(boot), append=line, initrd=client(work, boot, initrd=False))


def edk2_alone(work, boot):
    return uefi(work, {REMOVABLE: boot})


def grub_12(work, boot):
    return uefi(work, grub("12", ["linux /boot.img"], {"boot.img": boot}))


def systemd_boot_13(work, boot):
    return uefi(work, systemd_boot("13", ["linux /boot.img"], {"boot.img": boot}), firmware=edk2(work, "13"))


def uki(work, boot):
    return uefi(work, {REMOVABLE: unified(work, "13", {"linux": boot})})


def shim(work, boot):
    files = {REMOVABLE: sign(work, of("12", "shim.efi"), "shim.signed"), "EFI/BOOT/grubaa64.efi": boot}
    return uefi(work, files, firmware=secure(work, "12"))


DOORS = {qemu: "image", u_boot: "image", kexec: "image", edk2_alone: "efi", grub_12: "efi", systemd_boot_13: "efi", uki: "efi",
         shim: "efi"}


def test_same_file(work, record_property):
    boot = sign(work, debian(work, "--vouch"), "boot.signed")
    digest = hashlib.sha256(Path(boot).read_bytes()).hexdigest()
    for loader, door in DOORS.items():
        folder = os.path.join(work, loader.__name__)
        os.mkdir(folder)
        with loader(folder, boot) as machine:
            machine.expect(rf"^lethe: 0\.1\.0 {'efi ' if door == 'efi' else ''}at 0x[0-9a-f]+ EL2")
            machine.expect(r"^lethe: initrd \d+ sha256 ok", r"^lethe: kernel \d+ sha256 ok", "^lethe: enter", never="lethe: FA")
            machine.expect(f"^client: cmdline={LINE}$", "initrd=packed", f"^door +{door}$", "^kernel +ok$", never="Kernel panic")
        assert hashlib.sha256(Path(boot).read_bytes()).hexdigest() == digest
    record_property("by each loader", f"{digest} {' '.join(loader.__name__ for loader in DOORS)}")
