# SPDX-License-Identifier: BSD-2-Clause
"""Damaged and wrong bundles: each refusal on the machine, and the same by `lethe verify` on the host."""

import os
import random
import struct

import pytest

from machine import Machine
from paths import LOAD, MIB, PAYLOAD, VIRT_UART
from images import (BLOB, IMAGE, IN_PLACE, NONE, PLAN, RESERVE, SEGMENT, SLOT, SOURCE_OFFSET, Bundle,
                    lethe, machine_tree, pack, write)

FREE = 0x4a000000       # unused RAM


@pytest.fixture
def bundle(work):
    """Kernel, initrd, tree and one raw segment: every kind there is. The console is fixed, so that a
    machine with no tree speaks too."""
    raw = write(work + "/raw", b"raw " * 300)
    boot = pack(work + "/boot.img", "--initrd", write(work + "/initrd", b"initrd" * 999),
                "--dtb", machine_tree(work + "/own.dtb"), "--append", "some=thing",
                "--raw", f"{raw}@{FREE:#x}", "--console", f"pl011,{VIRT_UART:#x}")
    return Bundle(boot)


def boots(path, **options):
    with Machine(path, **options) as machine:
        machine.expect("^lethe: enter", "^payload: end")


def refused(path, pattern, *more, host=None, **options):
    """The machine prints the status and halts. host: exit code of `lethe verify`, which names the same status."""
    with Machine(path, **options) as machine:
        match = machine.expect(rf"^lethe: FAIL \w+: {pattern}$", *more)
        machine.expect("^lethe: halt$", never="lethe: enter")
    if host is not None:
        lethe("verify", path, status=host)
        lethe("inspect", path, status=host)
    return match


def test_undamaged(bundle, work):
    boots(bundle.save(work + "/same.img"))
    lethe("verify", work + "/same.img")


# ---- contents ----

@pytest.mark.parametrize("name", ["kernel", "initrd", "raw0"])
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_flipped_bit_in_a_segment(bundle, work, name, where):
    index = bundle.segments()[name]
    size = bundle.segment(index, "file_size")
    at = bundle.segment(index, "source") + {"first": 0, "middle": size // 2, "last": size - 1}[where]
    bundle.bytes[at] ^= 1 << (at % 8)
    path = bundle.save(work + "/bad.img", seal=False)
    wanted = bundle.segment(index, "digest").hex()
    refused(path, rf'segment {index} "{name}": .*\(LETHE_E_DIGEST\)', rf"^lethe: expected {wanted}$",
            r"^lethe: found    [0-9a-f]{64}$", host=1)


@pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
def test_flipped_bit_in_the_packed_tree(bundle, work, used):
    """Its digest is checked before a byte of it is used; also if the loader's tree wins, for it is a segment."""
    index = bundle.segments()["dtb"]
    bundle.bytes[bundle.segment(index, "source") + 100] ^= 4
    if used:
        bundle.slot("flags", bundle.slot("flags") | 1)
    refused(bundle.save(work + "/bad.img"), rf'segment {index} "dtb": .*\(LETHE_E_DIGEST\)',
            "^lethe: expected", "^lethe: found", host=1)


@pytest.mark.parametrize("byte", [0, 31])
@pytest.mark.parametrize("name", ["kernel", "initrd"])
def test_digest_wrong_in_one_byte(bundle, work, name, byte):
    """The first and the last byte count alike. The plan is sealed over it: only the contents disagree."""
    index = bundle.segments()[name]
    digest = bytearray(bundle.segment(index, "digest"))
    digest[byte] ^= 0x80
    bundle.segment(index, "digest", bytes(digest))
    refused(bundle.save(work + "/bad.img"), rf'segment {index} "{name}": .*\(LETHE_E_DIGEST\)',
            rf"^lethe: expected {digest.hex()}$", "^lethe: found", host=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_flipped_bits(bundle, work, seed):
    """Ten a seed: eight anywhere in a segment, two in the digest that the plan has of one."""
    rng = random.Random(seed)
    names = bundle.segments()
    sound = bytes(bundle.bytes)
    for turn in range(10):
        name, index = rng.choice(sorted(names.items()))
        bit = rng.randrange(8)
        if turn < 8:
            at = bundle.segment(index, "source") + rng.randrange(bundle.segment(index, "file_size"))
        else:
            at = bundle.segment_base(index) + SEGMENT["digest"][0] + rng.randrange(32)
        bundle.bytes[at] ^= 1 << bit
        path = bundle.save(work + "/bad.img", seal=turn >= 8)
        wanted = bundle.segment(index, "digest").hex()
        refused(path, rf'segment {index} "{name}": .*\(LETHE_E_DIGEST\)', rf"^lethe: expected {wanted}$",
                r"^lethe: found    [0-9a-f]{64}$", host=1)
        bundle.bytes[:] = sound


def test_all_bad_segments_are_named(bundle, work):
    names = bundle.segments()
    for name in ("initrd", "kernel"):
        bundle.bytes[bundle.segment(names[name], "source")] ^= 1
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r'FAIL verify: segment \d "initrd"', r"raw0 1200 sha256 ok",
                       r'FAIL verify: segment \d "kernel"', "^lethe: halt$")


@pytest.mark.parametrize("cut", ["kernel", "half", "plan", "blob"])
def test_truncated_file(bundle, work, cut):
    names = bundle.segments()
    kernel = names["kernel"]
    size = {"kernel": bundle.segment(kernel, "source") + bundle.segment(kernel, "file_size") - 200,
            "half": bundle.segment(names["initrd"], "source") + 100, "plan": bundle.plan_at + 100,
            "blob": 0x9000}[cut]
    path = write(work + "/short.img", bundle.bytes[:size])
    if cut == "blob":       # Lethe itself is cut off: nothing can be promised, but for the host
        lethe("verify", path, status=3)
        return
    lethe("verify", path, status=1 if cut != "plan" else 3)
    # QEMU's -kernel reads what is there.
    with Machine(path) as machine:
        machine.expect(r"^lethe: FAIL \w+: .*\(LETHE_E_(DIGEST|PLAN_\w+|TREE_\w+)\)$", "^lethe: halt$")


# ---- the plan's own bytes ----

def plan_bytes():
    """Some byte of every field, and of a slot, a segment, the string."""
    fields = [(name, offset) for name, (offset, _) in PLAN.items()]
    fields += [("slot." + name, 192 + offset) for name, (offset, _) in SLOT.items()]
    fields += [("segment." + name, 320 + offset) for name, (offset, _) in SEGMENT.items()]
    fields += [("string", 320 + 4 * 112 + 3), ("digest-last", 47)]
    return fields


@pytest.mark.parametrize("name, offset", plan_bytes(), ids=[name for name, _ in plan_bytes()])
def test_flipped_bit_in_the_plan(bundle, work, name, offset):
    bundle.bytes[bundle.plan_at + offset] ^= 0x10
    own = {"magic": "PLAN_MAGIC", "version": "PLAN_VERSION", "total_size": "PLAN_SIZE",
           "slot_count": "PLAN_COUNT", "segment_count": "PLAN_SIZE", "window_count": "PLAN_SIZE",
           "strings_size": "PLAN_SIZE"}
    status = own.get(name, "PLAN_DIGEST")
    code = 1 if status == "PLAN_DIGEST" else 3
    path = bundle.save(work + "/bad.img", seal=False)
    refused(path, rf".*\(LETHE_E_{status}\)", host=code)
    assert f"(LETHE_E_{status})" in lethe("verify", path, status=code)


def set_many(bundle, what):
    """Applies {"plan.x": v, "slot.x": v, "kernel.x": v (a segment), "image.x", "blob.x"}."""
    names = bundle.segments()
    for key, value in what.items():
        group, field = key.split(".")
        if group == "plan":
            bundle.plan(field, value)
        elif group == "slot":
            bundle.slot(field, value)
        elif group == "image":
            bundle.put(IMAGE, field, value)
        elif group == "blob":
            bundle.put(BLOB, field, value)
        else:
            bundle.segment(names[group], field, value)


TOP = (1 << 64) - 0x1000
REFUSED = [
    # what is wrong, sealed again         status, its line's beginning
    ({"plan.flags": 0x102}, "PLAN_FLAGS", ""),
    ({"slot.flags": 0x84}, "PLAN_FLAGS", 'slot 0 "kernel"'),
    ({"initrd.flags": 0x85}, "PLAN_FLAGS", 'segment 1 "initrd"'),
    ({"plan.chunk_count": 1}, "PLAN_RESERVED", ""),
    ({"plan.cpus": 3}, "PLAN_CPUS", ""),
    ({"plan.cpus": 2}, "PLAN_CPUS", ""),
    ({"plan.cpus": 1}, "PLAN_UNSUPPORTED", "cpus"),
    ({"plan.reserved2": 1 << 63}, "PLAN_RESERVED", ""),
    ({"slot.reserved": 1}, "PLAN_RESERVED", "slot 0"),
    ({"kernel.chunk_shift": 1}, "PLAN_RESERVED", 'segment 3 "kernel"'),
    ({"kernel.first_chunk": 1}, "PLAN_RESERVED", 'segment 3 "kernel"'),
    ({"kernel.dest": 0x1000}, "PLAN_RESERVED", 'segment 3 "kernel"'),
    ({"plan.slot_count": 0}, "PLAN_COUNT", ""),
    ({"plan.slot_count": 5}, "PLAN_COUNT", ""),
    ({"plan.segment_count": 0}, "PLAN_COUNT", ""),
    ({"plan.segment_count": 65}, "PLAN_COUNT", ""),
    ({"plan.window_count": 65}, "PLAN_COUNT", ""),
    ({"plan.strings_size": 16385}, "PLAN_COUNT", ""),
    ({"plan.segment_count": 5}, "PLAN_SIZE", ""),
    ({"kernel.name": b"no end, 16 bytes"}, "PLAN_NAME", "segment 3"),
    ({"kernel.name": b"ker\nnel"}, "PLAN_NAME", "segment 3"),
    ({"kernel.name": b"ker\0nel"}, "PLAN_NAME", "segment 3"),
    ({"slot.name": bytes(16)}, "PLAN_NAME", "slot 0"),
    ({"slot.cmdline_offset": 1}, "PLAN_STRING", "slot 0"),
    ({"slot.cmdline_size": 3}, "PLAN_STRING", "slot 0"),
    ({"slot.cmdline_size": 4000}, "PLAN_STRING", "slot 0"),
    ({"plan.on_fail": 4}, "PLAN_POLICY", ""),
    ({"plan.el": 2}, "PLAN_EL", ""),
    ({"plan.hyp_stub": 3}, "PLAN_STUB", ""),
    ({"plan.console_kind": 99}, "PLAN_CONSOLE", ""),
    ({"plan.console_base": 0x09000002}, "PLAN_CONSOLE", ""),
    ({"plan.console_base": 0}, "PLAN_CONSOLE", ""),
    ({"plan.console_base": TOP + 0x800}, "PLAN_CONSOLE", ""),
    ({"plan.console_reg_shift": 1}, "PLAN_CONSOLE", ""),
    ({"plan.console_kind": 4, "plan.console_reg_width": 4}, "PLAN_CONSOLE", ""),
    ({"plan.psci": 4}, "PLAN_CONDUIT", ""),
    ({"plan.mode": 2}, "PLAN_MODE", ""),
    ({"slot.first_segment": 1}, "PLAN_SLOT", "slot 0"),
    ({"slot.segment_count": 3, "slot.entry_segment": 2}, "PLAN_SLOT", "slot 0"),
    ({"slot.segment_count": 0}, "PLAN_SLOT", "slot 0"),
    ({"slot.entry_segment": 4}, "PLAN_ENTRY", "slot 0"),
    ({"slot.entry": 2}, "PLAN_ENTRY", "slot 0"),
    ({"slot.entry": 0x100000}, "PLAN_ENTRY", "slot 0"),
    ({"slot.tree_segment": 9}, "PLAN_TREE", "slot 0"),
    ({"slot.tree_size": 0x200008}, "PLAN_TREE", "slot 0"),
    ({"slot.tree_base": 0x400004}, "PLAN_TREE", "slot 0"),
    ({"slot.tree_base": 0}, "PLAN_TREE", "slot 0"),
    ({"slot.x0": 8}, "PLAN_TREE", "slot 0"),
    ({"slot.flags": 5, "slot.tree_segment": NONE}, "PLAN_TREE", "slot 0"),
    ({"slot.initrd_segment": 9}, "PLAN_INITRD", "slot 0"),
    ({"slot.initrd_segment": 3}, "PLAN_INITRD", "slot 0"),
    ({"plan.list_page_shift": 12}, "PLAN_LIST", ""),
    ({"plan.list_head": 0x1001, "plan.list_page_shift": 12}, "PLAN_LIST", ""),
    ({"plan.list_head": 0x40000002, "plan.list_page_shift": 13}, "PLAN_LIST", ""),
    ({"plan.list_head": 0x40000002, "plan.list_page_shift": 12}, "PLAN_UNSUPPORTED", ""),
    ({"plan.on_fail": 0}, "PLAN_UNSUPPORTED", ""),
    ({"plan.workspace_base": 0x800}, "PLAN_WORKSPACE", ""),
    ({"plan.workspace_size": 0}, "PLAN_WORKSPACE", ""),
    ({"plan.workspace_base": TOP, "plan.workspace_size": 0x2000}, "PLAN_WORKSPACE", ""),
    ({"plan.workspace_base": 0x40000000}, "PLAN_WORKSPACE", ""),
    ({"kernel.mem_size": 64}, "SEGMENT_SIZE", 'segment 3 "kernel"'),
    ({"kernel.align": 0x1800}, "SEGMENT_ALIGN", 'segment 3 "kernel"'),
    ({"kernel.align": 0x800}, "SEGMENT_ALIGN", 'segment 3 "kernel"'),
    ({"kernel.align_offset": 0x200000}, "SEGMENT_ALIGN", 'segment 3 "kernel"'),
    ({"raw0.align": 0x1000}, "SEGMENT_ALIGN", 'segment 2 "raw0"'),
    ({"raw0.dest": TOP, "raw0.mem_size": 0x2000}, "SEGMENT_WRAP", 'segment 2 "raw0"'),
    ({"raw0.source": TOP, "raw0.file_size": 0x1001, "raw0.mem_size": 0x1001}, "SEGMENT_WRAP",
     'segment 2 "raw0"'),
    ({"initrd.source": 0x10000000}, "SEGMENT_SOURCE", 'segment 1 "initrd"'),
    ({"image.image_size": 0x2000000}, "IMAGE_EXTENT", ""),
    ({"blob.version": 2}, "IMAGE_HEADER", ""),
    ({"blob.blob_size": 0x1000}, "IMAGE_HEADER", ""),
    ({"blob.plan_offset": 0x1000}, "IMAGE_HEADER", ""),
    ({"blob.file_size": 1 << 40}, "IMAGE_HEADER", ""),
    ({"raw0.dest": LOAD}, "DEST_LETHE", 'segment 2 "raw0"'),
    ({"slot.flags": 0, "slot.tree_base": LOAD + 0x1000, "slot.tree_size": 0x2000}, "DEST_LETHE",
     "device tree"),
    ({"kernel.mem_size": 0x1000000}, "DEST_EXTENT", 'segment 3 "kernel"'),
    ({"slot.tree_base": 0x200000}, "DEST_OVERLAP", ""),
    ({"raw0.dest": 0x08000000}, "DEST_NOT_RAM", 'segment 2 "raw0"'),
    ({"raw0.dest": 0x50000000 - 4}, "DEST_NOT_RAM", 'segment 2 "raw0"'),
    ({"raw0.dest": 0x48000100}, "DEST_LOADER", 'segment 2 "raw0"'),
]


@pytest.mark.parametrize("what, status, line", REFUSED,
                         ids=["-".join([status] + [f"{k}={v:#x}" if isinstance(v, int) else k
                                                   for k, v in what.items()])
                              for what, status, _ in REFUSED])
def test_refused(bundle, work, what, status, line):
    set_many(bundle, what)
    path = bundle.save(work + "/bad.img")
    refused(path, rf"{line}.*\(LETHE_E_{status}\)")
    if status in ("DEST_NOT_RAM", "DEST_LOADER", "DEST_LETHE"):
        return      # only the machine knows where things are
    if "blob.blob_size" in what:
        lethe("verify", path, status=3)     # there the workspace disagrees first
    elif "blob.file_size" in what:
        assert "truncated" in lethe("verify", path, status=1)
    else:
        assert f"(LETHE_E_{status})" in lethe("verify", path, status=3)


def test_destination_on_the_plan(bundle, work):
    set_many(bundle, {"raw0.dest": LOAD + bundle.plan_at})
    refused(bundle.save(work + "/bad.img"), r'segment 2 "raw0": .*\(LETHE_E_DEST_PLAN\)')


def test_destination_on_a_source_still_to_be_read(work):
    first, second = write(work + "/first", b"1" * 100), write(work + "/second", b"2" * 5000)
    bundle = Bundle(pack(work + "/boot.img", "--raw", f"{first}@{FREE:#x}",
                         "--raw", f"{second}@{FREE + MIB:#x}"))
    source = LOAD + bundle.segment(bundle.segments()["raw1"], "source")
    # It waits until that was read.
    set_many(bundle, {"raw0.dest": source + 4096})
    boots(bundle.save(work + "/waits.img"))
    # What was read already may be overwritten; but not by each other.
    own = LOAD + bundle.segment(bundle.segments()["raw0"], "source")
    set_many(bundle, {"raw1.dest": own})
    refused(bundle.save(work + "/bad.img"), r'segment 0 "raw0": .*\(LETHE_E_DEST_SOURCE\)')
    set_many(bundle, {"raw0.dest": FREE})
    boots(bundle.save(work + "/good.img"))


def test_destinations_that_overlap(bundle, work):
    """The slot of the tree is a destination too."""
    set_many(bundle, {"raw0.dest": LOAD + bundle.slot("tree_base") + 0x1fff00})
    refused(bundle.save(work + "/bad.img"), r".*\(LETHE_E_DEST_OVERLAP\)")


def test_source_in_lethe(bundle, work):
    set_many(bundle, {"raw0.source": 0x1000})
    refused(bundle.save(work + "/bad.img"), r'segment 2 "raw0": .*\(LETHE_E_SOURCE_LETHE\)', host=3)


def test_initrd_and_kernel_too_far_apart(bundle, work):
    index = bundle.segments()["initrd"]
    set_many(bundle, {"initrd.flags": SOURCE_OFFSET, "initrd.dest": 1 << 40})
    refused(bundle.save(work + "/bad.img"), r".*\(LETHE_E_INITRD_WINDOW\)")
    assert index


def test_no_plan(work):
    """The bare blob is started as if it were a bundle: it reports that on the tree's console."""
    from paths import O
    refused(os.path.join(O, "lethe.img"), r".*\(LETHE_E_PLAN_MISSING\)")


def test_windows(bundle, work):
    """The plan's windows come before the tree's memory; wrong windows are refused."""
    for windows, status, line in (
            ([(FREE, 0x1000)], None, ""), ([(FREE - 0x1000, 0x1000), (FREE, 0x1000)], None, ""),
            ([(FREE + 0x1000, 0x1000)], "DEST_NOT_RAM", 'segment 2 "raw0"'),
            ([(FREE, 0x1000), (FREE, 0x1000)], "WINDOW", "window 1"), ([(FREE, 0)], "WINDOW", "window 0"),
            ([(FREE + 8, 0x1000)], "WINDOW", "window 0"), ([(TOP, 0x2000)], "WINDOW", "window 0")):
        bundle.tail(windows)
        path = bundle.save(work + "/windows.img")
        if status is None:
            boots(path)
        else:
            refused(path, rf'{line}: [^"]*\(LETHE_E_{status}\)')


def test_strings_that_end_badly(bundle, work):
    for strings in (b"some=thing!", b"some=th\x01ng\0", b"some=thing\0more\0"):
        bundle.tail(strings=strings)
        bundle.slot("cmdline_size", 11 if len(strings) > 11 else len(strings))
        refused(bundle.save(work + "/strings.img"), r".*\(LETHE_E_PLAN_STRING\)", host=3)


def test_padding_that_is_not_zero(bundle, work):
    at = bundle.plan_at + bundle.plan("total_size") - 1
    assert bundle.bytes[at] == 0 and bundle.plan("strings_size") % 8
    bundle.bytes[at] = 1
    refused(bundle.save(work + "/bad.img"), r".*\(LETHE_E_PLAN_RESERVED\)", host=3)


def test_reserved_memory_is_not_overwritten(bundle, work):
    from images import fdtput
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-c", "/reserved-memory", "/reserved-memory/keep")
    fdtput(loader, "-t", "x", "/reserved-memory", "#address-cells", "2")
    fdtput(loader, "-t", "x", "/reserved-memory", "#size-cells", "2")
    fdtput(loader, "/reserved-memory", "ranges")
    fdtput(loader, "-t", "x", "/reserved-memory/keep", "reg", "0", f"{FREE:x}", "0", "1000")
    path = bundle.save(work + "/same.img")
    refused(path, r'segment 2 "raw0": .*\(LETHE_E_DEST_RESERVED\)', dtb=loader)
    fdtput(loader, "-t", "x", "/reserved-memory/keep", "reg", "0", f"{FREE + 0x1000:x}", "0", "1000")
    boots(path, dtb=loader)


def test_fixed_destination_with_no_memory_known(bundle, work):
    from images import Hostile, fdtget, fdtput
    loader = machine_tree(work + "/loader.dtb")
    fdtput(loader, "-r", "/memory@40000000")
    assert fdtget(loader, "/memory@40000000", "reg") is None
    path = bundle.save(work + "/same.img")
    stub = Hostile(LOAD + 2 * MIB, "plain", x0=0x4c000000).save(work + "/stub")
    refused(stub, r'segment 2 "raw0": .*\(LETHE_E_MEMORY_UNKNOWN\)',
            load=[(path, LOAD + 2 * MIB), (loader, 0x4c000000)])
    # What stays inside the extent needs no memory node.
    path = pack(work + "/plain.img")
    boots(stub, load=[(path, LOAD + 2 * MIB), (loader, 0x4c000000)])


def test_flags_of_the_table_are_those_of_the_header():
    """A guard for this file: the numbers it writes are plan.h's."""
    assert (SOURCE_OFFSET, IN_PLACE, RESERVE) == (1, 4, 8)
    assert struct.calcsize("<QII32s") == PLAN["flags"][0] and os.path.getsize(PAYLOAD) > 4096
