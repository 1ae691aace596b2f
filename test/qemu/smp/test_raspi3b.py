# SPDX-License-Identifier: BSD-2-Clause
"""A board without PSCI: what Debian's generic kernel can do with its four CPUs, by what Lethe makes of firmware's words.

keep: the words are as they were. pen: they are Lethe's. With both no CPU ever leaves the kernel, so it refuses kexec.
psci: Lethe is the firmware, and the kernel has all that it has elsewhere.
"""

import itertools

import pytest

import kexec_guest
from images import cpio, fdtget, pack, reservations, write
from raspi3 import GENERIC, raspi3, tree
from returns import RASPI3, expect_rounds, returns
from spin_table import ONE_THREAD
from uefi_guest import read_tree

pytestmark = pytest.mark.long       # the generic kernels are fetched for that tier alone
EL = {"keep": 2, "pen": 2, "psci": 1}
MODES = list(EL)
CPUS = (1, 2, 3)
ELFCORE = r"^00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00 "
IN_TURN = "^client: in turn 0,2-3 0-1,3 0-2, online=0-3$"


def mode_options(mode):
    """What pack is told. keep is what it does unless it is told."""
    return [] if mode == "keep" else ["--cpus", mode]


def started(work, mode, run, **words):
    """A machine that boots Debian with the second kernel in its archive. It does what the command line says."""
    initrd = kexec_guest.initramfs(work + "/initrd", kernel=GENERIC)
    more = words.pop("more", "")
    boot = pack(work + "/boot.img", *mode_options(mode), "--initrd", initrd, "--append",
                kexec_guest.command_line(run, **words) + more, kernel=GENERIC)
    # Twice as fast; but where Lethe has the CPUs come, cohsan has to know them apart.
    return raspi3(boot, tree(work + "/board.dtb"), extra=ONE_THREAD if mode == "keep" else ())


def expect_four(machine, mode):
    machine.expect("SMP: Total of 4 processors activated", rf"CPU: All CPU\(s\) started at EL{EL[mode]}",
                   "^client: cmdline=", "^client: online=0-3$", never="failed to come online|Kernel panic")


def addresses(path, name):
    """This property of the other CPUs' nodes."""
    texts = [fdtget(path, f"/cpus/cpu@{cpu}", name, "x") for cpu in CPUS]
    return [text and int("".join(cell.rjust(8, "0") for cell in text.split()), 16) for text in texts]


def check_tree(path, mode):
    """The CPUs' nodes, as the kernel got them."""
    with open(path, "rb") as file:
        reserved = reservations(file.read())
    words, doors = addresses(path, "cpu-release-addr"), addresses(path, "cpu-return-addr")
    methods = {fdtget(path, f"/cpus/cpu@{cpu}", "enable-method") for cpu in (0, *CPUS)}
    assert methods == {"psci" if mode == "psci" else "spin-table"}
    if mode == "keep":
        assert words == [0xe0, 0xe8, 0xf0] and doors == [None] * 3
    elif mode == "pen":
        assert all(higher - lower >= 256 for lower, higher in itertools.pairwise(sorted(words)))
        assert all(any(at <= place < at + size for at, size in reserved if at) for place in words + doors)
    else:
        assert words == doors == [None] * 3
        assert fdtget(path, "/psci", "compatible") == "arm,psci-0.2" and fdtget(path, "/psci", "method") == "hvc"


@pytest.mark.parametrize("mode", MODES)
def test_four(work, mode):
    with started(work, mode, "nothing", tree=1) as machine:
        expect_four(machine, mode)
        check_tree(write(work + "/given.dtb", read_tree(machine)), mode)
        machine.expect("^client: end$")


@pytest.mark.parametrize("mode", ["keep", "pen"])
def test_no_way_back(work, mode):
    """The kernel says why: it has no cpu_die for a spin-table."""
    with started(work, mode, "kexec-e", rounds=1) as machine:
        expect_four(machine, mode)
        machine.expect("^client: in turn 0-3 0-3 0-3, online=0-3$", "Can't kexec: CPUs are stuck in the kernel",
                       "kexec_load failed: Device or resource busy", r"^client: load status=255$", "^client: end$")


def test_down_and_up(work):
    with started(work, "psci", "nothing", rounds=3) as machine:
        expect_four(machine, "psci")
        machine.expect(*[IN_TURN] * 3, "^client: end$", never="Kernel panic")


def test_kexec(work):
    """Four CPUs into four, and the second kernel's go down and up as well."""
    with started(work, "psci", "kexec-e", append=["t.rounds=1"]) as machine:
        expect_four(machine, "psci")
        machine.expect("^client: load status=0$", "kexec_core: Starting new kernel", never="Kernel panic")
        expect_four(machine, "psci")
        machine.expect(IN_TURN, "^client: end$", never="Kernel panic")


@pytest.mark.parametrize("mode", MODES)
def test_kdump(work, mode):
    """CPU 0 panics: this board's interrupts go to that one. The others may stay where they are, by any method."""
    with started(work, mode, "kexec-p", more=" crashkernel=192M", append=["maxcpus=1"], cpu=0) as machine:
        expect_four(machine, mode)
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq triggered crash")
        machine.expect("^client: cmdline=.* maxcpus=1", "^client: vmcore$", ELFCORE, "^client: end$")


def test_given_back(work):
    """A first system takes the CPUs and gives them back, twice, and destroys what they ran on. Then Debian gets all."""
    at = 0x10000000
    initrd = write(work + "/initrd", cpio(kexec_guest.base()))
    second = pack(work + "/second.img", "--cpus", "pen", "--initrd", initrd, "--append",
                  kexec_guest.command_line("nothing"), kernel=GENERIC)
    first = pack(work + "/boot.img", "--cpus", "pen", kernel=returns(work + "/system", board=RASPI3, next_at=at))
    with raspi3(first, tree(work + "/board.dtb"), load=[(second, at)]) as machine:
        expect_rounds(machine, 3)
        machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} EL2 ")
        expect_four(machine, "pen")
