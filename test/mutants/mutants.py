# SPDX-License-Identifier: BSD-2-Clause
"""Breaks Lethe's maintenance and barriers, one instruction at a time, and counts what notices.

    mutants.py [--sample N] [--only REGEX] [--cells REGEX] [--list]

Each mutant (sites.py) is patched into a bundle, sealed again and booted in the cells (cells.py)
that run the instruction, likely killers first, until one fails: cohsan reports or the result is
wrong. A mutant that boots everywhere has survived, which is a failure
unless docs/internals/unseen.md lists it with the reason; an entry of that list that is not needed is a
failure too.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import itertools
import multiprocessing.util
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(TOP, "test/qemu/harness")]

import cell_setup       # noqa: E402
import cells            # noqa: E402
import edits            # noqa: E402
from machine import LIMIT, LIMIT_LOADED  # noqa: E402
import paths  # noqa: E402
import sites            # noqa: E402
import unseen           # noqa: E402

JOBS = 2
# What is broken, as sites.mutants() takes it. relocate.S, in the blob too, does more
# by itself (pages stored twice) than a list that was checked can ask of it.
SUBJECTS = [("blob", os.path.join(paths.O, "lethe.elf"), "",
             ("lethe_relocate", "lethe_relocate_list")),
            ("relocate", os.path.join(paths.IMAGES, "relocate.elf"), "lethe_relocate"),
            ("library", os.path.join(paths.IMAGES, "library.elf"),
             ("lethe_boot", "lethe_translate", "check_workspace"), (), "image_end"),
            # What it shares with the blob is tried there.
            ("cpus", os.path.join(paths.O, "lethe-cpus.elf"), "", (), "", "src/hold/"),
            # What it shares with both likewise.
            ("flash", os.path.join(paths.O, "lethe-el3.elf"), "", (), "lethe_flash_stop",
             ("src/door/flash", "src/flash/", "src/el3/"))]
TABLE = os.path.join(paths.O, "mutants.tsv")
COLUMNS = ("address", "where", "instruction", "mutation", "verdict", "cell", "kind", "seconds")


# ---- in a worker ----

@functools.lru_cache(maxsize=None)
def folder():
    """The worker's own, gone with it; in memory if possible, since each boot writes a bundle."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = tempfile.mkdtemp(prefix="mutants-", dir=memory)
    multiprocessing.util.Finalize(None, shutil.rmtree, args=(path, True), exitpriority=10)
    return path


@functools.lru_cache(maxsize=None)
def set_up(name):
    inside = os.path.join(folder(), name)
    os.mkdir(inside)
    return cells.CELLS[name](inside)


def boot(name, patches, limit, **options):
    """What is wrong with it in this cell: a report's kind, "result"; None when nothing is."""
    try:
        set_up(name).boot(os.path.join(folder(), name + ".img"), patches, limit, **options)
    except cell_setup.Wrong as wrong:
        return wrong.kind, wrong.text
    return None


def baseline(name, subjects):
    """(cell, its seconds, whose code, the addresses of it that are run, what is wrong), or None: of no such subject"""
    if set_up(name).subject not in subjects:
        return None
    log = os.path.join(folder(), name + ".log")
    start = time.monotonic()
    wrong = boot(name, (), LIMIT)
    seconds = time.monotonic() - start
    # A while longer: behind the last line that is waited for comes code, too.
    again = boot(name, (), LIMIT_LOADED, extra=["-d", "in_asm", "-D", log], linger=0.2)
    with open(log, encoding="utf-8", errors="replace") as file:
        found = re.findall(r"^0x([0-9a-f]+):", file.read(), re.M)
    bases = set_up(name).bases()
    found = frozenset(int(address, 16) - base for address in found for base in bases)
    return name, seconds, set_up(name).subject, found, wrong or again


@functools.lru_cache(maxsize=None)
def copy():
    return edits.Copy(folder(), TOP, paths.O)


def try_mutant(mutant, names, seconds):
    """(cell that noticed, kind) or None, and how long it took"""
    start = time.monotonic()
    patches = copy().patches(mutant.edit) if mutant.edit else mutant.patches
    for name in names:
        limit = max(5.0, 15 * seconds[name])
        wrong = boot(name, patches, limit)
        if wrong and "time is up" in wrong[1]:      # the host may be slow
            wrong = boot(name, patches, 4 * limit)
        if wrong:
            return (name, wrong[0]), time.monotonic() - start
    return None, time.monotonic() - start


# ---- the run ----

def seed():
    """Of this commit; without git, of this blob."""
    with open(os.path.join(paths.O, "lethe.img"), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    if not os.path.exists(os.path.join(TOP, ".git")):
        return digest
    done = subprocess.run(["git", "-C", TOP, "rev-parse", "HEAD"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else digest


def possible(table):
    """All mutants. An instruction that may be left out needs no weaker form, nor a swap with another."""
    everything = [mutant for subject in SUBJECTS for mutant in sites.mutants(*subject)] + \
        [edit.mutant() for edit in edits.EDITS]
    idle = {(mutant.subject, mutant.site.address) for mutant in everything
            if mutant.kind == "nop" and table.find(mutant)}
    return [mutant for mutant in everything if mutant.kind == "nop" or
            not any((mutant.subject, address) in idle for address, _ in mutant.patches)]


class Run:
    def __init__(self, pool, table):
        self.pool = pool
        self.table = table
        self.killers = {}           # function: cells that noticed, the last one first
        self.rows = []
        self.failed = 0

    def measure(self, names, subjects):
        """Boots every cell of these subjects as they are, and notes the code that each runs."""
        self.seconds, self.runs = {}, {}
        measured = self.pool.map(baseline, names, itertools.repeat(subjects))
        for name, spent, subject, addresses, wrong in filter(None, measured):
            if wrong:
                print(f"{name}: unbroken, and yet: {wrong[1]}")
                self.failed += 1
                continue
            self.seconds[name], self.runs[name] = spent, (subject, addresses)

    def order(self, mutant):
        """The cells that run it: what noticed something in that function before, then the usual."""
        names = [name for name, (subject, addresses) in self.runs.items()
                 if subject == mutant.subject and (mutant.edit or mutant.site.address in addresses)]
        first = self.killers.get(mutant.site.function, [])
        return sorted(names, key=lambda name: first.index(name) if name in first else len(first))

    def record(self, mutant, noticed, spent):
        listed = self.table.find(mutant)
        where = mutant.site.function if mutant.edit else f"{mutant.site.symbol}+{mutant.site.offset:#x}"
        if noticed:
            verdict, (name, kind) = "caught", noticed
            known = self.killers.setdefault(mutant.site.function, [])
            known[:] = [name, *(other for other in known if other != name)]
        else:
            verdict, name = "listed" if listed else "survived", ""
            kind = "" if self.order(mutant) else "not run in any cell"
        bad = noticed and listed or verdict == "survived"
        self.failed += bool(bad)
        self.rows.append((mutant.site.address, where, mutant.site.text, mutant.change, verdict,
                          name, kind, spent))
        if bad:
            print(f"{verdict}{', but listed' * bool(listed)} {mutant.site.address:#x} {where} "
                  f"in {mutant.site.function}: {mutant.site.text}: {mutant.change} ({mutant.kind})"
                  f"{kind and ': ' + kind}", flush=True)

    def go(self, chosen):
        waiting, running = list(chosen), {}
        while waiting or running:
            while waiting and len(running) < JOBS:
                mutant = waiting.pop(0)
                job = self.pool.submit(try_mutant, mutant, self.order(mutant), self.seconds)
                running[job] = mutant
            for done in concurrent.futures.wait(
                    running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                self.record(running.pop(done), *done.result())

    def write(self):
        with open(TABLE, "w", encoding="utf-8") as file:
            print(*COLUMNS, sep="\t", file=file)
            for address, *words, spent in sorted(self.rows):
                print(f"{address:#x}", *words, f"{spent:.1f}", sep="\t", file=file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, help="so many of those that are not listed")
    parser.add_argument("--only", default="", help="mutants whose subject and line match: \"cpus\", \"lethe_handoff\"")
    parser.add_argument("--cells", default="", help="cells whose name matches")
    parser.add_argument("--list", action="store_true", help="print the mutants and do nothing")
    options = parser.parse_args()
    table = unseen.read(os.path.join(TOP, "docs/internals/unseen.md"))
    everything = possible(table)
    chosen = [mutant for mutant in everything if re.search(options.only, f"{mutant.subject} {mutant}")]
    if options.list:
        print(*chosen, sep="\n")
        return 0
    if options.sample is not None:
        # Those of a flash file would need a dozen more cells: the long tier has them.
        visible = [mutant for mutant in chosen if not mutant.edit and mutant.subject != "flash" and not table.find(mutant)]
        chosen = random.Random(seed()).sample(visible, min(options.sample, len(visible)))
    with concurrent.futures.ProcessPoolExecutor(JOBS) as pool:
        run = Run(pool, table)
        run.measure([name for name in cells.CELLS if re.search(options.cells, name)], {mutant.subject for mutant in chosen})
        run.go(chosen)
    for entry in table.idle(everything):
        print(f"docs/internals/unseen.md has a row without a mutant: {entry}")
        run.failed += 1
    if options.sample is None:
        run.write()
    count = {verdict: sum(row[4] == verdict for row in run.rows)
             for verdict in ("caught", "listed", "survived")}
    print(", ".join(f"{number} {verdict}" for verdict, number in count.items()))
    print(f"{count['caught'] + count['listed']} passed, {run.failed} failed")
    return 1 if run.failed or not run.rows else 0


if __name__ == "__main__":
    sys.exit(main())
