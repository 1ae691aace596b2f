# SPDX-License-Identifier: BSD-2-Clause
"""Bundles under Secure Boot: whose key is snakeoil's, Debian's for such tests. shim with a bundle behind it is in test_all_loaders.py as well."""

from pathlib import Path

import pytest

import efi
import kexec_guest
from efi import REMOVABLE, secure, sign, uefi
from efi_bundles import LINE, archive, debian
from images import pack
from paths import KERNEL

pytestmark = pytest.mark.long


def lethe(machine, *names, said=()):
    machine.expect(r"^lethe: 0\.1\.0 efi at 0x[0-9a-f]+ EL2, Secure Boot$")
    machine.expect(*(rf"^lethe: {name} \d+ sha256 ok" for name in names), *said, never="lethe: FA")


def linux(machine, who, line):
    machine.expect("^EFI stub: UEFI Secure Boot is enabled", never="lethe: FA")
    machine.expect(f"^client: cmdline={line}$", never="Kernel panic")
    machine.expect(f"initrd={who}", "^door +efi$", "^kernel +ok$", never="Kernel panic")


@pytest.mark.parametrize("release", ["12", "13"])
def test_unsigned(work, release):
    with uefi(work, {REMOVABLE: debian(work)}, firmware=secure(work, release)) as machine:
        machine.expect("^BdsDxe: failed to load Boot.*(Access Denied|Security Violation)", never="^lethe: ")


@pytest.mark.parametrize("release", ["12", "13"])
def test_changed(work, release):
    """A byte of the kernel, after signing: firmware sees it before Lethe can."""
    bad = bytearray(Path(sign(work, debian(work, "--vouch"), "signed.img", release)).read_bytes())
    bad[len(bad) // 2] ^= 1
    with uefi(work, {REMOVABLE: bytes(bad)}, firmware=secure(work, release)) as machine:
        machine.expect("^BdsDxe: failed to load Boot.*(Access Denied|Security Violation)", never="^lethe: ")


@pytest.mark.parametrize("release, code", [("12", "secure"), ("13", "secure"), ("13", "strictnx")])
def test_vouched(work, release, code):
    """The door loads the kernel itself. Where firmware maps images as their sections say, so does the door."""
    boot = sign(work, debian(work, "--vouch"), "signed.img", release)
    with uefi(work, {REMOVABLE: boot}, firmware=secure(work, release, code)) as machine:
        lethe(machine, "initrd", "kernel")
        linux(machine, "packed", LINE)


def test_kernel_not_signed(work):
    """Only the bundle is: firmware refuses the kernel in it."""
    boot = sign(work, debian(work), "signed.img")
    with uefi(work, {REMOVABLE: boot}, firmware=secure(work, "12")) as machine:
        lethe(machine, "initrd", "kernel")
        machine.expect("^lethe: firmware does not admit the kernel by itself: 0x800000000000000f$",
                       "^lethe: back to firmware: 0x800000000000000f$", never="EFI stub|vouches")


def test_kernel_signed(work):
    """Both are: nobody has to vouch."""
    kernel = sign(work, KERNEL, "kernel.signed")
    boot = sign(work, debian(work, kernel=kernel), "signed.img")
    with uefi(work, {REMOVABLE: boot}, firmware=secure(work, "12")) as machine:
        lethe(machine, "initrd", "kernel")
        linux(machine, "packed", LINE)


UNUSED = r"^lethe: the loader's {} is not used: no signature covers it \(pack --allow-loader\)$"


@pytest.mark.parametrize("release, allowed, unused", [
    ("12", "initrd,cmdline,dtb", []), ("13", "initrd,cmdline", []),
    ("12", "", ["command line", "device tree"]), ("13", "", ["command line", "initrd"])])
def test_shim_and_grub(work, release, allowed, unused):
    """What a loader brings is covered by no signature. GRUB 2.06 brings its initrd in a device tree."""
    boot = sign(work, debian(work, "--vouch", *(["--allow-loader", allowed] if allowed else []), packed=False, line=None), "signed.img")
    files = efi.grub(release, [f"linux /boot.img {LINE} mine=1", "initrd /initrd"], {"boot.img": boot, "initrd": archive("loaders")})
    files["EFI/BOOT/grubaa64.efi"] = sign(work, files[REMOVABLE], "grub.signed")
    files[REMOVABLE] = sign(work, efi.of(release, "shim.efi"), "shim.signed")
    with uefi(work, files, firmware=secure(work, "12")) as machine:
        lethe(machine, "kernel", said=[UNUSED.format(what) for what in unused])
        if allowed:
            linux(machine, "loaders", f".*{LINE} mine=1")
        else:
            machine.expect("^EFI stub: UEFI Secure Boot is enabled", "^EFI stub: Exiting boot services", never="initrd")


@pytest.mark.parametrize("release", ["12", "13"])
def test_shim_alone(work, release):
    files = {REMOVABLE: sign(work, efi.of(release, "shim.efi"), "shim.signed"),
             "EFI/BOOT/grubaa64.efi": sign(work, debian(work, "--vouch"), "signed.img")}
    with uefi(work, files, firmware=secure(work, "12")) as machine:
        lethe(machine, "initrd", "kernel")
        linux(machine, "packed", LINE)


def test_owners_key(work):
    """One's own key, which shim knows (MOK) and firmware does not. shim 16 verifies the kernel in the bundle as well, by its own
    LoadImage: nobody has to vouch. mokutil enrols a key where Linux runs; here firmware's shell does."""
    key, certificate = efi.new_key(work)
    kernel = efi.sign_with(key, certificate, KERNEL, work + "/kernel.signed")
    boot = efi.sign_with(key, certificate, debian(work, kernel=kernel), work + "/signed.img")
    files = {"EFI/BOOT/grubaa64.efi": boot, "EFI/BOOT/mmaa64.efi": sign(work, efi.of("13", "mok.efi"), "mok.signed", "13")}
    shim = sign(work, efi.of("13", "shim.efi"), "shim.signed", "13")
    firmware = secure(work, "13")
    with uefi(work, {REMOVABLE: shim, **files}, firmware=firmware) as machine:
        machine.expect_text(b"Verification failed: (0x1A) Security Violation")     # a box on the screen
        assert b"lethe: " not in machine.raw
    with efi.shell(work + "/shell", ["dmpstore -all -l mok.var", "reset -s"], {"mok.var": efi.mok(certificate)},
                   firmware=["-drive", firmware[1].replace("secure.fd", "code.fd"), *firmware[2:]]) as machine:
        machine.expect_exit()
    with uefi(work, {REMOVABLE: shim, **files}, firmware=firmware) as machine:
        lethe(machine, "initrd", "kernel")
        linux(machine, "packed", LINE)


def test_kexec_is_locked(work):
    """A kernel that Secure Boot started refuses kexec_load(2), and Debian's arm64 kernels have no kexec_file_load(2)."""
    line = kexec_guest.command_line("kexec-e", load=("-c", "-l"))
    initrd = kexec_guest.initramfs(work + "/client")
    boot = pack(work + "/boot.img", "--vouch", "--initrd", initrd, "--append", line, kernel=KERNEL, efi=True)
    with uefi(work, {REMOVABLE: sign(work, boot, "signed.img")}, firmware=secure(work, "12")) as machine:
        machine.expect("^EFI stub: UEFI Secure Boot is enabled", "^kexec_load failed: Permission denied", "^client: load status=255$")
