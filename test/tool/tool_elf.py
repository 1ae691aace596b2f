# SPDX-License-Identifier: BSD-2-Clause
"""Purgatories, and programs with purgatories in them, as kexec-tools' build leaves them."""
import struct

# name: (section, value, size); sections: 1 text, 2 data, 3 bss
SYMBOLS = {
    "purgatory_start": (1, 0, 4), "sha256_regions": (2, 0, 256), "sha256_digest": (2, 256, 32),
    "arm64_sink": (2, 288, 8), "arm64_kernel_entry": (2, 296, 8), "arm64_dtb_addr": (2, 304, 8),
    "skip_checks": (2, 312, 4),
}
GLOBAL, WEAK, LOCAL = 0x10, 0x20, 0x00
SYMTAB, SHDR = 4, 64


def header(kind, machine=183, shoff=0, shnum=0, shstrndx=0):
    return struct.pack("<4sBBBB8xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 0, kind, machine, 1, 0, 0,
                       shoff, 0, 64, 0, 0, SHDR, shnum, shstrndx)


def purgatory(size=20000, bind=GLOBAL, fill=b"\xa5", lethe=None, **changes):
    """size: of the whole. changes: NAME=(section, value, size), or None to leave it out."""
    symbols = {**SYMBOLS, **changes}
    if lethe is not None:
        symbols["lethe_purgatory"] = (1, 4, 4)
    binds = dict.fromkeys(symbols, GLOBAL)
    binds["skip_checks"] = bind
    names, table = b"\0", bytes(24)
    for name, place in symbols.items():
        if place:
            section, value, length = place
            table += struct.pack("<IBBHQQ", len(names), binds[name], 0, section, value, length)
            names += name.encode() + b"\0"
    data = bytes(316)
    rest = 64 + len(data) + len(table) + len(names) + 6 * SHDR
    text = struct.pack("<II", 0x14000000, lethe or 0)
    text += fill * (size - rest - len(text))
    out, sections = bytearray(64), [struct.pack("<IIQQQQIIQQ", *[0] * 10)]
    for kind, flags, body, length, link, entry in (
            (1, 6, text, None, 0, 0), (1, 3, data, None, 0, 0), (8, 3, b"", 4096, 0, 0),
            (2, 0, table, None, 5, 24), (3, 0, names, None, 0, 0)):
        sections.append(struct.pack("<IIQQQQIIQQ", 0, kind, flags, 0, len(out),
                                    len(body) if length is None else length, link, 0, 1, entry))
        out += body
    out[:64] = header(1, shoff=len(out), shnum=6)
    out += b"".join(sections)
    assert len(out) == size
    return bytes(out)


def section(data, index, field, value):
    """An object with one field of a section header changed: type 4, offset 24, size 32, link 40."""
    data = bytearray(data)
    at = struct.unpack_from("<Q", data, 40)[0] + index * SHDR + field
    struct.pack_into("<I" if field in (4, 40) else "<Q", data, at, value)
    return bytes(data)


def program(*objects, kind=3, machine=183, gap=8, length=None):
    """Objects in what could be kexec: rodata before and behind, and in its data purgatory_size."""
    out = header(kind, machine) + b"kexec-tools 2.0" + b"\1" * 201
    for item in objects:
        out += item + bytes(gap) + b"\x7fELF no, a string" + b"\2" * 71
    out += bytes(-len(out) % 8)
    return out + struct.pack("<QQQ", 7, length or (len(objects[0]) if objects else 0), 1 << 40)
