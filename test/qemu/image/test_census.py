# SPDX-License-Identifier: BSD-2-Clause
"""The census: a CPU that still runs may execute what the boot overwrites."""

import struct

import pytest

from images import Bundle, fdtget, pack, write
from mini_tree import CPU, TREE, given, mini, psci_cpus, under

TICKS = 62500       # of QEMU's counter, a millisecond


def counted(tree):
    return [int(fdtget(tree, "/chosen/lethe", f"cpus-{state}")) for state in ("off", "on", "unknown")]


@pytest.mark.parametrize("el", [1, 2])
def test_all_are_off(work, el):
    with under(work, pack(work + "/boot.img"), mini_of(work, el, 1, 2, 3), el=el, smp=4, ram=True) as machine:
        machine.expect("^lethe: enter")
        assert counted(given(machine, work)[1]) == [3, 0, 0]


def mini_of(work, el, *ids, chosen=""):
    tree = mini(work + "/mini.dtb", cpus=psci_cpus(*ids), chosen=chosen)
    if el == 1:
        with open(tree, "rb") as file:
            data = file.read()
        write(tree, data.replace(b"smc\0", b"hvc\0"))
    return tree


def test_firmware_knows_no_such_cpu(work):
    with under(work, pack(work + "/boot.img"), mini_of(work, 2, 1, 7), smp=2, ram=True) as machine:
        machine.expect("^lethe: enter")
        assert counted(given(machine, work)[1]) == [1, 0, 1]


def test_psci_0_1_has_no_such_call(work):
    """Its numbers are the node's own, and AFFINITY_INFO is none of them: nothing is asked, nothing is known."""
    tree = mini_of(work, 2, 1)
    with open(tree, "rb") as file:
        data = file.read()
    write(tree, data.replace(b"arm,psci-1.0", b"arm,psci".ljust(12, b"\0")))
    with under(work, pack(work + "/boot.img"), tree, smp=2, ram=True) as machine:
        machine.expect("^lethe: enter")
        assert counted(given(machine, work)[1]) == [0, 0, 1]


def test_a_cpu_still_runs(work):
    with under(work, pack(work + "/boot.img"), mini_of(work, 2, 1, 2), smp=3, flags=["cpu"]) as machine:
        machine.expect(r"^lethe: FAIL read: device tree \"cpu@1\": .*\(LETHE_E_CPU_ON\)$", "^lethe: halt$", never="enter")


def test_a_cpu_on_its_way_down(work):
    """It has 100 ms."""
    with under(work, pack(work + "/boot.img"), mini_of(work, 2, 1, 2), smp=3, flags=["cpu"], civacs=20 * TICKS,
               ram=True) as machine:
        machine.expect("^lethe: enter")
        assert counted(given(machine, work)[1]) == [2, 0, 0]


def test_a_crash_kernel_goes_on(work):
    tree = mini_of(work, 2, 1, 2, chosen="linux,usable-memory-range = <0 0x40000000 0 0x10000000>;")
    with under(work, pack(work + "/boot.img"), tree, smp=3, flags=["cpu"], ram=True) as machine:
        machine.expect("^lethe: 1 CPUs still run: nothing is written where they may$", "^lethe: enter")
        assert counted(given(machine, work)[1]) == [1, 1, 0]


def test_undefined_smc_is_no_answer(work):
    """Without EL2 and EL3 in the machine an SMC is UNDEFINED: the tree names the wrong conduit."""
    with under(work, pack(work + "/boot.img"), mini_of(work, 2, 1), el=1, smp=2, ram=True) as machine:
        machine.expect("^lethe: enter")
        assert counted(given(machine, work)[1]) == [0, 0, 1]


WORD = 0x4b000800
WORDS = {  # the word's place, its value, other text of the root; off, on, unknown
    "waits": (WORD, 0, "", [1, 0, 0]),
    "released": (WORD, 0x40080000, "", None),
    "high half": (WORD, 1 << 32, "", None),
    "no RAM": (0x60000000, 0, "", [0, 0, 1]),
    "no-map": (WORD, 1, """reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        secure@4b000000 { reg = <0 0x4b000000 0 0x1000>; no-map; }; };""", [0, 0, 1]),
    "the tree itself": (TREE, 0, "", [0, 0, 1]),
    "misaligned": (WORD + 4, 1, "", [0, 0, 1]),
    "top of memory": ((1 << 64) - 8, 0, "", [0, 0, 1]),
}


@pytest.mark.parametrize("mode", ["cached", "uncached"])
@pytest.mark.parametrize("word", WORDS)
def test_spin_table(work, word, mode):
    """The word is 0 while the CPU waits. It is the tree's claim: it is looked at in known RAM only."""
    at, value, root, counts = WORDS[word]
    tree = mini(work + "/mini.dtb", root=root, cpus=CPU + f"""cpu@1 {{ device_type = "cpu"; reg = <1>;
        enable-method = "spin-table"; cpu-release-addr = <{at >> 32:#x} {at & 0xffffffff:#x}>; }};""")
    load = [(write(work + "/word", struct.pack("<Q", value)), WORD)]
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.plan("mode", int(mode == "uncached"))
    boot = bundle.save(work + "/sealed.img")
    with under(work, boot, tree, load=load, ram=True) as machine:
        if counts is None:
            machine.expect(r"^lethe: FAIL read: device tree \"cpu@1\": .*\(LETHE_E_CPU_ON\)$", "^lethe: halt$")
        else:
            machine.expect("^lethe: enter")
            assert counted(given(machine, work)[1]) == counts
