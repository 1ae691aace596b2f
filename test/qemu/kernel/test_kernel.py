# SPDX-License-Identifier: BSD-2-Clause
"""Debian's own kernel through a bundle, to user space: the cells of the support matrix.

In `make check-qemu-long` every four choices meet. In `make check-qemu` every two of those that decide the way into
Lethe and out of it meet; CPU, initrd, number of CPUs and GIC, which do not, take turns.
"""

import os

import pairwise
from chosen import strangers
from images import Bundle, Hostile, align_up, fdtput, machine_tree, pack
from machine import Machine
from paths import KERNEL, LOAD, MIB, UBOOT

CHOICES = {
    "cpu": ["cortex-a53", "cortex-a72", "neoverse-n1", "max"],
    "el": [1, 2],
    "to": ["as-entered", "el1"],
    "initrd": ["none", "packed", "loaders"],
    "tree": ["loaders", "own"],
    "start": ["kernel", "uboot", 0x40213000, 0x402ff000, 0x47abc000],
    "loader": ["tame", "hostile"],
    "smp": [1, 2],
    "gic": [2, 3],
}
TURNS = ("cpu", "initrd", "smp", "gic")
MEMORY = 512
TREE_AT = 0x5c000000        # where the stub puts QEMU's tree, out of the way
BUNDLE_AT = 0x50000000      # and from where it takes a bundle that goes to QEMU's place for the tree
UBOOT_IMAGE, UBOOT_INITRD = 0x42000000, 0x50000000


def allowed(cell):
    if cell["start"] == "uboot" and cell["loader"] == "hostile":
        return False                # there is no hostile U-Boot
    if cell["tree"] == "own" and cell["initrd"] == "loaders":
        return False                # the loader's initrd is named in the tree that is not read
    if cell["start"] == 0x47abc000 and cell["initrd"] == "loaders":
        return False                # QEMU puts it there
    return not (cell["el"] == 2 and cell["to"] == "el1" and cell["smp"] > 1)


def name_of(cell):
    start = cell["start"] if isinstance(cell["start"], str) else hex(cell["start"])
    return f"{cell['cpu']}-el{cell['el']}-{cell['to']}-initrd.{cell['initrd']}-tree.{cell['tree']}-" \
           f"{start}-{cell['loader']}-smp{cell['smp']}-gic{cell['gic']}"


def short():
    """Each two choices but those of TURNS, which take turns so that each CPU meets each exception level."""
    bases = {name: values for name, values in CHOICES.items() if name not in TURNS}
    turns = pairwise.cover({name: CHOICES[name] for name in TURNS}, lambda cell: True)
    cells = pairwise.cover(bases, lambda cell: allowed({**cell, "smp": 1, "initrd": "none"}))
    taken = []
    for cell in cells:
        met = [(other["cpu"], other["el"]) for other in taken]
        turn = min((turn for turn in turns if allowed({**cell, **turn})),
                   key=lambda turn: (met.count((turn["cpu"], cell["el"])), turns.index(turn)))
        turns.remove(turn)
        turns.append(turn)
        taken.append({**cell, **turn})
    return taken


def pytest_generate_tests(metafunc):
    if "cell" in metafunc.fixturenames:
        long = metafunc.config.getoption("long")
        cells = pairwise.cover(CHOICES, allowed, strength=4) if long else short()
        metafunc.parametrize("cell", cells, ids=map(name_of, cells))


def make_bundle(cell, work, initrd):
    options = ["--append", "console=ttyAMA0 packed=1"]
    if cell["tree"] == "loaders" and cell["initrd"] != "packed":
        options = []
    if cell["initrd"] == "packed":
        options += ["--initrd", initrd]
    if cell["to"] == "el1":
        options += ["--el", "1"]
    if cell["tree"] == "own":
        tree = machine_tree(work + "/own.dtb", cpu=cell["cpu"], el=cell["el"], smp=cell["smp"],
                            memory=MEMORY, machine=f",gic-version={cell['gic']}",
                            **({"bios": UBOOT} if cell["start"] == "uboot" else {}))
        fdtput(tree, "-t", "s", "/", "model", "own tree")
        options += ["--dtb", tree, "--force-dtb"]
    return pack(work + "/boot.img", *options, kernel=KERNEL), bool(options)


def start(cell, work, initrd, boot):
    """(machine options, address where Lethe is expected)"""
    options = {"append": "console=ttyAMA0 loaders=1",
               "initrd": initrd if cell["initrd"] == "loaders" else None}
    where = cell["start"]
    if where == "uboot":
        load = [(boot, UBOOT_IMAGE)]
        if cell["initrd"] == "loaders":
            load.append((initrd, UBOOT_INITRD))
        return {"extra": ["-bios", UBOOT], "load": load}, UBOOT_IMAGE
    if where == "kernel" and cell["loader"] == "tame":
        return {"kernel": boot, **options}, LOAD
    address = LOAD + 2 * MIB if where == "kernel" else where
    flags = ["plain"] if cell["loader"] == "tame" else ["e2h"]
    copies, loaded = [(None, TREE_AT, 0)], address
    if where == 0x47abc000:
        loaded = BUNDLE_AT
        copies.append((loaded, address, os.path.getsize(boot)))
    fills = []
    if cell["loader"] == "hostile":
        end = address + Bundle(boot).plan("extent_size")
        if cell["initrd"] == "loaders":
            end = min(end, 0x48000000)
        fills = [(align_up(address + os.path.getsize(boot), 4096), end, 0xd4200000d4200000)]
    stub = Hostile(address, *flags, copies=copies, fills=fills).save(work + "/stub")
    return {"kernel": stub, "load": [(boot, loaded)], **options}, address


def uboot(cell, machine, initrd):
    machine.expect_text(b"Hit any key")
    machine.type("\n")
    machine.expect_text(b"=> ")
    ramdisk = f"{UBOOT_INITRD:#x}:{os.path.getsize(initrd):x}" if cell["initrd"] == "loaders" else "-"
    machine.type(f"setenv bootargs console=ttyAMA0 loaders=1; booti {UBOOT_IMAGE:#x} {ramdisk} "
                 "$fdtcontroladdr\n")


def test_boot(work, initrd, cell):
    boot, packed_cmdline = make_bundle(cell, work, initrd)
    options, address = start(cell, work, initrd, boot)
    el = cell["el"] if cell["to"] == "as-entered" else 1
    machine_name = f"virt,virtualization={'on' if cell['el'] == 2 else 'off'}," \
        f"gic-version={cell['gic']}"
    with Machine(cpu=cell["cpu"], smp=cell["smp"], memory=MEMORY, machine=machine_name,
                 **options) as machine:
        if cell["start"] == "uboot":
            uboot(cell, machine, initrd)
        machine.expect(rf"^lethe: 0\.1\.0 at {address:#x} EL{cell['el']} E2H=0 ")
        if cell["initrd"] == "packed":
            machine.expect(r"^lethe: initrd \d+ sha256 ok")
        machine.expect(r"^lethe: kernel \d+ sha256 ok", rf"^lethe: enter 0x[0-9a-f]+ EL{el}$",
                       "Booting Linux on physical CPU",
                       r"Kernel command line: console=ttyAMA0 " +
                       ("packed=1" if packed_cmdline and
                        (cell["tree"] == "own" or cell["initrd"] == "packed") else "loaders=1"),
                       rf"CPU: All CPU\(s\) started at EL{el}")
        if cell["initrd"] == "none":
            machine.expect("Unable to mount root fs")
            return
        machine.expect(r"^init: version=0\.1\.0.* mode=cached", r"^init: model=" +
                       ("own tree" if cell["tree"] == "own" else "linux,dummy-virt"), never="Kernel panic")
        names = machine.expect(r"^init: chosen (.*)$")[1].split()
        assert "bootargs" in names and not strangers(names)
        machine.expect("^init: end", never="Kernel panic")
