# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures for the tests of the host command: a folder with its inputs, and a bundle."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
pytest.register_assert_rewrite("tool_bundle", "tool_command", "tool_flash", "tool_machine")  # theirs are explained, too

from tool_command import K, Lethe           # noqa: E402
from tool_files import PLAIN_TREE, image    # noqa: E402
from tool_machine import MINE, board, cpu   # noqa: E402


@pytest.fixture
def lethe(tmp_path):
    tool = Lethe(tmp_path)
    tool.write("Image", image())
    tool.write("initrd", b"initrd " * 1000)
    tool.write("dtb", PLAIN_TREE)
    tool.write("raw", b"\x1f\x20\x03\xd5" * 300)
    return tool


@pytest.fixture
def packed(lethe):
    bundle, _ = lethe.pack(*K, "--initrd", "initrd", "--dtb", "dtb", "--append", "console=ttyAMA0",
                           "--raw", "raw@0x48000000")
    return lethe, bundle


@pytest.fixture
def flash(lethe):
    """Two bundles, a machine's text, and its tree."""
    lethe.pack(*K, "--initrd", "initrd", output="a.img")
    lethe.pack(*K, output="b.img")
    lethe.write("my.machine", MINE.encode())
    lethe.write("my.dtb", board({"cpu@0": cpu(0x100), "cpu@1": cpu(0x101)}))
    return lethe
