# SPDX-License-Identifier: BSD-2-Clause
"""Machines that start from their reset vector: flash files of `lethe flash`, edited ones, and the machines for them.

    path = flash(work, "virt-v3", boot)                 a file for that board, with a machine file of the harness's
    with started(work, "virt-v3", path) as machine:     from -bios
    with started(work, "virt-v3", path, way="pflash")   or else

Every machine is watched for stores to flash, by QEMU's own trace: one is a failure, for it ends the flash's being read
as memory. cohsan watches from reset, or on boards without flash from the bundle's first instruction.
"""

import dataclasses
import os
import shutil
import struct
import time
import zlib

import paths
import raspi3
from cohsan import values
from images import blob_symbol, dtc, fdtput, lethe, machine_tree, write
from machine import Machine
from paths import MIB

MACHINES = os.path.join(paths.TOP, "tools/lethe/machines")
GUEST = os.path.join(paths.TOP, "test/guest")
BRANCH = "loader,addr=0,data=0x14020000,data-len=4"     # b 0x80000: where a Pi's -bios is
MISSING_ROM = ["-global", "bochs-display.romfile="]     # Debian's QEMU has no ROM for it, and ends
PI_MEMORY = ["0", "3b400000"]   # its firmware fills that in: there are devices behind
NO_SOUND = ["-audiodev", "none,id=a"]
SECURE = "virt,secure=on,virtualization=on,gic-version="
# What a machine starts from, unless a test says so: no padding. Of a board, its own size.
SMALL = {"size": "64MiB"}


@dataclasses.dataclass
class Board:
    """file: of tools/lethe/machines. changes: other fields. el: of the bundle. uart: of the payloads."""

    file: str
    machine: str
    changes: dict = dataclasses.field(default_factory=dict)
    el: int = 2
    cpu: str = "cortex-a72"
    memory: int = 256
    uart: int = paths.VIRT_UART
    payload: str = "payload-virt.img"
    way: str = "bios"
    extra: tuple = ()
    smp: int = 4
    devices: tuple = ()     # in what QEMU counts as RAM
    ram: int = paths.RAM_BASE

    def is_el3(self):
        return self.file != "virt"

    def tree(self, path):
        """The one that its file carries; None: the machine brings one."""
        if self.file == "raspi3b":
            fdtput(raspi3.tree(path), "-t", "x", "/memory@0", "reg", *PI_MEMORY)
            return path
        if self.file == "raspi4b":
            shutil.copy(os.path.join(paths.DTBS, "broadcom/bcm2711-rpi-4-b.dtb"), path)
            fdtput(path, "-t", "x", "/memory@0", "reg", "0", *PI_MEMORY)
            return path
        if self.changes.get("tree") == "file":
            return machine_tree(path, cpu=self.cpu, smp=self.smp, memory=self.memory, machine=",secure=on,gic-version=3")
        sources = {"sbsa-ref": "sbsa_ref.dts", "zcu102": "zcu102.dts"}
        if self.file not in sources:
            return None
        with open(os.path.join(GUEST, sources[self.file]), encoding="utf-8") as file:
            return dtc(path, file.read())


RAM = {**SMALL, "ram": "0x40000000 256MiB"}
SPIN = {"cpus": "spin-table"}
BOARDS = {
    "virt-v3": Board("virt-secure-gicv3", SECURE + "3", RAM),
    "virt-v2": Board("virt-secure", SECURE + "2", RAM),
    "virt-v3-spin": Board("virt-secure-gicv3", SECURE + "3", RAM | SPIN),
    "virt-v2-spin": Board("virt-secure", SECURE + "2", RAM | SPIN),
    "virt-v3-no-el2": Board("virt-secure-gicv3", "virt,secure=on,gic-version=3", RAM, el=1),
    "virt-v2-no-el2": Board("virt-secure", "virt,secure=on,gic-version=2", RAM, el=1),
    # EL3 without memory of its own: its scratch is a part of RAM that the tree, which has to be in the file, reserves.
    "virt-v3-ram": Board("virt-secure-gicv3", SECURE + "3", RAM | {"scratch": "0x40180000 512KiB", "tree": "file"}),
    # As BL31 would be: loaded to RAM, and entered at EL3.
    "virt-v3-elf": Board("virt-secure-gicv3", SECURE + "3", RAM | {"base": "0x48000000"}, way="elf"),
    "virt-el2": Board("virt", "virt,virtualization=on", RAM),
    "virt-el1": Board("virt", "virt", RAM, el=1),
    "sbsa": Board("sbsa-ref", "sbsa-ref", SMALL, cpu="neoverse-n1", memory=1024, uart=0x60000000,
                  payload="payload-sbsa.img", extra=MISSING_ROM, ram=0x10000000000),
    "sbsa-spin": Board("sbsa-ref", "sbsa-ref", SMALL | SPIN, cpu="neoverse-n1", memory=1024, uart=0x60000000,
                       payload="payload-sbsa.img", extra=MISSING_ROM, ram=0x10000000000),
    "raspi3b": Board("raspi3b", "raspi3b", cpu="cortex-a53", memory=1024, uart=0x3f201000, payload="payload-pi3.img",
                     extra=("-device", BRANCH), smp=None, devices=(raspi3.DEVICES,)),
    "raspi4b": Board("raspi4b", "raspi4b", memory=2048, uart=0xfe201000, payload="payload-pi4.img",
                     extra=("-device", BRANCH), smp=None),
    "zcu102": Board("zcu102", "xlnx-zcu102,secure=on,virtualization=on,audiodev=a", cpu="cortex-a53", memory=1024,
                    uart=0xff000000, payload="payload-zcu102.img", way="elf", extra=NO_SOUND),
}


# ---- files ----

def machine_file(path, name, **changes):
    """That machine's file of the source tree with other fields; None leaves one out."""
    with open(os.path.join(MACHINES, name + ".machine"), encoding="utf-8") as file:
        lines = [line for line in file if line.split("=")[0].strip() not in changes]
    lines += [f"{name} = {value}\n" for name, value in changes.items() if value is not None]
    return write(path, "".join(lines).encode())


def flash(work, board, *bundles, options=(), dtb=None, name="flash", **changes):
    """A flash file for that board. dtb: the tree in it. changes: fields of its machine file, with "_" for "-"."""
    board = BOARDS[board]
    changes = {key.replace("_", "-"): value for key, value in changes.items()}
    fields = machine_file(f"{work}/{name}.machine", board.file, **(board.changes | changes))
    tree = dtb or board.tree(f"{work}/{name}.dtb")
    lethe("flash", *bundles, "--machine", fields, *(["--tree", tree] if tree else []),
          *(["--elf"] if board.way == "elf" else []), *options, "-o", f"{work}/{name}.fd")
    return f"{work}/{name}.fd"


# struct lethe_flash_head and struct lethe_flash, field -> (offset, struct format); of a slot the first one's
PARAMETERS = {
    "magic": (0, "Q"), "version": (8, "I"), "crc": (12, "I"), "flags": (16, "I"), "code_crc": (20, "I"),
    "on_failure": (24, "I"), "cpus": (28, "I"), "base": (32, "Q"), "file_size": (40, "Q"), "scratch": (48, "Q"),
    "scratch_size": (56, "Q"), "load": (64, "Q"), "load_size": (72, "Q"), "tree": (80, "Q"), "tree_room": (88, "I"),
    "tree_size": (92, "I"), "tree_offset": (96, "I"), "tree_crc": (100, "I"), "tree_address": (104, "Q"),
    "console": (112, "Q"), "frequency": (240, "I"), "gic": (244, "I"), "boot_cpu": (248, "Q"),
    "spin_page": (280, "Q"), "reset": (312, "Q"), "off": (376, "Q"),
    "slot0": (440, "Q"), "room0": (448, "Q"), "slot1": (456, "Q"), "room1": (464, "Q"),
}
HEAD_MAGIC, HEAD_CODE_SIZE = 8, 20
COPY_SIZE, COPIES = 0x400, 2
CRC_FROM = 16       # up to the copy's end
SPIN_TABLE, SPIN_CODE, PAGE = 2, 0xf00, 4096
# Whole, as QEMU has it.
SECURE_RAM = {"virt-secure": [(0x0e000000, 0x0f000000)], "virt-secure-gicv3": [(0x0e000000, 0x0f000000)],
              "sbsa-ref": [(0x20000000, 0x40000000)]}
VIRT_FLASH, FLASH = (0, 64 * MIB), {"sbsa-ref": (0, 256 * MIB)}


class FlashFile:
    """A flash file's bytes. put() changes both copies of the parameters and seals them; flip() seals nothing."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())
        self.path = path
        self.start = self.bytes.index(b"LETHFLSH") - HEAD_MAGIC         # not 0 in an ELF file
        self.code_size, = struct.unpack_from("<I", self.bytes, self.start + HEAD_CODE_SIZE)

    def sound(self):
        """Where the first copy is whose CRC is right; if there is none, the first one."""
        places = [self.start + self.code_size + copy * COPY_SIZE for copy in range(COPIES)]
        for at in places:
            crc, = struct.unpack_from("<I", self.bytes, at + PARAMETERS["crc"][0])
            if crc == zlib.crc32(self.bytes[at + CRC_FROM:at + COPY_SIZE]):
                return at
        return places[0]

    def get(self, field):
        offset, form = PARAMETERS[field]
        return struct.unpack_from("<" + form, self.bytes, self.sound() + offset)[0]

    def put(self, **fields):
        for copy in range(COPIES):
            at = self.start + self.code_size + copy * COPY_SIZE
            for field, value in fields.items():
                offset, form = PARAMETERS[field]
                struct.pack_into("<" + form, self.bytes, at + offset, value)
            crc = zlib.crc32(self.bytes[at + CRC_FROM:at + COPY_SIZE])
            struct.pack_into("<I", self.bytes, at + PARAMETERS["crc"][0], crc)
        return self

    def seal_code(self):
        return self.put(code_crc=zlib.crc32(self.bytes[self.start:self.start + self.code_size]))

    def flip(self, at, bit=0):
        self.bytes[self.start + at] ^= 1 << bit
        return self

    def save(self, path=None):
        return write(path or self.path, self.bytes)


# ---- machines ----

class Flashed(Machine):
    """A Machine that fails if anything stored to flash."""

    def __init__(self, log, *arguments, stores=False, **options):
        self.log = log
        self.may_store = stores
        super().__init__(*arguments, **options)

    def __exit__(self, kind, value, trace):
        super().__exit__(kind, value, trace)
        if kind is None and not self.may_store and self.stores():
            raise self.failure(f"stores to flash: {len(self.stores())}, the first: {self.stores()[0]}")

    def stores(self):
        """QEMU makes the file as it starts."""
        while not os.path.exists(self.log):
            why = "QEMU wrote no trace" if time.monotonic() > self.deadline else self.drain(0.1)
            if why:
                raise self.failure(why)
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return [line.strip() for line in file if "pflash_io_write" in line]

    def expect_reset(self):
        """With -no-reboot: the machine resets itself. QEMU's own end is 0."""
        assert self.expect_exit() == 0


def at_file(path, way):
    """QEMU's words for a flash file."""
    if way == "pflash":
        return ["-drive", f"if=pflash,format=raw,file={path},readonly=on"]
    if way == "elf":
        return ["-kernel", path]
    if way == "loader":
        return ["-device", f"loader,file={path},cpu-num=0"]
    return ["-bios", path]


def span(file, start, size):
    return file.get(start), file.get(start) + file.get(size)


def polled(file):
    """The words of a spin-table."""
    page = file.get("spin_page")
    return [(page, page + SPIN_CODE)] if file.get("cpus") == SPIN_TABLE else []


def from_the_bundle(file, board, bundles):
    """cohsan's keywords: what is below the bundle, and beside it, is firmware."""
    page = file.get("spin_page")
    pen = [(page, page + PAGE)] if file.get("cpus") == SPIN_TABLE else []
    return {"start": file.get("load"), "bundle": bundles[0], "polled": polled(file),
            "device": [*board.devices, span(file, "base", "file_size"), span(file, "scratch", "scratch_size"), *pen]}


def from_reset(file, board, bundles, memory, world):
    """cohsan's keywords: from the reset vector through each of these bundles.

    world: "clean", where a reset has emptied the caches; "hostile", where lines of an earlier program are over all of RAM
    but QEMU's tree, secure ones where EL3 has its memory.
    """
    ram = (board.ram, board.ram + memory * MIB)
    memories = [ram, *SECURE_RAM.get(board.file, [])]
    tree = file.get("tree_address")
    clean = list(memories) if world == "clean" else [(tree, tree + MIB)] if tree else []
    if file.get("base") >= board.ram:
        clean.append(span(file, "base", "file_size"))
    ready = file.get("scratch") + blob_symbol("lethe_flash_state", "lethe-el3.elf")     # its first word
    load = file.get("load")
    return {"start": file.get("base"), "elf": os.path.join(paths.O, "lethe-el3.elf"), "bundle": bundles[0],
            "flash": FLASH.get(board.file, VIRT_FLASH), "ram": memories, "clean": clean,
            "secure": [span(file, "scratch", "scratch_size")] if board.is_el3() and world != "clean" else [],
            "through": [(load, load + os.path.getsize(bundle)) for bundle in bundles],
            # By CPUs that the boot CPU's first clean is still to come for.
            "polled": [(ready, ready + 8), *polled(file)]}


def started(work, board, path, *, bundle=None, world=None, way=None, because=None, seconds=0, **options):
    """That board, from that file. bundle: the one that cohsan follows, or a list of them, from the reset vector; where the
    file is in RAM, and no world is named, from the bundle's first instruction. Without it, because. options: of Machine.
    """
    board = BOARDS[board]
    extra = [*board.extra, *at_file(path, way or board.way), *options.pop("extra", ()),
             "-trace", "pflash_io_write", "-D", work + "/stores"]
    memory = options.pop("memory", board.memory)
    watched = None
    if bundle:
        file = FlashFile(path)
        watched = from_reset(file, board, values(bundle), memory, world or "hostile") if world or file.get("base") == 0 else \
            from_the_bundle(file, board, values(bundle))
        watched.update(options.pop("cohsan", ()))
    machine = Flashed(
        work + "/stores", machine=options.pop("machine", board.machine), cpu=options.pop("cpu", board.cpu),
        smp=options.pop("smp", board.smp), memory=memory, extra=extra, cohsan=watched,
        because=None if bundle else because or "it is not the bundle that is looked at", **options)
    machine.deadline += seconds
    return machine
