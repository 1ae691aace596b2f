# SPDX-License-Identifier: BSD-2-Clause
"""The commands that README.md, the man page and --help print, taken out of their texts.

A command is one line with single spaces: continuation lines are joined, comments are left out.
"""
import re
import subprocess

from tool_command import LETHE, ROOT

COMMANDS = ("pack", "inspect", "verify", "record", "graft", "flash")
FIRST_WORDS = ("lethe", "build/lethe", "./kexec.lethe", "make", "git", "kexec", "load", "booti",
               "qemu-system-aarch64")


def tidy(text):
    """Lines of a listing as commands."""
    lines = text.replace("\\\n", " ").splitlines()
    lines = [re.sub(r"(^|\s+)# .*", "", line) for line in lines]
    return [" ".join(line.split()) for line in lines if line.strip()]


def is_command(text):
    """`make` and `lethe pack` name a program, they do not start one."""
    words = text.split()
    return len(words) > 1 + (words[0] == "lethe") and words[0] in FIRST_WORDS


def listings(path):
    """All lines of listings, with that of a language left out."""
    text = re.sub(r"^```.*?^```", "", (ROOT / path).read_text(), flags=re.M | re.S)
    return text, [line for block in re.findall(r"(?:^    .*\n)+", text, flags=re.M) for line in tidy(block)]


def readme():
    """Of listings all lines; of code between backquotes what begins like a command."""
    text, found = listings("README.md")
    return found + [code for code in map(" ".join, map(str.split, re.findall(r"`([^`]+)`", text)))
                    if is_command(code)]


def man():
    text = (ROOT / "docs/use/lethe.1").read_text().split(".SH EXAMPLES")[1]
    blocks = re.findall(r"^\.nf\n(.*?)^\.fi", text, flags=re.M | re.S)
    return [line for block in blocks
            for line in tidy(block.replace("\\e\n", "\\\n").replace("\\&", "").replace("\\-", "-"))]


def help_text(*command):
    return subprocess.run([LETHE, *command, "--help"], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def helps():
    """The examples of each subcommand, and those that --help itself explains on the right."""
    found = []
    for command in COMMANDS:
        for example in re.split(r"^Example: ", help_text(command), flags=re.M)[1:]:
            block = example.split("\n\n")[0]
            found += tidy("\n".join(line for line in block.split("\n") if line.startswith("  ")))
    for line in help_text().splitlines():
        match = re.match(r"  (lethe [a-z].*?)(?:   |$)", line)
        if match:
            found.append(re.sub(r"\[.*?\] ", "", match[1].strip()))
    return found


def all_commands():
    return sorted({*readme(), *man(), *helps()})
