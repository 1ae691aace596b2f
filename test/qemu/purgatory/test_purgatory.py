# SPDX-License-Identifier: BSD-2-Clause
"""purgatory.ro inside Debian's kexec, with its checks on: from Debian's kernel to user space of the next.

Each machine is under the judge from the purgatory's first instruction to the kernel's; where kexec puts it
is found out first, by the same load in a machine that goes no further.
"""

import os
import re
import shutil

import pytest

import kexec_guest
import pairwise
import purgatory_meter
import kexec_under_cohsan
from images import cpio, pack, write
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


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        long = metafunc.config.getoption("long")
        cells = (pairwise.product if long else pairwise.cover)(LONG if long else CHOICES,
                                                               lambda cell: True)
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))


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
    """As Debian's scripts load: 2.0.29 tries kexec_file_load(2) first, which Debian's kernel has not."""
    started(client(False, release), {"cpu": "cortex-a72", "el": 2, "smp": 1}, ("-l", "--serial=ttyAMA0"))


@pytest.mark.long
@pytest.mark.parametrize("release, load, runs", [
    (kexec_guest.KEXEC, "-l", True), (kexec_guest.KEXEC_OTHER, "-c,-l", True), (kexec_guest.KEXEC_OTHER, "-l", False),
    (kexec_guest.KEXEC_OTHER, "-a,-l", False)], ids=lambda value: os.path.basename(str(value)))
def test_kernel_that_loads_itself(client, release, load, runs):
    """With kexec_file_load(2) there 2.0.29 leaves out what was grafted unless told -c. The record tells."""
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


def test_without_a_sink(client):
    """Not a word, and all the same: the record tells."""
    cell, load = {"cpu": "cortex-a72", "el": 2, "smp": 1}, ("-c,-l",)
    at = place(client(False), cell, load)
    with Machine(KERNEL, initrd=client(False), cohsan=cohsan_options(at), **options(cell, load)) as machine:
        patient(machine).expect("^client: load status=0$", LINUX, "^door +purgatory$", "^client: end$",
                       never="lethe: ")


def test_unchecked(client):
    """kexec -i: one line to the sink, byte by byte; no map, and a tree without a record."""
    cell, load = {"cpu": "neoverse-n1", "el": 2, "smp": 1}, ("-c,-l,-i", "--serial=ttyAMA0")
    at = place(client(False), cell, load)
    # Where the segments are nobody says: that they are clean is the word of the kernel that moved them.
    ram = (RAM_BASE, RAM_BASE + MEMORY * MIB)
    with Machine(KERNEL, initrd=client(False), cohsan=cohsan_options(at, ram),
                 **options(cell, load)) as machine:
        patient(machine).expect(
                       "^client: load status=0$",
                       r"^lethe: 0\.1\.0 purgatory: nothing is checked \(kexec --no-checks\)$", LINUX,
                       "^client: model=linux,dummy-virt initrd=loaders$",
                       "^client: tree of", "^client: end$", never="^door|Kernel panic")


@pytest.mark.parametrize("name, el", [("kernel", 1), ("initrd", 2)])
def test_damaged(client, pytestconfig, name, el):
    """Caught, with all that it may have been, and reset by PSCI: by the conduit of the level."""
    cell = {"cpu": "cortex-a72", "el": el, "smp": 1}
    at = place(client(False), cell)
    with Machine(KERNEL, initrd=client(False), ram=True, cohsan=cohsan_options(at), extra=["-no-reboot"],
                 **options(cell, wait=1)) as machine:
        damage(machine, name)
        machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} ",
                       r'^lethe: FAIL verify: segment 0 "regions": .* \(LETHE_E_DIGEST\)$',
                       "^lethe: expected [0-9a-f]{64}$", "^lethe: found    [0-9a-f]{64}$",
                       never="lethe: enter")
        assert {machine.expect("^lethe: one of: (.*) 0x[0-9a-f]+ [0-9]+$")[1] for _ in range(3)} == \
            {"kernel", "initrd", "dtb"}
        machine.expect("^lethe: reset in 5 s$", never="lethe: enter")
        if pytestconfig.getoption("long"):
            assert machine.expect_exit() == 0
        assert LINUX not in machine.raw.decode("utf-8", "replace").partition("client: waits")[2]


@pytest.mark.parametrize("el", [1, 2])
def test_fault(client, el):
    """An exception, here of an instruction that is none, has a vector: said where, and the policy followed."""
    cell = {"cpu": "cortex-a57", "el": el, "smp": 1}
    at = place(client(False), cell)
    start = symbols(ELF)["lethe_sha256_ce"]
    assert start % 4096 <= 4096 - 64        # memory that waits for kexec -e is in pages anywhere
    with open(LETHE, "rb") as file:
        text = file.read()[64 + start:][:64]
    with Machine(KERNEL, initrd=client(False), ram=True, cohsan=cohsan_options(at), extra=["-no-reboot"],
                 **options(cell, wait=1)) as machine:
        patient(machine).expect("^client: load status=0$", "^client: waits$")
        assert overwrite(machine.ram_path, text, bytes(4) + text[4:])
        machine.type("\n")
        machine.expect(rf"^lethe: FAULT EL{el} esr=0x2000000 elr={at + start:#x} far=0x0 stage=verify$",
                       "^lethe: reset in 5 s$", never="lethe: enter")


def test_damaged_stock(client):
    """Beside it: the stock one finds it, too, and stops in silence."""
    cell = {"cpu": "cortex-a72", "el": 2, "smp": 1}
    with Machine(KERNEL, initrd=client(True), ram=True, **options(cell, wait=1)) as machine:
        damage(machine, "kernel")
        machine.expect("I'm in purgatory", "sha256 digests do not match")
        machine.drain(3)
        assert LINUX not in machine.raw.decode("utf-8", "replace").partition("client: waits")[2]


# ---- one after the other ----

def test_in_turn(work):
    """Ten kexecs in one machine, of Debian's kernel as it is and of a bundle with it in turn.

    Through the grafted kexec each time, which checks what it loaded: the bundle is checked twice.
    """
    times = 10
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

@pytest.mark.parametrize("start", [("cortex-a57", 2), ("neoverse-n1", 1)], ids="{0[0]}-el{0[1]}".format)
def test_cost(work, start):
    """The same load with either, counted from the purgatory's first instruction to the kernel's."""
    ours, theirs = purgatory_meter.side_by_side(start, work)
    assert theirs["instructions"] >= 18 * ours["instructions"], (ours, theirs)
    assert theirs["device"] >= 1000 * ours["device"], (ours, theirs)
