# SPDX-License-Identifier: BSD-2-Clause
"""The EFI door in a bundle: its PE header as the PE format and its readers want it, what `lethe verify` finds in a damaged or
signed one, and the options of pack that are for it. docs/spec/bundle.md.
"""

import json
import struct

import pytest

from tool_bundle import Bundle, check_bundle
from tool_command import K, damage

PE = 0x100
CHECKSUM, CERTIFICATES = PE + 88, PE + 136 + 8 * 4
READ, WRITE, EXECUTE = 0x40000000, 0x80000000, 0x20000000


def checksum(data):
    """PE's, with its own field as zero."""
    words = struct.unpack(f"<{len(data) // 2}H", bytes(data[:CHECKSUM]) + bytes(4) + bytes(data[CHECKSUM + 4:]))
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total + len(data)


def signed(bundle, *certificates, sums=True):
    """The file as a signer leaves it: a table of certificates at its end, CheckSum, and the directory's entry."""
    data = bytearray(bundle.data)
    data += bytes(-len(data) % 8)
    table = b"".join(one + bytes(-len(one) % 8) for one in certificates)
    struct.pack_into("<II", data, CERTIFICATES, len(data), len(table))
    data += table
    if sums:
        struct.pack_into("<I", data, CHECKSUM, checksum(data))
    return data


def certificate(size=1465, revision=0x200, kind=2):
    return struct.pack("<IHH", size, revision, kind) + bytes(range(256)) * (size // 256) + bytes(size % 256 - 8)


def test_header(packed):
    """Each of these is what some loader looks at: tools/lethe/efi.c says which."""
    _, bundle = packed
    efi = bundle.efi
    assert bundle.pe == PE and efi.entry == efi.at + 64
    assert efi.characteristics == 0x206 and efi.subsystem == 10 and efi.dll == 0x100
    assert (efi.section_alignment, efi.file_alignment) == (4096, 512) and efi.image_version == (1, 0)
    assert efi.headers_size == 4096 and efi.image_size == -(-len(bundle.data) // 4096) * 4096 and efi.checksum == 0
    assert efi.directories == [(0, 0)] * 6
    at = 4096
    for name, address, memory, offset, size, flags in efi.sections:
        assert address == offset == at and memory == size and at % 4096 == 0, name
        assert flags & READ and not (flags & WRITE and flags & EXECUTE), name
        at += size
    assert at == len(bundle.data) and at % 512 == 0
    assert [section[0] for section in efi.sections] == [".lethe", ".text", ".data", ".sbat"]
    assert [bool(section[5] & EXECUTE) for section in efi.sections] == [False, True, False, False]
    assert [bool(section[5] & WRITE) for section in efi.sections] == [False, False, True, False]
    sbat = bytes(bundle.data[efi.sections[3][3]:]).rstrip(b"\0").decode().splitlines()
    assert [line.split(",")[:2] for line in sbat] == [["sbat", "1"], ["lethe", "1"]]
    assert all(line.count(",") == 5 for line in sbat)
    assert efi.size <= 0x8200


def test_without(lethe):
    bundle, _ = lethe.pack(*K, "--no-efi")
    check_bundle(bundle)
    assert bundle.pe == 0 and not any(bundle.data[192:4088])
    assert "efi " not in lethe.good("inspect", "boot.img").stdout
    assert "efi" not in json.loads(lethe.good("inspect", "--json", "boot.img").stdout)


@pytest.mark.parametrize("options, flags, text", [
    (["--vouch"], 0x10, "trust    under Secure Boot: vouches for its kernel"),
    (["--allow-loader", "initrd"], 0x20, "trust    under Secure Boot: +initrd"),
    (["--allow-loader=dtb,cmdline"], 0xc0, "trust    under Secure Boot: +cmdline +dtb"),
    (["--vouch", "--allow-loader", "initrd,cmdline,dtb"], 0xf0, "vouches for its kernel +initrd +cmdline +dtb")])
def test_flags(lethe, options, flags, text):
    bundle, _ = lethe.pack(*K, *options)
    assert bundle.plan["flags"] == 2 | flags
    assert text in lethe.good("inspect", "boot.img").stdout


@pytest.mark.parametrize("options, reason", [
    (["--allow-loader", "initrd,kernel"], "--allow-loader initrd,kernel: is a list of initrd, cmdline and dtb"),
    (["--allow-loader", "dtb,dtb"], "--allow-loader dtb,dtb: is a list"), (["--allow-loader", ""], "--allow-loader : is a list"),
    (["--no-efi", "--vouch"], "--vouch: is for the EFI door, which --no-efi leaves out"),
    (["--allow-loader", "dtb", "--no-efi"], "--allow-loader: is for the EFI door"),
    (["--fallback", *K, "--vouch"], "--vouch holds for all slots")])
def test_refused(lethe, options, reason):
    lethe.bad(2, reason, "pack", *K, *options, "-o", "x")


@pytest.mark.parametrize("certificates", [[1465], [1464, 2000], [9]])
@pytest.mark.parametrize("sums", [True, False])
def test_signed(packed, certificates, sums):
    lethe, bundle = packed
    data = signed(bundle, *map(certificate, certificates), sums=sums)
    lethe.write("signed.img", data)
    lethe.good("verify", "signed.img")
    size = sum(-(-one // 8) * 8 for one in certificates)
    assert f"signed ({size} bytes at {len(data) - size:#x})" in lethe.good("inspect", "signed.img").stdout


@pytest.mark.parametrize("edit, reason", [
    (lambda data: data.append(0), "certificate table is damaged"), (lambda data: data.pop(), "certificate table is damaged"),
    (lambda data: struct.pack_into("<I", data, CERTIFICATES, len(data) - 1480), "certificate table is damaged"),
    (lambda data: struct.pack_into("<I", data, CERTIFICATES + 4, 1464), "certificate table is damaged"),
    (lambda data: struct.pack_into("<H", data, len(data) - 1472 + 4, 0x100), "certificate table is damaged"),
    (lambda data: struct.pack_into("<H", data, len(data) - 1472 + 6, 1), "certificate table is damaged"),
    (lambda data: struct.pack_into("<I", data, len(data) - 1472, 1473), "certificate table is damaged"),
    (lambda data: struct.pack_into("<I", data, len(data) - 1472, 0), "certificate table is damaged"),
    (lambda data: data.__setitem__(-1, 1), "certificate table is damaged"),
    (lambda data: data.__setitem__(-700, data[-700] ^ 1), "EFI door: digest does not match"),     # by CheckSum
    (lambda data: data.__setitem__(CHECKSUM, data[CHECKSUM] ^ 1), "EFI door: digest does not match")])
def test_damaged_signature(packed, edit, reason):
    lethe, bundle = packed
    data = signed(bundle, certificate())
    edit(data)
    lethe.write("bad.img", data)
    lethe.bad(1, reason, "verify", "bad.img")


def test_flips_in_the_header(packed):
    """Each byte of it: by its digest, and most by what it says."""
    lethe, bundle = packed
    for offset in [60, 61, *range(PE, PE + 184 + 160)]:
        damage(lethe, bundle, offset)
        result = lethe.run("verify", "bad.img")
        assert result.returncode in (1, 3), (hex(offset), result)


def test_flips_in_the_program(packed):
    lethe, bundle = packed
    for offset in [0, 8, 12, 16, 20, 24, 32, 63, 64, 5000, bundle.efi.data, bundle.efi.sbat, bundle.efi.size - 1]:
        damage(lethe, bundle, bundle.efi.at + offset)
        result = lethe.run("verify", "bad.img")
        assert result.returncode == 1 and ("EFI" in result.stderr), (hex(offset), result)


def test_signed_bundle_in_flash(lethe):
    """What a signature changes in the first page is undone: the front end knows the page by its seal."""
    bundle, _ = lethe.pack(*K)
    lethe.write("signed.img", signed(bundle, certificate()))
    for name in ("boot.img", "signed.img"):
        lethe.good("flash", name, "--machine", "virt", "-o", name + ".fd")
    assert lethe.read("boot.img.fd") == lethe.read("signed.img.fd")


def test_signed_bundle_as_kernel(lethe):
    bundle, _ = lethe.pack(*K)
    lethe.write("signed.img", signed(bundle, certificate()))
    outer, _ = lethe.pack("--kernel", "signed.img")
    assert outer.content("kernel")[:len(bundle.data)] == bytes(Bundle(signed(bundle, certificate())).data)[:len(bundle.data)]
