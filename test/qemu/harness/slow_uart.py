# SPDX-License-Identifier: BSD-2-Clause
"""slow_uart/: a hypervisor that is a UART as slow as a real one, in virtual time, and a bundle as its guest."""

import os
import re
import struct
import time

import meter
from images import write
from machine import Machine
from paths import IMAGES, RAM_BASE

PROGRAM = os.path.join(IMAGES, "slow-uart.img")
TABLE = 64
BUNDLE_AT = RAM_BASE + 0x10000000
HZ = 62500000                           # QEMU's counter; -icount shift=0: 1 GHz, an instruction each
TICKS = HZ * 10 // 115200               # a start bit, eight, a stop bit at 115200 baud: 86.8 us
CHAR_NS = TICKS * 10**9 // HZ
NS16550, PL011 = 0x80000000, 0x80010000
CONSOLES = {NS16550: f"ns16550,{NS16550:#x},shift=0,width=1", PL011: f"pl011,{PL011:#x}"}
BECAUSE = "cohsan takes the hypervisor's own work for Lethe's"

# depth of the FIFO, the fullest FIFO that the 16550 calls empty, its IIR
FIFO_ON = {"depth": 16, "thre": 0, "iir": 0xc1}
FIFO_OFF = {"depth": 1, "thre": 0, "iir": 0x01}
RASPBERRY_PI = {"depth": 8, "thre": 7, "iir": 0xc1}     # BCM2835: "can accept at least one byte"


def machine(work, bundle, *, ticks=TICKS, depth=16, thre=0, iir=0, virtual=True, extra=(), memory=512, **more):
    """The bundle behind the UART. ticks: of a character, 0 for a UART that takes no time. virtual: so is time."""
    with open(PROGRAM, "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<5Q", data, TABLE, BUNDLE_AT, ticks, depth, thre, iir)
    icount = ["-icount", "shift=0,sleep=off"] if virtual else []
    return Machine(write(work + "/slow-uart", data), memory=memory, load=[(bundle, BUNDLE_AT)],
                   extra=[*icount, *extra], cohsan=None, because=BECAUSE, **more)


def metered(work, bundle, **uart):
    """(instructions from the bundle's first to the payload's, what the console has)"""
    run = meter.Meter(work, BUNDLE_AT, "handoff", end=True)
    with machine(work, bundle, extra=run.options(), **uart) as guest:
        guest.deadline = time.monotonic() + 300
        guest.expect_exit()
        return run.result()["instructions"], guest.raw


def waited(work, bundle, **uart):
    """(nanoseconds that the boot waits for the UART, what the console has): an instruction each."""
    slow, raw = metered(work, bundle, **uart)
    ideal, same = metered(work, bundle, ticks=0, **uart)
    assert milliseconds_aside(raw) == milliseconds_aside(same)
    return slow - ideal, raw


def milliseconds_aside(raw):
    return re.sub(rb"\d+ ms \d+ MiB/s", b"", raw)
