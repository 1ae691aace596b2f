# SPDX-License-Identifier: BSD-2-Clause
"""A second writer of plans, from docs/spec/plan.md and nothing else: what a loader in another language does.

write_plan() takes a dict and returns the sealed bytes. Keys are the names of the fields; a field that is
left out is 0, or NONE where it is an index. Counts, sizes, offsets of strings and the digest are not given
but follow from the content, which is why one content has one encoding:

    write_plan({
        "on_fail": HALT, "extent_size": 0xa00000, "workspace_size": 0x10000,
        "flags": WORKSPACE_OFFSET,
        "slots": [{"name": "main", "cmdline": "console=ttyAMA0", "entry_segment": 0,
                   "tree_base": 0x600000, "tree_size": 0x200000, "flags": TREE_OFFSET,
                   "segments": [{"name": "kernel", "source": 0x200000, "flags": SOURCE_OFFSET | IN_PLACE,
                                 "mem_size": 0x100000, "data": b"..."}]}],
        "windows": [{"base": 0x40000000, "size": 0x1000000}],
    })

A segment has either "data", from which file_size and digest follow, or both of them; with "chunk_shift", "data", or
file_size and "chunks", the digests of its chunks one behind the other. Standard library only.
"""

import hashlib
import struct

MAGIC = b"LETHEPLN"
VERSION, VERSION_CHUNKS = 1, 2
NONE = 0xFFFFFFFF

WORKSPACE_OFFSET = 2                                        # plan flags
FORCE_TREE, TREE_OPTIONAL, TREE_OFFSET = 1, 2, 4            # slot flags
SOURCE_OFFSET, SOURCE_LIST, IN_PLACE, RESERVE = 1, 2, 4, 8  # segment flags

HEADER_SIZE, DIGEST_OFFSET, DIGEST_SIZE = 192, 16, 32


class Record:
    """Fields laid end to end: what is not named is a reserved zero."""

    def __init__(self, size, **values):
        self.bytes = bytearray(size)
        self.values = values
        self.used = set()

    def put(self, offset, width, name, default=0):
        self.used.add(name)
        value = self.values.get(name, default)
        self.bytes[offset:offset + width] = int(value).to_bytes(width, "little")

    def put_bytes(self, offset, size, name, value):
        self.used.add(name)
        if len(value) > size:
            raise ValueError(f"{name} is longer than {size} bytes")
        self.bytes[offset:offset + len(value)] = value

    def done(self):
        unknown = set(self.values) - self.used
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        return bytes(self.bytes)


def name_bytes(text):
    name = text.encode("ascii")
    if not 0 < len(name) < 16:
        raise ValueError(f"a name has 1 to 15 characters: {text!r}")
    return name


def chunks_of(segment):
    """The digests of a segment's chunks."""
    shift, data = segment.get("chunk_shift", 0), segment.get("data")
    if not shift or data is None:
        return segment.get("chunks", b"")
    return b"".join(hashlib.sha256(data[at:at + (1 << shift)]).digest() for at in range(0, len(data), 1 << shift))


def write_segment(segment, chunks):
    """chunks grows by this segment's."""
    record = Record(112, **{key: value for key, value in segment.items() if key != "chunks"})
    data = segment.get("data")
    if data is not None:
        record.values["file_size"] = len(data)
        record.values.setdefault("mem_size", len(data))
        record.values["digest"] = hashlib.sha256(data).digest()
        record.used.add("data")
    own = chunks_of(segment)
    if own:
        record.values["digest"] = hashlib.sha256(own).digest()
        record.values["first_chunk"] = len(chunks) // 32
        chunks += own
    record.put_bytes(0, 16, "name", name_bytes(segment["name"]))
    record.put(16, 4, "flags")
    record.put(20, 4, "chunk_shift")
    record.put(24, 8, "source")
    record.put(32, 8, "dest")
    record.put(40, 8, "file_size")
    record.put(48, 8, "mem_size")
    record.put(56, 8, "align")
    record.put(64, 8, "align_offset")
    record.put_bytes(72, 32, "digest", record.values["digest"])
    record.put(104, 8, "first_chunk")
    return record.done()


def write_slot(slot, first_segment, strings):
    """strings grows by this slot's command line. None and "" differ: keep the tree's, or an empty one."""
    record = Record(128, **{key: value for key, value in slot.items()
                            if key not in ("segments", "cmdline", "x")})
    cmdline = slot.get("cmdline")
    text = b"" if cmdline is None else cmdline.encode("ascii") + b"\0"

    record.values["first_segment"] = first_segment
    record.values["segment_count"] = len(slot.get("segments", []))
    record.values["cmdline_offset"] = len(strings) if text else 0
    record.values["cmdline_size"] = len(text)
    strings += text
    record.put_bytes(0, 16, "name", name_bytes(slot["name"]))
    record.put(16, 4, "flags")
    record.put(20, 4, "first_segment")
    record.put(24, 4, "segment_count")
    record.put(28, 4, "entry_segment", NONE)
    record.put(32, 8, "entry")
    record.put_bytes(40, 32, "x", struct.pack("<4Q", *slot.get("x", (0, 0, 0, 0))))
    record.put(72, 4, "cmdline_offset")
    record.put(76, 4, "cmdline_size")
    record.put(80, 4, "tree_segment", NONE)
    record.put(84, 4, "initrd_segment", NONE)
    record.put(88, 8, "tree_base")
    record.put(96, 8, "tree_size")
    return record.done()


def write_plan(plan):
    strings, chunks = bytearray(), bytearray()
    slots = segments = b""
    segment_count = 0
    for slot in plan["slots"]:
        slots += write_slot(slot, segment_count, strings)
        for segment in slot.get("segments", []):
            segments += write_segment(segment, chunks)
            segment_count += 1
    windows = b"".join(struct.pack("<QQ", window["base"], window["size"])
                       for window in plan.get("windows", []))
    body = slots + segments + windows + bytes(chunks) + bytes(strings) + bytes(-len(strings) % 8)

    record = Record(HEADER_SIZE, **{key: value for key, value in plan.items()
                                    if key not in ("slots", "windows")})
    record.values["total_size"] = HEADER_SIZE + len(body)
    record.values["version"] = VERSION_CHUNKS if chunks else VERSION
    record.values["chunk_count"] = len(chunks) // 32
    record.values["slot_count"] = len(plan["slots"])
    record.values["segment_count"] = segment_count
    record.values["window_count"] = len(windows) // 16
    record.values["strings_size"] = len(strings)
    record.put_bytes(0, 8, "magic", MAGIC)
    record.put(8, 4, "version")
    record.put(12, 4, "total_size")
    for i, name in enumerate(("flags", "on_fail", "slot_count", "segment_count", "window_count",
                              "strings_size", "el", "hyp_stub", "psci", "mode", "console_kind",
                              "console_reg_shift", "console_reg_width", "chunk_count")):
        record.put(48 + 4 * i, 4, name)
    for i, name in enumerate(("console_base", "extent_size", "workspace_base", "workspace_size",
                              "list_head")):
        record.put(104 + 8 * i, 8, name)
    record.put(144, 4, "list_page_shift")
    record.put(148, 4, "cpus")

    sealed = bytearray(record.done() + body)
    digest = hashlib.sha256(sealed).digest()  # over the whole, its own place still zero
    sealed[DIGEST_OFFSET:DIGEST_OFFSET + DIGEST_SIZE] = digest
    return bytes(sealed)
