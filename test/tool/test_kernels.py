# SPDX-License-Identifier: BSD-2-Clause
"""lethe pack: kernels, packed and plain; what is none is refused, and named for what it is."""
import gzip
import shutil
import struct
import subprocess

import pytest

from tool_bundle import check_bundle
from tool_files import BLOCK, MIB, PLAIN_TREE, elf, image, pe_image, zboot, zstd_stored


@pytest.mark.parametrize("packing", ["gzip", "gzip, two members", "gzip, padded", "zstd",
                                     "zboot gzip", "zboot zstd", "zboot zstd22", "zboot no size"])
def test_packed_kernels_unpack_to_the_same(lethe, packing):
    data = image(300000, 0x60000)
    lethe.write("plain", data)
    expected, _ = lethe.pack("--kernel", "plain", output="plain.img")
    frame = zstd_stored(data)
    if packing == "zstd" and shutil.which("zstd"):
        frame = subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE,
                               check=True).stdout
    size = struct.pack("<I", len(data))
    lethe.write("packed", {
        "gzip": gzip.compress(data),
        "gzip, two members": gzip.compress(data[:1000]) + gzip.compress(data[1000:]),
        "gzip, padded": gzip.compress(data) + bytes(100),
        "zstd": frame,
        "zboot gzip": zboot(gzip.compress(data), b"gzip", tail=b"more code"),
        "zboot zstd": zboot(zstd_stored(data), b"zstd", tail=size + b"more code"),
        "zboot zstd22": zboot(zstd_stored(data), b"zstd22", tail=size),
        "zboot no size": zboot(zstd_stored(data), b"zstd"),
    }[packing])
    bundle, result = lethe.pack("--kernel", "packed", output="packed.img")
    assert bundle.data == expected.data and "unpacked: " in result.stdout


@pytest.mark.parametrize("text_offset", [0x80000, 0x1000, 4, BLOCK - 4096])
def test_text_offset(lethe, text_offset):
    lethe.write("Image", image(text_offset=text_offset))
    bundle, result = lethe.pack("--kernel", "Image")
    check_bundle(bundle)
    assert bundle["kernel"]["source"] == BLOCK + text_offset
    assert bundle["kernel"]["align_offset"] == text_offset and result.stderr == ""


def test_text_offset_above_a_block(lethe):
    lethe.write("Image", image(text_offset=BLOCK + 0x80000))
    bundle, result = lethe.pack("--kernel", "Image")
    check_bundle(bundle)
    assert bundle["kernel"]["align_offset"] == 0x80000 and "warning: text_offset" in result.stderr


@pytest.mark.parametrize("pages", [0, 1, 2, 3])
def test_page_size_bits(lethe, pages):
    lethe.write("Image", image(flags=8 | pages << 1))
    bundle, _ = lethe.pack("--kernel", "Image")
    assert bundle.flags == 8 | pages << 1


def test_near_the_base_of_ram(lethe):
    lethe.write("Image", image(flags=2))
    bundle, result = lethe.pack("--kernel", "Image")
    assert bundle.flags == 10 and "warning: this kernel wants to be near" in result.stderr


def test_big_endian_kernel(lethe):
    lethe.write("Image", image(flags=0xB))
    bundle, result = lethe.pack("--kernel", "Image")
    check_bundle(bundle)
    assert bundle.flags == 10 and "big-endian" in result.stdout


def test_old_kernel_without_image_size(lethe):
    lethe.write("Image", image(9000, 0, text_offset=0x1234))
    bundle, result = lethe.pack("--kernel", "Image")
    check_bundle(bundle)
    assert bundle["kernel"]["mem_size"] == 9000 + 16 * MIB
    assert bundle["kernel"]["align_offset"] == 0x80000 and "image_size is 0" in result.stderr


def test_file_larger_than_image_size(lethe):
    lethe.write("Image", image(9000, 5000))
    bundle, _ = lethe.pack("--kernel", "Image")
    check_bundle(bundle)
    assert bundle["kernel"]["mem_size"] == 9000


def test_bundle_in_a_bundle(lethe):
    inner, _ = lethe.pack("--kernel", "Image", output="inner.img")
    bundle, _ = lethe.pack("--kernel", "inner.img")
    check_bundle(bundle)
    assert bundle["kernel"]["mem_size"] == inner.image_size


@pytest.mark.parametrize("signature", [0, 1472])
@pytest.mark.parametrize("tail", [b"", bytes(300)])
def test_whole_image_with_sections(lethe, signature, tail):
    data = pe_image(signature=signature) + tail
    lethe.write("Image", data)
    bundle, result = lethe.pack("--kernel", "Image")
    assert bundle.content("kernel") == data and result.stderr == ""


@pytest.mark.parametrize("size", [64, 65, 87, 100, 248, 310, 4500, 8999])
@pytest.mark.parametrize("wrap", [bytes, gzip.compress, zstd_stored,
                                  lambda data: zboot(gzip.compress(data), b"gzip")])
def test_image_cut_short(lethe, size, wrap):
    lethe.write("Image", wrap(pe_image(image_size=9000)[:size]))
    lethe.bad(3, "Image is truncated: %d bytes, and its PE section table says at least" % size,
              "pack", "--kernel", "Image", "-o", "x")


def test_signature_cut_short(lethe):
    lethe.write("Image", pe_image(signature=1472)[:-1])
    assert lethe.pack("--kernel", "Image")[1].stderr == ""


def test_bundle_cut_short(lethe):
    inner, _ = lethe.pack("--kernel", "Image", output="inner.img")
    lethe.write("cut.img", inner.data[:-1])
    lethe.bad(3, "Image is truncated: %d bytes, and its Lethe header says at least %d" % (
        len(inner.data) - 1, len(inner.data)), "pack", "--kernel", "cut.img", "-o", "x")


@pytest.mark.parametrize("size, image_size, warned", [
    (9000, 32 * MIB, True), (5 * MIB, 8 * MIB, True), (5 * MIB, 6 * MIB, False),
    (9000, MIB + 9000, False), (9000, MIB + 9001, True)])
def test_far_under_image_size(lethe, size, image_size, warned):
    lethe.write("Image", image(size, image_size))
    result = lethe.pack("--kernel", "Image")[1]
    assert ("warning: %d bytes are far less than its image_size, %d" % (size, image_size)
            in result.stderr) == warned == (result.stderr != "")


SECOND = image(5000, seed=2)
APPENDED = {
    "tree": (image() + PLAIN_TREE, len(PLAIN_TREE), "tree"),
    "tree, odd": (image() + b"\0\0\0" + PLAIN_TREE + bytes(100), len(PLAIN_TREE) + 100, "tree"),
    "trees": (image() + PLAIN_TREE * 3, len(PLAIN_TREE), "tree"),
    "sections, tree": (pe_image() + PLAIN_TREE, len(PLAIN_TREE), "tree"),
    "sections, trees, more": (pe_image() + PLAIN_TREE * 2 + b"x", 2 * len(PLAIN_TREE) + 1, "tree"),
    "signature, tree": (pe_image(signature=1472) + PLAIN_TREE, len(PLAIN_TREE), "tree"),
    "sections, Image": (pe_image() + bytes(100) + SECOND, 5100, "second Image"),
    "gzip tree": (gzip.compress(image() + PLAIN_TREE), len(PLAIN_TREE), "tree"),
    "gzip, gzip tree": (gzip.compress(image()) + gzip.compress(PLAIN_TREE), len(PLAIN_TREE), "tree"),
    "zboot tree": (zboot(gzip.compress(image() + PLAIN_TREE), b"gzip"), len(PLAIN_TREE), "tree"),
    "gzip twice": (gzip.compress(image()) + gzip.compress(SECOND), 5000, "second Image"),
    "gzip twice, the same": (gzip.compress(image()) * 2, 9000, "second Image"),
    "gzip 3": (gzip.compress(b"") + gzip.compress(image()) + gzip.compress(SECOND), 5000, "second"),
    "zstd twice": (zstd_stored(image()) + zstd_stored(SECOND), 5000, "second Image"),
    "bundle, tree": (None, len(PLAIN_TREE), "tree"),
}


@pytest.mark.parametrize("kind", APPENDED)
def test_something_behind_the_image(lethe, kind):
    data, rest, what = APPENDED[kind]
    if data is None:
        data = bytes(lethe.pack("--kernel", "Image")[0].data) + PLAIN_TREE
    lethe.write("kernel", data)
    result = lethe.bad(3, "%d bytes follow the Image" % rest, "pack", "--kernel", "kernel", "-o", "x")
    assert what in result.stderr and "has to be split off" in result.stderr


def test_trees_inside_a_kernel_are_its_own(lethe):
    data = image()
    data = data[:4000] + PLAIN_TREE + data[4000 + len(PLAIN_TREE):]
    for kernel in data, pe_image()[:4000] + PLAIN_TREE + pe_image()[4000 + len(PLAIN_TREE):]:
        lethe.write("Image", kernel)
        assert lethe.pack("--kernel", "Image")[0].content("kernel") == kernel


def test_raw_binary_as_kernel(lethe):
    lethe.write("u boot.bin", b"\x0a\0\0\x14\x1f\x20\x03\xd5" * 100)
    result = lethe.bad(3, "has no arm64 Image header", "pack", "--kernel", "u boot.bin", "-o", "x")
    assert "a raw binary is packed with: --raw 'u boot.bin'@ADDR,entry=ADDR" in result.stderr
    lethe.pack("--raw", "u boot.bin@0x48000000,entry=0x48000000")


def uki(section=b".linux"):
    pe = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 1, 0, 0, 0, 240, 0x206) + bytes(240)
    pe += section.ljust(8, b"\0") + struct.pack("<IIII", 1000, 0x1000, 1024, 0x400) + bytes(16)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (head + pe).ljust(0x800, b"\0")


REFUSED_KERNELS = {
    "ELF": (elf(), "is an ELF file (vmlinux); make an Image of it with: "
                   "aarch64-linux-gnu-objcopy -O binary"),
    "ELF x86": (elf(62), "is an ELF file for another machine (x86-64, not arm64)"),
    "ELF s390": (elf(22, 2), "(s390, not arm64)"),
    "uImage": (b"\x27\x05\x19\x56" + bytes(200), "is a U-Boot uImage; extract the kernel with: "
                                                 "dumpimage -T kernel -o Image kernel"),
    "FIT": (PLAIN_TREE, "is a FIT image or a device tree; extract"),
    "UKI": (uki(), "is a unified kernel image (UKI); extract the kernel with: "
                   "aarch64-linux-gnu-objcopy -O binary -j .linux kernel Image"),
    "EFI program": (uki(b".text"), "is an EFI program without an arm64 Image header"),
    "xz": (b"\xfd7zXZ\0" + bytes(200), "is xz-compressed; unpack it with: unxz < kernel > Image"),
    "lzma": (b"\x5d\0\0\x80\0" + bytes(200), "is lzma-compressed; unpack it with: unlzma"),
    "bzip2": (b"BZh9" + bytes(200), "is bzip2-compressed; unpack it with: bunzip2"),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(200), "is lz4-compressed; unpack it with: unlz4"),
    "lz4 legacy": (b"\x02\x21\x4c\x18" + bytes(200), "is lz4-compressed; unpack it with: unlz4"),
    "lzo": (b"\x89LZO" + bytes(200), "is lzo-compressed; unpack it with: lzop"),
    "lzip": (b"LZIP" + bytes(200), "is lzip-compressed"),
    "Android": (b"ANDROID!" + bytes(200), "is an Android boot image; extract"),
    "vendor_boot": (b"VNDRBOOT" + bytes(5000), "is an Android vendor boot image, which has no kernel; "
                    "extract its ramdisk and tree with: unpack_bootimg --boot_img kernel"),
    "zImage": (bytes(0x24) + b"\x18\x28\x6f\x01" + bytes(200), "is a 32-bit Arm zImage"),
    "bzImage": (bytes(0x202) + b"HdrS" + bytes(200), "is an x86 bzImage"),
    "RISC-V": (bytes(56) + b"RSC\x05" + bytes(200), "is a RISC-V Image"),
    "noise": (bytes(range(256)), "has no arm64 Image header"),
    "short": (b"MZ", "has no arm64 Image header"),
    "header cut": (image()[:63], "has no arm64 Image header"),
    "empty": (b"", "is empty"),
    "huge": (image(image_size=(1 << 30) + 1), "is more than 1 GiB"),
    "absurd": (image(image_size=(1 << 64) - 1), "is more than 1 GiB"),
    "odd": (image(text_offset=0x80002), "is no multiple of 4"),
    "gzip cut": (gzip.compress(image())[:-9], "gzip stream is truncated"),
    "gzip cut in the header": (gzip.compress(image())[:2], "gzip stream is truncated"),
    "gzip without its end": (gzip.compress(image())[:-1], "gzip stream is truncated"),
    "gzip bad CRC": (gzip.compress(image())[:-8] + b"abcd" + gzip.compress(image())[-4:],
                     "gzip stream is damaged: incorrect data check"),
    "gzip bad length": (gzip.compress(image())[:-4] + b"abcd",
                        "gzip stream is damaged: incorrect length check"),
    "gzip and more": (gzip.compress(image()) + PLAIN_TREE, "bytes follow the gzip stream; a device "
                                                          "tree appended"),
    "gzip of ELF": (gzip.compress(elf()), "what is packed in it (gzip) is an ELF file (vmlinux)"),
    "gzip of gzip": (gzip.compress(gzip.compress(image())),
                     "what is packed in it (gzip) has no arm64"),
    "gzip of nothing": (gzip.compress(b""), "what is packed in it (gzip) has no arm64"),
    "zstd cut": (zstd_stored(image())[:-1], "zstd stream is truncated"),
    "zstd damaged": (zstd_stored(image())[:5] + b"\0\0\0\0" + zstd_stored(image())[9:],
                     "zstd stream is damaged"),
    "zstd and more": (zstd_stored(image()) + b"more", "4 bytes follow the zstd stream"),
    "zboot xz": (zboot(b"x" * 77, b"xzkern"),
                 "is an EFI zboot image compressed with xzkern; unpack it with: "
                 "tail -c +1025 kernel | head -c 77 | unxz > Image"),
    "zboot unknown": (zboot(b"x" * 77, b"\x01odd"), "compressed with ?odd"),
    "zboot cut": (zboot(gzip.compress(image()), b"gzip")[:-1], "EFI zboot image is truncated"),
    "zboot payload size": (zboot(b"x", b"gzip", 0xFFFFFFFF),
                           "EFI zboot image is truncated or damaged"),
    "zboot payload 0": (zboot(b"", b"gzip"), "EFI zboot image is truncated or damaged"),
    "zboot payload short": (zboot(gzip.compress(image()), b"gzip", 100),
                            "gzip stream is truncated"),
    "zboot size disagrees": (zboot(zstd_stored(image()), b"zstd22", tail=struct.pack("<I", 8999)),
                             "it holds 9000 bytes and says 8999"),
    "zboot of ELF": (zboot(gzip.compress(elf()), b"gzip"),
                     "what is packed in it (EFI zboot, gzip) is an ELF file"),
}


@pytest.mark.parametrize("kind", REFUSED_KERNELS)
def test_refused_kernel(lethe, kind):
    data, reason = REFUSED_KERNELS[kind]
    lethe.write("kernel", data)
    lethe.bad(3, "kernel: " if not reason else reason, "pack", "--kernel", "kernel", "-o", "x")


def test_bare_blob_is_no_kernel(lethe):
    bundle, _ = lethe.pack("--kernel", "Image")
    blob = bytearray(bundle.data[:bundle.blob_size])
    struct.pack_into("<QQ", blob, 64 + 24, 0, 0)
    lethe.write("lethe.img", blob)
    lethe.bad(3, "is Lethe's own bare blob", "pack", "--kernel", "lethe.img", "-o", "x")
    lethe.bad(3, "no plan behind the blob (LETHE_E_PLAN_MISSING)", "verify", "lethe.img")
    result = lethe.run("inspect", "lethe.img")
    assert result.returncode == 3 and "bare Lethe blob" in result.stdout


def test_unpacking_is_bounded(lethe):
    """A zstd frame of 36 KiB that unpacks to more than 1 GiB."""
    blocks = 8200
    frame = b"\x28\xb5\x2f\xfd\x00\x50"
    for i in range(blocks):
        frame += struct.pack("<I", 0x20000 << 3 | 1 << 1 | (i + 1 == blocks))[:3] + b"\0"
    lethe.write("kernel", frame)
    lethe.bad(3, "unpacks to more than 1 GiB", "pack", "--kernel", "kernel", "-o", "x")
