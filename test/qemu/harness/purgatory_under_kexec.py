# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kexec with Lethe for a purgatory: where kexec puts Lethe, what cohsan is told, and what Lethe prints."""

import functools
import os
import re
import tempfile

import kexec_guest
import kexec_under_cohsan
import shared
from cohsan import blob_size
from machine import Machine
from paths import KERNEL, O
from ram_file import flip

LETHE = os.path.join(O, "purgatory.ro")
ELF = os.path.join(O, "purgatory.elf")
MEMORY = 256
CHECKED = ("-c,-l", "--serial=ttyAMA0")
LINUX = "Booting Linux on physical CPU"


@functools.cache
def grafted():
    """Debian's kexec with Lethe for a purgatory."""
    with tempfile.TemporaryDirectory(prefix="lethe-") as folder:
        return kexec_guest.grafted(folder + "/kexec")


def loaded(machine):
    """The places that kexec -d printed: (the purgatory's address, {address: bytes of memory} of all segments)"""
    text = machine.raw.decode("utf-8", "replace")
    entry = re.search(r"kexec_load: entry = (0x[0-9a-f]+)", text)
    segments = re.findall(r"segment\[\d+\]\.mem *= (0x[0-9a-f]+)\s+segment\[\d+\]\.memsz *= (0x[0-9a-f]+)", text)
    return int(entry[1], 16), {int(at, 16): int(size, 16) for at, size in segments}


def options(cell, load=CHECKED, **more):
    """A Machine's."""
    return {"cpu": kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"],
            "smp": cell["smp"], "memory": MEMORY,
            "append": kexec_guest.command_line("kexec-e", load=load, append=["second=1"], **more)}


def patient(machine):
    """Allows for two kernels and 30 MB of digest under cohsan, beside other machines."""
    machine.deadline += 60
    return machine


def place(initrd, cell, load=CHECKED, dtb=None):
    """Where kexec puts the purgatory: the same load, with -d, in a machine that goes no further.

    The sizes of what is loaded decide. One of them is the device tree's, which a cell's CPUs make longer than a page
    more or less. Thus one such machine serves all tests of a cell.
    """
    def find():
        with Machine(KERNEL, initrd=initrd, dtb=dtb, **options(cell, (*load, "-d"), wait=1)) as machine:
            patient(machine).expect("^client: waits$")
            return loaded(machine)[0]
    return shared.value([os.path.basename(initrd), os.path.getsize(initrd), cell, load, bool(dtb)], find)


def cohsan_options(at, *clean):
    """cohsan starts at the purgatory's first instruction. None of the segments that it checks is clean."""
    end = at + blob_size(ELF)
    return {"start": at, "elf": ELF, "clean": [*clean, (at, end)],
            "publish": {"workspace": (at, end)}}


def expect_regions(machine, at, el, *more):
    machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} EL{el} E2H=0 x0=0x[0-9a-f]+$",
                   r"^lethe: regions \d+ sha256 ok \d+ ms \d+ MiB/s$", *more,
                   rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="lethe: FA")


def expect_segments(machine, names=("kernel", "initrd", "dtb")):
    """The record's segments, in any order: the tree comes before the initrd if it fits behind the kernel."""
    machine.expect("^segment +verdict$", never="Kernel panic")
    assert {machine.expect(r"^(\w+) +ok$")[1] for _ in names} == set(names)


def telling_pieces(path):
    """Pieces of 512 bytes from a file's second half that stand nowhere else: a run of zeros is all over memory."""
    with open(path, "rb") as file:
        content = file.read()
    for at in range(len(content) // 2, len(content) - 512, 4096 + 512):
        piece = content[at:at + 512]
        if len(set(piece)) >= 64 and content.count(piece) == 1:
            yield piece


def damage(machine, name, kernel=KERNEL):
    """Changes one bit of what kexec loaded, where it waits for kexec -e."""
    content = {"kernel": kernel, "initrd": os.path.join(O, "arm64/lethe")}[name]
    patient(machine).expect("^client: load status=0$", "^client: waits$")
    # The first that does not lie across two pages: kexec has them anywhere until it starts the next kernel.
    assert any(flip(machine.ram_path, piece) for piece in telling_pieces(content))
    machine.type("\n")
