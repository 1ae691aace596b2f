# SPDX-License-Identifier: BSD-2-Clause
"""plan.hyp_stub with Linux itself below: a kernel's KVM stays at EL2 when it goes to lethe_boot().

The small kernel (test/guest/kernel, with its jump.c) has the upper end of RAM reserved for the program of
test_hyp.py and its payload, which goes over the whole kernel, hyp stub and hypervisor with it.
"""

import json
import os
import struct

import pytest

import hypervisor
import kexec_under_cohsan
from hypervisor import FAILED, NONE, PAYLOAD_AT, STUB_4_7, STUB_4_12, X
from images import fdtput, machine_tree
from kexec_under_cohsan import CPU_OPTIONS
from machine import Machine
from paths import LOAD, MIB, RAM_BASE, TINY

pytestmark = pytest.mark.long

HIGH = hypervisor.PROGRAM.replace(".img", "-high.img")
HIGH_AT = RAM_BASE + 0x0c000000
RAM_END = RAM_BASE + 0x10000000
TREE_AT = RAM_BASE + 0x08000000         # where QEMU puts it
NVHE, VHE, PROTECTED = "Hyp", "VHE", "Protected nVHE"
NO_VHE = "id_aa64mmfr1.vh=0"


def kernel_size():
    with open(TINY, "rb") as file:
        return struct.unpack_from("<Q", file.read(64), 16)[0]


def reserved_tree(path, **options):
    """QEMU's tree, with the program's memory reserved."""
    machine_tree(path, **options)
    fdtput(path, "-c", "/reserved-memory")
    for name in ("#address-cells", "#size-cells"):
        fdtput(path, "-t", "x", "/reserved-memory", name, "2")
    fdtput(path, "-t", "x", "/reserved-memory", "ranges")
    fdtput(path, "-c", "/reserved-memory/program")
    fdtput(path, "-t", "x", "/reserved-memory/program", "reg", "0", f"{HIGH_AT:x}", "0",
           f"{RAM_END - HIGH_AT:x}")
    return path


def jump(work, cpu, *words, flags=(), smp=1, machine_el=2, functions=None, **plan):
    """A machine: the kernel goes to the program, which calls lethe_boot().

    functions: cohsan starts at the kernel's first instruction, not at the program's; this is the kernel's ELF.
    """
    cpu = CPU_OPTIONS.get(cpu, cpu)
    payload = hypervisor.plain_payload(work + "/payload")
    mem_size = kernel_size()
    path = hypervisor.program(work + "/program", *flags, source=HIGH, mem_size=mem_size,
                              size=os.path.getsize(payload), **plan)
    cohsan = hypervisor.cohsan_options(path, payload, HIGH_AT, mem_size=mem_size)
    if functions:
        cohsan |= {"start": LOAD, "elf": functions, "json": work + "/reports"}
        cohsan["clean"] += [(LOAD, LOAD + mem_size), (TREE_AT, TREE_AT + 4 * MIB)]
        words = [*words, "nokaslr", "init_on_alloc=1"]      # kexec_under_cohsan.py says why
    else:
        # Which of the kernel's lines are dirty only the kernel knows, and KVM has to go on reading
        # its own; but any line of RAM may be filled as long as it is mapped.
        cohsan["elf"] = HIGH.replace(".img", ".elf")
        cohsan["clean"].append((RAM_BASE, HIGH_AT))
        cohsan["mapped"] = [(RAM_BASE, RAM_END)]
    tree = reserved_tree(work + "/tree.dtb", cpu=cpu, smp=smp, el=machine_el)
    machine = Machine(TINY, cpu=cpu, el=machine_el, smp=smp, ram=True, cohsan=cohsan, dtb=tree,
                      load=[(path, HIGH_AT), (payload, PAYLOAD_AT)],
                      append=" ".join(("console=ttyAMA0", f"lethe_jump={HIGH_AT:#x}", *words)))
    machine.deadline += 60
    return machine


def expect_kernel(machine, mode):
    if mode:
        machine.expect(rf"kvm \[1\]: {mode} mode initialized successfully")
    machine.expect(rf"lethe_jump: to {HIGH_AT:#x}$")


def check_handed_over(machine, entered, handed_over=None):
    machine.expect(rf"^lethe: 0\.1\.0 at 0x4d000000 EL{entered} E2H=0 ",
                   never="Kernel panic|lethe: FA")
    values = machine.payload()
    assert values["el"] == (handed_over or entered)
    assert tuple(values[f"x{i}"] for i in range(4)) == X


@pytest.mark.parametrize("smp", [1, 2])
@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("cpu, words", [
    ("cortex-a53", []), ("cortex-a72", []), ("neoverse-n1", ["kvm-arm.mode=nvhe"]),
    ("max", ["kvm-arm.mode=nvhe"])], ids=["cortex-a53", "cortex-a72", "neoverse-n1", "max"])
def test_resident_kvm(work, cpu, words, mode, smp):
    with jump(work, cpu, *words, smp=smp, hyp_stub=STUB_4_12, mode=mode) as machine:
        expect_kernel(machine, NVHE)
        check_handed_over(machine, 2)


@pytest.fixture(scope="session")
def functions(tmp_path_factory):
    return kexec_under_cohsan.functions(str(tmp_path_factory.mktemp("symbols")), TINY)


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("cpu, words", [("cortex-a72", []), ("neoverse-n1", ["kvm-arm.mode=nvhe"])],
                         ids=["cortex-a72", "neoverse-n1"])
def test_with_what_the_kernel_left_dirty(work, functions, cpu, words, mode):
    """Nothing is reported but what the kernel itself is known for: docs/internals/cohsan.md."""
    with jump(work, cpu, *words, functions=functions, hyp_stub=STUB_4_12, mode=mode) as machine:
        machine.cohsan.objection = lambda handed_over: None
        expect_kernel(machine, NVHE)
        check_handed_over(machine, 2)
        assert machine.cohsan.has_stopped()
    with open(work + "/reports", encoding="ascii") as file:
        found = json.load(file)
    assert found["stopped"] and found["stop"]["el"] == 2
    assert "read-stale" in {report["kind"] for report in found["reports"]}      # it was awake
    left = kexec_under_cohsan.unexplained(found["reports"], TINY)
    assert not left, json.dumps(left, indent=1)


def test_resident_kvm_to_el1(work):
    with jump(work, "cortex-a72", hyp_stub=STUB_4_12, el=1) as machine:
        expect_kernel(machine, NVHE)
        check_handed_over(machine, 2, 1)


@pytest.mark.parametrize("cpu, words", [("cortex-a72", []), ("max", [NO_VHE])],
                         ids=["cortex-a72", "max"])
def test_stub_without_kvm(work, cpu, words):
    """The initial stub, which has nothing to reset."""
    with jump(work, cpu, "kvm-arm.mode=none", *words, hyp_stub=STUB_4_12) as machine:
        expect_kernel(machine, None)
        check_handed_over(machine, 2)


@pytest.mark.parametrize("stub", [NONE, STUB_4_12])
def test_kernel_at_el2(work, stub):
    """VHE: the caller is at EL2 already."""
    with jump(work, "neoverse-n1", flags=["stays"], hyp_stub=stub) as machine:
        expect_kernel(machine, VHE)
        check_handed_over(machine, 2)


def test_none_stays_above_kvm(work):
    with jump(work, "cortex-a72", hyp_stub=NONE) as machine:
        expect_kernel(machine, NVHE)
        check_handed_over(machine, 1)


def check_failure(machine):
    machine.expect(r"^lethe: 0\.1\.0 at 0x4d000000 EL1 ", FAILED, "^lethe: halt$")


@pytest.mark.parametrize("cpu", ["cortex-a72", "neoverse-n1"])
@pytest.mark.parametrize("smp", [1, 2])
def test_protected_kvm_refuses(work, cpu, smp):
    """It no longer answers as a stub."""
    with jump(work, cpu, "kvm-arm.mode=protected", smp=smp, hyp_stub=STUB_4_12) as machine:
        expect_kernel(machine, PROTECTED)
        check_failure(machine)


def test_older_numbers(work):
    """2 was SOFT_RESTART, and resets now: KVM is gone, the caller still at EL1."""
    with jump(work, "cortex-a72", hyp_stub=STUB_4_7) as machine:
        expect_kernel(machine, NVHE)
        check_failure(machine)


def test_no_el2(work):
    with jump(work, "cortex-a72", machine_el=1, hyp_stub=STUB_4_12) as machine:
        expect_kernel(machine, None)
        check_failure(machine)
