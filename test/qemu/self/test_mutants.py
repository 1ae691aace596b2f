# SPDX-License-Identifier: BSD-2-Clause
"""The mutants' own machinery (test/mutants): mutants, the list of those that survive, verdicts."""

import os

import pytest


import cell_setup   # noqa: E402
import edits    # noqa: E402
import mutants  # noqa: E402
import paths    # noqa: E402
import relocations  # noqa: E402
import sites    # noqa: E402
import unseen   # noqa: E402

HEAD = f"{unseen.HEADING}\n\n| in | instruction | left out or changed | why |\n|---|---|---|---|\n"


def one(name="isb", operands="", function="f", before=(), after=()):
    return sites.Instruction(0x1000, 0xd5033fdf, name, operands, function, 0, function, before,
                             after)


def mutant(kind="nop", **site):
    return sites.Mutant("blob", one(**site), kind, kind, ((0x1000, sites.NOP),))


def table(work, *rows):
    path = os.path.join(work, "unseen.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# Unseen\n\n" + HEAD + "".join(row + "\n" for row in rows) + "\n## More\n")
    return unseen.read(path)


def test_what_is_found():
    """Each kind of change; each patch changes the code, or lies in the empty header page."""
    found = sites.mutants(*mutants.SUBJECTS[0])
    code = {each.address: each.word for each in sites.disassemble(mutants.SUBJECTS[0][1])}
    assert {each.kind for each in found} == {
        "nop", "ish", "ld", "ivac", "swap", "first", "last", "once", "align", "size", "call", *sites.RANGES}
    assert len({each.patches for each in found}) == len(found)
    for each in found:
        for address, word in each.patches:
            assert code.get(address) != word
            assert address in code or sites.CAVE <= address < sites.CAVE_END


def test_what_is_found_of_two_blobs():
    """Of the second one what the first one has not: hold/, and all that stays below a payload."""
    found = sites.mutants(*next(subject for subject in mutants.SUBJECTS if subject[0] == "cpus"))
    assert {each.site.section for each in found} == {".text", ".monitor"}
    assert all(each.site.unit.startswith("src/hold/") for each in found if each.site.section == ".text")
    assert {"fill", "call_by_word", "lethe_monitor_pen", "lethe_monitor_lock", "write_gic"} <= \
        {each.site.function for each in found}


def test_edits():
    """Each can still be made, and changes its file; make mutants builds them."""
    assert len({(edit.function, edit.name) for edit in edits.EDITS}) == len(edits.EDITS)
    for edit in edits.EDITS:
        with open(os.path.join(paths.TOP, "src", edit.file), encoding="utf-8") as file:
            text = file.read()
        assert edits.edited(text, edit) != text
    with pytest.raises(SystemExit, match="stands there 0 times"):
        edits.edited("", edits.EDITS[0])


def test_ic_left_out_with_i_0(work):
    """Instruction caches may hold what was fetched with I = 0 as well."""
    found = sites.mutants(*mutants.SUBJECTS[1])
    mutant = next(one for one in found if one.site.text == "ic iallu" and one.kind == "nop")
    cell = relocations.Relocation(work, "neoverse-n1", 1, 0, 16)    # no ICACHE
    cell.boot(work + "/right", (), 60)
    with pytest.raises(cell_setup.Wrong) as wrong:
        cell.boot(work + "/wrong", mutant.patches, 60)
    assert wrong.value.kind == "fetch-no-ic"


@pytest.mark.parametrize("row, found, not_found", [
    ("| `f` | `isb` | nop | so |", {}, {"function": "g"}),
    ("| `f` | `isb` after `msr vbar` | nop | so |", {"before": ("nop", "msr vbar_el2, x1")},
     {"before": ("msr vbar_el2, x1", "nop")}),
    ("| `f` | `isb` before `cbz` `dc` | nop, swap | so |",
     {"after": ("cbz w3", "dc civac, x0", "ret")}, {"after": ("dc civac, x0", "cbz w3")}),
    ("| `f` | `dsb sy` | ish | so |", {"name": "dsb", "operands": "sy", "kind": "ish"},
     {"name": "dsb", "operands": "sy"}),
])
def test_list(work, row, found, not_found):
    listed = table(work, row)
    assert listed.find(mutant(**found)) and not listed.find(mutant(**not_found))
    assert list(listed.idle([mutant(**not_found)]))
    assert not [entry for entry in listed.idle([mutant(**found)]) if entry.kinds != ("swap",)]


def test_row_that_cannot_be_read(work):
    with pytest.raises(SystemExit):
        table(work, "| `f` | isb | nop | so |")


@pytest.mark.parametrize("listed, noticed, verdict, failed", [
    (False, ("el2", "result"), "caught", 0), (True, ("el2", "result"), "caught", 1),
    (False, None, "survived", 1), (True, None, "listed", 0)])
def test_verdict(work, capsys, listed, noticed, verdict, failed):
    rows = ["| `f` | `isb` | nop | so |"] if listed else []
    run = mutants.Run(None, table(work, *rows))
    run.seconds, run.runs = {"el2": 0.1}, {"el2": ("blob", {0x1000})}
    run.record(mutant(), noticed, 0.1)
    assert run.rows[0][4] == verdict and run.failed == failed
    assert bool(capsys.readouterr().out) == bool(failed)
