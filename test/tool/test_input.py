# SPDX-License-Identifier: BSD-2-Clause
"""Inputs that are no files, no trees, no bundles: refused, with what they are instead."""
import gzip
import json
import os
import pathlib
import struct
import subprocess
import zlib

import pytest

from tool_command import K
from tool_files import BLOCK, PLAIN_TREE, elf, image, tree


@pytest.mark.parametrize("option", ["--kernel", "--initrd", "--dtb", "--raw", "inspect", "verify",
                                    "record"])
@pytest.mark.parametrize("kind, reason", [
    ("missing", "No such file or directory"), ("directory", "is a directory"),
    ("fifo", "is a pipe"), ("device", "is a device"), ("empty", ""), ("loop", "symbolic links")])
def test_inputs_that_are_no_files(lethe, option, kind, reason):
    path = lethe.directory / "input"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "device":
        path = pathlib.Path("/dev/zero")
    elif kind == "loop":
        path.symlink_to("input")
    if not option.startswith("--"):
        args = [option, path]
    elif option == "--raw":
        args = ["pack", *K, "--raw", "%s@0x48000000" % path, "-o", "x"]
    elif option == "--kernel":
        args = ["pack", "--kernel", path, "-o", "x"]
    else:
        args = ["pack", *K, option, path, "-o", "x"]
    result = lethe.bad(3, reason, *args, timeout=10)
    assert "lethe: %s: " % path in result.stderr


def uimage(kind):
    """A legacy header, and behind it a ramdisk."""
    head = bytearray(b"\x27\x05\x19\x56" + bytes(60))
    head[30] = kind
    return bytes(head) + b"\x1f\x8b a ramdisk"


@pytest.mark.parametrize("data, reason", [
    (uimage(3), "is a U-Boot uInitrd; unwrap it with: tail -c +65 'my initrd' > initrd"),
    (uimage(4), "is a U-Boot uImage of several files; extract the initrd with: dumpimage -T multi"),
    (PLAIN_TREE, "is a FIT image or a device tree"), (b"ANDROID!" + bytes(99), "is an Android boot image"),
    (b"VNDRBOOT" + bytes(99), "is an Android vendor boot image"), (image(), "is an arm64 Image"),
    (elf(), "is an ELF file")],
    ids=["uInitrd", "multi", "FIT", "boot", "vendor_boot", "Image", "ELF"])
def test_refused_initrd(lethe, data, reason):
    lethe.write("my initrd", data)
    lethe.bad(3, "my initrd: " + reason, "pack", *K, "--initrd", "my initrd", "-o", "x")


def test_the_printed_command_unwraps_an_initrd(lethe):
    lethe.write("my initrd", uimage(3))
    line = lethe.run("pack", *K, "--initrd", "my initrd", "-o", "x").stderr.splitlines()[0]
    subprocess.run(line.split("unwrap it with: ")[1], shell=True, check=True, cwd=lethe.directory)
    assert lethe.read("initrd") == uimage(3)[64:]
    lethe.pack(*K, "--initrd", "initrd")


@pytest.mark.parametrize("data, reason", [
    (b"/* mine */\n/dts-v1/;\n/ { };\n", "is device tree source; compile it with: dtc"),
    (b"text" * 100, "is no flattened device tree"),
    (PLAIN_TREE[:-1], "device tree is truncated"),
    (PLAIN_TREE[:39], "is no flattened device tree"),
    (PLAIN_TREE[:24] + b"\0\0\0\x63" + PLAIN_TREE[28:], "LETHE_E_TREE_"),
    (PLAIN_TREE.replace(b"\0\0\0\x09", b"\0\0\0\x07"),
     "device tree is damaged (LETHE_E_TREE_BROKEN)"),
    (tree({"#address-cells": struct.pack(">I", 2), "#size-cells": struct.pack(">I", 2),
           "big": bytes(BLOCK - 0x10000)}), "leave room to complete it"),
    (tree({"big": bytes(BLOCK)}), "LETHE_E_TREE_SIZE"),
], ids=["source", "text", "truncated", "header cut", "version", "tag", "no room", "too large"])
def test_refused_tree(lethe, data, reason):
    lethe.write("dtb", data)
    lethe.bad(3, reason, "pack", *K, "--dtb", "dtb", "-o", "x")


@pytest.mark.parametrize("data, reason", [
    (image(), "an arm64 Image without a Lethe header"), (b"", "is empty"),
    (b"x", "not a Lethe bundle"),
    (elf(), "is an ELF file"), (gzip.compress(image()), "a kernel (gzip)"),
    (zlib.compress(bytes(5000)), "not a Lethe bundle")],
    ids=["Image", "empty", "short", "ELF", "gzip", "noise"])
def test_not_a_bundle(lethe, data, reason):
    lethe.write("bad.img", data)
    for command in (["verify"], ["inspect"], ["inspect", "--json"]):
        lethe.bad(3, reason, *command, "bad.img")
    assert json.loads(lethe.run("inspect", "--json", "bad.img").stdout)["ok"] is False
