# SPDX-License-Identifier: BSD-2-Clause
"""Each call of PSCI, by a program at EL1 above the monitor: passed to firmware (el1), or the monitor's own (psci).

cohsan follows every CPU up to the hand-off.
"""

import re

import pytest

from images import Bundle, blob_symbol, pack
from monitored import OPTIONS, virt
from psci_calls import answers, psci_calls

TLBI_ALLE1, MSR_HCR_X0 = 0xd50c879f, 0xd51c1100
TDZ = 0xb2640000                        # orr x0, x0, #(1 << 28): HCR_EL2.TDZ
# What both kinds answer, as far as firmware does as the standard says.
BOTH = {
    "features-of-unknown": "-1", "unknown-32": "-1", "unknown-64": "-1", "no-64-bit-version": "-1", "no-64-bit-off": "-1",
    "sdei-version": "-1", "sdei-last": "-1", "migrate": "2", "smccc-version": "-1",
    "info-self": "0", "info-off": "1", "info-unknown": "-2", "on-self": "-4", "on-unknown": "-2",
    "on": "0", "on-again": "-[45]", "arrived-entry": "1", "arrived-x0": "0x1122334455667788", "arrived-x1-x2-x3": "0x0",
    "arrived-el": "1", "arrived-spsel": "1", "arrived-daif": "0x3c0", "arrived-mpidr": "0x1", "arrived-sctlr": "0x0",
    "info-on": "0", "on-running": "-4", "rounds": "5", "won-by-1": r"\d+", "won-by-2": r"\d+",
     "on-32": "0", "on-32-x0": "0x89abcdef",
    "suspend": "0", "suspend-waited": "1", "suspend-32": "0", "registers-changed": "0", "end": "0",
}
# The monitor hides nothing of QEMU's firmware, which answers each level of AFFINITY_INFO with 0, and takes all of x0
# for the function and all of x2 for the level. An SMC that went past the monitor's own PSCI would reach QEMU's, too.
OWN = {
    "el1": {"version": "65537", "features-of-on": "0", "info-level-1": "0", "info-32": "0", "info-level-garbage": "0",
            "info-function-garbage": "-1", "other-conduit": "-1", "other-esr": "0x0", "other-vector": "0x0"},
    "psci": {"version": "2", "features-of-on": "-1", "info-level-1": "-2", "info-32": "1", "info-level-garbage": "1",
             "info-function-garbage": "1", "other-conduit": "-1", "other-esr": "0x0", "other-vector": "0x0"},
}
TRAPPED = {f"trapped{cpu}-{name}": value for cpu in ("", "-1") for name, value in (("esr", "0x2000000"), ("vector", "0x200"))}


def program(work, kind, *flags, gic=2, **options):
    return psci_calls(work + "/calls", *(["hvc"] if kind == "psci" else []), *(["gic-v3"] if gic == 3 else []), *flags,
                      **options)


def check(said, wanted):
    assert said.keys() == wanted.keys()
    wrong = {name: (said[name], value) for name, value in wanted.items() if not re.fullmatch(value, said[name])}
    assert not wrong, f"(said, wanted): {wrong}"


def trap_dc_zva(path):
    """Patches Lethe: above the monitor a trap is on that would be off, on the boot CPU and on the others."""
    bundle = Bundle(path)

    def patch(symbol, offset, word, patched):
        start = blob_symbol(symbol, "lethe-cpus.elf")
        at = next(at for at in range(start, start + 1024, 4) if bundle.bytes[at:at + 4] == word.to_bytes(4, "little"))
        bundle.bytes[at + offset:at + offset + 4] = patched.to_bytes(4, "little")

    patch("lethe_handoff", 0, TLBI_ALLE1, TDZ | 14 * 0x21)
    patch("lethe_monitor_secondary", -4, MSR_HCR_X0, TDZ)
    bundle.save(path)


def run(work, kind, cpu, gic, races):
    boot = pack(work + "/boot.img", *OPTIONS[kind], kernel=program(work, kind, "trapped", gic=gic, races=races))
    trap_dc_zva(boot)
    with virt(kind, boot, work, cpu, gic) as machine:
        check(answers(machine), BOTH | OWN[kind] | TRAPPED | {"raced": str(races)})


@pytest.mark.parametrize("kind, cpu, gic", [("el1", "cortex-a72", 2), ("psci", "max", 3)])
def test_answers(work, kind, cpu, gic):
    run(work, kind, cpu, gic, races=20)


@pytest.mark.long
@pytest.mark.parametrize("kind, cpu, gic", [("el1", "max", 3), ("psci", "cortex-a72", 2)])
def test_many_races(work, kind, cpu, gic):
    run(work, kind, cpu, gic, races=200)
