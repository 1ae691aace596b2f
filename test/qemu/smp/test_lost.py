# SPDX-License-Identifier: BSD-2-Clause
"""CPUs that help badly: one that never comes, comes late, hangs or faults costs its chunk's second digest, no more.

Code put into the empty page behind the headers does that to CPU 2; all others go on at once.
"""

import re
import struct
import subprocess

import pytest

import images
from images import Bundle, blob_symbol, fdtget, pack, write
from machine import Machine
from paths import KERNEL, LOAD, MIB

CAVE = 0x100
RAW_AT = 0x44000000
HANG = 0x14000000           # b .
UDF = 0
MRS_X9_MPIDR = 0xd53800a9
AND_X9_AFF0 = 0x92401d29    # and x9, x9, #0xff
CMP_X9 = 0xf100013f         # cmp x9, #0
B_NE = 0x54000001
MRS_X10_CNTVCT = 0xd53be04a
MRS_X9_CNTVCT = 0xd53be049
SUB_X9_X9_X10 = 0xcb0a0129
LSR_X9 = 0xd340fc09 | 9 << 5    # lsr x9, x9, #0
CBZ_X9 = 0xb4000009


def jump(at, target):
    return 0x14000000 | (target - at >> 2) & 0x3ffffff


def patch(bundle, symbol, *what, cpu=2):
    """At the symbol, this CPU executes what it is given; the others go on."""
    at = blob_symbol(symbol, bundle.elf)
    first = int.from_bytes(bundle.bytes[at:at + 4], "little")
    assert first >> 26 not in (5, 0x25) and first & 0x1f000000 != 0x10000000, "an instruction that depends on its place"
    code = [MRS_X9_MPIDR, AND_X9_AFF0, CMP_X9 | cpu << 10, B_NE | (len(what) + 1) << 5, *what, first]
    code.append(jump(CAVE + 4 * len(code), at + 4))
    bundle.bytes[CAVE:CAVE + 4 * len(code)] = struct.pack(f"<{len(code)}I", *code)
    bundle.bytes[at:at + 4] = jump(at, CAVE).to_bytes(4, "little")


# Half a second at 62.5 MHz, the counter of QEMU: longer than the boss works, and less than it waits.
LATE = (MRS_X10_CNTVCT, MRS_X9_CNTVCT, SUB_X9_X9_X10, LSR_X9 | 25 << 16, CBZ_X9 | (-3 & 0x7ffff) << 5)
LOST = {
    "never comes": ("lethe_worker_entry", (HANG,)),
    "hangs with a chunk": ("lethe_chunks_is_good", (HANG,)),
    "faults with a chunk": ("lethe_chunks_is_good", (UDF,)),
}


@pytest.fixture(scope="session")
def kernel(tmp_path_factory):
    """Of so many chunks that each CPU gets one before nothing is left."""
    return images.small_kernel(str(tmp_path_factory.mktemp("lost") / "Image"), 8 * MIB)


def bundle_of(work, kernel, *options, chunks="16"):
    return Bundle(pack(work + "/boot.img", "--chunks", chunks, *options, kernel=kernel))


def reservations(tree):
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", tree], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [tuple(int(word.rstrip(";"), 16) for word in line.split()[1:]) for line in text.splitlines()
            if line.startswith("/memreserve/")]


def cpus_of(tree):
    return [fdtget(tree, f"/cpus/cpu@{i}", "status") or "okay" for i in range(4)]


def tree_of(machine, work):
    return write(work + "/given.dtb", machine.read_tree(machine.payload()["x0"]))


def said(machine, *patterns):
    """In any order: the verdict waits for a CPU only if that has a chunk."""
    return all(any(re.fullmatch(pattern, line) for line in machine.lethe_lines()) for pattern in patterns)


@pytest.mark.parametrize("el, cpus", [(1, "keep"), (2, "keep"), (2, "pen")])
@pytest.mark.parametrize("how", LOST)
def test_lost(work, kernel, how, el, cpus):
    """Of firmware's, or out of the pen: there, too, a word that stays is one of a CPU that is not back."""
    bundle = bundle_of(work, kernel, "--cpus", cpus)
    patch(bundle, LOST[how][0], *LOST[how][1])
    with Machine(bundle.save(work + "/patched.img"), el=el, smp=4, ram=True) as machine:
        machine.expect("^lethe: enter")
        assert said(machine, r"cpu@2: a CPU did not come back", r"kernel 8388608 sha256 ok .*, 3 cpus")
        tree = tree_of(machine, work)
        assert cpus_of(tree) == ["okay", "okay", "fail-lethe", "okay"]
        assert (LOAD, bundle.blob_end) in reservations(tree)
        assert fdtget(tree, "/chosen/lethe", "reserved") is None, "the next Lethe must not take it back"


def test_late_is_not_lost(work, kernel):
    bundle = bundle_of(work, kernel)
    patch(bundle, "lethe_worker_entry", *LATE)
    with Machine(bundle.save(work + "/patched.img"), smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel 8388608 sha256 ok .*, [1-3] cpus$", "^lethe: enter", never="did not come back")
        assert cpus_of(tree_of(machine, work)) == ["okay"] * 4


def test_a_copy_that_may_go_on_is_refused(work, kernel):
    raw = write(work + "/raw", bytes(8 * MIB))
    bundle = bundle_of(work, kernel, "--raw", f"{raw}@{RAW_AT:#x}")
    patch(bundle, "lethe_chunks_is_good", HANG)
    with Machine(bundle.save(work + "/patched.img"), smp=4) as machine:
        machine.expect(r'^lethe: FAIL move: device tree "cpu@2": a CPU did not come back \(LETHE_E_CPU_LOST\)$',
                       "^lethe: halt$", never="enter")


def test_a_copy_goes_on_without_one_that_never_came(work, kernel):
    data = bytes(range(256)) * 4096
    raw = write(work + "/raw", data)
    bundle = bundle_of(work, kernel, "--raw", f"{raw}@{RAW_AT:#x}")
    patch(bundle, "lethe_worker_entry", HANG)
    with Machine(bundle.save(work + "/patched.img"), smp=4, ram=True) as machine:
        machine.expect("^lethe: enter")
        assert said(machine, r"cpu@2: a CPU did not come back", r"raw0 .*, 3 cpus")
        assert machine.read_ram(RAW_AT, len(data)) == data
        assert cpus_of(tree_of(machine, work)) == ["okay", "okay", "fail-lethe", "okay"]


def test_no_fallback_over_what_a_cpu_runs(work, kernel):
    bundle = bundle_of(work, kernel, "--fallback", "--kernel", kernel)
    bundle.bytes[bundle.segment(0, "source") + 5] ^= 1
    patch(bundle, "lethe_worker_entry", HANG)
    with Machine(bundle.save(work + "/patched.img"), smp=4) as machine:
        machine.expect("^lethe: FAIL verify: ", "^lethe: no fallback: a CPU did not come back$", "^lethe: halt$",
                       never="enter|fallback 1")


def test_an_exception_of_the_boss_is_waited_out(work, kernel):
    """Slot 1 begins when all workers of slot 0 are off: it may overwrite what they read."""
    bundle = bundle_of(work, kernel, "--fallback", "--kernel", kernel)
    # Once: TPIDR_EL1 says that it was.
    patch(bundle, "lethe_chunks_is_good", 0xd538d089, 0xb5000089, 0xd2800029, 0xd518d089, UDF, cpu=0)
    # mrs x9, tpidr_el1; cbnz x9, .+16; mov x9, #1; msr tpidr_el1, x9
    with Machine(bundle.save(work + "/patched.img"), smp=4, ram=True) as machine:
        machine.expect("^lethe: FAULT EL2 .* stage=verify$", "^lethe: fallback 1$",
                       r"^lethe: kernel-1 8388608 sha256 ok .*, 4 cpus$", "^lethe: enter")
        assert cpus_of(tree_of(machine, work)) == ["okay"] * 4


@pytest.mark.long
def test_debian_leaves_a_lost_one_alone(work, initrd):
    bundle = bundle_of(work, KERNEL, "--initrd", initrd, "--append", "console=ttyAMA0", chunks="auto")
    patch(bundle, "lethe_chunks_is_good", HANG)
    with Machine(bundle.save(work + "/patched.img"), smp=4, memory=512) as machine:
        machine.expect("^lethe: enter")
        assert said(machine, r"cpu@2: a CPU did not come back", r"kernel .*, 3 cpus")
        machine.expect("SMP: Total of 3 processors activated", "^init: end", never="Kernel panic")
