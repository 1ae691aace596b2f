# SPDX-License-Identifier: BSD-2-Clause
"""A target that is QEMU: its command line, its process, its monitor, and its RAM as a file.

QEMU is killed when the target is stopped, so no test waits for a power-off.
"""

import contextlib
import ctypes
import os
import select
import shlex
import signal
import subprocess
import tempfile

from paths import QEMU
from remote import Gdb, Monitor


def die_with_parent():
    """In the child, before QEMU: a killed test run leaves no machine behind (Linux; elsewhere nothing)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)      # PR_SET_PDEATHSIG


class QemuTarget:
    """One QEMU. console.py says what a target has.

    machine: what -M gets. memory: in MiB. files: {option: path or text}. load: [(path, address)].
    plugin: what -plugin gets. extra: more words. within: the folder that QEMU runs in. The other arguments are those of a Machine.
    """

    def __init__(self, *, machine, cpu, smp, memory, files, load, plugin, extra, ram, monitor, gdb, paused,
                 within=None):
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="lethe-"))
        self.ram_path = self.monitor = None
        self.within = within
        # Looked for from here, not from within.
        command = [os.path.abspath(QEMU) if "/" in QEMU else QEMU, "-nographic", "-nic", "none", "-cpu", cpu, "-m", f"{memory}M"]
        command += ["-smp", str(smp)] if smp else []
        if ram:
            where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else self.folder
            self.ram_path = os.path.join(where, f"lethe-ram-{os.getpid()}-{id(self)}")
            self.stack.callback(lambda: os.path.exists(self.ram_path) and os.unlink(self.ram_path))
            command += ["-object", f"memory-backend-file,id=ram,size={memory}M,mem-path={self.ram_path},share=on"]
            machine += ",memory-backend=ram"
        command += ["-M", machine]
        for option, value in files.items():
            command += [option, str(value)] if value is not None else []
        for path, address in load:
            command += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        command += ["-plugin", plugin] if plugin else []
        self.command = command + list(extra)        # without the test's own sockets
        if monitor or paused:
            command += ["-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        if gdb:
            command += ["-chardev", f"socket,path={self.folder}/gdb,server=on,wait=off,id=gdb0",
                        "-gdb", "chardev:gdb0"]
        command += ["-S"] if paused else []
        self.process = subprocess.Popen(command + list(extra), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, bufsize=0, preexec_fn=die_with_parent, cwd=within)

    def open_monitor(self):
        self.monitor = Monitor(f"{self.folder}/qmp")

    # ---- the console ----

    def read(self, seconds):
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return None
        return os.read(self.process.stdout.fileno(), 65536)

    def write(self, data):
        self.process.stdin.write(data)

    def ended(self):
        return f"QEMU ended with {self.process.wait()}"

    def repeat(self):
        return (f"cd {shlex.quote(self.within)} && " if self.within else "") + shlex.join(map(str, self.command))

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.stack.close()

    # ---- more than a console ----

    def go(self):
        self.monitor.run("cont")

    def gdb(self):
        return Gdb(f"{self.folder}/gdb")
