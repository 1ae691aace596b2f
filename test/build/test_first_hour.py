# SPDX-License-Identifier: BSD-2-Clause
"""What a newcomer meets: the make commands of README.md, and what make says when something is not as it has to be.

Environment: O, absolute.
"""
import os
import pathlib
import re
import select
import shutil
import subprocess
import time

import pytest

import printed
from tool_command import ROOT

O = pathlib.Path(os.environ["O"])
LIMIT = 240         # seconds for one command; `make run` ends by itself after 180

ELSEWHERE = {
    "make check": "it runs this",
    "make shell": "a command for a terminal: test_shell",
    "make run LOADER=": "the head of a column: test_loader",
    "git clone ADDRESS-OF-THIS-REPOSITORY lethe && cd lethe": "its address is not in the text: test_clone",
}
HERE = [command for command in printed.readme()
        if command.startswith("make ") and command not in ELSEWHERE]


def environment(**changes):
    """As in a shell of the reader's: not that of the make which runs this."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("MAKE", "MFLAGS")) and name not in ("V", "CC", "DESTDIR")}
    return {**kept, "O": str(O), "LETHE": str(O), **changes}


def sh(command, where=ROOT, **changes):
    result = subprocess.run(["sh", "-c", command], cwd=where, env=environment(**changes), text=True,
                            errors="replace", timeout=LIMIT, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode, result.stdout.replace("\r", "")


def good(command, *patterns, **options):
    status, said = sh(command, **options)
    assert status == 0, said
    for pattern in patterns:
        assert re.search(pattern, said, re.M), (pattern, said)
    return said


def refused(command, *patterns, lines=None, **options):
    """Ends with another status than 0, and says why; in that many lines but make's own."""
    status, said = sh(command, **options)
    assert status != 0, said
    for pattern in patterns:
        assert re.search(pattern, said, re.M), (pattern, said)
    own = [line for line in said.splitlines() if not re.match(
        r"make(\[\d+\])?: (\*\*\*|Entering|Leaving)|  (CC|AS|LINK|AR) ", line)]
    assert lines is None or len(own) == lines, said
    return said


# ---- the commands of README.md ----

UP = {"make run": r"^init: user space after",
      "make run DAMAGE=kernel": None,
      "make -C examples/minimal run": r"^hello from the payload$",
      "make && make -C examples/linux-boot run": r"^init: user space, command line: ",
      "make -C examples/resume run": r"^init: user space, command line: ",
      "make deps DEPS=print": r"^",
      "make help": r"^\tcheck-long"}


def test_the_readme_is_read():
    assert set(UP) == set(HERE)
    assert set(ELSEWHERE) <= set(printed.readme())


# The tests that boot start the other two examples as well.
LONG = ("make && make -C examples/linux-boot run", "make -C examples/resume run")


@pytest.mark.parametrize("command", [pytest.param(command, marks=[pytest.mark.long] if command in LONG else [])
                                     for command in UP if UP[command]])
def test_command(command):
    good(command, UP[command])


@pytest.mark.parametrize("part", ["kernel", pytest.param("initrd", marks=pytest.mark.long), pytest.param("plan", marks=pytest.mark.long)])
def test_damage(part):
    """One word is what the README prints for the kernel; the others stand beside it."""
    command = "make run DAMAGE=kernel".replace("kernel", part)
    error = "plan digest" if part == "plan" else f'segment . "{part}": digest'
    refused(command, rf"^lethe: FAIL (check|verify): {error} does not match", "^lethe: halt$",
            "^run: Lethe refused to start the kernel$")


LOADERS = re.findall(r"\| `(\S+)` \|$", (ROOT / "README.md").read_text(), re.M)


def test_the_readme_has_the_loaders():
    refused("make run LOADER=none", f"is {', '.join(LOADERS[:-1])} or {LOADERS[-1]}$")


@pytest.mark.long
@pytest.mark.parametrize("loader", LOADERS)
def test_loader(loader):
    good(f"make run LOADER={loader}", "^init: user space after")


@pytest.mark.long
def test_damage_under_firmware():
    refused("make run LOADER=grub DAMAGE=kernel", '^lethe: FAIL verify: segment . "kernel": digest does not match',
            "^lethe: back to firmware: ", "^run: Lethe refused to start the kernel$")


def test_clone(tmp_path):
    if not (ROOT / ".git").exists():
        return      # an unpacked archive: nothing to clone
    command = next(line for line in printed.readme() if line.startswith("git clone"))
    good(command.replace("ADDRESS-OF-THIS-REPOSITORY", f"'{ROOT}'") + " && test -e Makefile",
         where=tmp_path)


def test_shell():
    """The prompt comes, a command is answered, poweroff ends it."""
    process = subprocess.Popen(["make", "shell"], cwd=ROOT, env=environment(), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, todo, end = b"", [b"echo $((6 * 7))\n", b"poweroff -f\n"], time.monotonic() + LIMIT
    marks = [b"'poweroff -f' ends it", b"42"]
    try:
        while select.select([process.stdout], [], [], max(0, end - time.monotonic()))[0]:
            data = os.read(process.stdout.fileno(), 4096)
            if not data:
                break
            said += data
            if marks and marks[0] in said:
                time.sleep(1)       # the shell opens its terminal after the mark
                process.stdin.write(todo.pop(0))
                process.stdin.flush()
                marks.pop(0)
        assert process.wait(timeout=30) == 0 and not marks, said
        assert b"Ctrl-A X leaves QEMU" in said
    finally:
        process.kill()
        process.wait()


# ---- make run, when user space does not come up ----

@pytest.mark.long
def test_run_fails_with_the_kernel(tmp_path):
    """An initramfs without a program in it: the kernel panics."""
    (tmp_path / "busybox").write_text("no program")
    refused(f"make run BUSYBOX='{tmp_path}/busybox'", "Kernel panic", "^run: the kernel panicked$")


def test_run_is_bounded():
    refused("make run LIMIT=1", "^run: Ctrl-A X leaves QEMU", "^run: not done after 1 seconds")


@pytest.mark.parametrize("choice", ["DAMAGE=tree", *(pytest.param(choice, marks=pytest.mark.long)
                                                    for choice in ("LIMIT=long", "EL=3", "LOADER=lilo"))])
def test_run_refuses(choice):
    refused(f"make run {choice}", "^run: " + choice)


# ---- names ----

ODD = [" ", "'", '"', "$$", ":", "#", "%", "&", ";", ",", "="]


@pytest.mark.parametrize("odd", ODD)
def test_folder(tmp_path, odd):
    """Refused by the first lines of the Makefile: nothing else is there yet."""
    folder = tmp_path / f"a{odd}b"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    refused("make run", "make cannot build in a folder whose path has a space or one of", lines=1,
            where=folder)
    assert os.listdir(folder) == ["Makefile"]


@pytest.mark.parametrize("odd", ["", "a b", "a'b", "a:b", "a%b", "a,b"])
def test_build_folder(tmp_path, odd):
    name = f"{tmp_path}/{odd}" if odd else ""
    refused(f'make run O="{name}"', "the build folder needs a path without spaces", lines=1)
    assert not os.listdir(tmp_path)


def test_destdir_takes_any_name(tmp_path):
    for name in "a b", "it's $here":
        root = tmp_path / name
        good('make install PREFIX=/usr DESTDIR="$ROOT"', ROOT=str(root).replace("$", "$$"))
        assert (root / "usr/bin/lethe").exists() and (root / "usr/include/lethe/boot.h").exists()
        assert "prefix=/usr\n" in (root / "usr/lib/pkgconfig/lethe.pc").read_text()


def test_prefix_with_a_space(tmp_path):
    refused(f"make install PREFIX='/a b' DESTDIR='{tmp_path}'", "has to be a path without spaces", lines=1)
    assert not os.listdir(tmp_path)


def test_another_build_folder_fetches_nothing(tmp_path):
    """What is in build/deps serves; without build/deps there is nothing to share."""
    if not (ROOT / "build/deps").exists():
        return
    fresh = "env -u NEWLIB_SRC -u LIBFDT_SRC -u KERNEL -u BUSYBOX -u QEMU make deps-run DEPS=no"
    for _ in range(2):
        assert good(fresh, O=str(tmp_path / "other")) == ""


# ---- what is missing ----

def without(tmp_path, header):
    """A host compiler that does not find a header."""
    path = tmp_path / "cc"
    path.write_text(f"""#!/bin/sh
if [ "$1" = -E ] && grep -q '<{header}>'; then echo "{header}: not there" >&2; exit 1; fi
exec cc "$@"
""")
    path.chmod(0o755)
    return path


def test_no_libfdt(tmp_path):
    said = refused(f"make HOSTCC={without(tmp_path, 'libfdt.h')} O={tmp_path}/o '{tmp_path}/o/lethe'",
                   "^make: missing: .*host-libfdt.*; 'make deps-build' gets")
    assert "error:" not in said


def test_no_cmocka(tmp_path):
    refused(f"make unit-toolchain HOSTCC={without(tmp_path, 'cmocka.h')}",
            "^make: missing: cmocka; 'make deps-check' gets", lines=1)


def test_no_cross_compiler():
    refused("make toolchain CROSS_COMPILE=nothing-like-it-",
            "^make: missing: cross-gcc; 'make deps-build' gets", lines=1)


def test_no_host_compiler():
    refused("make host-toolchain HOSTCC=nothing-like-it", "^make: missing: host-gcc", lines=1)


def test_clang_for_the_firmware(tmp_path):
    (tmp_path / "x-gcc").write_text("#!/bin/sh\necho 'clang version 14.0.6'\n")
    (tmp_path / "x-gcc").chmod(0o755)
    refused(f"make toolchain CROSS_COMPILE={tmp_path}/x-", "x-gcc is not gcc", lines=1)
    refused("make CC=clang", "CC=clang is not used: .* CROSS_COMPILE=.* HOSTCC=", lines=1)


def test_dist_without_git(tmp_path):
    for name in "Makefile", "tools", "test", "src", "bench", "examples", "include":
        os.symlink(ROOT / name, tmp_path / name)
    refused("make dist", "^make: dist makes the archive of a commit: it needs git", lines=1, where=tmp_path)


# The other two are built by the commands of LONG.
@pytest.mark.parametrize("example", ["minimal", *(pytest.param(name, marks=pytest.mark.long) for name in ("linux-boot", "resume"))])
def test_examples_say_what_is_missing(example):
    refused(f"make -C examples/{example} run QEMU=nothing-like-it",
            f"^examples/{example}: no nothing-like-it: run 'make deps-run'", lines=1)


def test_examples_make_the_library(tmp_path):
    """With nothing but what `make run` leaves."""
    said = good(f"make -n -C examples/minimal LETHE={tmp_path}", "liblethe.a")
    assert "make -C ../.. O=" in said
