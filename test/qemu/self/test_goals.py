# SPDX-License-Identifier: BSD-2-Clause
"""The goals of docs/internals/bench.md, counted small: no figure is 2% over the table's."""

import os
import re

import goals
from paths import TOP

OVER = 1.02
ROW = re.compile(r"^\| `([a-z0-9-]+)` \|.*\| ([0-9.,]+) \|$", re.MULTILINE)


def documented():
    """The table's last column, by the row's name."""
    with open(os.path.join(TOP, "docs/internals/bench.md"), encoding="utf-8") as file:
        text = file.read().partition("## Goals")[2].partition("\n## ")[0]
    return {name: float(figure.replace(",", "")) for name, figure in ROW.findall(text)}


def test_small_figures():
    limits, found = documented(), {}
    for part in goals.PARTS:
        found |= {name: figure for name, figure, *_ in goals.rows(part)}
    assert set(found) == set(limits)
    assert not [f"{name}: {found[name]:,}, documented {limits[name]:,}"
                for name in found if found[name] > limits[name] * OVER]
