# SPDX-License-Identifier: BSD-2-Clause
"""What is wrong with a flash file or its machine is named, the policy is followed, and nothing is written where the
front end was not told to: memory is compared, and each machine is watched for stores to flash.
"""

import pytest

from flash import COPY_SIZE, FlashFile, flash, started
from images import Bundle, blob_symbol, machine_tree, pack, write
from machine import COUNTED
from paths import MIB

SLOT0 = 0x10000
WINDOW = 0x20000000     # of virt's PCI: what is stored there is not kept, and nothing aborts
NOWHERE = 0x60000000    # behind RAM
EMPTY = 0x43000000      # RAM that nothing is in
HALT = "^lethe: halt$"
NO_RAM = "^lethe: FAIL flash: no RAM at 0x20[0-9a-f]{6}$"
# Little memory to compare, and few CPUs that wait in a loop of the host's.
MEMORY, SMP = 64, 2
END = 0x40000000 + MEMORY * MIB
RAM = {"ram": f"0x40000000 {MEMORY}MiB"}
SMALL = {"memory": MEMORY, "smp": SMP}


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


def symbol(name):
    return blob_symbol(name, "lethe-el3.elf")


def made(work, board="virt-v3", *options, bundle=(), **changes):
    """(a flash file, its bundle)"""
    boot = pack(work + "/boot.img", *bundle)
    return FlashFile(flash(work, board, boot, options=options, **RAM, **changes)), boot


def expect_end(work, board, file, *lines, written=(), **options):
    """The machine says this and halts. written: of the file's ranges of memory, those that it may have stored to."""
    ranges = {"load": (file.get("load"), file.get("load") + file.get("load_size")),
              "tree": (file.get("tree"), file.get("tree") + file.get("tree_room")),
              "scratch": (file.get("scratch"), file.get("scratch") + file.get("scratch_size"))}
    allowed = [ranges[name] for name in written]
    with started(work, board, file.save(), ram=True, paused=True, **SMALL, **options) as machine:
        machine.copy_ram(work + "/before")
        machine.go()
        if lines:
            machine.expect(*lines, HALT, never="lethe: enter|payload")
        machine.monitor.wait_halted()
        machine.drain(0.1)
        assert lines or not machine.raw
        for start, end in machine.ram_differences(work + "/before"):
            assert any(low <= start and end <= high for low, high in allowed), \
                f"it wrote to {start:#x}-{end:#x}, not only to {allowed}"
        return machine.raw


# ---- the parameters ----

# In the magic number, the version, the CRC, a field, and what no field has.
BITS = [0, 9, 12, 49, COPY_SIZE - 1]


@pytest.mark.parametrize("bit", [BITS[3], *(long(bit) for bit in BITS if bit != BITS[3])])
@pytest.mark.parametrize("board", ["virt-v3", "virt-el1"])
def test_first_copy(work, board, bit):
    file, boot = made(work, board)
    with started(work, board, file.flip(file.code_size + bit).save(), bundle=boot, **SMALL) as machine:
        machine.expect("^lethe: .* flash at 0x0 EL", "^lethe: parameters damaged, their copy is used: 0x3000$",
                       "^lethe: enter")
        machine.payload()


def test_second_copy(work):
    """It is not read, unless the first one is damaged. lethe verify says it."""
    file, boot = made(work)
    with started(work, "virt-v3", file.flip(file.code_size + COPY_SIZE + 60).save(), bundle=boot, **SMALL) as machine:
        machine.expect("^lethe: enter", never="damaged")
        machine.payload()


@pytest.mark.parametrize("board", ["virt-v3", "virt-el1", long("virt-el2")])
def test_both_copies(work, board):
    """There is nothing that says where a console is, or memory: silence."""
    file, _ = made(work, board)
    expect_end(work, board, file.flip(file.code_size + 49).flip(file.code_size + COPY_SIZE + 80))


def test_a_version_to_come(work):
    file, _ = made(work)
    expect_end(work, "virt-v3", file.put(version=2))


# ---- the front end ----

@pytest.mark.parametrize("board, place", [("virt-v3", "lethe_el3_call"), ("virt-el2", "lethe_flash_again"),
                                          ("virt-el1", "gap")])
def test_code(work, board, place):
    """What has not run yet. What runs before that may do anything: test_any_bit_of_the_code."""
    file, _ = made(work, board)
    file.flip(file.code_size - 1 if place == "gap" else symbol(place) + 5)
    expect_end(work, board, file, "^lethe: FAIL flash: code damaged at 0x0$")


@pytest.mark.long
def test_any_bit_of_the_code(work):
    """No end but these: named, an exception that is named or not, nothing at all, or a boot. Never a store to flash."""
    file, _ = made(work)
    for at in range(0, symbol("lethe_flash_code_end"), 397):
        file.flip(at, at % 8)
        with started(work, "virt-v3", file.save(), monitor=True, **SMALL) as machine:
            machine.drain(0.7)
            assert b"payload" not in machine.raw or at < 32, f"a bit of {at:#x} is not noticed"
        file.flip(at, at % 8)


@pytest.mark.parametrize("board", ["virt-v3", long("virt-el2")])
def test_elsewhere(work, board):
    """It is not where the parameters say that it is."""
    file, _ = made(work, board)
    expect_end(work, board, file.put(base=0x100000), "^lethe: FAIL flash: the file was made for 0x100000$")


# ---- memory that is not there ----

@pytest.mark.parametrize("board, field", [("virt-v3", "scratch"), ("virt-v3", "load"), long("virt-v3", "tree"),
                                          long("virt-el1", "scratch"), long("virt-el2", "load"), ("virt-el2", "tree"),
                                          ("virt-v2-spin", "spin_page")])
def test_no_memory(work, board, field):
    """Stores there are lost."""
    file, _ = made(work, board)
    written = {"scratch": [], "load": ["scratch", "tree"], "spin_page": ["scratch", "load", "tree"]}.get(field, ["scratch"])
    expect_end(work, board, file.put(**{field: WINDOW}), NO_RAM, written=written)


@pytest.mark.parametrize("board, field", [("virt-v3", "load"), ("virt-el1", "load"), long("virt-v3", "tree"),
                                          long("virt-el2", "scratch")])
def test_nothing_answers(work, board, field):
    """An access there is an abort."""
    file, _ = made(work, board)
    line = r"^lethe: FAULT EL\d esr=0x[0-9a-f]+ elr=0x[0-9a-f]+ far=0x6[0-9a-f]+ stage=flash$"
    expect_end(work, board, file.put(**{field: NOWHERE}), line, written=[] if field == "scratch" else ["scratch", "tree"])


def test_memory_ends_within_the_bundle(work):
    """Its first byte is RAM, its last one is not."""
    file, _ = made(work)
    expect_end(work, "virt-v3", file.put(load=END - 2 * MIB), r"^lethe: FAULT EL3 .* far=0x44[0-9a-f]+ stage=flash$",
               written=["tree"])


# ---- the tree ----

def test_missing_tree(work):
    file, _ = made(work, tree=f"at {EMPTY:#x}")
    expect_end(work, "virt-v3", file, f"^lethe: FAIL flash: no device tree at {EMPTY:#x}$")


def loaded(work, data):
    return {"load": [(write(work + "/tree", data), EMPTY)]}


def header(size, magic=0xd00dfeed):
    words = [magic, size, 0x38, size - 16, 0x28, 17, 16, 0, 16, size - 0x38 - 16]
    return b"".join(word.to_bytes(4, "big") for word in words) + bytes(size - 40 if size < MIB else 0)


@pytest.mark.parametrize("size, line", [(3 * MIB, "device tree too large"), (4096, "device tree broken")])
def test_no_tree(work, size, line):
    """It begins like one."""
    file, _ = made(work, tree=f"at {EMPTY:#x}")
    expect_end(work, "virt-v3", file, f"^lethe: FAIL flash: {line} at {EMPTY:#x}$", written=["tree"], **loaded(work, header(size)))


@pytest.mark.parametrize("board", ["virt-v3", long("virt-el2")])
def test_flipped_tree(work, board):
    """It is in the file."""
    tree = machine_tree(work + "/own.dtb", smp=SMP, memory=MEMORY, machine=",secure=on,gic-version=3" if board == "virt-v3" else "")
    file = FlashFile(flash(work, board, pack(work + "/boot.img"), dtb=tree, tree="file", **RAM))
    at = file.get("tree_offset")
    expect_end(work, board, file.flip(at + 100), f"^lethe: FAIL flash: device tree damaged at {at:#x}$",
               written=["scratch"])


# ---- the bundle ----

@pytest.mark.parametrize("field, value, line", [
    ("room0", 4096, "too large"), ("load_size", MIB, "too large")])
def test_too_large(work, field, value, line):
    file, _ = made(work)
    expect_end(work, "virt-v3", file.put(**{field: value}),
               f"^lethe: FAIL flash: slot 0: {line} at {SLOT0:#x}$",
               f"^lethe: FAIL flash: no slot left, from {SLOT0:#x}$")


def flip_kernel(file, boot):
    """A bit of the kernel in slot 0."""
    bundle = Bundle(boot)
    return file.flip(file.get("slot0") + bundle.segment(bundle.segments()["kernel"], "source") + 99)


KERNEL_LINE = r'^lethe: FAIL verify: segment 0 "kernel".* \(LETHE_E_DIGEST\)$'


@pytest.mark.parametrize("board", ["virt-v3", long("virt-el2"), long("virt-el1")])
def test_kernel(work, board):
    """The bundle's own digests prove what was read from flash."""
    file, boot = made(work, board)
    expect_end(work, board, flip_kernel(file, boot), KERNEL_LINE, written=["scratch", "load", "tree"])


# ---- the policy ----

def test_reset_of_the_front_end(work):
    file, _ = made(work, "virt-v3", "--on-failure", "reset")
    file.flip(symbol("lethe_el3_call"))
    with started(work, "virt-v3", file.save(), extra=["-no-reboot", *COUNTED], **SMALL) as machine:
        machine.expect("^lethe: FAIL flash: code damaged at 0x0$", "^lethe: reset in 5 s$", "^lethe: reset$")
        assert machine.expect_exit() == 0


@pytest.mark.long
def test_reset_of_the_bundle(work):
    """By the resident PSCI; each time from the reset vector."""
    file, boot = made(work, bundle=["--on-fail", "reset"])
    with started(work, "virt-v3", flip_kernel(file, boot).save(), **SMALL) as machine:
        machine.expect("^lethe: .* flash at", KERNEL_LINE, "^lethe: reset in 5 s$", "^lethe: reset$", "^lethe: .* flash at",
                       KERNEL_LINE, never="halt")


def test_no_way_to_reset(work):
    file, _ = made(work, "virt-v3", "--on-failure", "reset")
    file.put(reset=0).flip(symbol("lethe_el3_call"))
    expect_end(work, "virt-v3", file, "^lethe: FAIL flash: code damaged at 0x0$")
