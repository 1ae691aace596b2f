# SPDX-License-Identifier: BSD-2-Clause
"""The kernels of Debian 12 and 13 start each other: 6.1 and 6.12, as they are for clouds and the generic ones.

By kexec with Lethe inside, which checks what it loaded, and by a bundle under kexec as it is. cohsan watches each
machine from Lethe's first instruction to the second kernel's; the purgatory with --long only.
"""

import itertools
import os
import re

import pytest

import bundle_under_kexec
import kexec_guest
import kexec_under_cohsan
import pairwise
import purgatory_under_kexec
from images import Bundle, cpio, write
from machine import Machine
from paths import KERNELS, O

FOLDERS = {"": KERNELS,
           "-generic": os.environ.get("KERNELS_GENERIC", os.path.join(O, "deps/kernels-generic"))}
CLOUD = ["6.1", "6.12"]       # from 6.1 to itself goes Debian 12's in all the other files
ALL = [*CLOUD, "6.1-generic", "6.12-generic"]
CPUS = ["cortex-a72", "neoverse-n1", "max"]
DOORS = ["purgatory", "image"]
# The first tier goes one way.
CELLS = [{"way": "6.1-to-6.12", "door": "purgatory", "el": 1, "smp": 4, "cpu": "cortex-a72"}]
LONG = {"door": DOORS, "way": ["-to-".join(pair) for pair in itertools.product(ALL, ALL)]}
OTHERS = {"cpu": CPUS, "el": [1, 2], "smp": [1, 4]}
MEMORY = 512        # MiB: 44 of a kernel, in an archive, unpacked, loaded and started
LOAD = {"purgatory": purgatory_under_kexec.CHECKED, "image": (*bundle_under_kexec.CALLED, f"--mem-min={bundle_under_kexec.AT:#x}")}


def cells_of(long):
    """Every way by every door, where each two of the other choices take turns."""
    if not long:
        return CELLS
    cells, others = pairwise.product(LONG, lambda cell: True), pairwise.cover(OTHERS, lambda cell: True)
    others.append(others[0])        # seven do not go in step with four kernels
    assert len(others) == 7
    return [{**cell, **more} for cell, more in zip(cells, itertools.cycle(others))]


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        cells = cells_of(metafunc.config.getoption("long"))
        metafunc.parametrize("cell", cells, ids=map(kexec_under_cohsan.name_of, cells))


def image(name):
    version, flavour = re.fullmatch(r"([0-9.]+)(.*)", name).groups()
    return os.path.join(FOLDERS[flavour], version)


def release(name):
    """The kernel's own release, which has to fit its name here."""
    with open(image(name), "rb") as file:
        found = re.search(rb"Linux version (\S+) \(", file.read())[1].decode()
    assert found.startswith(name.partition("-")[0] + "."), found
    assert ("cloud" in found) != ("generic" in name), found
    return found


def options(cell, initrd, **more):
    """A Machine's."""
    load = (*LOAD[cell["door"]], *more.pop("load", ()))
    return {"cpu": kexec_under_cohsan.CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"], "smp": cell["smp"],
            "memory": MEMORY, "initrd": initrd,
            "append": kexec_guest.command_line("kexec-e", load=load, append=["second=1"], **more)}


def prepare(folder, kernel, door):
    """(the first kernel's archive, the bundle in it if that is the door)"""
    if door == "image":
        boot = bundle_under_kexec.bundle_of(folder, "initrd", kernel)
        return bundle_under_kexec.client(folder, boot, initrd=False), boot
    return write(folder + "/client", cpio([
        *kexec_guest.base(), *kexec_guest.kexec_files(purgatory_under_kexec.grafted()), ("k", 0o40755, b"", (0, 0)),
        kexec_guest.entry("k/Image", kernel), ("k/initrd", 0o100644, bundle_under_kexec.archive("loaders"), (0, 0))])), None


def patient(machine):
    """Allows for two large kernels, one watched while it loads the other, beside other machines."""
    machine.deadline += 180
    return machine


def purgatory_at(kernel, cell, initrd):
    """The purgatory's address, by the same load in a machine that goes no further."""
    with Machine(kernel, **options(cell, initrd, load=["-d"], wait=1)) as machine:
        patient(machine).expect("^client: waits$")
        return purgatory_under_kexec.loaded(machine)[0]


def check(cell, initrd, boot, **machine):
    """From the first kernel to the second one's user space."""
    first, second = cell["way"].split("-to-")
    with Machine(image(first), **options(cell, initrd), **machine) as started:
        assert patient(started).expect(r"Linux version (\S+) ")[1] == release(first)
        started.expect("^client: load status=0$")
        if boot:
            bundle_under_kexec.expect_lethe(started, boot, cell["el"])
        else:
            started.expect(r"^lethe: regions \d+ sha256 ok", rf"^lethe: enter 0x[0-9a-f]+ EL{cell['el']}$",
                           never="lethe: FA")
        started.expect(bundle_under_kexec.LINUX)
        assert started.expect(r"Linux version (\S+) ")[1] == release(second)
        started.expect(rf"smp: Brought up 1 node, {cell['smp']} CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       "^client: cmdline=console=ttyAMA0 second=1$",
                       f"^client: model=linux,dummy-virt initrd={'packed' if boot else 'loaders'}$",
                       f"^door +{cell['door']}$", "^mode +cached$", f"^entered at +EL{cell['el']}$",
                       f"^handed over at +EL{cell['el']}$", "^boot count +1$",
                       never="Kernel panic")
        purgatory_under_kexec.expect_segments(started, *[Bundle(boot).segments()] if boot else [])
        started.expect("^client: end$")


def test_started(work, pytestconfig, cell):
    first, second = map(image, cell["way"].split("-to-"))
    initrd, boot = prepare(work, second, cell["door"])
    if boot:
        check(cell, initrd, boot, cohsan=bundle_under_kexec.cohsan_options(boot))
    elif pytestconfig.getoption("long"):
        check(cell, initrd, boot,
              cohsan=purgatory_under_kexec.cohsan_options(purgatory_at(first, cell, initrd)))
    else:
        check(cell, initrd, boot, cohsan=None, because="where the purgatory is takes a boot to find out")


@pytest.mark.long
def test_gicv3(work):
    """Without an ITS: with one the first kernel's tables stay in use (docs/use/limits.md)."""
    cell = {"way": "6.1-to-6.12", "door": "image", "cpu": "neoverse-n1", "el": 2, "smp": 4}
    initrd, boot = prepare(work, image("6.12"), "image")
    check(cell, initrd, boot, cohsan=bundle_under_kexec.cohsan_options(boot),
          machine="virt,virtualization=on,gic-version=3,its=off")
