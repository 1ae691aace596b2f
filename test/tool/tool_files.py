# SPDX-License-Identifier: BSD-2-Clause
"""Files to give to the host command: kernels, what they come packed in, and device trees."""
import hashlib
import struct

MIB = 1 << 20
BLOCK = 2 * MIB


def image(size=9000, image_size=0x8000, text_offset=0, flags=0xA, seed=1):
    """A kernel: an arm64 Image header and bytes that do not repeat."""
    body = b"".join(hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range(size // 32 + 1))
    header = struct.pack("<IIQQQQQQII", 0x91005A4D, 0x14000010, text_offset, image_size, flags,
                         0, 0, 0, 0x644D5241, 0)
    return header + body[:size - 64]


def pe_image(size=9000, image_size=0x8000, signature=0, seed=1):
    """As Linux with an EFI stub: two sections, of which the last ends with the file; then a signature."""
    data = bytearray(image(size, image_size, seed=seed))
    struct.pack_into("<I", data, 60, 64)
    optional = bytearray(160)
    struct.pack_into("<II", optional, 112 + 32, size if signature else 0, signature)
    table = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 2, 0, 0, 0, len(optional), 0x206) + optional
    for name, at, end in (b".text", 0x1000, size // 2), (b".data", size // 2, size):
        table += struct.pack("<8sIIII16x", name, end - at + 4096, at, end - at, at)
    data[64:64 + len(table)] = table
    return bytes(data) + b"\x30" * signature


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


def elf(machine=183, order=1):
    return (b"\x7fELF\2" + bytes([order]) + bytes(12) +
            struct.pack("<>"[order - 1] + "H", machine) + bytes(200))


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


def texts(*words):
    return b"".join(word.encode() + b"\0" for word in words)


RECORD = {
    "record-version": struct.pack(">I", 1), "version": b"0.1.0\0", "door": b"image\0",
    "mode": b"cached\0", "entry-el": struct.pack(">I", 2), "handoff-el": struct.pack(">I", 1),
    "slot": struct.pack(">I", 0), "boot-count": struct.pack(">I", 7),
    "counter-frequency": struct.pack(">Q", 62500000),
    "stage-names": texts("check", "memory", "read", "move", "verify", "describe", "publish"),
    "stage-ticks": struct.pack(">7Q", 62500, 12500, 125000, 0, 62500000, 31250, 6250),
    "stage-bytes": struct.pack(">7Q", 0, 8192, 0, 0, 10 * MIB, 4096, 0),
    "segment-names": texts("initrd", "kernel"), "segment-verdicts": texts("ok", "skipped"),
}


def record_tree(**changes):
    record = {**RECORD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return tree({"#address-cells": struct.pack(">I", 2), "#size-cells": struct.pack(">I", 2),
                 "chosen": {"lethe": {k: v for k, v in record.items() if v is not None}}})
