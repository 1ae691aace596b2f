# SPDX-License-Identifier: BSD-2-Clause
"""
The host command, from outside: every option, every refusal with its exit code and its sentence,
damaged files, and that nothing half-written is left. LETHE names the command (default: $O/lethe,
build/lethe).
"""
import gzip
import hashlib
import json
import os
import pathlib
import resource
import shutil
import stat
import struct
import subprocess
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LETHE = os.environ.get("LETHE", str(pathlib.Path(os.environ.get("O", ROOT / "build")) / "lethe"))

KIB, MIB = 1 << 10, 1 << 20
BLOCK = 2 * MIB
NONE = 0xFFFFFFFF

PLAN = "<QII32s" + "I" * 14 + "QQQQQII5Q"
PLAN_KEYS = ("magic version total_size digest flags on_fail slot_count segment_count window_count "
             "strings_size el hyp_stub psci mode console_kind console_reg_shift console_reg_width "
             "reserved0 console_base extent_size workspace_base workspace_size list_head "
             "list_page_shift reserved1").split()
SLOT = "<16sIIIIQ4QIIIIQQ3Q"
SLOT_KEYS = ("name flags first_segment segment_count entry_segment entry x0 x1 x2 x3 "
             "cmdline_offset cmdline_size tree_segment initrd_segment tree_base tree_size").split()
SEGMENT = "<16sIIQQQQQQ32sQ"
SEGMENT_KEYS = ("name flags reserved0 source dest file_size mem_size align align_offset digest "
                "reserved1").split()
OFFSET, IN_PLACE, RESERVE = 1, 4, 8


# ---- material ----

def image(size=9000, image_size=0x8000, text_offset=0, flags=0xA, seed=1):
    """A kernel: an arm64 Image header and bytes that do not repeat."""
    body = b"".join(hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range(size // 32 + 1))
    header = struct.pack("<IIQQQQQQII", 0x91005A4D, 0x14000010, text_offset, image_size, flags,
                         0, 0, 0, 0x644D5241, 0)
    return header + body[:size - 64]


def zstd_stored(data, block=100000):
    """A zstd frame of stored blocks: enough to test with, and no other program is needed."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    pieces = [data[i:i + block] for i in range(0, len(data), block)]
    for i, piece in enumerate(pieces):
        out += struct.pack("<I", len(piece) << 3 | (i + 1 == len(pieces)))[:3] + piece
    return out


def zboot(payload, name, size=None, tail=b"", offset=0x400):
    header = struct.pack("<4s4sIIII32sII", b"MZ\0\0", b"zimg", offset,
                         len(payload) if size is None else size, 0, 0, name, 0x818223CD, 0x40)
    return header.ljust(offset, b"\0") + payload + tail


def tree(nodes):
    """A flattened device tree. nodes: nested dict, bytes are properties."""
    strings = b""
    out = b""

    def node(name, content):
        nonlocal strings, out
        out += struct.pack(">I", 1) + name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4)
        for key, value in content.items():
            if isinstance(value, bytes):
                out += struct.pack(">III", 3, len(value), len(strings)) + value
                out += b"\0" * (-len(out) % 4)
                strings += key.encode() + b"\0"
        for key, value in content.items():
            if isinstance(value, dict):
                node(key, value)
        out += struct.pack(">I", 2)

    node("", nodes)
    out += struct.pack(">I", 9)
    total = 56 + len(out) + len(strings)
    return struct.pack(">10I", 0xD00DFEED, total, 56, 56 + len(out), 40, 17, 16, 0, len(strings),
                       len(out)) + b"\0" * 16 + out + strings


PLAIN_TREE = tree({"#address-cells": struct.pack(">I", 2), "#size-cells": struct.pack(">I", 2),
                   "chosen": {"bootargs": b"quiet\0"}})


# ---- running ----

class Lethe:
    def __init__(self, directory):
        self.directory = directory

    def run(self, *args, **kwargs):
        kwargs.setdefault("timeout", 60)
        return subprocess.run([LETHE, *map(str, args)], cwd=self.directory, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, **kwargs)

    def good(self, *args):
        result = self.run(*args)
        assert result.returncode == 0, result
        return result

    def bad(self, code, reason, *args, **kwargs):
        """Refused with this code; stderr's first line names reason; nothing was left behind."""
        before = sorted(os.listdir(self.directory))
        result = self.run(*args, **kwargs)
        first = result.stderr.splitlines()[0] if result.stderr else ""
        assert result.returncode == code, result
        assert first.startswith("lethe: ") and reason in first, result
        assert sorted(os.listdir(self.directory)) == before
        return result

    def write(self, name, data):
        (self.directory / name).write_bytes(data)
        return name

    def read(self, name):
        return (self.directory / name).read_bytes()

    def pack(self, *args, output="boot.img"):
        result = self.good("pack", *args, "-o", output)
        return Bundle(self.read(output)), result


class Bundle:
    """A second reader of the format, written from plan.h and image.h alone."""

    def __init__(self, data):
        self.data = bytearray(data)
        (self.code0, self.code1, self.text_offset, self.image_size, self.flags, _, _, _, self.magic,
         self.pe) = struct.unpack_from("<IIQQQQQQII", data, 0)
        (self.blob_magic, self.blob_version, _, self.blob_size, self.plan_offset,
         self.file_size) = struct.unpack_from("<QIIQQQ", data, 64)
        self.plan = dict(zip(PLAN_KEYS, struct.unpack_from(PLAN, data, self.plan_offset)))
        self.slot_at = self.plan_offset + struct.calcsize(PLAN)
        self.slot = dict(zip(SLOT_KEYS, struct.unpack_from(SLOT, data, self.slot_at)))
        self.segment_at = self.slot_at + 128
        self.segments = [
            dict(zip(SEGMENT_KEYS, struct.unpack_from(SEGMENT, data, self.segment_at + 112 * i)))
            for i in range(self.plan["segment_count"])]
        for segment in self.segments:
            segment["name"] = segment["name"].rstrip(b"\0").decode()
        self.strings_at = self.segment_at + 112 * len(self.segments)
        self.cmdline = bytes(data[self.strings_at:self.strings_at + self.plan["strings_size"]])

    @property
    def plan_bytes(self):
        return bytes(self.data[self.plan_offset:self.plan_offset + self.plan["total_size"]])

    def names(self):
        return [segment["name"] for segment in self.segments]

    def __getitem__(self, name):
        return self.segments[self.names().index(name)]

    def content(self, name):
        segment = self[name]
        return bytes(self.data[segment["source"]:segment["source"] + segment["file_size"]])

    def seal(self):
        plan = bytearray(self.plan_bytes)
        plan[16:48] = bytes(32)
        self.data[self.plan_offset + 16:self.plan_offset + 48] = hashlib.sha256(plan).digest()
        return bytes(self.data)

    def patched(self, offset, form, *values):
        """A copy with a field of the plan replaced, offset from the plan, sealed again."""
        copy = Bundle(self.data)
        struct.pack_into(form, copy.data, self.plan_offset + offset, *values)
        return copy.seal()


@pytest.fixture
def lethe(tmp_path):
    tool = Lethe(tmp_path)
    tool.write("Image", image())
    tool.write("initrd", b"initrd " * 1000)
    tool.write("dtb", PLAIN_TREE)
    tool.write("raw", b"\x1f\x20\x03\xd5" * 300)
    return tool


# ---- pack: what it makes ----

def check_bundle(bundle):
    """Everything that holds for each bundle."""
    segments = bundle.segments
    assert bundle.magic == 0x644D5241 and bundle.code0 & 0xFFFF == 0x5A4D
    assert bundle.text_offset == 0 and bundle.flags & 9 == 8
    assert bundle.blob_magic == 0x424C42454854454C and bundle.blob_version == 1
    assert bundle.blob_size % 4096 == 0 and bundle.plan_offset == bundle.blob_size
    assert bundle.file_size == len(bundle.data) <= bundle.image_size
    assert bundle.plan["magic"] == 0x4E4C50454854454C and bundle.plan["version"] == 1
    assert bundle.plan["extent_size"] == bundle.image_size
    assert bundle.plan["workspace_base"] == 0
    assert bundle.plan["workspace_size"] == bundle.blob_size
    assert bundle.plan["flags"] & 2
    assert bundle.slot["x0"] == bundle.slot["x1"] == bundle.slot["x2"] == bundle.slot["x3"] == 0
    assert bundle.slot["flags"] & 4 and bundle.slot["tree_size"] == BLOCK
    assert bundle.slot["segment_count"] == len(segments)
    sealed = Bundle(bundle.data)
    sealed.seal()
    assert sealed.data == bundle.data
    end = bundle.plan_offset + bundle.plan["total_size"]
    for segment in segments:
        assert segment["flags"] & OFFSET and segment["source"] % 4 == 0
        assert segment["source"] >= end
        assert not any(bundle.data[end:segment["source"]])
        if segment["name"] != "kernel":
            assert segment["source"] % 4096 == 0 and segment["source"] - end < 4096
        end = segment["source"] + segment["file_size"]
        assert segment["digest"] == hashlib.sha256(bundle.content(segment["name"])).digest()
    assert end == len(bundle.data)
    last = segments[-1]
    memory_end = last["source"] + last["mem_size"]
    assert bundle.slot["tree_base"] == -(-memory_end // BLOCK) * BLOCK
    assert bundle.image_size == bundle.slot["tree_base"] + 2 * BLOCK


def test_plain(lethe):
    bundle, result = lethe.pack("--kernel", "Image", "--initrd", "initrd")
    check_bundle(bundle)
    assert bundle.names() == ["initrd", "kernel"]
    kernel = bundle["kernel"]
    assert kernel["source"] == BLOCK and kernel["flags"] == OFFSET | IN_PLACE
    assert kernel["align"] == BLOCK and kernel["align_offset"] == 0 and kernel["dest"] == 0
    assert kernel["file_size"] == 9000 and kernel["mem_size"] == 0x8000
    assert bundle.content("kernel") == image()
    assert bundle.content("initrd") == b"initrd " * 1000
    assert bundle["initrd"]["flags"] == OFFSET | IN_PLACE
    assert bundle.slot["entry_segment"] == 1 and bundle.slot["entry"] == 0
    assert bundle.slot["initrd_segment"] == 0 and bundle.slot["tree_segment"] == NONE
    assert bundle.slot["name"].rstrip(b"\0") == b"kernel" and bundle.slot["flags"] == 4
    assert bundle.slot["cmdline_size"] == 0 and bundle.plan["strings_size"] == 0
    assert (bundle.plan["on_fail"], bundle.plan["el"], bundle.plan["console_kind"]) == (1, 0, 1)
    assert bundle.flags >> 1 & 3 == 1
    assert result.stderr == "" and 3 <= len(result.stdout.splitlines()) <= 5
    assert "lethe inspect boot.img" in result.stdout and "0x%x" % bundle.image_size in result.stdout
    lethe.good("verify", "boot.img")


def test_whole_blob_is_copied(lethe):
    bundle, _ = lethe.pack("--kernel", "Image")
    other, _ = lethe.pack("--raw", "raw@0x48000000,entry=0x48000000", output="other.img")
    assert bundle.data[136:bundle.blob_size] == other.data[136:other.blob_size]
    assert any(bundle.data[136:bundle.blob_size])


@pytest.mark.parametrize("options, key, value", [
    (["--el", "1"], "el", 1),
    (["--el", "auto"], "el", 0),
    (["--el=1"], "el", 1),
    (["--on-fail", "halt"], "on_fail", 1),
    (["--on-fail", "reset"], "on_fail", 2),
    (["--console", "none"], "console_kind", 0),
    (["--console", "stdout"], "console_kind", 1),
    (["--console", "auto"], "console_kind", 2),
    (["--stop-after", "check"], "flags", 3),
    ([], "flags", 2),
])
def test_option_reaches_the_plan(lethe, options, key, value):
    bundle, _ = lethe.pack("--kernel", "Image", *options)
    check_bundle(bundle)
    assert bundle.plan[key] == value


@pytest.mark.parametrize("console, expected", [
    ("pl011,0x9000000", (3, 0x9000000, 0, 0)),
    ("pl011,150994944", (3, 0x9000000, 0, 0)),
    ("ns16550,0xF0000000", (4, 0xF0000000, 0, 1)),
    ("ns16550,0xf0000000,shift=2", (4, 0xF0000000, 2, 1)),
    ("ns16550,0xf0000000,shift=2,width=4", (4, 0xF0000000, 2, 4)),
    ("ns16550,0xf0000000,width=2,shift=1", (4, 0xF0000000, 1, 2)),
    ("ns16550,0x1234567890000,shift=3,width=1", (4, 0x1234567890000, 3, 1)),
])
def test_console(lethe, console, expected):
    bundle, _ = lethe.pack("--kernel", "Image", "--console", console)
    check_bundle(bundle)
    assert tuple(bundle.plan[key] for key in ("console_kind", "console_base", "console_reg_shift",
                                              "console_reg_width")) == expected


@pytest.mark.parametrize("text", ["console=ttyAMA0 root=/dev/vda", "", "x" * 2047, "--help", "-o",
                                  "quote\" back\\slash ~"])
def test_append(lethe, text):
    bundle, _ = lethe.pack("--kernel", "Image", "--append", text)
    check_bundle(bundle)
    assert bundle.cmdline == text.encode() + b"\0"
    assert bundle.slot["cmdline_offset"] == 0 and bundle.slot["cmdline_size"] == len(text) + 1
    assert json.loads(lethe.good("inspect", "--json", "boot.img").stdout)["plan"]["slots"][0][
        "cmdline"] == text


def test_device_tree(lethe):
    lethe.write("padded", PLAIN_TREE + b"\0" * 5000)
    for options, flags in ([], 4), (["--force-dtb"], 5):
        bundle, _ = lethe.pack("--kernel", "Image", "--initrd", "initrd", "--dtb", "padded",
                               *options)
        check_bundle(bundle)
        assert bundle.names() == ["dtb", "initrd", "kernel"]
        assert bundle.content("dtb") == PLAIN_TREE
        assert bundle["dtb"]["flags"] == OFFSET | IN_PLACE
        assert bundle.slot["tree_segment"] == 0 and bundle.slot["flags"] == flags


def test_raw_alone(lethe):
    bundle, _ = lethe.pack("--raw", "raw@0x48000000,entry=0x48000010")
    check_bundle(bundle)
    assert bundle.names() == ["raw0"] and bundle["raw0"]["dest"] == 0x48000000
    assert bundle["raw0"]["flags"] == OFFSET
    assert bundle.slot["entry_segment"] == 0 and bundle.slot["entry"] == 0x10
    assert bundle.slot["flags"] == 6 and bundle.slot["name"].rstrip(b"\0") == b"raw"
    assert bundle.flags >> 1 & 3 == 0


def test_raw_beside_kernel(lethe):
    lethe.write("a@b,entry=1", b"odd name")
    lethe.write("second", b"x")
    bundle, _ = lethe.pack("--raw", "a@b,entry=1@1207959553", "--kernel", "Image", "--raw",
                           "second@0x50000000")
    check_bundle(bundle)
    assert bundle.names() == ["raw0", "raw1", "kernel"]
    assert bundle.content("raw0") == b"odd name" and bundle["raw0"]["dest"] == 0x48000001
    assert bundle["raw0"]["flags"] == bundle["raw1"]["flags"] == OFFSET | RESERVE
    assert bundle.slot["entry_segment"] == 2 and bundle.slot["flags"] == 4


def test_raw_several(lethe):
    options = []
    for i in range(61):
        options += ["--raw", "raw@0x%x%s" % (0x48000000 + i * 0x1000,
                                             ",entry=0x48005000" if i == 5 else "")]
    bundle, _ = lethe.pack(*options)
    check_bundle(bundle)
    assert bundle.slot["entry_segment"] == 5 and len(bundle.segments) == 61
    lethe.good("verify", "boot.img")
    lethe.good("inspect", "boot.img")
    lethe.bad(2, "at most 61", "pack", *options, "--raw", "raw@0x60000000", "-o", "x")


def test_raw_in_the_way_of_the_usual_address(lethe):
    """Which address a loader picks is not known: a warning, not a refusal."""
    result = lethe.good("pack", "--raw", "raw@0x40200000,entry=0x40200000", "-o", "boot.img")
    assert 'warning: loaded at 0x40200000' in result.stderr
    assert 'segment 0 "raw0": ' in result.stderr and "LETHE_E_" in result.stderr
    lethe.good("verify", "boot.img")


def test_raws_that_overlap(lethe):
    lethe.bad(2, 'destination overlaps another destination (LETHE_E_DEST_OVERLAP)', "pack",
              "--kernel", "Image", "--raw", "raw@0x48000000", "--raw", "raw@0x480004af", "-o", "x")
    lethe.good("pack", "--kernel", "Image", "--raw", "raw@0x48000000", "--raw", "raw@0x480004b0",
               "-o", "x")


# ---- pack: kernels ----

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


def elf(machine=183, order=1):
    return (b"\x7fELF\2" + bytes([order]) + bytes(12) +
            struct.pack("<>"[order - 1] + "H", machine) + bytes(200))


def uki(section=b".linux"):
    pe = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 1, 0, 0, 0, 240, 0x206) + bytes(240)
    pe += section.ljust(8, b"\0") + struct.pack("<IIII", 1000, 0x1000, 1024, 0x400) + bytes(16)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (head + pe).ljust(0x800, b"\0")


REFUSED_KERNELS = {
    "ELF": (elf(), "is an ELF file (vmlinux); make an Image of it with: "
                   "aarch64-linux-gnu-objcopy -O binary"),
    "ELF x86": (elf(62), "is an ELF file for another machine (number 62, not AArch64)"),
    "ELF s390": (elf(22, 2), "number 22"),
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


# ---- pack: refusals ----

K = ["--kernel", "Image"]
USAGE = [
    ([], "-o FILE is needed"),
    (K, "-o FILE is needed"),
    (["-o", "x"], "nothing to start: give --kernel, or --raw with entry="),
    (["--raw", "raw@0x1000", "-o", "x"], "nothing to start"),
    (K + ["-o"], "-o needs a value"),
    (["-o", "x", "--kernel"], "--kernel needs a value"),
    (K + K + ["-o", "x"], "--kernel is given twice"),
    (K + ["-o", "x", "-o", "y"], "-o is given twice"),
    (K + ["-o", "x", "--force-dtb"], "--force-dtb needs --dtb"),
    (K + ["-o", "x", "--dtb", "dtb", "--force-dtb=yes"], "--force-dtb takes no value"),
    (K + ["-o", "x", "--kern", "Image"], "--kern is no option of it"),
    (K + ["-o", "x", "-z"], "-z is no option of it"),
    (K + ["-o", "x", "Image"], "Image is unexpected"),
    (K + ["-o", "x", "--el", "2"], "--el 2: is auto or 1"),
    (K + ["-o", "x", "--on-fail", "return"], "--on-fail return: is halt or reset"),
    (K + ["-o", "x", "--stop-after", "move"], "--stop-after move: only check"),
    (K + ["-o", "x", "--append", "x" * 2048], "--append: 2048 characters; arm64 kernels take 2047"),
    (K + ["-o", "x", "--append", "a\nb"], "--append: character 2 is not printable ASCII"),
    (K + ["-o", "x", "--append", "abcé"], "--append: character 4 is not printable ASCII"),
    (K + ["-o", "x", "--append", "a\tb"], "--append: character 2 is not printable ASCII"),
    (K + ["-o", "x", "--append", "\x7f"], "--append: character 1 is not printable ASCII"),
    (K + ["-o", "x", "--console", "tty"], "--console tty: is stdout, auto, none"),
    (K + ["-o", "x", "--console", "pl011"], "--console pl011: is stdout"),
    (K + ["-o", "x", "--console", "pl011,"], "needs the UART's address"),
    (K + ["-o", "x", "--console", "pl011,0"], "needs the UART's address"),
    (K + ["-o", "x", "--console", "pl011,9000000x"], "needs the UART's address"),
    (K + ["-o", "x", "--console", "pl011,0x9000000,shift=2"], 'cannot read ",shift=2"'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=4"], "shift is 0 to 3"),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=2,width=3"], "width is 1, 2 or 4"),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=2,width=0"], 'cannot read'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,width=4"], "1 bytes apart cannot be 4 wide"),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=1,shift=1"], 'cannot read ",shift=1"'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift="], 'cannot read'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,speed=9"], 'cannot read ",speed=9"'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,"], 'cannot read ","'),
    (K + ["-o", "x", "--raw", "raw"], "--raw raw: is FILE@ADDR[,entry=ADDR]"),
    (K + ["-o", "x", "--raw", "@0x1000"], "is FILE@ADDR"),
    (K + ["-o", "x", "--raw", "raw@"], '"" is no address'),
    (K + ["-o", "x", "--raw", "raw@0x"], '"0x" is no address'),
    (K + ["-o", "x", "--raw", "raw@-1"], '"-1" is no address'),
    (K + ["-o", "x", "--raw", "raw@+1"], '"+1" is no address'),
    (K + ["-o", "x", "--raw", "raw@ 1"], '" 1" is no address'),
    (K + ["-o", "x", "--raw", "raw@1 "], '"1 " is no address'),
    (K + ["-o", "x", "--raw", "raw@12ab"], '"12ab" is no address'),
    (K + ["-o", "x", "--raw", "raw@1M"], '"1M" is no address'),
    (K + ["-o", "x", "--raw", "raw@0x10000000000000000"], "is no address"),
    (K + ["-o", "x", "--raw", "raw@18446744073709551616"], "is no address"),
    (K + ["-o", "x", "--raw", "raw@0x" + "0" * 30 + "1"], "cannot read the address"),
    (K + ["-o", "x", "--raw", "raw@0x1000,start=1"], 'cannot read ",start=1"'),
    (["-o", "x", "--raw", "raw@0x1000,entry="], '"" is no address'),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x1000,"], '"0x1000," is no address'),
    (K + ["-o", "x", "--raw", "raw@0x1000,entry=0x1000"], "only one thing can be started"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x1000", "--raw", "raw@0x8000,entry=0x8000"],
     "several --raw with entry=: only one thing can be started"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0xffc"], "entry 0xffc is not a multiple of 4 inside"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x1002"], "is not a multiple of 4 inside"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x14b0"], "[0x1000, 0x14b0)"),
    (K + ["-o", "x", "--raw", "raw@0xfffffffffffffff0"],
     'segment 0 "raw0": wraps around the end of the address space (LETHE_E_SEGMENT_WRAP)'),
    (K + ["-o", ""], "the output needs a name"),
    (K + ["-o", "-"], "cannot be written to standard output"),
    (K + ["-o", "/dev/stdout"], ""),
    (K + ["-o", "/dev/null"], "is not a regular file"),
    (K + ["-o", "."], "is not a regular file"),
    (K + ["-o", "Image"], "would overwrite the input Image"),
    (K + ["-o", "./Image"], "would overwrite the input Image"),
    (K + ["--initrd", "initrd", "-o", "initrd"], "would overwrite the input initrd"),
    (K + ["--dtb", "dtb", "-o", "dtb"], "would overwrite the input dtb"),
    (K + ["--raw", "raw@0x48000000", "-o", "raw"], "would overwrite the input raw"),
]


@pytest.mark.parametrize("args, reason", USAGE, ids=[" ".join(a)[-60:] for a, _ in USAGE])
def test_usage(lethe, args, reason):
    before = {name: lethe.read(name) for name in ("Image", "initrd", "dtb", "raw")}
    lethe.bad(2, reason, "pack", *args)
    assert before == {name: lethe.read(name) for name in before}


def test_hard_link_to_an_input_is_that_input(lethe):
    os.link(lethe.directory / "Image", lethe.directory / "link")
    os.symlink("Image", lethe.directory / "symlink")
    for name in "link", "symlink":
        lethe.bad(2, "would overwrite the input Image", "pack", *K, "-o", name)
    assert lethe.read("Image") == image()


@pytest.mark.parametrize("option", ["--kernel", "--initrd", "--dtb", "--raw", "inspect", "verify",
                                    "record"])
@pytest.mark.parametrize("kind, reason", [
    ("missing", "No such file or directory"), ("directory", "is a directory"),
    ("fifo", "is a pipe"), ("device", "is a device"), ("empty", ""), ("loop", "symbolic links")])
def test_inputs_that_are_no_files(lethe, option, kind, reason):
    path = lethe.directory / "input"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "device":
        path = pathlib.Path("/dev/zero")
    elif kind == "loop":
        path.symlink_to("input")
    if not option.startswith("--"):
        args = [option, path]
    elif option == "--raw":
        args = ["pack", *K, "--raw", "%s@0x48000000" % path, "-o", "x"]
    elif option == "--kernel":
        args = ["pack", "--kernel", path, "-o", "x"]
    else:
        args = ["pack", *K, option, path, "-o", "x"]
    result = lethe.bad(3, reason, *args, timeout=10)
    assert "lethe: %s: " % path in result.stderr


@pytest.mark.parametrize("data, reason", [
    (b"/* mine */\n/dts-v1/;\n/ { };\n", "is device tree source; compile it with: dtc"),
    (b"text" * 100, "is no flattened device tree"),
    (PLAIN_TREE[:-1], "device tree is truncated"),
    (PLAIN_TREE[:39], "is no flattened device tree"),
    (PLAIN_TREE[:24] + b"\0\0\0\x63" + PLAIN_TREE[28:], "LETHE_E_TREE_"),
    (PLAIN_TREE.replace(b"\0\0\0\x09", b"\0\0\0\x07"),
     "device tree is damaged (LETHE_E_TREE_BROKEN)"),
    (tree({"#address-cells": struct.pack(">I", 2), "#size-cells": struct.pack(">I", 2),
           "big": bytes(BLOCK - 0x10000)}), "leave room to complete it"),
    (tree({"big": bytes(BLOCK)}), "LETHE_E_TREE_SIZE"),
], ids=["source", "text", "truncated", "header cut", "version", "tag", "no room", "too large"])
def test_refused_tree(lethe, data, reason):
    lethe.write("dtb", data)
    lethe.bad(3, reason, "pack", *K, "--dtb", "dtb", "-o", "x")


# ---- pack: the output file ----

def test_same_inputs_same_bytes(lethe, tmp_path_factory):
    options = [*K, "--initrd", "initrd", "--dtb", "dtb", "--append", "x", "--raw", "raw@0x48000000"]
    first, _ = lethe.pack(*options)
    elsewhere = Lethe(tmp_path_factory.mktemp("elsewhere"))
    for name in "Image", "initrd", "dtb", "raw":
        elsewhere.write(name, lethe.read(name))
        os.utime(elsewhere.directory / name, (1, 1))
    second, _ = elsewhere.pack(*options, output="other.img")
    assert first.data == second.data


def test_output_mode_and_replacement(lethe):
    def mode(name):
        return stat.S_IMODE(os.stat(lethe.directory / name).st_mode)

    lethe.run("pack", *K, "-o", "boot.img", preexec_fn=lambda: os.umask(0o027))
    assert mode("boot.img") == 0o640
    os.chmod(lethe.directory / "boot.img", 0o604)
    (lethe.directory / "boot.img").write_bytes(b"old")
    os.symlink("boot.img", lethe.directory / "link")
    lethe.pack(*K, output="link")
    assert (lethe.directory / "link").is_symlink() and mode("boot.img") == 0o604
    check_bundle(Bundle(lethe.read("boot.img")))


@pytest.mark.parametrize("limit", [1, 4096, 100000, BLOCK + 8000])
def test_no_space_leaves_nothing(lethe, limit):
    """A file size limit stands for a full disk: write() fails at that byte."""
    lethe.write("boot.img", b"old")
    lethe.bad(3, "boot.img: File too large", "pack", *K, "-o", "boot.img", preexec_fn=lambda:
              resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert lethe.read("boot.img") == b"old"


@pytest.mark.parametrize("output", ["missing/boot.img", "Image/boot.img", "/proc/boot.img",
                                    "x" * 300])
def test_unwritable_output(lethe, output):
    lethe.bad(3, "", "pack", *K, "-o", output)


def test_error_after_the_inputs_leaves_old_output(lethe):
    lethe.write("boot.img", b"old")
    lethe.bad(3, "initrd2: No such file", "pack", *K, "--initrd", "initrd2", "-o", "boot.img")
    assert lethe.read("boot.img") == b"old"


def test_full_standard_output(lethe):
    lethe.pack(*K)
    for args in ["--help"], ["inspect", "boot.img"], ["verify", "boot.img"]:
        with open("/dev/full", "w") as full:
            result = subprocess.run([LETHE, *args], cwd=lethe.directory, stdout=full,
                                    stderr=subprocess.PIPE, text=True)
        assert result.returncode == 3 and "standard output: No space left" in result.stderr


# ---- inspect and verify ----

@pytest.fixture
def packed(lethe):
    bundle, _ = lethe.pack(*K, "--initrd", "initrd", "--dtb", "dtb", "--append", "console=ttyAMA0",
                           "--raw", "raw@0x48000000")
    return lethe, bundle


def test_verify_good(packed):
    lethe, bundle = packed
    result = lethe.good("verify", "boot.img")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == bundle.names()
    assert all(line.endswith("sha256 ok") for line in lines[:-1]) and lines[-1] == "boot.img: ok"
    assert result.stderr == ""


def test_inspect_table_and_map(packed):
    lethe, bundle = packed
    text = lethe.good("inspect", "boot.img").stdout
    for piece in ("0x%x" % bundle.image_size, '"console=ttyAMA0"', "on-fail halt", "0x48000000",
                  "end of file", "image_size", "memory elsewhere", "the same as in this command",
                  "zeroed", "device tree", bundle.plan["digest"].hex()):
        assert piece in text, piece
    for name in bundle.names():
        assert name in text
    borders = [int(line.split()[0], 16) for line in text.split("memory elsewhere")[0].splitlines()
               if line.startswith("  0x") and "+--" in line]
    assert borders == sorted(borders) and borders[0] == 0 and borders[-1] == bundle.image_size
    assert bundle["kernel"]["source"] in borders and bundle.file_size in borders


def rebuild(plan):
    """The plan's bytes again, from the JSON alone."""
    out = b""
    for slot in plan["slots"]:
        out += struct.pack(SLOT, slot["name"].encode("latin-1"),
                           *(slot[key] for key in SLOT_KEYS[1:6]), *slot["x"],
                           *(slot[key] for key in SLOT_KEYS[10:]), 0, 0, 0)
    for segment in plan["segments"]:
        out += struct.pack(SEGMENT, segment["name"].encode("latin-1"), segment["flags"], 0,
                           *(segment[key] for key in SEGMENT_KEYS[3:9]),
                           bytes.fromhex(segment["digest"]), 0)
    for window in plan["windows"]:
        out += struct.pack("<QQ", window["base"], window["size"])
    strings = bytes.fromhex(plan["strings"])
    out += strings + bytes(-len(strings) % 8)
    values = {**plan, "digest": bytes(32), "reserved0": 0, "reserved1": 0}
    head = struct.pack(PLAN, *(values[key] for key in PLAN_KEYS), 0, 0, 0, 0, 0)
    digest = hashlib.sha256(head + out).digest()
    assert digest.hex() == plan["digest"]
    return head[:16] + digest + head[48:] + out


@pytest.mark.parametrize("options", [
    [*K], [*K, "--append", "a \\ \"b\""], [*K, "--initrd", "initrd", "--dtb", "dtb", "--force-dtb",
    "--el", "1", "--on-fail", "reset", "--console", "ns16550,0xfff0000000,shift=2,width=4",
    "--stop-after", "check", "--raw", "raw@0xffffffff00000000"],
    ["--raw", "raw@0x48000000,entry=0x48000004"]])
def test_json_is_the_plan(lethe, options):
    bundle, _ = lethe.pack(*options)
    found = json.loads(lethe.good("inspect", "--json", "boot.img").stdout)
    assert rebuild(found["plan"]) == bundle.plan_bytes
    assert found["ok"] is True and found["problems"] == [] and found["size"] == len(bundle.data)
    assert found["image"]["image_size"] == bundle.image_size
    assert found["blob"] == {"version": 1, "blob_size": bundle.blob_size, "plan_offset":
                             bundle.plan_offset, "file_size": bundle.file_size,
                             "digest": hashlib.sha256(bundle.data[:104] + bytes(32) +
                                                      bundle.data[136:bundle.blob_size]).hexdigest(),
                             "same_as_command": True}
    assert all(segment["verdict"] == "ok" and segment["found"] == segment["digest"]
               for segment in found["plan"]["segments"])
    base = found["placement"]["image_base"]
    assert found["placement"]["extent_end"] == base + bundle.image_size
    assert found["placement"]["tree"] == base + bundle.slot["tree_base"]


def test_json_of_windows(packed):
    """pack makes none, other writers do."""
    lethe, bundle = packed
    at = bundle.strings_at - bundle.plan_offset
    plan = bytearray(bundle.plan_bytes)
    plan[at:at] = struct.pack("<QQQQ", 0x40000000, 0x10000000, 0x80000000, 0x1000)
    struct.pack_into("<I", plan, 12, len(plan))
    struct.pack_into("<I", plan, 64, 2)
    bundle.data[bundle.plan_offset:bundle.plan_offset + len(plan)] = plan
    lethe.write("windows.img", Bundle(bundle.data).seal())
    found = json.loads(lethe.good("inspect", "--json", "windows.img").stdout)
    assert [w["base"] for w in found["plan"]["windows"]] == [0x40000000, 0x80000000]
    assert rebuild(found["plan"]) == Bundle(lethe.read("windows.img")).plan_bytes
    assert "window 1 [0x80000000, 0x80001000)" in lethe.good("inspect", "windows.img").stdout


def damage(lethe, bundle, offset, mask=1):
    data = bytearray(bundle.data)
    data[offset] ^= mask
    return lethe.write("bad.img", data)


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_flipped_bit_in_each_segment(packed, where):
    lethe, bundle = packed
    for i, segment in enumerate(bundle.segments):
        offset = {"first": 0, "middle": segment["file_size"] // 2,
                  "last": segment["file_size"] - 1}[where]
        damage(lethe, bundle, segment["source"] + offset, 0x80)
        line = 'lethe: bad.img: segment %d "%s": digest does not match (LETHE_E_DIGEST)' % (
            i, segment["name"])
        for command in "verify", "inspect":
            result = lethe.run(command, "bad.img")
            assert result.returncode == 1 and result.stderr.splitlines() == [line]
        found = hashlib.sha256(Bundle(lethe.read("bad.img")).content(segment["name"])).hexdigest()
        result = lethe.run("verify", "bad.img")
        assert "expected " + segment["digest"].hex() in result.stdout
        assert "found    " + found in result.stdout
        report = json.loads(lethe.run("inspect", "--json", "bad.img").stdout)
        assert [s["verdict"] for s in report["plan"]["segments"]] == [
            "bad" if j == i else "ok" for j in range(len(bundle.segments))]
        assert report["problems"][0]["status"] == -401 and report["problems"][0]["index"] == i
        assert report["ok"] is False


def test_every_damaged_segment_is_named(packed):
    lethe, bundle = packed
    for segment in bundle.segments:
        bundle.data[segment["source"]] ^= 1
    lethe.write("bad.img", bundle.data)
    lines = lethe.run("verify", "bad.img").stderr.splitlines()
    assert len(lines) == 4 and all("LETHE_E_DIGEST" in line for line in lines)


@pytest.mark.parametrize("byte", [0, 31])
def test_wrong_digest(packed, byte):
    """Its last byte counts, too: kexec-tools once compared the first alone."""
    lethe, bundle = packed
    for i in range(len(bundle.segments)):
        at = bundle.segment_at - bundle.plan_offset + 112 * i + 72 + byte
        value = bundle.data[bundle.plan_offset + at] ^ 1
        lethe.write("bad.img", bundle.patched(at, "<B", value))
        result = lethe.bad(1, 'segment %d "' % i, "verify", "bad.img")
        assert "LETHE_E_DIGEST" in result.stderr


def test_flipped_bit_anywhere_in_the_plan(packed):
    lethe, bundle = packed
    for at in range(bundle.plan["total_size"]):
        damage(lethe, bundle, bundle.plan_offset + at, 1 << at % 8)
        result = lethe.run("verify", "bad.img")
        assert result.returncode in (1, 3), (at, result)
        if 48 <= at and not 56 <= at < 72:
            assert "plan digest does not match (LETHE_E_PLAN_DIGEST)" in result.stderr, (at, result)
        if at % 9 == 0:
            found = lethe.run("inspect", "--json", "bad.img")
            assert found.returncode == result.returncode and json.loads(found.stdout)["ok"] is False
            assert lethe.run("inspect", "bad.img").returncode == result.returncode


@pytest.mark.parametrize("offset, mask, reason", [
    (56, 1, "Image magic is wrong"), (0, 1, "Image header is damaged"),
    (8, 1, "Image header is damaged"), (24, 8, "Image header is damaged"),
    (24, 1, "Image header is damaged"), (18, 0x40, "LETHE_E_IMAGE_EXTENT"),
    (16, 1, "LETHE_E_IMAGE_EXTENT"), (64, 1, "not a Lethe bundle"),
    (72, 3, "unknown version 2"), (76, 1, "LETHE_E_IMAGE_HEADER"), (80, 1, "LETHE_E_IMAGE_HEADER"),
    (88, 1, "LETHE_E_IMAGE_HEADER"), (95, 1, "LETHE_E_PLAN_MISSING"), (96, 1, "LETHE_E_DIGEST"),
    (104, 1, "Lethe itself: digest does not match"), (4, 1, "Lethe itself: digest does not match")])
def test_damaged_headers(packed, offset, mask, reason):
    lethe, bundle = packed
    damage(lethe, bundle, offset, mask)
    for command in (["verify"], ["inspect"], ["inspect", "--json"]):
        result = lethe.run(*command, "bad.img")
        assert result.returncode == (1 if offset in (4, 96, 104) else 3) and reason in result.stderr, result


def test_truncated(packed):
    lethe, bundle = packed
    places = {1, 63, 64, 127, 128, bundle.plan_offset, bundle.plan_offset + 100,
              bundle.slot_at + 3, bundle.segment_at + 3, len(bundle.data) - 1}
    places |= {segment["source"] + extra for segment in bundle.segments for extra in (0, 1)}
    for size in sorted(places):
        lethe.write("bad.img", bundle.data[:size])
        verify = lethe.run("verify", "bad.img")
        inside = size >= bundle.plan_offset + bundle.plan["total_size"]
        assert verify.returncode == (1 if inside else 3), (size, verify)
        assert lethe.run("inspect", "bad.img").returncode == verify.returncode
        json.loads(lethe.run("inspect", "--json", "bad.img").stdout)
        if inside:
            assert "file is truncated: %d of %d bytes" % (size, len(bundle.data)) in verify.stderr
            for i, segment in enumerate(bundle.segments):
                gone = segment["source"] + segment["file_size"] > size
                assert ('segment %d "' % i in verify.stderr) == gone


def test_something_behind_the_bundle(packed):
    lethe, bundle = packed
    lethe.write("bad.img", bytes(bundle.data) + b"more")
    lethe.bad(1, "4 bytes follow the bundle", "verify", "bad.img")


@pytest.mark.parametrize("offset, form, value, reason", [
    (8, "<I", 2, "plan version is unknown (LETHE_E_PLAN_VERSION)"),
    (48, "<I", 0x82, "unknown flag (LETHE_E_PLAN_FLAGS)"),
    (52, "<I", 9, "failure policy is unknown (LETHE_E_PLAN_POLICY)"),
    (52, "<I", 3, "on-fail fallback: asks for something this version does not do"),
    (72, "<I", 7, "exception level at hand-off is unknown (LETHE_E_PLAN_EL)"),
    (112, "<Q", 0x40000000, "plan says 0x40000000 (LETHE_E_IMAGE_EXTENT)"),
    (128, "<Q", 0x1000, "LETHE_E_PLAN_WORKSPACE"),
    (192 + 128 + 16, "<I", 0x15, 'segment 0 "dtb": unknown flag (LETHE_E_PLAN_FLAGS)'),
    (192 + 128 + 48, "<Q", 0, 'segment 0 "dtb": memory size is smaller than file size'),
    (192 + 128 + 112 + 24, "<Q", 1 << 63, 'segment 1 "initrd": '),
    (192 + 16, "<I", 0xF0, 'slot 0 "kernel": unknown flag'),
    (192 + 32, "<Q", 2, 'slot 0 "kernel": entry point'),
])
def test_wrong_plans_are_named(packed, offset, form, value, reason):
    lethe, bundle = packed
    lethe.write("bad.img", bundle.patched(offset, form, value))
    for command in (["verify"], ["inspect"], ["inspect", "--json"]):
        result = lethe.run(*command, "bad.img")
        assert result.returncode == 3 and reason in result.stderr, result


def test_image_size_below_the_file(packed):
    """Both headers agree, and loaders would cut the file off."""
    lethe, bundle = packed
    struct.pack_into("<Q", bundle.data, 16, 0x100000)
    lethe.write("bad.img", bundle.patched(112, "<Q", 0x100000))
    lethe.bad(3, "image_size 0x100000 is below the size of the file", "verify", "bad.img")


def test_map_elsewhere_ascends(lethe):
    lethe.pack(*K, "--raw", "raw@0x50000000", "--raw", "raw@0x48000000", "--raw", "raw@0x480004b0")
    text = lethe.good("inspect", "boot.img").stdout.split("memory elsewhere")[1]
    assert [int(line.split()[0], 16) for line in text.splitlines() if "+--" in line] == [
        0x48000000, 0x480004b0, 0x48000960, 0x50000000, 0x500004b0]


STDOUT_DTS = """/dts-v1/;
/ {
	#address-cells = <2>; #size-cells = <2>;
	chosen { stdout-path = "/serial@f0000000"; };
	serial@f0000000 { compatible = "ns16550a"; reg = <0 0xf0000000 0 0x100>; reg-shift = <2>; };
};
"""


def test_forced_tree_names_the_console(lethe):
    """The plan then has the UART itself: it is there even when the tree is damaged on the way."""
    lethe.write("with.dts", STDOUT_DTS.encode())
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", "with.dtb", "with.dts"], cwd=lethe.directory, check=True)
    forced, _ = lethe.pack(*K, "--dtb", "with.dtb", "--force-dtb")
    assert (forced.plan["console_kind"], forced.plan["console_base"],
            forced.plan["console_reg_shift"], forced.plan["console_reg_width"]) == (4, 0xf0000000, 2, 1)
    perhaps, _ = lethe.pack(*K, "--dtb", "with.dtb")
    assert perhaps.plan["console_kind"] == 1
    named, _ = lethe.pack(*K, "--dtb", "with.dtb", "--force-dtb", "--console", "none")
    assert named.plan["console_kind"] == 0


def test_another_blob_is_told(packed):
    """Another version's: its code differs, its digest is right."""
    lethe, bundle = packed
    data = bytearray(bundle.data)
    data[4096] ^= 1
    data[104:136] = hashlib.sha256(data[:104] + bytes(32) + data[136:bundle.blob_size]).digest()
    lethe.write("bad.img", data)
    result = lethe.good("verify", "bad.img")
    assert "warning: its Lethe is whole, but of another version" in result.stderr
    assert "not the one in this command" in lethe.good("inspect", "bad.img").stdout


@pytest.mark.parametrize("mask", [1, 0x80])
def test_flipped_bit_in_lethe_itself(packed, mask):
    lethe, bundle = packed
    for offset in (136, 4095, 4096, bundle.blob_size // 2, bundle.blob_size - 1):
        damage(lethe, bundle, offset, mask)
        lethe.bad(1, "Lethe itself: digest does not match (LETHE_E_DIGEST)", "verify", "bad.img")


def test_flipped_bit_in_the_padding(packed):
    lethe, bundle = packed
    ends = [segment["source"] + segment["file_size"] for segment in bundle.segments[:-1]]
    starts = [segment["source"] for segment in bundle.segments]
    plan_end = bundle.plan_offset + bundle.plan["total_size"]
    for offset in ends + [plan_end] + [start - 1 for start in starts]:
        damage(lethe, bundle, offset)
        lethe.bad(1, f"byte at offset {offset:#x} belongs to nothing and is not zero", "verify",
                  "bad.img")


@pytest.mark.parametrize("data, reason", [
    (image(), "an arm64 Image without a Lethe header"), (b"", "is empty"),
    (b"x", "not a Lethe bundle"),
    (elf(), "is an ELF file"), (gzip.compress(image()), "a kernel (gzip)"),
    (zlib.compress(bytes(5000)), "not a Lethe bundle")],
    ids=["Image", "empty", "short", "ELF", "gzip", "noise"])
def test_not_a_bundle(lethe, data, reason):
    lethe.write("bad.img", data)
    for command in (["verify"], ["inspect"], ["inspect", "--json"]):
        lethe.bad(3, reason, *command, "bad.img")
    assert json.loads(lethe.run("inspect", "--json", "bad.img").stdout)["ok"] is False


def test_names_in_json_are_escaped(packed):
    lethe, bundle = packed
    lethe.write("bad.img", bundle.patched(192 + 128, "<6s", b'"\\\n\x80\x1b\xff'))
    for command in ["verify"], ["inspect"]:
        result = lethe.run(*command, "bad.img")
        assert "\x1b" not in result.stdout + result.stderr
    plan = json.loads(lethe.run("inspect", "--json", "bad.img").stdout)["plan"]
    assert plan["segments"][0]["name"] == '"\\\n\x80\x1b\xff'


@pytest.mark.parametrize("command", ["inspect", "verify", "record"])
def test_other_usage(lethe, command):
    lethe.pack(*K)
    if command != "record":
        lethe.bad(2, "%s: a file is needed" % command, command)
    lethe.bad(2, "one file at a time", command, "boot.img", "boot.img")
    lethe.bad(2, "--yaml is no option of it", command, "--yaml", "boot.img")
    lethe.write("--json", lethe.read("boot.img"))
    assert lethe.run(command, "--", "--json").returncode == (3 if command == "record" else 0)


# ---- record ----

def texts(*words):
    return b"".join(word.encode() + b"\0" for word in words)


RECORD = {
    "record-version": struct.pack(">I", 1), "version": b"0.1.0\0", "door": b"image\0",
    "mode": b"uncached\0", "entry-el": struct.pack(">I", 2), "handoff-el": struct.pack(">I", 1),
    "slot": struct.pack(">I", 0), "boot-count": struct.pack(">I", 7),
    "counter-frequency": struct.pack(">Q", 62500000),
    "stage-names": texts("check", "read", "move", "verify", "describe", "publish"),
    "stage-ticks": struct.pack(">6Q", 62500, 125000, 0, 62500000, 31250, 6250),
    "stage-bytes": struct.pack(">6Q", 0, 0, 0, 10 * MIB, 4096, 0),
    "segment-names": texts("initrd", "kernel"), "segment-verdicts": texts("ok", "skipped"),
}


def record_tree(**changes):
    record = {**RECORD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return tree({"#address-cells": struct.pack(">I", 2), "#size-cells": struct.pack(">I", 2),
                 "chosen": {"lethe": {k: v for k, v in record.items() if v is not None}}})


def test_record(lethe):
    lethe.write("fdt", record_tree())
    lines = [line.split() for line in lethe.good("record", "fdt").stdout.splitlines()]
    for line in (["version", "0.1.0"], ["door", "image"], ["mode", "uncached"],
                 ["entered", "at", "EL2"], ["handed", "over", "at", "EL1"], ["boot", "count", "7"],
                 ["check", "62500", "1.000", "0", "-"],
                 ["verify", "62500000", "1000.000", "10485760", "10.0"],
                 ["together", "62725000", "1003.600"], ["initrd", "ok"], ["kernel", "skipped"]):
        assert line in lines, line


def test_record_without_frequency(lethe):
    lethe.write("fdt", record_tree(counter_frequency=struct.pack(">Q", 0)))
    text = lethe.good("record", "fdt").stdout
    assert "frequency unknown" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["verify", "62500000", "-", "10485760", "-"] in lines


def test_record_after_a_fallback(lethe):
    lethe.write("fdt", record_tree(failed_segment=b"kernel\0"))
    assert 'after "kernel" failed' in lethe.good("record", "fdt").stdout


@pytest.mark.parametrize("data, reason", [
    (PLAIN_TREE, "has no record (/chosen/lethe)"),
    (b"no tree at all" * 9, "is no flattened device tree"),
    (record_tree()[:-4], "device tree is truncated"),
    (record_tree(record_version=struct.pack(">I", 2)),
     "record has version 2; this command knows 1"),
    (record_tree(record_version=None), "record-version is missing"),
    (record_tree(stage_names=None), "stage-names is missing"),
    (record_tree(stage_ticks=struct.pack(">5Q", 1, 2, 3, 4, 5)), "do not match stage-names"),
    (record_tree(stage_bytes=None), "do not match stage-names"),
    (record_tree(segment_verdicts=texts("ok")), "segment-verdicts does not match"),
    (record_tree(stage_names=b"unterminated"), "stage-names is missing or no list"),
], ids=["none", "no tree", "truncated", "version", "no version", "no stages", "ticks", "no bytes",
        "verdicts", "unterminated"])
def test_refused_records(lethe, data, reason):
    lethe.write("fdt", data)
    lethe.bad(3, reason, "record", "fdt")


def test_record_of_a_machine_without_tree(lethe):
    if not os.path.exists("/sys/firmware/fdt"):
        lethe.bad(3, "this machine runs without a device tree", "record")


# ---- help ----

def test_help(lethe):
    assert lethe.run().returncode == 2
    assert lethe.good("--version").stdout.startswith("lethe ")
    assert lethe.good("--help").stdout == lethe.good("help").stdout
    for command in "pack", "inspect", "verify", "record":
        assert "lethe %s" % command in lethe.good("--help").stdout
        text = lethe.good(command, "--help").stdout
        assert text.startswith("Usage: lethe %s" % command) and "Example" in text
        assert lethe.good("help", command).stdout == text
        assert lethe.good(command, "-h", "junk").stdout == text
    text = lethe.good("pack", "--help").stdout
    for word in ("--kernel --initrd --dtb --force-dtb --append --el --on-fail --console --raw "
                 "--stop-after -o qemu-system-aarch64 booti kexec").split():
        assert word in text
    assert max(map(len, text.splitlines())) <= 100
    lethe.bad(2, "unpack: is no command", "unpack")
    lethe.bad(2, "nothing: is no command", "help", "nothing")
