# SPDX-License-Identifier: BSD-2-Clause
"""The boot sequence, from Lethe's first instruction to the payload's: a small payload, Debian's kernel.

Beside each stands the digest that kexec-tools' purgatory makes of the same payload. The purgatory copies nothing and
reads no device tree.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time

import digest
import images
import meter
import paths
import report
from machine import Machine

PEER = "kexec-tools"
TITLES = {"payload": "A small payload", "kernel": "Debian's kernel and an initrd"}
RAW_AT = 0x50000000
SECTION = re.compile(r"^ \.(?:head|text)\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S*?([^/\s]+)\.o$",
                     re.MULTILINE)
LTO_UNIT = re.compile(r"^cc\w+\.ltrans\d+\.ltrans$")    # the compiler's temporary name


def code():
    """[(name, start, end)]: the instructions of lethe.elf by object file, from the linker's map"""
    with open(os.path.join(paths.O, "lethe.elf.map"), encoding="utf-8") as file:
        text = file.read().partition("Linker script and memory map")[2]
    found = []
    for start, size, name in SECTION.findall(text):
        start, end = paths.LOAD + int(start, 16), paths.LOAD + int(start, 16) + int(size, 16)
        if start == end:
            continue
        name = LTO_UNIT.sub("C-unit", name)
        if found and found[-1][0].startswith(name + "@"):   # with the gap between the two
            start = found.pop()[1]
        found.append((f"{name}@{len(found)}", start, end))
    return found


def boot(bundle, folder):
    """The meter's counts for the boot of a bundle."""
    run = meter.Meter(folder, paths.LOAD, "handoff", code=code(), end=True)
    # The console prints milliseconds: -icount derives them from the instruction count, so runs are equal.
    extra = ["-icount", "shift=0,sleep=off", *run.options()]
    with Machine(bundle, memory=512, extra=extra, cohsan=None,
                         because=digest.BECAUSE) as machine:
        machine.deadline = time.monotonic() + 120
        machine.expect_exit()
    return run.result()


def accesses(counted):
    """All loads, all stores, of any kind"""
    return {side: sum(counted[kind][side]["accesses"] for kind in ("uncached", "cached", "io"))
            for side in ("loads", "stores")}


def figures(counted):
    """What bench.json has of one boot."""
    assert not counted["undecoded"]
    values = {}
    for key in ("instructions", "fetched_uncached", "dc", "ic", "dsb", "isb"):
        values[key] = counted[key]
    for kind in ("uncached", "cached", "io"):
        values[kind] = {side: counted[kind][side]["accesses"] for side in ("loads", "stores")}
        values[kind]["bytes"] = sum(counted[kind][side]["bytes"] for side in ("loads", "stores"))
    values["code"] = {}
    for name, part in counted["code"].items():
        name = name.partition("@")[0]
        whole = values["code"].setdefault(name, {"instructions": 0, "loads": 0, "stores": 0})
        for key, count in {"instructions": part["instructions"], **accesses(part)}.items():
            whole[key] += count
    return values


def join(files, path):
    """All of them in one; its size"""
    with open(path, "wb") as out:
        for name in files:
            with open(name, "rb") as file:
                shutil.copyfileobj(file, out)
        return out.tell()


def row(name, values):
    return [name, *(f"{values[key]:,}" for key in ("instructions", "loads", "stores"))]


def show(title, lethe, peer):
    rows = [["Lethe", f"{lethe['instructions']:,}", *(f"{lethe[kind][key]:,}" for kind, key in (
        ("uncached", "loads"), ("uncached", "stores"), ("uncached", "bytes"), ("cached", "loads"),
        ("cached", "stores"), ("io", "stores"))), f"{lethe['dc']:,}"]]
    rows.append([f"{PEER}, digest alone", f"{peer['instructions']:,}", f"{peer['loads']:,}",
                 f"{peer['stores']:,}", f"{peer['bytes']:,}", "0", "0", "0", "0"])
    report.table(title, ["", "insns", "uncached ld", "uncached st", "bytes", "cached ld",
                         "cached st", "io st", "dc"], rows)
    parts = sorted(lethe["code"].items(), key=lambda item: -item[1]["instructions"])[:5]
    report.table("  of which most by", ["", "insns", "loads", "stores"],
                 [row("  " + name, values) for name, values in parts])


def main():
    results = {}
    payload, kernel = paths.PAYLOAD, paths.KERNEL
    with tempfile.TemporaryDirectory(dir=os.path.join(paths.O, "bench")) as folder:
        initrd = os.path.join(folder, "initrd")
        subprocess.run(["tools/run/initramfs.sh", initrd, paths.BUSYBOX, "tools/run/init",
                        os.path.join(paths.O, "arm64/lethe")], check=True)
        for name, arguments, files in (
                ("payload", ["--raw", f"{payload}@{RAW_AT:#x},entry={RAW_AT:#x}"], [payload]),
                ("kernel", ["--kernel", kernel, "--initrd", initrd, "--append", "console=ttyAMA0"],
                 [kernel, initrd])):
            bundle = images.pack(os.path.join(folder, name), *arguments, kernel=None)
            message = os.path.join(folder, "message")
            size = join(files, message)
            lethe = figures(boot(bundle, folder))
            peer = digest.measure(PEER, message, size)
            results[name] = {"size": size, "lethe": lethe, PEER: peer}
            show(f"{TITLES[name]}, {size:,} bytes, from entry to entry:", lethe, peer)
    report.save("road", results)


if __name__ == "__main__":
    main()
