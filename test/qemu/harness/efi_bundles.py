# SPDX-License-Identifier: BSD-2-Clause
"""Bundles of Debian's kernel as UEFI programs, and what the EFI door prints of them."""

import os

import kexec_guest
from images import Bundle, cpio, pack, write
from paths import KERNEL, O

LINE = "console=ttyAMA0 panic=-1"
VIOLATION = "0x800000000000001a"    # EFI_SECURITY_VIOLATION


def archive(who):
    """It says who it is, and prints the record."""
    return cpio([*kexec_guest.base(), kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                 ("who", 0o100644, who.encode(), (0, 0))])


def debian(work, *options, packed=True, line=LINE, name="boot.img", kernel=KERNEL):
    initrd = ["--initrd", write(work + "/packed", archive("packed"))] if packed else []
    return pack(f"{work}/{name}", *initrd, *(["--append", line] if line else []), *options, kernel=kernel, efi=True)


def expect_lethe(machine, el, *names, said=()):
    """said: what of the loader's is not used."""
    machine.expect(rf"^lethe: 0\.1\.0 efi at 0x[0-9a-f]+ EL{el}$",
                   *(rf"^lethe: {name} \d+ sha256 ok \d+ ms \d+ MiB/s(, 1 cpus)?$" for name in names), never="lethe: FA")
    machine.expect(*(f"^lethe: the loader's {what} is not used: the bundle has its own$" for what in said))
    machine.expect(rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", "^EFI stub: Booting Linux Kernel", never="lethe: FA|not used")


def flip(path, name, out, at=1000):
    bundle = Bundle(path)
    bundle.bytes[bundle.segment(bundle.segments()[name], "source") + at] ^= 1
    return bundle.save(out, seal=False)
