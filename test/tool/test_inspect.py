# SPDX-License-Identifier: BSD-2-Clause
"""lethe inspect: the table, the map, and JSON from which the plan can be written again."""
import hashlib
import json
import struct

import pytest

from tool_bundle import IN_PLACE, PLAN, PLAN_KEYS, SEGMENT, SEGMENT_KEYS, SLOT, SLOT_KEYS, Bundle
from tool_command import K
from tool_files import BLOCK


def test_inspect_table_and_map(packed):
    lethe, bundle = packed
    text = lethe.good("inspect", "boot.img").stdout
    for piece in ("0x%x" % bundle.image_size, '"console=ttyAMA0"', "on-fail halt", "0x48000000",
                  "end of file", "image_size", "memory elsewhere", "the same as in this command",
                  "zeroed", "device tree", bundle.plan["digest"].hex()):
        assert piece in text, piece
    for name in bundle.names():
        assert name in text
    assert f"room     {bundle.image_size - bundle.file_size:#x} (" in text
    borders = [int(line.split()[0], 16) for line in text.split("memory elsewhere")[0].splitlines()
               if line.startswith("  0x") and "+--" in line]
    assert borders == sorted(borders) and borders[0] == 0 and borders[-1] == bundle.image_size
    kernel = bundle["kernel"]
    assert kernel["source"] in borders and kernel["source"] + kernel["file_size"] in borders
    assert f"efi      {bundle.efi.size:#x} at {bundle.efi.at:#x}, the same as in this command, not signed" in text


def test_map_elsewhere_ascends(lethe):
    lethe.pack(*K, "--raw", "raw@0x50000000", "--raw", "raw@0x48000000", "--raw", "raw@0x480004b0")
    text = lethe.good("inspect", "boot.img").stdout.split("memory elsewhere")[1]
    assert [int(line.split()[0], 16) for line in text.splitlines() if "+--" in line] == [
        0x48000000, 0x480004b0, 0x48000960, 0x50000000, 0x500004b0]


def rebuild(plan):
    """The plan's bytes again, from the JSON alone."""
    out = b""
    for slot in plan["slots"]:
        out += struct.pack(SLOT, slot["name"].encode("latin-1"),
                           *(slot[key] for key in SLOT_KEYS[1:6]), *slot["x"],
                           *(slot[key] for key in SLOT_KEYS[10:]), 0, 0, 0)
    for segment in plan["segments"]:
        out += struct.pack(SEGMENT, segment["name"].encode("latin-1"), segment["flags"],
                           segment["chunk_shift"],
                           *(segment[key] for key in SEGMENT_KEYS[3:9]),
                           bytes.fromhex(segment["digest"]), segment["first_chunk"])
    for window in plan["windows"]:
        out += struct.pack("<QQ", window["base"], window["size"])
    out += bytes.fromhex(plan["chunks"])
    strings = bytes.fromhex(plan["strings"])
    out += strings + bytes(-len(strings) % 8)
    values = {**plan, "digest": bytes(32)}
    head = struct.pack(PLAN, *(values[key] for key in PLAN_KEYS), 0, 0, 0, 0, 0)
    digest = hashlib.sha256(head + out).digest()
    assert digest.hex() == plan["digest"]
    return head[:16] + digest + head[48:] + out


@pytest.mark.parametrize("options", [
    [*K], [*K, "--chunks", "16", "--initrd", "initrd"], [*K, "--append", "a \\ \"b\""], [*K, "--initrd", "initrd", "--dtb", "dtb", "--force-dtb",
    "--el", "1", "--cpus", "psci", "--on-fail", "reset", "--console", "ns16550,0xfff0000000,shift=2,width=4",
    "--stop-after", "check", "--raw", "raw@0xffffffff00000000"],
    ["--raw", "raw@0x48000000,entry=0x48000004"],
    [*K, "--append", "first", "--fallback", *K, "--initrd", "initrd", "--fallback", "--raw",
     "raw@0x48000000,entry=0x48000000", "--append", "third"]])
def test_json_is_the_plan(lethe, options):
    bundle, _ = lethe.pack(*options)
    found = json.loads(lethe.good("inspect", "--json", "boot.img").stdout)
    assert rebuild(found["plan"]) == bundle.plan_bytes
    assert found["ok"] is True and found["problems"] == [] and found["size"] == len(bundle.data)
    assert found["image"]["image_size"] == bundle.image_size
    blob = bundle.data[:104] + bytes(32) + bundle.data[136:4088] + bytes(8) + bundle.data[4096:bundle.blob_size]
    assert found["blob"] == {"version": 1, "blob_size": bundle.blob_size, "plan_offset":
                             bundle.plan_offset, "file_size": bundle.file_size,
                             "digest": hashlib.sha256(blob).hexdigest(), "same_as_command": True}
    efi = bundle.efi
    assert found["efi"] == {"offset": efi.at, "data": efi.data, "sbat": efi.sbat, "size": efi.size, "certificates": 0,
                            "certificates_at": 0, "same_as_command": True}
    assert all(segment["verdict"] == "ok" and segment["found"] == segment["digest"]
               for segment in found["plan"]["segments"])
    base = found["placement"]["image_base"]
    assert found["placement"]["extent_end"] == base + bundle.image_size
    assert found["placement"]["tree"] == base + bundle.slot["tree_base"]
    assert len(found["placement"]["slots"]) == len(bundle.slots)
    for placed, slot in zip(found["placement"]["slots"], bundle.slots):
        entered = bundle.segments[slot["entry_segment"]]
        at = base + entered["source"] if entered["flags"] & IN_PLACE else entered["dest"]
        assert placed == {"entry": at + slot["entry"], "tree": base + slot["tree_base"],
                          "tree_end": base + slot["tree_base"] + BLOCK}
    assert {key: found["placement"][key] for key in ("entry", "tree", "tree_end")} == \
        found["placement"]["slots"][0]


def test_json_of_windows(packed):
    """pack makes none, other writers do."""
    lethe, bundle = packed
    at = bundle.strings_at - bundle.plan_offset
    plan = bytearray(bundle.plan_bytes)
    plan[at:at] = struct.pack("<QQQQ", 0x40000000, 0x10000000, 0x80000000, 0x1000)
    struct.pack_into("<I", plan, 12, len(plan))
    struct.pack_into("<I", plan, 64, 2)
    bundle.data[bundle.plan_offset:bundle.plan_offset + len(plan)] = plan
    lethe.write("windows.img", Bundle(bundle.data).seal())
    found = json.loads(lethe.good("inspect", "--json", "windows.img").stdout)
    assert [w["base"] for w in found["plan"]["windows"]] == [0x40000000, 0x80000000]
    assert rebuild(found["plan"]) == Bundle(lethe.read("windows.img")).plan_bytes
    assert "window 1 [0x80000000, 0x80001000)" in lethe.good("inspect", "windows.img").stdout


def test_names_in_json_are_escaped(packed):
    lethe, bundle = packed
    lethe.write("bad.img", bundle.patched(192 + 128, "<6s", b'"\\\n\x80\x1b\xff'))
    for command in ["verify"], ["inspect"]:
        result = lethe.run(*command, "bad.img")
        assert "\x1b" not in result.stdout + result.stderr
    plan = json.loads(lethe.run("inspect", "--json", "bad.img").stdout)["plan"]
    assert plan["segments"][0]["name"] == '"\\\n\x80\x1b\xff'
