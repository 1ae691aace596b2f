# SPDX-License-Identifier: BSD-2-Clause
"""What EL3 may trap: a program below makes each access that its CPU has, on the boot CPU and on one that PSCI starts."""

import os
import re
import subprocess

import pytest

from flash import flash, started
from images import pack
from paths import IMAGES, QEMU

# QEMU's models with AArch64 and EL3.
FIRST = ["cortex-a72", "neoverse-n2", "max"]
OTHERS = ["a64fx", "cortex-a35", "cortex-a53", "cortex-a55", "cortex-a57", "cortex-a710", "cortex-a76", "neoverse-n1",
          "neoverse-v1"]
NO_V2 = ["a64fx"]       # it says that it has GICv3's registers whatever the machine has
OF_32_BITS = r"arm\d|cortex-(a[789]|a15|m\d+|r\d+f?)$|pxa|sa11|ti925t"
LAST = r"^traps: (\d+) accesses, (\d+) undefined$"
LEAST = 30     # accesses of the smallest of them


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


def run(work, board, cpu, el=2, cpus=2):
    boot = pack(work + "/boot.img", kernel=os.path.join(IMAGES, "traps.img"))
    with started(work, board, flash(work, board, boot), bundle=boot, cpu=cpu) as machine:
        for _ in range(cpus):
            machine.expect(f"^traps: at EL{el}$", never="lethe: FAIL")
            last = machine.expect(LAST, never="FAULT|esr=")
            assert int(last[2]) == 0 and int(last[1]) >= LEAST
        machine.expect_exit()       # the program turns the machine off: it made all


@pytest.mark.parametrize("board, cpu", [
    *(("virt-v3", cpu) for cpu in FIRST), *(long("virt-v3", cpu) for cpu in OTHERS),
    *(long("virt-v2", cpu) for cpu in FIRST + OTHERS if cpu not in NO_V2), long("virt-v3", "max,sve=off"), long("virt-v3", "max,sme=off"),
    long("virt-v3", "max,pauth=off"), long("virt-v3", "max,lpa2=off")])
def test_nothing_is_trapped(work, board, cpu):
    run(work, board, cpu)


@pytest.mark.parametrize("board, cpu", [("virt-v3-no-el2", "max"), long("virt-v2-no-el2", "cortex-a72"),
                                        long("virt-v3-no-el2", "neoverse-n2")])
def test_without_el2(work, board, cpu):
    run(work, board, cpu, el=1)


def test_all_models_are_here():
    """A new QEMU may have more."""
    said = subprocess.run([QEMU, "-cpu", "help"], check=True, stdout=subprocess.PIPE, text=True).stdout
    models = {line.split()[0] for line in said.splitlines()[1:] if line.startswith("  ")}
    assert {model for model in models if not re.match(OF_32_BITS, model)} == {*FIRST, *OTHERS}
