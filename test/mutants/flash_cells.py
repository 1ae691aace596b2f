# SPDX-License-Identifier: BSD-2-Clause
"""The cells of the front end of a flash file: from the reset vector, where lines of an earlier program are over all of RAM.

What it shares with the blob and the monitor is judged there. The front end runs where it lies in flash, then in scratch memory; a
few instructions of it in the page of the spin-table.
"""

import os
import struct

import cell_setup
import flash
import images
from cell_setup import Setup, cell, payload
from flash import BOARDS, SPIN_CODE, FlashFile, at_file, from_reset
from images import Bundle, pack, small_kernel, write
from paths import IMAGES, PAYLOAD
from sites import LINE

ELF = "lethe-el3.elf"
PSCI_OF_EL3 = 3         # turns.S: by SMC, without CPU_SUSPEND
NEXT = 0x4c000000
FAR = 1 << 48           # no CPU has such addresses


class FlashSetup(Setup):
    """bundle: a flash file."""

    subject, elf = "flash", ELF

    def bases(self):
        file = FlashFile(self.bundle)
        return [file.get("base"), file.get("scratch"), file.get("spin_page") + SPIN_CODE - images.blob_symbol("lethe_el3_spin", ELF)]

    def options(self, path, extra):
        options = dict(self.machine)
        options["extra"] = [*at_file(path, options.pop("way")), *options["extra"], *extra]
        options["cohsan"] = {"max": 1, **options["cohsan"]}
        return options

    def patched(self, path, patches):
        file = FlashFile(self.bundle)
        for address, word in patches:
            struct.pack_into("<I", file.bytes, file.start + address, word)
        return file.seal_code().save(path)


def made(board, path, check, bundles, world="hostile", way=None, load=(), clean=(), **options):
    board = BOARDS[board]
    watched = from_reset(FlashFile(path), board, bundles, board.memory, world)
    watched.update(options.pop("cohsan", {}))
    watched["clean"] = [*watched["clean"], *clean, *((at, at + 0x20000) for _, at in load)]
    return FlashSetup(path, check, {"machine": board.machine, "cpu": board.cpu, "smp": board.smp, "memory": board.memory, "ram": True,
                                    "extra": list(board.extra), "way": way or board.way, "cohsan": watched, "load": load, **options})


def booted(folder, board, *options, uncached=False, **more):
    kernel = small_kernel(folder + "/kernel")
    bundle = pack(folder + "/boot.img", "--chunks", "16", *options, kernel=kernel)
    path = flash.flash(folder, board, bundle)
    if uncached:
        file = FlashFile(path).put(file_size=FAR)
        file.save()
        # At EL3 secure lines are in the way then, and no others may be.
        ranges = [(file.get(start), file.get(start) + size) for start, size in (
            ("load", os.path.getsize(bundle)), ("tree", file.get("tree_room")), ("spin_page", 4096))]
        if "secure=on" in BOARDS[board].machine:
            end = file.get("load") + Bundle(bundle).get(images.IMAGE, "image_size")
            more["clean"] = [(end - LINE, end)]     # looked at, too: is it RAM
            more["cohsan"] = {"secure": [*ranges, (file.get("scratch"), file.get("scratch") + file.get("scratch_size"))]}
    return made(board, path, payload(BOARDS[board].el, kernel), [bundle], **more)


def second(folder, board):
    """The first bundle's kernel is damaged, and found so when its CPUs have digested it."""
    kernel = small_kernel(folder + "/kernel")
    bundles = [pack(f"{folder}/boot{i}.img", "--chunks", "16", kernel=kernel) for i in range(2)]
    file = FlashFile(flash.flash(folder, board, *bundles))
    first = Bundle(bundles[0])
    file.flip(file.get("slot0") + first.segment(first.segments()["kernel"], "source") + 1000)

    def check(machine):
        machine.expect("^lethe: next bundle$")
        payload(BOARDS[board].el, kernel)(machine)
    return made(board, file.save(), check, bundles)


@cell
def flash_v2(folder):
    return booted(folder, "virt-v2")


@cell
def flash_el2(folder):
    return booted(folder, "virt-el2")


@cell
def flash_el1(folder):
    return booted(folder, "virt-el1")


@cell
def flash_v3_max(folder):
    return booted(folder, "virt-v3", cpu="max")


@cell
def flash_v3_no_el2(folder):
    return booted(folder, "virt-v3-no-el2")


@cell
def flash_spin(folder):
    return booted(folder, "virt-v2-spin", "--cpus", "pen")


@cell
def flash_spin_left(folder):
    """Nobody takes the CPUs: what they look at is in memory at the hand-off."""
    setup = booted(folder, "virt-v2-spin")
    watched = setup.machine["cohsan"]
    watched["polled"] = watched["polled"][:1]       # no word changes
    watched["publish"] = {"spin page": (0x40100000, 0x40101000)}
    return setup


@cell
def flash_v2_uncached(folder):
    return booted(folder, "virt-v2", uncached=True)


@cell
def flash_el2_uncached(folder):
    return booted(folder, "virt-el2", uncached=True)


@cell
def flash_spin_uncached(folder):
    return booted(folder, "virt-v2-spin", "--cpus", "pen", uncached=True)


@cell
def flash_v2_second(folder):
    return second(folder, "virt-v2")


@cell
def flash_el2_second(folder):
    return second(folder, "virt-el2")


@cell
def flash_el1_second(folder):
    return second(folder, "virt-el1")


@cell
def flash_turns(folder):
    """CPUs that come and go by the resident PSCI."""
    with open(os.path.join(IMAGES, "turns.img"), "rb") as file:
        data = bytearray(file.read())
    struct.pack_into("<3Q", data, 64, PSCI_OF_EL3, NEXT, 0)
    bundle = pack(folder + "/boot.img", kernel=write(folder + "/turns", data))

    def check(machine):
        machine.expect(*["^turns: all came and went$"] * 2, never="turns: FAIL")
        assert machine.payload()["el"] == 2
    return made("virt-v2", flash.flash(folder, "virt-v2", bundle), check, [bundle], load=[(PAYLOAD, NEXT)],
                cohsan={"stop": NEXT})


CELLS = cell_setup.CELLS
