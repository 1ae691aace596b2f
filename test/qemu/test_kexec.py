# SPDX-License-Identifier: BSD-2-Clause
"""Bundles under kexec as it is: Debian's kernel and kexec-tools load one like any Image, and start it.

kexec's own check is off (--no-checks): of what it loaded nothing is looked at by anybody but Lethe. Each
machine is under the judge from Lethe's first instruction on, but test_judged_from_the_kernel_on, which is
from the first kernel's.
"""

import json
import mmap
import os
import re
import struct

import pytest

import clients
import pairwise
import strangers
from harness import KERNEL, LOAD, MIB, O, RAM_BASE, Machine
from images import Bundle, cpio, fdtput, machine_tree, pack, write
from judge import blob_size
from test_tiny import TINY

CHOICES = {
    "bundle": ["kernel", "initrd", "append"],
    "cpu": ["cortex-a72", "neoverse-n1"],
    "el": [1, 2],
    "smp": [1, 4],
}
LONG = {**CHOICES, "cpu": ["cortex-a57", *CHOICES["cpu"], "max"]}
MEMORY = 256
AT = RAM_BASE + 64 * MIB        # where kexec is told to begin: behind the first kernel, which it is not
                                # by itself; the judge has to know
LOADERS, PACKED = "console=ttyAMA0 loaders=1", "console=ttyAMA0 packed=1"
COUNTED = 41                    # boots, says the first kernel's tree
LINUX = "Booting Linux on physical CPU"


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = pairwise.product(LONG, lambda cell: True) if long else \
            pairwise.cover(CHOICES, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=map(strangers.name_of, cells))
    if "times" in metafunc.fixturenames:
        metafunc.parametrize("times", [10] if long else [3])
    if "start" in metafunc.fixturenames:
        starts = [(cpu, el) for cpu in ("cortex-a72", "neoverse-n1") for el in (1, 2)]
        metafunc.parametrize("start", starts if long else starts[-1:], ids="{0[0]}-el{0[1]}".format)


def archive(who):
    """What runs last: it says whose initrd it is, and what the tree tells of Lethe."""
    return cpio([*clients.base(), clients.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                 ("who", 0o100644, who.encode(), (0, 0))])


def bundle_of(folder, what, kernel=KERNEL, *more):
    """kernel: nothing else is in it. initrd: that, too. append: and a command line."""
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
        *clients.base(), *clients.kexec_files(), ("k", 0o40755, b"", (0, 0)),
        clients.entry("k/Image", boot), *initrd, *files]))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """(the bundle, an archive with it), by what is in the bundle and which kernel."""
    made = {}

    def prepare(what, kernel=KERNEL):
        if (what, kernel) not in made:
            folder = str(tmp_path_factory.mktemp("kexec"))
            boot = bundle_of(folder, what, kernel)
            # With a packed initrd: once no other is there, once another has to give way.
            made[what, kernel] = boot, client(folder, boot, initrd=what != "initrd")
        return made[what, kernel]
    return prepare


def told_tree(path, cell):
    """QEMU's, with something in it that is passed on, and how often Lethe was there."""
    machine_tree(path, memory=MEMORY, el=cell["el"], smp=cell["smp"],
                 cpu=strangers.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]))
    fdtput(path, "-t", "s", "/", "model", "passed on")
    fdtput(path, "-c", "/chosen/lethe")
    fdtput(path, "-t", "x", "/chosen/lethe", "boot-count", f"{COUNTED:x}")
    return path


def judged(boot):
    """From the first instruction of a bundle at AT. Of what kexec loaded beside it nothing is believed clean."""
    return {"start": AT, "clean": [(AT, AT + os.path.getsize(boot))]}


def options(cell, load=("-c", "-l", "-i"), **more):
    """A Machine's."""
    return {"cpu": strangers.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"],
            "smp": cell["smp"], "memory": MEMORY,
            "append": clients.command_line("kexec-e", load=[*load, f"--mem-min={AT:#x}"],
                                           append=["loaders=1"], **more)}


def expect_lethe(machine, boot, el):
    """It runs, where it was expected; what it says of each segment; it leaves."""
    machine.expect(rf"^lethe: 0\.1\.0 at {AT:#x} EL{el} E2H=0 ")
    for name in Bundle(boot).segments():
        machine.expect(rf"^lethe: {name} \d+ sha256 ok")
    machine.expect(rf"^lethe: enter 0x[0-9a-f]+ EL{el}$", never="lethe: FA")


def expect_record(machine, boot, el, count):
    """As user space reads it from /sys/firmware/fdt."""
    machine.expect("^door +image$", "^mode +cached$", f"^entered at +EL{el}$",
                   f"^handed over at +EL{el}$", "^slot +0$", f"^boot count +{count}$",
                   "^segment +verdict$",
                   *(f"^{name} +ok$" for name in Bundle(boot).segments()),
                   never="Kernel panic")


def expect_second(machine, cell, what):
    """Which command line, tree and initrd the second kernel got."""
    machine.expect(LINUX, rf"smp: Brought up 1 node, {cell['smp']} CPU",
                   rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                   f"^client: cmdline={PACKED if what == 'append' else LOADERS}$",
                   "^client: model=passed on initrd=" + ("loaders" if what == "kernel" else "packed"),
                   never="Kernel panic")


def test_started(work, prepared, cell):
    boot, initrd = prepared(cell["bundle"])
    with Machine(KERNEL, initrd=initrd, dtb=told_tree(work + "/dtb", cell), judge=judged(boot),
                 **options(cell)) as machine:
        machine.expect("^client: cmdline=.*t.run=kexec-e", "^client: load status=0$")
        expect_lethe(machine, boot, cell["el"])
        expect_second(machine, cell, cell["bundle"])
        expect_record(machine, boot, cell["el"], COUNTED + 1)
        machine.expect("^client: end$")
