# SPDX-License-Identifier: BSD-2-Clause
"""purgatory.ro inside Debian's kexec, with its checks on: from Debian's kernel to user space of the next.

Each machine is under the judge from the purgatory's first instruction to the kernel's; where kexec puts it
is found out first, by the same load in a machine that goes no further.
"""

import functools
import os

import pytest

import clients
import pairwise
import purgatories
import strangers
from harness import KERNEL, MIB, O, RAM_BASE, Machine
from images import cpio, pack, write
from judge import blob_size
from test_kexec import flip

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
        metafunc.parametrize("cell", cells, ids=map(strangers.name_of, cells))


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """The first kernel's archive, with Lethe in its kexec, or (stock) without."""
    folder = str(tmp_path_factory.mktemp("purgatory"))
    second = cpio([*clients.base(), clients.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                   ("who", 0o100644, b"loaders", (0, 0))])

    @functools.cache
    def archive(stock):
        return write(f"{folder}/{stock}", cpio([
            *clients.base(), *clients.kexec_files(None if stock else purgatories.grafted()),
            ("k", 0o40755, b"", (0, 0)), clients.entry("k/Image", KERNEL),
            ("k/initrd", 0o100644, second, (0, 0))]))
    return archive


def options(cell, load=CHECKED, **more):
    """A Machine's."""
    return {"cpu": strangers.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"],
            "smp": cell["smp"], "memory": MEMORY,
            "append": clients.command_line("kexec-e", load=load, append=["second=1"], **more)}


def patient(machine):
    """Two kernels and 30 MB of digest under the judge; several machines at a time."""
    machine.deadline += 60
    return machine


PLACES = {}


def place(initrd, cell, load=CHECKED):
    """Where kexec puts the purgatory, says -d."""
    key = (strangers.name_of(cell), load)
    if key not in PLACES:
        with Machine(KERNEL, initrd=initrd, **options(cell, (*load, "-d"), wait=1)) as machine:
            patient(machine).expect("^client: waits$")
            PLACES[key] = purgatories.loaded(machine)[0]
    return PLACES[key]


def judged(at, *clean):
    """From the purgatory's first instruction. Of the segments that it checks none is believed clean."""
    end = at + blob_size(purgatories.ELF)
    return {"start": at, "elf": purgatories.ELF, "clean": [*clean, (at, end)],
            "publish": {"workspace": (at, end)}}


def expect_regions(machine, at, el):
    machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} EL{el} E2H=0 x0=0x[0-9a-f]+$",
                   r"^lethe: regions \d+ sha256 ok \d+ ms \d+ MiB/s$",
                   rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="lethe: FA")


def test_started(client, cell):
    at = place(client(False), cell)
    with Machine(KERNEL, initrd=client(False), judge=judged(at), **options(cell)) as machine:
        patient(machine).expect("^client: load status=0$")
        expect_regions(machine, at, cell["el"])
        machine.expect(LINUX, rf"smp: Brought up 1 node, {cell['smp']} CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       "^client: cmdline=console=ttyAMA0 second=1$", never="Kernel panic")
        machine.expect("^door +purgatory$", "^mode +cached$", f"^entered at +EL{cell['el']}$",
                       f"^handed over at +EL{cell['el']}$", "^boot count +1$", "^segment +verdict$",
                       "^kernel +ok$", "^initrd +ok$", "^dtb +ok$", "^client: end$")


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
                       "^lethe: one of: kernel 0x[0-9a-f]+ [0-9]+$",
                       "^lethe: one of: initrd 0x", "^lethe: one of: dtb 0x", "^lethe: reset in 5 s$",
                       never="lethe: enter")
        if pytestconfig.getoption("long"):
            assert machine.expect_exit() == 0
        assert LINUX not in machine.raw.decode("utf-8", "replace").partition("client: waits")[2]


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
        *clients.base(), *clients.kexec_files(purgatories.grafted()), ("k", 0o40755, b"", (0, 0)),
        clients.entry("k/Image", KERNEL), clients.entry("k/boot.img", boot),
        clients.entry("bin/lethe", os.path.join(O, "arm64/lethe")), ("who", 0o100644, b"x", (0, 0))]))
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
