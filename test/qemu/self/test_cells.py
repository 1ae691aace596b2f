# SPDX-License-Identifier: BSD-2-Clause
"""The choice of cells and the order of tests: nothing that has to meet is left out, and the longest start first."""

import itertools

import pytest

import pairwise
import shared
import times

CHOICES = {"a": [1, 2, 3], "b": ["x", "y"], "c": [0, 1], "d": ["p", "q", "r", "s"], "e": [True, False]}


def allowed(cell):
    return not (cell["a"] == 2 and cell["d"] == "q")


@pytest.mark.parametrize("strength", [2, 3, 4])
def test_cover(strength):
    """Every group of values that an allowed cell has is in a chosen cell, and all chosen cells are allowed."""
    def groups(cells):
        return set().union(*(itertools.combinations(cell.items(), strength) for cell in cells))

    everything, chosen = pairwise.product(CHOICES, allowed), pairwise.cover(CHOICES, allowed, strength)
    assert all(cell in everything for cell in chosen) and len(chosen) < len(everything)
    assert groups(chosen) == groups(everything)
    assert chosen == pairwise.cover(CHOICES, allowed, strength)


def test_shared_value(tmp_path, monkeypatch):
    """A value is found once for each key, also if another process looks for it."""
    monkeypatch.setattr(shared, "FILE", str(tmp_path / "folder/shared"))
    assert shared.value(["a", (1, 2)], lambda: 7) == 7
    assert shared.value(["a", [1, 2]], lambda: 8) == 7
    assert shared.value(["b"], lambda: [1]) == [1]
    assert shared.known() == [[["a", [1, 2]], 7], [["b"], [1]]]


def test_expected_seconds(tmp_path):
    """What a test took, or a guess by its file; of a file that is still being written, nothing is known."""
    path = tmp_path / "result.xml"
    path.write_text('<testsuites><testsuite><testcase classname="test.qemu.a" name="test_b[c]" time="3.5"/>'
                    "</testsuite></testsuites>")
    known = times.of_results(path)
    assert times.expected("test.qemu.a::test_b[c]", known) == 3.5
    assert times.expected("test.qemu.kexec.test_kexec::test_new", known) == 30
    assert times.expected("test.qemu.a::test_new", known) < 1
    path.write_text("<testsuites>")
    assert times.of_results(path) == {}


def test_guesses_are_of_files_that_exist():
    for name in times.GUESSES:
        open(name.replace(".", "/") + ".py", encoding="utf-8").close()
