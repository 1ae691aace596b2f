# SPDX-License-Identifier: BSD-2-Clause
"""A machine whose UEFI firmware starts what is on a disk: Debian's edk2, and a folder that QEMU shows as a FAT disk.

    with uefi(work, {"EFI/BOOT/BOOTAA64.EFI": boot}) as machine:    firmware's own boot option
    with shell(work, ["memmap", "FS0:\\boot.img a=1"], {"boot.img": boot}) as machine:    lines of its shell
"""

import os
import shutil

from images import write
from machine import Machine
from paths import EDK2

REMOVABLE = "EFI/BOOT/BOOTAA64.EFI"     # UEFI 2.10, 3.5.1.1
MEMORY = 1024
SECONDS = 60        # more than for a machine without firmware
WHY = "firmware's lines come before, and the kernel's stub behind"


def uefi(work, files, *, extra=(), memory=MEMORY, **options):
    """files: {path on the disk: file, or bytes}"""
    disk = work + "/disk"
    for name, content in files.items():
        path = os.path.join(disk, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, bytes):
            write(path, content)
        else:
            shutil.copy(content, path)
    machine = Machine(memory=memory, cohsan=None, because=WHY, extra=[
        "-bios", EDK2, "-drive", f"if=none,id=disk,format=raw,file=fat:rw:{disk}",
        "-device", "virtio-blk-pci,drive=disk,romfile=", *extra], **options)
    machine.deadline += SECONDS
    return machine


def shell(work, lines, files, **options):
    """The firmware's shell runs these lines."""
    return uefi(work, {**files, "startup.nsh": "".join(line + "\r\n" for line in ["FS0:", *lines]).encode()}, **options)
