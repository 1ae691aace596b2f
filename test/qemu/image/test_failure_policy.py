# SPDX-License-Identifier: BSD-2-Clause
"""Faults and failed checks, and the plan's failure policy: halt, reset, or nothing else if that cannot be done."""

import time

import pytest

from images import Bundle, Hostile, ask_for_a_list, fdtput, machine_tree, pack, write
from machine import COUNTED, Machine
from paths import LOAD, MIB, VIRT_UART

UART = ["--console", f"pl011,{VIRT_UART:#x}"]
HOLE = 0x0e000000           # nothing answers there, on QEMU's virt
FREE = 0x4a000000
FAULT = (-503) & (1 << 64) - 1
DIGEST = (-401) & (1 << 64) - 1


# ---- faults ----

@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("smart", ["hostile", "tame"])
def test_source_that_faults(work, el, smart):
    """A plan may name any physical source. If nothing answers there, Lethe prints the fault."""
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


@pytest.mark.parametrize("console", ["tree's", "plan's"])
def test_map_of_the_loaders_that_faults(work, console):
    """/chosen names an EFI memory map at an address where nothing answers. What it would call RAM is unknown, and so no
    UART of this tree's is opened."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-r", "/memory@40000000")
    for name, value in (("start", f"0 {HOLE:x}"), ("size", "90"), ("desc-size", "30"), ("desc-ver", "1")):
        fdtput(loader, "-t", "x", "/chosen", f"linux,uefi-mmap-{name}", *value.split())
    raw = write(work + "/raw", b"r" * 64)
    options = ["--console", f"pl011,{VIRT_UART:#x}"] if console == "plan's" else []
    boot = pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}", *options)
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=0x4c000000).save(work + "/stub")
    with Machine(stub, load=[(boot, LOAD + 2 * MIB), (loader, 0x4c000000)], monitor=True) as machine:
        if console == "plan's":
            machine.expect(r'^lethe: FAIL read: device tree "linux,uefi-mmap-start": .*\(LETHE_E_TREE_CLAIM\)$',
                           "^lethe: halt$")
        assert machine.monitor.wait_halted()["X00"] == -309 & (1 << 64) - 1
        machine.drain(0.2)
        assert bool(machine.raw) == (console == "plan's")


def test_nested_fault_halts(work):
    """The UART's status can be read, but a store to its data register faults: so does printing the fault."""
    boot = pack(work + "/boot.img", "--console", f"pl011,{VIRT_UART - 16:#x}")
    with Machine(boot, monitor=True) as machine:
        registers = machine.monitor.wait_halted()
        machine.drain(0.2)
        assert registers["X00"] == FAULT and machine.raw == b""


def test_fault_obeys_the_policy(work):
    raw = write(work + "/raw", b"r" * 64)
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}", "--on-fail", "reset"))
    index = bundle.segments()["raw0"]
    bundle.segment(index, "source", HOLE)
    bundle.segment(index, "flags", 0)
    with Machine(bundle.save(work + "/bad.img"), extra=["-no-reboot", *COUNTED]) as machine:
        machine.expect("^lethe: FAULT EL2", "^lethe: reset in 5 s$", "^lethe: reset$")
        assert machine.expect_exit() == 0


# ---- policies ----

def damaged(work, *options):
    """A bundle whose kernel has one wrong byte."""
    bundle = Bundle(pack(work + "/boot.img", *options))
    bundle.bytes[-1] ^= 1
    return bundle.save(work + "/bad.img")


@pytest.mark.parametrize("on_fail, last", [("halt", "^lethe: halt$"), ("reset", "^lethe: reset in 5 s$")])
def test_policy_holds_from_the_check_on(work, on_fail, last):
    bundle = Bundle(pack(work + "/boot.img", "--on-fail", on_fail))
    ask_for_a_list(bundle)
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r"^lethe: FAIL check: indirection list: .*\(LETHE_E_PLAN_UNSUPPORTED\)$", last)


@pytest.mark.parametrize("el", [1, 2])
def test_on_fail_reset(work, el):
    """The conduit is HVC at EL1 and SMC at EL2, as the tree says. The lines can be read for five seconds."""
    path = damaged(work, "--on-fail", "reset")
    with Machine(path, el=el, extra=["-no-reboot", *(COUNTED if el == 2 else [])]) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$")
        start = time.monotonic()
        machine.expect("^lethe: reset$")
        assert el == 2 or 3 < time.monotonic() - start < 15
        assert machine.expect_exit() == 0


def test_reset_with_a_rate_that_no_counter_has(work):
    """Five seconds of a CNTFRQ of 4.3 GHz are six minutes of QEMU's counter. No time is told by such a rate."""
    stub = Hostile(LOAD + 2 * MIB, "plain", "cntfrq").save(work + "/stub")
    path = damaged(work, "--on-fail", "reset", "--raw", f"{write(work + '/raw', b'r' * 64)}@{FREE:#x}")
    with Machine(stub, load=[(path, LOAD + 2 * MIB)], extra=["-no-reboot", *COUNTED]) as machine:
        machine.expect("^lethe: raw0 64 sha256 ok$", r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$", "^lethe: reset$")
        assert machine.expect_exit() == 0


def test_on_fail_reset_without_psci(work):
    """Without a conduit Lethe says so, and halts."""
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-r", "/psci")
    path = damaged(work, "--on-fail", "reset", "--dtb", loader, "--force-dtb")
    with Machine(path) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", r"^lethe: FAIL verify: .*\(LETHE_E_NO_PSCI\)$",
                       "^lethe: halt$", never="reset in")


def test_reset_that_returns(work):
    """The firmware does not know SYSTEM_RESET: Lethe says so, and halts."""
    path = damaged(work, "--on-fail", "reset")
    stub = Hostile(LOAD + 2 * MIB, "el1", "no-psci").save(work + "/stub")
    with Machine(stub, load=[(path, LOAD + 2 * MIB)], extra=["-no-reboot", *COUNTED]) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$", "^lethe: reset$",
                       r"\(LETHE_E_RESET_RETURNED\)$", "^lethe: halt$")


def test_hvc_at_el2_is_never_tried(work):
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-t", "s", "/psci", "method", "hvc")
    path = damaged(work, "--on-fail", "reset", "--dtb", loader, "--force-dtb")
    with Machine(path) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", r"\(LETHE_E_NO_PSCI\)$", "^lethe: halt$",
                       never="FAULT|reset in")


def test_conduit_that_is_undefined_is_tried_once(work):
    """SMC is undefined at EL1 without an EL3: no answer."""
    tree = machine_tree(work + "/tree.dtb", el=1)
    fdtput(tree, "-t", "s", "/psci", "method", "smc")
    bundle = Bundle(pack(work + "/boot.img", "--on-fail", "reset", "--dtb", tree, "--force-dtb"))
    bundle.bytes[-1] ^= 1
    with Machine(bundle.save(work + "/bad.img"), el=1, extra=COUNTED) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: reset in 5 s$", "^lethe: reset$",
                       r"\(LETHE_E_RESET_RETURNED\)$")
        machine.expect("^lethe: halt$", never="reset|FAULT")


def test_on_fail_halt_leaves_the_status(work):
    with Machine(damaged(work), monitor=True) as machine:
        machine.expect(r"\(LETHE_E_DIGEST\)$", "^lethe: halt$")
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == DIGEST and registers["X01"] == 5     # stage verify


def test_no_console_leaves_the_status(work):
    with Machine(damaged(work, "--console", "none"), monitor=True) as machine:
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == DIGEST and registers["X01"] == 5
        machine.drain(0.2)
        assert machine.raw == b""
