# SPDX-License-Identifier: BSD-2-Clause
"""Bundles under kexec as it is: Debian's kernel and kexec-tools load one like any Image, and start it.

kexec's own check is off (--no-checks), so only Lethe checks what kexec loaded. cohsan watches each machine from
Lethe's first instruction on; in test_cohsan_from_the_kernel_on it starts at the first kernel's.
"""

import os
import re
import struct

import pytest

import kexec_guest
import kexec_under_cohsan
import pairwise
from bundle_under_kexec import AT, CALLED, FILE_CALLED, LINUX, MEMORY, PACKED, bundle_of, client, cohsan_options, \
    expect_lethe, expect_record, options
from cohsan import blob_size
from images import Bundle, align_up, fdtput, machine_tree
from machine import Machine
from paths import KERNEL, LOAD, O, TINY
from ram_file import flip

BUNDLES = ["kernel", "initrd", "append"]
LONG = {"bundle": BUNDLES, "cpu": ["cortex-a57", "cortex-a72", "neoverse-n1", "max"], "el": [1, 2], "smp": [1, 4]}
# The first tier's two differ in everything. A bundle with nothing but a kernel: test_in_a_row, test_uefi.py.
CELLS = [{"bundle": "initrd", "cpu": "cortex-a72", "el": 2, "smp": 4},
         {"bundle": "append", "cpu": "neoverse-n1", "el": 1, "smp": 1}]
LOADERS = "console=ttyAMA0 loaders=1"
COUNTED = 41                    # boots, says the first kernel's tree


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = pairwise.cover(LONG, lambda cell: True, strength=3) if long else CELLS
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))
    if "times" in metafunc.fixturenames:
        metafunc.parametrize("times", [10] if long else [2])
    if "start" in metafunc.fixturenames:
        starts = [(cpu, el) for cpu in ("cortex-a72", "neoverse-n1") for el in (1, 2)]
        metafunc.parametrize("start", starts if long else starts[-1:], ids="{0[0]}-el{0[1]}".format)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """(the bundle, an archive with it), by what is in the bundle and which kernel."""
    made = {}

    def prepare(what, kernel=KERNEL):
        if (what, kernel) not in made:
            folder = str(tmp_path_factory.mktemp("kexec"))
            boot = bundle_of(folder, what, kernel)
            # With a packed initrd: once no other is there, once another has to give way.
            made[what, kernel] = boot, client(folder, boot, initrd=what != "initrd")
        return made[what, kernel]
    return prepare


def told_tree(path, cell):
    """QEMU's tree, with a model that is passed on, and a boot count."""
    machine_tree(path, memory=MEMORY, el=cell["el"], smp=cell["smp"],
                 cpu=kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]))
    fdtput(path, "-t", "s", "/", "model", "passed on")
    fdtput(path, "-c", "/chosen/lethe")
    fdtput(path, "-t", "x", "/chosen/lethe", "boot-count", f"{COUNTED:x}")
    return path


def expect_second(machine, cell, what):
    """The second kernel's command line, tree and initrd."""
    machine.expect(LINUX, rf"smp: Brought up 1 node, {cell['smp']} CPU",
                   rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                   f"^client: cmdline={PACKED if what == 'append' else LOADERS}$",
                   "^client: model=passed on initrd=" + ("loaders" if what == "kernel" else "packed"),
                   never="Kernel panic")


def test_started(work, prepared, cell):
    boot, initrd = prepared(cell["bundle"])
    with Machine(KERNEL, initrd=initrd, dtb=told_tree(work + "/dtb", cell), cohsan=cohsan_options(boot),
                 **options(cell)) as machine:
        machine.expect("^client: cmdline=.*t.run=kexec-e", "^client: load status=0$")
        expect_lethe(machine, boot, cell["el"])
        expect_second(machine, cell, cell["bundle"])
        expect_record(machine, boot, cell["el"], COUNTED + 1)
        machine.expect("^client: end$")


def reservations(text):
    """The /memreserve/ entries that begin a tree, of hexdump -C: [(address, size)]"""
    lines = re.findall(r"^000000[0-9a-f]{2}  ((?:[0-9a-f]{2} +){16})", text, re.MULTILINE)
    tree = bytes.fromhex("".join(lines))
    at = struct.unpack_from(">I", tree, 16)[0]
    found = []
    while struct.unpack_from(">QQ", tree, at) != (0, 0):
        found.append(struct.unpack_from(">QQ", tree, at))
        at += 16
    return found


@pytest.mark.long
def test_in_a_row(work, times):
    """Each kernel starts the next one by the same bundle, and nothing piles up in the tree.

    Not the NOPs either that each Linux makes of its rng-seed: the copy leaves them out.
    """
    boot = bundle_of(work, "kernel")
    initrd = client(work, boot, initrd=False, files=[
        kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
        ("who", 0o100644, b"loaders", (0, 0))])
    line = f"console=ttyAMA0 t.run=chain t.load=-c,-l,-i,--mem-min={AT:#x} t.left={times}"
    trees = []
    with Machine(KERNEL, initrd=initrd, memory=2 * MEMORY, append=line,
                 cohsan=cohsan_options(boot)) as machine:
        machine.deadline += 20 * times
        for count in range(1, times + 1):
            machine.expect("^client: load status=0$")
            machine.expect(r"^lethe: 0\.1\.0 at ", r"^lethe: enter ", LINUX,
                           f"^client: cmdline=.* t.left={times - count}$")
            expect_record(machine, boot, 2, count)
            size = machine.expect(r"^client: tree of (\d+) bytes$")[1]
            began = machine.position
            machine.expect("^00000100$")
            text = machine.raw[began:machine.position].decode().replace("\r", "")
            trees.append((int(size), reservations(text)))
        machine.expect("^client: end$")
    assert trees == [trees[0]] * times and trees[0][1] == []


# ---- damage ----

def check_damaged(work, name, policy, long, kernel=KERNEL, load=CALLED, at=AT, packed=None):
    """What kexec loaded is changed before it is started.

    Without its digest kexec would start it, and so would kexec -s, which has none: only Lethe is left to
    notice. With its digest the stock purgatory stops in silence, whatever the policy is.
    kernel: the running one. packed: the bundle's, if it is another.
    """
    boot = bundle_of(work, "initrd", packed or kernel, "--on-fail", policy)
    bundle = Bundle(boot)
    index = bundle.segments()[name]
    # A page of its file: memory that was loaded by pages holds it in one piece.
    page = bundle.segment(index, "source") // 4096 * 4096 + 256 * 4096
    content = bytes(bundle.bytes[page:page + 4096])
    assert bundle.bytes.count(content) == 1
    cell = {"cpu": "neoverse-n1", "el": 2, "smp": 1}
    with Machine(kernel, initrd=client(work, boot, initrd=False), ram=True, cohsan=cohsan_options(boot, at),
                 extra=["-no-reboot"], **options(cell, load, wait=1)) as machine:
        machine.expect("^client: load status=0$", "^client: waits$")
        assert flip(machine.ram_path, content)
        machine.type("\n")
        machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} ",
                       rf'^lethe: FAIL verify: segment {index} "{name}": .*\(LETHE_E_DIGEST\)$',
                       f"^lethe: expected {bundle.segment(index, 'digest').hex()}$",
                       r"^lethe: found    [0-9a-f]{64}$", never="lethe: enter")
        machine.expect({"reset": "^lethe: reset in 5 s$", "halt": "^lethe: halt$"}[policy])
        if policy == "reset" and long:
            assert machine.expect_exit() == 0
        assert "lethe: enter" not in machine.raw.decode("utf-8", "replace")


@pytest.mark.parametrize("name, policy", [("kernel", "halt"), ("initrd", "reset")])
def test_damaged_after_it_was_loaded(work, small_kernel, pytestconfig, name, policy):
    check_damaged(work, name, policy, pytestconfig.getoption("long"), packed=small_kernel)


# ---- other callers ----

@pytest.mark.long
def test_flat(work, start):
    """kexec_load(2) by itself: nothing before Lethe, and no tree in x0."""
    cpu, el = start
    cell = {"cpu": cpu, "el": el, "smp": 1}
    tree = told_tree(work + "/packed.dtb", cell)
    boot = bundle_of(work, "append", KERNEL, "--dtb", tree)
    flat = kexec_guest.entry("bin/flat", os.path.join(O, "test/qemu/flat"))
    line = f"console=ttyAMA0 t.run=flat t.at={AT:#x}"
    with Machine(KERNEL, initrd=client(work, boot, files=[flat]), cohsan=cohsan_options(boot),
                 **{**options(cell), "append": line}) as machine:
        machine.expect("^client: load status=0$", rf"^lethe: 0\.1\.0 at {AT:#x} EL{el} E2H=0 x0=0x0$")
        machine.expect("^lethe: enter", never="lethe: FA")
        expect_second(machine, cell, "append")
        expect_record(machine, boot, el, 1)
        machine.expect("^client: end$")


def behind(kernel):
    """Where kexec_file_load(2) puts an Image: the kernel that calls it keeps its own memory."""
    with open(kernel, "rb") as file:
        return align_up(LOAD + struct.unpack_from("<Q", file.read(64), 16)[0])


@pytest.mark.long
@pytest.mark.parametrize("what", BUNDLES)
@pytest.mark.parametrize("cpu", ["cortex-a57", "neoverse-n1"])
@pytest.mark.parametrize("el", [1, 2])
def test_kexec_file(work, prepared, what, cpu, el):
    """kexec -s, of a kernel that has kexec_file_load(2): there is no purgatory."""
    cell = {"cpu": cpu, "el": el, "smp": 1}
    boot, initrd = prepared(what, TINY)
    at = behind(TINY)
    with Machine(TINY, initrd=initrd, dtb=told_tree(work + "/dtb", cell), cohsan=cohsan_options(boot, at),
                 **options(cell, FILE_CALLED)) as machine:
        machine.expect("^client: cmdline=.*t.run=kexec-e", "^client: load status=0$")
        expect_lethe(machine, boot, el, at)
        expect_second(machine, cell, what)
        expect_record(machine, boot, el, COUNTED + 1)
        machine.expect("^client: end$")


@pytest.mark.long
@pytest.mark.parametrize("name, policy", [("kernel", "reset"), ("initrd", "halt")])
def test_damaged_kexec_file(work, name, policy):
    check_damaged(work, name, policy, True, TINY, FILE_CALLED, behind(TINY))


# ---- cohsan from the first kernel's first instruction on ----

@pytest.fixture(scope="session")
def functions(tmp_path_factory):
    return kexec_under_cohsan.functions(str(tmp_path_factory.mktemp("symbols")))


@pytest.mark.long
@pytest.mark.parametrize("cpu", ["cortex-a57", "neoverse-n1"])
@pytest.mark.parametrize("el", [1, 2])
def test_cohsan_from_the_kernel_on(work, prepared, functions, cpu, el):
    """With what the kernel and the purgatory really left dirty: of Lethe nothing is reported."""
    boot, initrd = prepared("kernel")
    load = ",".join(("-c", "-l", "-i", f"--mem-min={AT:#x}"))
    size = blob_size(os.path.join(O, "lethe.elf"))
    kernel = AT + Bundle(boot).segment(0, "source")
    reports = kexec_under_cohsan.reports_of(
        work, {"cpu": cpu, "el": el, "smp": 1, "load": load}, initrd, functions,
        stop=f"{kernel:#x}", more=[f"publish=workspace:{AT:#x}-{AT + size:#x}"])
    assert not [report for report in reports if AT <= report["pc"] < AT + size]
    kexec_under_cohsan.check(reports)
