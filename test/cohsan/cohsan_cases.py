# SPDX-License-Identifier: BSD-2-Clause
"""The programs that try to fool cohsan: test/cohsan/programs/*.S.

A source is a family of cases; each is built with is_NAME defined as 1. Comments in the source state the build and
the expected reports:

    // all: key=value ..            for all cases of the file
    // case NAME: key=value ..      one case; with \\ at the end it goes on in the next comment line

    expect=KIND@SYM[+SYM][,..]      required reports; the first report is at the first SYM
    expect=none                     a right program
    also=KIND@SYM[+SYM][,..]        reports that may come as well
    el=1,2,2h,3                     exception levels; 2h is EL2 with E2H and TGE (default 1,2);
                                    at 3 QEMU takes the ELF, as it starts an Image at EL2
    cpu=NAME smp=N                  (default cortex-a72, for 2h neoverse-n1)
    args=ARG[,ARG]                  for the plugin; {sym} is an address
    qemu=ARG[,ARG]                  more of QEMU's arguments
    boot=flash                      the program lies in flash, at 0, and so do its symbols
    stop=SYM                        the stop is reached, there

A program is built when a test asks for it: the first tier runs half of them.
"""

import dataclasses
import functools
import os
import re
import subprocess

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
CASE = re.compile(r"^// (all|case (\w+)):(.*)$")
FLAGS = ["-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments",
         "-march=armv8.2-a+sve+lse"]


@dataclasses.dataclass(frozen=True)
class Case:
    file: str
    name: str
    el: str
    cpu: str
    smp: int
    expect: tuple       # of (kind, symbol); empty: a right program
    also: tuple
    args: tuple
    qemu: tuple
    stop: str
    boot: str

    @property
    def id(self):
        return f"{self.file}-{self.name}-el{self.el}"

    def path(self, folder, suffix):
        return os.path.join(folder, self.id + suffix)


def words(text):
    return tuple(item for item in text.split(",") if item not in ("", "none"))


def pairs(text):
    found = (item.split("@") for item in words(text))
    return tuple((kind, symbol) for kind, where in found for symbol in where.split("+"))


def parse(path):
    """The cases of a source."""
    stem = os.path.splitext(os.path.basename(path))[0]
    with open(path, encoding="ascii") as source:
        text = source.read().replace("\\\n//", " ")
    shared, cases = {}, []
    for line in text.splitlines():
        match = CASE.match(line)
        if not match:
            continue
        keys = dict(item.split("=", 1) for item in match[3].split())
        if match[1] == "all":
            shared = keys
            continue
        keys = {**shared, **keys}
        expect = keys.pop("expect")
        also, args, qemu, stop, boot, cpu, smp, levels = (
            keys.pop(key, default) for key, default in (
                ("also", ""), ("args", ""), ("qemu", ""), ("stop", ""), ("boot", ""), ("cpu", ""), ("smp", "1"),
                ("el", "1,2")))
        if keys:
            raise ValueError(f"{path}: {match[2]}: {keys}")
        for el in levels.split(","):
            cases.append(Case(
                stem, match[2], el, cpu or ("neoverse-n1" if el == "2h" else "cortex-a72"),
                int(smp), pairs(expect), pairs(also), words(args), words(qemu), stop, boot))
    names = [case.id for case in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"{path}: two cases of one name")
    return cases


@functools.lru_cache
def everything():
    return [case for name in sorted(os.listdir(SOURCES)) if name.endswith(".S")
            for case in parse(os.path.join(SOURCES, name))]


def build(folder, case):
    """Unless it is there, and newer than its sources."""
    prefix = os.environ.get("CROSS_COMPILE", "aarch64-linux-gnu-")
    image, elf = case.path(folder, ".img"), case.path(folder, ".elf")
    source = os.path.join(SOURCES, case.file + ".S")
    parts = [source, os.path.join(SOURCES, "common.h"), os.path.join(SOURCES, "link.ld"), __file__]
    if os.path.exists(image) and os.path.getmtime(image) >= max(map(os.path.getmtime, parts)):
        return
    os.makedirs(folder, exist_ok=True)
    made = f"{elf}.{os.getpid()}"       # another process may be making the same
    subprocess.run(
        [prefix + "gcc", *FLAGS, f"-DEL={case.el[0]}", f"-DE2H={int(case.el == '2h')}", f"-Dis_{case.name}=1",
         "-T", os.path.join(SOURCES, "link.ld"), "-o", made, source], check=True)
    subprocess.run([prefix + "objcopy", "-O", "binary", made, made + ".img"], check=True)
    os.rename(made, elf)
    os.rename(made + ".img", image)
