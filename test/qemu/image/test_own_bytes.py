# SPDX-License-Identifier: BSD-2-Clause
"""Wrong bits in Lethe itself, and in the plan after it was checked; and Lethe where it cannot store."""

import os
import struct

import pytest

import flipped
from images import (PLAN, SEGMENT, SELF, SLOT, Bundle, blob_symbol, lethe, machine_tree, pack, write)
from machine import Machine
from paths import LOAD, O, PAYLOAD, VIRT_UART

FREE = 0x4a000000
UNCACHED = 1                            # LETHE_MODE_UNCACHED
MASK = (1 << 64) - 1
E_SELF, E_FAULT = -204 & MASK, -503 & MASK
ENTRY, CHECK = 0, 1                     # enum lethe_stage
DAMAGED = r"^lethe: FAIL check: Lethe itself is damaged \(LETHE_E_SELF\)$"


def damaged(work, at, bit=0, *options):
    bundle = Bundle(pack(work + "/boot.img", *options))
    bundle.bytes[at] ^= 1 << bit
    return bundle.save(work + "/bad.img", seal=False)


# ---- Lethe's own bytes ----

def places():
    """A constant that no boot reads, the gap behind the code, and what is compared."""
    return {"code": blob_symbol("lethe_next_slot"), "gap": blob_symbol("lethe_text_end"),
            "last": blob_symbol("lethe_rodata_end") - 1, "start": SELF["start"][0],
            "end": SELF["end"][0] + 7, "digest": SELF["digest"][0], "digest-last": SELF["digest"][0] + 31}


@pytest.mark.parametrize("el", [1, 2])
@pytest.mark.parametrize("place", places())
def test_flipped_bit(work, place, el):
    path = damaged(work, places()[place], 3)
    with Machine(path, el=el, monitor=True) as machine:
        machine.expect(DAMAGED)
        machine.expect("^lethe: halt$", never="fallback|reset|enter")
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == E_SELF and registers["X01"] == CHECK
    assert "(LETHE_E_SELF)" in lethe("verify", path, status=1)


@pytest.mark.parametrize("options, lines", [
    (["--on-fail", "reset"], [r"^lethe: reset in 5 s$"]),
    (["--console", f"pl011,{VIRT_UART:#x}", "--dtb", "TREE"], [r"^lethe: halt$"]),
    (["--fallback", "--kernel", "PAYLOAD"], [r"^lethe: fallback 1$", DAMAGED, r"^lethe: halt$"])],
    ids=["reset", "console", "fallback"])
def test_the_plan_says_what_then(work, options, lines):
    """The plan is sound: its console and its policy hold. All slots have the same Lethe."""
    known = {"TREE": machine_tree(work + "/own.dtb"), "PAYLOAD": PAYLOAD}
    path = damaged(work, blob_symbol("lethe_next_slot"), 0, *(known.get(word, word) for word in options))
    with Machine(path) as machine:
        machine.expect(DAMAGED, *lines)


def test_the_check_is_in_the_bare_blob():
    """Made when Lethe is built, so that whoever packs it need not."""
    with open(os.path.join(O, "lethe.img"), "rb") as file:
        blob = file.read()
    start, end = struct.unpack_from("<QQ", blob, SELF["start"][0])
    assert (start, end) == (blob_symbol("lethe_text_start"), blob_symbol("lethe_rodata_end"))


# ---- the plan, after it was checked ----

def branch(at, target):
    return 0x14000000 | (target - at >> 2) & 0x3ffffff


def flip_on_the_way(bundle, function, offset, bit):
    """When this function of Lethe's is entered, a bit of the plan in memory changes, as by a fault of the memory."""
    at, cave, target = blob_symbol(function), 0x100, LOAD + bundle.plan_at + offset
    first = int.from_bytes(bundle.bytes[at:at + 4], "little")
    code = [0xd51bd049, 0xd51bd06a, 0xd518410b,         # msr tpidr_el0, x9; tpidrro_el0, x10; sp_el0, x11: saved
            0xd2800009 | (target & 0xffff) << 5,        # movz x9, #..
            0xf2a00009 | (target >> 16) << 5,           # movk x9, #.., lsl #16
            0x3940012a,                                 # ldrb w10, [x9]
            0x5280000b | 1 << bit + 5,                  # mov w11, #..
            0x4a0b014a,                                 # eor w10, w10, w11
            0x3900012a,                                 # strb w10, [x9]
            0xd5033f9f, 0xd50b7e29, 0xd5033f9f,         # dsb sy; dc civac, x9; dsb sy: in memory as well
            0xd53bd049, 0xd53bd06a, 0xd538410b,         # restored
            first, branch(cave + 64, at + 4)]
    assert not any(bundle.bytes[cave:cave + 4 * len(code)])
    bundle.bytes[cave:cave + 4 * len(code)] = struct.pack(f"<{len(code)}I", *code)
    bundle.bytes[at:at + 4] = branch(at, cave).to_bytes(4, "little")


def of_segment(bundle, name, field):
    return bundle.segment_base(bundle.segments()[name]) - bundle.plan_at + SEGMENT[field][0]


CHANGES = {  # when, what, and the stage that has to find it
    "read-destination": ("lethe_fdt_read", lambda bundle: of_segment(bundle, "raw0", "dest") + 2, 1, "move"),
    "read-size": ("lethe_fdt_read", lambda bundle: PLAN["total_size"][0] + 3, 7, "move"),
    "read-no-size": ("lethe_fdt_read", lambda bundle: PLAN["total_size"][0] + 1, 1, "move"),
    "describe-memory": ("lethe_record_patch_in", lambda bundle: of_segment(bundle, "kernel", "mem_size") + 7, 5,
                        "publish"),
    "publish-x3": ("lethe_record_patch_in",
                   lambda bundle: bundle.slot_base() - bundle.plan_at + SLOT["x1"][0] + 16, 0, "publish"),
}


def changed(work, change, mode, *options):
    raw = write(work + "/raw", b"raw " * 999)
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{raw}@{FREE:#x}", *options))
    bundle.plan("mode", mode)
    function, offset, bit, stage = CHANGES[change]
    flip_on_the_way(bundle, function, offset(bundle), bit)
    return bundle.save(work + "/bad.img"), stage


@pytest.mark.parametrize("mode", [0, UNCACHED], ids=["cached", "uncached"])
@pytest.mark.parametrize("change", CHANGES)
def test_plan_that_changes(work, change, mode):
    path, stage = changed(work, change, mode)
    with Machine(path) as machine:
        machine.expect(rf"^lethe: FAIL {stage}: plan digest does not match \(LETHE_E_PLAN_DIGEST\)$")
        machine.expect("^lethe: halt$", never="enter")


def test_plan_that_changes_has_no_other_slot(work):
    """The next slot is of the same plan. What the damaged one says of its memory is not followed on the way."""
    path, stage = changed(work, "describe-memory", 0, "--fallback", "--kernel", PAYLOAD)
    with Machine(path) as machine:
        machine.expect(rf"^lethe: FAIL {stage}: .*\(LETHE_E_PLAN_DIGEST\)$", "^lethe: fallback 1$",
                       r"^lethe: FAIL check: plan digest does not match \(LETHE_E_PLAN_DIGEST\)$")
        machine.expect("^lethe: halt$", never="enter|fallback")


# ---- where nothing can be stored ----

@pytest.mark.parametrize("how, el", [("bios", 1), ("pflash", 2), *(
    pytest.param(how, el, marks=pytest.mark.long) for how, el in (("bios", 2), ("pflash", 1), ("elf", 1), ("elf", 2)))])
def test_in_flash(work, how, el):
    """The first instructions run where they lie. Nothing is stored but the trial, and the CPU waits."""
    boot = pack(work + "/boot.img")
    size = 64 << 20
    with open(boot, "r+b") as file:
        file.truncate(size)
    start = {"bios": {"extra": ["-bios", boot]},
             "pflash": {"extra": ["-drive", f"if=pflash,format=raw,readonly=on,file={boot}"]},
             "elf": {"kernel": os.path.join(O, "lethe.elf")}}[how]
    with Machine(el=el, monitor=True, **start) as machine:
        registers = machine.monitor.wait_halted(40)     # QEMU itself takes seconds to put an ELF file into its flash
        assert registers["X00"] == E_SELF and registers["X01"] == ENTRY
        machine.drain(0.2)
        assert machine.raw == b""


UNDEFINED = 0                           # UDF #0
TRY_STACK = 0xf81f03e3                  # str x3, [sp, #-16]


def exception_before_the_trial(work):
    bundle = Bundle(pack(work + "/boot.img"))
    at = blob_symbol("lethe_serror_window")
    bundle.bytes[at:at + 4] = UNDEFINED.to_bytes(4, "little")
    return bundle


def ends_in_registers(**start):
    with Machine(monitor=True, **start) as machine:
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == E_FAULT and registers["X01"] == ENTRY
        machine.drain(0.2)
        assert machine.raw == b""


@pytest.mark.parametrize("el", [1, 2])
def test_exception_in_flash(work, el):
    """Its stack does not keep what is stored: C cannot report it."""
    ends_in_registers(el=el, extra=["-bios", exception_before_the_trial(work).save(work + "/bad.img")])


@pytest.mark.parametrize("el", [1, 2])
def test_exception_whose_stack_faults(work, el):
    """QEMU has no memory that answers a store with an abort: the instruction that stores is made to fault."""
    bundle = exception_before_the_trial(work)
    start = blob_symbol("lethe_exception")
    at = bundle.bytes.index(TRY_STACK.to_bytes(4, "little"), start, start + 0x200)
    bundle.bytes[at:at + 4] = UNDEFINED.to_bytes(4, "little")
    ends_in_registers(el=el, kernel=bundle.save(work + "/bad.img"))


# ---- one bit after the other ----

@pytest.mark.long
def test_how_flips_end(work, capsys):
    """Each ends in a boot, a line or a status, but for the few in what runs before the check or checks."""
    bundle = Bundle(pack(work + "/boot.img"))
    found = flipped.count(work, bundle, {"code": 400, "plan": 50, "carried": 50}, seed=2, seconds=20)
    with capsys.disabled():
        print("\n" + flipped.table(found))
    for what in ("plan", "carried"):
        assert found[what]["FAIL"] == found[what].total(), found
    assert found["code"]["wrong"] == 0 and found["code"]["silent"] <= 6, found
    assert found["code"]["FAIL"] > 300, found
