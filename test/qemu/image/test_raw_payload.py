# SPDX-License-Identifier: BSD-2-Clause
"""Raw payloads and raw segments: where they may go, and what is written."""

import os

import pytest

from images import Bundle, Hostile, align_up, pack, reservations, write
from machine import Machine
from paths import LOAD, MIB, PAYLOAD, RAM_BASE, VIRT_UART

UART = ["--console", f"pl011,{VIRT_UART:#x}"]
FREE = 0x4a000000


def raw_payload(work, address, *options):
    """The payload with the tail that its header claims, since Lethe reads no header of a raw segment."""
    with open(PAYLOAD, "rb") as file:
        data = file.read()
    raw = write(work + "/flat", data.ljust(0x20000, b"\0"))
    return pack(work + "/raw.img", "--raw", f"{raw}@{address:#x},entry={address:#x}", *options, kernel=None)


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("address", [FREE, RAM_BASE, 0x4f000001 & ~3, 0x4b0f0f00])
def test_raw_payload(work, el, address):
    """A program that is not Linux, at its own address with any alignment; it gets a tree, too."""
    boot = raw_payload(work, address)
    published = {"raw": (address, address + 0x20000)}
    with Machine(boot, el=el, ram=True, cohsan={"stop": address, "publish": published}) as machine:
        machine.expect(rf"^lethe: enter {address:#x} EL{el}$")
        match = machine.expect(r"^payload: base=0x([0-9a-f]+)")
        if address % 4096 == 0:
            assert int(match[1], 16) == address


def test_raw_payload_without_any_tree(work):
    boot = raw_payload(work, FREE, *UART)
    bundle = Bundle(boot)
    bundle.tail([(FREE, 0x20000)])      # no tree, no memory known: the plan says
    path = bundle.save(work + "/windows.img")
    stub = Hostile(LOAD + 2 * MIB, x0=0).save(work + "/stub")
    with Machine(stub, load=[(path, LOAD + 2 * MIB)]) as machine:
        assert machine.payload()["x0"] == 0


@pytest.mark.parametrize("address, status", [
    (0x08000000, "DEST_NOT_RAM"), (0x50000000, "DEST_NOT_RAM"), (0x4ffff000, "DEST_NOT_RAM"),
    (0x48000000, "DEST_LOADER"), (LOAD, "DEST_LETHE"), (LOAD + 0x4000, "DEST_LETHE")])
def test_raw_payload_where_it_may_not_go(work, address, status):
    boot = raw_payload(work, address)
    with Machine(boot) as machine:
        machine.expect(rf"^lethe: FAIL \w+: segment 0 .*\(LETHE_E_{status}\)$", "^lethe: halt$",
                       never="lethe: enter")


def test_raw_over_the_loaders_initrd(work):
    initrd = write(work + "/initrd", b"i" * 8192)
    boot = raw_payload(work, 0x48001000)
    with Machine(boot, initrd=initrd) as machine:
        machine.expect(r"\(LETHE_E_DEST_LOADER\)$", "^lethe: halt$")


def test_moved_segment_arrives_and_its_tail_is_zero(work):
    """Memory there was dirty; the raw segment is reserved for the payload."""
    data = bytes(os.urandom(10001))
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{write(work + '/raw', data)}@{FREE + 3:#x}"))
    index = bundle.segments()["raw0"]
    bundle.segment(index, "mem_size", 0x8003)
    path = bundle.save(work + "/tail.img")
    target = LOAD + 2 * MIB
    stub = Hostile(target, "plain", fills=[(FREE, FREE + 0x10000, 0xa5a5a5a5a5a5a5a5)])
    with Machine(stub.save(work + "/stub"), load=[(path, target)], ram=True) as machine:
        values = machine.payload()
        there = machine.read_ram(FREE, 0x10000)
        assert there[:3] == b"\xa5" * 3 and there[3:3 + len(data)] == data
        assert there[3 + len(data):0x8006] == bytes(0x8003 - len(data))
        assert there[0x8006:] == b"\xa5" * (0x10000 - 0x8006)
        assert (FREE + 3, 0x8003) in reservations(machine.read_tree(values["x0"]))


def test_nothing_else_is_written(work):
    """A whole boot changes only the extent, the raw segment and the payload's own memory."""
    raw = write(work + "/raw", b"raw" * 999)
    boot = pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}", "--initrd", write(work + "/i", b"i" * 50))
    end = LOAD + Bundle(boot).plan("extent_size")
    with Machine(boot, ram=True, paused=True) as machine:
        machine.copy_ram(work + "/before")
        machine.go()
        machine.payload()
        for a, b in machine.ram_differences(work + "/before"):
            assert LOAD <= a and b <= end or FREE <= a and b <= align_up(FREE + 2997, 4096), \
                (hex(a), hex(b))
