# SPDX-License-Identifier: BSD-2-Clause
"""Bundles as UEFI programs, started by edk2: Debian's kernel by its own EFI stub, payloads without one by the Image door behind
ExitBootServices, and what is refused. src/door/efi.c.
"""

import re

import pytest

from efi import REMOVABLE, shell, uefi
from efi_bundles import LINE, VIOLATION, archive, debian, expect_lethe, flip
from images import Bundle, pack, write
from paths import KERNEL, PAYLOAD, VIRT_UART


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


def start(path):
    return {REMOVABLE: path}


@pytest.mark.parametrize("el, cpu, smp, acpi", [
    long(2, "cortex-a72", 2, True), long(1, "neoverse-n1", 1, False), long(2, "max,pauth-impdef=on", 1, False),
    long(1, "cortex-a72", 4, True)])
def test_debian(work, el, cpu, smp, acpi):
    """The record reaches user space, and with it nothing turns ACPI off."""
    boot = debian(work)
    machine = f"virt,virtualization={'on' if el == 2 else 'off'}{'' if acpi else ',acpi=off'}"
    with uefi(work, start(boot), cpu=cpu, smp=smp, el=el, machine=machine) as machine:
        expect_lethe(machine, el, "initrd", "kernel")
        machine.expect("^EFI stub: Loaded initrd from LINUX_EFI_INITRD_MEDIA_GUID", "^EFI stub: Using DTB from configuration table")
        if acpi:
            machine.expect("ACPI: Interpreter enabled", never="Kernel panic")
        machine.expect(f"^client: cmdline={LINE}$", never="Kernel panic")
        machine.expect("initrd=packed")
        machine.expect("^door +efi$", "^mode +cached$", f"^entered at +EL{el}$", f"^handed over at +EL{el}$",
                       r"^verify +\d+ +[0-9.]+ +", "^segment +verdict$", "^initrd +ok$", "^kernel +ok$", never="Kernel panic")


@pytest.mark.long
def test_the_loaders_options(work):
    """The shell gives a command line, which names an initrd on the same disk."""
    boot = debian(work, packed=False, line=None)
    with shell(work, [rf"boot.img initrd=\initrd {LINE} mine=1"], {"boot.img": boot, "initrd": archive("loaders")}) as machine:
        expect_lethe(machine, 2, "kernel")
        machine.expect("^EFI stub: Loaded initrd from command line option")
        machine.expect(rf"^client: cmdline=.*{LINE} mine=1$", "initrd=loaders", never="Kernel panic")


@pytest.mark.long
def test_both_have_one(work):
    """The packed ones are taken, and that is said."""
    boot = debian(work)
    with shell(work, [r"boot.img initrd=\initrd other=1"], {"boot.img": boot, "initrd": archive("loaders")}) as machine:
        machine.expect("^lethe: the loader's command line is not used: the bundle has its own$", "^lethe: enter")
        machine.expect(f"^client: cmdline={LINE}$", "initrd=packed", never="Kernel panic")


@pytest.mark.parametrize("name", ["kernel", long("initrd")])
def test_damaged(work, name):
    """It is named, nothing is left behind, and firmware goes on to its next boot option."""
    bad = flip(debian(work), name, work + "/bad.img")
    with shell(work, ["memmap", "bad.img", "memmap", "dh -p LoadFile2"], {"bad.img": bad}) as machine:
        machine.expect(rf'^lethe: FAIL verify: segment \d "{name}": digest does not match \(LETHE_E_DIGEST\)$',
                       "^lethe: expected [0-9a-f]{64}$", "^lethe: found    [0-9a-f]{64}$",
                       f"^lethe: back to firmware: {VIOLATION}$", never="lethe: enter")
        machine.expect("^Handle dump by protocol 'LoadFile2'")
        text = machine.raw.decode("utf-8", "replace")
        # BS_Data grows as firmware's own pool does, by a page or two.
        pages = re.findall(r"^ *((?:Reserved|Loader|BS_Code|RT_|ACPI_)\w*) *: +([0-9,]+) Pages", text, re.M)
        before, after = pages[:len(pages) // 2], pages[len(pages) // 2:]
        assert len(before) == 8 and before == after, pages
        data = [int(number.replace(",", "")) for number in re.findall(r"BS_Data *: +([0-9,]+) Pages", text)]
        assert len(data) == 2 and data[1] - data[0] < 16, data


@pytest.mark.long
def test_next_boot_option(work):
    bad = flip(debian(work, packed=False), "kernel", work + "/bad.img")
    with uefi(work, start(bad)) as machine:
        machine.expect(f"^lethe: back to firmware: {VIOLATION}$", "^BdsDxe: failed to start Boot.*Security Violation",
                       "^BdsDxe: (loading|starting) Boot", never="lethe: enter")


@pytest.mark.long
def test_fallback(work):
    """Two slots, of which the first is damaged."""
    boot = pack(work + "/boot.img", "--append", LINE + " first=1", "--fallback", "--kernel", KERNEL, "--append", LINE + " second=1",
                "--initrd", write(work + "/packed", archive("second")), kernel=KERNEL, efi=True)
    with uefi(work, start(flip(boot, "kernel", work + "/bad.img"))) as machine:
        machine.expect(r'^lethe: FAIL verify: segment 0 "kernel"', "^lethe: fallback 1$", r"^lethe: initrd-1 \d+ sha256 ok",
                       r"^lethe: kernel-1 \d+ sha256 ok", "^lethe: enter")
        machine.expect(f"^client: cmdline={LINE} second=1$", never="Kernel panic")
        machine.expect("initrd=second", "^slot +1$")


@pytest.mark.parametrize("el, to, acpi", [(2, "auto", True), long(2, "1", False), long(1, "auto", True), long(2, "auto", False)])
def test_payload_without_a_stub(work, el, to, acpi):
    """Lethe leaves UEFI, and is entered again by its Image door. RAM is what firmware's map says. An ACPI machine does not say how
    many CPUs it has to whoever reads trees only: no EL1 from EL2 there (limits.md)."""
    raw = write(work + "/raw", b"raw " * 300)
    boot = pack(work + "/boot.img", "--console", f"pl011,{VIRT_UART:#x}", "--el", to, "--raw", f"{raw}@0x48000000", kernel=PAYLOAD,
                efi=True)
    machine = f"virt,virtualization={'on' if el == 2 else 'off'}{'' if acpi else ',acpi=off'}"
    with uefi(work, start(boot), el=el, machine=machine) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 efi at 0x[0-9a-f]+ EL{el}$", "^lethe: raw0 1200 sha256 ok", r"^lethe: kernel \d+ sha256 ok",
                       rf"^lethe: leave UEFI for 0x[0-9a-f]+ EL{el}$")
        machine.expect(rf"^lethe: 0\.1\.0 at 0x[0-9a-f]+ EL{el} ", "^lethe: raw0 1200 sha256 ok", r"^lethe: kernel \d+ sha256 ok",
                       "^lethe: enter", never="FAIL|FAULT|uncached")
        values = machine.payload()
        assert values["el"] == (1 if to == "1" else el) and values["x0"] != 0


@pytest.mark.long
def test_debian_at_el1(work):
    """--el 1 is not for the kernel's stub: by the Image door, with firmware's tables."""
    boot = debian(work, "--el", "1", "--console", f"pl011,{VIRT_UART:#x}")
    with uefi(work, start(boot), machine="virt,virtualization=on,acpi=off") as machine:
        machine.expect("^lethe: leave UEFI for 0x[0-9a-f]+ EL2$", "^lethe: 0.1.0 at 0x[0-9a-f]+ EL2 ", "^lethe: enter 0x[0-9a-f]+ EL1$",
                       never="FAIL|FAULT")
        machine.expect("CPU: All CPU.s. started at EL1", "initrd=packed", "^door +image$", "^handed over at +EL1$", never="Kernel panic")


@pytest.mark.long
def test_debian_with_more(work):
    """A kernel's stub would not bring it: by the Image door, at EL2."""
    raw = write(work + "/raw", b"raw " * 300)
    boot = debian(work, "--raw", f"{raw}@0x48000000", "--console", f"pl011,{VIRT_UART:#x}")
    with uefi(work, start(boot)) as machine:
        machine.expect("^lethe: leave UEFI for 0x[0-9a-f]+ EL2$", "^lethe: 0.1.0 at 0x[0-9a-f]+ EL2 ", "^lethe: enter 0x[0-9a-f]+ EL2$",
                       never="FAIL|FAULT")
        machine.expect("ACPI: Interpreter enabled", "initrd=packed", "^door +image$", never="Kernel panic")


@pytest.mark.long
def test_a_plan_that_wants_a_rehearsal(work):
    boot = debian(work, "--stop-after", "check")
    with uefi(work, start(boot)) as machine:
        machine.expect("^lethe: the plan is good, and asks for no more$", "^lethe: back to firmware: 0x8000000000000015$",
                       never="lethe: enter")


@pytest.mark.parametrize("what, line", [
    ("plan", r"^lethe: FAIL check: .*\(LETHE_E_PLAN_DIGEST\)$"), long("door", r"^lethe: FAIL check: Lethe itself is damaged \(LETHE_E_SELF\)$"),
    long("size", r"^lethe: FAIL check: Lethe itself is damaged \(LETHE_E_SELF\)$"),
    long("header", r"^lethe: FAIL check: Lethe header is damaged \(LETHE_E_IMAGE_HEADER\)$")])
def test_damaged_lethe(work, what, line):
    boot = pack(work + "/boot.img", efi=True)
    bundle = Bundle(boot)
    sections = int.from_bytes(bundle.bytes[0x100 + 184 + 40 + 20:0x100 + 184 + 40 + 24], "little")
    bundle.bytes[{"plan": bundle.plan_at + 100, "door": len(bundle.bytes) - 1, "size": sections + 23, "header": 96}[what]] ^= 4
    with uefi(work, start(bundle.save(work + "/bad.img", seal=False))) as machine:
        machine.expect(line, f"^lethe: back to firmware: {VIOLATION}$", never="lethe: enter")
