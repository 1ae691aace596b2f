# SPDX-License-Identifier: BSD-2-Clause
"""Consoles: every byte of a boot, which UART is found, and what happens without one."""

import os
import re
import time

import pytest

from images import Bundle, Hostile, fdtget, fdtput, machine_tree, pack, write
from machine import Machine
from paths import LOAD, MIB, TOP, VIRT_UART

HOLE = 0x0e000000           # nothing answers there, on QEMU's virt
FREE = 0x4a000000


def test_every_byte_of_a_full_boot(work):
    """The harness checks the form of each line; this test, that there are no other bytes."""
    boot = pack(work + "/boot.img", "--initrd", write(work + "/i", b"i" * 5000), "--append", "x=1")
    with Machine(boot) as machine:
        machine.expect("^payload: base")
        first = machine.raw.split(b"payload: ")[0]
        assert [line.split(b" ")[1] for line in first.split(b"\r\n")[:-1]] == \
            [b"0.1.0", b"initrd", b"kernel", b"enter"]
        assert first.endswith(b"\r\n") and first.count(b"\n") == first.count(b"\r\n") == 4


def test_longest_lines(work):
    """With a name of 15 characters and addresses of 16 digits no line grows beyond 120 characters."""
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.segment(0, "name", b"fifteen-letters")
    bundle.slot("name", b"fifteen-letterS")
    bundle.segment(0, "digest", b"\xff" * 32)
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r'^lethe: FAIL verify: segment 0 "fifteen-letters": .*\(LETHE_E_DIGEST\)$',
                       "^lethe: expected f{64}$", "^lethe: found    [0-9a-f]{64}$", "^lethe: halt$")


def test_every_sentence_leaves_room_for_its_status():
    """A line that is cut loses its end, which is the status. Each sentence gets its longest beginning."""
    with open(os.path.join(TOP, "include/lethe/status.h"), encoding="ascii") as file:
        table = re.findall(r'X\((\w+), -\d+, "(.*?)"\)', file.read())
    table = [("LETHE_E_" + name, sentence) for name, sentence in table]
    assert len(table) > 60
    nameless = ("LETHE_E_WINDOW", "LETHE_E_EL1_SMP")        # of a window, of the machine
    properties = {"LETHE_E_DEST_UNUSABLE": "linux,usable-memory-range",
                  "LETHE_E_LOADER_INITRD": "linux,initrd-start",
                  "LETHE_E_INITRD_WINDOW": "linux,initrd-start",
                  "LETHE_E_TREE_BROKEN": "linux,uefi-mmap-desc-size",
                  "LETHE_E_TREE_CELLS": "linux,usable-memory-range",
                  "LETHE_E_TREE_NOSPACE": "linux,initrd-start"}
    for name, sentence in table:
        starts = ['window 63 ""' if name in nameless else 'segment 63 "fifteen-letters"']
        if name in properties:
            starts.append(f'device tree "{properties[name]}"')
        if name == "LETHE_E_EL1_SMP":
            starts = [""]
        stage = {"LETHE_E_DIGEST": "verify", "LETHE_E_TREE_NOSPACE": "describe",
                 "LETHE_E_TREE_BROKEN": "describe", "LETHE_E_LOADER_INITRD": "read"}.get(name, "check")
        for start in starts:
            line = f"lethe: FAIL {stage}: {start}: {sentence} ({name})"
            assert len(line) <= 120, f"{len(line)}: {line}"


@pytest.mark.parametrize("cmdline, speaks", [
    ("earlycon", True), ("quiet earlycon=pl011,0x9000000 x", True), ("quiet", False),
    ("noearlycon", False), ("earlyconsole", False)])
@pytest.mark.parametrize("packed", [True, False])
def test_console_auto(work, cmdline, speaks, packed):
    """--console auto: Lethe prints if the kernel's command line asks for an early console."""
    boot = pack(work + "/boot.img", "--console", "auto", *(["--append", cmdline] if packed else []))
    with Machine(boot, append=None if packed else cmdline) as machine:
        machine.expect("^payload: end")
        assert bool(machine.lethe_lines()) == speaks


@pytest.mark.parametrize("where", ["hole", "unmapped", "none"])
def test_no_uart(work, where):
    """With no UART at the given address, or with no console wanted, it boots silently."""
    console = {"hole": f"pl011,{HOLE:#x}", "unmapped": "ns16550,0xff00000000", "none": "none"}[where]
    boot = pack(work + "/boot.img", "--console", console)
    with Machine(boot) as machine:
        machine.expect("^payload: end")
        assert machine.lethe_lines() == []


@pytest.mark.parametrize("kind", ["pl011", "ns16550"])
def test_dead_uart(work, kind):
    """Its status register never says ready; waits are bounded and the boot goes on."""
    boot = pack(work + "/boot.img", "--console", f"{kind},{FREE:#x}")
    target = LOAD + 2 * MIB
    stub = Hostile(target, "plain", fills=[
        (FREE, FREE + 0x1000, (1 << 64) - 1 if kind == "pl011" else 0)]).save(work + "/stub")
    with Machine(stub, load=[(boot, target)], ram=True,
                 cohsan={"device": [(FREE, FREE + 0x1000)]}) as machine:
        start = time.monotonic()
        machine.payload()
        assert time.monotonic() - start < 5
        assert machine.lethe_lines() == []


@pytest.mark.parametrize("status, speaks", [("disabled", True), ("fail", False), ("reserved", False)])
def test_status_of_the_uart(work, status, speaks):
    """stdout-path names a node that the kernel will not use: Linux's early console prints there, unless it failed."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-t", "s", "/pl011@9000000", "status", status)
    boot = pack(work + "/boot.img", "--dtb", loader, "--force-dtb")
    with Machine(boot) as machine:
        machine.expect("^payload: end")
        assert bool(machine.lethe_lines()) == speaks


@pytest.mark.parametrize("cmdline, speaks", [
    (f"ro earlycon=pl011,mmio32,{VIRT_UART:#x},115200n8 quiet", True),
    (f"earlycon=foo,0x1000 earlycon=pl011,{VIRT_UART:#x}", True),
    (f"earlycon=pl011,{HOLE:#x}", False), (f"earlycon=pl011,{VIRT_UART:#x}x", False), ("earlycon", False)])
def test_address_of_earlycon(work, cmdline, speaks):
    """--console auto takes the UART of the command line, with a tree that names none."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-d", "/chosen", "stdout-path")
    boot = pack(work + "/boot.img", "--console", "auto", "--append", cmdline, "--dtb", loader, "--force-dtb")
    with Machine(boot) as machine:
        machine.expect("^payload: end")
        assert bool(machine.lethe_lines()) == speaks


def test_stdout_path_forms(work):
    """An alias, options, the other property name."""
    for prop, value, alias in (("stdout-path", "serial0:115200n8", True), ("stdout-path", "serial0", True),
                               ("linux,stdout-path", "/pl011@9000000", False),
                               ("stdout-path", "/pl011@9000000:9600", False)):
        loader = machine_tree(work + "/loader.dtb")
        fdtput(loader, "-d", "/chosen", "stdout-path")
        if alias:
            if fdtget(loader, "/aliases", "serial0") is None:
                fdtput(loader, "-c", "/aliases")
            fdtput(loader, "-t", "s", "/aliases", "serial0", "/pl011@9000000")
        fdtput(loader, "-t", "s", "/chosen", prop, value)
        boot = pack(work + "/boot.img", "--dtb", loader, "--force-dtb")
        with Machine(boot) as machine:
            machine.expect("^lethe: 0.1.0", "^lethe: enter", "^payload: end")
