# SPDX-License-Identifier: BSD-2-Clause
"""A UART that takes 87 us for a character: how little of that a boot waits for, and that nothing is lost.

The UART prints a character when its last bit has left: a boot, a halt or a reset before that would lose it. One too
many prints a #.
"""

import random
import re
import time

import pytest

import slow_uart
from images import Bundle, pack, small_kernel, write
from paths import MIB
from slow_uart import CHAR_NS, CONSOLES, FIFO_OFF, FIFO_ON, NS16550, PL011, RASPBERRY_PI

HOLE = 0x0e000000           # nothing answers there, on QEMU's virt
FREE = 0x4a000000
UARTS = {"16550": (NS16550, FIFO_ON), "16550 without FIFO": (NS16550, FIFO_OFF),
         "Raspberry Pi": (NS16550, RASPBERRY_PI), "PL011": (PL011, {"depth": 16})}


@pytest.fixture(params=UARTS)
def uart(request):
    return UARTS[request.param]


def lines(raw):
    return raw.decode("ascii").split("\r\n")


@pytest.mark.parametrize("name", ["16550", "PL011"])
def test_wait(work, name):
    """Of 180 characters, those behind the last digest are waited for: `enter`, and what is left of the last verdict."""
    at, uart = UARTS[name]
    initrd = write(work + "/initrd", random.Random(1).randbytes(4 * MIB))
    kernel = small_kernel(work + "/kernel", 8 * MIB)
    bundle = pack(work + "/boot.img", "--initrd", initrd, "--console", CONSOLES[at], kernel=kernel)
    waited, raw = slow_uart.waited(work, bundle, **uart)
    version, first, last, enter, end = lines(raw)
    assert re.match(r"lethe: 0\.1\.0 at ", version) and re.match(r"lethe: initrd \d+ sha256 ok ", first)
    assert re.match(r"lethe: kernel \d+ sha256 ok ", last) and re.match(r"lethe: enter ", enter) and not end
    characters = waited / CHAR_NS
    assert len(enter + "\r\n") - 1 < characters < len(last + "\r\n" + enter + "\r\n"), characters


def test_whole_boot(work, uart):
    """A boot too short to send a line meanwhile, with more lines than the ring holds."""
    at, options = uart
    raws = []
    for i in range(20):
        raws += ["--raw", f"{write(f'{work}/raw{i}', b'%d' % i * 50)}@{FREE + i * 0x10000:#x}"]
    bundle = pack(work + "/boot.img", *raws, "--console", CONSOLES[at])
    with slow_uart.machine(work, bundle, **options) as machine:
        machine.payload()
        said = machine.raw.split(b"payload: ")[0].decode("ascii").split("\r\n")
    assert [line.split(" ")[1] for line in said[:-1]] == \
        ["0.1.0", *(f"raw{i}" for i in range(20)), "kernel", "enter"] and said[-1] == ""


def said_until_halt(machine):
    """The first words of Lethe's lines."""
    machine.monitor.wait_halted()
    machine.drain(0.2)
    assert b"#" not in machine.raw
    return [line.split()[0].rstrip(":") for line in machine.lethe_lines()]


def bad(work, at, *options, **fields):
    raw = write(work + "/raw", b"r" * 64)
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}", "--console", CONSOLES[at], *options))
    index = bundle.segments()["raw0"]
    for field, value in fields.items():
        bundle.segment(index, field, value)
    return bundle.save(work + "/bad.img")


def test_failure(work, uart):
    at, options = uart
    with slow_uart.machine(work, bad(work, at, digest=b"\xff" * 32), monitor=True, **options) as machine:
        assert said_until_halt(machine) == ["0.1.0", "FAIL", "expected", "found", "kernel", "halt"]


def test_exception(work, uart):
    """While the first line waits in the ring."""
    at, options = uart
    with slow_uart.machine(work, bad(work, at, source=HOLE, flags=0), monitor=True, **options) as machine:
        assert said_until_halt(machine) == ["0.1.0", "uncached", "FAULT", "halt"]
        assert machine.lethe_lines()[2].endswith(f"far={HOLE:#x} stage=move")


def test_fallback(work, uart):
    at, options = uart
    raw = write(work + "/raw", b"r" * 64)
    kernel = small_kernel(work + "/kernel")
    bundle = Bundle(pack(work + "/boot.img", "--console", CONSOLES[at], "--raw", f"{raw}@{FREE:#x}",
                         "--fallback", "--kernel", kernel))
    bundle.segment(bundle.segments()["raw0"], "digest", bytes(32))
    with slow_uart.machine(work, bundle.save(work + "/bad.img"), **options) as machine:
        machine.payload()
        assert [line.split()[0] for line in machine.lethe_lines()] == \
            ["0.1.0", "FAIL", "expected", "found", "kernel", "fallback", "kernel-1", "enter"]
        assert b"#" not in machine.raw


def test_reset(work):
    """The UART has the line before the pause before the pause: all but two characters of it are seen."""
    bundle = bad(work, NS16550, "--on-fail", "reset", source=HOLE, flags=0)
    with slow_uart.machine(work, bundle, virtual=False, extra=["-no-reboot"], **FIFO_OFF) as machine:
        while b"lethe: reset in 5" not in machine.raw:
            assert not machine.receive()
        start = time.monotonic()
        machine.expect("^lethe: reset in 5 s$", "^lethe: reset$")
        assert time.monotonic() - start > 4
        machine.expect_exit()
        assert b"#" not in machine.raw
