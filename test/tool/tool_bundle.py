# SPDX-License-Identifier: BSD-2-Clause
"""What the host command must have written: a second reader of the format, and its rules."""
import hashlib
import struct

from tool_files import BLOCK

NONE = 0xFFFFFFFF
PLAN = "<QII32s" + "I" * 14 + "QQQQQII5Q"
PLAN_KEYS = ("magic version total_size digest flags on_fail slot_count segment_count window_count "
             "strings_size el hyp_stub psci mode console_kind console_reg_shift console_reg_width "
             "chunk_count console_base extent_size workspace_base workspace_size list_head "
             "list_page_shift cpus").split()
SLOT = "<16sIIIIQ4QIIIIQQ3Q"
SLOT_KEYS = ("name flags first_segment segment_count entry_segment entry x0 x1 x2 x3 "
             "cmdline_offset cmdline_size tree_segment initrd_segment tree_base tree_size").split()
SEGMENT = "<16sIIQQQQQQ32sQ"
SEGMENT_KEYS = ("name flags chunk_shift source dest file_size mem_size align align_offset digest "
                "first_chunk").split()
OFFSET, IN_PLACE, RESERVE = 1, 4, 8


class Efi:
    """The PE header, as the PE format has it, and the head of the program that it names."""

    def __init__(self, data, at):
        assert data[at:at + 4] == b"PE\0\0"
        machine, count, _, _, _, size, self.characteristics = struct.unpack_from("<HHIIIHH", data, at + 4)
        assert machine == 0xaa64 and struct.unpack_from("<H", data, at + 24)[0] == 0x20b
        self.entry, = struct.unpack_from("<I", data, at + 40)
        self.section_alignment, self.file_alignment = struct.unpack_from("<II", data, at + 56)
        self.image_version = struct.unpack_from("<HH", data, at + 68)
        self.image_size, self.headers_size, self.checksum, self.subsystem, self.dll = struct.unpack_from("<IIIHH", data, at + 80)
        directories, = struct.unpack_from("<I", data, at + 132)
        self.directories = [struct.unpack_from("<II", data, at + 136 + 8 * i) for i in range(directories)]
        assert size == 112 + 8 * directories
        table = at + 24 + size
        self.sections = []
        for i in range(count):
            name, memory, address, raw, offset, _, _, _, _, flags = struct.unpack_from("<8sIIIIIIHHI", data, table + 40 * i)
            self.sections.append((name.rstrip(b"\0").decode(), address, memory, offset, raw, flags))
        self.at = self.sections[1][3]
        self.magic, self.version, self.data, self.sbat, self.size, self.offset, self.digest = \
            struct.unpack_from("<QIIIIQ32s", data, self.at)


class Bundle:
    """A second reader of the format, written from plan.h and image.h alone."""

    def __init__(self, data):
        self.data = bytearray(data)
        (self.code0, self.code1, self.text_offset, self.image_size, self.flags, _, _, _, self.magic,
         self.pe) = struct.unpack_from("<IIQQQQQQII", data, 0)
        (self.blob_magic, self.blob_version, _, self.blob_size, self.plan_offset,
         self.file_size) = struct.unpack_from("<QIIQQQ", data, 64)
        self.efi = Efi(data, self.pe) if self.pe else None
        self.plan = dict(zip(PLAN_KEYS, struct.unpack_from(PLAN, data, self.plan_offset)))
        self.slot_at = self.plan_offset + struct.calcsize(PLAN)
        self.slots = [dict(zip(SLOT_KEYS, struct.unpack_from(SLOT, data, self.slot_at + 128 * i)))
                      for i in range(self.plan["slot_count"])]
        self.slot = self.slots[0]
        self.segment_at = self.slot_at + 128 * len(self.slots)
        self.segments = [
            dict(zip(SEGMENT_KEYS, struct.unpack_from(SEGMENT, data, self.segment_at + 112 * i)))
            for i in range(self.plan["segment_count"])]
        for segment in self.segments:
            segment["name"] = segment["name"].rstrip(b"\0").decode()
        self.chunks_at = self.segment_at + 112 * len(self.segments)
        self.strings_at = self.chunks_at + 32 * self.plan["chunk_count"]
        self.strings = bytes(data[self.strings_at:self.strings_at + self.plan["strings_size"]])
        self.cmdline = self.strings         # with one slot

    @property
    def plan_bytes(self):
        return bytes(self.data[self.plan_offset:self.plan_offset + self.plan["total_size"]])

    def names(self):
        return [segment["name"] for segment in self.segments]

    def __getitem__(self, name):
        return self.segments[self.names().index(name)]

    def content(self, name):
        segment = self[name]
        return bytes(self.data[segment["source"]:segment["source"] + segment["file_size"]])

    def seal(self):
        plan = bytearray(self.plan_bytes)
        plan[16:48] = bytes(32)
        self.data[self.plan_offset + 16:self.plan_offset + 48] = hashlib.sha256(plan).digest()
        return bytes(self.data)

    def patched(self, offset, form, *values):
        """A copy with a field of the plan replaced, offset from the plan, sealed again."""
        copy = Bundle(self.data)
        struct.pack_into(form, copy.data, self.plan_offset + offset, *values)
        return copy.seal()


def check_headers(bundle):
    """What holds for each bundle, however many slots it has."""
    assert bundle.magic == 0x644D5241 and bundle.code0 & 0xFFFF == 0x5A4D
    assert bundle.text_offset == 0 and bundle.flags & 9 == 8
    assert bundle.blob_magic == 0x424C42454854454C and bundle.blob_version == 1
    assert bundle.blob_size % 4096 == 0 and bundle.plan_offset == bundle.blob_size
    assert bundle.file_size == len(bundle.data) <= bundle.image_size
    assert bundle.plan["magic"] == 0x4E4C50454854454C
    assert bundle.plan["version"] == (2 if bundle.plan["chunk_count"] else 1)
    assert bundle.plan["extent_size"] == bundle.image_size
    assert bundle.plan["workspace_base"] == 0
    assert bundle.plan["workspace_size"] == bundle.blob_size
    assert bundle.plan["flags"] & 2
    for slot in bundle.slots:
        assert slot["x0"] == slot["x1"] == slot["x2"] == slot["x3"] == 0
        assert slot["flags"] & 4 and slot["tree_size"] == BLOCK
        assert slot["tree_base"] == bundle.image_size - 2 * BLOCK
    assert sum(slot["segment_count"] for slot in bundle.slots) == len(bundle.segments)
    sealed = Bundle(bundle.data)
    sealed.seal()
    assert sealed.data == bundle.data


def check_efi(bundle, end):
    """The door is behind the last segment, which ends at end, and ends the file."""
    efi, size = bundle.efi, len(bundle.data)
    if not efi:
        assert end == size
        return
    assert efi.at == -(-end // 4096) * 4096 and not any(bundle.data[end:efi.at])
    assert efi.magic == 0x494645454854454c and efi.version == 1 and efi.offset == efi.at
    assert efi.at + efi.size == size
    program = bytearray(bundle.data[efi.at:])
    program[32:64] = bytes(32)
    assert efi.digest == hashlib.sha256(program).digest()


def check_bundle(bundle):
    """Everything that holds for each bundle of one slot."""
    check_headers(bundle)
    segments = bundle.segments
    assert len(bundle.slots) == 1
    end = bundle.plan_offset + bundle.plan["total_size"]
    for segment in segments:
        assert segment["flags"] & OFFSET and segment["source"] % 4 == 0
        assert segment["source"] >= end
        assert not any(bundle.data[end:segment["source"]])
        if segment["name"] != "kernel":
            assert segment["source"] % 4096 == 0 and segment["source"] - end < 4096
        end = segment["source"] + segment["file_size"]
        assert segment["digest"] == hashlib.sha256(bundle.content(segment["name"])).digest()
    check_efi(bundle, end)
    last = segments[-1]
    memory_end = last["source"] + last["mem_size"]
    assert bundle.slot["tree_base"] == -(-memory_end // BLOCK) * BLOCK
    assert bundle.image_size == bundle.slot["tree_base"] + 2 * BLOCK
