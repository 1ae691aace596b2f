# SPDX-License-Identifier: BSD-2-Clause
"""Trusted Firmware at EL3 starts a bundle as BL33: a real PSCI below, with a state for CPUs on their way.

cohsan follows every CPU from Lethe's first instruction to the hand-off, firmware's code included.
"""

import pytest

import tfa
from cohsan import STUB_SIZE
from images import Hostile, fdtget, pack, small_kernel, write
from paths import KERNEL, MIB
from tfa import BL33, CONSOLE, EVERY, FOUR, KINDS, LOST, TREE, chunks

pytestmark = pytest.mark.long
SECOND = 0x70000000


def given(machine, work):
    machine.expect("^lethe: enter")
    return write(work + "/given.dtb", machine.read_tree(machine.payload()["x0"]))


def expect_digest(machine, work, smp):
    """A worker that firmware brings late finds nothing left."""
    machine.expect(rf"^lethe: kernel 4194304 sha256 ok .*, {'1' if smp == 1 else f'[2-{smp}]'} cpus$", never="did not come")
    tree = given(machine, work)
    assert int(fdtget(tree, "/chosen/lethe", "cpus-off")) == smp - 1
    return tree


@KINDS
@pytest.mark.parametrize("smp", [1, 2, 4])
def test_digest(work, version, cpu, gic, smp):
    boot = chunks(work, small_kernel(work + "/Image", 4 * MIB))
    with tfa.started(work, boot, version=version, cpu=cpu, gic=gic, smp=smp, ram=True) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {BL33:#x} EL2 .* x0={TREE:#x}$")
        tree = expect_digest(machine, work, smp)
        assert fdtget(tree, "/psci", "method") == "smc"


@EVERY
def test_no_tree_from_firmware(work, version):
    """x0 is the CPU's number, 0: the tree is packed."""
    tree = tfa.tree(work + "/own.dtb")
    boot = chunks(work, small_kernel(work + "/Image", 4 * MIB), "--dtb", tree)
    with tfa.started(work, boot, version=version, bare=True, ram=True) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {BL33:#x} EL2 .* x0=0x0$")
        expect_digest(machine, work, 4)


@KINDS
def test_debian(work, initrd, version, cpu, gic):
    boot = chunks(work, KERNEL, "--initrd", initrd, *CONSOLE)
    with tfa.started(work, boot, version=version, cpu=cpu, gic=gic) as machine:
        machine.expect("^lethe: kernel .*, [2-4] cpus$", "^lethe: enter 0x[0-9a-f]+ EL2$", FOUR,
                       r"CPU: All CPU\(s\) started at EL2", "^init: end", never=LOST)


def test_ten_in_a_row(work, initrd):
    boot = chunks(work, KERNEL, "--initrd", initrd, *CONSOLE)
    for _ in range(10):
        with tfa.started(work, boot) as machine:
            machine.expect("^lethe: kernel .*, [2-4] cpus$", "^lethe: enter", FOUR, never=LOST)


# ---- the census ----

@EVERY
def test_a_cpu_still_runs(work, version):
    """The system before started CPU 1, and left it running."""
    stub = Hostile(SECOND, "plain", "cpu").save(work + "/stub")
    boot = pack(work + "/boot.img")
    with tfa.started(work, stub, version=version, load=[(boot, SECOND)],
                     cohsan={"start": SECOND, "bundle": boot, "device": [(BL33, BL33 + STUB_SIZE)]}) as machine:
        machine.expect(r'^lethe: FAIL read: device tree "cpu@1": .*\(LETHE_E_CPU_ON\)$', "^lethe: halt$", never="enter")
