# SPDX-License-Identifier: BSD-2-Clause
"""An ELF that is nothing but the symbols of a kernel, by the addresses that it uses with `nokaslr`.

Debian's packages have no System.map; the kernel itself knows its functions' names.
"""

import re
import struct

import kexec_guest
from images import write
from machine import Machine

STEXT_OFFSET = 0x10000      # of _stext in an arm64 Image: behind the header's 64 KiB
LINE = re.compile(rb"^([0-9a-f]{16}) [tTwW] ([^\s]+)\r?$", re.MULTILINE)


def functions(kernel, work):
    """[(virtual address, name)]: boots the kernel and has it print /proc/kallsyms."""
    archive = write(work + "/kallsyms.cpio", kexec_guest.cpio(kexec_guest.base()))
    with Machine(kernel, initrd=archive, memory=kexec_guest.MEMORY, cpu="cortex-a57",
                         append="console=ttyAMA0 nokaslr t.show=/proc/kallsyms") as machine:
        machine.expect("^client: end$")
        return [(int(address, 16), name) for address, name in LINE.findall(machine.raw)]


def make_elf(path, symbols):
    """symbols: [(address, name)]. The ELF has no segments."""
    names = bytearray(b"\0")     # 0x12: GLOBAL, FUNC; 0xfff1: ABS
    table = bytearray(24)
    for address, name in symbols:
        table += struct.pack("<IBBHQQ", len(names), 0x12, 0, 0xfff1, address, 0)
        names += name + b"\0"
    header = 64
    sections = header + len(table) + len(names)
    sections += -sections % 8
    out = bytearray(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 183, 1, 0, 0, sections, 0,
                                header, 56, 0, 64, 3, 0))
    out += table + names
    out += bytes(sections - len(out))
    out += bytes(64)
    for kind, offset, size, link, entry in ((2, header, len(table), 2, 24),
                                            (3, header + len(table), len(names), 0, 0)):
        out += struct.pack("<IIQQQQIIQQ", 0, kind, 0, 0, offset, size, link, 1, 8, entry)
    return write(path, out)


def kernel_elf(path, kernel, work, loaded_at):
    """The kernel's functions at their virtual addresses, and where they lie in memory."""
    found = functions(kernel, work)
    base = next(address for address, name in found if name == b"_stext") - STEXT_OFFSET
    return make_elf(path, found + [(address - base + loaded_at, name) for address, name in found])
