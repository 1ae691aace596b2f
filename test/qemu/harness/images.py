# SPDX-License-Identifier: BSD-2-Clause
"""Makes what the machines are fed: bundles, edited bundles, the hostile stub, an initramfs, trees."""

import hashlib
import os
import random
import struct
import subprocess

import cohsan
import paths
from paths import LETHE, MIB

# struct lethe_plan, lethe_slot, lethe_segment: field -> (offset, struct format)
PLAN = {
    "magic": (0, "Q"), "version": (8, "I"), "total_size": (12, "I"), "digest": (16, "32s"),
    "flags": (48, "I"), "on_fail": (52, "I"), "slot_count": (56, "I"), "segment_count": (60, "I"),
    "window_count": (64, "I"), "strings_size": (68, "I"), "el": (72, "I"), "hyp_stub": (76, "I"),
    "psci": (80, "I"), "mode": (84, "I"), "console_kind": (88, "I"), "console_reg_shift": (92, "I"),
    "console_reg_width": (96, "I"), "chunk_count": (100, "I"), "console_base": (104, "Q"),
    "extent_size": (112, "Q"), "workspace_base": (120, "Q"), "workspace_size": (128, "Q"),
    "list_head": (136, "Q"), "list_page_shift": (144, "I"), "cpus": (148, "I"),
    "reserved2": (152, "Q"),
}
PLAN_SIZE = 192
SLOT = {
    "name": (0, "16s"), "flags": (16, "I"), "first_segment": (20, "I"), "segment_count": (24, "I"),
    "entry_segment": (28, "I"), "entry": (32, "Q"), "x0": (40, "Q"), "x1": (48, "Q"),
    "cmdline_offset": (72, "I"), "cmdline_size": (76, "I"), "tree_segment": (80, "I"),
    "initrd_segment": (84, "I"), "tree_base": (88, "Q"), "tree_size": (96, "Q"), "reserved": (104, "Q"),
}
SLOT_SIZE = 128
SEGMENT = {
    "name": (0, "16s"), "flags": (16, "I"), "chunk_shift": (20, "I"), "source": (24, "Q"),
    "dest": (32, "Q"), "file_size": (40, "Q"), "mem_size": (48, "Q"), "align": (56, "Q"),
    "align_offset": (64, "Q"), "digest": (72, "32s"), "first_chunk": (104, "Q"),
}
SEGMENT_SIZE = 112
WINDOW_SIZE = 16
SELF = {"start": (144, "Q"), "end": (152, "Q"), "digest": (160, "32s")}
IMAGE = {"text_offset": (8, "Q"), "image_size": (16, "Q"), "flags": (24, "Q")}
BLOB = {"magic": (64, "Q"), "version": (72, "I"), "blob_size": (80, "Q"), "plan_offset": (88, "Q"),
        "file_size": (96, "Q"), "digest": (104, "32s")}
NONE = 0xffffffff
SOURCE_OFFSET, IN_PLACE, RESERVE = 1, 4, 8


def lethe(*arguments, status=0):
    """Runs the host command. Returns stdout, or stderr if another status is expected."""
    done = subprocess.run([LETHE, *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == status, \
        f"lethe {' '.join(map(str, arguments))}: {done.returncode}, not {status}\n" \
        f"{done.stdout}{done.stderr}"
    return done.stderr if status else done.stdout


def pack(path, *arguments, kernel=paths.PAYLOAD, efi=False):
    """A bundle at path. Without efi its last byte is its last segment's."""
    what = ["--kernel", kernel] if kernel else []
    lethe("pack", *([] if efi else ["--no-efi"]), *what, *arguments, "-o", path)
    return path


def small_kernel(path, size=MIB + MIB // 4, payload=paths.PAYLOAD):
    """payload.S as an Image of that size: for a test that has to load and digest a kernel, but not to run Linux."""
    with open(payload, "rb") as file:
        data = bytearray(file.read())
    image_size, = struct.unpack_from("<Q", data, IMAGE["image_size"][0])
    data += bytes(image_size - len(data))
    data += random.Random(1).randbytes(size - len(data))
    struct.pack_into("<Q", data, IMAGE["image_size"][0], size)
    return write(path, data)


SEAL = 4088         # eight bytes, with which all words up to the plan add up to 0


class Bundle:
    """A bundle's bytes, with its fields by name. save() seals the plan again unless told not to."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())
        self.plan_at = self.get(BLOB, "plan_offset")
        self.blob_end = self.get(BLOB, "blob_size")     # the true ones, whatever is put there later
        self.elf = os.path.basename(cohsan.elf_of(paths.O, path))

    def get(self, table, field, base=0):
        offset, form = table[field]
        return struct.unpack_from("<" + form, self.bytes, base + offset)[0]

    def put(self, table, field, value, base=0):
        offset, form = table[field]
        struct.pack_into("<" + form, self.bytes, base + offset, value)

    def plan(self, field, value=None):
        if value is None:
            return self.get(PLAN, field, self.plan_at)
        return self.put(PLAN, field, value, self.plan_at)

    def slot_base(self, index=0):
        return self.plan_at + PLAN_SIZE + index * SLOT_SIZE

    def slot(self, field, value=None, index=0):
        if value is None:
            return self.get(SLOT, field, self.slot_base(index))
        return self.put(SLOT, field, value, self.slot_base(index))

    def segment_base(self, index):
        return self.slot_base(self.plan("slot_count")) + index * SEGMENT_SIZE

    def segment(self, index, field, value=None):
        if value is None:
            return self.get(SEGMENT, field, self.segment_base(index))
        return self.put(SEGMENT, field, value, self.segment_base(index))

    def segments(self):
        """{name: index}"""
        return {self.segment(i, "name").rstrip(b"\0").decode(): i
                for i in range(self.plan("segment_count"))}

    def chunk(self, index, number):
        """The digest that the plan has of a chunk of a segment."""
        at = self.segment_base(self.plan("segment_count")) + self.plan("window_count") * WINDOW_SIZE
        at += (self.segment(index, "first_chunk") + number) * 32
        return bytes(self.bytes[at:at + 32])

    def tail(self, windows=(), strings=None):
        """Replaces windows and strings, which stand behind the segments. The page has room for them."""
        at = self.segment_base(self.plan("segment_count"))
        old = self.plan("window_count") * WINDOW_SIZE
        if strings is None:
            strings = bytes(self.bytes[at + old:at + old + self.plan("strings_size")])
        data = b"".join(struct.pack("<QQ", *window) for window in windows) + strings
        data += bytes(-len(data) % 8)
        self.bytes[at:at + len(data)] = data
        self.plan("window_count", len(windows))
        self.plan("strings_size", len(strings))
        self.plan("total_size", at + len(data) - self.plan_at)

    def set_image_size(self, size):
        self.put(IMAGE, "image_size", size)

    def seal(self):
        self.plan("digest", bytes(32))
        size = self.plan("total_size")
        self.plan("digest", hashlib.sha256(self.bytes[self.plan_at:self.plan_at + size]).digest())
        code = self.bytes[self.get(SELF, "start"):self.get(SELF, "end")]
        self.put(SELF, "digest", hashlib.sha256(code).digest())
        self.put(BLOB, "digest", bytes(32))
        self.bytes[SEAL:SEAL + 8] = bytes(8)
        self.put(BLOB, "digest", hashlib.sha256(self.bytes[:self.blob_end]).digest())
        words = struct.unpack(f"<{self.plan_at // 8}Q", self.bytes[:self.plan_at])
        struct.pack_into("<Q", self.bytes, SEAL, -sum(words) % (1 << 64))

    def save(self, path, seal=True):
        if seal:
            self.seal()
        with open(path, "wb") as file:
            file.write(self.bytes)
        return path


def ask_for_a_list(bundle):
    """Has the check stage refuse the bundle: the Image door takes no indirection list."""
    bundle.plan("list_head", 0x40000002)
    bundle.plan("list_page_shift", 12)


class Hostile:
    """hostile.S with its table filled in."""

    FLAGS = {"e2h": 2, "ee": 4, "el1": 8, "serror": 16, "streaming": 32, "plain": 64,
             "no-psci": 128, "cntfrq": 256, "cpu": 512}

    def __init__(self, target, *flags, x0=None, civacs=0, copies=(), fills=()):
        with open(os.path.join(paths.IMAGES, "hostile.img"), "rb") as file:
            self.bytes = bytearray(file.read())
        bits = sum(self.FLAGS[flag] for flag in flags) | (x0 is not None)
        struct.pack_into("<QQQQ", self.bytes, 64, target, bits, x0 or 0, civacs)
        for i, copy in enumerate(copies):       # (source, destination, size); source None: the tree
            source, destination, size = copy
            struct.pack_into("<QQQ", self.bytes, 96 + 24 * i,
                             (1 << 64) - 1 if source is None else source, destination, size)
        for i, fill in enumerate(fills):        # (start, end, pattern)
            struct.pack_into("<QQQ", self.bytes, 192 + 24 * i, *fill)

    def save(self, path):
        with open(path, "wb") as file:
            file.write(self.bytes)
        return path


def blob_symbol(name, elf="lethe.elf"):
    """Offset of a symbol in the blob. The compiler may have made a copy of a function, with a name behind a dot."""
    text = subprocess.run(["readelf", "-sW", os.path.join(paths.O, elf)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return next(int(words[1], 16) for words in map(str.split, text.splitlines())
                if len(words) == 8 and words[7].partition(".")[0] == name)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def cpio(entries):
    """A newc archive. entries: (name, mode, bytes, (major, minor))"""
    out = bytearray()
    for inode, (name, mode, data, device) in enumerate([*entries, ("TRAILER!!!", 0, b"", (0, 0))], 1):
        fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, device[0], device[1], len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4)
        out += data
        out += bytes(-len(out) % 4)
    return bytes(out)


# The kernel's own view, as far as a test wants it; then nothing, the harness kills.
INIT = b"""#!/busybox sh
/busybox mount -t proc proc /proc
/busybox mount -t sysfs sysfs /sys
d=/proc/device-tree/chosen/lethe
echo "init: version=$(/busybox cat $d/version) mode=$(/busybox cat $d/mode)"
echo "init: failed=$(/busybox cat $d/failed-segment 2>/dev/null)"
echo "init: cmdline=$(/busybox cat /proc/cmdline)"
echo "init: model=$(/busybox cat /proc/device-tree/model)"
/busybox echo init: chosen $(/busybox ls /proc/device-tree/chosen)
echo "init: end"
/busybox sleep 1000
"""


def initramfs(path):
    with open(paths.BUSYBOX, "rb") as file:
        busybox = file.read()
    return write(path, cpio([
        ("dev", 0o40755, b"", (0, 0)), ("proc", 0o40755, b"", (0, 0)), ("sys", 0o40755, b"", (0, 0)),
        ("dev/console", 0o20600, b"", (5, 1)), ("busybox", 0o100755, busybox, (0, 0)),
        ("init", 0o100755, INIT, (0, 0))]))


def machine_tree(path, **options):
    """The tree that QEMU would pass. options as for Machine; bios: with firmware it has other devices."""
    el, smp = options.pop("el", 2), options.pop("smp", 1)
    cpu, memory = options.pop("cpu", "cortex-a72"), options.pop("memory", 256)
    more = options.pop("machine", "")
    bios = ["-bios", options.pop("bios")] if "bios" in options else []
    name = f"virt,virtualization={'on' if el >= 2 else 'off'}{more},dumpdtb={path}"
    subprocess.run([paths.QEMU, "-nographic", "-nic", "none", "-M", name, "-cpu", cpu, "-smp",
                    str(smp), "-m", f"{memory}M", *bios], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # Without QEMU's megabyte of slack, which it would double on the way back in, past the limit of 2 MiB.
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", path + ".packed", path], check=True)
    os.replace(path + ".packed", path)
    return path


def fdtput(path, *arguments):
    """fdtput's options come before the file."""
    options = [a for a in arguments if str(a).startswith("-")]
    rest = [a for a in arguments if a not in options]
    if "-t" in options:
        kind = rest.pop(0)
        options[options.index("-t"):options.index("-t") + 1] = ["-t", kind]
    subprocess.run(["fdtput", *map(str, options), str(path), *map(str, rest)], check=True)


def fdtget(path, node, name, kind=None):
    """A property as text, or None."""
    command = ["fdtget", *(["-t", kind] if kind else []), str(path), node, name]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False)
    return done.stdout.rstrip("\n") if done.returncode == 0 else None


def dtc(path, source):
    """Compiles a source text."""
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", str(path), "-"], check=True,
                   input=source, text=True)
    return path


def source_of(tree, *options):
    return subprocess.run(["dtc", "-q", *options, "-I", "dtb", "-O", "dts", tree], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def uefi_memory(tree, at, *ranges):
    """Replaces /memory by an EFI memory map at that address. Returns the map's bytes."""
    fdtput(tree, "-r", "/memory@40000000")
    table = b"".join(struct.pack("<IIQQQQQ", 7, 0, start, 0, (end - start) // 4096, 0xf, 0)
                     for start, end in ranges)
    for name, value in (("start", at), ("size", len(table)), ("desc-size", 48), ("desc-ver", 1)):
        cells = [value >> 32, value & 0xffffffff] if name == "start" else [value]
        fdtput(tree, "-t", "x", "/chosen", f"linux,uefi-mmap-{name}",
               *(f"{cell:x}" for cell in cells))
    return table


def reservations(tree):
    """The /memreserve/ entries of a tree's bytes: [(address, size)]"""
    at = struct.unpack_from(">I", tree, 16)[0]
    found = []
    while True:
        address, size = struct.unpack_from(">QQ", tree, at)
        if size == 0:
            return found
        found.append((address, size))
        at += 16


def align_up(value, step=2 * MIB):
    return -(-value // step) * step
