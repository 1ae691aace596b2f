# SPDX-License-Identifier: BSD-2-Clause
"""lethe verify, and inspect beside it: every damaged byte is noticed, and named."""
import hashlib
import json
import struct

import pytest

from tool_bundle import Bundle
from tool_command import damage


def test_verify_good(packed):
    lethe, bundle = packed
    result = lethe.good("verify", "boot.img")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == bundle.names()
    assert all(line.endswith("sha256 ok") for line in lines[:-1]) and lines[-1] == "boot.img: ok"
    assert result.stderr == ""


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_flipped_bit_in_each_segment(packed, where):
    lethe, bundle = packed
    for i, segment in enumerate(bundle.segments):
        offset = {"first": 0, "middle": segment["file_size"] // 2,
                  "last": segment["file_size"] - 1}[where]
        damage(lethe, bundle, segment["source"] + offset, 0x80)
        line = 'lethe: bad.img: segment %d "%s": digest does not match (LETHE_E_DIGEST)' % (
            i, segment["name"])
        for command in "verify", "inspect":
            result = lethe.run(command, "bad.img")
            assert result.returncode == 1 and result.stderr.splitlines() == [line]
        found = hashlib.sha256(Bundle(lethe.read("bad.img")).content(segment["name"])).hexdigest()
        result = lethe.run("verify", "bad.img")
        assert "expected " + segment["digest"].hex() in result.stdout
        assert "found    " + found in result.stdout
        report = json.loads(lethe.run("inspect", "--json", "bad.img").stdout)
        assert [s["verdict"] for s in report["plan"]["segments"]] == [
            "bad" if j == i else "ok" for j in range(len(bundle.segments))]
        assert report["problems"][0]["status"] == -401 and report["problems"][0]["index"] == i
        assert report["ok"] is False


def test_every_damaged_segment_is_named(packed):
    lethe, bundle = packed
    for segment in bundle.segments:
        bundle.data[segment["source"]] ^= 1
    lethe.write("bad.img", bundle.data)
    lines = lethe.run("verify", "bad.img").stderr.splitlines()
    assert len(lines) == 4 and all("LETHE_E_DIGEST" in line for line in lines)


@pytest.mark.parametrize("byte", [0, 31])
def test_wrong_digest(packed, byte):
    """Its last byte counts, too: kexec-tools once compared the first alone."""
    lethe, bundle = packed
    for i in range(len(bundle.segments)):
        at = bundle.segment_at - bundle.plan_offset + 112 * i + 72 + byte
        value = bundle.data[bundle.plan_offset + at] ^ 1
        lethe.write("bad.img", bundle.patched(at, "<B", value))
        result = lethe.bad(1, 'segment %d "' % i, "verify", "bad.img")
        assert "LETHE_E_DIGEST" in result.stderr


def test_flipped_bit_anywhere_in_the_plan(packed):
    lethe, bundle = packed
    for at in range(bundle.plan["total_size"]):
        damage(lethe, bundle, bundle.plan_offset + at, 1 << at % 8)
        result = lethe.run("verify", "bad.img")
        assert result.returncode in (1, 3), (at, result)
        if 48 <= at and not 56 <= at < 72:
            assert "plan digest does not match (LETHE_E_PLAN_DIGEST)" in result.stderr, (at, result)
        if at % 9 == 0:
            found = lethe.run("inspect", "--json", "bad.img")
            assert found.returncode == result.returncode and json.loads(found.stdout)["ok"] is False
            assert lethe.run("inspect", "bad.img").returncode == result.returncode


@pytest.mark.parametrize("offset, mask, reason", [
    (56, 1, "Image magic is wrong"), (0, 1, "Image header is damaged"),
    (8, 1, "Image header is damaged"), (24, 8, "Image header is damaged"),
    (24, 1, "Image header is damaged"), (18, 0x40, "LETHE_E_IMAGE_EXTENT"),
    (16, 1, "LETHE_E_IMAGE_EXTENT"), (64, 1, "not a Lethe bundle"),
    (72, 3, "unknown version 2"), (76, 1, "LETHE_E_IMAGE_HEADER"), (80, 1, "LETHE_E_IMAGE_HEADER"),
    (88, 1, "LETHE_E_IMAGE_HEADER"), (95, 1, "LETHE_E_PLAN_MISSING"), (96, 1, "LETHE_E_DIGEST"),
    (104, 1, "Lethe itself: digest does not match"), (4, 1, "Lethe itself: digest does not match")])
def test_damaged_headers(packed, offset, mask, reason):
    lethe, bundle = packed
    damage(lethe, bundle, offset, mask)
    for command in (["verify"], ["inspect"], ["inspect", "--json"]):
        result = lethe.run(*command, "bad.img")
        assert result.returncode == (1 if offset in (4, 96, 104) else 3), result
        assert reason in result.stderr, result


@pytest.mark.parametrize("mask", [1, 0x80])
def test_flipped_bit_in_lethe_itself(packed, mask):
    lethe, bundle = packed
    for offset in (136, 4095, 4096, bundle.blob_size // 2, bundle.blob_size - 1):
        damage(lethe, bundle, offset, mask)
        lethe.bad(1, "Lethe itself: digest does not match (LETHE_E_DIGEST)", "verify", "bad.img")


def test_flipped_bit_in_the_padding(packed):
    lethe, bundle = packed
    ends = [segment["source"] + segment["file_size"] for segment in bundle.segments[:-1]]
    starts = [segment["source"] for segment in bundle.segments]
    plan_end = bundle.plan_offset + bundle.plan["total_size"]
    for offset in ends + [plan_end] + [start - 1 for start in starts]:
        damage(lethe, bundle, offset)
        lethe.bad(1, f"byte at offset {offset:#x} belongs to nothing and is not zero", "verify",
                  "bad.img")


def test_truncated(packed):
    lethe, bundle = packed
    places = {1, 63, 64, 127, 128, bundle.plan_offset, bundle.plan_offset + 100,
              bundle.slot_at + 3, bundle.segment_at + 3, len(bundle.data) - 1}
    places |= {segment["source"] + extra for segment in bundle.segments for extra in (0, 1)}
    for size in sorted(places):
        lethe.write("bad.img", bundle.data[:size])
        verify = lethe.run("verify", "bad.img")
        inside = size >= bundle.plan_offset + bundle.plan["total_size"]
        assert verify.returncode == (1 if inside else 3), (size, verify)
        assert lethe.run("inspect", "bad.img").returncode == verify.returncode
        json.loads(lethe.run("inspect", "--json", "bad.img").stdout)
        if inside:
            assert "file is truncated: %d of %d bytes" % (size, len(bundle.data)) in verify.stderr
            for i, segment in enumerate(bundle.segments):
                gone = segment["source"] + segment["file_size"] > size
                assert ('segment %d "' % i in verify.stderr) == gone


def test_something_behind_the_bundle(packed):
    lethe, bundle = packed
    lethe.write("bad.img", bytes(bundle.data) + b"more")
    lethe.bad(1, "4 bytes follow the bundle", "verify", "bad.img")


@pytest.mark.parametrize("offset, form, value, reason", [
    (8, "<I", 3, "plan version is unknown (LETHE_E_PLAN_VERSION)"),
    (8, "<I", 2, "count is out of range (LETHE_E_PLAN_COUNT)"),
    (48, "<I", 0x102, "unknown flag (LETHE_E_PLAN_FLAGS)"),
    (52, "<I", 9, "failure policy is unknown (LETHE_E_PLAN_POLICY)"),
    (52, "<I", 0, "on-fail return: asks for something this version does not do"),
    (72, "<I", 7, "exception level at hand-off is unknown (LETHE_E_PLAN_EL)"),
    (112, "<Q", 0x40000000, "plan says 0x40000000 (LETHE_E_IMAGE_EXTENT)"),
    (128, "<Q", 0x1000, "LETHE_E_PLAN_WORKSPACE"),
    (192 + 128 + 16, "<I", 0x15, 'segment 0 "dtb": unknown flag (LETHE_E_PLAN_FLAGS)'),
    (192 + 128 + 48, "<Q", 0, 'segment 0 "dtb": memory size is smaller than file size'),
    (192 + 128 + 112 + 24, "<Q", 1 << 63, 'segment 1 "initrd": '),
    (192 + 16, "<I", 0xF0, 'slot 0 "kernel": unknown flag'),
    (192 + 32, "<Q", 2, 'slot 0 "kernel": entry point'),
])
def test_wrong_plans_are_named(packed, offset, form, value, reason):
    lethe, bundle = packed
    lethe.write("bad.img", bundle.patched(offset, form, value))
    for command in (["verify"], ["inspect"], ["inspect", "--json"]):
        result = lethe.run(*command, "bad.img")
        assert result.returncode == 3 and reason in result.stderr, result


@pytest.mark.parametrize("field", [24, 40])
@pytest.mark.parametrize("value", [(1 << 64) - 1, (1 << 64) - 4096, 1 << 63, (1 << 64) - 0x5000])
@pytest.mark.parametrize("sealed", [True, False])
def test_sizes_that_wrap_end(packed, field, value, sealed):
    """A segment's source or file_size near 2^64: the search for stray bytes once went round for ever."""
    lethe, bundle = packed
    for i in range(len(bundle.segments)):
        at = bundle.segment_at - bundle.plan_offset + 112 * i + field
        data = bundle.patched(at, "<Q", value)
        if not sealed:
            data = bytearray(bundle.data)
            struct.pack_into("<Q", data, bundle.plan_offset + at, value)
        lethe.write("bad.img", data)
        for command in (["verify"], ["inspect"], ["inspect", "--json"]):
            result = lethe.run(*command, "bad.img", timeout=10)
            assert result.returncode in (1, 3) and "LETHE_E_" in result.stderr, result


def test_image_size_below_the_file(packed):
    """Both headers agree, and loaders would cut the file off."""
    lethe, bundle = packed
    struct.pack_into("<Q", bundle.data, 16, 0x100000)
    lethe.write("bad.img", bundle.patched(112, "<Q", 0x100000))
    lethe.bad(3, "image_size 0x100000 is below the size of the file", "verify", "bad.img")


SELF = 144          # struct lethe_blob_self: start, end, digest


def with_blob_digest(bundle, data):
    """The digest of the whole blob made again, and the seal."""
    data[4088:4096] = bytes(8)
    data[104:136] = hashlib.sha256(data[:104] + bytes(32) + data[136:bundle.blob_size]).digest()
    plan = struct.unpack_from("<Q", data, 88)[0]
    struct.pack_into("<Q", data, 4088, -sum(struct.unpack(f"<{plan // 8}Q", data[:plan])) % (1 << 64))
    return data


def test_another_blob_is_told(packed):
    """Another version's: its code differs, its digests are right. An early one has none to check itself by."""
    lethe, bundle = packed
    for is_early in (False, True):
        data = bytearray(bundle.data)
        data[4096] ^= 1
        start, end = struct.unpack_from("<QQ", data, SELF)
        assert start == 4096 and data[SELF + 16:SELF + 48] == hashlib.sha256(bundle.data[start:end]).digest()
        data[SELF + 16:SELF + 48] = hashlib.sha256(data[start:end]).digest()
        if is_early:
            data[SELF:SELF + 48] = bytes(48)
        lethe.write("bad.img", with_blob_digest(bundle, data))
        result = lethe.good("verify", "bad.img")
        assert "warning: its Lethe is whole, but of another version" in result.stderr
        assert "not the one in this command" in lethe.good("inspect", "bad.img").stdout


@pytest.mark.parametrize("at, form, value", [
    (4096, "<B", 0xff), (SELF, "<Q", 4097), (SELF + 8, "<Q", 4095), (SELF + 8, "<Q", 1 << 63),
    (SELF, "<Q", (1 << 64) - 1), (SELF + 47, "<B", 0x5a)])
def test_blob_that_would_refuse_itself(packed, at, form, value):
    """The digest of the whole blob was made over it, but not the one that Lethe checks."""
    lethe, bundle = packed
    data = bytearray(bundle.data)
    struct.pack_into(form, data, at, value)
    assert data != bundle.data
    lethe.write("bad.img", with_blob_digest(bundle, data))
    for command in ("verify", "inspect"):
        lethe.bad(1, "Lethe itself is damaged (LETHE_E_SELF)", command, "bad.img")
