# SPDX-License-Identifier: BSD-2-Clause
"""
Two writers, one encoding: what `lethe pack` wrote, read through `lethe inspect --json` and written again by
plan_writer.py, must be the same bytes. LETHE names the command (default: $O/lethe, build/lethe).
"""
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import plan_writer  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
LETHE = os.environ.get("LETHE", str(pathlib.Path(os.environ.get("O", ROOT / "build")) / "lethe"))

COMPUTED = {"magic", "version", "total_size", "digest", "slot_count", "segment_count", "window_count",
            "strings_size", "strings", "slots", "segments", "windows", "chunk_count", "chunks"}
SLOT_COMPUTED = {"first_segment", "segment_count", "cmdline_offset", "cmdline_size"}
SEGMENT_KEYS = {"name", "flags", "chunk_shift", "source", "dest", "file_size", "mem_size", "align", "align_offset"}


def chunks_of(plan, segment):
    count = -(-segment["file_size"] >> segment["chunk_shift"]) if segment["chunk_shift"] else 0
    return bytes.fromhex(plan["chunks"])[32 * segment["first_chunk"]:][:32 * count]


def content_of(view):
    """What `inspect --json` says, less everything that follows from the rest."""
    plan = view["plan"]
    content = {key: value for key, value in plan.items() if key not in COMPUTED}
    content["windows"] = plan["windows"]
    content["slots"] = []
    for slot in plan["slots"]:
        first, count = slot["first_segment"], slot["segment_count"]
        content["slots"].append({key: value for key, value in slot.items()
                                 if key not in SLOT_COMPUTED})
        content["slots"][-1]["segments"] = [
            {**{key: segment[key] for key in SEGMENT_KEYS},
             "digest": bytes.fromhex(segment["digest"]), "chunks": chunks_of(plan, segment)}
            for segment in plan["segments"][first:first + count]]
    return content


def arm64_image(size, image_size, text_offset, flags, seed):
    body = b"".join(hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range(size // 32 + 1))
    header = struct.pack("<IIQQQQQQII", 0x91005A4D, 0x14000010, text_offset, image_size, flags,
                         0, 0, 0, 0x644D5241, 0)
    return header + body[:size - 64]


def empty_tree():
    """A root without properties: header, one reservation (the last), BEGIN, END_NODE, END."""
    structure = struct.pack(">IIII", 1, 0, 2, 9)
    return struct.pack(">10I", 0xD00DFEED, 56 + len(structure), 56, 56 + len(structure), 40, 17, 16, 0,
                       0, len(structure)) + bytes(16) + structure


@pytest.fixture(name="files")
def fixture_files(tmp_path):
    files = {
        "kernel": arm64_image(9000, 0x8000, 0, 0xA, 1),
        "kernel_text_offset": arm64_image(70001, 0x30000, 0x80000, 0xC, 2),
        "initrd": b"initrd " * 1001,
        "dtb": empty_tree(),
        "raw": bytes(range(256)) * 20,
        "raw2": b"\x1f\x20\x03\xd5" * 3,
        "big": b"0123456789abcdef" * 12345,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


VARIANTS = {
    "plain": "--kernel kernel",
    "text_offset": "--kernel kernel_text_offset",
    "initrd": "--kernel kernel --initrd initrd",
    "everything": "--kernel kernel_text_offset --initrd initrd --dtb dtb --force-dtb --el 1 "
                  "--on-fail reset --console pl011,0x9000000 --append root=/dev/vda,quiet",
    "dtb_not_forced": "--kernel kernel --dtb dtb --append console=ttyAMA0",
    "empty_cmdline": "--kernel kernel --append=",
    "console_none": "--kernel kernel --console none",
    "console_auto": "--kernel kernel --console auto --append earlycon",
    "console_16550": "--kernel kernel --console ns16550,0xf0000000,shift=2,width=4",
    "raw_beside": "--kernel kernel --raw raw@0x60000000 --raw raw2@0x61000001",
    "raw_started": "--raw raw@0x60000000,entry=0x60000010",
    "raw_with_tree": "--raw raw@0x60000000,entry=0x60000000 --dtb dtb --append a,b",
    "rehearsal": "--kernel kernel --stop-after check",
    "chunks": "--kernel kernel_text_offset --initrd big --raw big@0x60000000 --append quiet --chunks 16",
}


def command(*arguments, where):
    done = subprocess.run([LETHE, *arguments], cwd=where, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def packed_plan(files, arguments):
    """The JSON of a bundle, and the plan's bytes in it, found by the Lethe header behind the Image's."""
    command("pack", *arguments, "-o", "boot.img", where=files)
    bundle = (files / "boot.img").read_bytes()
    magic, _, _, _, offset, size = struct.unpack_from("<8sIIQQQ", bundle, 64)
    assert magic == b"LETHEBLB" and size == len(bundle)
    total = struct.unpack_from("<I", bundle, offset + 12)[0]
    view = json.loads(command("inspect", "--json", "boot.img", where=files))
    return view, bundle, bundle[offset:offset + total]


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_bytes(files, variant):
    view, bundle, packed = packed_plan(files, VARIANTS[variant].split())
    assert plan_writer.write_plan(content_of(view)) == packed

    # And once more with the digests from the bytes in the file instead of from the JSON.
    content = content_of(view)
    for slot in content["slots"]:
        for segment in slot["segments"]:
            assert segment["flags"] & plan_writer.SOURCE_OFFSET
            start = segment["source"]
            segment["data"] = bundle[start:start + segment.pop("file_size")]
            del segment["digest"], segment["chunks"]
    assert plan_writer.write_plan(content) == packed


def test_reads_its_own(files):
    """A plan of ours, put in place of the packed one, is accepted: with what pack cannot ask for, too."""
    view, bundle, packed = packed_plan(files, ["--kernel", "kernel", "--initrd", "initrd"])
    content = content_of(view)
    content["windows"] = [{"base": 0x40000000, "size": 0x10000000},
                          {"base": 0x80000000, "size": 0x1000}]
    content["slots"][0]["cmdline"] = "one\ttwo"
    content["psci"] = 2
    content["mode"] = 1
    ours = plan_writer.write_plan(content)
    offset = view["blob"]["plan_offset"]
    assert len(ours) > len(packed)
    assert bundle[offset + len(packed):offset + len(ours)] == bytes(len(ours) - len(packed))
    (files / "ours.img").write_bytes(bundle[:offset] + ours + bundle[offset + len(ours):])
    command("verify", "ours.img", where=files)
    again = json.loads(command("inspect", "--json", "ours.img", where=files))
    assert plan_writer.write_plan(content_of(again)) == ours
    assert again["plan"]["windows"] == content["windows"]
    assert again["plan"]["slots"][0]["cmdline"] == "one\ttwo"


def test_layout():
    """Each field alone, at its documented place: the writer is checked against numbers, not against C."""
    def offsets(**fields):
        plain = {"slots": [{"name": "s", "segments": [{"name": "k", "data": b""}]}]}
        base = bytearray(plan_writer.write_plan(plain))
        for key, value in fields.items():
            target = plain
            *path, last = key.split("__")
            for step in path:
                target = target["slots"][0] if step == "slot" else target["segments"][0]
            target[last] = value
        other = bytearray(plan_writer.write_plan(plain))
        base[16:48] = other[16:48] = bytes(32)
        return [i for i, (a, b) in enumerate(zip(base, other)) if a != b]

    for offset, name in enumerate(("flags", "on_fail", "", "", "", "", "el", "hyp_stub", "psci", "mode",
                                   "console_kind", "console_reg_shift", "console_reg_width")):
        if name:
            assert offsets(**{name: 0x01020304}) == list(range(48 + 4 * offset, 52 + 4 * offset)), name
    wide = 0x0102030405060708
    for offset, name in ((104, "console_base"), (112, "extent_size"), (120, "workspace_base"),
                         (128, "workspace_size"), (136, "list_head"), (192 + 32, "slot__entry"),
                         (192 + 88, "slot__tree_base"), (192 + 96, "slot__tree_size"),
                         (320 + 24, "slot__segment__source"), (320 + 32, "slot__segment__dest"),
                         (320 + 56, "slot__segment__align"), (320 + 64, "slot__segment__align_offset")):
        assert offsets(**{name: wide}) == list(range(offset, offset + 8)), name
    for offset, name in ((144, "list_page_shift"), (148, "cpus"), (192 + 16, "slot__flags"),
                         (320 + 16, "slot__segment__flags")):
        assert offsets(**{name: 0x01020304}) == list(range(offset, offset + 4)), name


def test_slots_share_the_strings():
    """In slot order, without gaps; a slot without a command line has offset 0."""
    def slot(name, cmdline):
        return {"name": name, "cmdline": cmdline, "segments": [{"name": "k", "data": b"1234"}] * 2}

    plan = plan_writer.write_plan({"slots": [slot("a", "one"), slot("b", None), slot("c", "")]})
    assert struct.unpack_from("<I", plan, 12)[0] == len(plan) == 192 + 3 * 128 + 6 * 112 + 8
    assert struct.unpack_from("<4I", plan, 56) == (3, 6, 0, 5)
    found = [struct.unpack_from("<II", plan, 192 + 128 * i + 72) for i in range(3)]
    assert found == [(0, 4), (0, 0), (4, 1)]
    assert [struct.unpack_from("<II", plan, 192 + 128 * i + 20) for i in range(3)] == [
        (0, 2), (2, 2), (4, 2)]
    assert plan[-8:] == b"one\0\0\0\0\0"


def test_refuses_what_it_does_not_know():
    with pytest.raises(ValueError):
        plan_writer.write_plan({"slots": [], "colour": 1})
    with pytest.raises(ValueError):
        plan_writer.write_plan({"slots": [{"name": "sixteen letters!"}]})


def test_documented_layout():
    """The tables of docs/spec and src/plan/layout_asserts.c (which compiles only if right) have the same numbers."""
    sections = {"Header": "lethe_plan", "Slot": "lethe_slot", "Segment": "lethe_segment",
                "Window": "lethe_window", "Lethe header": "lethe_blob_header",
                "The digest that Lethe checks": "lethe_blob_self", "The EFI door": "lethe_efi_head"}
    text = (ROOT / "docs/spec/plan.md").read_text() + (ROOT / "docs/spec/bundle.md").read_text()
    documented = set()
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        struct_name = sections.get(part.splitlines()[0])
        for offset, size, field in re.findall(r"^\| (\d+) \| (\d+) \| `(\w+)` \|", part, re.M):
            documented.add((struct_name, field, int(offset), int(size)))
    pinned = {(name, field, int(offset), int(size)) for name, field, offset, size in
              re.findall(r"^AT\((\w+), (\w+), (\d+), (\d+)\)", (ROOT / "src/plan/layout_asserts.c").read_text(), re.M)
              if name != "lethe_image_header"}
    assert documented == pinned
    for name, whole in (("lethe_plan", 192), ("lethe_slot", 128), ("lethe_segment", 112),
                        ("lethe_window", 16), ("lethe_blob_header", 72)):
        assert sum(size for struct_name, _, _, size in pinned if struct_name == name) == whole
    known = set(re.findall(r"X\((\w+), -", (ROOT / "include/lethe/status.h").read_text()))
    statuses = set(re.findall(r"`((?:PLAN|LIST|SEGMENT|IMAGE|DEST|SOURCE|INITRD|WINDOW|DIGEST|MEMORY)_?[A-Z_]*)`",
                              text))
    flags = {"SOURCE_OFFSET", "SOURCE_LIST"}
    assert statuses - flags <= known
    assert {name for name in known if name.startswith(("PLAN_", "SEGMENT_", "LIST_"))} <= statuses
