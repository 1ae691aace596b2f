# SPDX-License-Identifier: BSD-2-Clause
"""A Machine: one QEMU (qemu_target.py), what is expected of its console (console.py), and cohsan.

Every machine that runs Lethe is watched by cohsan (cohsan.py), unless the test says why not. The form of
Lethe's lines is checked when the `with` block ends.
"""

import os
import struct
import time

import ram_file
from cohsan import watch
from console import Console, Failure
from paths import MIB, O
from qemu_target import QemuTarget

LIMIT = 20          # seconds for one machine
LIMIT_LOADED = 60   # the same if others use the host; more if more than four want each CPU
COHSAN_WAIT = 10    # seconds from a hand-off to cohsan's last line
LETHE_LINE = b"lethe: "
# QEMU's words for a counter that goes by instructions, 256 ns each: five seconds of Lethe's pass in less than one.
COUNTED = ["-icount", "shift=8,sleep=off"]


def limit():
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return LIMIT if load <= 1.2 else LIMIT_LOADED * max(1.0, load / 4)


class Machine(Console):
    """Defaults: the virt machine, EL2, one cortex-a72, 256 MiB.

    ram: the guest's memory is a file that read_ram() sees, also while the guest runs.
    paused: the CPU does not start before go().
    within: the folder that QEMU runs in: every path is absolute then.
    cohsan: keywords for cohsan, which is there in any case; None, and because: it is not there.
    """

    def __init__(self, kernel=None, *, cpu="cortex-a72", el=2, smp=1, memory=256, initrd=None,
                 append=None, dtb=None, machine=None, load=(), extra=(), ram=False, monitor=False,
                 gdb=False, paused=False, cohsan=(), because=None, within=None):
        name = machine or f"virt,virtualization={'on' if el >= 2 else 'off'}{',secure=on' if el == 3 else ''}"
        assert (cohsan is None) == bool(because), "a machine without cohsan says why"
        self.may_run_unwatched = cohsan is None
        self.cohsan = None if cohsan is None else watch(O, name, kernel, load, dict(cohsan))
        self.memory = memory * MIB
        super().__init__(QemuTarget(
            machine=name, cpu=cpu, smp=smp, memory=memory, load=load, extra=extra, ram=ram, monitor=monitor,
            gdb=gdb, paused=paused, within=within, plugin=self.cohsan.arguments if self.cohsan else None,
            files={"-kernel": kernel, "-initrd": initrd, "-append": append, "-dtb": dtb}), limit())
        self.ram_path = self.target.ram_path
        try:
            if monitor or paused:
                self.target.open_monitor()
        except (OSError, ValueError) as error:
            self.drain()
            self.target.stop()
            raise self.failure(f"QEMU did not start: {error}") from None
        self.monitor = self.target.monitor

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.check_cohsan()
        finally:
            self.target.stop()
        if kind is None:
            self.check_form()
        elif issubclass(kind, AssertionError) and not issubclass(kind, Failure):
            raise self.failure(str(value)) from value

    def filtered(self, data):
        return self.cohsan.listen(data) if self.cohsan else data

    def expect_exit(self):
        """Waits until QEMU ends by itself (-no-reboot and a reset). Its status."""
        while True:
            why = self.receive()
            if why and why == "time is up":
                raise self.failure(f"{why}, waiting for QEMU to end")
            if why:
                return self.target.process.returncode

    def check_cohsan(self):
        """Fails if cohsan reported anything, or if it did not see a hand-off that happened."""
        if not self.cohsan:
            if LETHE_LINE in self.raw and not self.may_run_unwatched:
                raise self.failure("Lethe ran where cohsan.py did not find it: cohsan= says where, or "
                                   "because= why not")
            return
        self.drain()
        handed_over = b"lethe: enter 0x" in self.raw or b"payload: " in self.raw
        if handed_over and not self.cohsan.has_stopped():
            self.deadline = min(self.deadline, time.monotonic() + COHSAN_WAIT)
            while not self.cohsan.has_stopped() and not self.receive():
                pass
        objection = self.cohsan.objection(handed_over)
        if objection:
            raise self.failure(objection)

    # ---- memory and registers ----

    def go(self):
        self.target.go()

    def gdb(self):
        return self.target.gdb()

    def read_ram(self, address, size):
        return ram_file.read(self.ram_path, address, size)

    def copy_ram(self, path):
        ram_file.copy(self.ram_path, path)

    def ram_differences(self, path):
        """Byte ranges [start, end) where memory differs from a copy, 4 KiB granules."""
        return ram_file.differences(self.ram_path, path)

    def read_tree(self, address):
        """The flattened tree at an address, cut to its totalsize."""
        magic, size = struct.unpack(">II", self.read_ram(address, 8))
        if magic != 0xd00dfeed:
            raise self.failure(f"no device tree at {address:#x}: {magic:#x}")
        return self.read_ram(address, size)
