# SPDX-License-Identifier: BSD-2-Clause
"""A machine under the meter (docs/internals/bench.md), and the ELF symbols that tell it what is where."""

import json
import os
import struct

from paths import O

PLUGIN = os.path.join(O, "meter.so")


def symbols(path, load=0):
    """{name: address} of an ELF file, moved by load"""
    with open(path, "rb") as file:
        elf = file.read()
    table, = struct.unpack_from("<Q", elf, 40)
    size, count = struct.unpack_from("<HH", elf, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, table + i * size) for i in range(count)]
    found = {}
    for section in sections:
        if section[1] != 2:     # SHT_SYMTAB
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", elf, at)
            end = elf.index(b"\0", names + name)
            found[elf[names + name:end].decode()] = load + value
    return found


class Meter:
    """One run: give options() to QEMU, then read result(). Ranges are (name, start, end)."""

    def __init__(self, folder, start, stop, *, ranges=(), code=(), end=False):
        self.path = os.path.join(folder, "meter.json")
        self.arguments = [f"start={start:#x}", f"json={self.path}",
                          f"stop={stop if stop == 'handoff' else hex(stop)}"]
        for kind, which in (("range", ranges), ("code", code)):
            self.arguments += [f"{kind}={name}:{lo:#x}-{hi:#x}" for name, lo, hi in which]
        if end:
            self.arguments.append("quit=on")

    def options(self):
        return ["-plugin", ",".join([PLUGIN, *self.arguments])]

    def result(self):
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)
