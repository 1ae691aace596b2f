# SPDX-License-Identifier: BSD-2-Clause
"""Faults, failure policies and consoles: what the machine does when something is not as it should be."""

import os
import re
import time

import pytest

from machine import Machine
from paths import LOAD, MIB, PAYLOAD, RAM_BASE, TOP, UBOOT, VIRT_UART
from images import (Bundle, Hostile, align_up, fdtget, fdtput, machine_tree, pack, write)

UART = ["--console", f"pl011,{VIRT_UART:#x}"]
HOLE = 0x0e000000           # nothing answers there, on QEMU's virt
FREE = 0x4a000000
FAULT = (-503) & (1 << 64) - 1
DIGEST = (-401) & (1 << 64) - 1


def damaged(work, *options):
    """A bundle whose kernel is not what it was."""
    bundle = Bundle(pack(work + "/boot.img", *options))
    bundle.bytes[-1] ^= 1
    return bundle.save(work + "/bad.img")


# ---- faults ----

@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("smart", ["hostile", "tame"])
def test_source_that_faults(work, el, smart):
    """A plan may name any physical source; where there is nothing, the fault is printed."""
    raw = write(work + "/raw", b"r" * 64)
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}"))
    index = bundle.segments()["raw0"]
    bundle.segment(index, "source", HOLE)
    bundle.segment(index, "flags", 0)
    path = bundle.save(work + "/bad.img")
    stub = Hostile(LOAD + 2 * MIB).save(work + "/stub")
    start = {"kernel": path} if smart == "tame" else \
        {"kernel": stub, "load": [(path, LOAD + 2 * MIB)]}
    with Machine(el=el, monitor=True, **start) as machine:
        match = machine.expect(rf"^lethe: FAULT EL{el} esr=0x([0-9a-f]+) elr=0x([0-9a-f]+) "
                               rf"far=0x{HOLE:x} stage=move$")
        assert int(match[1], 16) >> 26 == 0x25      # data abort, same level
        machine.expect("^lethe: halt$")
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == FAULT and registers["X01"] != 0


def test_map_of_the_loaders_that_faults(work):
    """/chosen names an EFI memory map; nothing is there."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-r", "/memory@40000000")
    for name, value in (("start", f"0 {HOLE:x}"), ("size", "90"), ("desc-size", "30"), ("desc-ver", "1")):
        fdtput(loader, "-t", "x", "/chosen", f"linux,uefi-mmap-{name}", *value.split())
    raw = write(work + "/raw", b"r" * 64)
    boot = pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}")
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=0x4c000000).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (loader, 0x4c000000)]) as machine:
        machine.expect(r"^lethe: FAULT EL2 .* stage=read$", "^lethe: halt$")


def test_nested_fault_halts(work):
    """The UART's status can be read, its data register cannot be written: printing the fault faults."""
    boot = pack(work + "/boot.img", "--console", f"pl011,{VIRT_UART - 16:#x}")
    with Machine(boot, monitor=True) as machine:
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == FAULT and machine.raw == b""


def test_fault_obeys_the_policy(work):
    raw = write(work + "/raw", b"r" * 64)
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}", "--on-fail", "reset"))
    index = bundle.segments()["raw0"]
    bundle.segment(index, "source", HOLE)
    bundle.segment(index, "flags", 0)
    with Machine(bundle.save(work + "/bad.img"), extra=["-no-reboot"]) as machine:
        machine.expect("^lethe: FAULT EL2", "^lethe: reset in 5 s$", "^lethe: reset$")
        assert machine.expect_exit() == 0


# ---- policies ----

@pytest.mark.parametrize("el", [1, 2])
def test_on_fail_reset(work, el):
    """Conduit HVC at EL1, SMC at EL2, as the tree says; readable for five seconds."""
    path = damaged(work, "--on-fail", "reset")
    with Machine(path, el=el, extra=["-no-reboot"]) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$")
        start = time.monotonic()
        machine.expect("^lethe: reset$")
        assert 3 < time.monotonic() - start < 15
        assert machine.expect_exit() == 0


def test_on_fail_reset_without_psci(work):
    """No conduit: that is said, and it halts."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-r", "/psci")
    path = damaged(work, "--on-fail", "reset", "--dtb", loader, "--force-dtb")
    with Machine(path) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", r"^lethe: FAIL verify: .*\(LETHE_E_NO_PSCI\)$",
                       "^lethe: halt$", never="reset in")


def test_reset_that_returns(work):
    """A firmware that does not know SYSTEM_RESET: said, and halted."""
    path = damaged(work, "--on-fail", "reset")
    stub = Hostile(LOAD + 2 * MIB, "el1", "no-psci").save(work + "/stub")
    with Machine(stub, load=[(path, LOAD + 2 * MIB)], extra=["-no-reboot"]) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$", "^lethe: reset$",
                       r"\(LETHE_E_RESET_RETURNED\)$", "^lethe: halt$")


def test_hvc_at_el2_is_never_tried(work):
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-t", "s", "/psci", "method", "hvc")
    path = damaged(work, "--on-fail", "reset", "--dtb", loader, "--force-dtb")
    with Machine(path) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", r"\(LETHE_E_NO_PSCI\)$", "^lethe: halt$",
                       never="FAULT|reset in")


def test_on_fail_halt_leaves_the_status(work):
    with Machine(damaged(work), monitor=True) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: halt$")
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == DIGEST and registers["X01"] == 5     # stage verify


def test_no_console_leaves_the_status(work):
    with Machine(damaged(work, "--console", "none"), monitor=True) as machine:
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == DIGEST and registers["X01"] == 5
        assert machine.raw == b""


# ---- the rehearsal ----

@pytest.mark.parametrize("el", [1, 2])
def test_stop_after_check_writes_nothing(work, el):
    """Memory before and after: only Lethe's own place differs."""
    raw = write(work + "/raw", b"raw" * 999)
    boot = pack(work + "/boot.img", "--stop-after", "check", "--raw", f"{raw}@{FREE:#x}",
                "--initrd", write(work + "/i", b"i" * 5000), "--append", "x=1")
    bundle = Bundle(boot)
    end = LOAD + bundle.plan("workspace_size")
    with Machine(boot, el=el, ram=True, paused=True) as machine:
        machine.copy_ram(work + "/before")
        machine.go()
        lines = machine.expect(
            rf"^lethe: extent \[{LOAD:#x}, {LOAD + bundle.plan('extent_size'):#x}\)$",
            rf"^lethe: workspace \[{LOAD:#x}, {end:#x}\)$", r"^lethe: memory \[0x40000000, 0x50000000\)$",
            r"^lethe: initrd stays \[", rf"^lethe: raw0 moves to \[{FREE:#x}, {FREE + 2997:#x}\) from",
            r"^lethe: kernel stays \[", r"^lethe: tree slot \[", r"^lethe: would enter 0x",
            "^lethe: halt$", never="lethe: enter")
        assert lines
        changed = machine.ram_differences(work + "/before")
        assert changed and all(LOAD <= a and b <= end for a, b in changed), \
            [(hex(a), hex(b)) for a, b in changed]


def test_stop_after_check_still_refuses(work):
    raw = write(work + "/raw", b"raw" * 999)
    boot = pack(work + "/boot.img", "--stop-after", "check", "--raw", f"{raw}@0x48000000")
    with Machine(boot) as machine:
        machine.expect(r"\(LETHE_E_DEST_LOADER\)$", "^lethe: halt$", never="would enter")


# ---- consoles ----

def test_every_byte_of_a_full_boot(work):
    """The form of each line is checked by the harness; here that these are all there is."""
    boot = pack(work + "/boot.img", "--initrd", write(work + "/i", b"i" * 5000), "--append", "x=1")
    with Machine(boot) as machine:
        machine.expect("^payload: base")
        first = machine.raw.split(b"payload: ")[0]
        assert [line.split(b" ")[1] for line in first.split(b"\r\n")[:-1]] == \
            [b"0.1.0", b"initrd", b"kernel", b"enter"]
        assert first.endswith(b"\r\n") and first.count(b"\n") == first.count(b"\r\n") == 4


def test_longest_lines(work):
    """A name of 15 characters, addresses of 16 digits: no line may grow beyond its 120."""
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.segment(0, "name", b"fifteen-letters")
    bundle.slot("name", b"fifteen-letterS")
    bundle.segment(0, "digest", b"\xff" * 32)
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r'^lethe: FAIL verify: segment 0 "fifteen-letters": .*\(LETHE_E_DIGEST\)$',
                       "^lethe: expected f{64}$", "^lethe: found    [0-9a-f]{64}$", "^lethe: halt$")


def test_every_sentence_leaves_room_for_its_status():
    """A line that is cut loses its end, the status. The longest beginnings that each can have."""
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
    """Somebody trusts stdout-path already, or nobody does."""
    boot = pack(work + "/boot.img", "--console", "auto", *(["--append", cmdline] if packed else []))
    with Machine(boot, append=None if packed else cmdline) as machine:
        machine.expect("^payload: end")
        assert bool(machine.lethe_lines()) == speaks


@pytest.mark.parametrize("where", ["hole", "unmapped", "none"])
def test_no_uart(work, where):
    """A fixed address where nothing is, or no console wanted: it boots, silently."""
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


def test_uart_that_is_off(work):
    """stdout-path names a node that is disabled: silence, and no access to it."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-t", "s", "/pl011@9000000", "status", "disabled")
    boot = pack(work + "/boot.img", "--dtb", loader, "--force-dtb")
    with Machine(boot) as machine:
        machine.expect("^payload: end")
        assert machine.lethe_lines() == []


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


# ---- EL3 ----

def test_el3_is_refused_aloud(work):
    """From flash there is no store to Lethe's own memory, so it is put into RAM and jumped to."""
    boot = pack(work + "/boot.img", *UART)
    jump = write(work + "/jump", b"".join(code.to_bytes(4, "little") for code in (
        0xd2800000, 0x58000061, 0xd61f0020, 0xd503201f)) +      # x0 = 0; br to the address behind
        LOAD.to_bytes(8, "little"))
    with Machine(el=3, load=[(boot, LOAD)], extra=["-bios", jump]) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at .* EL3 ", r"^lethe: FAIL check: .*\(LETHE_E_EL3\)$",
                       "^lethe: halt$")


def test_uboot_that_came_from_el3(work):
    """U-Boot as the secure firmware's only part drops to EL2; there is no PSCI."""
    boot = pack(work + "/boot.img")
    with Machine(el=3, cpu="cortex-a72", memory=512, load=[(boot, 0x42000000)],
                 extra=["-bios", UBOOT]) as machine:
        machine.expect_text(b"Hit any key")
        machine.type("\n")
        machine.expect_text(b"=> ")
        machine.type("booti 0x42000000 - $fdtcontroladdr\n")
        machine.expect(r"^lethe: 0\.1\.0 at 0x42000000 EL2 ", "^lethe: enter")
        assert machine.payload()["el"] == 2


# ---- raw payloads ----

def raw_payload(work, address, *options):
    """With the tail that its header claims: of a raw segment Lethe looks at no header."""
    with open(PAYLOAD, "rb") as file:
        data = file.read()
    raw = write(work + "/flat", data.ljust(0x20000, b"\0"))
    return pack(work + "/raw.img", "--raw", f"{raw}@{address:#x},entry={address:#x}", *options, kernel=None)


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("address", [FREE, RAM_BASE, 0x4f000001 & ~3, 0x4b0f0f00])
def test_raw_payload(work, el, address):
    """Not Linux, at its own address, any alignment its own entry allows; it gets a tree too."""
    boot = raw_payload(work, address)
    with Machine(boot, el=el, ram=True, cohsan={"stop": address}) as machine:
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
        from images import reservations
        assert (FREE + 3, 0x8003) in reservations(machine.read_tree(values["x0"]))


def test_nothing_else_is_written(work):
    """A whole boot: memory outside the extent, the raw segment and the payload's own is as it was."""
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
