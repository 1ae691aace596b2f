# SPDX-License-Identifier: BSD-2-Clause
"""make BTI=1: what a loader links whose code is mapped as guarded. Environment: O, absolute, and as make check-build has it."""

import os
import re
import subprocess

import pytest

from tool_command import ROOT

CROSS = os.environ.get("CROSS_COMPILE", "aarch64-linux-gnu-")


def tool(name, *arguments):
    return subprocess.run([CROSS + name, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def entries(library):
    """{function that others can call: its first instruction}"""
    text = tool("objdump", "-d", "--no-show-raw-insn", library)
    globals_ = {line.split()[2] for line in tool("nm", "-g", "--defined-only", library).splitlines() if " T " in line}
    return {name: first for name, first in re.findall(r"^[0-9a-f]+ <(\w+)>:\n +[0-9a-f]+:\t(.*)$", text, re.M) if name in globals_}


@pytest.mark.long
def test_every_function_is_a_landing_pad(tmp_path):
    """The linker is told so; and the blob, which turns the map off, is the same. Without BTI=1 there is none."""
    out = tmp_path / "out"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(["make", f"O={out}", "BTI=1", f"{out}/liblethe.a"], cwd=ROOT, env=environment, check=True, timeout=600)
    found = entries(f"{out}/liblethe.o")
    assert "lethe_boot" in found and len(found) > 30
    assert found.pop("lethe_el2_stub")      # vectors, to be copied, not called
    assert {name: first for name, first in found.items() if first.strip() != "bti\tc"} == {}
    assert "AArch64 feature: BTI" in tool("readelf", "-n", f"{out}/liblethe.o")
    assert (out / "lethe-boot.bin").read_bytes() == (ROOT / os.environ["O"] / "lethe-boot.bin").read_bytes()
    assert "BTI" not in tool("readelf", "-n", os.path.join(os.environ["O"], "liblethe.o"))
