# SPDX-License-Identifier: BSD-2-Clause
"""lethe record: the table of times, and records that are not taken for one."""
import os
import struct

import pytest

from tool_files import PLAIN_TREE, record_tree, texts


def test_record(lethe):
    lethe.write("fdt", record_tree())
    lines = [line.split() for line in lethe.good("record", "fdt").stdout.splitlines()]
    for line in (["version", "0.1.0"], ["door", "image"], ["mode", "cached"],
                 ["entered", "at", "EL2"], ["handed", "over", "at", "EL1"], ["boot", "count", "7"],
                 ["check", "62500", "1.000", "0", "-"],
                 ["memory", "12500", "0.200", "8192", "39.1"],
                 ["verify", "62500000", "1000.000", "10485760", "10.0"],
                 ["together", "62737500", "1003.800"], ["initrd", "ok"], ["kernel", "skipped"]):
        assert line in lines, line


def test_record_of_cpus(lethe):
    three = {f"cpus_{state}": struct.pack(">I", i) for i, state in enumerate(("off", "on", "unknown"))}
    lethe.write("fdt", record_tree(**three))
    found = lethe.good("record", "fdt").stdout
    assert "other CPUs      0 off, 1 on, 2 unknown\n" in found and "digest CPUs" not in found
    lethe.write("fdt", record_tree(**three, digest_cpus=struct.pack(">I", 4)))
    assert "digest CPUs     4\n" in lethe.good("record", "fdt").stdout
    lethe.write("fdt", record_tree())
    assert "other CPUs" not in lethe.good("record", "fdt").stdout


def test_record_without_frequency(lethe):
    lethe.write("fdt", record_tree(counter_frequency=struct.pack(">Q", 0)))
    text = lethe.good("record", "fdt").stdout
    assert "frequency unknown" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["verify", "62500000", "-", "10485760", "-"] in lines


def test_record_after_a_fallback(lethe):
    lethe.write("fdt", record_tree(failed_segment=b"kernel\0"))
    assert 'after "kernel" failed' in lethe.good("record", "fdt").stdout


@pytest.mark.parametrize("data, reason", [
    (PLAIN_TREE, "has no record (/chosen/lethe)"),
    (b"no tree at all" * 9, "is no flattened device tree"),
    (record_tree()[:-4], "device tree is truncated"),
    (record_tree(record_version=struct.pack(">I", 2)),
     "record has version 2; this command knows 1"),
    (record_tree(record_version=None), "record-version is missing"),
    (record_tree(stage_names=None), "stage-names is missing"),
    (record_tree(stage_ticks=struct.pack(">5Q", 1, 2, 3, 4, 5)), "do not match stage-names"),
    (record_tree(stage_bytes=None), "do not match stage-names"),
    (record_tree(segment_verdicts=texts("ok")), "segment-verdicts does not match"),
    (record_tree(stage_names=b"unterminated"), "stage-names is missing or no list"),
], ids=["none", "no tree", "truncated", "version", "no version", "no stages", "ticks", "no bytes",
        "verdicts", "unterminated"])
def test_refused_records(lethe, data, reason):
    lethe.write("fdt", data)
    lethe.bad(3, reason, "record", "fdt")


@pytest.mark.parametrize("changes", [
    {"segment_names": b"\0" * 900000, "segment_verdicts": b"\0" * 900000},
    {"stage_names": b"\0" * 110000, "stage_ticks": bytes(880000), "stage_bytes": bytes(880000)}],
    ids=["segments", "stages"])
def test_long_lists_take_no_time(lethe, changes):
    """Each entry is found from the list's beginning: a million took hours."""
    lethe.write("fdt", record_tree(**changes))
    lethe.bad(3, "record is damaged", "record", "fdt", timeout=10)


def test_record_of_a_machine_without_tree(lethe):
    if not os.path.exists("/sys/firmware/fdt"):
        lethe.bad(3, "this machine runs without a device tree", "record")
