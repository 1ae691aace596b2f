# SPDX-License-Identifier: BSD-2-Clause
"""Each command that README.md, the man page, --help or the command itself prints runs as printed.

The `make` commands of README.md are run by test/build/test_first_hour.py.
"""
import os
import re
import shutil
import struct
import subprocess

import pytest

import printed
from tool_command import LETHE, ROOT
from tool_files import record_tree

QEMU = os.environ.get("QEMU", "qemu-system-aarch64")
KERNEL = os.environ.get("KERNEL", str(ROOT / "build/deps/kernel/Image"))
BUSYBOX = os.environ.get("BUSYBOX", str(ROOT / "build/deps/busybox"))

U_BOOT = "U-Boot's prompt: test_kernel.py boots bundles with booti"
KEXEC = "root on an arm64 Linux: test_kexec.py and test_purgatory.py run it in a guest"
GRAFT = "an arm64 kexec in the host's /usr/sbin: test_graft.py grafts Debian's"
ELSEWHERE = {
    "load mmc 0:1 $kernel_addr_r boot.img": U_BOOT,
    "booti $kernel_addr_r - $fdtcontroladdr": U_BOOT,
    "load mmc 0:1 $kernel_addr_r boot.img; booti $kernel_addr_r - $fdtcontroladdr": U_BOOT,
    "kexec -l --no-checks boot.img --reuse-cmdline && kexec -e": KEXEC,
    "./kexec.lethe -c -l Image --initrd=initrd.img --reuse-cmdline && ./kexec.lethe -e": KEXEC,
    "build/lethe graft /usr/sbin/kexec -o kexec.lethe": GRAFT,
    "lethe graft /usr/sbin/kexec -o kexec.lethe": GRAFT,
    "lethe record": "a machine that Lethe booted: the init of `make run` runs it",
}

# Prints, and powers the machine off. Runs anywhere, at EL2.
APP = struct.pack("<10I", 0x52A12001, 0x10000122, 0x38401443, 0x34000063, 0xB9000023, 0x17FFFFFD,
                  0x52800100, 0x72B08000, 0xD4000003, 0x14000000) + b"app: started\n\0\0\0"

# For those who have no jq: the one filter that is printed.
JQ = """#!/bin/sh
exec python3 -c 'import functools, json, sys
print(functools.reduce(dict.__getitem__, sys.argv[1].strip(".").split("."), json.load(sys.stdin)))' "$@"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files that the commands name, and the programs on PATH."""
    folder = tmp_path_factory.mktemp("printed")
    for name in "Image", "new", "old":
        os.symlink(KERNEL, folder / name)
    subprocess.run([ROOT / "tools/run/initramfs.sh", folder / "initrd.img", BUSYBOX,
                    ROOT / "examples/linux-boot/init"], check=True)
    for name in "initrd", "new.initrd", "old.initrd":
        os.symlink("initrd.img", folder / name)
    (folder / "app.bin").write_bytes(APP)
    os.symlink(os.environ["KEXECS"].split()[0] + "/sbin/kexec", folder / "kexec")
    os.symlink(os.path.dirname(LETHE), folder / "build")
    (folder / "bin").mkdir()
    (folder / "bin/qemu-system-aarch64").write_text(
        f"#!/bin/sh\nexec '{os.path.abspath(shutil.which(QEMU))}' \"$@\"\n")
    (folder / "bin/jq").write_text(JQ)
    for name in "qemu-system-aarch64", "jq":
        (folder / "bin" / name).chmod(0o755)
    run(folder, "lethe pack --kernel Image --initrd initrd.img --append console=ttyAMA0 -o debian.img")
    (folder / "fdt.dtb").write_bytes(record_tree())
    return folder


def run(folder, command, **environment):
    path = f"{folder}/bin:{os.path.dirname(LETHE)}:{os.environ['PATH']}"
    result = subprocess.run(["sh", "-c", command], cwd=folder, text=True, errors="replace", timeout=120,
                            env={**os.environ, "PATH": path, "QEMU": "", **environment},
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 0, (command, result.stdout)
    return result.stdout


HERE = [command for command in printed.all_commands()
        if command not in ELSEWHERE and not command.startswith(("make ", "git "))]


def test_the_texts_are_read():
    """At least what is known to be there: an empty list would pass all else."""
    for source in printed.readme(), printed.man(), printed.helps():
        assert "kexec -l --no-checks boot.img --reuse-cmdline && kexec -e" in source
        assert any("pack --kernel Image" in command for command in source)
    assert set(ELSEWHERE) <= set(printed.all_commands()), "a reason without its command"


@pytest.mark.parametrize("command", HERE)
def test_command(place, command):
    run(place, "ln -f debian.img boot.img")
    said = run(place, command)
    if command.startswith("qemu-system-aarch64"):
        assert "\ninit: user space, command line: console=ttyAMA0\n" in said.replace("\r", "")
    if "jq" in command:
        assert int(said) > os.path.getsize(KERNEL)
    if "&& echo good" in command:
        assert said.endswith("good\n")
    if " pack " in command and "app.bin" not in command:
        run(place, "lethe verify boot.img")


def test_one_command_for_kexec():
    """With --no-checks for a bundle; with -c for the grafted one."""
    assert {command for command in printed.all_commands() if "kexec" in command.split()[0]} == \
        {command for command, reason in ELSEWHERE.items() if reason == KEXEC}


def following(said):
    return [re.search(rf"^{what}: +(.*)$", said, re.M)[1] for what in ("look at it", "try it")]


@pytest.mark.parametrize("name", ["boot.img", "my boot's $img.bin", "a,b.img", "-o.img"])
def test_next_steps_run_as_printed(place, name):
    """Called by its path, and with the QEMU that is beside it or on PATH."""
    pack = next(command for command in HERE if "app.bin" in command)
    quoted = "'" + name.replace("'", "'\\''") + "'"
    said = run(place, "build/" + pack.replace("-o boot.img", "-o " + quoted))
    look, attempt = following(said)
    assert look.startswith("build/lethe ")
    assert "0x44000000" in run(place, look)
    assert "app: started" in run(place, attempt)
    os.unlink(place / name)


def test_next_steps_find_the_qemu_that_make_fetched(place):
    """Called by its path, where PATH has none; where it has one that one is named."""
    said = run(place, "build/lethe pack --raw app.bin@0x44000000,entry=0x44000000 -o q.img",
               PATH="/usr/bin:/bin")
    attempt = following(said)[1]
    assert attempt.startswith(("build/deps/qemu/qemu-system-aarch64 ", "qemu-system-aarch64 "))
    assert "app: started" in run(place, attempt, PATH="/usr/bin:/bin")


def test_next_steps_name_the_qemu_of_the_caller(place):
    os.makedirs(place / "my tools", exist_ok=True)
    shutil.copy(place / "bin/qemu-system-aarch64", place / "my tools/qemu")
    said = run(place, "lethe pack --raw app.bin@0x44000000,entry=0x44000000 -o q.img",
               QEMU="my tools/qemu")
    look, attempt = following(said)
    assert look == "lethe inspect q.img" and attempt.startswith("'my tools/qemu' -M ")
    assert "app: started" in run(place, attempt)


def test_next_steps_give_enough_memory(place):
    for address, memory in ("0x44000000", "1G"), ("0x7ffff000", "2G"), ("0x123456000", "4G"):
        said = run(place, f"lethe pack --raw app.bin@{address},entry={address} -o far.img")
        assert f" -m {memory} " in said, said
    os.unlink(place / "far.img")


def test_refusals_name_commands_that_run(place):
    """xz is among what Lethe is built with; the other packers are not."""
    run(place, "head -c 100000 Image | xz >'my kernel.xz'")
    result = subprocess.run([LETHE, "pack", "--kernel", "my kernel.xz", "-o", "x"], cwd=place, text=True,
                            stderr=subprocess.PIPE)
    assert result.returncode == 3
    command = result.stderr.strip().split("unpack it with: ")[1]
    run(place, command.replace("> Image", "> unpacked"))
    assert (place / "unpacked").stat().st_size == 100000


def test_try_help(place):
    said = run(place, "build/lethe pack 2>&1 || :")
    assert said.splitlines()[-1] == "Try: build/lethe pack --help"
    assert run(place, "build/lethe pack --help").startswith("Usage")


def test_signing(place):
    """docs/use/uefi.md, in its order. The signature is over what follows it as well: a byte more is not admitted."""
    commands = printed.listings("docs/use/uefi.md")[1]
    assert [command.split()[0] for command in commands].count("sbsign") == 2
    for command in commands:
        run(place, command)
    run(place, "head -c 5000000 boot.signed.img >bad.img; printf x >>bad.img; tail -c +5000002 boot.signed.img >>bad.img")
    run(place, "! sbverify --cert my.pem bad.img")
    run(place, "! sbverify --cert my.pem boot.img")


def test_snippet_of_the_readme():
    """It stands in a program that boots: examples/linux-boot, test_examples.py."""
    text = (ROOT / "README.md").read_text()
    code = (ROOT / "examples/linux-boot/main.c").read_text()
    snippet = re.search(r"^```c\n(.*?)^```", text, flags=re.M | re.S)[1]
    source = re.search(r"/\* README: from here \*/\n(.*?)\t/\* README: to here \*/", code, re.S)[1]
    assert snippet == re.sub(r"^\t", "", source, flags=re.M)
    assert text.count("\n") < 150
