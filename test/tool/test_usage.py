# SPDX-License-Identifier: BSD-2-Clause
"""The command line: every refusal with its exit code and its sentence; help."""
import os

import pytest

from tool_command import K
from tool_files import image

USAGE = [
    ([], "-o FILE is needed"),
    (K, "-o FILE is needed"),
    (["-o", "x"], "nothing to start: give --kernel, or --raw with entry="),
    (["--raw", "raw@0x1000", "-o", "x"], "nothing to start"),
    (K + ["-o"], "-o needs a value"),
    (["-o", "x", "--kernel"], "--kernel needs a value"),
    (K + K + ["-o", "x"], "--kernel is given twice"),
    (K + ["-o", "x", "-o", "y"], "-o is given twice"),
    (K + ["-o", "x", "--force-dtb"], "--force-dtb needs --dtb"),
    (K + ["-o", "x", "--dtb", "dtb", "--force-dtb=yes"], "--force-dtb takes no value"),
    (K + ["-o", "x", "--kern", "Image"], "--kern is no option of it"),
    (K + ["-o", "x", "-z"], "-z is no option of it"),
    (K + ["-o", "x", "Image"], "Image is unexpected"),
    (K + ["-o", "x", "--el", "2"], "--el 2: is auto or 1"),
    (K + ["-o", "x", "--cpus", "all"], "--cpus all: is keep, pen or psci"),
    (K + ["-o", "x", "--cpus", "pen", "--el", "1"], "--cpus pen: a CPU is given back at the level it came from, not "
     "at EL1: leave --el out, or give --cpus psci"),
    (K + ["-o", "x", "--on-fail", "return"], "--on-fail return: is halt, reset or fallback"),
    (K + ["-o", "x", "--stop-after", "move"], "--stop-after move: only check"),
    (K + ["-o", "x", "--append", "x" * 2048], "--append: 2048 characters; arm64 kernels take 2047"),
    (K + ["-o", "x", "--append", "a\nb"], "--append: character 2 is not printable ASCII"),
    (K + ["-o", "x", "--append", "abcé"], "--append: character 4 is not printable ASCII"),
    (K + ["-o", "x", "--append", "a\tb"], "--append: character 2 is not printable ASCII"),
    (K + ["-o", "x", "--append", "\x7f"], "--append: character 1 is not printable ASCII"),
    (K + ["-o", "x", "--console", "tty"], "--console tty: is stdout, auto, none"),
    (K + ["-o", "x", "--console", "pl011"], "--console pl011: is stdout"),
    (K + ["-o", "x", "--console", "pl011,"], "needs the UART's address"),
    (K + ["-o", "x", "--console", "pl011,0"], "needs the UART's address"),
    (K + ["-o", "x", "--console", "pl011,9000000x"], "needs the UART's address"),
    (K + ["-o", "x", "--console", "pl011,0x9000000,shift=2"], 'cannot read ",shift=2"'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=4"], "shift is 0 to 3"),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=2,width=3"], "width is 1, 2 or 4"),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=2,width=0"], 'cannot read'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,width=4"], "1 bytes apart cannot be 4 wide"),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift=1,shift=1"], 'cannot read ",shift=1"'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,shift="], 'cannot read'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,speed=9"], 'cannot read ",speed=9"'),
    (K + ["-o", "x", "--console", "ns16550,0x1000,"], 'cannot read ","'),
    (K + ["-o", "x", "--raw", "raw"], "--raw raw: is FILE@ADDR[,entry=ADDR]"),
    (K + ["-o", "x", "--raw", "@0x1000"], "is FILE@ADDR"),
    (K + ["-o", "x", "--raw", "raw@"], '"" is no address'),
    (K + ["-o", "x", "--raw", "raw@0x"], '"0x" is no address'),
    (K + ["-o", "x", "--raw", "raw@-1"], '"-1" is no address'),
    (K + ["-o", "x", "--raw", "raw@+1"], '"+1" is no address'),
    (K + ["-o", "x", "--raw", "raw@ 1"], '" 1" is no address'),
    (K + ["-o", "x", "--raw", "raw@1 "], '"1 " is no address'),
    (K + ["-o", "x", "--raw", "raw@12ab"], '"12ab" is no address'),
    (K + ["-o", "x", "--raw", "raw@1M"], '"1M" is no address'),
    (K + ["-o", "x", "--raw", "raw@0x10000000000000000"], "is no address"),
    (K + ["-o", "x", "--raw", "raw@18446744073709551616"], "is no address"),
    (K + ["-o", "x", "--raw", "raw@0x" + "0" * 30 + "1"], "cannot read the address"),
    (K + ["-o", "x", "--raw", "raw@0x1000,start=1"], 'cannot read ",start=1"'),
    (["-o", "x", "--raw", "raw@0x1000,entry="], '"" is no address'),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x1000,"], '"0x1000," is no address'),
    (K + ["-o", "x", "--raw", "raw@0x1000,entry=0x1000"], "only one thing can be started"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x1000", "--raw", "raw@0x8000,entry=0x8000"],
     "several --raw with entry=: only one thing can be started"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0xffc"], "entry 0xffc is not a multiple of 4 inside"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x1002"], "is not a multiple of 4 inside"),
    (["-o", "x", "--raw", "raw@0x1000,entry=0x14b0"], "[0x1000, 0x14b0)"),
    (K + ["-o", "x", "--raw", "raw@0xfffffffffffffff0"],
     'segment 0 "raw0": wraps around the end of the address space (LETHE_E_SEGMENT_WRAP)'),
    (K + ["-o", ""], "the output needs a name"),
    (K + ["-o", "-"], "cannot be written to standard output"),
    (K + ["-o", "/dev/stdout"], ""),
    (K + ["-o", "/dev/null"], "is not a regular file"),
    (K + ["-o", "."], "is not a regular file"),
    (K + ["-o", "Image"], "would overwrite the input Image"),
    (K + ["-o", "./Image"], "would overwrite the input Image"),
    (K + ["--initrd", "initrd", "-o", "initrd"], "would overwrite the input initrd"),
    (K + ["--dtb", "dtb", "-o", "dtb"], "would overwrite the input dtb"),
    (K + ["--raw", "raw@0x48000000", "-o", "raw"], "would overwrite the input raw"),
]


@pytest.mark.parametrize("args, reason", USAGE, ids=[" ".join(a)[-60:] for a, _ in USAGE])
def test_usage(lethe, args, reason):
    before = {name: lethe.read(name) for name in ("Image", "initrd", "dtb", "raw")}
    lethe.bad(2, reason, "pack", *args)
    assert before == {name: lethe.read(name) for name in before}


def test_hard_link_to_an_input_is_that_input(lethe):
    os.link(lethe.directory / "Image", lethe.directory / "link")
    os.symlink("Image", lethe.directory / "symlink")
    for name in "link", "symlink":
        lethe.bad(2, "would overwrite the input Image", "pack", *K, "-o", name)
    assert lethe.read("Image") == image()


@pytest.mark.parametrize("command", ["inspect", "verify", "record"])
def test_other_usage(lethe, command):
    lethe.pack(*K)
    if command != "record":
        lethe.bad(2, "%s: a file is needed" % command, command)
    lethe.bad(2, "one file at a time", command, "boot.img", "boot.img")
    lethe.bad(2, "--yaml is no option of it", command, "--yaml", "boot.img")
    lethe.write("--json", lethe.read("boot.img"))
    assert lethe.run(command, "--", "--json").returncode == (3 if command == "record" else 0)


def test_help(lethe):
    assert lethe.run().returncode == 2
    assert lethe.good("--version").stdout.startswith("lethe ")
    assert lethe.good("--help").stdout == lethe.good("help").stdout
    for command in "pack", "inspect", "verify", "record", "graft":
        assert "lethe %s" % command in lethe.good("--help").stdout
        text = lethe.good(command, "--help").stdout
        assert text.startswith("Usage: lethe %s" % command) and "Example" in text
        assert lethe.good("help", command).stdout == text
        assert lethe.good(command, "-h", "junk").stdout == text
    text = lethe.good("pack", "--help").stdout
    for word in ("--kernel --initrd --dtb --force-dtb --append --el --cpus --on-fail --console --raw "
                 "--stop-after --fallback -o qemu-system-aarch64 booti kexec").split():
        assert word in text
    assert max(map(len, text.splitlines())) <= 100
    lethe.bad(2, "unpack: is no command", "unpack")
    lethe.bad(2, "nothing: is no command", "help", "nothing")
