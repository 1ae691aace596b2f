# SPDX-License-Identifier: BSD-2-Clause
"""Firmware without PSCI (spin_firmware.S): the other CPUs wait for a word in memory, and the tree says which.

    firmware = SpinFirmware(target, tree_at, kind="uboot", cpus=(1, 2, 3))
    stub = firmware.save(path)              what -kernel gets
    tree = firmware.tree(path, smp=4)       what is loaded at tree_at

Waiting CPUs spin under QEMU: with -accel tcg,thread=single (ONE_THREAD) they cost less of the host. But then QEMU tells
a plugin the wrong CPU: cohsan may follow several CPUs only without it.
"""

import os
import re
import struct

import paths
from images import dtc, fdtput, machine_tree, source_of, write
from paths import LOAD

TABLE, CPUS, RETURN_DOOR, WORDS, SIZE = 64, 96, 320, 0x1000, 0x2000
NEVER = (1 << 64) - 1
COMES, COMES_AT_EL1 = 1, 2
KINDS = {"armstub": 8, "uboot": 0, "pen": 256}      # bytes from a CPU's word to the next one's
ONE_THREAD = ["-accel", "tcg,thread=single"]


class SpinFirmware:
    """spin_firmware.S with its table filled in.

    target: where the bundle is. tree_at: its x0. base: where -kernel puts this firmware.
    kind: "armstub", a word for each CPU, all in one line of a cache; "uboot", one word for all; "pen", a line for
    each word, and the tree says where a CPU may come back to.
    late: {cpu: milliseconds} from the word to the branch. never: CPUs that see the word and stay. el1: CPUs that wait
    at EL1 where the boot CPU is at EL2.
    """

    def __init__(self, target, tree_at, *, kind="armstub", cpus=(1, 2, 3), late=(), never=(), el1=(), base=LOAD):
        self.kind, self.base = kind, base
        self.words = {cpu: base + WORDS + i * KINDS[kind] for i, cpu in enumerate(cpus, 1)}
        self.return_door = base + RETURN_DOOR
        late = dict(late)
        with open(os.path.join(paths.IMAGES, "spin-firmware.img"), "rb") as file:
            self.bytes = bytearray(file.read())
        struct.pack_into("<4Q", self.bytes, TABLE, target, tree_at, kind == "uboot", len(cpus))
        for i, cpu in enumerate(cpus):
            delay = NEVER if cpu in never else late.get(cpu, 0)
            struct.pack_into("<4Q", self.bytes, CPUS + 32 * i, cpu, self.words[cpu], delay,
                             COMES_AT_EL1 if cpu in el1 else COMES)

    def save(self, path):
        return write(path, self.bytes)

    def clean(self):
        """For cohsan: all that runs outside the bundle before it is entered, and beside it."""
        return [(self.base, self.base + SIZE)]

    def words_range(self):
        return self.base + WORDS, self.base + SIZE

    def cohsan(self):
        """Its keywords: the words are polled, and what Lethe writes there is in memory in the end."""
        return {"device": self.clean(), "polled": [self.words_range()], "publish": {"words": self.words_range()}}

    def edit(self, path):
        """Makes the tree at path, of a virt machine with these CPUs, one of this firmware."""
        fdtput(path, "-r", "/psci")
        for cpu in (0, *self.words):
            node = f"/cpus/cpu@{cpu:x}"
            fdtput(path, "-t", "s", node, "enable-method", "spin-table")
            # The boot CPU has one, too.
            self.put(path, node, "cpu-release-addr", self.words.get(cpu, self.base + WORDS))
            if self.kind == "pen" and cpu in self.words:
                self.put(path, node, "cpu-return-addr", self.return_door)
        source = source_of(path)
        return dtc(path, re.sub("^/dts-v1/;", f"/dts-v1/; /memreserve/ {self.base:#x} {SIZE:#x};", source, count=1))

    @staticmethod
    def put(path, node, name, address):
        fdtput(path, "-t", "x", node, name, f"{address >> 32:x}", f"{address & 0xffffffff:x}")

    def tree(self, path, **options):
        """The virt machine's own tree, edited. options: of machine_tree()."""
        return self.edit(machine_tree(path, **options))
