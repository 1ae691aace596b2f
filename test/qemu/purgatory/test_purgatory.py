# SPDX-License-Identifier: BSD-2-Clause
"""purgatory.ro inside Debian's kexec, with its checks on: from Debian's kernel to user space of the next.

cohsan watches each machine from the purgatory's first instruction to the kernel's. A load in a machine that goes no
further shows first where kexec puts the purgatory. Where the next kernel is not the subject, it is a small one.
"""

import os
import re
import shutil

import pytest

import kexec_guest
import kexec_under_cohsan
import pairwise
import purgatory_meter
from images import cpio, pack, write
from images import small_kernel as small_kernel_of
from machine import Machine
from meter import symbols
from paths import KERNEL, MIB, O, RAM_BASE, TINY
from purgatory_under_kexec import CHECKED, ELF, LETHE, LINUX, MEMORY, cohsan_options, damage, expect_regions, \
    expect_segments, grafted, options, patient, place
from ram_file import overwrite

CHOICES = {
    "cpu": ["cortex-a57", "neoverse-n1"],
    "el": [1, 2],
    "smp": [1, 4],
}
LONG = {**CHOICES, "cpu": [*CHOICES["cpu"], "cortex-a72", "max"]}
# Debian's kernel behind the purgatory, once; test_small_kernel has other pairs, one here and the rest in the long tier.
CELLS = [{"cpu": "cortex-a57", "el": 2, "smp": 4}]


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = pairwise.product(LONG, lambda cell: True) if long else CELLS
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))
    if "times" in metafunc.fixturenames:
        metafunc.parametrize("times", [10] if long else [2])
    if "small_cell" in metafunc.fixturenames:
        cells = [cell for cell in pairwise.cover(CHOICES, lambda cell: True) if cell not in CELLS]
        cells = cells if long else cells[:1]
        metafunc.parametrize("small_cell", cells, ids=map(kexec_under_cohsan.name_of, cells))


def started(initrd, cell, load=CHECKED):
    at = place(initrd, cell, load)
    with Machine(KERNEL, initrd=initrd, cohsan=cohsan_options(at), **options(cell, load)) as machine:
        patient(machine).expect("^client: load status=0$")
        expect_regions(machine, at, cell["el"])
        machine.expect(LINUX, rf"smp: Brought up 1 node, {cell['smp']} CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       "^client: cmdline=console=ttyAMA0 second=1$", never="Kernel panic")
        machine.expect("^door +purgatory$", "^mode +cached$", f"^entered at +EL{cell['el']}$",
                       f"^handed over at +EL{cell['el']}$", "^boot count +1$")
        expect_segments(machine)
        machine.expect("^client: end$")


def test_started(client, cell):
    started(client(False), cell)


def test_small_kernel(client, small_kernel, small_cell):
    """The payload prints its registers, and its tree has the record."""
    initrd = client(False, kernel=small_kernel)
    at = place(initrd, small_cell)
    with Machine(KERNEL, initrd=initrd, cohsan=cohsan_options(at), ram=True, **options(small_cell)) as machine:
        patient(machine).expect("^client: load status=0$")
        expect_regions(machine, at, small_cell["el"])
        expect_payload(machine, small_cell["el"])


RELEASES = [kexec_guest.KEXEC, kexec_guest.KEXEC_OTHER]


@pytest.mark.long
def test_other_release(client):
    """Debian 13's kexec on 12 and 12's on 13, by the same graft."""
    found = [kexec_guest.read_kexec(release) for release in RELEASES]
    assert len({re.search(rb"kexec-tools 2\.[0-9.]+", data).group() for data in found}) == 2
    started(client(False, kexec_guest.KEXEC_OTHER), {"cpu": "cortex-a72", "el": 2, "smp": 4})


@pytest.mark.long
@pytest.mark.parametrize("release", RELEASES, ids=os.path.basename)
def test_without_c(client, release):
    """As Debian's scripts load. 2.0.29 tries kexec_file_load(2) first, which Debian's kernel does not have."""
    started(client(False, release), {"cpu": "cortex-a72", "el": 2, "smp": 1}, ("-l", "--serial=ttyAMA0"))


@pytest.mark.long
@pytest.mark.parametrize("release, load, runs", [
    (kexec_guest.KEXEC, "-l", True), (kexec_guest.KEXEC_OTHER, "-c,-l", True), (kexec_guest.KEXEC_OTHER, "-l", False),
    (kexec_guest.KEXEC_OTHER, "-a,-l", False)], ids=lambda value: os.path.basename(str(value)))
def test_kernel_that_loads_itself(client, release, load, runs):
    """If the kernel has kexec_file_load(2), 2.0.29 without -c bypasses the purgatory. The record shows it."""
    cell = {"cpu": "cortex-a57", "el": 2, "smp": 1}
    with Machine(TINY, initrd=client(False, release, TINY), cohsan=None,
                 because="whether Lethe runs is what is asked", **options(cell, [load])) as machine:
        machine.expect("^client: load status=0$", LINUX, "^client: cmdline=console=ttyAMA0 second=1$")
        if runs:
            machine.expect("^door +purgatory$", never="client: end")
        else:
            machine.expect("^client: end$", never="^door")


@pytest.mark.long
@pytest.mark.parametrize("name", ["kexec-tools", "kexec-tools-other"])
def test_example(client, work, name):
    """examples/kexec-tools, of either release's source: the object is in it byte for byte, and is what runs."""
    folder = os.path.join(work, name)
    os.makedirs(folder + "/sbin")
    shutil.copy(os.path.join(O, "examples", name, "kexec"), folder + "/sbin")
    binary = kexec_guest.read_kexec(folder)
    at, size = kexec_guest.purgatory_at(binary)
    with open(os.path.join(O, "purgatory.ro"), "rb") as file:
        assert binary[at:at + size] == file.read()
    started(client(True, folder), {"cpu": "cortex-a72", "el": 1, "smp": 1})


def expect_payload(machine, el, record=True):
    """The boot protocol is kept, and the tree has the record, or has none."""
    values = machine.payload()
    assert values["el"] == el and values["x1"] == values["x2"] == values["x3"] == 0
    tree = machine.read_tree(values["x0"])
    assert b"linux,dummy-virt\0" in tree
    assert (b"purgatory\0" in tree) == (b"boot-count\0" in tree) == record


@pytest.mark.long
def test_without_a_sink(client, small_kernel):
    """Lethe prints nothing and works all the same: the record tells."""
    cell, load = {"cpu": "cortex-a72", "el": 2, "smp": 1}, ("-c,-l",)
    initrd = client(False, kernel=small_kernel)
    at = place(initrd, cell, load)
    with Machine(KERNEL, initrd=initrd, cohsan=cohsan_options(at), ram=True, **options(cell, load)) as machine:
        patient(machine).expect("^client: load status=0$")
        expect_payload(machine, cell["el"])
        assert machine.lethe_lines() == []


@pytest.mark.long
def test_unchecked(client, small_kernel):
    """kexec -i: one line to the sink, byte by byte; no map, and a tree without a record."""
    cell, load = {"cpu": "neoverse-n1", "el": 2, "smp": 1}, ("-c,-l,-i", "--serial=ttyAMA0")
    initrd = client(False, kernel=small_kernel)
    at = place(initrd, cell, load)
    # kexec -i tells the purgatory no segments. The kernel that moved them promises that they are clean.
    ram = (RAM_BASE, RAM_BASE + MEMORY * MIB)
    with Machine(KERNEL, initrd=initrd, cohsan=cohsan_options(at, ram), ram=True, **options(cell, load)) as machine:
        patient(machine).expect(
            "^client: load status=0$",
            r"^lethe: 0\.1\.0 purgatory: nothing is checked \(kexec --no-checks\)$")
        expect_payload(machine, cell["el"], record=False)


@pytest.mark.parametrize("name, el", [("kernel", 1), pytest.param("initrd", 2, marks=pytest.mark.long)])
def test_damaged(client, small_kernel, pytestconfig, name, el):
    """Lethe finds the damage, names all segments that it may be in, and resets by the level's PSCI conduit."""
    cell = {"cpu": "cortex-a72", "el": el, "smp": 1}
    initrd = client(False, kernel=small_kernel)
    at = place(initrd, cell)
    with Machine(KERNEL, initrd=initrd, ram=True, cohsan=cohsan_options(at), extra=["-no-reboot"],
                 **options(cell, wait=1)) as machine:
        damage(machine, name, small_kernel)
        machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} ",
                       r'^lethe: FAIL verify: segment 0 "regions": .* \(LETHE_E_DIGEST\)$',
                       "^lethe: expected [0-9a-f]{64}$", "^lethe: found    [0-9a-f]{64}$",
                       never="lethe: enter")
        assert {machine.expect("^lethe: one of: (.*) 0x[0-9a-f]+ [0-9]+$")[1] for _ in range(3)} == \
            {"kernel", "initrd", "dtb"}
        machine.expect("^lethe: reset in 5 s$", never="lethe: enter")
        if pytestconfig.getoption("long"):
            assert machine.expect_exit() == 0
        assert b"payload: " not in machine.raw


@pytest.mark.parametrize("el", [1, pytest.param(2, marks=pytest.mark.long)])
def test_fault(client, small_kernel, el):
    """An undefined instruction goes to Lethe's vector, which prints where it was and follows the policy."""
    cell = {"cpu": "cortex-a72", "el": el, "smp": 1}
    initrd = client(False, kernel=small_kernel)
    at = place(initrd, cell)
    start = symbols(ELF)["lethe_sha256_ce"]
    assert start % 4096 <= 4096 - 64        # memory that waits for kexec -e is in pages anywhere
    with open(LETHE, "rb") as file:
        text = file.read()[64 + start:][:64]
    with Machine(KERNEL, initrd=initrd, ram=True, cohsan=cohsan_options(at), extra=["-no-reboot"],
                 **options(cell, wait=1)) as machine:
        patient(machine).expect("^client: load status=0$", "^client: waits$")
        assert overwrite(machine.ram_path, text, bytes(4) + text[4:])
        machine.type("\n")
        machine.expect(rf"^lethe: FAULT EL{el} esr=0x2000000 elr={at + start:#x} far=0x0 stage=verify$",
                       "^lethe: reset in 5 s$", never="lethe: enter")


def test_damaged_stock(client, small_kernel):
    """Beside it: the stock purgatory finds the damage, too, and stops in silence."""
    cell = {"cpu": "cortex-a72", "el": 2, "smp": 1}
    with Machine(KERNEL, initrd=client(True, kernel=small_kernel), ram=True, **options(cell, wait=1)) as machine:
        damage(machine, "kernel", small_kernel)
        machine.expect("I'm in purgatory", "sha256 digests do not match")
        machine.drain(3)
        assert b"payload: " not in machine.raw


# ---- one after the other ----

@pytest.mark.long
def test_in_turn(work, times):
    """Kexecs in one machine, of Debian's kernel as it is and of a bundle with it in turn.

    Each goes through the grafted kexec, which checks what it loaded: the bundle is checked twice.
    """
    boot = pack(work + "/boot.img", kernel=KERNEL)
    initrd = write(work + "/client", cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(grafted()), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", KERNEL), kexec_guest.entry("k/boot.img", boot),
        kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")), ("who", 0o100644, b"x", (0, 0))]))
    line = f"console=ttyAMA0 t.run=chain t.left={times}"
    with Machine(KERNEL, initrd=initrd, memory=1024, append=line, cohsan=None,
                 because="two doors, at other places each time") as machine:
        machine.deadline += 40 * times
        count = 0
        for left in range(times, 0, -1):
            machine.expect("^client: load status=0$", r"^lethe: regions \d+ sha256 ok", never="lethe: FA")
            count += 1
            if left % 2:
                machine.expect(r"^lethe: kernel \d+ sha256 ok", r"^lethe: enter ", never="lethe: FA")
                count += 1
            machine.expect(LINUX, f"^client: cmdline=.* t.left={left - 1}$",
                           "^door +" + ("image" if left % 2 else "purgatory"), f"^boot count +{count}$",
                           never="Kernel panic")
        machine.expect("^client: end$")


# ---- beside the stock one ----

def check_cost(cell, work, kernel=KERNEL):
    """The same load with either, counted from the purgatory's first instruction to the kernel's."""
    ours, theirs = purgatory_meter.side_by_side(cell, work, kernel, timed=False)
    assert theirs["instructions"] >= 18 * ours["instructions"], (ours, theirs)
    assert theirs["device"] >= 1000 * ours["device"], (ours, theirs)


@pytest.mark.long
def test_cost(work):
    """Of 8 MB, where the cost that does not depend on the size weighs more than it does for Debian's kernel."""
    check_cost(("neoverse-n1", 1), work, small_kernel_of(work + "/Image", 6 * MIB))


@pytest.mark.long
@pytest.mark.parametrize("start", [("cortex-a57", 2), ("neoverse-n1", 1)], ids="{0[0]}-el{0[1]}".format)
def test_cost_of_debians_kernel(work, start):
    check_cost(start, work)
