# SPDX-License-Identifier: BSD-2-Clause
"""A first operating system that takes the other CPUs and gives them back (test/guest/returns), for pack --kernel."""

import os
import struct

import paths
from images import write
from paths import MIB, RAM_BASE, VIRT_UART

TABLE = 64
FLAGS = {"one-by-one": 1, "vhe": 2, "garbage": 4, "ee": 8}
# uart, RAM, devices
VIRT = (VIRT_UART, (RAM_BASE, RAM_BASE + 512 * MIB), (0x08000000, 0x10000000))
RASPI3 = (0x3f201000, (0, 0x3b400000), (0x3f000000, 0x40000000))


def returns(path, *flags, board=VIRT, late=(0, 0), next_at=0, next_tree=0):
    """Writes the Image with its table filled in.

    flags: how the CPUs come and go, see FLAGS. late: (CPU, milliseconds) that it goes later.
    next_at: an Image that is entered in the end, with the tree at next_tree, or else the one that this one got.
    """
    uart, ram, devices = board
    with open(os.path.join(paths.IMAGES, "returns.img"), "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<10Q", data, TABLE, sum(FLAGS[flag] for flag in flags), uart, *ram, *devices, *late, next_at,
                     next_tree)
    return write(path, data)


def expect_rounds(machine, cpus):
    """Both rounds, and the end of what the CPUs ran on."""
    machine.expect(*(f"^returns: round {i}: {cpus} CPUs came, counted, went$" for i in (1, 2)), "^returns: wrecked$",
                   never="returns: FAIL|returns: exception")
