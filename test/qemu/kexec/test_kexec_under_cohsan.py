# SPDX-License-Identifier: BSD-2-Clause
"""cohsan on programs that are not Lethe's: Debian's kernel and kexec-tools.

One kernel loads the next with kexec and starts it, through the stock purgatory; then the same under cohsan.
In the first tier only test_kernel_that_forgets runs. It implies test_under_cohsan: the damaged kernel's own
reports are all that cohsan reports. test_kexec.py and test_kdump.py load with the same kexec in every test.
"""

import struct

import pytest

import kexec_guest
import kexec_under_cohsan
import pairwise
from images import write
from machine import Machine
from paths import KERNEL

CHOICES = {
    "cpu": ["cortex-a57", "neoverse-n1", "max"],
    "el": [1, 2],
    "smp": [1, 2],
    "load": ["-c,-l", "-c,-l,-i"],
}
# The first is the one of test_kernel_that_forgets: it goes through EL2, EL1 and EL2 again.
WATCHED = [{"cpu": cpu, "el": el, "smp": smp, "load": load} for cpu in ("cortex-a57", "neoverse-n1")
          for el in (2, 1) for smp, load in ((1, "-c,-l,-i"), (2, "-c,-l,-i"), (1, "-c,-l"))]
WATCHED += [{"cpu": "max", "el": el, "smp": 1, "load": "-c,-l,-i"} for el in (2, 1)]
DC_CIVAC_X19, IC_IALLU = 0xd50b7e33, 0xd508751f
# What cohsan reports of a kernel whose copying code lacks one of these.
FORGOTTEN = [pytest.param(DC_CIVAC_X19, {"fetch-dirty", "handoff-dirty"}, id="dc-civac"),
             pytest.param(IC_IALLU, {"handoff-icache", "fetch-no-ic"}, id="ic-iallu")]


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = pairwise.cover(CHOICES, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))
    if "watched" in metafunc.fixturenames:
        metafunc.parametrize("watched", WATCHED, ids=map(kexec_under_cohsan.name_of, WATCHED))
    if "forgotten" in metafunc.fixturenames:
        metafunc.parametrize("forgotten,kinds", FORGOTTEN if long else FORGOTTEN[:1])
    if "crash_el" in metafunc.fixturenames:
        metafunc.parametrize("crash_el", [1, 2])


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    return kexec_guest.initramfs(str(tmp_path_factory.mktemp("client") / "initrd"))


@pytest.fixture(scope="session")
def functions(tmp_path_factory):
    return kexec_under_cohsan.functions(str(tmp_path_factory.mktemp("symbols")))


@pytest.mark.long
def test_kexec(client, cell):
    with Machine(KERNEL, initrd=client, **kexec_under_cohsan.options(cell)) as machine:
        machine.expect(r"^client: cmdline=.*t\.run=kexec-e", "^client: load status=0$",
                       "Booting Linux on physical CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       r"^client: cmdline=console=ttyAMA0 second=1$", "^client: end$",
                       never="Kernel panic")


@pytest.mark.long
def test_crash(client, crash_el):
    """kexec -p and a panic, on the CPU that did not boot: what crash tests will build on."""
    line = kexec_guest.command_line("kexec-p", load=["-c", "-p", "-i"], append=["maxcpus=1"], cpu=1)
    with Machine(KERNEL, initrd=client, cpu="cortex-a57", el=crash_el, smp=2, memory=512,
                 append=line + " crashkernel=128M") as machine:
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq",
                       "Booting Linux on physical CPU", "^client: cmdline=.* maxcpus=1$",
                       "^client: vmcore$", "^client: end$")


# ---- the same under cohsan ----

@pytest.mark.long
def test_under_cohsan(work, client, functions, watched):
    """Reports are those that are known and harmless, and there is none between the kernels."""
    kexec_under_cohsan.check(kexec_under_cohsan.reports_of(work, watched, client, functions))


def forgetful(path, word):
    """The first kernel without one instruction of its copying code, which has the one DC of X19."""
    with open(KERNEL, "rb") as file:
        image = bytearray(file.read())
    copying = image.index(struct.pack("<I", DC_CIVAC_X19))
    at = image.index(struct.pack("<I", word), copying)
    assert at - copying < 0x80, "the copying code looks different"
    struct.pack_into("<I", image, at, kexec_under_cohsan.NOP)
    return write(path, image)


@pytest.mark.long
def test_kernel_that_forgets(work, client, functions, forgotten, kinds):
    """Each of these boots in QEMU, and cohsan reports what is missing. It reports nothing else."""
    kernel = forgetful(work + "/Image", forgotten)
    reports = kexec_under_cohsan.reports_of(work, WATCHED[0], client, functions, kernel)
    left = kexec_under_cohsan.unexplained(reports)
    assert kinds <= {report["kind"] for report in left}
    # Only on the pages that it copied: the purgatory is run from dirty lines, loads from and stores to them.
    assert {report["kind"] for report in left} <= {*kinds, "read-under-dirty", "write-under-dirty"}, left
    assert {report["symbol"] for report in left} == {"?"}, left
