# SPDX-License-Identifier: BSD-2-Clause
"""kexec with Lethe for a purgatory on a machine with UEFI and ACPI, as test_uefi.py for bundles.

The tree names no console, so that Lethe says nothing: the record tells, and what the machine does. cohsan watches
each machine from the purgatory's first instruction on.
"""

import os

import pytest

import kexec_guest
import kexec_under_cohsan
import pairwise
import shared
from bundle_under_kexec import archive
from images import cpio, write
from machine import Machine
from paths import EDK2, KERNEL
from purgatory_under_kexec import LINUX, cohsan_options, damage, expect_segments, grafted, loaded, patient
from uefi_guest import LONG, MEMORY, chosen, read_tree

# Such a boot takes 15 to 20 s, and where kexec puts things takes another. test_uefi.py starts a bundle that way in the first tier.
pytestmark = pytest.mark.long
LOAD = ("-c,-l",)
CONDUITS = [{"cpu": "cortex-a72", "el": 1, "smp": 1}, {"cpu": "cortex-a72", "el": 2, "smp": 1}]


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        cells = pairwise.cover(LONG, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))
    if "conduit" in metafunc.fixturenames:
        metafunc.parametrize("conduit", CONDUITS, ids=kexec_under_cohsan.name_of)


@pytest.fixture(scope="session")
def initrd(tmp_path_factory):
    """The first kernel's archive."""
    return write(str(tmp_path_factory.mktemp("uefi") / "client"), cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(grafted()), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", KERNEL), ("k/initrd", 0o100644, archive("loaders"), (0, 0))]))


def machine_of(initrd, cell, load=LOAD, extra=(), **more):
    """Another Machine's arguments are in more; t.NAME=1 for each of its words."""
    words = {name: 1 for name in more.pop("words", ("tree",))}
    line = kexec_guest.command_line("kexec-e", load=load, append=["loaders=1", "t.tree=1"], **words)
    return patient(Machine(KERNEL, initrd=initrd, memory=MEMORY, append=line, el=cell["el"], smp=cell["smp"],
                           cpu=kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]),
                           extra=["-bios", EDK2, *extra], **more))


def place(initrd, cell):
    """Where kexec puts the purgatory."""
    def find():
        with machine_of(initrd, cell, (*LOAD, "-d"), words=["wait"]) as machine:
            machine.expect("^client: waits$")
            return loaded(machine)[0]
    return shared.value(["uefi", os.path.getsize(initrd)], find)


def test_started(work, initrd, cell):
    at = place(initrd, cell)
    with machine_of(initrd, cell, cohsan=cohsan_options(at)) as machine:
        machine.expect("^.*EFI stub: Generating empty DTB", "psci: probing for conduit method from ACPI")
        first, nodes = chosen(work, read_tree(machine))
        assert nodes == ["chosen"]
        machine.expect("^client: load status=0$")
        machine.expect(LINUX, "psci: probing for conduit method from ACPI",
                       f"smp: Brought up 1 node, {cell['smp']} CPU", rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       "^client: cmdline=console=ttyAMA0 loaders=1 t.tree=1$", "^client: model= initrd=loaders$",
                       never="Kernel panic|lethe: ")
        machine.expect("^door +purgatory$", "^mode +cached$", f"^entered at +EL{cell['el']}$",
                       f"^handed over at +EL{cell['el']}$", "^boot count +1$")
        expect_segments(machine)
        second, nodes = chosen(work, read_tree(machine))
        assert (second, nodes) == (first, ["chosen"])
        machine.expect("^client: end$")


def test_reset_by_the_conduit_of_the_fadt(initrd, conduit):
    """Only the FADT names it, for the tree has no PSCI. At EL2 HVC would be refused."""
    at = place(initrd, conduit)
    with machine_of(initrd, conduit, words=["wait"], ram=True, cohsan=cohsan_options(at), extra=["-no-reboot"]) as machine:
        damage(machine, "initrd")
        machine.expect("Bye!")
        assert machine.expect_exit() == 0
        assert LINUX not in machine.raw.decode("utf-8", "replace").partition("client: waits")[2]
