# SPDX-License-Identifier: BSD-2-Clause
"""Cells for the library door: its caller's side, which is in the library only, and the blob behind it."""

import hashlib
import random
import re
import struct

import library_world
import sites
from cell_setup import Wrong
from images import SELF
from library_plans import BEST, UNCACHED, List, Segments, add_random, the_plan
from library_world import PAGE, blob_size
from lists import DESTINATION, SOURCE
from paths import LOAD
from plan_writer import write_plan


def seal(image, blob):
    """The digest of the code that the blob checks before all else: unsealed, each mutant would end there."""
    first, last = (struct.unpack_from("<Q", image, blob + SELF[field][0])[0] for field in ("start", "end"))
    at = blob + SELF["digest"][0]
    image[at:at + 32] = hashlib.sha256(image[blob + first:blob + last]).digest()


class Call:
    """One boot of a mutant, as cell_setup.Setup is one."""

    def __init__(self, folder, subject, world):
        self.folder, self.subject, self.world = folder, subject, world

    def bases(self):
        """The library's addresses are those that it is linked at; the blob's count from the workspace."""
        return [self.world.workspaces[0][0] if self.subject == "blob" else 0]

    def boot(self, path, patches, limit, extra=(), linger=0.0):
        start = library_world.symbols()["lethe_boot_blob"] if self.subject == "blob" else 0

        def patch(image):
            for address, word in patches:
                at = start + address - LOAD
                image[at:at + 4] = word.to_bytes(4, "little")
            if start:
                seal(image, start - LOAD)

        try:
            library_world.run(self.folder, self.world, image=library_world.program(self.world, patch),
                        extra=extra, seconds=limit, cohsan={"max": 1})
        except AssertionError as error:
            report = re.search(r"cohsan: ([\w-]+) pc=", str(error))
            raise Wrong(report[1] if report else "result", str(error)) from error


def behind(folder, machine, mmu, mode, shift, segments=4):
    """One plan with all that there is in plans."""
    world = library_world.World(random.Random(5), *machine)
    the_list = List(world, shift, 8, 3, "full")
    the_plan(world, mmu, mode, the_list, Segments(world, the_list, segments).made if segments else [], coherent=False)
    return Call(folder, "blob", world)


class Blocks(List):
    """Each run from a block of its own, so that no source page is cleaned twice."""

    def write(self, writer):
        self.blocks = []
        for first, length in self.runs:
            at, end = self.world.take(length * self.page, self.page, gap=0x5000, name="list sources"), self.world.at
            self.world.memory.write(at, self.rng.randbytes(end - at))
            self.blocks.append((at, end))
            writer.add(first | DESTINATION)
            for page in range(at, end, self.page):
                writer.add(page | SOURCE)
        return writer.end(), writer.entries + 1

    def memory(self):
        return super().memory() + self.blocks


def blocks(folder, machine):
    world = library_world.World(random.Random(9), *machine)
    the_plan(world, True, BEST, Blocks(world, 12, 8, 3, "full"), [], coherent=False)
    return Call(folder, "blob", world)


def coherent(folder, machine, change=None):
    """The sources' newest bytes are in the caches alone. change: of the plan."""
    world = library_world.World(random.Random(8), *machine)
    the_list = List(world, 12, 8, 3, "full")
    caller = library_world.Caller(world, True)
    caller.caches, caller.sctlr = True, caller.sctlr | library_world.C
    the_plan(world, True, BEST, the_list, Segments(world, the_list, 4).made, coherent=True, caller=caller, change=change)
    return Call(folder, "blob", world)


def beyond(plan):
    """A window above the CPU's physical addresses: no map can be made, and the boot goes on uncached."""
    plan["windows"].append({"base": 1 << 47, "size": PAGE})


def caller(folder, machine):
    world = library_world.World(random.Random(6), *machine)
    for mmu, mode, shift in [(True, BEST, 12), (False, BEST, 12), (True, UNCACHED, 14),
                             (False, UNCACHED, 16)] * 3:
        add_random(world, mmu, mode, shift)
    return Call(folder, "library", world)


def work_size():
    """Of struct lethe_boot_work, which stands between the blob and the plan in a workspace."""
    debug = sites.run("readelf", "-wi", library_world.PROGRAM.replace(".img", ".elf"))
    return int(re.search(r": lethe_boot_work\n.*DW_AT_byte_size *: (\d+)", debug)[1])


def last_line(folder, machine):
    """The plan's last bytes, a command line's, lie in the last line of what the workspace needs."""
    def fill(plan):
        plan["slots"][0]["cmdline"] = ""
        left = -(blob_size() + work_size() + len(write_plan(plan))) % PAGE
        plan["slots"][0]["cmdline"] = "c" * max(0, left - 1)

    world = library_world.World(random.Random(7), *machine)
    for mmu in (True, False):
        the_plan(world, mmu, BEST, None, Segments(world, None, 2).made, change=fill)
    return Call(folder, "library", world)


A53, A72, N1, HOST = ("cortex-a53", 1, False), ("cortex-a72", 2, False), \
    ("neoverse-n1", 1, False), ("max", 2, True)
CELLS = {
    "library_el2_uncached": lambda folder: behind(folder, A72, True, UNCACHED, 12),
    "library_el1": lambda folder: behind(folder, N1, True, BEST, 14),
    "library_walk": lambda folder: behind(folder, A72, True, UNCACHED, 12, segments=0),
    "library_el1_uncached": lambda folder: behind(folder, A53, False, UNCACHED, 16),
    "library_blocks": lambda folder: blocks(folder, A72),
    "library_coherent": lambda folder: coherent(folder, A72),
    "library_coherent_uncached": lambda folder: coherent(folder, A53, beyond),
    "library_host": lambda folder: behind(folder, HOST, True, BEST, 12),
    "library_caller_el2": lambda folder: caller(folder, A72),
    "library_caller_el1": lambda folder: caller(folder, N1),
    "library_caller_host": lambda folder: caller(folder, HOST),
    "library_last_line": lambda folder: last_line(folder, A72),
}
