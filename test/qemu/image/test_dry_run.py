# SPDX-License-Identifier: BSD-2-Clause
"""A bundle that stops after the check prints what it would do, and writes nothing."""

import pytest

from images import Bundle, pack, write
from machine import Machine
from paths import LOAD

FREE = 0x4a000000


@pytest.mark.parametrize("el", [1, 2])
def test_stop_after_check_writes_nothing(work, el):
    """Memory is compared before and after: only Lethe's own place differs."""
    raw = write(work + "/raw", b"raw" * 999)
    boot = pack(work + "/boot.img", "--stop-after", "check", "--raw", f"{raw}@{FREE:#x}",
                "--initrd", write(work + "/i", b"i" * 5000), "--append", "x=1")
    bundle = Bundle(boot)
    end = LOAD + bundle.plan("workspace_size")
    with Machine(boot, el=el, ram=True, paused=True) as machine:
        machine.copy_ram(work + "/before")
        machine.go()
        lines = machine.expect(
            rf"^lethe: extent \[{LOAD:#x}, {LOAD + bundle.plan('extent_size'):#x}\)$",
            rf"^lethe: workspace \[{LOAD:#x}, {end:#x}\)$", r"^lethe: memory \[0x40000000, 0x50000000\)$",
            r"^lethe: initrd stays \[", rf"^lethe: raw0 moves to \[{FREE:#x}, {FREE + 2997:#x}\) from",
            r"^lethe: kernel stays \[", r"^lethe: tree slot \[", r"^lethe: would enter 0x",
            "^lethe: halt$", never="lethe: enter")
        assert lines
        changed = machine.ram_differences(work + "/before")
        assert changed and all(LOAD <= a and b <= end for a, b in changed), \
            [(hex(a), hex(b)) for a, b in changed]


def test_stop_after_check_still_refuses(work):
    raw = write(work + "/raw", b"raw" * 999)
    boot = pack(work + "/boot.img", "--stop-after", "check", "--raw", f"{raw}@0x48000000")
    with Machine(boot) as machine:
        machine.expect(r"\(LETHE_E_DEST_LOADER\)$", "^lethe: halt$", never="would enter")
