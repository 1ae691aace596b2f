# SPDX-License-Identifier: BSD-2-Clause
"""What `lethe flash` must have written: a second reader of flash files, from docs/spec/flash.md, and of machines' texts."""
import re
import struct
import subprocess
import zlib

CODE, COPY, TREE = 0x3000, 0x400, 0x4000
MAGIC = 0x48534C464854454C
SECURE = 1
ONE, PSCI, SPIN = 0, 1, 2
WRITE = "QII"
FLASH = ("<QIIIIII" "QQ" "QQQQQ" "IIIIQ" + "QQIIII" + 2 * WRITE + 4 * WRITE + "II" "QQQQQ" "QQII" +
         4 * WRITE + 4 * WRITE + "QQQQ")
HEAD_KEYS = ("magic version crc flags code_crc on_failure cpus base file_size scratch scratch_size load load_size tree "
             "tree_room tree_size tree_offset tree_crc tree_address").split()
CONSOLE_KEYS = "data status mask ready width reserved".split()
MIDDLE_KEYS = ("frequency gic boot_cpu distributor redistributor redistributor_size spin_page vector wake wake_mask "
               "vector_stride").split()
BASE, SCRATCH, LOAD, TREE_SIZE, SLOT = 32, 48, 64, 92, 440


def writes(values):
    """Up to the address 0."""
    found = []
    while values and values[0]:
        found.append(tuple(values[:3]))
        values = values[3:]
    return found


class Flash:
    """data: the file without an ELF header."""

    def __init__(self, data):
        self.data = data
        _, _, self.magic, self.version, self.code_size, self.need, _ = struct.unpack_from("<IIQIIII", data)
        self.copies = [data[CODE + i * COPY:CODE + (i + 1) * COPY] for i in range(2)]
        values = list(struct.unpack_from(FLASH, self.copies[0]))

        def take(count):
            taken, values[:count] = values[:count], []
            return taken
        self.fields = dict(zip(HEAD_KEYS, take(len(HEAD_KEYS))))
        self.console = dict(zip(CONSOLE_KEYS, take(len(CONSOLE_KEYS))))
        self.console["on"] = writes(take(6))
        self.counter = writes(take(12))
        self.fields.update(zip(MIDDLE_KEYS, take(len(MIDDLE_KEYS))))
        self.reset, self.off = writes(take(12)), writes(take(12))
        self.slots = [(values[0], values[1]), (values[2], values[3])]
        self.slots = [slot for slot in self.slots if slot[0]]

    def __getattr__(self, name):
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def tree_bytes(self):
        return self.data[self.tree_offset:self.tree_offset + self.tree_size]

    def check(self):
        """What holds for each flash file."""
        assert self.fields["magic"] == self.magic == MAGIC and self.fields["version"] == self.version == 1
        assert self.code_size == CODE and self.copies[0] == self.copies[1]
        assert not any(self.copies[0][struct.calcsize(FLASH):])
        assert self.crc == zlib.crc32(self.copies[0][16:])
        assert self.code_crc == zlib.crc32(self.data[:CODE])
        end = CODE + 2 * COPY
        taken = [(self.base, self.base + len(self.data)), (self.scratch, self.scratch + self.scratch_size)]
        if self.tree_offset:
            assert self.tree_offset == TREE and self.tree_crc == zlib.crc32(self.tree_bytes)
            assert set(self.data[end:TREE]) == {255} and self.tree_address == 0
            end = TREE + self.tree_size
        else:
            assert self.tree_size == self.tree_crc == 0
            taken.append((self.tree_address, self.tree_address + 0x100000))
        for offset, room in self.slots:
            assert offset % 4096 == 0 and set(self.data[end:offset]) <= {255}
            size = struct.unpack_from("<Q", self.data, offset + 96)[0]
            assert size <= room
            end = offset + size
        assert set(self.data[end:]) <= {255}
        assert self.file_size == sum(self.slots[-1]) <= len(self.data) and self.file_size % 4096 == 0
        assert self.load % (2 << 20) == 0 and self.tree % (2 << 20) == 0 and self.tree_room == 2 << 20
        taken += [(self.load, self.load + self.load_size), (self.tree, self.tree + self.tree_room)]
        if self.cpus == SPIN:
            taken.append((self.spin_page, self.spin_page + 4096))
        taken.sort()
        assert all(one[1] <= two[0] for one, two in zip(taken, taken[1:])), taken
        return self


UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def number(text):
    match = re.fullmatch(r"(0x[0-9a-f]+|\d+)([KMG]iB)?", text, re.I)
    return int(match[1], 0) * UNITS.get(match[2], 1)


def machine_of(text):
    """A machine's text as {key: words}."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    return {key.strip(): value.split() for key, value in (line.split("=", 1) for line in lines if line)}


def writes_of(words):
    found = []
    for word in words:
        address, value, keep = re.fullmatch(r"(\w+)=(\w+)(?:&(\w+))?", word).groups()
        found.append((number(address), number(value), number(keep or "0")))
    return found


def fdt(lethe, tree, *path):
    """A property of a tree, as fdtget prints it in hexadecimal; None if it is absent."""
    (lethe.directory / "get.dtb").write_bytes(tree)
    result = subprocess.run(["fdtget", *path[:-2], "get.dtb", *path[-2:]], cwd=lethe.directory, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    (lethe.directory / "get.dtb").unlink()
    return result.stdout.strip() if result.returncode == 0 else None
