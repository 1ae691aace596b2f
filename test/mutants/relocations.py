# SPDX-License-Identifier: BSD-2-Clause
"""Cells for relocate.S, which is not in the blob: its own test's program, on a few lists."""

import random
import re

import list_runner
from cell_setup import Wrong
from lists import DESTINATION, DONE, INDIRECTION, LISTS, SOURCE, Lists
from paths import LOAD, MIB

E2H, ICACHE = list_runner.E2H, list_runner.ICACHE


class Relocation:
    """One boot of a mutant, as cell_setup.Setup is one."""

    subject = "relocate"

    def __init__(self, folder, cpu, el, flags, page_shift):
        rng = random.Random(1)
        self.folder, self.cell = folder, (cpu, el, flags)
        self.lists = Lists(rng, list_runner.symbols()["back"], end=LISTS + 10 * MIB, sources=MIB,
                           destinations=MIB)
        traps = [value for _, value in list_runner.traps(el, flags)]
        pages = self.lists.free[12]
        first = next(page for page in pages if page + 4096 in pages)
        pages.remove(first)
        pages.remove(first + 4096)
        self.lists.make(page_shift, 9, traps[0])
        for shift, pages in self.lists.free.items():    # all destinations are published
            self.lists.make(shift, len(pages), traps[-1])
        self.code_last(first, traps[0])

    def code_last(self, first, trap):
        """One more list: the last page that it stores to is the one that is entered."""
        lists, entry = self.lists, first + 0x120
        at = lists.list_page(12)
        for i, word in enumerate((first + 4096 | DESTINATION, lists.source(12) | SOURCE,
                                  first | DESTINATION, lists.code(12, entry, None) | SOURCE, DONE)):
            lists.store(at + 8 * i, word.to_bytes(8, "little"))
        lists.job(at | INDIRECTION, 12, entry, trap)

    def bases(self):
        return [LOAD]

    def boot(self, path, patches, limit, extra=(), linger=0.0):
        def patch(image):
            for address, word in patches:
                image[address:address + 4] = word.to_bytes(4, "little")

        options = [*list_runner.cohsan_options(self.lists), *extra] if extra else None
        try:
            list_runner.run(self.folder, self.lists, self.cell, patch=patch, options=options)
        except AssertionError as error:
            report = re.search(r"cohsan: ([\w-]+) pc=", str(error))
            raise Wrong(report[1] if report else "result", str(error)) from error


CELLS = {
    "relocate_el2": lambda folder: Relocation(folder, "cortex-a72", 2, ICACHE, 12),
    "relocate_el1": lambda folder: Relocation(folder, "neoverse-n1", 1, 0, 16),
    "relocate_long_lines": lambda folder: Relocation(folder, "a64fx", 2, ICACHE, 14),
}
