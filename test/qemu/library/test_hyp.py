# SPDX-License-Identifier: BSD-2-Clause
"""plan.hyp_stub: from EL1 to EL2 through what answers HVC there, or a status that is printed.

hyp/ is the caller and what stays below it; what a real KVM does, test_kvm.py. cohsan watches
from the caller's first instruction on.
"""

import os

import pytest

import hypervisor
import pairwise
from hypervisor import ELSEWHERE, FAILED, NONE, STUB_4_7, STUB_4_12, X
from images import Bundle, pack
from machine import Machine
from paths import LOAD, MIB

STATED = {"4.7": STUB_4_7, "4.12": STUB_4_12, "kvm": STUB_4_12}
RESET, RESTART, REFUSED = "reset vectors", "soft restart", "refused"
CALLS = {"4.7": [RESTART], "4.12": [RESET, RESTART], "kvm": [RESET, RESTART]}
CHOICES = {
    "cpu": ["cortex-a53", "cortex-a72", "neoverse-n1", "max"],
    "below": list(STATED),
    "caller": ["mmu-off", "mmu"],
    "mode": [0, 1],
    "el": [0, 1],
}
BUNDLE = LOAD + 0x02000000


def flags_of(below, *more):
    return [flag for flag in (below, *more) if flag in hypervisor.FLAGS]


def calls(machine):
    """What the stub says it was asked, in order."""
    lines = machine.raw.decode("ascii", "replace").splitlines()
    return [line[5:] for line in lines if line.startswith("hyp: ")]


def check_hop(machine, called, el=2):
    machine.expect(r"^lethe: 0\.1\.0 at 0x4d000000 EL2 E2H=0 x0=0x0$", never="^hyp: wrong")
    values = machine.payload()
    assert values["el"] == el
    assert tuple(values[f"x{i}"] for i in range(4)) == X
    assert values["daif"] == 0x3c0 and values["spsel"] == 1
    assert calls(machine) == called


def check_failure(machine, called):
    machine.expect(r"^lethe: 0\.1\.0 at 0x[0-9a-f]+ EL1 ", FAILED, never="^hyp: wrong")
    machine.expect("^lethe: halt$")
    assert calls(machine) == called


def check_cell(work, cell):
    flags = flags_of(cell["below"], cell["caller"])
    with hypervisor.call(work, *flags, cpu=cell["cpu"], hyp_stub=STATED[cell["below"]],
                         mode=cell["mode"], el=cell["el"]) as machine:
        check_hop(machine, CALLS[cell["below"]], 1 if cell["el"] else 2)


def name_of(cell):
    return "-".join(map(str, cell.values()))


@pytest.mark.parametrize("cell", pairwise.cover(CHOICES, lambda cell: True), ids=name_of)
def test_hop(work, cell):
    """The payload goes over the caller and all that was at EL2."""
    check_cell(work, cell)


@pytest.mark.long
@pytest.mark.parametrize("cell", pairwise.product(CHOICES, lambda cell: True), ids=name_of)
def test_every_hop(work, cell):
    check_cell(work, cell)


# ---- where there is no hyp stub ----

@pytest.mark.parametrize("caller", CHOICES["caller"])
@pytest.mark.parametrize("stated, flags, called", [
    (STUB_4_12, ["refuses"], [REFUSED]),
    (STUB_4_7, ["4.7", "refuses"], [REFUSED]),
    (STUB_4_12, ["refuses-restart"], [RESET, REFUSED]),
    (STUB_4_12, ["returns"], [RESET, RESTART]),
    (STUB_4_7, ["4.7", "returns"], [RESTART]),
    (STUB_4_12, ["bounces"], [RESET, RESTART]),
    (STUB_4_7, ["4.7", "bounces"], [RESTART]),
    (STUB_4_12, ["kvm", "bounces"], [RESET, RESTART]),
    (STUB_4_12, ["hcd"], []),
    (STUB_4_7, ["hcd"], []),
    # The newer numbers: 2 is RESET_VECTORS there.
    (STUB_4_7, [], [RESET]),
    (STUB_4_7, ["kvm"], [RESET])], ids=lambda value: "-".join(map(str, value))
    if isinstance(value, list) else str(value))
def test_failure(work, stated, flags, called, caller):
    with hypervisor.call(work, *flags_of(caller, *flags), hyp_stub=stated) as machine:
        check_failure(machine, called)


@pytest.mark.parametrize("stated", [STUB_4_7, STUB_4_12])
def test_no_el2(work, stated):
    with hypervisor.call(work, hyp_stub=stated, machine_el=1) as machine:
        check_failure(machine, [])


def test_older_stub_than_stated(work):
    """2 is SOFT_RESTART there: the first call is the restart, to a place that is meant."""
    with hypervisor.call(work, "4.7", hyp_stub=STUB_4_12) as machine:
        check_hop(machine, [RESTART])


# ---- no hyp stub call is wanted ----

@pytest.mark.parametrize("below", STATED)
@pytest.mark.parametrize("cpu", ["cortex-a53", "neoverse-n1"])
def test_none_stays_at_el1(work, cpu, below):
    with hypervisor.call(work, *flags_of(below, "mmu"), cpu=cpu, dest=ELSEWHERE) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at 0x4d000000 EL1 E2H=0 ", never="^hyp: ")
        assert machine.payload()["el"] == 1
        assert not calls(machine)


@pytest.mark.parametrize("stated", [NONE, STUB_4_7, STUB_4_12])
@pytest.mark.parametrize("cpu", ["cortex-a72", "max"])
def test_caller_at_el2_needs_none(work, cpu, stated):
    with hypervisor.call(work, "stays", cpu=cpu, hyp_stub=stated) as machine:
        check_hop(machine, [])


# ---- the Image door ----

def image_door(work, *flags, stated, options=(), **machine):
    """A bundle above a stub: entered by the program at EL1, with QEMU's tree in x0."""
    bundle = Bundle(pack(work + "/packed.img", *options))
    bundle.plan("hyp_stub", stated)
    path = bundle.save(work + "/bundle.img")
    kernel = BUNDLE + bundle.segment(bundle.segments()["kernel"], "source")
    program = hypervisor.program(work + "/program", *flags, bundle=BUNDLE)
    ranges = [(at, at + os.path.getsize(file)) for at, file in ((LOAD, program), (BUNDLE, path))]
    return Machine(program, load=[(path, BUNDLE)],
                   cohsan={"start": LOAD, "stop": kernel, "clean": ranges}, **machine)


@pytest.mark.parametrize("below", STATED)
@pytest.mark.parametrize("cpu, el", [("cortex-a53", 1), ("cortex-a72", 2), ("neoverse-n1", 2),
                                     ("max", 1), ("max", 2)])
def test_image_door(work, cpu, el, below):
    assert BUNDLE % (2 * MIB) == 0      # the kernel stays where it is in the file
    with image_door(work, *flags_of(below), stated=STATED[below], cpu=cpu,
                    options=["--el", "1"] if el == 1 else []) as machine:
        match = machine.expect(rf"^lethe: 0\.1\.0 at {BUNDLE:#x} EL2 E2H=0 x0=0x([0-9a-f]+)$",
                               never="^hyp: wrong")
        assert int(match[1], 16) > LOAD     # the loader's tree is still with us
        values = machine.payload()
        assert values["el"] == el and values["x1"] == values["x2"] == values["x3"] == 0
        assert calls(machine) == CALLS[below]


@pytest.mark.parametrize("flags, called", [
    (["refuses"], [REFUSED]), (["bounces"], [RESET, RESTART]), (["returns"], [RESET, RESTART]),
    (["hcd"], [])], ids=lambda value: value[0] if value else "none")
def test_image_door_failure(work, flags, called):
    with image_door(work, *flags, stated=STUB_4_12) as machine:
        check_failure(machine, called)


def test_policy_of_a_failure(work):
    with image_door(work, "bounces", stated=STUB_4_12, options=["--on-fail", "reset"]) as machine:
        machine.expect(FAILED, "^lethe: reset in 5 s$")


def test_image_without_el2(work):
    bundle = Bundle(pack(work + "/packed.img"))
    bundle.plan("hyp_stub", STUB_4_12)
    with Machine(bundle.save(work + "/bundle.img"), el=1) as machine:
        check_failure(machine, [])


@pytest.mark.parametrize("stated", [STUB_4_7, STUB_4_12])
def test_image_at_el2_needs_none(work, stated):
    bundle = Bundle(pack(work + "/packed.img"))
    bundle.plan("hyp_stub", stated)
    with Machine(bundle.save(work + "/bundle.img")) as machine:
        assert machine.payload()["el"] == 2
