# SPDX-License-Identifier: BSD-2-Clause
"""Programs that know nothing of us: Debian's kernel and kexec-tools.

One kernel loads the next with kexec and starts it, through the stock purgatory.
"""

import pytest

import clients
import pairwise
from harness import KERNEL, Machine

CHOICES = {
    "cpu": ["cortex-a57", "neoverse-n1", "max"],
    "el": [1, 2],
    "smp": [1, 2],
    "load": ["checks", "-i"],
}
# Without impdef pointer authentication is slow; with LPA2 Linux 6.12 oopses in kexec_load.
CPU_OPTIONS = {"max": "max,pauth-impdef=on,lpa2=off"}


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = (pairwise.product if long else pairwise.cover)(CHOICES, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=["-".join(map(str, c.values())) for c in cells])
    if "crash_el" in metafunc.fixturenames:
        metafunc.parametrize("crash_el", [1, 2] if long else [2])


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    return clients.initramfs(str(tmp_path_factory.mktemp("client") / "initrd"))


def options(cell):
    load = ["-c", "-l", "-i"] if cell["load"] == "-i" else ["-c", "-l"]
    return {"cpu": CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"], "smp": cell["smp"],
            "memory": clients.MEMORY,
            "append": clients.command_line("kexec-e", load=load, append=["second=1"])}


def test_kexec(client, cell):
    with Machine(KERNEL, initrd=client, **options(cell)) as machine:
        machine.expect(r"^client: cmdline=.*t\.run=kexec-e", "^client: load status=0$",
                       "Booting Linux on physical CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       r"^client: cmdline=console=ttyAMA0 second=1$", "^client: end$",
                       never="Kernel panic")


def test_crash(client, crash_el):
    """kexec -p and a panic, on the CPU that did not boot: what crash tests will build on."""
    line = clients.command_line("kexec-p", load=["-c", "-p", "-i"], append=["maxcpus=1"], cpu=1)
    with Machine(KERNEL, initrd=client, cpu="cortex-a57", el=crash_el, smp=2, memory=512,
                 append=line + " crashkernel=128M") as machine:
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq",
                       "Booting Linux on physical CPU", "^client: cmdline=.* maxcpus=1$",
                       "^client: vmcore$", "^client: end$")
