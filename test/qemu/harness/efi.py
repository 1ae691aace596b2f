# SPDX-License-Identifier: BSD-2-Clause
"""A machine whose UEFI firmware starts what is on a disk: Debian's edk2, and a folder that QEMU shows as a FAT disk.

    with uefi(work, {"EFI/BOOT/BOOTAA64.EFI": boot}) as machine:    firmware's own boot option
    with shell(work, ["memmap", "FS0:\\boot.img a=1"], {"boot.img": boot}) as machine:    lines of its shell
    with uefi(work, grub("12", ["linux /boot.img a=1"], {"boot.img": boot}), firmware=edk2(work, "13")) as machine:
"""

import os
import re
import shutil
import struct
import subprocess
import uuid
import zlib

from images import write
from machine import Machine
from paths import EDK2, UEFI

REMOVABLE = "EFI/BOOT/BOOTAA64.EFI"     # UEFI 2.10, 3.5.1.1
MEMORY = 1024
SECONDS = 60        # more than for a machine without firmware
WHY = "firmware's lines come before, and the kernel's stub behind"


class FirmwareMachine(Machine):
    """Firmware's console is a terminal: what moves its cursor and colours it is no part of a line."""
    held = b""

    def filtered(self, data):
        text = re.sub(rb"\x1b\[[0-9;?=]*[A-Za-z]|\r(?=[^\n])", b"", self.held + data)
        self.held = re.search(rb"(\r|\x1b[^A-Za-z]{0,16})?\Z", text)[0]      # what may go on in the next bytes
        return text[:len(text) - len(self.held)]


def edk2(work, release, code="code", variables="vars"):
    """QEMU's words for another edk2 than the one with nothing in its variables: they are kept in flash."""
    writable = work + "/vars.fd"
    subprocess.run(["cp", "--sparse=always", f"{UEFI}/{release}/{variables}.fd", writable], check=True)
    return ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={UEFI}/{release}/{code}.fd",
            "-drive", f"if=pflash,unit=1,format=raw,file={writable}"]


def uefi(work, files, *, firmware=("-bios", EDK2), extra=(), memory=MEMORY, **options):
    """files: {path on the disk: file, or bytes}"""
    disk = work + "/disk"
    for name, content in files.items():
        path = os.path.join(disk, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, bytes):
            write(path, content)
        else:
            shutil.copy(content, path)
    machine = FirmwareMachine(memory=memory, cohsan=None, because=WHY, extra=[
        *firmware, "-drive", f"if=none,id=disk,format=raw,file=fat:rw:{disk}",
        "-device", "virtio-blk-pci,drive=disk,romfile=", *extra], **options)
    machine.deadline += SECONDS
    return machine


def shell(work, lines, files, **options):
    """The firmware's shell runs these lines."""
    return uefi(work, {**files, "startup.nsh": "".join(line + "\r\n" for line in ["FS0:", *lines]).encode()}, **options)


SNAKEOIL = "snakeoil"       # Debian's password of the key that its package calls so, and whose certificate is in vars-snakeoil.fd


def secure(work, release, code="secure"):
    """Firmware with Secure Boot on, and one certificate: snakeoil's."""
    return edk2(work, release, code, "vars-snakeoil")


def sign(work, path, name, release="12"):
    """path, signed by snakeoil's key, as work/name."""
    key, out = work + "/snakeoil.key", f"{work}/{name}"
    subprocess.run(["openssl", "rsa", "-in", of(release, "snakeoil.key"), "-passin", "pass:" + SNAKEOIL, "-out", key],
                   check=True, capture_output=True)
    return sign_with(key, of(release, "snakeoil.pem"), path, out)


def sign_with(key, certificate, path, out):
    subprocess.run(["sbsign", "--key", key, "--cert", certificate, "--output", out, path], check=True, capture_output=True)
    return out


def new_key(work):
    """A key of one's own and its certificate, as docs/use/uefi.md makes them."""
    subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=my machines/",
                    "-keyout", work + "/my.key", "-out", work + "/my.pem"], check=True, capture_output=True)
    return work + "/my.key", work + "/my.pem"


SHIM = uuid.UUID("605dab50-e046-4300-abb6-3dd810dd8b23")
X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")    # UEFI 2.10, 32.4.1


def mok(certificate):
    """What the shell's `dmpstore -all -l` makes the variable MokList of: shim's list of its owner's certificates."""
    der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, capture_output=True).stdout
    data = X509.bytes_le + struct.pack("<III", 28 + 16 + len(der), 0, 16 + len(der)) + SHIM.bytes_le + der
    name = "MokList\0".encode("utf-16-le")
    record = struct.pack("<II", len(name), len(data)) + name + SHIM.bytes_le + struct.pack("<I", 3) + data      # NV, BS
    return record + struct.pack("<I", zlib.crc32(record))


def of(release, name):
    """A program of Debian 12's or 13's."""
    return f"{UEFI}/{release}/{name}"


def grub(release, lines, files):
    """GRUB, and what its configuration says."""
    return {REMOVABLE: of(release, "grub.efi"), **files,
            "EFI/debian/grub.cfg": "".join(line + "\n" for line in [*lines, "boot"]).encode()}


def systemd_boot(release, lines, files):
    """systemd-boot with one entry."""
    return {REMOVABLE: of(release, "systemd-boot.efi"), **files, "loader/loader.conf": b"timeout 0\ndefault lethe.conf\n",
            "loader/entries/lethe.conf": "".join(line + "\n" for line in ["title Lethe", *lines]).encode()}


def unified(work, release, sections, name="uki.efi"):
    """A unified kernel image: systemd's stub, and these files as sections of it. objcopy wants their addresses, above the stub's."""
    out, stub = f"{work}/{name}", of(release, "stub.efi")
    at, words = end_of(stub), []
    for section, path in sections.items():
        words += ["--add-section", f".{section}={path}", "--change-section-vma", f".{section}={at:#x}",
                  "--set-section-flags", f".{section}=data,readonly"]
        at += (os.path.getsize(path) + 0xfff) & ~0xfff
    subprocess.run([os.environ["CROSS_COMPILE"] + "objcopy", *words, stub, out], check=True)
    return out


def end_of(program):
    """ImageBase + SizeOfImage of a PE32+ file: the specification's "Optional Header"."""
    with open(program, "rb") as file:
        data = file.read(4096)
    optional = int.from_bytes(data[0x3c:0x40], "little") + 24
    return int.from_bytes(data[optional + 24:optional + 32], "little") + int.from_bytes(data[optional + 56:optional + 60], "little")
