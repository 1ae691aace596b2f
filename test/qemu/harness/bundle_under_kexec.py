# SPDX-License-Identifier: BSD-2-Clause
"""Bundles that kexec loads as it is: the archive of the first kernel, kexec's options, and what Lethe prints then."""

import os

import kexec_guest
import kexec_under_cohsan
from images import Bundle, cpio, pack, write
from paths import KERNEL, MIB, O, RAM_BASE

MEMORY = 256
AT = RAM_BASE + 64 * MIB        # kexec looks for memory from here on, so cohsan knows where Lethe will be
CALLED, FILE_CALLED = ("-c", "-l", "-i"), ("-s", "-l")
PACKED = "console=ttyAMA0 packed=1"
LINUX = "Booting Linux on physical CPU"


def archive(who):
    """The second kernel's archive: its /init prints `who`, and Lethe's record in the tree."""
    return cpio([*kexec_guest.base(), kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                 ("who", 0o100644, who.encode(), (0, 0))])


def bundle_of(folder, what, kernel=KERNEL, *more):
    """what: "kernel" alone; "initrd", which comes beside it; "append", a command line as well."""
    options = []
    if what != "kernel":
        options += ["--initrd", write(folder + "/packed", archive("packed"))]
    if what == "append":
        options += ["--append", PACKED]
    return pack(folder + "/boot.img", *options, *more, kernel=kernel)


def client(folder, boot, *, initrd=True, files=()):
    """The first kernel's archive, with the bundle in it and perhaps an initrd that kexec loads."""
    initrd = [("k/initrd", 0o100644, archive("loaders"), (0, 0))] if initrd else []
    return write(folder + "/client", cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", boot), *initrd, *files]))


def cohsan_options(boot, at=AT):
    """cohsan starts at the bundle's first instruction. Of what kexec loaded, only the bundle is clean."""
    return {"start": at, "clean": [(at, at + os.path.getsize(boot))]}


def options(cell, load=CALLED, **more):
    """A Machine's."""
    load = load if load == FILE_CALLED else (*load, f"--mem-min={AT:#x}")
    return {"cpu": kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"],
            "smp": cell["smp"], "memory": MEMORY,
            "append": kexec_guest.command_line("kexec-e", load=load, append=["loaders=1"], **more)}


def expect_lethe(machine, boot, el, at=AT):
    """Lethe runs at the expected address, finds each segment good, and enters the kernel."""
    machine.expect(rf"^lethe: 0\.1\.0 at {at:#x} EL{el} E2H=0 ")
    for name in Bundle(boot).segments():
        machine.expect(rf"^lethe: {name} \d+ sha256 ok")
    machine.expect(rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="lethe: FA")


def expect_record(machine, boot, el, count):
    """The record, as user space reads it from /sys/firmware/fdt."""
    machine.expect("^door +image$", "^mode +cached$", f"^entered at +EL{el}$",
                   f"^handed over at +EL{el}$", "^slot +0$", f"^boot count +{count}$",
                   "^segment +verdict$",
                   *(f"^{name} +ok$" for name in Bundle(boot).segments()),
                   never="Kernel panic")
