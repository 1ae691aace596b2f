# SPDX-License-Identifier: BSD-2-Clause
"""A program at EL1 or EL2 that makes each call of PSCI (test/guest/psci_calls), for pack --kernel: a line for each answer."""

import os
import re
import struct

import paths
from images import write
from paths import VIRT_UART

TABLE = 64
FLAGS = {"hvc": 1, "trapped": 2, "gic-v3": 4, "pi": 8, "reset": 16, "off": 32, "el3": 64, "cadence": 128}
LINE = re.compile(rb"calls: (\S+) ([^\r\n]*)\r?\n")


def psci_calls(path, *flags, uart=VIRT_UART, races=0, poke=(0, 0)):
    """Writes the Image with its table filled in.

    flags: see FLAGS; reset, off: what it asks for in the end. races: how often two CPUs start a third one.
    poke: (register, value), written before that.
    """
    with open(os.path.join(paths.IMAGES, "psci-calls.img"), "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<5Q", data, TABLE, sum(FLAGS[flag] for flag in flags), uart, races, *poke)
    return write(path, data)


def answers(machine):
    """{name: text} of all that it said."""
    machine.expect("^calls: end 0$", never="^calls: FAIL")
    return {name.decode(): value.decode() for name, value in LINE.findall(machine.raw)}
