# SPDX-License-Identifier: BSD-2-Clause
"""The digest of chunks by all CPUs: the same verdicts as by one, and no CPU is left behind.

cohsan follows every CPU of these boots.
"""

import re

import pytest

from images import Bundle, Hostile, fdtget, fdtput, machine_tree, pack, write
from images import small_kernel as small_kernel_of
from machine import Machine
from mini_tree import CPU, mini, psci_cpus, under
from paths import LOAD, MIB

CHUNK = 1 << 16
RAW_AT = 0x44000000
EVERY = [(el, smp) for el in (1, 2) for smp in (1, 2, 4)]


@pytest.fixture(scope="session")
def small_kernel(tmp_path_factory):
    """Large enough that on a busy host the last CPU to come finds a chunk left."""
    return small_kernel_of(str(tmp_path_factory.mktemp("digest") / "Image"), 8 * MIB)


def bundle_of(work, small_kernel, *options):
    return pack(work + "/boot.img", "--chunks", "16", *options, kernel=small_kernel)


def cpus(smp):
    """The end of a verdict. On a busy host one of several may come when nothing is left."""
    return f"{smp if smp < 3 else f'[2-{smp}]'} cpus$"


def booted(machine, work, smp):
    """The payload runs, and its tree has the record of so many CPUs. All are off again: the next census says so."""
    machine.expect("^lethe: enter")
    said = [int(n) for line in machine.lethe_lines() for n in re.findall(r" ok .*, (\d+) cpus$", line)]
    tree = write(work + "/given.dtb", machine.read_tree(machine.payload()["x0"]))
    assert int(fdtget(tree, "/chosen/lethe", "digest-cpus")) == max(said, default=0)
    assert smp == 0 or said and 1 < max(said) <= smp or smp == 1 == max(said)


@pytest.mark.parametrize("gic", ["2", "3"])
@pytest.mark.parametrize("el, smp", EVERY)
def test_in_place(work, small_kernel, el, smp, gic):
    kind = f"virt,virtualization={'on' if el == 2 else 'off'},gic-version={gic}"
    with Machine(bundle_of(work, small_kernel), el=el, smp=smp, ram=True, machine=kind) as machine:
        machine.expect(rf"^lethe: kernel \d+ sha256 ok \d+ ms \d+ MiB/s, {cpus(smp)}")
        booted(machine, work, smp)


@pytest.mark.parametrize("cpu", ["neoverse-n1", "max", "cortex-a53"])
def test_other_cpus(work, small_kernel, cpu):
    with Machine(bundle_of(work, small_kernel), cpu=cpu, smp=4, ram=True) as machine:
        machine.expect(rf"^lethe: kernel \d+ sha256 ok .*, {cpus(4)}")
        booted(machine, work, 4)


@pytest.mark.parametrize("el, smp", EVERY)
def test_copied(work, small_kernel, el, smp):
    """A segment that moves is copied by chunks, and the copy is what is digested."""
    data = bytes(range(1, 252)) * 16384     # long enough that on a busy host the last CPU to come finds a chunk
    raw = write(work + "/raw", data)
    bundle = bundle_of(work, small_kernel, "--raw", f"{raw}@{RAW_AT:#x}")
    with Machine(bundle, el=el, smp=smp, ram=True) as machine:
        machine.expect(rf"^lethe: raw0 {len(data)} sha256 ok .*, {cpus(smp)}", rf"^lethe: kernel .*, {cpus(smp)}")
        booted(machine, work, smp)
        assert machine.read_ram(RAW_AT, len(data)) == data


@pytest.mark.parametrize("smp", [1, 4])
@pytest.mark.parametrize("name, chunk", [("kernel", 0), ("kernel", 19), ("raw0", 7)])
def test_a_damaged_chunk_is_named(work, small_kernel, name, chunk, smp):
    raw = write(work + "/raw", b"raw" * (MIB // 3 - 10))
    bundle = Bundle(bundle_of(work, small_kernel, "--raw", f"{raw}@{RAW_AT:#x}"))
    index = bundle.segments()[name]
    bundle.bytes[bundle.segment(index, "source") + chunk * CHUNK + 77] ^= 0x10
    with Machine(bundle.save(work + "/bad.img"), smp=smp) as machine:
        machine.expect(rf'^lethe: FAIL verify: segment {index} "{name}": digest does not match',
                       rf"^lethe: chunk {chunk} at 0x{chunk * CHUNK:x}$",
                       "^lethe: expected [0-9a-f]{64}$", "^lethe: found    [0-9a-f]{64}$", never="enter")
        machine.expect("^lethe: halt$")


def test_every_chunk_is_damaged(work, small_kernel):
    """One is named, and the end comes soon."""
    bundle = Bundle(bundle_of(work, small_kernel))
    at = bundle.segment(0, "source")
    for chunk in range(20):
        bundle.bytes[at + chunk * CHUNK + 4096] ^= 1
    with Machine(bundle.save(work + "/bad.img"), smp=4) as machine:
        machine.expect('^lethe: FAIL verify: segment 0 "kernel"', "^lethe: chunk 0 at 0x0$", "^lethe: halt$")


def test_the_next_slot_has_them_too(work, small_kernel):
    bundle = Bundle(bundle_of(work, small_kernel, "--fallback", "--kernel", small_kernel))
    bundle.bytes[bundle.segment(0, "source") + 5 * CHUNK] ^= 1
    with Machine(bundle.save(work + "/bad.img"), smp=4, ram=True) as machine:
        machine.expect("^lethe: chunk 5 at 0x50000$", "^lethe: fallback 1$",
                       rf"^lethe: kernel-1 \d+ sha256 ok .*, {cpus(4)}")
        booted(machine, work, 4)


def test_uncached_does_it_alone(work, small_kernel):
    """Exclusives need the caches."""
    bundle = Bundle(bundle_of(work, small_kernel))
    bundle.plan("mode", 1)
    with Machine(bundle.save(work + "/uncached.img"), smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel \d+ sha256 ok .*, 1 cpus$")
        booted(machine, work, 1)


def test_one_digest_is_as_ever(work):
    with Machine(pack(work + "/boot.img", kernel=small_kernel_of(work + "/Image", 3 * MIB)), smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel \d+ sha256 ok \d+ ms \d+ MiB/s$")
        booted(machine, work, 0)


@pytest.mark.parametrize("at", [LOAD + 0x201000, LOAD + 0x280000])
def test_it_slides(work, small_kernel, at):
    """Over itself: memmove(), then chunks in place."""
    boot = bundle_of(work, small_kernel)
    stub = Hostile(at, "plain").save(work + "/stub")
    with Machine(stub, load=[(boot, at)], smp=4, ram=True) as machine:
        machine.expect(rf"^lethe: kernel \d+ sha256 ok .*, {cpus(4)}")
        booted(machine, work, 4)


def test_a_loader_went_down_to_el1(work, small_kernel):
    """Firmware's CPUs would come at EL2, where Lethe's map is of no use."""
    at = LOAD + 0x200000
    boot = bundle_of(work, small_kernel)
    stub = Hostile(at, "el1").save(work + "/stub")
    with Machine(stub, load=[(boot, at)], smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel \d+ sha256 ok .*, 1 cpus$")
        booted(machine, work, 1)


def test_a_crash_kernel_is_alone(work, small_kernel):
    tree = mini(work + "/mini.dtb", cpus=psci_cpus(1, 2, 3),
                chosen="linux,usable-memory-range = <0 0x40000000 0 0x10000000>;")
    with under(work, bundle_of(work, small_kernel), tree, smp=4, ram=True) as machine:
        machine.expect(r"^lethe: kernel \d+ sha256 ok .*, 1 cpus$")
        booted(machine, work, 1)


@pytest.mark.parametrize("smp", [2, 4])
def test_trees_with_too_many(work, small_kernel, smp):
    """
    Firmware is asked once for each CPU, as a second CPU_ON might change where it goes: seven nodes of one CPU leave
    room for the others. And a CPU that firmware does not know is not waited for.
    """
    tree = mini(work + "/mini.dtb", cpus=psci_cpus(*range(0x10, 0x17), reg=1) + psci_cpus(2, 3).removeprefix(CPU))
    with under(work, bundle_of(work, small_kernel), tree, smp=smp, ram=True) as machine:
        machine.expect(rf"^lethe: kernel \d+ sha256 ok .*, {cpus(smp)}", never="did not come back")
        booted(machine, work, smp)


@pytest.mark.parametrize("smp", [1, 4])
def test_a_packed_tree_has_one_digest(work, small_kernel, smp):
    """Longer than a chunk, but read whole before any chunk is."""
    tree = machine_tree(work + "/own.dtb", smp=smp)
    fdtput(tree, "-t", "s", "/", "filler", "x" * 100000)
    with Machine(bundle_of(work, small_kernel, "--dtb", tree, "--force-dtb"), smp=smp, ram=True) as machine:
        machine.expect(rf"^lethe: kernel \d+ sha256 ok .*, {cpus(smp)}")
        booted(machine, work, smp)


WRONG = {"a root": ("digest", bytes(32)), "the first chunk": ("first_chunk", 1), "a size": ("chunk_shift", 17)}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_plans_are_refused(work, small_kernel, what):
    bundle = Bundle(bundle_of(work, small_kernel))
    bundle.segment(0, *WRONG[what])
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r'^lethe: FAIL check: segment 0 "kernel": .*\(LETHE_E_PLAN_CHUNKS\)$', "^lethe: halt$")


def test_more_than_eight(work, small_kernel):
    with Machine(bundle_of(work, small_kernel), smp=8, ram=True) as machine:
        machine.expect(r"^lethe: kernel \d+ sha256 ok .*, [5-8] cpus$", "^lethe: enter")


def test_a_plan_larger_than_any_without_chunks(work, small_kernel):
    """Read whole, and refused by its last byte."""
    raw = write(work + "/raw", bytes(52 * MIB))
    bundle = Bundle(bundle_of(work, small_kernel, "--raw", f"{raw}@0x50000000"))
    assert bundle.plan("total_size") > 25280
    bundle.plan("flags", 1 | bundle.plan("flags"))      # STOP_AFTER_CHECK
    with Machine(bundle.save(work + "/dry.img"), memory=512) as machine:
        machine.expect(r"^lethe: raw0 .*\[0x50000000, 0x53400000\)", "^lethe: halt$")
    bundle.bytes[bundle.plan_at + bundle.plan("total_size") - 40] ^= 1
    with Machine(bundle.save(work + "/bad.img", seal=False), memory=512) as machine:
        machine.expect(r"^lethe: FAIL check: .*\(LETHE_E_PLAN_DIGEST\)$", "^lethe: halt$")


@pytest.mark.long
def test_many_chunks(work):
    """More than a plan without chunks has bytes; several segments one behind the other, and one digest among them."""
    files = [write(f"{work}/{i}", bytes([i]) * size) for i, size in enumerate((70 * MIB, 3000, 5 * MIB))]
    raw = [word for i, path in enumerate(files) for word in ("--raw", f"{path}@{0x50000000 + i * 0x8000000:#x}")]
    boot = pack(work + "/boot.img", "--chunks", "16", *raw)
    with Machine(boot, smp=4, memory=1024, ram=True) as machine:
        machine.expect(rf"^lethe: raw0 73400320 sha256 ok .*, {cpus(4)}", r"^lethe: raw1 3000 sha256 ok \d+ ms \d+ MiB/s$",
                       rf"^lethe: raw2 5242880 sha256 ok .*, {cpus(4)}", "^lethe: enter")
        assert machine.read_ram(0x50000000, 70 * MIB) == bytes(70 * MIB)


@pytest.mark.long
@pytest.mark.parametrize("smp", [4, 8])
@pytest.mark.parametrize("el", [1, 2])
def test_ten_in_a_row(work, small_kernel, el, smp):
    boot = bundle_of(work, small_kernel)
    for _ in range(10):
        with Machine(boot, el=el, smp=smp) as machine:
            machine.expect(r"^lethe: kernel \d+ sha256 ok .*, [2-8] cpus$", "^lethe: enter", never="did not come back")
