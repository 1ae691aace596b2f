# SPDX-License-Identifier: BSD-2-Clause
"""Trusted Firmware at EL3 starts a bundle as BL33: a real PSCI below, with a state for CPUs on their way.

cohsan follows every CPU from Lethe's first instruction to the hand-off, firmware's code included.
"""

import pytest

import kexec_guest
import tfa
from cohsan import STUB_SIZE
from images import Hostile, fdtget, pack, small_kernel, write
from paths import KERNEL, MIB
from returns import expect_rounds, returns
from tfa import BL33, TREE, VERSIONS

pytestmark = pytest.mark.long
EVERY = pytest.mark.parametrize("version", VERSIONS)
# The newer version with max has SMCCC 1.3's hint of SVE in Debian's calls.
KINDS = pytest.mark.parametrize("version, cpu, gic", [
    (version, cpu, gic) for version in VERSIONS for cpu, gic in (("cortex-a57", 2), ("max", 3))])
SECOND = 0x70000000
MS = 62500          # of QEMU's counter
AT_EL1 = ["--el", "1"]
CONSOLE = ["--append", "console=ttyAMA0"]
FOUR = "SMP: Total of 4 processors activated"
IN_TURN = "^client: in turn 0,2-3 0-1,3 0-2, online=0-3$"
LOST = "inconsistent modes|failed to come|failed to boot|Kernel panic"


def chunks(work, kernel, *options):
    return pack(work + "/boot.img", "--chunks", "16", *options, kernel=kernel)


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


# ---- at EL1, by way of the monitor ----

@pytest.fixture(scope="session")
def second(tmp_path_factory):
    """The archive with Debian's kernel to be loaded by kexec."""
    return kexec_guest.initramfs(str(tmp_path_factory.mktemp("tfa")) + "/initrd", kernel=KERNEL)


def at_el1(work, initrd, run, more="", **words):
    return chunks(work, KERNEL, *AT_EL1, "--initrd", initrd, "--append", kexec_guest.command_line(run, **words) + more)


def expect_four(machine):
    machine.expect(FOUR, r"CPU: All CPU\(s\) started at EL1", "^client: cmdline=", "^client: online=0-3$", never=LOST)


@KINDS
def test_down_and_up(work, second, version, cpu, gic):
    with tfa.started(work, at_el1(work, second, "nothing", rounds=3), version=version, cpu=cpu, gic=gic) as machine:
        machine.expect("^lethe: enter 0x[0-9a-f]+ EL1$")
        expect_four(machine)
        machine.expect(*[IN_TURN] * 3, "^client: end$", never="Kernel panic")


@KINDS
def test_kexec(work, second, version, cpu, gic):
    boot = at_el1(work, second, "kexec-e", append=["t.rounds=1"])
    with tfa.started(work, boot, version=version, cpu=cpu, gic=gic) as machine:
        expect_four(machine)
        machine.expect("^client: load status=0$", "kexec_core: Starting new kernel", never="Kernel panic")
        expect_four(machine)
        machine.expect(IN_TURN, "^client: end$", never="Kernel panic")


@EVERY
def test_kdump(work, second, version):
    with tfa.started(work, at_el1(work, second, "kexec-p", " crashkernel=128M", cpu=2), version=version) as machine:
        expect_four(machine)
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq triggered crash", FOUR,
                       "^client: vmcore$", "^00000000  7f 45 4c 46 ", "^client: end$")


# ---- the pen ----

@KINDS
def test_given_back_then_debian(work, initrd, version, cpu, gic):
    """The first system gives all CPUs back, twice; the next one is Debian."""
    system = returns(work + "/system", next_at=SECOND)
    boot = chunks(work, system, "--cpus", "pen")
    debian = pack(work + "/second.img", "--cpus", "keep", "--initrd", initrd, *CONSOLE, kernel=KERNEL)
    with tfa.started(work, boot, version=version, cpu=cpu, gic=gic, load=[(debian, SECOND)]) as machine:
        expect_rounds(machine, 3)
        machine.expect(f"^lethe: 0.1.0 at {SECOND:#x} EL2 ", "^lethe: enter 0x[0-9a-f]+ EL2$", FOUR,
                       r"CPU: All CPU\(s\) started at EL2", "^init: end", never=LOST)


# ---- the census ----

def left_running(work, version, ticks=0, **options):
    """The system before starts CPU 1, which turns itself off after so many ticks, or never."""
    stub = Hostile(SECOND, "plain", "cpu", civacs=ticks).save(work + "/stub")
    boot = pack(work + "/boot.img")
    return tfa.started(work, stub, version=version, load=[(boot, SECOND)],
                       cohsan={"start": SECOND, "bundle": boot, "device": [(BL33, BL33 + STUB_SIZE)]}, **options)


@EVERY
def test_a_cpu_still_runs(work, version):
    with left_running(work, version) as machine:
        machine.expect(r'^lethe: FAIL read: device tree "cpu@1": .*\(LETHE_E_CPU_ON\)$', "^lethe: halt$", never="enter")


@EVERY
def test_a_cpu_on_its_way_down(work, version):
    with left_running(work, version, 20 * MS, ram=True) as machine:
        assert int(fdtget(given(machine, work), "/chosen/lethe", "cpus-off")) == 3
