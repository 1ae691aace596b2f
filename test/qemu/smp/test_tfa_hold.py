# SPDX-License-Identifier: BSD-2-Clause
"""Trusted Firmware at EL3 below Lethe's monitor, with Debian at EL1, and below Lethe's pen.

CPUs that are off wait in a loop of firmware's, which is slow here: kexec is told to leave its digests out (-i).
"""

import pytest

import kexec_guest
import tfa
from images import pack
from paths import KERNEL, MIB
from returns import VIRT, expect_rounds, returns
from tfa import CONSOLE, FOUR, KINDS, LOST, TREE, chunks

pytestmark = pytest.mark.long
SECOND = 0x70000000
AT_EL1 = ["--el", "1"]
# Where firmware is older than the CPU, --el 1 does not work (limits.md): 2.8 and max.
KINDS_AT_EL1 = pytest.mark.parametrize("version, cpu, gic", [
    ("2.8", "cortex-a57", 2), ("2.8", "cortex-a72", 3), ("2.12", "cortex-a57", 2), ("2.12", "max", 3)])
# With its GICv3 the second kernel at EL1 fails, without Lethe's monitor, too (limits.md).
WITH_GICV2 = pytest.mark.parametrize("version, cpu", [("2.8", "cortex-a57"), ("2.12", "cortex-a57"), ("2.12", "max")])
IN_TURN = "^client: in turn 0,2-3 0-1,3 0-2, online=0-3$"


@pytest.fixture(scope="session")
def second(tmp_path_factory):
    """The archive with Debian's kernel to be loaded by kexec."""
    return kexec_guest.initramfs(str(tmp_path_factory.mktemp("tfa")) + "/initrd", kernel=KERNEL)


def at_el1(work, initrd, run, more="", **words):
    return chunks(work, KERNEL, *AT_EL1, "--initrd", initrd, "--append", kexec_guest.command_line(run, **words) + more)


def expect_four(machine):
    machine.expect(FOUR, r"CPU: All CPU\(s\) started at EL1", "^client: cmdline=", "^client: online=0-3$", never=LOST)


@KINDS_AT_EL1
def test_down_and_up(work, second, version, cpu, gic):
    with tfa.started(work, at_el1(work, second, "nothing", rounds=3), version=version, cpu=cpu, gic=gic) as machine:
        machine.expect("^lethe: enter 0x[0-9a-f]+ EL1$")
        expect_four(machine)
        machine.expect(*[IN_TURN] * 3, "^client: end$", never="Kernel panic")


@WITH_GICV2
def test_kexec(work, second, version, cpu):
    boot = at_el1(work, second, "kexec-e", load=["-c", "-l", "-i"], append=["t.rounds=1"])
    with tfa.started(work, boot, version=version, cpu=cpu) as machine:
        expect_four(machine)
        machine.expect("^client: load status=0$", "kexec_core: Starting new kernel", never="Kernel panic")
        expect_four(machine)
        machine.expect(IN_TURN, "^client: end$", never="Kernel panic")


@WITH_GICV2
def test_kdump(work, second, version, cpu):
    """CPU 2 was down and up before. Had firmware started it at EL2, the others would come at EL2 now."""
    boot = at_el1(work, second, "kexec-p", " crashkernel=128M", load=["-c", "-p", "-i"], cpu=2, rounds=1)
    with tfa.started(work, boot, version=version, cpu=cpu) as machine:
        expect_four(machine)
        machine.expect(IN_TURN, "^client: load status=0$", "Kernel panic - not syncing: sysrq triggered crash")
        machine.expect(FOUR, r"CPU: All CPU\(s\) started at EL1", "^client: vmcore$", "^00000000  7f 45 4c 46 ",
                       "^client: end$", never="inconsistent modes|failed to come|failed to boot")


@KINDS
def test_given_back_then_debian(work, initrd, version, cpu, gic):
    """The first system gives all CPUs back, twice; the next one is Debian."""
    uart, _, devices = VIRT
    system = returns(work + "/system", next_at=SECOND, board=(uart, (TREE, TREE + tfa.MEMORY * MIB), devices))
    boot = chunks(work, system, "--cpus", "pen")
    debian = pack(work + "/second.img", "--cpus", "keep", "--initrd", initrd, *CONSOLE, kernel=KERNEL)
    with tfa.started(work, boot, version=version, cpu=cpu, gic=gic, load=[(debian, SECOND)]) as machine:
        expect_rounds(machine, 3)
        machine.expect(f"^lethe: 0.1.0 at {SECOND:#x} EL2 ", "^lethe: enter 0x[0-9a-f]+ EL2$", FOUR,
                       r"CPU: All CPU\(s\) started at EL2", "^init: end", never=LOST)
