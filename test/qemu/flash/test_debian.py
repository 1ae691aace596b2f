# SPDX-License-Identifier: BSD-2-Clause
"""Debian from the reset vector, with four CPUs: by the resident PSCI they go down and up, and the machine resets and turns
off; by a spin-table they come.
"""

import pytest

import kexec_guest
from flash import BOARDS, flash, started
from images import cpio, pack, write
from paths import KERNEL
from purgatory_under_kexec import CHECKED
from raspi3 import GENERIC, LONGER

LOST = "inconsistent modes|failed to come|failed to boot|Kernel panic|lethe: FAIL"
IN_TURN = "^client: in turn 0,2-3 0-1,3 0-2, online=0-3$"
MEMORY = 512
CONSOLES = {"zcu102": "console=ttyPS0 earlycon=cdns,0xff000000"}
# Of the bundle, where the tree's stdout-path is another UART.
OPTIONS = {"raspi4b": ["--console", "pl011,0xfe201000"]}


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """An archive without a second kernel: from flash each byte is copied."""
    return write(str(tmp_path_factory.mktemp("flash") / "initrd"), cpio(kexec_guest.base()))


@pytest.fixture(scope="session")
def second(tmp_path_factory):
    """The archive with Debian's kernel to be loaded by kexec."""
    return kexec_guest.initramfs(str(tmp_path_factory.mktemp("flash") / "initrd"), kernel=KERNEL)


def debian(work, board, initrd, run="nothing", way=None, kernel=KERNEL, cpu=None, **words):
    """A machine that starts it."""
    more = words.pop("more", "")
    line = kexec_guest.command_line(run, **words) + more
    name = BOARDS[board].file
    if name in CONSOLES:
        line = line.replace("console=ttyAMA0", CONSOLES[name])
    boot = pack(work + "/boot.img", *OPTIONS.get(board, ()), "--initrd", initrd, "--append", line, kernel=kernel)
    on_virt = BOARDS[board].machine.startswith("virt")
    options = {"ram": f"0x40000000 {MEMORY}MiB"} if on_virt else {}
    if way == "pflash":
        options["size"] = "exact 64MiB" if on_virt else "exact 256MiB"
    path = flash(work, board, boot, **options)
    more = {"memory": MEMORY} if on_virt else {}
    return started(work, board, path, bundle=boot, way=way, cpu=cpu or BOARDS[board].cpu, extra=["-no-reboot"], seconds=60,
                   **more)


def expect_four(machine, el=2):
    machine.expect("^lethe: enter", "SMP: Total of 4 processors activated", rf"CPU: All CPU\(s\) started at EL{el}",
                   "^client: cmdline=", "^client: online=0-3$", never=LOST)


@pytest.mark.parametrize("board, way, cpu, run", [
    ("virt-v3", "pflash", "cortex-a72", "poweroff"), long("virt-v3", "bios", "neoverse-n2", "reboot"),
    long("virt-v3", "bios", "max", "poweroff"), long("virt-v2", "bios", "cortex-a72", "reboot"),
    long("virt-v2", "pflash", "cortex-a57", "poweroff"), long("virt-v3-ram", "bios", "cortex-a72", "poweroff"),
    long("virt-v3-elf", "elf", "cortex-a72", "reboot"), long("virt-v3-no-el2", "bios", "cortex-a72", "poweroff"),
    long("virt-v2-no-el2", "bios", "cortex-a72", "reboot"), long("virt-el2", "pflash", "cortex-a72", "poweroff"),
    long("virt-el2", "bios", "max", "reboot"), long("virt-el1", "bios", "cortex-a72", "poweroff"),
    long("virt-el1", "pflash", "neoverse-n1", "reboot"), long("sbsa", "bios", "neoverse-n1", "poweroff"),
    long("sbsa", "pflash", "neoverse-n2", "reboot")])
def test_down_and_up(work, small, board, way, cpu, run):
    """And the end, as the kernel asks for it. Without QEMU's -no-reboot a reset starts all over: test_psci.py."""
    with debian(work, board, small, run, way, cpu=cpu, rounds=1) as machine:
        expect_four(machine, BOARDS[board].el)
        machine.expect(IN_TURN, never=LOST)
        assert machine.expect_exit() == 0


@pytest.mark.parametrize("board, way, cpu", [
    ("virt-v2-spin", "bios", "cortex-a72"), long("virt-v3-spin", "pflash", "cortex-a72"),
    long("virt-v3-spin", "bios", "max"), long("sbsa-spin", "bios", "neoverse-n1")])
def test_spin_table(work, small, board, way, cpu):
    with debian(work, board, small, way=way, cpu=cpu) as machine:
        expect_four(machine)
        machine.expect("^client: end$", never=LOST)


@pytest.mark.long
def test_kexec_with_purgatory(work, tmp_path_factory):
    """The same, by a kexec that has Lethe's purgatory, which says that it checked the segments."""
    folder = str(tmp_path_factory.mktemp("flash"))
    archive = kexec_guest.initramfs(folder + "/initrd", kernel=KERNEL, binary=kexec_guest.grafted(folder + "/kexec"))
    with debian(work, "virt-v3", archive, "kexec-e", append=["t.rounds=1"], load=CHECKED) as machine:
        expect_four(machine)
        machine.expect("^client: load status=0$", "kexec_core: Starting new kernel",
                       r"^lethe: regions \d+ sha256 ok", never=LOST)
        machine.expect("SMP: Total of 4 processors activated", "^client: online=0-3$", IN_TURN, "^client: end$", never=LOST)


@pytest.mark.long
@pytest.mark.parametrize("board", ["virt-v3", "virt-v2"])
def test_kexec(work, second, board):
    """Four CPUs into four, and the second kernel's go down and up: what is resident outlives a kernel."""
    with debian(work, board, second, "kexec-e", append=["t.rounds=1"]) as machine:
        expect_four(machine)
        machine.expect("^client: load status=0$", "kexec_core: Starting new kernel", never=LOST)
        machine.expect("SMP: Total of 4 processors activated", "^client: online=0-3$", IN_TURN, "^client: end$", never=LOST)


@pytest.mark.long
def test_kdump(work, second):
    """The crash kernel comes up on the CPU that panicked, and takes the others back."""
    with debian(work, "virt-v3", second, "kexec-p", more=" crashkernel=128M") as machine:
        expect_four(machine)
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq triggered crash",
                       "^client: vmcore$", "^00000000  7f 45 4c 46 ", "^client: end$")


@pytest.mark.long
@pytest.mark.parametrize("board", ["raspi3b", "raspi4b", "zcu102"])
def test_boards(work, small, board):
    """The generic kernel has their drivers."""
    spins = BOARDS[board].file != "zcu102"
    with debian(work, board, small, rounds=0 if spins else 1, kernel=GENERIC) as machine:
        machine.deadline += LONGER
        machine.expect("^lethe: enter", "SMP: Total of 4 processors activated", r"CPU: All CPU\(s\) started at EL2",
                       never=LOST)
        if board != "raspi4b":      # QEMU's, or its kernel: /init dies, also without Lethe
            machine.expect("^client: online=0-3$", *([] if spins else [IN_TURN]), "^client: end$", never=LOST)
