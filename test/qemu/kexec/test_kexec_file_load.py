# SPDX-License-Identifier: BSD-2-Clause
"""A small kernel of our own configuration (test/guest/kernel), which has kexec_file_load(2): kexec -s.

Only in the long tier: it is built from 140 MB of source.
"""

import pytest

import kexec_guest
import kexec_under_cohsan
from machine import Machine
from paths import TINY

CELLS = [{"cpu": cpu, "el": el, "smp": smp, "load": load} for cpu in ("cortex-a57", "neoverse-n1")
         for el in (1, 2) for smp in (1, 2) for load in ("-s,-l", "-c,-l,-i")]
each_cell = pytest.mark.parametrize("cell", CELLS, ids=map(kexec_under_cohsan.name_of, CELLS))
pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return kexec_guest.initramfs(str(tmp_path_factory.mktemp("tiny") / "initrd"), kernel=TINY)


@pytest.fixture(scope="session")
def functions(tmp_path_factory):
    return kexec_under_cohsan.functions(str(tmp_path_factory.mktemp("symbols")), TINY)


@each_cell
def test_kexec(tiny, cell):
    """Loaded by the kernel itself, without a purgatory; or by kexec-tools."""
    with Machine(TINY, initrd=tiny, **kexec_under_cohsan.options(cell)) as machine:
        machine.expect(r"^client: cmdline=.*t\.run=kexec-e", "^client: load status=0$",
                       "Booting Linux on physical CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       r"^client: cmdline=console=ttyAMA0 second=1", "^client: end$",
                       never="Kernel panic")


@pytest.mark.parametrize("load", ["-s,-p", "-c,-p,-i"])
def test_crash(tiny, load):
    line = kexec_guest.command_line("kexec-p", load=[load], append=["maxcpus=1"], cpu=1)
    with Machine(TINY, initrd=tiny, cpu="cortex-a57", smp=2, memory=256,
                 append=line + " crashkernel=64M") as machine:
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq",
                       "Booting Linux on physical CPU", "^client: cmdline=.* maxcpus=1",
                       "^client: vmcore$", "^client: end$")


@each_cell
def test_under_cohsan(work, tiny, functions, cell):
    kexec_under_cohsan.check(kexec_under_cohsan.reports_of(work, cell, tiny, functions, TINY), TINY)
