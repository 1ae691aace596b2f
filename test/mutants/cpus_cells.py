# SPDX-License-Identifier: BSD-2-Clause
"""The cells of lethe-cpus.elf: CPUs that it holds in its pen, and the monitor below EL1.

What it shares with the blob is judged there. cohsan follows every CPU to the hand-off; or, with a payload of CPUs that
come and go (returns, turns), through the pen and the monitor up to the next Image.
"""

import os
import struct

import cell_setup
import images
from cell_setup import BUNDLE, TARGET, Setup, both, cell, memory, payload
from end_cells import FREE
from images import fdtget, pack, write
from paths import IMAGES, LOAD, PAYLOAD
from returns import expect_rounds, returns
from sites import LINE
from smp_cells import DATA, own_memory_dirty
from spin_table import SpinFirmware

NEXT, TREE = 0x54000000, 0x5c000000
WORDS, HVC, SMC = 0, 1, 2
WORD, SLOT = 256, 2048      # in struct lethe_monitor


class CpusSetup(Setup):
    subject, elf = "cpus", "lethe-cpus.elf"


def symbol(name):
    return images.blob_symbol(name, CpusSetup.elf)


def words(base):
    return [base + symbol("lethe_monitor") + WORD + SLOT * cpu for cpu in range(4)]


def words_are_zero(machine, values, tree):
    """Each CPU is in the pen, and the tree says how it leaves it."""
    path = write(f"{machine.ram_path}.dtb", tree)
    try:
        for cpu in range(1, 4):
            node = f"/cpus/cpu@{cpu}"
            high, low = map(int, fdtget(path, node, "cpu-release-addr").split())
            assert fdtget(path, node, "enable-method") == "spin-table"
            assert machine.read_ram(high << 32 | low, 8) == bytes(8), f"cpu@{cpu} is not in the pen"
    finally:
        os.unlink(path)


def chunked(folder, *options):
    raw = write(folder + "/raw", DATA)
    return pack(folder + "/boot.img", *options, "--chunks", "16", "--raw", f"{raw}@{FREE:#x}")


def penned(folder, el, check=words_are_zero):
    def both_checks(machine, values, tree):
        check(machine, values, tree)
        memory((FREE, DATA))(machine, values, tree)
    return CpusSetup(chunked(folder, "--cpus", "pen"), payload(el, more=both_checks), {"smp": 4, "el": el, "ram": True})


def at_words(folder, setup, kind):
    """The same behind firmware whose CPUs wait at words, in a line of which caches have an older one."""
    firmware = SpinFirmware(TARGET, TREE, kind=kind)
    start = firmware.words_range()[0]
    line = start, start + LINE
    tree = firmware.tree(folder + "/spin.dtb", el=2, smp=4, memory=512)
    return CpusSetup(setup.bundle, setup.check, {
        **setup.machine, "kernel": firmware.save(folder + "/firmware"), "load": [(BUNDLE, TARGET), (tree, TREE)],
        "memory": 512, "cohsan": {**firmware.cohsan(), "stale": [line], "publish": {"words": line}}})


@both
def pen_from_own_words(folder):
    return at_words(folder, penned(folder, 2), "armstub")


@cell
def pen_from_one_word(folder):
    return at_words(folder, penned(folder, 2), "uboot")


@both
def pen_in_dirty_memory(folder):
    """Lines of a loader's over the slots, too."""
    return own_memory_dirty(penned(folder, 2))


@cell
def pen_at_el1(folder):
    return penned(folder, 1)


# ---- on, behind the hand-off ----

def goes_on(bundle, check, base, machine):
    """cohsan stops at the Image at NEXT. A payload that maps the slots as cacheable may leave lines over them."""
    cohsan = {**machine.pop("cohsan", {}), "stop": NEXT}
    cohsan["clean"] = [(base, base + os.path.getsize(bundle)), (NEXT, NEXT + 0x20000)]
    cohsan["publish"] = {**cohsan.get("publish", {}), "workspace": (base, base + symbol("lethe_monitor"))}
    # A CPU looks at its word before the store to it is cleaned.
    cohsan["polled"] = [*cohsan.get("polled", ()), *((word, word + WORD) for word in words(base))]
    machine["load"] = [*machine.get("load", ()), (PAYLOAD, NEXT)]
    return CpusSetup(bundle, check, {"smp": 4, "ram": True, "memory": 512, **machine, "cohsan": cohsan})


def given_back(folder, *flags, **machine):
    """By a system with its caches on."""
    def check(machine):
        expect_rounds(machine, 3)
        machine.payload()
    system = returns(folder + "/system", *flags, next_at=NEXT)
    return goes_on(pack(folder + "/boot.img", "--cpus", "pen", kernel=system), check, LOAD, machine)


@cell
def given_back_at_el2(folder):
    return given_back(folder, "garbage", "vhe", "ee", cpu="max")


@cell
def given_back_at_el1(folder):
    return given_back(folder, "garbage", "ee", el=1)


def turns(folder, way, base):
    """The payload of test/guest/turns.S."""
    with open(os.path.join(IMAGES, "turns.img"), "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<7Q", data, 64, way, NEXT, base + symbol("lethe_monitor_pen"), *words(base))
    return write(folder + "/turns", data)


def takes_turns(folder, way, *options, firmware=None, **machine):
    def check(machine):
        machine.expect(*["^turns: all came and went$"] * 2, never="turns: FAIL")
        assert machine.payload()["el"] == (2 if way == WORDS else 1)
    base = LOAD
    if firmware:
        base, tree = TARGET, firmware.tree(folder + "/spin.dtb", smp=4, memory=512)
        machine |= {"kernel": firmware.save(folder + "/firmware"), "load": [(BUNDLE, TARGET), (tree, TREE)],
                    "cohsan": firmware.cohsan()}
    bundle = pack(folder + "/boot.img", *options, kernel=turns(folder, way, base))
    return goes_on(bundle, check, base, machine)


@cell
def turns_in_the_pen(folder):
    return takes_turns(folder, WORDS, "--cpus", "pen")


@cell
def turns_by_firmware(folder):
    """The monitor passes PSCI."""
    return takes_turns(folder, SMC, "--el", "1")


@cell
def turns_by_firmware_gic3(folder):
    return takes_turns(folder, SMC, "--el", "1", cpu="max", machine="virt,virtualization=on,gic-version=3")


@cell
def turns_by_monitor(folder):
    """It is the PSCI."""
    return takes_turns(folder, HVC, "--cpus", "psci", firmware=SpinFirmware(TARGET, TREE))


CELLS = cell_setup.CELLS
