# SPDX-License-Identifier: BSD-2-Clause
"""A bundle as the crash kernel: Debian's kernel panics, and what it starts keeps to the crash window.

Each machine is under the judge from Lethe's first instruction on, which here also says where Lethe may load
from and store to: the window, and the console. What lies outside is what somebody wants to see.
"""

import dataclasses
import mmap
import os
import re
import struct

import pytest

import clients
import pairwise
import strangers
from harness import KERNEL, MIB, O, RAM_BASE, VIRT_UART, Machine
from images import Bundle, cpio, pack, write

MEMORY = 512
WINDOW = (0x50000000, 0x58000000)
CRASHKERNEL = f"crashkernel=128M@{WINDOW[0]:#x}"
CONSOLE = (VIRT_UART, VIRT_UART + 0x1000)
CHOICES = {
    "cpu": ["cortex-a72", "neoverse-n1"],
    "el": [1, 2],
    "panics": [0, 2],               # which CPU
    "bundle": ["kernel", "initrd"],     # alone, and kexec loads the initrd; or both in one
}
CPUS = 4
MORE = 40           # seconds: the load alone takes some, into a window that is mapped by pages
BANNER = b"Linux version "      # what every boot shows of its Image
DAMAGED = b"Linux vershon "     # one bit


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = (pairwise.product if long else pairwise.cover)(CHOICES, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=map(strangers.name_of, cells))


def archive(who):
    """The crash kernel's: whose it is, and what the tree tells of Lethe."""
    return cpio([*clients.base(), clients.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                 ("who", 0o100644, who.encode(), (0, 0))])


@dataclasses.dataclass
class ByImage:
    """What kexec loads is a bundle, and what stands before it is the stock purgatory.

    Another door has another file for kexec, or another kexec: binary, as for clients.kexec_files.
    """

    bundle: str = "kernel"
    policy: str = "halt"
    binary: bytes = None
    load: tuple = ("-c", "-p", "-i")
    door: str = "image"

    def prepare(self, folder):
        """Makes what the first kernel gets: path is the Image for kexec, initrd the archive."""
        packed = ["--initrd", write(folder + "/packed", archive("packed"))] \
            if self.bundle == "initrd" else []
        self.path = pack(folder + "/boot.img", "--on-fail", self.policy, *packed, kernel=KERNEL)
        self.parts = Bundle(self.path)
        loaded = [] if packed else [("k/initrd", 0o100644, archive("loaders"), (0, 0))]
        self.initrd = write(folder + "/client", cpio([
            *clients.base(), *clients.kexec_files(self.binary), ("k", 0o40755, b"", (0, 0)),
            clients.entry("k/Image", self.path), *loaded]))
        return self

    def judged(self):
        return {"start": WINDOW[0], "clean": [(WINDOW[0], WINDOW[0] + os.path.getsize(self.path))],
                "read": [WINDOW, CONSOLE], "write": [WINDOW, CONSOLE]}

    def names(self):
        """Of the segments, in the order in which Lethe speaks of them."""
        return self.parts.segments()

    def place(self, name):
        """Where kexec put it, and where it stays: (address, bytes of the file, bytes of memory)"""
        fields = (self.parts.segment(self.names()[name], field)
                  for field in ("source", "file_size", "mem_size"))
        source, file_size, mem_size = fields
        return WINDOW[0] + source, file_size, mem_size

    def content(self, name):
        address, size, _ = self.place(name)
        return bytes(self.parts.bytes[address - WINDOW[0]:address - WINDOW[0] + size])

    def expect_lethe(self, machine, cell):
        machine.expect(rf"^lethe: 0\.1\.0 at {WINDOW[0]:#x} EL{cell['el']} E2H=0 ",
                       *(rf"^lethe: {name} \d+ sha256 ok" for name in self.names()),
                       f"^lethe: enter {self.place('kernel')[0]:#x} EL{cell['el']}$",
                       never="lethe: FA")

    def expect_record(self, machine, cell):
        """The bytes that were stored while moving are the kernel's zeroed tail: nothing was moved."""
        tails = sum(self.place(name)[2] - self.place(name)[1] for name in self.names())
        machine.expect(f"^door +{self.door}$", "^mode +cached$", f"^entered at +EL{cell['el']}$",
                       f"^handed over at +EL{cell['el']}$", rf"^move +\d+ +[0-9.]+ +{tails} ",
                       "^segment +verdict$", *(f"^{name} +ok$" for name in self.names()),
                       never="Kernel panic")


DOORS = {"image": ByImage}


@pytest.fixture(scope="session", params=DOORS)
def prepared(request, tmp_path_factory):
    """A door's files, by what is in the bundle."""
    made = {}

    def prepare(bundle):
        if bundle not in made:
            folder = str(tmp_path_factory.mktemp("kdump"))
            made[bundle] = DOORS[request.param](bundle).prepare(folder)
        return made[bundle]
    return prepare


def options(cell, door, **more):
    """A Machine's. The other CPUs are kept busy up to the panic."""
    line = clients.command_line("kexec-p", load=door.load, append=["maxcpus=1"], cpu=cell["panics"],
                                busy=CPUS - 1, **more)
    return {"cpu": cell["cpu"], "el": cell["el"], "smp": CPUS, "memory": MEMORY,
            "append": f"{line} {CRASHKERNEL}", "initrd": door.initrd}


def dump(machine):
    """The bytes that hexdump -C shows next."""
    found = b""
    while True:
        line = machine.expect(r"^([0-9a-f]{8})(  (?:[0-9a-f]{2} +)+\||$)")
        if not line[2]:
            assert int(line[1], 16) == len(found)
            return found
        found += bytes.fromhex(line[2].rstrip("|"))


def expect_crash_kernel(machine, cell):
    """It is on the CPU that panicked, alone; user space reads the dump; what the tree says of it."""
    machine.expect(rf"Booting Linux on physical CPU 0x0*{cell['panics']:x} ",
                   rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                   "^client: cmdline=console=ttyAMA0 maxcpus=1$", never="Kernel panic")
    machine.expect("^client: vmcore$")
    header = dump(machine)
    assert header[:4] == b"\x7fELF" and len(header) == 20
    assert struct.unpack_from("<HH", header, 16) == (4, 183)     # ET_CORE, EM_AARCH64
    machine.expect("^client: elfcorehdr$")
    start, size = struct.unpack(">QQ", dump(machine))
    assert WINDOW[0] <= start < start + size <= WINDOW[1]
    machine.expect("^client: usable-memory-range$")
    assert struct.unpack(">QQ", dump(machine)[:16]) == (WINDOW[0], WINDOW[1] - WINDOW[0])


def test_started(prepared, cell):
    door = prepared(cell["bundle"])
    with Machine(KERNEL, judge=door.judged(), **options(cell, door)) as machine:
        machine.deadline += MORE
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq",
                       "Starting crashdump kernel")
        door.expect_lethe(machine, cell)
        expect_crash_kernel(machine, cell)
        machine.expect("^client: model=.* initrd=" +
                       ("packed" if cell["bundle"] == "initrd" else "loaders"))
        door.expect_record(machine, cell)
        machine.expect("^client: end$")


# ---- damage between the load and the panic ----

CELL = {"cpu": "neoverse-n1", "el": 2, "panics": 2}


def flip(machine, address, expected):
    """One bit of memory that holds these bytes."""
    with open(machine.ram_path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        at = address - RAM_BASE
        assert memory[at:at + len(expected)] == expected, "is not where it was thought to be"
        memory[at + DAMAGED.index(b"h")] ^= BANNER[DAMAGED.index(b"h")] ^ ord("h")


def run_damaged(machine, address, expected):
    machine.deadline += MORE
    machine.expect("^client: load status=0$", "^client: waits$")
    flip(machine, address, expected)
    machine.type("\n")
    machine.expect("Kernel panic - not syncing: sysrq", "Starting crashdump kernel")


@pytest.mark.parametrize("name, policy", [("kernel", "halt"), ("initrd", "reset")])
def test_damaged(work, pytestconfig, name, policy):
    """Named, and the policy followed: a panic's last chance is not to be a hang."""
    door = ByImage("initrd", policy).prepare(work)
    content = door.content(name)
    at = content.index(BANNER) if name == "kernel" else len(content) // 2
    with Machine(KERNEL, judge=door.judged(), ram=True, extra=["-no-reboot"],
                 **options(CELL, door, wait=1)) as machine:
        run_damaged(machine, door.place(name)[0] + at, content[at:at + 64])
        index, digest = door.names()[name], door.parts.segment(door.names()[name], "digest").hex()
        machine.expect(rf"^lethe: 0\.1\.0 at {WINDOW[0]:#x} ",
                       rf'^lethe: FAIL verify: segment {index} "{name}": .*\(LETHE_E_DIGEST\)$',
                       f"^lethe: expected {digest}$", r"^lethe: found    [0-9a-f]{64}$",
                       never="lethe: enter")
        machine.expect({"reset": "^lethe: reset in 5 s$", "halt": "^lethe: halt$"}[policy])
        if policy == "reset" and pytestconfig.getoption("long"):
            assert machine.expect_exit() == 0
        assert "lethe: enter" not in machine.raw.decode("utf-8", "replace")


class Stock(ByImage):
    """The same kernel without Lethe. load: with or without the purgatory's check"""

    def prepare(self, folder):
        self.initrd = clients.initramfs(folder + "/client")
        with open(KERNEL, "rb") as file:
            self.image = file.read()
        return self


@pytest.mark.long
def test_damaged_stock(work):
    """With its check kexec's purgatory loops, after a word if it was told of a console."""
    door = Stock(load=("-c", "-p", "--serial=ttyAMA0")).prepare(work)
    at = door.image.index(BANNER)
    with Machine(KERNEL, ram=True, **options(CELL, door, wait=1)) as machine:
        run_damaged(machine, WINDOW[0] + at, door.image[at:at + 64])
        machine.expect("sha256 digests do not match", never="Booting Linux")
        machine.drain(5.0)
        assert machine.process.poll() is None, "it ended"
        assert b"Booting Linux" not in machine.raw[machine.position:]


@pytest.mark.long
def test_damaged_stock_unchecked(work):
    """Without it the damaged kernel is what collects the dump: its own first line says so."""
    door = Stock().prepare(work)
    at = door.image.index(BANNER)
    with Machine(KERNEL, ram=True, **options(CELL, door, wait=1)) as machine:
        run_damaged(machine, WINDOW[0] + at, door.image[at:at + 64])
        machine.expect("Booting Linux", re.escape(DAMAGED.decode()), "^client: vmcore$")
