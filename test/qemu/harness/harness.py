# SPDX-License-Identifier: BSD-2-Clause
"""Starts QEMU and listens.

A Machine is one QEMU. expect() takes regular expressions that must match lines of the serial console in
order; between them any lines may come. When one does not come in time, or QEMU ends, the failure shows the
whole console and the command line to repeat it. QEMU is killed on leaving the `with` block: nobody waits for
a power-off. Every line of Lethe's is held against the promised form on the way, and every machine that
runs Lethe is under the judge of cache coherence (judge.py).
"""

import contextlib
import ctypes
import mmap
import os
import re
import select
import shlex
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import cohsan as judges
from remote import Failure, Gdb, Monitor

LIMIT = 20          # seconds for one machine
LIMIT_LOADED = 60   # the same when others use the host
JUDGE_WAIT = 10     # from a hand-off to the judge's last line
LETHE_LINE = b"lethe: "
LINE_MAX = 120      # characters of one of Lethe's lines
MIB = 1 << 20

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
O = os.environ.get("O", "build")
LETHE = os.path.join(O, "lethe")
QEMU = os.environ.get("QEMU") or "qemu-system-aarch64"
KERNEL = os.environ.get("KERNEL", os.path.join(O, "deps/kernel/Image"))
BUSYBOX = os.environ.get("BUSYBOX", os.path.join(O, "deps/busybox"))
UBOOT = os.environ.get("UBOOT", os.path.join(O, "deps/u-boot.bin"))
EDK2 = os.environ.get("EDK2", os.path.join(O, "deps/edk2.fd"))
IMAGES = os.path.join(O, "test/qemu")
PAYLOAD = os.path.join(IMAGES, "payload-virt.img")
RAM_BASE = 0x40000000           # of QEMU's virt machine
LOAD = RAM_BASE + 2 * MIB       # where its -kernel puts an Image with text_offset 0
VIRT_UART = 0x09000000


def limit():
    return LIMIT_LOADED if os.getloadavg()[0] > 1.2 * (os.cpu_count() or 1) else LIMIT


def die_with_parent():
    """In the child, before QEMU: a killed test run leaves no machine behind (Linux; elsewhere nothing)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


class Machine:
    """One QEMU. Defaults: the virt machine, EL2, one cortex-a72, 256 MiB.

    ram: the guest's memory is a file that read_ram() sees, also while the guest runs.
    paused: do not start the CPU before go().
    judge: keywords for the judge, which is there in any case; None, and because: there is none.
    """

    def __init__(self, kernel=None, *, cpu="cortex-a72", el=2, smp=1, memory=256, initrd=None,
                 append=None, dtb=None, machine=None, load=(), extra=(), ram=False, monitor=False,
                 gdb=False, paused=False, judge=(), because=None):
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="lethe-"))
        self.raw = b""          # the console
        self.seen = b""         # the same with the judge's lines where they came
        self.position = 0
        self.memory = memory * MIB
        name = machine or "virt,virtualization=" + ("on" if el >= 2 else "off") + \
            (",secure=on" if el == 3 else "")
        command = [QEMU, "-nographic", "-nic", "none", "-cpu", cpu, "-m", f"{memory}M"]
        command += ["-smp", str(smp)] if smp else []
        if ram:
            where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else self.folder
            self.ram_path = os.path.join(where, f"lethe-ram-{os.getpid()}-{id(self)}")
            self.stack.callback(lambda: os.path.exists(self.ram_path) and os.unlink(self.ram_path))
            command += ["-object", f"memory-backend-file,id=ram,size={memory}M,"
                        f"mem-path={self.ram_path},share=on"]
            name += ",memory-backend=ram"
        command += ["-M", name]
        for option, value in (("-kernel", kernel), ("-initrd", initrd), ("-append", append),
                              ("-dtb", dtb)):
            if value is not None:
                command += [option, str(value)]
        for path, address in load:
            command += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        assert (judge is None) == bool(because), "a machine that is not judged says why"
        self.may_run_unjudged = judge is None
        self.judge = None if judge is None else \
            judges.appoint(O, name, kernel, load, dict(judge))
        if self.judge:
            command += ["-plugin", self.judge.arguments]
        self.repeat = command + list(extra)     # without our sockets
        if monitor or paused:
            command += ["-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        if gdb:
            command += ["-chardev", f"socket,path={self.folder}/gdb,server=on,wait=off,id=gdb0",
                        "-gdb", "chardev:gdb0"]
        if paused:
            command += ["-S"]
        self.started = time.monotonic()
        self.deadline = self.started + limit()
        self.process = subprocess.Popen(command + list(extra), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0,
                                        preexec_fn=die_with_parent)
        self.monitor = None
        try:
            if monitor or paused:
                self.monitor = Monitor(f"{self.folder}/qmp")
        except (OSError, ValueError) as error:
            self.drain()
            self.stop()
            raise self.failure(f"QEMU did not start: {error}") from None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.check_judge()
        finally:
            self.stop()
        if kind is None:
            self.check_form()
        elif issubclass(kind, AssertionError) and not issubclass(kind, Failure):
            raise self.failure(str(value)) from value

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.stack.close()

    # ---- the console ----

    def failure(self, why):
        text = self.seen.decode("utf-8", "replace").replace("\r", "")
        return Failure(f"{why}\n---- console ----\n{text}\n---- repeat with ----\n"
                       f"{shlex.join(map(str, self.repeat))}\n")

    def receive(self):
        """More bytes, or a failure."""
        left = self.deadline - time.monotonic()
        if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
            return "time is up"
        data = self.read_console()
        return None if data else f"QEMU ended with {self.process.wait()}"

    def drain(self, seconds=0.0):
        """Takes in what is there already, and what comes within some seconds."""
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            if not select.select([self.process.stdout], [], [], left)[0]:
                return
            if not self.read_console():
                return

    def read_console(self):
        data = os.read(self.process.stdout.fileno(), 65536)
        self.seen += data
        self.raw += self.judge.listen(data) if self.judge else data
        return data

    def expect(self, *patterns, never=None):
        """Matches, one for each pattern; with one pattern just that."""
        found = []
        for pattern in patterns:
            found.append(self.expect_one(pattern, never))
        return found[0] if len(found) == 1 else found

    def expect_one(self, pattern, never):
        while True:
            end = self.raw.find(b"\n", self.position)
            if end < 0:
                why = self.receive()
                if why:
                    raise self.failure(f"{why}, waiting for a line like: {pattern}")
                continue
            line = self.raw[self.position:end].decode("utf-8", "replace").rstrip("\r")
            self.position = end + 1
            match = re.search(pattern, line)
            if match:
                return match
            if line == "lethe: halt" or never and re.search(never, line):
                raise self.failure(f"a line that must not come now: {line}; waiting for: {pattern}")

    def expect_text(self, text):
        """A prompt: no end of line."""
        while text not in self.raw[self.position:]:
            why = self.receive()
            if why:
                raise self.failure(f"{why}, waiting for {text!r}")
        self.position = self.raw.index(text, self.position) + len(text)

    def expect_exit(self):
        """QEMU ends by itself (-no-reboot and a reset)."""
        while True:
            why = self.receive()
            if why and why.startswith("QEMU ended"):
                return self.process.returncode
            if why:
                raise self.failure(f"{why}, waiting for QEMU to end")

    def type(self, text):
        self.process.stdin.write(text.encode())

    def payload(self):
        """What payload.S prints, {name: value}, up to its last line."""
        values = {}
        while True:
            match = self.expect(r"^payload: (\w+)(=0x([0-9a-f]{16}))?$", never="Kernel panic")
            if match[1] == "end":
                return values
            if match[1].startswith("exception"):
                self.drain(0.2)
                raise self.failure("the payload met an exception")
            values[match[1]] = int(match[3], 16)

    def lethe_lines(self):
        """The text behind "lethe: " of each of Lethe's lines so far."""
        text = self.raw.decode("utf-8", "replace")
        return [line[7:].rstrip("\r") for line in text.split("\n") if line.startswith("lethe: ")]

    def check_form(self):
        """What the console says is an interface: "lethe: ", at most 120 characters, CRLF."""
        lines = self.raw.split(b"\n")
        for line in lines[:-1]:
            if b"lethe: " not in line:
                continue
            if not line.startswith(b"lethe: ") or not line.endswith(b"\r") or b"\r" in line[:-1] \
                    or len(line) - 1 > LINE_MAX or not line[:-1].decode("ascii", "replace").isprintable():
                raise self.failure(f"not the form of a line of Lethe's: {line!r}")

    def check_judge(self):
        """No report; and when the hand-off was reached, it was looked at."""
        if not self.judge:
            if LETHE_LINE in self.raw and not self.may_run_unjudged:
                raise self.failure("Lethe ran where judge.py did not find it: judge= says where, or "
                                   "because= why not")
            return
        self.drain()
        handed_over = b"lethe: enter 0x" in self.raw or b"payload: " in self.raw
        if handed_over and not self.judge.has_stopped():
            self.deadline = min(self.deadline, time.monotonic() + JUDGE_WAIT)
            while not self.judge.has_stopped() and not self.receive():
                pass
        objection = self.judge.objection(handed_over)
        if objection:
            raise self.failure(objection)

    # ---- memory and registers ----

    def go(self):
        self.monitor.run("cont")

    def read_ram(self, address, size):
        with open(self.ram_path, "rb") as file:
            file.seek(address - RAM_BASE)
            return file.read(size)

    def copy_ram(self, path):
        shutil.copyfile(self.ram_path, path)

    def ram_differences(self, path):
        """Byte ranges [start, end) where memory differs from a copy, 4 KiB granules."""
        found = []
        with open(path, "rb") as old, open(self.ram_path, "rb") as new, \
                mmap.mmap(old.fileno(), 0, access=mmap.ACCESS_READ) as a, \
                mmap.mmap(new.fileno(), 0, access=mmap.ACCESS_READ) as b:
            for at in range(0, len(a), MIB):
                if a[at:at + MIB] == b[at:at + MIB]:
                    continue
                for page in range(at, min(at + MIB, len(a)), 4096):
                    if a[page:page + 4096] == b[page:page + 4096]:
                        continue
                    if found and found[-1][1] == RAM_BASE + page:
                        found[-1][1] += 4096
                    else:
                        found.append([RAM_BASE + page, RAM_BASE + page + 4096])
        return found

    def read_tree(self, address):
        """The flattened tree at an address, cut to its totalsize."""
        magic, size = struct.unpack(">II", self.read_ram(address, 8))
        if magic != 0xd00dfeed:
            raise self.failure(f"no device tree at {address:#x}: {magic:#x}")
        return self.read_ram(address, size)

    def gdb(self):
        return Gdb(f"{self.folder}/gdb")
