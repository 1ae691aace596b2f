# SPDX-License-Identifier: BSD-2-Clause
"""lethe verify's bar: on a terminal, for a large file, gone at the end; nobody else ever sees it."""
import os
import re

import pytest

from tool_command import damage
from tool_terminal import on_terminal

MIB = 1 << 20
LARGE = 64 * MIB


def pack(lethe, size):
    with open(lethe.directory / "app", "wb") as file:
        file.truncate(size)
    bundle, _ = lethe.pack("--raw", "app@0x48000000,entry=0x48000000", output=f"{size}.img")
    os.unlink(lethe.directory / "app")
    return bundle


@pytest.fixture(scope="module")
def packed_large(tmp_path_factory):
    from tool_command import Lethe
    lethe = Lethe(tmp_path_factory.mktemp("large"))
    return lethe, pack(lethe, LARGE)


def screen(text):
    """The lines that are there at the end, and the widest that ever was."""
    lines, column, widest = [[]], 0, 0
    for c in text:
        if c == "\r":
            column = 0
        elif c == "\n":
            lines.append([])
        else:
            assert c.isprintable(), repr(c)
            lines[-1][column:column + 1] = c
            column += 1
            widest = max(widest, column)
    return ["".join(line).rstrip() for line in lines], widest


def test_bar(packed_large):
    lethe, _ = packed_large
    code, text, piped = on_terminal(lethe, "verify", f"{LARGE}.img")
    assert code == 0 and piped == lethe.good("verify", f"{LARGE}.img").stdout
    bars = re.findall(r"\[(#*) *\] +(\d+) %", text)
    assert [int(per_cent) for _, per_cent in bars] == sorted({int(per_cent) for _, per_cent in bars})
    assert bars[0] == ("", "0") and bars[-1] == ("#" * 50, "100") and len(bars) > 50
    assert all(len(bar) == int(per_cent) // 2 for bar, per_cent in bars)
    lines, widest = screen(text)
    assert lines == [""] and widest < 80 and text.endswith("\r")


def test_everything_on_one_terminal(packed_large):
    lethe, _ = packed_large
    code, text, piped = on_terminal(lethe, "verify", f"{LARGE}.img", stdout=True)
    lines, _ = screen(text)
    assert code == 0 and piped == "" and "100 %" in text
    assert lines == lethe.good("verify", f"{LARGE}.img").stdout.split("\n")


def test_what_is_wrong_is_said_behind_it(packed_large):
    lethe, bundle = packed_large
    damage(lethe, bundle, bundle.segments[0]["source"] + LARGE - 1)
    code, text, _ = on_terminal(lethe, "verify", "bad.img")
    assert code == 1 and "100 %" in text
    assert screen(text)[0] == lethe.run("verify", "bad.img").stderr.split("\n")


@pytest.mark.parametrize("stdout", [False, True])
def test_no_terminal_no_bar(packed_large, stdout):
    lethe, _ = packed_large
    code, text, piped = on_terminal(lethe, "verify", f"{LARGE}.img", stdout=stdout, stderr=False)
    assert code == 0 and (text or piped) and not re.search("[%#]", text + piped)
    assert lethe.good("verify", f"{LARGE}.img").stderr == ""


def test_small_file_no_bar(lethe):
    pack(lethe, LARGE - 1)
    code, text, piped = on_terminal(lethe, "verify", f"{LARGE - 1}.img")
    assert code == 0 and text == "" and piped.endswith(": ok\n")


def test_other_files_no_bar(packed):
    """Not a bundle; one that ends early; and a command that has none."""
    lethe, bundle = packed
    lethe.write("short.img", bundle.data[:-1])
    for command, name in (("verify", "initrd"), ("verify", "short.img"), ("inspect", "boot.img")):
        _, text, _ = on_terminal(lethe, command, name)
        assert "%" not in text and screen(text)[0] == lethe.run(command, name).stderr.split("\n")
