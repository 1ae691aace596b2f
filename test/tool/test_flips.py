# SPDX-License-Identifier: BSD-2-Clause
"""Thousands of single bits, by flips.c: each one is noticed, and lethe verify names its segment alone."""
import os
import pathlib
import subprocess

import pytest

from tool_command import K, LETHE
from tool_files import image

FLIPS = os.environ.get("FLIPS", str(pathlib.Path(LETHE).parent / "test/tool/flips"))
COUNT = int(os.environ.get("FLIPS_COUNT", "2500"))
SEED = 0x1ee7


def flips(lethe, name, count, seed=SEED):
    done = subprocess.run([FLIPS, name, str(count), str(seed)], cwd=lethe.directory, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
    assert done.returncode == 0, (hex(seed), done.stdout)
    return done.stdout


def test_thousands_of_bits(lethe):
    """No kernel, so that there is nothing up to the next 2 MiB: some 100 KiB, of which each look reads all."""
    lethe.write("app", image(5000))
    bundle, _ = lethe.pack("--raw", "app@0x48000000,entry=0x48000000", "--raw", "raw@0x49000000",
                           "--raw", "initrd@0x4a000000", "--dtb", "dtb")
    assert len(bundle.segments) == 4
    assert flips(lethe, "boot.img", COUNT) == f"{COUNT + 2 * 4 * 256} caught\n"


@pytest.mark.parametrize("seed", [1, 2])
def test_bits_of_a_bundle_with_a_kernel(lethe, seed):
    bundle, _ = lethe.pack(*K, "--initrd", "initrd", "--append", "console=ttyAMA0")
    assert len(bundle.segments) == 2
    flips(lethe, "boot.img", 100, seed)


def test_flips_looks_itself(packed):
    """It refuses what is damaged from the start."""
    lethe, bundle = packed
    bundle.data[bundle["initrd"]["source"] + 9] ^= 0x10
    lethe.write("bad.img", bundle.data)
    done = subprocess.run([FLIPS, "bad.img", "1", "1"], cwd=lethe.directory, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and 'segment 1 "initrd": digest does not match' in done.stdout
