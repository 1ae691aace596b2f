# SPDX-License-Identifier: BSD-2-Clause
"""What is written: reproducible, replaced whole, and nothing half-written is left."""
import os
import resource
import stat
import subprocess

import pytest

from tool_bundle import Bundle, check_bundle
from tool_command import K, LETHE, Lethe
from tool_files import BLOCK


def test_same_inputs_same_bytes(lethe, tmp_path_factory):
    options = [*K, "--initrd", "initrd", "--dtb", "dtb", "--append", "x", "--raw", "raw@0x48000000"]
    first, _ = lethe.pack(*options)
    elsewhere = Lethe(tmp_path_factory.mktemp("elsewhere"))
    for name in "Image", "initrd", "dtb", "raw":
        elsewhere.write(name, lethe.read(name))
        os.utime(elsewhere.directory / name, (1, 1))
    second, _ = elsewhere.pack(*options, output="other.img")
    assert first.data == second.data


def test_output_mode_and_replacement(lethe):
    def mode(name):
        return stat.S_IMODE(os.stat(lethe.directory / name).st_mode)

    lethe.run("pack", *K, "-o", "boot.img", preexec_fn=lambda: os.umask(0o027))
    assert mode("boot.img") == 0o640
    os.chmod(lethe.directory / "boot.img", 0o604)
    (lethe.directory / "boot.img").write_bytes(b"old")
    os.symlink("boot.img", lethe.directory / "link")
    lethe.pack(*K, output="link")
    assert (lethe.directory / "link").is_symlink() and mode("boot.img") == 0o604
    check_bundle(Bundle(lethe.read("boot.img")))


@pytest.mark.parametrize("limit", [1, 4096, 100000, BLOCK + 8000])
def test_no_space_leaves_nothing(lethe, limit):
    """A file size limit stands for a full disk: write() fails at that byte."""
    lethe.write("boot.img", b"old")
    lethe.bad(3, "boot.img: File too large", "pack", *K, "-o", "boot.img", preexec_fn=lambda:
              resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert lethe.read("boot.img") == b"old"


@pytest.mark.parametrize("output", ["missing/boot.img", "Image/boot.img", "/proc/boot.img",
                                    "x" * 300])
def test_unwritable_output(lethe, output):
    lethe.bad(3, "", "pack", *K, "-o", output)


def test_error_after_the_inputs_leaves_old_output(lethe):
    lethe.write("boot.img", b"old")
    lethe.bad(3, "initrd2: No such file", "pack", *K, "--initrd", "initrd2", "-o", "boot.img")
    assert lethe.read("boot.img") == b"old"


def test_full_standard_output(lethe):
    lethe.pack(*K)
    for args in ["--help"], ["inspect", "boot.img"], ["verify", "boot.img"]:
        with open("/dev/full", "w") as full:
            result = subprocess.run([LETHE, *args], cwd=lethe.directory, stdout=full,
                                    stderr=subprocess.PIPE, text=True)
        assert result.returncode == 3 and "standard output: No space left" in result.stderr
