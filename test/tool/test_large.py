# SPDX-License-Identifier: BSD-2-Clause
"""Files of 5 GiB, sparse: what they are is said at once, and they are never in memory as a whole."""
import os
import re
import subprocess
import sys

import pytest

from tool_command import K, LETHE
from tool_files import MIB, PLAIN_TREE, image
from tool_terminal import on_terminal

GIB = 1 << 30
SIZE = 5 * GIB
LARGE = 300 * MIB


def sparse(lethe, name, front=b"", size=SIZE):
    with open(lethe.directory / name, "wb") as file:
        file.write(front)
        file.truncate(size)
    return name


# In a small process of its own: a child's peak begins with its parent's size.
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak(lethe, *arguments, timeout):
    """The exit code, the output, and the most memory that was in use at once, in bytes."""
    done = subprocess.run([sys.executable, "-c", MEASURE, LETHE, *arguments], cwd=lethe.directory,
                          text=True, stdout=subprocess.PIPE, timeout=timeout, check=True)
    text, last = done.stdout[:-1].rpartition("\n")[::2]
    code, most = map(int, last.split())
    return code, text + "\n", most


FRONTS = {"zeros": b"", "Image": image(), "tree": PLAIN_TREE, "ELF": b"\x7fELF" + bytes(99)}


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("command", [["verify"], ["inspect"], ["graft", "--check"], ["record"],
                                     ["pack", *K, "-o", "x", "--dtb"]])
def test_what_is_no_bundle_is_refused_at_once(lethe, command, front):
    sparse(lethe, "large", FRONTS[front])
    code, text, most = peak(lethe, *command, "large", timeout=10)
    if command[0] == "pack" and front == "tree":
        assert code == 0            # bytes behind a tree do not belong to it
    else:
        first = "large: not a Lethe bundle" if command[0] == "inspect" else "lethe: large: "
        assert code == 3 and text.startswith(first), text
    assert most < 128 * MIB


@pytest.mark.parametrize("front, reason", [(b"\x27\x05\x19\x56", "uInitrd"), (image(), "arm64 Image")])
def test_what_is_no_initrd_is_refused_at_once(lethe, front, reason):
    sparse(lethe, "large", front)
    code, text, most = peak(lethe, "pack", *K, "--initrd", "large", "-o", "x", timeout=10)
    assert code == 3 and reason in text and most < 128 * MIB


def test_a_plan_that_cannot_be_placed_is_refused_before_the_digest(lethe):
    sparse(lethe, "large")
    result = lethe.bad(2, "LETHE_E_", "pack", "--raw", "large@0x40200000,entry=0x40200000", "--raw",
                       "raw@0x40300000", "-o", "x", timeout=10)
    assert "%" not in result.stderr


def test_pack_and_verify_stream(lethe):
    """300 MiB here, for 5 GiB take minutes."""
    sparse(lethe, "initrd", b"initrd", LARGE)
    code, text, most = peak(lethe, "pack", *K, "--initrd", "initrd", "-o", "boot.img", timeout=120)
    assert code == 0 and most < 128 * MIB, (text, most)
    status = os.stat(lethe.directory / "boot.img")
    assert status.st_size > LARGE and status.st_blocks * 512 < 16 * MIB
    code, text, most = peak(lethe, "verify", "boot.img", timeout=120)
    assert code == 0 and text.endswith("boot.img: ok\n") and most < 128 * MIB, (text, most)
    with open(lethe.directory / "boot.img", "r+b") as file:
        file.seek(LARGE - 1)
        file.write(b"\1")
    assert lethe.run("verify", "boot.img").returncode == 1


def test_bar_of_pack(lethe):
    sparse(lethe, "app", b"app", 65 * MIB)
    code, text, piped = on_terminal(lethe, "pack", "--raw", "app@0x80000000,entry=0x80000000", "-o",
                                    "boot.img")
    shown = [int(number) for number in re.findall(r"(\d+) %", text)]
    assert code == 0 and shown[0] == 0 and shown.count(100) == 2 and shown.count(0) == 2
    assert text.endswith(" \r") and piped.startswith("boot.img: ")


def test_a_message_clears_the_bar(lethe):
    lethe.write("app", b"\1" * (65 * MIB))
    script = "ulimit -f 1024; exec '%s' pack --raw app@0x80000000,entry=0x80000000 -o boot.img" % LETHE
    code, text, _ = on_terminal(lethe, "-c", script, program="/bin/sh")
    assert code == 3
    assert re.search(r"\r {60}\rlethe: boot.img: File too large\r\n$", text), text[-200:]


def test_input_that_changes(lethe):
    """Its digest and its bytes are read one after the other; a bundle of two states would not boot."""
    lethe.write("app", b"\1" * (200 * MIB))
    with subprocess.Popen([LETHE, "pack", "--raw", "app@0x80000000,entry=0x80000000", "-o", "boot.img"],
                          cwd=lethe.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        while process.poll() is None and len(os.listdir(lethe.directory)) < 6:
            pass
        with open(lethe.directory / "app", "r+b") as file:
            file.write(b"\2")
        _, text = process.communicate(timeout=60)
    assert process.returncode == 3 and text == "lethe: app: changed while it was read\n"
    assert not [name for name in os.listdir(lethe.directory) if name.startswith("boot")]


def test_input_that_shrinks(lethe):
    lethe.write("app", b"\1" * (200 * MIB))
    with subprocess.Popen([LETHE, "pack", "--raw", "app@0x80000000,entry=0x80000000", "-o", "boot.img"],
                          cwd=lethe.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        while process.poll() is None and len(os.listdir(lethe.directory)) < 6:
            pass
        os.truncate(lethe.directory / "app", 4096)
        _, text = process.communicate(timeout=60)
    assert process.returncode == 3 and "became shorter" in text
    assert not [name for name in os.listdir(lethe.directory) if name.startswith("boot")]


@pytest.mark.parametrize("field, value", [(80, GIB - 4096), (96, GIB)])
def test_headers_that_state_sizes_of_gigabytes(packed, field, value):
    lethe, bundle = packed
    data = bytearray(bundle.data)
    data[field:field + 8] = value.to_bytes(8, "little")
    sparse(lethe, "large", bytes(data), GIB)
    code, _, most = peak(lethe, "verify", "large", timeout=60)
    assert code in (1, 3) and most < 128 * MIB
