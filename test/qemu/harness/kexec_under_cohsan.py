# SPDX-License-Identifier: BSD-2-Clause
"""Programs that are not Lethe's under cohsan: a kernel starts the next one with kexec."""

import json
import os
import re
import struct

import cohsan
import kernel_symbols
import kexec_guest
from machine import Machine
from paths import KERNEL, LOAD, MIB, O, RAM_BASE

INITRD_AT = RAM_BASE + 128 * MIB    # where QEMU's -kernel puts it, and the tree behind it
NOP = 0xd503201f
# Without impdef pointer authentication is slow; with LPA2 Linux 6.12 oopses in kexec_load.
CPU_OPTIONS = {"max": "max,pauth-impdef=on,lpa2=off"}

# Harmless reports, explained in docs/internals/cohsan.md, "Foreign programs under cohsan". (kinds, symbol)
EXPLAINED = [
    ("fetch-dirty|fetch-no-ic|fetch-no-isb", r"__set_fixmap|__apply_alternatives(\..*)?"),
    ("read-stale", "str(len|cmp|ncmp|nlen)"),
]


def options(cell):
    """A Machine's. cell: cpu, el, smp, and load, what kexec is told"""
    return {"cpu": CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"], "smp": cell["smp"],
            "memory": kexec_guest.MEMORY,
            "append": kexec_guest.command_line("kexec-e", load=[cell["load"]], append=["second=1"])}


def name_of(cell):
    return "-".join(str(value).replace(",", "") for value in cell.values())


def functions(folder, kernel=KERNEL):
    return kernel_symbols.kernel_elf(folder + "/kernel.elf", kernel, folder, LOAD)


class Listener(cohsan.Cohsan):
    """Takes cohsan's lines out of the console; its file is read afterwards."""

    def __init__(self):
        self.lines, self.held = [], b""

    def objection(self, handed_over):
        return None


def reports_of(work, cell, initrd, elf, kernel=KERNEL, more=(), stop="handoff"):
    """All reports from the first instruction of the first kernel to that of the second.

    stop: where that is, if some other Image is entered before. more: words for the plugin.
    """
    with open(kernel, "rb") as file:
        image_size, = struct.unpack_from("<Q", file.read(64), 16)
    initrd_end = INITRD_AT + os.path.getsize(initrd) + 4 * MIB      # with the tree
    words = [f"{cohsan.PLUGIN}", f"start={LOAD:#x}", f"stop={stop}", f"elf={elf}", *more,
             f"json={work}/reports", f"clean={LOAD:#x}-{LOAD + image_size:#x}",
             f"clean={INITRD_AT:#x}-{initrd_end:#x}"]
    machine = f"virt,virtualization={'on' if cell['el'] == 2 else 'off'},dtb-randomness=off"
    others = options(cell)
    # nokaslr: symbols; then kexec-tools refuses a tree with a seed. init_on_alloc: Debian's
    # default; without it a kernel copies fields that were never written, and old lines with them.
    others["append"] += " nokaslr init_on_alloc=1"
    with Machine(kernel, initrd=initrd, machine=machine, **others,
                 extra=["-plugin", os.path.join(O, ",".join(words))]) as started:
        started.cohsan = Listener()
        started.deadline += 100
        started.expect("^client: load status=0$", "Booting Linux on physical CPU",
                       "^client: cmdline=console=ttyAMA0 second=1", "^client: end$",
                       never="Kernel panic")
        assert started.cohsan.has_stopped()
    with open(work + "/reports", encoding="ascii") as file:
        found = json.load(file)
    assert found["stopped"] and found["stop"]["el"] == cell["el"]
    return found["reports"]


def is_patched_live(report, kernel):
    """A NOP or B of the Image's, run by an interrupt or another CPU while it is changed."""
    with open(kernel, "rb") as file:
        file.seek(report["pa"] - LOAD)
        word = int.from_bytes(file.read(4), "little")       # 0 behind its end
    return word == NOP or word >> 26 == 0b000101


def unexplained(reports, kernel=KERNEL):
    """The reports that the rules above do not explain."""
    left = []
    for report in reports:
        symbol = report["symbol"].split("+")[0]
        known = any(re.fullmatch(kinds, report["kind"]) and re.fullmatch(names, symbol)
                    for kinds, names in EXPLAINED)
        if report["kind"] == "walk-unordered":
            known = report["va"] < 1 << 48      # a page of a process
        if report["kind"] in ("fetch-dirty", "fetch-no-ic", "fetch-no-dsb", "fetch-no-isb"):
            known = known or is_patched_live(report, kernel)
        if not known:
            left.append(report)
    return left


def check(reports, kernel=KERNEL):
    left = unexplained(reports, kernel)
    assert not left, json.dumps(left, indent=1)
    # cohsan was awake.
    assert {"walk-unordered", "read-stale"} <= {report["kind"] for report in reports}
