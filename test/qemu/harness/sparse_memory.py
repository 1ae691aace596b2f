# SPDX-License-Identifier: BSD-2-Clause
"""A machine's memory as the tests of the library door have it: sparse, up to terabytes."""

import os
import struct

from paths import RAM_BASE

PAGE = 4096
CHUNK = 0x10000


def up(value, align=PAGE):
    return -(-value // align) * align


class Memory:
    """Bytes that were never written are zero. below: another Memory, which stays as it is."""

    def __init__(self, below=None):
        self.chunks = {}
        self.below = below

    def chunk(self, index):
        found = self.chunks.get(index)
        return found if found or not self.below else self.below.chunk(index)

    def pieces(self, address, size):
        while size:
            part = min(size, CHUNK - address % CHUNK)
            yield address // CHUNK, address % CHUNK, part
            address, size = address + part, size - part

    def read(self, address, size):
        data = bytearray()
        for index, at, part in self.pieces(address, size):
            chunk = self.chunk(index)
            data += chunk[at:at + part] if chunk else bytes(part)
        return bytes(data)

    def write(self, address, data):
        done = 0
        for index, at, part in self.pieces(address, len(data)):
            if index not in self.chunks:
                self.chunks[index] = bytearray(self.chunk(index) or CHUNK)
            self.chunks[index][at:at + part] = data[done:done + part]
            done += part

    def word(self, address):
        return struct.unpack("<Q", self.read(address, 8))[0]


def file_memory(path):
    """The parts that are not holes of a sparse file, which is a machine's RAM."""
    memory, at = Memory(), 0
    with open(path, "rb") as file:
        end = os.fstat(file.fileno()).st_size
        while at < end:
            try:
                data = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:     # nothing but a hole
                break
            at, stop = data // CHUNK * CHUNK, os.lseek(file.fileno(), data, os.SEEK_HOLE)
            while at < stop:
                memory.chunks[(RAM_BASE + at) // CHUNK] = os.pread(file.fileno(), CHUNK, at)
                at += CHUNK
    return memory


def merge(ranges):
    """Ascending, and touching ones are one."""
    merged = []
    for lo, hi in sorted(ranges):
        if merged and lo <= merged[-1][1]:
            merged[-1][1] = max(hi, merged[-1][1])
        elif lo < hi:
            merged.append([lo, hi])
    return [tuple(each) for each in merged]
