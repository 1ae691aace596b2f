# SPDX-License-Identifier: BSD-2-Clause
"""hyp/: a caller at EL1, what answers its HVC at EL2, and what a machine of them is given."""

import os
import struct

import cohsan
from images import write
from machine import Machine
from paths import IMAGES, LOAD, O, PAYLOAD, RAM_BASE

PROGRAM = os.path.join(IMAGES, "hyp.img")
TABLE = 64
FLAGS = ("4.7", "kvm", "refuses", "refuses-restart", "returns", "bounces", "hcd", "stays", "mmu")
NONE, STUB_4_7, STUB_4_12 = range(3)    # enum lethe_hyp_stub
PAYLOAD_AT = RAM_BASE + 0x0e000000
WORKSPACE = RAM_BASE + 0x0d000000
OVER = LOAD + 0x1000                    # over the program and all that it left at EL2
ELSEWHERE = RAM_BASE + 0x08000000
MEM_SIZE = 0x30000                      # of the payload: more than the program has
ARM64_MAGIC = 56
FAILED = r"^lethe: FAIL check: hyp stub does not answer as the plan says \(LETHE_E_HYP_STUB\)$"
X = (0x1111, 0x2222222200000000, 3, 1 << 63)


def plain_payload(path):
    """payload.S without the magic of an Image, so that a plan may give it any x0..x3."""
    with open(PAYLOAD, "rb") as file:
        data = bytearray(file.read())
    data[ARM64_MAGIC:ARM64_MAGIC + 4] = bytes(4)
    return write(path, data)


def program(path, *flags, hyp_stub=NONE, el=0, mode=0, dest=OVER, mem_size=MEM_SIZE, size=0,
            bundle=0, x=X, source=PROGRAM):
    """The program with its table filled in: struct table of hyp/program.h."""
    bits = sum(1 << FLAGS.index(flag) for flag in flags)
    with open(source, "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<14Q", data, TABLE, bits, hyp_stub, el, mode, PAYLOAD_AT, size, dest, mem_size,
                     WORKSPACE, bundle, *x)
    return write(path, data)


def cohsan_options(path, payload, at=LOAD, dest=OVER, mem_size=MEM_SIZE):
    """cohsan starts at the program's first instruction. Only its file and the payload's are clean."""
    blob = cohsan.blob_size(os.path.join(O, "lethe.elf"))
    return {"start": at, "stop": dest, "elf": PROGRAM.replace(".img", ".elf"),
            "clean": [(start, start + os.path.getsize(file))
                      for start, file in ((at, path), (PAYLOAD_AT, payload))],
            "publish": {"workspace": (WORKSPACE, WORKSPACE + blob),
                        "payload": (dest, dest + mem_size)}}


def call(work, *flags, cpu="cortex-a72", machine_el=2, dest=OVER, **plan):
    """A machine in which the program calls lethe_boot()."""
    payload = plain_payload(work + "/payload")
    path = program(work + "/program", *flags, dest=dest, size=os.path.getsize(payload), **plan)
    return Machine(path, cpu=cpu, el=machine_el, load=[(payload, PAYLOAD_AT)], ram=True,
                   cohsan=cohsan_options(path, payload, dest=dest))
