# SPDX-License-Identifier: BSD-2-Clause
"""The crash kernel behind Lethe: Debian's kernel panics, and Lethe and the crash kernel keep to the crash window.

kexec as it is loads a bundle; or a kexec whose purgatory is Lethe loads Debian's kernel itself.

cohsan watches each machine from Lethe's first instruction on. Here it also knows where Lethe may load from and store
to: the window, and the console. Memory outside the window is what the dump is about.
"""

import dataclasses
import functools
import mmap
import os
import re
import struct

import pytest

import kexec_guest
import kexec_under_cohsan
import pairwise
from cohsan import blob_size
from images import Bundle, cpio, pack, write
from machine import Machine
from paths import KERNEL, O, RAM_BASE, VIRT_UART
from purgatory_under_kexec import ELF, grafted, loaded

MEMORY = 512
WINDOW = (0x50000000, 0x58000000)
CRASHKERNEL = f"crashkernel=128M@{WINDOW[0]:#x}"
CONSOLE = (VIRT_UART, VIRT_UART + 0x1000)
CPUS = 4
MORE = 40           # seconds: the load alone takes some, into a window that is mapped by pages
BANNER = b"Linux version "      # what every boot shows of its Image
DAMAGED = b"Linux vershon "     # one bit
CELL = {"cpu": "neoverse-n1", "el": 2, "panics": 2}     # where the choices make no difference


def archive(who):
    """The crash kernel's archive: its /init prints `who`, and Lethe's record in the tree."""
    return cpio([*kexec_guest.base(), kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                 ("who", 0o100644, who.encode(), (0, 0))])


def first_archive(path, image, initrd=None, kexec=None):
    """The first kernel's archive: the files that its kexec loads, and perhaps another kexec."""
    loaded = [("k/initrd", 0o100644, initrd, (0, 0))] if initrd else []
    return write(path, cpio([*kexec_guest.base(), *kexec_guest.kexec_files(kexec), ("k", 0o40755, b"", (0, 0)),
                             kexec_guest.entry("k/Image", image), *loaded]))


@dataclasses.dataclass
class ByImage:
    """kexec loads a bundle, and the stock purgatory runs before it.

    who: whose initrd is the crash kernel's, kexec's ("loaders") or the bundle's ("packed").
    """

    who: str = "loaders"
    policy: str = "halt"
    load: tuple = ("-c", "-p", "-i")
    door: str = "image"

    def prepare(self, folder):
        """Makes the first kernel's files: path is the Image for kexec, initrd the archive."""
        initrd = archive(self.who)
        packed = ["--initrd", write(folder + "/packed", initrd)] if self.who == "packed" else []
        self.path = pack(folder + "/boot.img", "--on-fail", self.policy, *packed, kernel=KERNEL)
        self.parts = Bundle(self.path)
        self.initrd = first_archive(folder + "/client", self.path, None if packed else initrd)
        return self

    def cohsan_options(self):
        return {"start": WINDOW[0], "clean": [(WINDOW[0], WINDOW[0] + os.path.getsize(self.path))],
                "read": [WINDOW, CONSOLE], "write": [WINDOW, CONSOLE]}

    def names(self):
        """{name: index} of the segments, in the order of Lethe's lines."""
        return self.parts.segments()

    def place(self, name):
        """The segment's place, from which it does not move: (address, bytes of the file, bytes of memory)"""
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

    def expect_failure(self, machine, name):
        index = self.names()[name]
        digest = self.parts.segment(index, "digest")
        machine.expect(rf"^lethe: 0\.1\.0 at {WINDOW[0]:#x} ",
                       rf'^lethe: FAIL verify: segment {index} "{name}": .*\(LETHE_E_DIGEST\)$', never="lethe: enter")
        if self.parts.segment(index, "chunk_shift") != 0:
            digest = self.parts.chunk(index, int(machine.expect(r"^lethe: chunk (\d+) at 0x[0-9a-f]+$")[1]))
        machine.expect(f"^lethe: expected {digest.hex()}$", r"^lethe: found    [0-9a-f]{64}$", never="lethe: enter")

    def stored(self):
        """Bytes while moving: the kernel's zeroed tail, for nothing is moved."""
        return sum(self.place(name)[2] - self.place(name)[1] for name in self.names())

    def expect_record(self, machine, cell):
        machine.expect(f"^door +{self.door}$", "^mode +cached$", f"^entered at +EL{cell['el']}$",
                       f"^handed over at +EL{cell['el']}$", "^boot count +1$",
                       rf"^move +\d+ +[0-9.]+ +{self.stored()} ",
                       "^segment +verdict$", *(f"^{name} +ok$" for name in self.names()),
                       never="Kernel panic")


@dataclasses.dataclass
class ByPurgatory(ByImage):
    """kexec loads Debian's kernel and makes its digest, and Lethe runs before the kernel."""

    policy: str = "reset"
    load: tuple = ("-c", "-p", "--serial=ttyAMA0")
    door: str = "purgatory"

    def prepare(self, folder):
        """Finds where kexec puts its segments, on every CPU, by a load in a machine that goes no further."""
        self.contents = {"initrd": archive(self.who), "elfcorehdr": b"\x7fELF\2\1\1" + bytes(9)}
        with open(KERNEL, "rb") as file:
            self.contents["kernel"] = file.read()
        self.initrd = first_archive(folder + "/client", KERNEL, self.contents["initrd"],
                                    grafted())
        with Machine(KERNEL, **options(CELL, self, "-d", wait=1)) as machine:
            machine.deadline += MORE
            machine.expect("^client: waits$")
            self.at, memory = loaded(machine)
            said = re.findall(r"^(initrd|dtb): +base ([0-9a-f]+),", machine.raw.decode("utf-8", "replace"), re.MULTILINE)
        del memory[self.at]
        names = {WINDOW[0]: "kernel", **{int(at, 16): name for name, at in said}}
        self.places = {names.get(at, "elfcorehdr"): (at, size) for at, size in sorted(memory.items())}
        assert sorted(self.places) == ["dtb", "elfcorehdr", "initrd", "kernel"] and len(memory) == 4
        return self

    def cohsan_options(self):
        """No segment that it checks is clean, and each has to be when the crash kernel starts.

        It may store to its own segment only: nothing is moved.
        """
        end = self.at + blob_size(ELF)
        core, size = self.places["elfcorehdr"]
        return {"start": self.at, "elf": ELF, "clean": [(self.at, end)],
                "publish": {"workspace": (self.at, end), "elfcorehdr": (core, core + size)},
                "read": [WINDOW, CONSOLE], "write": [(self.at, end), CONSOLE]}

    def names(self):
        """In the order of addresses. The tree says which one is the dump's header."""
        return list(self.places)

    def place(self, name):
        return *self.places[name], self.places[name][1]

    def content(self, name):
        return self.contents[name]

    def expect_start(self, machine, el):
        machine.expect(rf"^lethe: 0\.1\.0 at {self.at:#x} EL{el} E2H=0 x0={self.places['dtb'][0]:#x}$")

    def expect_lethe(self, machine, cell):
        self.expect_start(machine, cell["el"])
        size = sum(size for _, size in self.places.values())
        machine.expect(rf"^lethe: regions {size} sha256 ok \d+ ms \d+ MiB/s$",
                       f"^lethe: enter {WINDOW[0]:#x} EL{cell['el']}$", never="lethe: FA")

    def expect_failure(self, machine, name):
        """There is one digest over all segments, so Lethe names every segment that may be damaged."""
        self.expect_start(machine, CELL["el"])
        machine.expect(r'^lethe: FAIL verify: segment 0 "regions": .*\(LETHE_E_DIGEST\)$',
                       "^lethe: expected [0-9a-f]{64}$", "^lethe: found    [0-9a-f]{64}$",
                       *(f"^lethe: one of: {name} {at:#x} {size}$"
                         for name, (at, size) in zip(self.names(), self.places.values())),
                       never="lethe: enter")

    def stored(self):
        return 0


DOORS = {
    "bundle": ByImage(),
    "packed": ByImage("packed", "reset"),
    "purgatory": ByPurgatory(),
}
CHOICES = {
    "door": list(DOORS),
    "cpu": ["cortex-a72", "neoverse-n1"],
    "el": [1, 2],
    "panics": [0, 2],               # which CPU
}
# The first tier has every other choice once.
CELLS = [{"door": "bundle", "cpu": "neoverse-n1", "el": 2, "panics": 0},
         {"door": "purgatory", "cpu": "cortex-a72", "el": 1, "panics": 2}]


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = pairwise.cover(CHOICES, lambda cell: True, strength=3) if long else CELLS
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A door with its files."""
    @functools.cache
    def prepare(name):
        return DOORS[name].prepare(str(tmp_path_factory.mktemp("kdump")))
    return prepare


# A CPU of the old kernel counts itself as stopped some instructions before it is off. If the host gives its thread no
# time there, it goes on under Lethe, and cohsan reports it. With one thread for all CPUs it is off by then.
ONE_THREAD = ["-accel", "tcg,thread=single"]


def options(cell, door, *load, extra=(), **more):
    """A Machine's. The other CPUs are kept busy up to the panic. load: more for kexec"""
    line = kexec_guest.command_line("kexec-p", load=(*door.load, *load), append=["maxcpus=1"],
                                cpu=cell["panics"], busy=CPUS - 1, **more)
    return {"cpu": cell["cpu"], "el": cell["el"], "smp": CPUS, "memory": MEMORY,
            "append": f"{line} {CRASHKERNEL}", "initrd": door.initrd, "extra": [*ONE_THREAD, *extra]}


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
    """The crash kernel runs on the CPU that panicked, alone. User space reads the dump, and its place in the tree."""
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
    door = prepared(cell["door"])
    with Machine(KERNEL, cohsan=door.cohsan_options(), **options(cell, door)) as machine:
        machine.deadline += MORE
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq",
                       "Starting crashdump kernel")
        door.expect_lethe(machine, cell)
        expect_crash_kernel(machine, cell)
        machine.expect(f"^client: model=.* initrd={door.who}$")
        door.expect_record(machine, cell)
        machine.expect("^client: end$")


# ---- damage between the load and the panic ----

def flip(machine, address, expected):
    """Flips one bit of memory that holds these bytes."""
    with open(machine.ram_path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        at = address - RAM_BASE
        assert memory[at:at + len(expected)] == expected, "is not where it was thought to be"
        memory[at + DAMAGED.index(b"h")] ^= BANNER[DAMAGED.index(b"h")] ^ ord("h")


def run_damaged(machine, damage):
    """damage: {address: what is there}"""
    machine.deadline += MORE
    machine.expect("^client: load status=0$", "^client: waits$")
    for address, expected in damage.items():
        flip(machine, address, expected)
    machine.type("\n")
    machine.expect("Kernel panic - not syncing: sysrq", "Starting crashdump kernel")


@pytest.mark.parametrize("door, name", [
    pytest.param("purgatory", "kernel", marks=pytest.mark.long),
    pytest.param("packed", "initrd", marks=pytest.mark.long),
    # In the first tier a bundle's kernel is in test_kexec.py, and the purgatory's in test_purgatory.py.
    pytest.param("bundle", "kernel", marks=pytest.mark.long),
    pytest.param("purgatory", "initrd", marks=pytest.mark.long),
    pytest.param("purgatory", "elfcorehdr", marks=pytest.mark.long)])
def test_damaged(prepared, pytestconfig, door, name):
    """Lethe names the segment and follows the policy: a panic must not end in a hang."""
    door = prepared(door)
    content = door.content(name)
    at = {"kernel": content.find(BANNER), "initrd": len(content) // 2, "elfcorehdr": 0}[name]
    with Machine(KERNEL, cohsan=door.cohsan_options(), ram=True,
                 **options(CELL, door, extra=["-no-reboot"], wait=1)) as machine:
        run_damaged(machine, {door.place(name)[0] + at: content[at:at + 64]})
        door.expect_failure(machine, name)
        machine.expect({"reset": "^lethe: reset in 5 s$", "halt": "^lethe: halt$"}[door.policy])
        if door.policy == "reset" and pytestconfig.getoption("long"):
            assert machine.expect_exit() == 0
        assert "lethe: enter" not in machine.raw.decode("utf-8", "replace")


class Stock(ByImage):
    """The same kernel without Lethe. load: with or without the purgatory's check"""

    def prepare(self, folder):
        self.initrd = kexec_guest.initramfs(folder + "/client")
        with open(KERNEL, "rb") as file:
            image = file.read()
        self.banners = {WINDOW[0] + found.start(): image[found.start():found.start() + 64]
                        for found in re.finditer(BANNER, image)}
        return self


@pytest.mark.long
def test_damaged_stock(work):
    """kexec's purgatory with its check loops, after a message if it has a console."""
    door = Stock(load=("-c", "-p", "--serial=ttyAMA0")).prepare(work)
    with Machine(KERNEL, ram=True, **options(CELL, door, wait=1)) as machine:
        run_damaged(machine, door.banners)
        machine.expect("sha256 digests do not match", never="Booting Linux")
        machine.drain(5.0)
        assert machine.target.process.poll() is None, "it ended"
        assert b"Booting Linux" not in machine.raw[machine.position:]


@pytest.mark.long
def test_damaged_stock_unchecked(work):
    """Without the check the damaged kernel collects the dump: its own first line shows the damage."""
    door = Stock().prepare(work)
    with Machine(KERNEL, ram=True, **options(CELL, door, wait=1)) as machine:
        run_damaged(machine, door.banners)
        machine.expect("Booting Linux", re.escape(DAMAGED.decode()), "^client: vmcore$")
