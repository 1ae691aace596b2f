# SPDX-License-Identifier: BSD-2-Clause
"""Every device tree of Debian's arm64 kernel 6.12, read by Lethe and by board_trees.py.

The program `verdicts` is the reading code of src/fdt under the address sanitizer. The table goes into
$O/test/tool/boards.txt; docs/use/limits.md shows it.
"""

import collections
import os
import pathlib
import re
import subprocess

import board_trees
import pytest

DTBS = pathlib.Path(os.environ["DTBS"])
BOARDS = 900            # fewer name a UART: the package is another one
SPOKEN_TO = 0.95
HIDDEN = "with the UART in what the tree calls memory"   # until firmware says how much there is
PSCI = {None: 1, "smc": 2, "hvc": 3}


def kinds():
    """{console_kind: name}"""
    table = (pathlib.Path(__file__).parents[2] / "src/console/uart_drivers.h").read_text()
    return {int(number): name for name, number in re.findall(r"\bUART\((\w+), (\d+), ", table)}


def questions(tree):
    """Each reserved range, and its two neighbours."""
    found = {question for base, size in tree.reserved() if size
             for question in ((base - 1, 1), (base, size), (base + size, 1))}
    return sorted(question for question in found if 0 <= question[0] and sum(question) < 1 << 64)


def touches(ranges, base, size):
    return any(start < base + size and base < start + length for start, length in ranges)


class Verdicts:
    """The program, one question after the other."""

    def __init__(self):
        self.process = subprocess.Popen([os.environ["VERDICTS"]], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()
        return [self.process.stdout.readline().rstrip("\n") for _ in lines]


@pytest.fixture(scope="module")
def verdicts():
    program = Verdicts()
    yield program
    program.process.stdin.close()
    assert program.process.wait() == 0


def expected_line(tree, node, names):
    """What the program should say of a tree whose stdout-path names that node."""
    found = node and board_trees.uart(node)
    kind, base, shift, width = found or (None, 0, 0, 0)
    number = {"sbsa": "pl011"}.get(kind, kind)
    number = next((n for n, name in names.items() if name == number), 0)
    memory = "".join(f" {start:#x}+{size:#x}" if size else f" {start:#x}+0" for start, size in tree.memory())
    base = f"{base:#x}" if base else "0"
    return (f"read 0 psci {PSCI[tree.psci()]} cpus {tree.cpus()} gic {int(tree.has_gic_v3())} "
            f"uart {number} {base} {shift} {width} {int(kind == 'sbsa')} memory{memory}").replace("0x0+", "0+")


def test_every_board(verdicts):
    names, wrong, outcome, spoken = kinds(), [], collections.Counter(), collections.Counter()
    asked = 0
    for path in sorted(DTBS.rglob("*.dtb")):
        tree = board_trees.Tree(path.read_bytes())
        named, node = tree.stdout()
        ask = questions(tree)
        asked += len(ask)
        told, *answers = verdicts.ask([f"tree {path}", *(f"reserved {base:#x} {size:#x}" for base, size in ask)])
        if told != expected_line(tree, node, names):
            wrong.append(f"{path.name}: {told}\n  not {expected_line(tree, node, names)}")
        wrong += [f"{path.name}: {base:#x}+{size:#x} reserved: {answer}" for (base, size), answer in zip(ask, answers)
                  if answer != str(int(touches(tree.reserved(), base, size)))]
        kind, address = re.search(r" uart (\d+) (\w+) ", told).groups()
        kind = int(kind)
        outcome["no stdout-path" if not named else "stdout-path to nothing" if not node else "not spoken to" if not kind
                else HIDDEN if touches(tree.memory(), int(address, 16), 1) else "spoken to"] += 1
        spoken[names[kind] if kind else None] += 1
    boards = outcome["spoken to"] + outcome["not spoken to"] + outcome[HIDDEN]
    lines = [f"{sum(outcome.values())} trees, {asked} questions about reserved memory, {len(wrong)} wrong answers"]
    lines += [f"{count:5} {what}" for what, count in outcome.most_common()]
    lines += [f"{count:9} {name}" for name, count in spoken.most_common() if name]
    pathlib.Path(os.environ["O"], "test/tool/boards.txt").write_text("\n".join(lines) + "\n")
    assert not wrong, "\n".join(wrong[:20])
    assert boards >= BOARDS and outcome["spoken to"] >= SPOKEN_TO * boards, "\n".join(lines)
