# SPDX-License-Identifier: BSD-2-Clause
"""purgatory.ro inside Debian's kexec, with its checks on: from Debian's kernel to user space of the next.

Each machine is under the judge from the purgatory's first instruction to the kernel's; where kexec puts it
is found out first, by the same load in a machine that goes no further.
"""

import functools
import os
import re
import shutil

import pytest

import kexec_guest
import pairwise
import purgatories
import kexec_under_cohsan
from harness import KERNEL, MIB, O, RAM_BASE, Machine
from images import cpio, pack, write
from cohsan import blob_size
from meter import symbols
from test_kexec import flip, overwrite
from test_kexec_file_load import TINY

MEMORY = 256
CHOICES = {
    "cpu": ["cortex-a57", "neoverse-n1"],
    "el": [1, 2],
    "smp": [1, 4],
}
LONG = {**CHOICES, "cpu": [*CHOICES["cpu"], "cortex-a72", "max"]}
CHECKED = ("-c,-l", "--serial=ttyAMA0")
LINUX = "Booting Linux on physical CPU"


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        long = metafunc.config.getoption("long")
        cells = (pairwise.product if long else pairwise.cover)(LONG if long else CHOICES,
                                                               lambda cell: True)
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """The first kernel's archive, with Lethe put into its kexec, or (stock) with kexec as it is in that folder."""
    folder = str(tmp_path_factory.mktemp("purgatory"))
    second = cpio([*kexec_guest.base(), kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                   ("who", 0o100644, b"loaders", (0, 0))])

    @functools.cache
    def archive(stock, release=kexec_guest.KEXEC, kernel=KERNEL):
        name = f"{folder}/{stock}-{os.path.basename(release)}-{os.path.basename(os.path.dirname(kernel))}"
        binary = None if stock else kexec_guest.grafted(name + ".kexec", release)
        return write(name, cpio([
            *kexec_guest.base(), *kexec_guest.kexec_files(binary, release),
            ("k", 0o40755, b"", (0, 0)), kexec_guest.entry("k/Image", kernel),
            ("k/initrd", 0o100644, second, (0, 0))]))
    return archive


def options(cell, load=CHECKED, **more):
    """A Machine's."""
    return {"cpu": kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"],
            "smp": cell["smp"], "memory": MEMORY,
            "append": kexec_guest.command_line("kexec-e", load=load, append=["second=1"], **more)}


def patient(machine):
    """Two kernels and 30 MB of digest under the judge; several machines at a time."""
    machine.deadline += 60
    return machine


PLACES = {}


def place(initrd, cell, load=CHECKED, dtb=None):
    """Where kexec puts the purgatory, says -d."""
    key = (initrd, kexec_under_cohsan.name_of(cell), load, dtb)
    if key not in PLACES:
        with Machine(KERNEL, initrd=initrd, dtb=dtb, **options(cell, (*load, "-d"), wait=1)) as machine:
            patient(machine).expect("^client: waits$")
            PLACES[key] = purgatories.loaded(machine)[0]
    return PLACES[key]


def judged(at, *clean):
    """From the purgatory's first instruction. Of the segments that it checks none is believed clean."""
    end = at + blob_size(purgatories.ELF)
    return {"start": at, "elf": purgatories.ELF, "clean": [*clean, (at, end)],
            "publish": {"workspace": (at, end)}}


def expect_regions(machine, at, el, *more):
    machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} EL{el} E2H=0 x0=0x[0-9a-f]+$",
                   r"^lethe: regions \d+ sha256 ok \d+ ms \d+ MiB/s$", *more,
                   rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="lethe: FA")


def expect_segments(machine, names=("kernel", "initrd", "dtb")):
    """In the record, by address: the tree comes before the initrd where there is room between it and the kernel."""
    machine.expect("^segment +verdict$", never="Kernel panic")
    assert {machine.expect(r"^(\w+) +ok$")[1] for _ in names} == set(names)


def started(initrd, cell, load=CHECKED):
    at = place(initrd, cell, load)
    with Machine(KERNEL, initrd=initrd, judge=judged(at), **options(cell, load)) as machine:
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
    with Machine(TINY, initrd=client(False, release, TINY), judge=None,
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
    with Machine(KERNEL, initrd=client(False), judge=judged(at), **options(cell, load)) as machine:
        patient(machine).expect("^client: load status=0$", LINUX, "^door +purgatory$", "^client: end$",
                       never="lethe: ")


def test_unchecked(client):
    """kexec -i: one line to the sink, byte by byte; no map, and a tree without a record."""
    cell, load = {"cpu": "neoverse-n1", "el": 2, "smp": 1}, ("-c,-l,-i", "--serial=ttyAMA0")
    at = place(client(False), cell, load)
    # Where the segments are nobody says: that they are clean is the word of the kernel that moved them.
    ram = (RAM_BASE, RAM_BASE + MEMORY * MIB)
    with Machine(KERNEL, initrd=client(False), judge=judged(at, ram),
                 **options(cell, load)) as machine:
        patient(machine).expect(
                       "^client: load status=0$",
                       r"^lethe: 0\.1\.0 purgatory: nothing is checked \(kexec --no-checks\)$", LINUX,
                       "^client: model=linux,dummy-virt initrd=loaders$",
                       "^client: tree of", "^client: end$", never="^door|Kernel panic")


def damage(machine, name):
    """One bit of what kexec loaded, where it waits for kexec -e."""
    content = {"kernel": KERNEL, "initrd": os.path.join(O, "arm64/lethe")}[name]
    with open(content, "rb") as file:
        file.seek(256 * 4096)
        content = file.read(512)
    patient(machine).expect("^client: load status=0$", "^client: waits$")
    assert flip(machine.ram_path, content)
    machine.type("\n")


@pytest.mark.parametrize("name, el", [("kernel", 1), ("initrd", 2)])
def test_damaged(client, pytestconfig, name, el):
    """Caught, with all that it may have been, and reset by PSCI: by the conduit of the level."""
    cell = {"cpu": "cortex-a72", "el": el, "smp": 1}
    at = place(client(False), cell)
    with Machine(KERNEL, initrd=client(False), ram=True, judge=judged(at), extra=["-no-reboot"],
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
    start = symbols(purgatories.ELF)["lethe_sha256_ce"]
    assert start % 4096 <= 4096 - 64        # memory that waits for kexec -e is in pages anywhere
    with open(purgatories.LETHE, "rb") as file:
        text = file.read()[64 + start:][:64]
    with Machine(KERNEL, initrd=client(False), ram=True, judge=judged(at), extra=["-no-reboot"],
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
        *kexec_guest.base(), *kexec_guest.kexec_files(purgatories.grafted()), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", KERNEL), kexec_guest.entry("k/boot.img", boot),
        kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")), ("who", 0o100644, b"x", (0, 0))]))
    line = f"console=ttyAMA0 t.run=chain t.left={times}"
    with Machine(KERNEL, initrd=initrd, memory=1024, append=line, judge=None,
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
    ours, theirs = purgatories.side_by_side(start, work)
    assert theirs["instructions"] >= 18 * ours["instructions"], (ours, theirs)
    assert theirs["device"] >= 1000 * ours["device"], (ours, theirs)
