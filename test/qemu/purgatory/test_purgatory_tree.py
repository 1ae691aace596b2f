# SPDX-License-Identifier: BSD-2-Clause
"""kexec's device tree in the purgatory, damaged after it was loaded, or too large for the record."""

import mmap
import re
import time

import pytest

import purgatory_under_kexec
from console import Failure
from images import fdtput, machine_tree
from machine import Machine
from meter import symbols
from paths import KERNEL
from purgatory_under_kexec import MEMORY, cohsan_options, expect_regions, options, patient, place
from ram_file import flip

CELL = {"cpu": "cortex-a72", "el": 2, "smp": 1}
MAGIC = bytes.fromhex("d00dfeed")
HALT_SIZE = 16
DIGEST, VERIFY = -401 & (1 << 64) - 1, 5        # LETHE_E_DIGEST, and the stage


@pytest.fixture(scope="session")
def initrd(client, small_kernel):
    return client(False, kernel=small_kernel)


def loaded(initrd, at, **more):
    machine = Machine(KERNEL, initrd=initrd, ram=True, cohsan=cohsan_options(at), extra=["-no-reboot"],
                      **options(CELL, wait=1), **more)
    patient(machine).expect("^client: load status=0$", "^client: waits$")
    return machine


def test_damaged(initrd):
    """The damage is in the middle of a value: the tree is well-formed, and only the digest is wrong."""
    at = place(initrd, CELL)
    with loaded(initrd, at) as machine:
        assert flip(machine.ram_path, b"linux,dummy-virt\0")
        machine.type("\n")
        machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} ", r"^lethe: FAIL verify: .* \(LETHE_E_DIGEST\)$",
                       "^lethe: one of: dtb 0x", "^lethe: reset in 5 s$", never="lethe: enter")


def halted(machine, at):
    """The registers of CPU 0 in Lethe's last loop."""
    start = at + symbols(purgatory_under_kexec.ELF)["lethe_halt"]
    until = time.monotonic() + 60
    while time.monotonic() < until:
        registers = machine.monitor.registers()
        if start <= registers["PC"] < start + HALT_SIZE:
            return registers
        time.sleep(0.2)
    raise Failure(f"does not halt: {registers}")


@pytest.mark.parametrize("fields", [
    pytest.param({0: 0}, id="magic", marks=pytest.mark.long), pytest.param({8: 0xfffffff8}, id="structure"),
    pytest.param({4: 0x180000, 12: 0x100000}, id="totalsize-strings", marks=pytest.mark.long)])
def test_damaged_header(initrd, fields):
    """It is no tree any more: nothing in it is believed, neither console nor conduit, and nothing is read behind it.
    The digest tells, and where there is no console the registers do."""
    at = place(initrd, CELL)
    with loaded(initrd, at, monitor=True) as machine:
        with open(machine.ram_path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            found = [match.start() for match in re.finditer(re.escape(MAGIC), memory)
                     if match.start() % 4096 == 0]
            for tree in found:
                for field, value in fields.items():
                    memory[tree + field:tree + field + 4] = value.to_bytes(4, "big")
        assert found
        machine.type("\n")
        machine.expect("Bye!")
        registers = halted(machine, at)
        assert (registers["X00"], registers["X01"]) == (DIGEST, VERIFY)
        assert b"payload: " not in machine.raw


@pytest.mark.long
def test_large(initrd, work):
    """The tree exceeds the 64 KiB of room for a copy: Lethe passes it on as it is, and says so."""
    tree = machine_tree(work + "/tree", memory=MEMORY)
    for index in range(4):
        fdtput(tree, "-t", "s", "/", f"lethe,large-{index}", "x" * 20000)
    fdtput(tree, "-t", "s", "/", "model", "passed on")
    at = place(initrd, CELL, dtb=tree)
    with Machine(KERNEL, initrd=initrd, cohsan=cohsan_options(at), dtb=tree, ram=True, **options(CELL)) as machine:
        patient(machine).expect("^client: load status=0$")
        expect_regions(machine, at, CELL["el"], r"^lethe: tree passed as it is: .* \(LETHE_E_TREE_NOSPACE\)$")
        passed = machine.read_tree(machine.payload()["x0"])
        assert b"passed on\0" in passed and b"boot-count\0" not in passed
