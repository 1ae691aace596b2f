# SPDX-License-Identifier: BSD-2-Clause
"""lethe inspect and lethe verify of flash files."""
import hashlib
import json
import re
import struct
import subprocess
import zlib

import pytest

from tool_bundle import Bundle
from tool_command import K
from tool_files import MIB
from tool_flash import BASE, CODE, COPY, LOAD, SLOT, TREE_SIZE, Flash
from tool_machine import M, V, made


@pytest.mark.parametrize("options", [[], ["--elf"]])
def test_update_by_dd(flash, options):
    """The command that inspect prints writes a bundle into its slot; a shorter one leaves the old one's end behind."""
    flash.good("flash", "a.img", "a.img", *M, *options, "--slot-size", "4MiB", "-o", "my f.fd")
    lines = re.findall(r"update: (dd .*)", flash.good("inspect", "my f.fd").stdout)
    assert len(lines) == 2 and all("of='my f.fd'" in line for line in lines)
    flash.pack(*K, "--append", "new", output="new.img")
    subprocess.run(["sh", "-c", lines[1]], cwd=flash.directory, check=True, stderr=subprocess.DEVNULL)
    flash.good("verify", "my f.fd")
    found = json.loads(flash.good("inspect", "--json", "my f.fd").stdout)
    assert [slot["bundle"]["plan"]["slots"][0].get("cmdline") for slot in found["slots"]] == [None, "new"]


def test_inspect(flash):
    made(flash, "a.img", "b.img", *M, "--cpus", "spin-table")
    text = flash.good("inspect", "f.fd").stdout
    for piece in ("Lethe flash file, ", "param 1  at 0x3400", "file     0x10000000 to ", ", secure", "cpus     spin-table, CPU "
                  "0x100", "spin     0x40001000", "wake     entry at 0x9200000 + 0x8 * Aff0", "redistributors 0x80a0000 to 0x80e0000",
                  "counter  24000000 Hz", "0x9100020=0x16e3600&0xff", "failure  reset", "off      0x9300004=0x1 ",
                  "slot 0: Lethe bundle", "slot 1: Lethe bundle", "from offset 0x4000", "end of file"):
        assert piece in text, piece
    assert "gic      v2, distributor 0x8000000, CPU interface 0x8010000\n" in \
        (made(flash, "a.img", "--machine", "virt-secure"), flash.good("inspect", "f.fd").stdout)[1]
    assert "from 0x40000000" in flash.good("inspect", "f.fd").stdout


def test_inspect_json(flash):
    found = made(flash, "a.img", "b.img", *M)
    shown = json.loads(flash.good("inspect", "--json", "f.fd").stdout)
    assert shown["file"] == "f.fd" and shown["size"] == len(found.data) and shown["ok"] is True
    assert shown["elf"] is False and shown["problems"] == [] and shown["tree_verdict"] == "ok"
    assert shown["flash"] == {"offset": 0, "version": 1, "need": found.need, "code_crc": found.code_crc,
                              "code_verdict": "ok"}
    assert shown["copies"] == [{"crc": found.crc, "ok": True}] * 2
    parameters = shown["parameters"]
    assert {key: parameters[key] for key in found.fields} == found.fields

    def lists(values):
        return [tuple(write[key] for key in ("address", "value", "keep")) for write in values]
    assert [lists(parameters[key]) for key in ("counter", "reset", "off")] == [found.counter, found.reset, found.off]
    console = {**found.console, "on": lists(parameters["console"]["on"])}
    del console["reserved"]
    assert {**parameters["console"], "on": console["on"]} == console
    assert [(slot["offset"], slot["room"]) for slot in shown["slots"]] == found.slots
    alone = json.loads(flash.good("inspect", "--json", "b.img").stdout)
    assert {**shown["slots"][1]["bundle"], "file": "b.img"} == alone


def flipped(lethe, offset, mask=1):
    data = bytearray(lethe.read("f.fd"))
    data[offset] ^= mask
    return lethe.write("bad.fd", data)


def sealed(data, offset, form, *values, copies=(0, 1)):
    """With a field of the parameters changed, and their CRC right again."""
    data = bytearray(data)
    for i in copies:
        at = CODE + i * COPY
        struct.pack_into(form, data, at + offset, *values)
        data[at + 12:at + 16] = bytes(4)
        struct.pack_into("<I", data, at + 12, zlib.crc32(data[at + 16:at + COPY]))
    return data


@pytest.fixture
def two(flash):
    """The offset of each part of a file with all of them."""
    found = made(flash, "a.img", "b.img", *M)
    kernel = Bundle(flash.read("b.img"))["kernel"]["source"]
    slots = [offset for offset, _ in found.slots]
    return flash, {"head": 8, "code": 0x800, "copy 0": CODE + 40, "copy 1": CODE + COPY + 40, "magic": CODE,
                   "end of copy 1": CODE + 2 * COPY - 1, "tree": found.tree_offset + 100, "header": slots[0] + 60,
                   "kernel": slots[1] + kernel + 100, "blob": slots[0] + 0x2000}


DAMAGE = [
    ("head", "front end: CRC does not match: 0x"), ("code", "front end: CRC does not match: 0x"),
    ("copy 0", "parameters 0: CRC does not match: 0x"), ("copy 1", "parameters 1: CRC does not match: 0x"),
    ("magic", "parameters 0: magic is wrong"), ("end of copy 1", "parameters 1: CRC does not match: 0x"),
    ("tree", "tree: CRC does not match: 0x"), ("kernel", 'slot 1: segment 0 "kernel": digest does not match'),
    ("blob", "slot 0: Lethe itself: digest does not match"),
]


@pytest.mark.parametrize("part,reason", DAMAGE)
@pytest.mark.parametrize("options", [[], ["--elf"]])
def test_damage(two, part, reason, options):
    """Part and slot are named; inspect shows all that is left."""
    lethe, parts = two
    lethe.good("flash", "a.img", "b.img", *M, *options, "-o", "f.fd")
    flipped(lethe, parts[part] + (0x10000 if options else 0))
    for command in ["verify"], ["inspect"], ["inspect", "--json"]:
        lethe.bad(1, f"bad.fd: {reason}", *command, "bad.fd")
    result = lethe.run("inspect", "--json", "bad.fd")
    assert len(result.stderr.splitlines()) == (2 if part == "blob" else 1)
    shown = json.loads(result.stdout)
    assert shown["ok"] is False and len(shown["slots"]) == 2
    assert [copy["ok"] for copy in shown["copies"]] == [part not in ("copy 0", "magic"), "copy 1" not in part]
    assert shown["flash"]["code_verdict"] == ("bad" if part in ("head", "code") else "ok")
    assert shown["tree_verdict"] == ("bad" if part == "tree" else "ok")
    assert [slot["bundle"]["ok"] for slot in shown["slots"]] == [part != "blob", part != "kernel"]
    if part not in ("kernel", "blob"):
        assert shown["problems"] == [{"code": 1, "text": shown["problems"][0]["text"]}]
        assert shown["problems"][0]["text"].startswith(reason)


def test_damaged_header_of_a_slot(two):
    lethe, parts = two
    flipped(lethe, parts["header"] - 3)
    lethe.bad(3, "bad.fd: slot 0: Image magic is wrong", "verify", "bad.fd")
    flipped(lethe, parts["header"] + 5)
    lethe.bad(3, "bad.fd: slot 0: not a Lethe bundle", "verify", "bad.fd")


def test_both_copies(two):
    """Nothing behind them can be found."""
    lethe, parts = two
    lethe.write("f.fd", flipped_bytes(lethe, parts["copy 0"], parts["copy 1"]))
    result = lethe.bad(1, "f.fd: parameters 0: CRC does not match", "verify", "f.fd")
    assert "f.fd: parameters 1: CRC does not match" in result.stderr
    shown = json.loads(lethe.run("inspect", "--json", "f.fd").stdout)
    assert "parameters" not in shown and "slots" not in shown and shown["flash"]["code_verdict"] == "unknown"
    assert "param 1  at 0x3400" in lethe.run("inspect", "f.fd").stdout
    made(lethe, "a.img", *M)
    lethe.write("f.fd", sealed(lethe.read("f.fd"), BASE, "<Q", 0x4000, copies=[1]))
    lethe.bad(1, "f.fd: parameters: the two copies are not the same", "verify", "f.fd")


def flipped_bytes(lethe, *offsets):
    data = bytearray(lethe.read("f.fd"))
    for offset in offsets:
        data[offset] ^= 1
    return data


@pytest.mark.parametrize("left", [8, CODE, CODE + COPY])
def test_one_magic_is_enough(flash, left):
    made(flash, "a.img", *M)
    flash.write("f.fd", flipped_bytes(flash, *{8, CODE, CODE + COPY} - {left}))
    flash.bad(1, "f.fd: parameters ", "verify", "f.fd")


def test_wrong_but_sealed(two):
    """What no CRC finds."""
    lethe, _ = two
    data = lethe.read("f.fd")
    found = Flash(data)
    for offset, form, value, code, reason in (
            (8, "<I", 2, 3, "parameters 0: version 2 is unknown"), (LOAD + 8, "<Q", MIB, 1, "slot 0: image_size 0x800000 is more than"),
            (TREE_SIZE, "<I", 1 << 30, 1, "tree: the file ends before it does"),
            (TREE_SIZE, "<II", (0, found.tree_offset), 1, "tree: CRC does not match"),
            (TREE_SIZE, "<III", (8, CODE, zlib.crc32(data[CODE:CODE + 8])), 3, "tree: is no flattened device tree"),
            (40, "<Q", len(data) + 4096, 1, f"the file is truncated: {len(data)} of {len(data) + 4096} bytes"),
            (SLOT + 16, "<Q", 1 << 40, 1, "slot 1: the file ends before it"),
            (SLOT, "<Q", found.slots[0][0] + 4096, 3, "slot 0: not a Lethe bundle")):
        values = value if isinstance(value, tuple) else (value,)
        lethe.write("bad.fd", sealed(data, offset, form, *values))
        lethe.bad(code, f"bad.fd: {reason}", "verify", "bad.fd")
        assert lethe.run("inspect", "bad.fd").returncode == code


def test_lengths(flash):
    """The padding of a device is 0xff; of what is missing the first is named."""
    found = made(flash, "a.img", *V, "--slot-size", "4MiB")
    data = bytearray(flash.read("f.fd"))
    data[-1] = 0
    flash.write("bad.fd", data)
    flash.bad(1, "bad.fd: byte at offset 0x3ffffff is behind the file's end and not 0xff", "verify", "bad.fd")
    flash.write("bad.fd", data[:found.file_size])
    flash.good("verify", "bad.fd")
    for size, reason in ((found.file_size - 1, "the file is truncated"), (0x10000, "slot 0: the file ends before it"),
                         (CODE + COPY, "parameters 1: the file ends before them")):
        flash.write("bad.fd", data[:size])
        flash.bad(1, "bad.fd: " + reason, "verify", "bad.fd")
        assert flash.run("inspect", "--json", "bad.fd").returncode == 1
    flash.write("bad.fd", data[:CODE])
    flash.bad(1, "bad.fd: parameters 0: the file ends before them", "verify", "bad.fd")
    for size in 0, 8, 15:
        flash.write("bad.fd", data[:size])
        flash.bad(3, "bad.fd: not a Lethe bundle", "verify", "bad.fd")


def test_another_version_of_lethe(flash):
    """A slot whose blob is whole, but not this command's."""
    found = made(flash, "a.img", "b.img", *M)
    data = bytearray(flash.read("f.fd"))
    at = found.slots[1][0]
    data[at + 4096] ^= 1
    data[at + 144:at + 192] = bytes(48)         # one from before Lethe checked itself
    data[at + 104:at + 136] = bytes(32)
    data[at + 4088:at + 4096] = bytes(8)
    blob_size, plan = struct.unpack_from("<QQ", data, at + 80)
    data[at + 104:at + 136] = hashlib.sha256(data[at:at + blob_size]).digest()
    struct.pack_into("<Q", data, at + 4088, -sum(struct.unpack(f"<{plan // 8}Q", data[at:at + plan])) % (1 << 64))
    flash.write("bad.fd", data)
    assert "warning: a slot's Lethe is whole, but of another version" in flash.good("verify", "bad.fd").stderr
    assert flash.good("verify", "f.fd").stderr == ""


def test_elf_header(flash):
    made(flash, "a.img", *M, "--elf", elf=True)
    data = flash.read("f.fd")
    for offset, reason in ((24, "its entry is not the start of its segment"), (64 + 16, "its entry is not"), (64 + 40, "its entry is not")):
        changed = bytearray(data)
        changed[offset + 2] ^= 1
        flash.write("bad.fd", changed)
        flash.bad(1, "bad.fd: ELF header: " + reason, "verify", "bad.fd")
    flash.write("bad.fd", data + bytes(3))
    flash.bad(1, "bad.fd: ELF header: 3 bytes follow its segment", "verify", "bad.fd")
    flash.write("bad.fd", data[:-1])
    flash.bad(1, "bad.fd: ELF header: the file ends before its segment does", "verify", "bad.fd")
    for offset in 4, 18, 56:        # 32 bits, another machine, two segments: no flash file at all
        changed = bytearray(data)
        changed[offset] ^= 1
        flash.write("bad.fd", changed)
        flash.bad(3, "bad.fd: not a Lethe bundle", "verify", "bad.fd")
