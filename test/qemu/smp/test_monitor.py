# SPDX-License-Identifier: BSD-2-Clause
"""A kernel at EL1 with all CPUs: the monitor at EL2 starts them there, by firmware's PSCI (el1) or as the PSCI itself
(psci, on a machine whose CPUs wait at words).

cohsan follows every CPU up to the hand-off.
"""

import pytest

import kexec_guest
from images import fdtget, pack, write
from machine import Machine
from monitored import KINDS, MEMORY, OPTIONS, TARGET, TREE, virt
from paths import KERNEL
from spin_table import SpinFirmware

IN_TURN = "^client: in turn 0,2-3 0-1,3 0-2, online=0-3$"
FOUR = ["SMP: Total of 4 processors activated", r"CPU: All CPU\(s\) started at EL1"]


@pytest.fixture(scope="session")
def second(tmp_path_factory):
    """The archive with Debian's kernel to be loaded by kexec."""
    return kexec_guest.initramfs(str(tmp_path_factory.mktemp("monitor")) + "/initrd", kernel=KERNEL)


def debian(work, kind, initrd, run, more="", **words):
    return pack(work + "/boot.img", *OPTIONS[kind], "--initrd", initrd, "--append",
                kexec_guest.command_line(run, **words) + more, kernel=KERNEL)


def expect_four(machine):
    machine.expect(*FOUR, "^client: cmdline=", "^client: online=0-3$",
                   never="inconsistent modes|failed to come|failed to boot|Kernel panic")


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.mark.parametrize("kind, cpu, gic", [
    ("el1", "max", 3), ("psci", "cortex-a57", 2), long("el1", "cortex-a57", 2), long("el1", "neoverse-n1", 3),
    long("psci", "neoverse-n1", 3), long("psci", "max", 3)])
def test_four(work, initrd, kind, cpu, gic):
    boot = pack(work + "/boot.img", *OPTIONS[kind], "--chunks", "16", "--initrd", initrd, "--append", "console=ttyAMA0",
                kernel=KERNEL)
    with virt(kind, boot, work, cpu, gic) as machine:
        machine.expect(r"^lethe: kernel .*, [2-4] cpus$", "^lethe: enter 0x[0-9a-f]+ EL1$", *FOUR, "^init: end",
                       never="inconsistent modes|failed to come|failed to boot|Kernel panic")


TWO_KERNELS = 60        # seconds more, under cohsan beside another machine


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_down_and_up(work, second, kind):
    with virt(kind, debian(work, kind, second, "nothing", rounds=3), work) as machine:
        expect_four(machine)
        machine.expect(*[IN_TURN] * 3, "^client: end$", never="Kernel panic")


@pytest.mark.parametrize("kind", [KINDS[0], pytest.param(KINDS[1], marks=pytest.mark.long)])
def test_kexec(work, second, kind):
    """Four CPUs into four, and the second kernel's go down and up."""
    with virt(kind, debian(work, kind, second, "kexec-e", append=["t.rounds=1"]), work) as machine:
        machine.deadline += TWO_KERNELS
        expect_four(machine)
        machine.expect("^client: load status=0$", "kexec_core: Starting new kernel", never="Kernel panic")
        expect_four(machine)
        machine.expect(IN_TURN, "^client: end$", never="Kernel panic")


@pytest.mark.parametrize("kind", [long("el1"), long("psci")])
def test_kdump(work, second, kind):
    boot = debian(work, kind, second, "kexec-p", " crashkernel=128M", cpu=2)
    with virt(kind, boot, work) as machine:
        machine.deadline += TWO_KERNELS
        expect_four(machine)
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq triggered crash",
                       "SMP: Total of 4 processors activated", "^client: vmcore$", "^00000000  7f 45 4c 46 ", "^client: end$")


def test_the_tree_of_a_machine_without_a_reset(work, small_kernel):
    """PSCI 0.2 takes reset and power-off over, so a monitor that can do neither says 0.1."""
    boot = pack(work + "/boot.img", "--cpus", "psci", kernel=small_kernel)
    with virt("psci", boot, work, ram=True) as machine:
        machine.expect("^lethe: enter")
        tree = write(work + "/given.dtb", machine.read_tree(machine.payload()["x0"]))
    assert fdtget(tree, "/psci", "compatible") == "arm,psci"
    assert fdtget(tree, "/psci", "method") == "hvc"
    assert [fdtget(tree, "/psci", name, "x") for name in ("cpu_off", "cpu_on")] == ["84000002", "c4000003"]
    for cpu in range(4):
        assert fdtget(tree, f"/cpus/cpu@{cpu}", "enable-method") == "psci"
        assert fdtget(tree, f"/cpus/cpu@{cpu}", "cpu-release-addr") is None


def test_firmware_without_psci_at_el1(work, small_kernel):
    """At EL1 nothing can be below."""
    boot = pack(work + "/boot.img", "--cpus", "psci", kernel=small_kernel)
    spin = SpinFirmware(TARGET, TREE, kind="uboot")
    tree = spin.tree(work + "/spin.dtb", el=1, smp=4, memory=MEMORY)
    with Machine(spin.save(work + "/firmware"), el=1, smp=4, memory=MEMORY, load=[(boot, TARGET), (tree, TREE)],
                 cohsan=spin.cohsan()) as machine:
        machine.expect(r"^lethe: FAIL read: cpus: asks for something .*\(LETHE_E_PLAN_UNSUPPORTED\)$", never="enter")


def test_words_and_el1_need_psci(work, small_kernel):
    boot = pack(work + "/boot.img", "--el", "1", kernel=small_kernel)
    with virt("psci", boot, work) as machine:
        machine.expect(r"^lethe: FAIL read: .*\(LETHE_E_EL1_SMP\)$", never="enter")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_ten_in_a_row(work, second, kind):
    boot = debian(work, kind, second, "nothing", rounds=1)
    for _ in range(10):
        with virt(kind, boot, work) as machine:
            expect_four(machine)
            machine.expect(IN_TURN, "^client: end$", never="Kernel panic")
