# SPDX-License-Identifier: BSD-2-Clause
"""lethe pack: what it makes, and that each option reaches the plan."""
import json
import struct
import subprocess

import pytest

from tool_bundle import IN_PLACE, NONE, OFFSET, RESERVE, check_bundle
from tool_command import K
from tool_files import BLOCK, PLAIN_TREE, image, tree


def test_plain(lethe):
    bundle, result = lethe.pack("--kernel", "Image", "--initrd", "initrd")
    check_bundle(bundle)
    assert bundle.names() == ["initrd", "kernel"]
    kernel = bundle["kernel"]
    assert kernel["source"] == BLOCK and kernel["flags"] == OFFSET | IN_PLACE
    assert kernel["align"] == BLOCK and kernel["align_offset"] == 0 and kernel["dest"] == 0
    assert kernel["file_size"] == 9000 and kernel["mem_size"] == 0x8000
    assert bundle.content("kernel") == image()
    assert bundle.content("initrd") == b"initrd " * 1000
    assert bundle["initrd"]["flags"] == OFFSET | IN_PLACE
    assert bundle.slot["entry_segment"] == 1 and bundle.slot["entry"] == 0
    assert bundle.slot["initrd_segment"] == 0 and bundle.slot["tree_segment"] == NONE
    assert bundle.slot["name"].rstrip(b"\0") == b"kernel" and bundle.slot["flags"] == 4
    assert bundle.slot["cmdline_size"] == 0 and bundle.plan["strings_size"] == 0
    assert (bundle.plan["on_fail"], bundle.plan["el"], bundle.plan["console_kind"]) == (1, 0, 1)
    assert bundle.flags >> 1 & 3 == 1
    assert result.stderr == "" and 3 <= len(result.stdout.splitlines()) <= 5
    assert "lethe inspect boot.img" in result.stdout and "0x%x" % bundle.image_size in result.stdout
    lethe.good("verify", "boot.img")


def test_whole_blob_is_copied(lethe):
    bundle, _ = lethe.pack("--kernel", "Image")
    other, _ = lethe.pack("--raw", "raw@0x48000000,entry=0x48000000", output="other.img")
    assert bundle.data[136:256] == other.data[136:256]        # then comes the PE header
    assert bundle.data[4096:bundle.blob_size] == other.data[4096:other.blob_size]
    assert any(bundle.data[136:bundle.blob_size])


def test_the_blob_that_can_hold_cpus_is_in_what_asks_for_it(lethe):
    """Larger, and no bundle pays for it that does not ask."""
    plain, other = (lethe.pack("--kernel", "Image", *options)[0].blob_size for options in ([], ["--cpus", "keep"]))
    holding = {lethe.pack("--kernel", "Image", *options)[0].blob_size
               for options in (["--cpus", "pen"], ["--cpus", "psci"], ["--el", "1"])}
    assert plain == other < min(holding) and len(holding) == 1


@pytest.mark.parametrize("options, key, value", [
    (["--el", "1"], "el", 1),
    (["--el", "auto"], "el", 0),
    (["--el=1"], "el", 1),
    (["--cpus", "keep"], "cpus", 0),
    (["--cpus", "pen"], "cpus", 1),
    (["--cpus", "psci"], "cpus", 2),
    (["--cpus", "psci"], "el", 1),
    (["--cpus", "psci", "--el", "1"], "cpus", 2),
    (["--on-fail", "halt"], "on_fail", 1),
    (["--on-fail", "reset"], "on_fail", 2),
    (["--console", "none"], "console_kind", 0),
    (["--console", "stdout"], "console_kind", 1),
    (["--console", "auto"], "console_kind", 2),
    (["--stop-after", "check"], "flags", 3),
    ([], "flags", 2),
])
def test_option_reaches_the_plan(lethe, options, key, value):
    bundle, _ = lethe.pack("--kernel", "Image", *options)
    check_bundle(bundle)
    assert bundle.plan[key] == value


@pytest.mark.parametrize("console, expected", [
    ("pl011,0x9000000", (3, 0x9000000, 0, 0)),
    ("pl011,150994944", (3, 0x9000000, 0, 0)),
    ("ns16550,0xF0000000", (4, 0xF0000000, 0, 1)),
    ("ns16550,0xf0000000,shift=2", (4, 0xF0000000, 2, 1)),
    ("ns16550,0xf0000000,shift=2,width=4", (4, 0xF0000000, 2, 4)),
    ("ns16550,0xf0000000,width=2,shift=1", (4, 0xF0000000, 1, 2)),
    ("ns16550,0x1234567890000,shift=3,width=1", (4, 0x1234567890000, 3, 1)),
    ("geni,0xa90000", (5, 0xa90000, 0, 0)), ("lpuart,0x5a060000", (12, 0x5a060000, 0, 0)),
    ("lpuart32,0x5a060010", (13, 0x5a060010, 0, 0)), ("em,0xa4040000", (17, 0xa4040000, 0, 0)),
])
def test_console(lethe, console, expected):
    bundle, _ = lethe.pack("--kernel", "Image", "--console", console)
    check_bundle(bundle)
    assert tuple(bundle.plan[key] for key in ("console_kind", "console_base", "console_reg_shift",
                                              "console_reg_width")) == expected


@pytest.mark.parametrize("console, is_fine", [
    ("pl011,0x48000000", False), ("pl011,0x480003e4", False), ("ns16550,0x47fffffc,shift=2", False),
    ("pl011,0x47fff000", True), ("pl011,0x480003e8", True), ("pl011,0x100000", True)])
def test_console_where_a_segment_goes(lethe, console, is_fine):
    """Each line would be stored over what was verified. A place in the file is no address yet."""
    lethe.write("raw1000", b"r" * 1000)
    options = ["--kernel", "Image", "--raw", "raw1000@0x48000000", "--console", console]
    if is_fine:
        lethe.pack(*options)
        return
    lethe.bad(2, '--console %s is where "raw0" goes' % console.split(",")[1], "pack", *options, "-o", "boot.img")


@pytest.mark.parametrize("text", ["console=ttyAMA0 root=/dev/vda", "", "x" * 2047, "--help", "-o",
                                  "quote\" back\\slash ~"])
def test_append(lethe, text):
    bundle, _ = lethe.pack("--kernel", "Image", "--append", text)
    check_bundle(bundle)
    assert bundle.cmdline == text.encode() + b"\0"
    assert bundle.slot["cmdline_offset"] == 0 and bundle.slot["cmdline_size"] == len(text) + 1
    assert json.loads(lethe.good("inspect", "--json", "boot.img").stdout)["plan"]["slots"][0][
        "cmdline"] == text


def test_device_tree(lethe):
    lethe.write("padded", PLAIN_TREE + b"\0" * 5000)
    for options, flags in ([], 4), (["--force-dtb"], 5):
        bundle, _ = lethe.pack("--kernel", "Image", "--initrd", "initrd", "--dtb", "padded",
                               *options)
        check_bundle(bundle)
        assert bundle.names() == ["dtb", "initrd", "kernel"]
        assert bundle.content("dtb") == PLAIN_TREE
        assert bundle["dtb"]["flags"] == OFFSET | IN_PLACE
        assert bundle.slot["tree_segment"] == 0 and bundle.slot["flags"] == flags


def test_raw_alone(lethe):
    bundle, _ = lethe.pack("--raw", "raw@0x48000000,entry=0x48000010")
    check_bundle(bundle)
    assert bundle.names() == ["raw0"] and bundle["raw0"]["dest"] == 0x48000000
    assert bundle["raw0"]["flags"] == OFFSET
    assert bundle.slot["entry_segment"] == 0 and bundle.slot["entry"] == 0x10
    assert bundle.slot["flags"] == 6 and bundle.slot["name"].rstrip(b"\0") == b"raw"
    assert bundle.flags >> 1 & 3 == 0


def test_raw_beside_kernel(lethe):
    lethe.write("a@b,entry=1", b"odd name")
    lethe.write("second", b"x")
    bundle, _ = lethe.pack("--raw", "a@b,entry=1@1207959553", "--kernel", "Image", "--raw",
                           "second@0x50000000")
    check_bundle(bundle)
    assert bundle.names() == ["raw0", "raw1", "kernel"]
    assert bundle.content("raw0") == b"odd name" and bundle["raw0"]["dest"] == 0x48000001
    assert bundle["raw0"]["flags"] == bundle["raw1"]["flags"] == OFFSET | RESERVE
    assert bundle.slot["entry_segment"] == 2 and bundle.slot["flags"] == 4


def test_raw_several(lethe):
    options = []
    for i in range(61):
        options += ["--raw", "raw@0x%x%s" % (0x48000000 + i * 0x1000,
                                             ",entry=0x48005000" if i == 5 else "")]
    bundle, _ = lethe.pack(*options)
    check_bundle(bundle)
    assert bundle.slot["entry_segment"] == 5 and len(bundle.segments) == 61
    lethe.good("verify", "boot.img")
    lethe.good("inspect", "boot.img")
    lethe.bad(2, "at most 61", "pack", *options, "--raw", "raw@0x60000000", "-o", "x")


def test_raw_in_the_way_of_the_usual_address(lethe):
    """Which address a loader picks is not known: a warning, not a refusal."""
    result = lethe.good("pack", "--raw", "raw@0x40200000,entry=0x40200000", "-o", "boot.img")
    assert 'warning: loaded at 0x40200000' in result.stderr
    assert 'segment 0 "raw0": ' in result.stderr and "LETHE_E_" in result.stderr
    lethe.good("verify", "boot.img")


def test_raws_that_overlap(lethe):
    lethe.bad(2, 'destination overlaps another destination (LETHE_E_DEST_OVERLAP)', "pack",
              "--kernel", "Image", "--raw", "raw@0x48000000", "--raw", "raw@0x480004af", "-o", "x")
    lethe.good("pack", "--kernel", "Image", "--raw", "raw@0x48000000", "--raw", "raw@0x480004b0",
               "-o", "x")


STDOUT_DTS = """/dts-v1/;
/ {
	#address-cells = <2>; #size-cells = <2>;
	chosen { stdout-path = "/serial@f0000000"; };
	serial@f0000000 { compatible = "ns16550a"; reg = <0 0xf0000000 0 0x100>; reg-shift = <2>; };
};
"""


CELLS = {"#address-cells": struct.pack(">I", 2), "#size-cells": struct.pack(">I", 2)}


def uart_tree(compatible, path=b"/uart@9000000\0", **more):
    uart = {"compatible": compatible, "reg": struct.pack(">QQ", 0x9000000, 0x1000), **more}
    return tree({**CELLS, "aliases": {"serial0": b"/uart@9000000\0", "loop": b"loop\0"},
                 "chosen": {"stdout-path": path}, "uart@9000000": uart})


@pytest.mark.parametrize("options", [["--force-dtb"], []])
@pytest.mark.parametrize("compatible, path, said", [
    (b"fsl,ls1021a-lpuart\0fsl,x\0", b"/uart@9000000\0", "(fsl,ls1021a-lpuart)"),
    (b"fsl,unknown\0", b"serial0:115200n8\0", "serial0:115200n8, names no UART that Lethe drives (fsl,unknown)"),
    (b"arm,pl011\0", b"/gone\0", "(no such node)"), (b"arm,pl011\0", b"loop\0", "(no such alias)"),
    (b"", b"serial0\0", "(not compatible with anything)"),
    (b"arm,pl011\0", b"serial0\0", None), (b"arm,sbsa-uart\0", b"serial0\0", None),
    (b"fsl,unknown\0", b"no end", None)])
def test_a_tree_whose_console_is_not_driven(lethe, options, compatible, path, said):
    lethe.write("u.dtb", uart_tree(compatible, path))
    _, result = lethe.pack(*K, "--dtb", "u.dtb", *options)
    warning = "lethe: u.dtb: warning: Lethe prints nothing with this tree"
    assert (warning in result.stderr) == (said is not None), result
    assert (said or "") in result.stderr and result.stderr.count("\n") == (said is not None)
    for console in "none", "pl011,0x9000000":
        assert lethe.pack(*K, "--dtb", "u.dtb", *options, "--console", console)[1].stderr == ""


def test_forced_tree_with_an_sbsa_uart(lethe):
    """It has no control register. The plan has no word for that, so the tree's stays the console."""
    lethe.write("sbsa.dtb", uart_tree(b"arm,sbsa-uart\0"))
    lethe.write("pl011.dtb", uart_tree(b"arm,pl011\0"))
    sbsa, _ = lethe.pack(*K, "--dtb", "sbsa.dtb", "--force-dtb")
    assert (sbsa.plan["console_kind"], sbsa.plan["console_base"]) == (1, 0)
    pl011, _ = lethe.pack(*K, "--dtb", "pl011.dtb", "--force-dtb")
    assert (pl011.plan["console_kind"], pl011.plan["console_base"]) == (3, 0x9000000)


@pytest.mark.parametrize("options", [["--force-dtb"], []])
@pytest.mark.parametrize("nodes, reason", [
    ({"fragment@0": {"target-path": b"/\0", "__overlay__": {"x": b"1"}}}, "is a device tree overlay"),
    ({"frag": {"target": bytes(4), "__overlay__": {}}, "__symbols__": {}}, "is a device tree overlay"),
    ({**CELLS, "chosen": {}, "__fixups__": {"uart0": b"/x\0"}}, "is a device tree overlay"),
    ({"images": {"kernel": {}}, "configurations": {"default": b"a\0"}}, "is a FIT image")])
def test_trees_that_are_no_machines(lethe, nodes, reason, options):
    lethe.write("x.dtbo", tree(nodes))
    lethe.bad(3, "x.dtbo: " + reason, "pack", *K, "--dtb", "x.dtbo", *options, "-o", "x")


def test_a_tree_with_symbols_is_a_machines(lethe):
    lethe.write("x.dtb", tree({**CELLS, "chosen": {}, "__symbols__": {"uart0": b"/x\0"}}))
    assert lethe.pack(*K, "--dtb", "x.dtb", "--force-dtb")[1].stderr == ""


def test_forced_tree_names_the_console(lethe):
    """The plan then has the UART itself: it is there even when the tree is damaged on the way."""
    lethe.write("with.dts", STDOUT_DTS.encode())
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", "with.dtb", "with.dts"], cwd=lethe.directory,
                   check=True)
    forced, _ = lethe.pack(*K, "--dtb", "with.dtb", "--force-dtb")
    assert tuple(forced.plan[key] for key in ("console_kind", "console_base", "console_reg_shift",
                                              "console_reg_width")) == (4, 0xf0000000, 2, 1)
    perhaps, _ = lethe.pack(*K, "--dtb", "with.dtb")
    assert perhaps.plan["console_kind"] == 1
    named, _ = lethe.pack(*K, "--dtb", "with.dtb", "--force-dtb", "--console", "none")
    assert named.plan["console_kind"] == 0
