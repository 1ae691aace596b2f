# SPDX-License-Identifier: BSD-2-Clause
"""EL2's and EL1's registers at hand-off, behind the hostile stub, against a table.

Read from outside, through QEMU's gdbstub: code at EL1 could not read those of EL2. The table is made from
booting.rst and the Arm ARM, not from src/cpu/el2_regs.c. At EL1 payload.S also uses what would be trapped.
"""

import pytest

from images import Hostile, pack
from machine import Machine
from mini_tree import CPU, mini, under
from paths import LOAD, MIB

MASK = (1 << 64) - 1


def bit(*numbers):
    return sum(1 << n for n in numbers)


def field(value, shift):
    return value >> shift & 0xf


def wanted(ids, el):
    """{register: value} for a payload at el that was entered from EL2."""
    sve = field(ids["ID_AA64PFR0_EL1"], 32)
    sme = field(ids["ID_AA64PFR1_EL1"], 24)
    mte = field(ids["ID_AA64PFR1_EL1"], 8)
    csv2 = field(ids["ID_AA64PFR0_EL1"], 56)
    scxtnum = csv2 >= 2 or csv2 == 1 and field(ids["ID_AA64PFR1_EL1"], 32) >= 2
    pauth = ids["ID_AA64ISAR1_EL1"] & 0xff000ff0 or ids["ID_AA64ISAR2_EL1"] & 0xff00
    table = {
        "HCR_EL2": bit(31),
        "CPTR_EL2": 0x22ff | (0 if sve else bit(8)) | (0 if sme else bit(12)),
        "CNTHCTL_EL2": bit(0, 1),
        "CNTVOFF_EL2": 0,
        "MDCR_EL2": ids["PMCR_EL0"] >> 11 & 0x1f,
        "HSTR_EL2": 0,
        "VTTBR_EL2": 0,
        "VPIDR_EL2": ids["MIDR_EL1"],
        "VMPIDR_EL2": 0x80000000,
        "SCTLR_EL1": 0x30d00800,
        "SCTLR_EL2": 0x30c50830,
    }
    if el == 1:
        table["HCR_EL2"] |= bit(29)                             # HCD: there is no hypervisor to call
        table["HCR_EL2"] |= bit(40, 41) if pauth else 0         # APK, API
        table["HCR_EL2"] |= bit(56) if mte >= 2 else 0          # ATA
        table["HCR_EL2"] |= bit(53) if scxtnum else 0           # EnSCXT
        table["SCTLR_EL2"] |= bit(60) if sme else 0             # EnTP2
    if sve:
        table["ZCR_EL2"] = 0xf
    if sme:
        table["SMCR_EL2"] = 0xf | bit(31) * (ids["ID_AA64SMFR0_EL1"] >> 63) \
            | bit(30) * bool(field(ids["ID_AA64SMFR0_EL1"], 56))
    if field(ids["ID_AA64MMFR1_EL1"], 40):                      # HCX
        table["HCRX_EL2"] = bit(10, 11) * bool(field(ids["ID_AA64ISAR2_EL1"], 16)) \
            | bit(14) * bool(field(ids["ID_AA64MMFR3_EL1"], 0)) \
            | bit(15) * bool(field(ids["ID_AA64MMFR3_EL1"], 4)) \
            | bit(22) * bool(field(ids["ID_AA64PFR1_EL1"], 44))
    if field(ids["ID_AA64MMFR0_EL1"], 56):                      # FGT
        allowed = bit(54, 55) if sme else 0                     # nSMPRI_EL1, nTPIDR2_EL0
        allowed |= bit(57, 58) if field(ids["ID_AA64MMFR3_EL1"], 8) else 0
        allowed |= bit(59, 60) if field(ids["ID_AA64MMFR3_EL1"], 16) else 0
        table["HFGRTR_EL2"] = table["HFGWTR_EL2"] = allowed
        table["HFGITR_EL2"] = table["HDFGRTR_EL2"] = table["HDFGWTR_EL2"] = 0
    return table


def read_ids(gdb, values):
    ids = {name: read(gdb, name) for name in (
        "ID_AA64PFR1_EL1", "ID_AA64ISAR1_EL1", "ID_AA64ISAR2_EL1", "ID_AA64MMFR0_EL1",
        "ID_AA64MMFR1_EL1", "ID_AA64MMFR3_EL1", "ID_AA64SMFR0_EL1", "PMCR_EL0")}
    return ids | {"MIDR_EL1": values["midr"], "ID_AA64PFR0_EL1": values["pfr0"]}


def read(gdb, register):
    # Names of registers that AArch32 shares are AArch32's.
    for other in (register, {"SCTLR_EL1": "SCTLR", "MIDR_EL1": "MIDR"}.get(register),
                  {"PMCR_EL0": "PMCR", "ID_AA64PFR0_EL1": "ID_AA64PFR0"}.get(register)):
        if other in gdb.numbers:
            return gdb.read(other)
    raise AssertionError(f"the gdbstub has no {register}")


def check(gdb, table):
    found = {name: read(gdb, name) for name in table}
    wrong = [f"{name}: {found[name]:#x}, not {value:#x}" for name, value in table.items()
             if found[name] != value]
    assert not wrong, wrong


@pytest.mark.parametrize("gic3", [False, True], ids=["gicv2", "gicv3"])
@pytest.mark.parametrize("flags", [["e2h"], []], ids=["vhe", "nvhe"])
@pytest.mark.parametrize("el", [1, 2], ids=["to-el1", "to-el2"])
@pytest.mark.parametrize("cpu", ["cortex-a53", "neoverse-n1", "neoverse-v1", "max"])
def test_el2_registers(work, cpu, el, flags, gic3):
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img", *(["--el", "1"] if el == 1 else []))
    stub = Hostile(target, *flags).save(work + "/stub")
    name = "virt,virtualization=on" + (",gic-version=3,its=off" if gic3 else "")
    with Machine(stub, cpu=cpu, machine=name, load=[(boot, target)], gdb=True) as machine:
        values = machine.payload()
        gdb = machine.gdb()
        check(gdb, wanted(read_ids(gdb, values), el))
        assert values["cntfrq"] != 0 and values["mpidr"] == 0x80000000
        if el == 1:
            assert values["cpacr"] == 3 << 20       # FPEN: as an EL1 that was always there has it
        if gic3 and el == 1:
            assert values["icc_sre"] & 1


# What hostile.S leaves in registers that firmware may keep.
LEFT = {"HCRX_EL2": 0, "ZCR_EL2": 0, "SMCR_EL2": 0, "HFGRTR_EL2": (1 << 52) - 1, "HFGWTR_EL2": (1 << 52) - 1,
        "HFGITR_EL2": (1 << 55) - 1, "HDFGRTR_EL2": (1 << 59) - 1, "HDFGWTR_EL2": (1 << 59) - 1}


@pytest.mark.parametrize("el", [1, 2], ids=["to-el1", "to-el2"])
def test_el2_registers_below_el3(work, el):
    """With an EL3 a payload at EL1 finds the same, and one at EL2 what its loader left."""
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img", *(["--el", "1"] if el == 1 else []))
    stub = Hostile(target).save(work + "/stub")
    with Machine(stub, cpu="max", machine="virt,virtualization=on,secure=on", load=[(boot, target)],
                 gdb=True) as machine:
        values = machine.payload()
        assert values["pfr0"] >> 12 & 0xf       # EL3
        gdb = machine.gdb()
        table = wanted(read_ids(gdb, values), el)
        table["HCR_EL2"] &= ~bit(29)            # HCD is RES0 with an EL3
        check(gdb, table | (LEFT if el == 2 else {}))


@pytest.mark.parametrize("el, to", [(2, 2), (2, 1), (1, 1)])
def test_streaming_mode_is_left(work, el, to):
    """A kernel that uses SME may be left in streaming mode; the next one must not start there."""
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img", *(["--el", "1"] if to < el else []))
    stub = Hostile(target, "streaming").save(work + "/stub")
    with Machine(stub, cpu="max", el=el, load=[(boot, target)]) as machine:
        assert machine.payload()["svcr"] == 0


@pytest.mark.parametrize("machine_has", ["mte=on"])
def test_memory_tagging(work, machine_has):
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img", "--el", "1")
    stub = Hostile(target).save(work + "/stub")
    with Machine(stub, cpu="max", machine=f"virt,virtualization=on,{machine_has}",
                 load=[(boot, target)], gdb=True) as machine:
        machine.payload()
        assert machine.gdb().read("HCR_EL2") >> 56 & 1


def test_el1_is_refused_with_a_cpu_that_no_monitor_can_start(work):
    tree = mini(work + "/mini.dtb", cpus=CPU + 'cpu@1 { device_type = "cpu"; reg = <1>; enable-method = "vendor,own"; };')
    with under(work, pack(work + "/boot.img", "--el", "1"), tree, smp=2) as machine:
        machine.expect(r"^lethe: FAIL \w+: EL1 hand-off with more than one CPU.*\(LETHE_E_EL1_SMP\)$",
                       "^lethe: halt$", never="lethe: enter")


def test_el1_to_el1_with_more_than_one_cpu(work):
    """If Lethe is entered at EL1, it does not lower the level, so more CPUs are fine."""
    boot = pack(work + "/boot.img", "--el", "1")
    with Machine(boot, el=1, smp=2) as machine:
        assert machine.payload()["el"] == 1
