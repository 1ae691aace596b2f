# SPDX-License-Identifier: BSD-2-Clause
"""Chunk digests: which files get them, what they cover, and how a damaged chunk is named."""
import hashlib
import json
import random

import pytest

from tool_command import K, damage
from tool_files import MIB, image, tree

BIG = 200 * 1024 + 7        # 4 chunks of 64 KiB, the last short


@pytest.fixture
def big(lethe):
    lethe.write("big", random.Random(1).randbytes(BIG))
    return lethe


def chunks_of(bundle, name, shift):
    data = bundle.content(name)
    return b"".join(hashlib.sha256(data[at:at + (1 << shift)]).digest() for at in range(0, len(data), 1 << shift))


def test_what_they_cover(big):
    """A file that is no longer than a chunk has one digest, as ever."""
    bundle, _ = big.pack(*K, "--chunks", "16", "--initrd", "big", "--raw", "big@0x48000000")
    assert (bundle.plan["version"], bundle.plan["chunk_count"]) == (2, 8)
    table = bytes(bundle.data[bundle.chunks_at:bundle.strings_at])
    for name, first in ("initrd", 0), ("raw0", 4):
        own = table[32 * first:32 * (first + 4)]
        assert (bundle[name]["chunk_shift"], bundle[name]["first_chunk"]) == (16, first)
        assert own == chunks_of(bundle, name, 16)
        assert bundle[name]["digest"] == hashlib.sha256(own).digest()
    assert (bundle["kernel"]["chunk_shift"], bundle["kernel"]["first_chunk"]) == (0, 0)
    assert bundle["kernel"]["digest"] == hashlib.sha256(bundle.content("kernel")).digest()
    text = big.good("inspect", "boot.img").stdout
    assert f"4 chunks, sha256-chunks:16:{BIG}:{bundle['raw0']['digest'].hex()}\n" in text
    assert text.count("sha256-chunks:") == 2
    assert big.good("verify", "boot.img").stdout.endswith("boot.img: ok\n")


def test_a_device_tree_has_none(big):
    """Lethe reads it before any chunk is digested. What has chunks comes behind it."""
    big.write("long.dtb", tree({"filler": bytes(BIG)}))
    bundle, _ = big.pack(*K, "--chunks", "16", "--dtb", "long.dtb", "--initrd", "big")
    assert [(s["name"], s["chunk_shift"], s["first_chunk"]) for s in bundle.segments] == [
        ("dtb", 0, 0), ("initrd", 16, 0), ("kernel", 0, 0)]
    assert bundle["dtb"]["digest"] == hashlib.sha256(bundle.content("dtb")).digest()
    big.good("verify", "boot.img")


@pytest.mark.parametrize("options, size, shift", [
    ([], 4 * MIB - 1, 0), ([], 4 * MIB, 18), (["--chunks", "auto"], 5 * MIB, 18), (["--chunks=off"], 5 * MIB, 0),
    (["--chunks", "26"], 5 * MIB, 0), (["--chunks", "22"], 5 * MIB, 22), (["--chunks", "16"], 1 << 16, 0)])
def test_which_files_get_them(lethe, options, size, shift):
    lethe.write("file", bytes(size))
    bundle, _ = lethe.pack(*K, *options, "--initrd", "file")
    assert bundle["initrd"]["chunk_shift"] == shift
    assert bundle.plan["version"] == (2 if shift else 1)
    assert bundle.plan["chunk_count"] == (-(-size >> shift) if shift else 0)


def sparse(lethe, name, size):
    with open(lethe.directory / name, "wb") as file:
        file.write(b"x")
        file.truncate(size)


def test_wide_above_256_mib(lethe):
    for size, shift in (256 * MIB, 18), (256 * MIB + 1, 20):
        sparse(lethe, "file", size)
        bundle = json.loads(lethe.good("inspect", "--json", str(pack(lethe))).stdout)
        assert [s["chunk_shift"] for s in bundle["plan"]["segments"]] == [shift, 0]


def pack(lethe):
    lethe.good("pack", *K, "--initrd", "file", "-o", "boot.img")
    return "boot.img"


def test_too_many(lethe):
    sparse(lethe, "file", (1 << 30) + 1)
    lethe.bad(2, "--chunks 16: 16385 chunks; a plan has at most 16384", "pack", *K, "--chunks", "16", "--initrd", "file",
              "-o", "boot.img")


@pytest.mark.parametrize("value", ["15", "27", "", "x", "+16", "16x", "0x10", "-16", "99999999999999999999"])
def test_values(lethe, value):
    lethe.bad(2, f"--chunks {value}: is auto, off, or 16 to 26", "pack", *K, f"--chunks={value}", "-o", "boot.img")


def test_for_all_slots(lethe):
    lethe.bad(2, "--chunks holds for all slots", "pack", *K, "--fallback", *K, "--chunks", "16", "-o", "boot.img")


def test_of_a_fallback(big):
    big.write("Image", image(size=BIG, image_size=0x40000))
    bundle, _ = big.pack(*K, "--chunks", "16", "--fallback", *K, "--initrd", "big")
    assert [(s["name"], s["chunk_shift"], s["first_chunk"]) for s in bundle.segments] == [
        ("kernel", 16, 0), ("initrd-1", 16, 4), ("kernel-1", 16, 8)]
    big.good("verify", "boot.img")


@pytest.mark.parametrize("chunk, offset", [(0, 0), (2, 70), (3, BIG - 3 * 65536 - 1)])
def test_a_damaged_chunk_is_named(big, chunk, offset):
    bundle, _ = big.pack(*K, "--chunks", "16", "--initrd", "big")
    damage(big, bundle, bundle["initrd"]["source"] + chunk * 65536 + offset)
    result = big.run("verify", "bad.img")
    data = bytearray(bundle.content("initrd"))
    expected = hashlib.sha256(data[chunk * 65536:][:65536]).hexdigest()
    data[chunk * 65536 + offset] ^= 1
    found = hashlib.sha256(data[chunk * 65536:][:65536]).hexdigest()
    assert result.returncode == 1
    assert f"  chunk {chunk} of 4 at {chunk * 65536:#x}\n  expected {expected}\n  found    {found}\n" in result.stdout
    report = json.loads(big.run("inspect", "--json", "bad.img").stdout)
    assert [(s["verdict"], s.get("bad_chunk")) for s in report["plan"]["segments"]] == [("bad", chunk), ("ok", None)]


def test_a_damaged_chunk_digest(big):
    """The plan's own digest finds it. Sealed again, the root does, and then the segment is not read by it."""
    bundle, _ = big.pack(*K, "--chunks", "16", "--initrd", "big")
    bundle.data[bundle.chunks_at + 40] ^= 1
    big.write("bad.img", bundle.data)
    assert "LETHE_E_PLAN_DIGEST" in big.run("verify", "bad.img").stderr
    bundle.seal()
    big.write("bad.img", bundle.data)
    result = big.run("verify", "bad.img")
    assert result.returncode == 3 and 'segment 0 "initrd": chunk digests are wrong' in result.stderr


@pytest.mark.parametrize("field, value", [(20, 15), (20, 27), (20, 0xffffffff), (20, 31), (104, 1), (104, 1 << 62),
                                          (104, (1 << 64) - 1)])
def test_damaged_fields_are_shown(big, field, value):
    """inspect shows what it can of a plan whose chunks do not fit, and reads nothing by them."""
    bundle, _ = big.pack(*K, "--chunks", "16", "--initrd", "big")
    size = 4 if field == 20 else 8
    at = bundle.segment_at + field
    bundle.data[at:at + size] = value.to_bytes(size, "little")
    bundle.seal()
    big.write("bad.img", bundle.data)
    for command in ["verify"], ["inspect"], ["inspect", "--json"]:
        result = big.run(*command, "bad.img")
        assert result.returncode == 3 and "LETHE_E_PLAN_CHUNKS" in result.stderr, result
