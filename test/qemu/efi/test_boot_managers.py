# SPDX-License-Identifier: BSD-2-Clause
"""The same bundle by what people have between firmware and kernel: GRUB, systemd-boot, a unified kernel image. One boot by each
is in test_all_loaders.py.
"""

import os

import pytest

import efi
import kexec_guest
from bundle_under_kexec import client as kexec_client
from efi import REMOVABLE, edk2, uefi
from efi_bundles import LINE, archive, debian, expect_lethe
from images import pack, write
from paths import KERNEL, KERNEL_16K, KERNELS, O, VIRT_UART

pytestmark = pytest.mark.long


def linux(release, boot, files):
    return efi.grub(release, [f"linux /boot.img {LINE} mine=1", *(["initrd /initrd"] if "initrd" in files else [])],
                    {"boot.img": boot, **files})


def chain(release, boot, files):
    return efi.grub(release, [f"chainloader /boot.img {LINE} mine=1"], {"boot.img": boot, **files})


def type1(release, boot, files):
    return efi.systemd_boot(release, ["linux /boot.img", *(["initrd /initrd"] if "initrd" in files else []), f"options {LINE} mine=1"],
                            {"boot.img": boot, **files})


def program(release, boot, files):
    return efi.systemd_boot(release, ["efi /boot.img", f"options {LINE} mine=1"], {"boot.img": boot, **files})


def removable(release, boot, files):
    return {REMOVABLE: boot, **files}


def client(machine, who, line):
    machine.expect(f"^client: cmdline=.*{line}$", never="Kernel panic")
    machine.expect(f"initrd={who}", "^door +efi$", "^kernel +ok$", never="Kernel panic")


@pytest.mark.parametrize("release, by", [
    ("12", linux), ("12", chain), ("13", linux), ("13", chain), ("12", type1), ("12", program), ("13", type1), ("13", program)])
def test_packed(work, release, by):
    boot = debian(work)
    with uefi(work, by(release, boot, {})) as machine:
        expect_lethe(machine, 2, "initrd", "kernel", said=["command line"])
        client(machine, "packed", LINE)


@pytest.mark.parametrize("release, by", [("12", linux), ("13", linux), ("12", type1), ("13", type1)])
def test_the_loaders(work, release, by):
    """Its initrd and its command line: the bundle has none."""
    boot = debian(work, packed=False, line=None)
    with uefi(work, by(release, boot, {"initrd": archive("loaders")})) as machine:
        expect_lethe(machine, 2, "kernel")
        client(machine, "loaders", f"{LINE} mine=1")


@pytest.mark.parametrize("release, by", [("12", linux), ("13", linux), ("12", type1), ("13", type1)])
def test_both(work, release, by):
    boot = debian(work)
    with uefi(work, by(release, boot, {"initrd": archive("loaders")})) as machine:
        expect_lethe(machine, 2, "initrd", "kernel", said=["command line", "initrd"])
        client(machine, "packed", LINE)


@pytest.mark.parametrize("release", ["12", "13"])
def test_unified(work, release):
    boot = debian(work, packed=False, line=None)
    line = f"{LINE} mine=1"
    uki = efi.unified(work, release, {"cmdline": write(work + "/line", line.encode()), "initrd": write(work + "/initrd", archive("uki")),
                                      "linux": boot})
    with uefi(work, {REMOVABLE: uki}) as machine:
        expect_lethe(machine, 2, "kernel")
        client(machine, "uki", line)


BY_VERSION = {"6.1": KERNEL, "6.12": os.path.join(KERNELS, "6.12"), "6.12-16k": KERNEL_16K}


@pytest.mark.parametrize("release, code, el, kernel, packed, acpi", [
    ("12", "code", 2, "6.12", True, True), ("12", "code", 1, "6.12-16k", True, False), ("13", "code", 2, "6.1", True, False),
    ("13", "secure", 2, "6.12", False, True), ("13", "secure", 1, "6.1", True, True), ("13", "strictnx", 2, "6.1", True, True),
    ("13", "strictnx", 1, "6.12", True, True), ("13", "strictnx", 2, "6.12-16k", False, False)])
def test_firmware(work, release, code, el, kernel, packed, acpi):
    """Firmware that maps an image as its sections say (strictnx), kernels by page size and version, each from firmware's boot menu
    or by systemd-boot with an initrd of its own."""
    boot = debian(work, kernel=BY_VERSION[kernel], packed=packed, line=LINE if packed else None)
    files = {REMOVABLE: boot} if packed else type1(release, boot, {"initrd": archive("loaders")})
    machine = f"virt,virtualization={'on' if el == 2 else 'off'}{'' if acpi else ',acpi=off'}"
    with uefi(work, files, firmware=edk2(work, release, code), cpu="max,pauth-impdef=on", el=el, machine=machine, smp=2) as machine:
        expect_lethe(machine, el, *(["initrd"] if packed else []), "kernel")
        if acpi:
            machine.expect("ACPI: Interpreter enabled", never="Kernel panic")
        client(machine, "packed" if packed else "loaders", LINE if packed else f"{LINE} mine=1")


def by_bundle(work):
    """kexec starts another bundle."""
    os.mkdir(work + "/inner")
    boot = pack(work + "/inner/boot.img", "--console", f"pl011,{VIRT_UART:#x}", "--initrd", write(work + "/second", archive("second")),
                kernel=KERNEL)
    return kexec_client(work, boot, initrd=False), "image"


def by_graft(work):
    """kexec with Lethe in it starts a kernel."""
    second = [kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")), ("who", 0o100644, b"second", (0, 0))]
    return kexec_guest.initramfs(work + "/client", binary=kexec_guest.grafted(work + "/kexec"), second=second), "purgatory"


@pytest.mark.parametrize("way", [by_bundle, by_graft])
@pytest.mark.parametrize("release, by", [("12", removable), ("12", linux), ("13", linux), ("12", type1), ("13", type1)])
def test_kexec(work, release, by, way):
    """From the system that was booted this way on to the next."""
    archive_path, door = way(work)
    line = kexec_guest.command_line("kexec-e", load=("-c", "-l", "-i") if way is by_bundle else ("-c", "-l"))
    boot = pack(work + "/boot.img", "--initrd", archive_path, "--append", line, kernel=KERNEL, efi=True)
    with uefi(work, by(release, boot, {}), firmware=edk2(work, release)) as machine:
        expect_lethe(machine, 2, "initrd", "kernel", said=[] if by is removable else ["command line"])
        machine.expect("^client: load status=0$", never="Kernel panic")
        machine.expect("Booting Linux on physical CPU", "ACPI: Interpreter enabled", never="lethe: FA")
        machine.expect("initrd=second$", f"^door +{door}$", "^boot count +2$", "^kernel +ok$", never="Kernel panic")
