# SPDX-License-Identifier: BSD-2-Clause
"""Bundles under kexec on a machine with UEFI and ACPI: edk2 starts Debian's kernel, which starts the bundle.

The tree is what Linux's EFI stub makes: /chosen with the command line and the way to UEFI's tables. No memory, no
PSCI, no stdout-path. cohsan watches each machine from Lethe's first instruction on.
"""

import pytest

import kexec_guest
import kexec_under_cohsan
import pairwise
import uefi_guest
from bundle_under_kexec import AT, archive, cohsan_options
from images import Bundle, cpio, pack, write
from machine import Machine
from paths import EDK2, KERNEL, VIRT_UART
from uefi_guest import MEMORY, chosen, read_tree

# Such a boot takes 10 to 20 s: one in the first tier.
CELLS = [{"cpu": "neoverse-n1", "el": 2, "smp": 2, "packed": "initrd"}]
LONG = {**uefi_guest.LONG, "packed": ["kernel", "initrd"]}
CONSOLE = ("--console", f"pl011,{VIRT_UART:#x}")
RUN = "loaders=1 t.tree=1"


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = pairwise.cover(LONG, lambda cell: True) if long else CELLS
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))
    if "conduit" in metafunc.fixturenames:
        conduits = [(1, "hvc"), (2, "smc")]
        metafunc.parametrize("conduit", conduits if long else conduits[1:], ids="{0[1]}".format)


def client(folder, boot):
    """The first kernel's archive: a bundle, and an initrd that kexec loads."""
    return write(folder + "/client", cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", boot), ("k/initrd", 0o100644, archive("loaders"), (0, 0))]))


def started(folder, boot, cell, extra=()):
    """A machine with UEFI, on its way to the bundle."""
    line = kexec_guest.command_line("kexec-e", load=("-c", "-l", "-i", f"--mem-min={AT:#x}"),
                                append=RUN.split(), tree=1)
    machine = Machine(KERNEL, initrd=client(folder, boot), memory=MEMORY, append=line,
                      cpu=kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), el=cell["el"],
                      smp=cell["smp"], cohsan=cohsan_options(boot),
                      extra=["-bios", EDK2, *extra])
    machine.deadline += 20
    return machine


def test_started(work, cell):
    options = ["--initrd", write(work + "/packed", archive("packed"))] if cell["packed"] == "initrd" else []
    boot = pack(work + "/boot.img", *options, *CONSOLE, kernel=KERNEL)
    el = cell["el"]
    with started(work, boot, cell) as machine:
        machine.expect("^.*EFI stub: Generating empty DTB", "psci: probing for conduit method from ACPI")
        first, nodes = chosen(work, read_tree(machine))
        assert nodes == ["chosen"]
        machine.expect("^client: load status=0$")
        machine.expect(rf"^lethe: 0\.1\.0 at {AT:#x} EL{el} E2H=0 ", never="Kernel panic")
        for name in Bundle(boot).segments():
            machine.expect(rf"^lethe: {name} \d+ sha256 ok")
        machine.expect(rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="lethe: FA|lethe: uncached")
        machine.expect("psci: probing for conduit method from ACPI", f"smp: Brought up 1 node, {cell['smp']} CPU",
                       rf"CPU: All CPU\(s\) started at EL{el}", f"^client: cmdline=console=ttyAMA0 {RUN}$",
                       "^client: model= initrd=" + ("packed" if options else "loaders"), never="Kernel panic")
        machine.expect("^door +image$", "^mode +cached$", f"^entered at +EL{el}$", f"^handed over at +EL{el}$",
                       "^boot count +1$", "^segment +verdict$",
                       *(f"^{name} +ok$" for name in Bundle(boot).segments()))
        second, nodes = chosen(work, read_tree(machine))
        assert (second, nodes) == (first, ["chosen"])
        machine.expect("^client: end$")


@pytest.mark.long
def test_reset_by_the_conduit_of_the_fadt(work, pytestconfig, conduit):
    """Only the FADT names it: the tree has no PSCI, the plan names none. At EL2 HVC would be refused."""
    el = conduit[0]
    boot = pack(work + "/boot.img", "--initrd", write(work + "/packed", archive("packed")), *CONSOLE,
                "--on-fail", "reset", kernel=KERNEL)
    bundle = Bundle(boot)
    bundle.bytes[bundle.segment(bundle.segments()["initrd"], "source")] ^= 1
    with started(work, bundle.save(work + "/bad.img"), {"cpu": "cortex-a72", "el": el, "smp": 1},
                 extra=["-no-reboot"]) as machine:
        machine.expect("^client: load status=0$", r"^lethe: FAIL verify: .*\(LETHE_E_DIGEST\)$")
        machine.expect("^lethe: reset in 5 s$", never="lethe: FAULT|NO_PSCI")
        if pytestconfig.getoption("long"):
            machine.expect("^lethe: reset$")
            assert machine.expect_exit() == 0
        assert "lethe: enter" not in machine.raw.decode("utf-8", "replace")
