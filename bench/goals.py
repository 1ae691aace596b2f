# SPDX-License-Identifier: BSD-2-Clause
"""goals.py: what a boot costs on a board, row by row: docs/internals/bench.md, "Goals".

Every row can also be counted small, in seconds: a test of the first tier compares that with the table. Beside each
stands its floor, or a peer: counted in the same run, or what the work cannot do without.
"""

import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

import digest
import front_end
import images
import kimage_runner
import library
import memory_runner
import meter
import mini_tree
import paths
import report
import slow_uart
from machine import Machine
from paths import MIB

BOARD = os.path.join(paths.DTBS, "rockchip/rk3588-rock-5b.dtb")
BECAUSE = "counted here; the tests have cohsan"
TICK = 16               # instructions: -icount shift=0 is one a nanosecond, the counter runs at 62.5 MHz
OUTSIDE = 0x48000000    # RAM behind the extent


def with_memory(path, out):
    """A board's tree with the RAM of QEMU's machine."""
    with open(path, "rb") as file:
        images.write(out, file.read())
    for name, kind, values in (("device_type", "s", ["memory"]), ("reg", "x", ["0", "40000000", "0", "10000000"])):
        subprocess.run(["fdtput", "-p", "-t", kind, out, "/memory@40000000", name, *values], check=True)
    return out


def with_reservations(path, count, out):
    """The tree with so many entries in /memreserve/, none near the bundle."""
    with open(path, "rb") as file:
        tree = file.read()
    header = list(struct.unpack_from(">10I", tree))
    entries = b"".join(struct.pack(">QQ", 0x60000000 + i * 0x2000, 0x1000) for i in range(count))
    old = header[4]
    for field in (1, 2, 3):
        header[field] += len(entries)
    return images.write(out, struct.pack(">10I", *header) + tree[40:old] + entries + tree[old:])


def ticks(tree):
    """stage-ticks of the record, as instructions, by the stage's name"""
    done = subprocess.run(["fdtget", "-t", "x", tree, "/chosen/lethe", "stage-ticks"], check=True,
                          stdout=subprocess.PIPE, text=True)
    cells = [int(word, 16) for word in done.stdout.split()]
    names = ("check", "memory", "read", "move", "verify", "describe", "publish")
    return {name: (high << 32 | low) * TICK for name, high, low in zip(names, cells[::2], cells[1::2])}


def boot(folder, bundle, tree):
    """The meter's counts of a boot with this very tree, and the instructions of each stage."""
    size = os.path.getsize(tree)
    run = meter.Meter(folder, mini_tree.TARGET, "handoff",
                      ranges=[("tree", mini_tree.TREE, mini_tree.TREE + size)])
    extra = ["-icount", "shift=0,sleep=off", *run.options()]
    with mini_tree.under(folder, bundle, tree, ram=True, extra=extra, cohsan=None, because=BECAUSE) as machine:
        machine.deadline = time.monotonic() + 300
        _, given = mini_tree.given(machine, folder)
        counted = run.result()
    assert not counted["undecoded"]
    counted["stages"] = ticks(given)
    counted["tree_size"] = size
    return counted


def uncached(bundle, out):
    changed = images.Bundle(bundle)
    changed.plan("mode", 1)
    return changed.save(out)


def tree_rows(folder, full):
    """Reading and describing a board's tree."""
    bundle = images.pack(folder + "/boot.img")
    counted = boot(folder, bundle, BOARD)
    loads = counted["ranges"]["tree"]
    read = sum(loads[kind]["loads"]["bytes"] for kind in ("uncached", "cached"))
    work = counted["stages"]["read"] + counted["stages"]["describe"]
    cells = counted["tree_size"] // 4
    yield "tree", work, cells, "a load of each cell"
    yield "tree-passes", round(read / counted["tree_size"], 2), 1, "each byte once"
    device = boot(folder, uncached(bundle, folder + "/uncached.img"), BOARD)["uncached"]
    yield "tree-uncached", device["loads"]["accesses"] + device["stores"]["accesses"], cells, "a copy by words of 8 bytes"
    page = images.write(folder + "/page", bytes(range(256)) * 16)
    outside = [word for i in range(60) for word in ("--raw", f"{page}@{OUTSIDE + i * 0x10000:#x}")]
    many = boot(folder, images.pack(folder + "/many.img", *outside), with_memory(BOARD, folder + "/ram.dtb"))
    yield "tree-segments", many["stages"]["read"] + many["stages"]["describe"], work, "the same without"
    reserved = boot(folder, bundle, with_reservations(BOARD, 1000, folder + "/reserved.dtb"))
    yield "tree-reservations", reserved["stages"]["read"] + reserved["stages"]["describe"], work, "the same without"


def in_place(folder, size, tree):
    kernel = images.small_kernel(f"{folder}/kernel", size)
    return boot(folder, images.pack(f"{folder}/boot.img", kernel=kernel), tree)


def boot_rows(folder, full):
    """A kernel in place, from entry to entry."""
    small, large = (2 * MIB, 30 * MIB) if full else (MIB, 2 * MIB)
    small_tree = mini_tree.mini(folder + "/mini.dtb")
    first, second = (in_place(folder, size, small_tree) for size in (small, large))
    lines = (large - small) // 64
    alone = round(second["stages"]["verify"] / large, 3)
    yield "boot-mini", round(second["instructions"] / large, 3), alone, "the stage verify alone"
    yield "boot-board", round(in_place(folder, large, BOARD)["instructions"] / large, 3), alone, "the same"
    yield "dc-in-place", round((second["dc"] - first["dc"]) / lines, 2), 1, "cleaned to the PoC: booting.rst"
    counts = []
    for size in (small, large):
        payload = images.write(folder + "/payload", os.urandom(size))
        counts.append(boot(folder, images.pack(folder + "/boot.img", "--raw", f"{payload}@{OUTSIDE:#x}"),
                           small_tree)["dc"])
    yield "dc-copied", round((counts[1] - counts[0]) / lines, 2), 2, "source and destination"


HASHING = re.compile(r"lethe_sha256_(?!const)|lethe_chunks_is_good|lethe_segment_digest_update|lethe_plan_|(add|fill)_block|mem(cpy|set|cmp)$")
TAKING = re.compile(r"lethe_chunks_(share|is_marked)")
WAITING = re.compile(r"collect|lethe_deadline|lethe_smc|call$")


def functions(base):
    """[(name, start, end)] of the functions that digest a chunk and that wait for a CPU, as the blob lies at base."""
    symbols = sorted((at, name) for name, at in meter.symbols(paths.O + "/lethe.elf", base).items())
    ends = sorted({at for at, _ in symbols})
    return [(name[:31], at, next(end for end in ends if end > at)) for at, name in symbols
            if at > base + 4096 and any(kind.match(name) for kind in (HASHING, TAKING, WAITING))]


def several(folder, bundle, smp):
    """A boot with so many CPUs."""
    run = meter.Meter(folder, paths.LOAD, "handoff", code=functions(paths.LOAD))
    with Machine(bundle, smp=smp, memory=512, extra=run.options(), cohsan=None, because=BECAUSE) as machine:
        machine.deadline = time.monotonic() + 300
        machine.expect(f", {smp} cpus$", "^lethe: enter")
        machine.payload()
        return run.result()


def matching(counted, pattern):
    return sum(code["instructions"] for name, code in counted["code"].items() if pattern.match(name))


def boss(folder, bundle):
    """
    What the boss of four CPUs executes, that of one CPU, and what it takes to get a quarter of the chunks. How many
    chunks each gets is its machine's affair, so the boss is counted as with a quarter of them, and without what it waits for
    the last. The counts of the four, too.
    """
    one, four = (several(folder, bundle, smp) for smp in (1, 4))
    taking = matching(one, TAKING) / 4
    own = four["instructions"] - sum(matching(four, kind) for kind in (HASHING, TAKING, WAITING))
    return own + taking + matching(one, HASHING) / 4, one["instructions"], taking, four


def smp_rows(folder, full):
    """The digest over four CPUs."""
    kernel = images.small_kernel(folder + "/kernel", (30 if full else 8) * MIB)
    share, one, taking, four = boss(folder, images.pack(folder + "/boot.img", kernel=kernel))
    yield "smp-boss", round(100 * share / one, 1), 25, "per cent: a quarter"
    start = max(cpu["instructions"] - cpu["named"] for cpu in four["others"])
    yield "smp-worker", round(start + taking), start, "to start, and to go"


def flash_rows(folder, full):
    """The front end of a flash file, on virt at EL3."""
    yield "flash-bytes", front_end.size(), front_end.BUDGET, "its place in the file"
    bundle = front_end.bundle(folder, (30 if full else 8) * MIB)
    one, four = (front_end.measure(folder, bundle, smp) for smp in (1, 4))
    front = round(one["instructions"] / one["size"], 3)
    yield "flash-front", front, 0.141, "ldp and stp of 16 bytes, DC of a line"
    yield "flash-front-4", round(four["instructions"] / four["size"], 3), front, "one CPU"
    yield "flash-ratio", one["ratio"], 1, "the same bundle by -kernel"
    share = boss(folder, bundle)[0]
    yield "flash-ratio-4", round((four["instructions"] + share) / share, 3), 1, "the same, four CPUs"


def efi_rows(folder, full):
    """The EFI door, behind each bundle."""
    yield "efi-bytes", os.path.getsize(paths.O + "/efi.bin"), 20480, "the same without record and trees"


def library_rows(folder, full):
    """A page of a list, by lethe_boot()."""
    pages = 16384 if full else 256
    found = library.measure(pages, "cached")["per_page"]
    yield "list-cached", found["instructions"], 1035, "Linux, one CIVAC a line (counted once)"
    yield "list-cached-dc", found["dc"], 128, "source and destination"
    found = library.measure(pages, "uncached")["per_page"]
    yield "list-uncached", found["instructions"], 461, "relocate.S alone: bench-relocate"


def digest_rows(folder, full):
    size = MIB if full else 64 << 10
    message = images.write(folder + "/message", os.urandom(size))
    yield ("purgatory-digest", round(digest.measure("lethe-purgatory", message, size)["instructions"] / size, 2), 30.03,
           "kexec-tools: bench-digest")


def console_rows(folder, full):
    """A UART at 115200 baud in virtual time."""
    kernel = images.small_kernel(folder + "/kernel", (26 if full else 8) * MIB)
    initrd = images.write(folder + "/initrd", random.Random(1).randbytes(4 * MIB))
    for name, at, uart in (("console-16550", slow_uart.NS16550, slow_uart.FIFO_ON),
                           ("console-pl011", slow_uart.PL011, {"depth": 32})):
        bundle = images.pack(folder + "/boot.img", "--initrd", initrd, "--console", slow_uart.CONSOLES[at], kernel=kernel)
        waited, raw = slow_uart.waited(folder, bundle, **uart)
        last = raw.rstrip(b"\r\n").rpartition(b"\n")[2]
        yield name, round(waited / 1e6, 2), round((len(last) + 2) * slow_uart.CHAR_NS / 1e6, 2), "the last line"


def list_rows(folder, full):
    """The check of a list whose pages are scattered."""
    count = 20000 if full else 4000
    blocks = kimage_runner.measure(folder, kimage_runner.kernel_and_initrd(count, 10))
    floor = round(blocks["instructions"] / blocks["entries"], 2)
    for windows in (8, 64):
        found = kimage_runner.measure(folder, *reversed(kimage_runner.scattered(windows, count)))
        yield f"windows-{windows}", round(found["instructions"] / found["entries"], 2), floor, "blocks in one window"


def memory_rows(folder, full):
    size = MIB if full else 64 << 10
    aligned, found = (memory_runner.measure(folder, memory_runner.MEMMOVE, shift, 4 * MIB - shift, size)["instructions"]
                      for shift in (0, 1))
    yield "move-unaligned", round(found / size, 3), round(aligned / size, 3), "aligned"


PARTS = (tree_rows, boot_rows, smp_rows, library_rows, digest_rows, console_rows, list_rows, memory_rows,
         flash_rows, efi_rows)


def rows(part, full=False):
    """[(name, figure, floor, what the floor is)]"""
    with tempfile.TemporaryDirectory() as folder:
        return list(part(folder, full))


def main():
    full = "--small" not in sys.argv
    found, lines = {}, []
    for part in PARTS:
        for name, figure, floor, what in rows(part, full):
            found[name] = {"figure": figure, "floor": floor}
            lines.append([name, f"{figure:,}", f"{floor:,}", what])
    report.table("What a boot costs on a board:", ["", "figure", "floor", "floor or peer"], lines)
    if full:
        report.save("goals", found)


if __name__ == "__main__":
    main()
