# SPDX-License-Identifier: BSD-2-Clause
"""The state in which Lethe enters a bare payload, for every state in which Lethe is entered."""

import pytest

import images
from images import Bundle, Hostile, blob_symbol, pack
from machine import Machine
from paths import LOAD, MIB, PAYLOAD, RAM_BASE

CPUS = ["cortex-a53", "cortex-a72", "neoverse-n1", "max"]
SCTLR = {1: 0x30d00800, 2: 0x30c50830}     # M, C, I, A, WXN, EE clear; RES1 set


def check_protocol(machine, values, el):
    """booting.rst, "Call the kernel image"."""
    assert values["el"] == el
    assert values["x1"] == values["x2"] == values["x3"] == 0
    assert values["daif"] == 0x3c0
    assert values["spsel"] == 1
    assert values["sctlr"] == SCTLR[el], f"{values['sctlr']:#x}"
    assert values["base"] % (2 * MIB) == 0
    assert values["x0"] % 8 == 0
    machine.read_tree(values["x0"])
    if el == 2:
        assert values["hcr"] == 1 << 31
        assert values["cntvoff"] == 0


@pytest.mark.parametrize("cpu", CPUS)
@pytest.mark.parametrize("el, to", [(1, 1), (2, 2), (2, 1)])
def test_entered_by_qemu(work, cpu, el, to):
    boot = pack(work + "/boot.img", *(["--el", "1"] if el != to else []))
    with Machine(boot, cpu=cpu, el=el, ram=True) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {LOAD:#x} EL{el} E2H=0 x0=0x48000000$",
                       r"^lethe: kernel \d+ sha256 ok( \d+ ms \d+ MiB/s)?$",
                       rf"^lethe: enter 0x[0-9a-f]+ EL{to}$")
        check_protocol(machine, machine.payload(), to)


# The stub lies at LOAD, QEMU's tree at 0x48000000; the bundle needs 10 MiB.
@pytest.mark.parametrize("cpu", CPUS)
@pytest.mark.parametrize("el, to, flags", [
    (1, 1, []), (2, 2, []), (2, 1, []),
    (2, 2, ["e2h"]), (2, 1, ["e2h"]),
    (1, 1, ["ee"]), (2, 2, ["ee"]), (2, 1, ["ee", "e2h"]),
])
def test_entered_by_a_hostile_loader(work, cpu, el, to, flags):
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img", *(["--el", "1"] if el != to else []))
    size = Bundle(boot).plan("extent_size")
    file_end = images.align_up(target + len(Bundle(boot).bytes), 4096)
    stub = Hostile(target, *flags, fills=[
        (LOAD + 0x10000, target, 0xdeadbeefdeadbeef),
        (file_end, target + size + 4 * MIB, 0xd503201fd503201f)]).save(work + "/stub")
    with Machine(stub, cpu=cpu, el=el, load=[(boot, target)], ram=True) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {target:#x} EL{el} E2H=0 x0=0x48000000$")
        values = machine.payload()
        check_protocol(machine, values, to)
        # Its memory beyond the file was dirty, and is zero now.
        size = len(open(PAYLOAD, "rb").read())
        assert machine.read_ram(values["base"] + size, 0x20000 - size) == bytes(0x20000 - size)


def test_bss_and_stacks_may_be_dirty(work):
    """The file has them as zeros, but Lethe promises to clear them."""
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img")
    start, end = images.blob_symbol("lethe_bss_start"), images.blob_symbol("lethe_fault_stack_end")
    stub = Hostile(target, fills=[(target + start, target + end, 0xa5a5a5a5a5a5a5a5)])
    with Machine(stub.save(work + "/stub"), load=[(boot, target)], ram=True) as machine:
        check_protocol(machine, machine.payload(), 2)


@pytest.mark.parametrize("address", [
    LOAD + 0x13000, LOAD + 0xff000, 0x47abc000, RAM_BASE + 0x5000000, 0x4ffff000 - 9 * MIB])
def test_any_page_will_do(work, address):
    """The kernel slides to its alignment inside the extent."""
    boot = pack(work + "/boot.img")
    tree = 0x4c000000 if address > 0x44000000 and address < 0x48000000 else None
    copies = [(None, tree, 0)] if tree else []
    if tree:    # over QEMU's tree: both have to come from somewhere else
        copies.append((0x42000000, address, len(open(boot, "rb").read())))
    stub = Hostile(address, "plain", copies=copies).save(work + "/stub")
    with Machine(stub, load=[(boot, 0x42000000 if tree else address)], ram=True) as machine:
        machine.expect(rf"^lethe: 0\.1\.0 at {address:#x} EL2")
        values = machine.payload()
        check_protocol(machine, values, 2)
        assert address < values["base"] < address + Bundle(boot).plan("extent_size")
        assert address < values["x0"] < address + Bundle(boot).plan("extent_size")


def test_not_page_aligned_halts_with_its_status(work):
    """There is no stack, vector table or console at such an address, so the status is in x0."""
    boot = pack(work + "/boot.img")
    stub = Hostile(0x42000800, "plain").save(work + "/stub")
    with Machine(stub, load=[(boot, 0x42000800)], monitor=True) as machine:
        registers = machine.monitor.wait_halted()
        assert registers["X00"] == (-202) & (1 << 64) - 1 and registers["X01"] == 0
        assert b"lethe" not in machine.raw


@pytest.mark.parametrize("text_offset, flags", [(0, 2), (0x80000, 0xa), (0x3000, 0xa), (0, 0xc)])
def test_kernel_header_forms(work, text_offset, flags):
    """text_offset is kept, from a 2 MiB boundary; page sizes that the CPU has are accepted."""
    image = bytearray(open(PAYLOAD, "rb").read())
    image[8:16] = text_offset.to_bytes(8, "little")
    image[24:32] = flags.to_bytes(8, "little")
    kernel = images.write(work + "/kernel", image)
    boot = pack(work + "/boot.img", kernel=kernel)
    with Machine(boot, cpu="max", ram=True) as machine:
        values = machine.payload()
        assert values["base"] % (2 * MIB) == text_offset
        assert values["x0"] >= values["base"] + 0x20000


def test_page_size_that_the_cpu_lacks(work):
    image = bytearray(open(PAYLOAD, "rb").read())
    image[24] = 0xc         # 16 KiB: a cortex-a72 has none
    boot = pack(work + "/boot.img", kernel=images.write(work + "/kernel", image))
    with Machine(boot, cpu="cortex-a72") as machine:
        machine.expect(r"^lethe: FAIL check: .*page size \(LETHE_E_PAGE_SIZE\)$", "^lethe: halt$")


@pytest.mark.parametrize("cpu", ["cortex-a53", "neoverse-n1"])
def test_inherited_serror_is_logged_and_forgiven(work, cpu):
    """At EL1, with a virtual SError pending from the first instruction."""
    target = LOAD + 2 * MIB
    boot = pack(work + "/boot.img")
    stub = Hostile(target, "el1", "serror").save(work + "/stub")
    with Machine(stub, cpu=cpu, load=[(boot, target)], ram=True) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at .* EL1 ", r"^lethe: an SError was pending at entry")
        check_protocol(machine, machine.payload(), 1)


@pytest.mark.parametrize("civacs, how", [
    (200, "inherited"), (None, "silent"), (6000, "silent"), (24000, "fault"), (45000, "fault")])
def test_later_serror_fails_its_stage(work, civacs, how):
    """Raised at a chosen DC CIVAC: over the blob itself, the plan, the tree, a segment, the tree slot."""
    target = LOAD + 2 * MIB
    civacs = civacs or blob_symbol("lethe_own_end") // 64 + 4     # the plan: behind the blob's lines
    boot = pack(work + "/boot.img")
    stub = Hostile(target, "el1", "serror", civacs=civacs).save(work + "/stub")
    with Machine(stub, load=[(boot, target)], monitor=True) as machine:
        if how == "inherited":      # in the entry stage, as far as anybody can tell
            machine.expect(r"^lethe: an SError was pending at entry", "^lethe: enter")
            return
        if how == "fault":
            machine.expect(r"^lethe: FAULT EL1 esr=0xb[ef][0-9a-f]{6} elr=0x.* stage=\w+$",
                           "^lethe: halt$", never="lethe: enter")
        # Before the tree is read no console is known, but the status is there.
        assert machine.monitor.wait_halted()["X00"] == (-504) & (1 << 64) - 1
        assert how == "fault" or not machine.lethe_lines()


def test_tree_that_shrinks_leaves_nothing_dirty(work):
    """The command line of the loader's tree goes: what the longer tree had behind the new end was stored as well."""
    tree = images.machine_tree(work + "/qemu.dtb")
    images.fdtput(tree, "-t", "s", "/chosen", "bootargs", "long=" + "x" * 1500)
    images.fdtput(tree, "-t", "s", "/", "loader", "y" * 300)
    boot = pack(work + "/boot.img", "--append", "short=1")
    start = Bundle(boot).slot("tree_base") + LOAD
    size = Bundle(boot).slot("tree_size")
    with Machine(boot, dtb=tree, ram=True, cohsan={"publish": {"buffer": (start, start + size)}}) as machine:
        values = machine.payload()
        assert values["x0"] == start
        given = machine.read_tree(start)
        assert len(given) < len(open(tree, "rb").read())
