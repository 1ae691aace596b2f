# SPDX-License-Identifier: BSD-2-Clause
"""cohsan (docs/internals/cohsan.md) for a Machine: where Lethe is, and what the plugin is told.

cohsan watches every machine that runs Lethe, unless the test says why not: from Lethe's first instruction
to the hand-off, with all of RAM hostile but the bytes of the bundle's file. The harness finds that file in
what the machine is given, so most tests need no keyword. A test's keywords come on top:

    Machine(.., cohsan={"clean": "plan"})    keywords of the plugin; "plan": only blob and plan,
                                            "blob": not even the plan
    Machine(.., cohsan={"stop": 0x4a000000}) a payload without an Image header
    Machine(.., cohsan={"device": [(lo, hi)]})   memory that plays a device
    Machine(.., cohsan={"start": lo, "clean": [(lo, hi)]})   the harness cannot find it
    Machine(.., cohsan={"start": lo, "bundle": path})   firmware loads it there from a file
    Machine(.., cohsan={"start": 0, "elf": path, "flash": (lo, hi), "ram": [(lo, hi)], "clean": [(lo, hi)],
                        "secure": [(lo, hi)], "through": (lethe, end)})     a flash file, docs/internals/cohsan.md:
                                            through is where it puts the bundle
    Machine(.., cohsan=None, because="..")      without; test_cohsan_in_harness.py lists these
"""

import os
import re
import struct
import subprocess

PLUGIN = "cohsan.so"
# Where QEMU's -kernel puts an Image with text_offset 0: 2 MiB behind the start of RAM.
KERNEL_AT = {"virt": 0x40200000, "npcm845-evb": 0x200000, "raspi3b": 0x200000, "raspi4b": 0x200000,
             "imx8mp-evk": 0x40200000, "xlnx-zcu102": 0x200000}
# Where QEMU's own code of such a board lies: its other CPUs wait there, and are awake.
FIRMWARE = {"npcm845-evb": [(0, 0x1000)], "raspi3b": [(0, 0x1000)], "raspi4b": [(0, 0x1000)]}
LINE = re.compile(rb"cohsan: [^\n]*\n")
# A read may end within such a line.
PART = re.compile(rb"(cohsan: [^\n]*|cohsan:|cohsan|cohsa|cohs|coh|co|c)\Z")
STOP = re.compile(r"^cohsan: stop pc=0x[0-9a-f]+ el=[0-3] reports=0$")

BLOB_MAGIC_AT, BLOB_MAGIC = 64, b"LETHEBLB"
BLOB_SIZE_AT, PLAN_OFFSET_AT, PLAN_TOTAL_SIZE_AT = 80, 88, 12
STUB_CODE = 288         # hostile.S: behind the header and the table
STUB_SIZE = 0x10000
STUB_STAYS = 8 | 512     # at EL2, or on CPU 1


def read(path, offset, size):
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)


def is_bundle(path):
    return read(path, BLOB_MAGIC_AT, len(BLOB_MAGIC)) == BLOB_MAGIC


def is_stub(path, stub):
    return os.path.getsize(path) == os.path.getsize(stub) and \
        read(path, STUB_CODE, 64) == read(stub, STUB_CODE, 64)


def find(kernel, load, base, stub):
    """(PA of Lethe's byte 0 when it is entered, the bundle, other clean ranges), or None: no Lethe.

    Lethe is the kernel itself; or what the stub branches to, perhaps after copying it there; or the only
    bundle that is loaded, which firmware is told to start.
    """
    if kernel and is_bundle(kernel):
        return base, kernel, []
    placed = {address: path for path, address in load if is_bundle(path)}
    if kernel and is_stub(kernel, stub):
        target, flags = struct.unpack("<QQ", read(kernel, 64, 16))
        for source, destination, _ in struct.iter_unpack("<QQQ", read(kernel, 96, 96)):
            if destination == target and source in placed:
                return target, placed[source], []
        # The stub that stays is firmware: its memory is clean.
        others = [(base, base + STUB_SIZE)] if flags & STUB_STAYS else []
        return (target, placed[target], others) if target in placed else None
    if len(placed) == 1:
        return next((address, path, []) for address, path in placed.items())
    return None


def blob_size(elf):
    """The size of the blob with its bss and stacks, by the symbol at its end."""
    symbols = subprocess.run(["readelf", "-sW", elf], check=True, stdout=subprocess.PIPE, text=True)
    return next(int(words[1], 16) for words in map(str.split, symbols.stdout.splitlines())
                if len(words) == 8 and words[7] == "lethe_blob_end")


def plan_end(path):
    plan = struct.unpack("<Q", read(path, PLAN_OFFSET_AT, 8))[0]
    return plan + struct.unpack("<I", read(path, plan + PLAN_TOTAL_SIZE_AT, 4))[0]


def values(option):
    return option if isinstance(option, list) else [option]


def text(value):
    if isinstance(value, tuple):
        return "-".join(map(hex, value))
    return value if isinstance(value, str) else hex(value)


def elf_of(folder, path):
    """Of a bundle's blob: of the two, the one that has its size."""
    elves = [os.path.join(folder, name) for name in ("lethe.elf", "lethe-cpus.elf")]
    size = struct.unpack("<Q", read(path, BLOB_SIZE_AT, 8))[0] if path else 0
    return elves[1] if path and size == blob_size(elves[1]) else elves[0]


class Cohsan:
    """cohsan of one machine. arguments is what QEMU's -plugin gets."""

    def __init__(self, folder, at, path, others, wanted):
        elf = elf_of(folder, path)
        options = {"start": at, "stop": "handoff", "elf": elf, "publish": {}, **wanted}
        lethe = values(options.get("through", at))[0]   # where a front end enters it
        lethe = lethe[0] if isinstance(lethe, tuple) else lethe
        options.setdefault("clean", [(at, at + os.path.getsize(path))] if path else [])
        if isinstance(options["clean"], str):
            size = {"blob": blob_size(elf), "plan": plan_end(path)}[options["clean"]]
            options["clean"] = [(at, at + size)]
        options["clean"] = options["clean"] + others + options.pop("device", [])
        published = {"workspace": (lethe, lethe + blob_size(elf)), **options.pop("publish")}
        words = [os.path.join(folder, PLUGIN)]
        # Later ranges win in the plugin: the bundle is clean, then perhaps something in it is not.
        for name in ("start", "stop", "elf", "clean", "dirty", "stale", "mapped", "polled", "read", "write", *wanted):
            words += [f"{name}={text(value)}" for value in values(options.pop(name, []))]
        words += [f"publish={name}:{text(value)}" for name, value in published.items()]
        self.arguments = ",".join(words)
        self.lines = []
        self.held = b""

    def listen(self, data):
        """Keeps the plugin's lines and returns the rest. The lines come at any place of the console."""
        if not data:
            data, self.held = self.held, b""
            return data
        data = self.held + data
        self.lines += [line.decode("utf-8", "replace").strip() for line in LINE.findall(data)]
        data = LINE.sub(b"", data)
        part = PART.search(data)
        self.held = part[0] if part else b""
        return data[:len(data) - len(self.held)]

    def has_stopped(self):
        return any(line.startswith("cohsan: stop ") for line in self.lines)

    def objection(self, handed_over):
        """Why the test has to fail, or None."""
        reports = [line for line in self.lines if not line.startswith("cohsan: stop ")]
        if reports:
            return "\n".join(["cohsan reports:", *reports])
        if handed_over and not any(map(STOP.match, self.lines)):
            return "cohsan did not see the hand-off: no line 'cohsan: stop ... reports=0'"
        return None


def watch(folder, machine, kernel, load, wanted):
    """cohsan for what QEMU is given; None if Lethe is not in it. wanted: keywords, as above."""
    name = machine.split(",")[0]
    found = find(kernel, load, KERNEL_AT.get(name), os.path.join(folder, "test/qemu/hostile.img"))
    if "bundle" in wanted:
        found = wanted["start"], wanted.pop("bundle"), []
    if found is None and {"start", "clean"} <= wanted.keys():
        found = wanted["start"], None, []
    if found is None:
        return None
    at, path, others = found
    if at is None:
        raise ValueError(f"cohsan.py: where does -kernel put an Image on {name}?")
    return Cohsan(folder, at, path, others + FIRMWARE.get(name, []), wanted)
