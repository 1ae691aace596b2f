# SPDX-License-Identifier: BSD-2-Clause
"""What is written: reproducible, replaced whole, and nothing half-written is left."""
import os
import resource
import signal
import stat
import subprocess
import time

import pytest

from tool_bundle import Bundle, check_bundle
from tool_command import K, LETHE, Lethe
from tool_elf import program, purgatory
from tool_files import BLOCK, MIB


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


@pytest.mark.parametrize("length", [100, 101, 241, 248, 249, 250, 254, 255])
@pytest.mark.parametrize("letter", ["x", "\u00e9", "\U0001f680"])
def test_long_output_name(lethe, length, letter):
    """255 bytes are what a file system takes; the temporary file's name has to be no longer."""
    name = letter * (length // len(letter.encode()))
    bundle, _ = lethe.pack(*K, output=name + "x" * (length - len(name.encode())))
    check_bundle(bundle)
    lethe.bad(3, "File name too long", "pack", *K, "-o", "y" * 256)


def test_long_output_path(lethe):
    """4095 bytes with the last name."""
    folder = lethe.directory
    while len(str(folder)) < 4095 - 250:
        folder = folder / ("d" * 200)
        folder.mkdir()
    rest = 4095 - len(str(folder)) - 1
    folder = folder / ("e" * (rest - 9))
    folder.mkdir()
    assert len(str(folder / "boot.img")) == 4095
    lethe.good("pack", *K, "-o", folder / "boot.img")
    assert os.listdir(folder) == ["boot.img"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT,
                                    signal.SIGALRM, signal.SIGUSR1, signal.SIGXCPU])
def test_a_signal_leaves_nothing(lethe, number):
    def ready():
        """A shell in the background ignores some signals, and its children after it."""
        signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    lethe.write("large", b"\1" * (64 * MIB))
    before = sorted(os.listdir(lethe.directory))
    for _ in range(10):
        with subprocess.Popen([LETHE, "pack", "--raw", "large@0x48000000,entry=0x48000000", "-o",
                               "boot.img"], cwd=lethe.directory, stdout=subprocess.DEVNULL,
                              preexec_fn=ready) as process:
            while process.poll() is None and sorted(os.listdir(lethe.directory)) == before:
                time.sleep(0.001)
            process.send_signal(number)
        if process.returncode == -number:
            assert sorted(os.listdir(lethe.directory)) == before
            return
        os.unlink(lethe.directory / "boot.img")     # it was faster
    pytest.fail("it was never caught while it wrote")


ODD = "a\x1b]0;owned\x07\x1b[31m\n\x7f\u009b\u202eb"
ESCAPED = r"a\x1b]0;owned\x07\x1b[31m\x0a\x7f\xc2\x9b\xe2\x80\xaeb"


@pytest.mark.parametrize("name, shown", [(ODD, ESCAPED), ("na\u00efve \u4e2d", "na\u00efve \u4e2d")])
def test_control_characters_in_names(lethe, name, shown):
    """A terminal would obey them, and a line end would make a line that looks like Lethe's."""
    lethe.write(name, lethe.read("Image"))
    results = [lethe.run("pack", "--kernel", name, "-o", name + ".img"),
               lethe.run("pack", "--kernel", "Image", "--console", name, "-o", "x"),
               lethe.run("pack", "--kernel", "Image", "--raw", name, "-o", "x"),
               lethe.run("pack", "--initrd", name, *K, "-o", "x"),
               lethe.run("pack", "--dtb", name, *K, "-o", "x"), lethe.run("pack", name)]
    lethe.write(name + ".kexec", program(purgatory(30000)))
    for command in (["verify", name + ".img"], ["inspect", name + ".img"], ["verify", name],
                    ["inspect", name], ["record", name], ["graft", "--check", name + ".kexec"],
                    ["graft", name + ".kexec", "-o", name + ".new"], ["graft", "--check", name],
                    ["verify", name + " is not there"], [name], ["verify", "x", name]):
        results.append(lethe.run(*command))
    for result in results:
        assert shown in result.stdout + result.stderr, result
        assert all(c == "\n" or c.isprintable() for c in result.stdout + result.stderr), result
    assert os.path.exists(lethe.directory / (name + ".new"))


def test_bytes_that_are_no_utf8(lethe):
    done = subprocess.run([LETHE, "verify", b"a\x9b31m\xff\xc0\xaf\xe2\x80"], cwd=lethe.directory,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.stderr == (rb"lethe: a\x9b31m\xff\xc0\xaf\xe2\x80: "
                           b"No such file or directory\n")


def test_full_standard_output(lethe):
    lethe.pack(*K)
    for args in ["--help"], ["inspect", "boot.img"], ["verify", "boot.img"]:
        with open("/dev/full", "w") as full:
            result = subprocess.run([LETHE, *args], cwd=lethe.directory, stdout=full,
                                    stderr=subprocess.PIPE, text=True)
        assert result.returncode == 3 and "standard output: No space left" in result.stderr
