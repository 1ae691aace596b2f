# SPDX-License-Identifier: BSD-2-Clause
"""A guest's RAM as a file that the test reads and changes while the guest runs."""

import mmap
import shutil

from paths import MIB, RAM_BASE


def read(path, address, size):
    with open(path, "rb") as file:
        file.seek(address - RAM_BASE)
        return file.read(size)


def copy(path, to):
    shutil.copyfile(path, to)


def differences(path, before):
    """Byte ranges [start, end) where memory differs from a copy, 4 KiB granules."""
    found = []
    with open(before, "rb") as old, open(path, "rb") as new, \
            mmap.mmap(old.fileno(), 0, access=mmap.ACCESS_READ) as a, \
            mmap.mmap(new.fileno(), 0, access=mmap.ACCESS_READ) as b:
        for at in range(0, len(a), MIB):
            if a[at:at + MIB] == b[at:at + MIB]:
                continue
            for page in range(at, min(at + MIB, len(a)), 4096):
                if a[page:page + 4096] == b[page:page + 4096]:
                    continue
                if found and found[-1][1] == RAM_BASE + page:
                    found[-1][1] += 4096
                else:
                    found.append([RAM_BASE + page, RAM_BASE + page + 4096])
    return found


def overwrite(path, content, other):
    """Replaces `content` by `other`, which is as long, everywhere in memory. How often it was there."""
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        at, found = memory.find(content), 0
        while at >= 0:
            memory[at:at + len(content)] = other
            found += 1
            at = memory.find(content, at + 1)
        return found


def flip(path, content):
    """Changes one bit of `content` everywhere in memory. How often it was there."""
    other = bytearray(content)
    other[len(content) // 2] ^= 1
    return overwrite(path, content, bytes(other))
