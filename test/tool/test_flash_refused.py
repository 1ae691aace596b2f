# SPDX-License-Identifier: BSD-2-Clause
"""What lethe flash refuses, before it writes anything."""
import pytest

from tool_bundle import Bundle
from tool_files import PLAIN_TREE, tree
from tool_machine import M, V, board, cells, changed, cpu


# Options, and the first words of the sentence.
USAGE = [
    ([], "a bundle is needed"), (["a.img"], "-o FILE is needed"), (["a.img", "-o"], "-o needs a value"),
    (["a.img", "-o", "f"], "--machine is needed: a file, or one of raspi3b, "),
    (["a.img", "-o", "f", "--machine", "nothing"], "--machine nothing: is no file, and none of raspi3b, "),
    (["a.img", "-o", "f", "--machine", "virtual"], "--machine virtual: is no file, and none of"),
    (["a.img", "b.img", "a.img", "-o", "f"], "at most 2 bundles"), (["a.img", "-o", "f", "-o", "g"], "-o is given twice"),
    (["a.img", "-o=f", *V], "-o=f is no option of it"), (["a.img", "-o", "f", *V, "--console", "pl,0x9000000"], "is none or UART,ADDR"),
    (["a.img", "-o", "f", "--elf=1"], "--elf takes no value"), (["a.img", "-o", "f", "--machines", "virt"], "--machines is no option"),
    (["a.img", "-o", "f", "--cpus", "all"], "--cpus all: is psci, spin-table or one"),
    (["a.img", "-o", "f", "--on-failure", "fallback"], "--on-failure fallback: is halt or reset"),
    (["a.img", "-o", "f", "--slot-size", "0"], "--slot-size 0: is a number"),
    (["a.img", "-o", "f", "--slot-size", "1TB"], "--slot-size 1TB: is a number"),
    (["a.img", "-o", "f", *V, "--console", "geni,0x1000"], "--console geni,0x1000: is none or UART,ADDR with a UART of pl011, "),
    (["a.img", "-o", "f", *V, "--console", "pl011"], "needs the UART's address"),
    (["a.img", "-o", "f", *V, "--console", "pl011,0x9000002"], "needs the UART's address"),
    (["a.img", "-o", "f", *V, "--console", "pl011,0x9000000,shift=2"], "only ns16550 may have more"),
    (["a.img", "-o", "f", *V, "--console", "ns16550,0x9000000,width=2,shift=2"], "only ns16550 may have more"),
    (["a.img", "-o", "f", *V, "--console", "ns16550,0x9000000,width=4"], "only ns16550 may have more"),
    (["a.img", "-o", "f", *V, "--console", "ns16550,0x9000000,shift=1,shift=1"], "only ns16550 may have more"),
    (["a.img", "-o", "f", *V, "--console", "ns16550,0x9000000,shift=4"], "only ns16550 may have more"),
    (["a.img", "-o", "f", *V, "--on-failure", "reset"], "virt: on-failure reset: it does not say how it is reset"),
    (["a.img", "-o", "f", *V, "--cpus", "spin-table"], "virt: cpus spin-table: it has no spin-page"),
    (["a.img", "-o", "f", *V, "--cpus", "psci"], "virt: scratch is not secure, and PSCI stays there: give --tree"),
    (["a.img", "-o", "f", "--machine", "sbsa-ref"], "sbsa-ref: has no device tree of its own: give --tree"),
    (["a.img", "-o", "f", *V, "--slot-size", "0x8000"], "--slot-size: is no multiple of its erase block, 0x10000"),
    (["a.img", "-o", "f", *V, "--slot-size", "64KiB"], "a.img: is larger than --slot-size: 2 MiB, not 64 KiB"),
    (["a.img", "-o", "f", *V, "--slot-size", "64MiB"], "virt: the file takes 64 MiB, it has 64 MiB"),
    (["a.img", "b.img", "-o", "f", *V, "--slot-size", "0x8000000000000000"], "virt: --slot-size: is more than it has, 64 MiB"),
    (["a.img", "-o", "f", *V, "--slot-size", "0x4010000"], "virt: --slot-size: is more than it has, 64 MiB"),
    (["a.img", "-o", "a.img", *V], "would overwrite the input a.img"),
    (["a.img", "-o", "my.dtb", *M], "would overwrite the input my.dtb"),
]


@pytest.mark.parametrize("options,reason", USAGE)
def test_usage(flash, options, reason):
    flash.bad(2, reason, "flash", *options)


# The machine's text, options, and what is said.
REFUSED = [
    ({"scratch": "0x20000000 4KiB"}, [], "my.machine: scratch has 0x1000 bytes; the front end needs 0x"),
    ({"size": "1MiB"}, [], "my.machine: the file takes 2 MiB, it has 1 MiB"),
    ({"scratch": "0x10100000 512KiB"}, [], " and scratch at 0x10100000 to 0x10180000 overlap"),
    ({"scratch": "0x40001000 512KiB"}, ["--cpus", "spin-table"], "my.machine: scratch at 0x40001000 to 0x40081000 and spin-page at "
     "0x40001000 to 0x40002000 overlap"),
    ({"spin-page": "0x50000000"}, ["--cpus", "spin-table"], "my.machine: spin-page is not in its ram"),
    ({"spin-page": "0x3ffff000"}, ["--cpus", "spin-table"], "my.machine: spin-page is not in its ram"),
    ({"ram": "0x40000000 2MiB"}, [], "a.img: takes 8 MiB of RAM; the largest free piece on my.machine is 0 bytes"),
    ({"ram": "0x40000000 9MiB"}, [], "a.img: takes 8 MiB of RAM; the largest free piece on my.machine is 7 MiB"),
    ({"ram": "0x40001000 2MiB"}, [], "my.machine: no 2 MiB of its ram are free for the device tree"),
    ({"ram": "0x90000000 256MiB"}, [], "my.dtb: has no memory at 0x90000000 to 0x90200000, where my.machine says RAM"),
    ({"ram": "0x7fe00000 256MiB"}, [], "my.dtb: has no memory at 0x80000000 to 0x80800000, where my.machine says RAM, for a.img"),
    ({"console": "none"}, ["--console", "machine"], "my.machine: has no console"),
    ({"console": "pl011,0x40000000"}, [], "my.machine: the console at 0x40000000 is in its ram"),
    ({"spin-page": None}, ["--cpus", "spin-table"], "my.machine: cpus spin-table: it has no spin-page"),
    ({"reset": None}, [], "my.machine: on-failure reset: it does not say how"),
    ({"boot-cpu": "0"}, [], "my.dtb: does not have the CPU that boots, with reg 0x0"),
]


@pytest.mark.parametrize("change,options,reason", REFUSED)
def test_refusals(flash, change, options, reason):
    flash.write("my.machine", changed(**change))
    flash.bad(2, reason, "flash", "a.img", *M, *options, "-o", "f.fd")


def test_overlap_with_the_tree_at_an_address(flash):
    for change, reason in ((dict(tree="at 0x20000000"), "scratch at 0x20000000 to 0x20080000 and the tree, of 1 MiB, at"),
                           (dict(tree="at 0xff80000"), " and the tree, of 1 MiB, at 0xff80000 to 0x10080000 overlap")):
        flash.write("my.machine", changed(**change))
        flash.bad(2, reason, "flash", "a.img", "--machine", "my.machine", "-o", "f.fd")


SPINNING = {"enable_method": b"spin-table\0"}


@pytest.mark.parametrize("code,content,options,reason", [
    (3, b"rubbish", [], "my.dtb: is no flattened device tree"), (3, board()[:200], [], "my.dtb: device tree is truncated"),
    (3, tree({"fragment": {"__overlay__": {}}}), [], "my.dtb: is a device tree overlay"), (3, b"", [], "my.dtb: is no flattened"),
    (2, PLAIN_TREE, [], "has no CPUs in /cpus, which --cpus psci needs"), (2, board({}), [], "has no CPUs in /cpus"),
    (2, board({"cpu@0": cpu(0x100), "cpu@1": cpu(1, cpu_release_addr=cells(0, 0x40001008), **SPINNING)}), [],
     "my.dtb: starts its CPUs in another way than psci"),
    (2, board({"cpu@0": cpu(0x100, enable_method=b"psci\0")}), ["--cpus", "spin-table"], "starts its CPUs in another way than spin-table"),
    (2, board({"cpu@0": cpu(0x100)}, psci={"compatible": b"arm,psci-1.0\0", "method": b"hvc\0"}), [], "another way than psci"),
    (2, board({"cpu@0": cpu(0x100), "cpu@1": cpu(1, cpu_release_addr=cells(0, 0x40001F00), **SPINNING)}), ["--cpus", "spin-table"],
     "my.dtb: cpu@1: its cpu-release-addr, 0x40001f00, is no multiple of 8 in the first 0xf00 bytes of spin-page, 0x40001000"),
    (2, board({"cpu@0": cpu(0x100), "cpu@1": cpu(1, cpu_release_addr=cells(0, 0x40000FF8), **SPINNING)}), ["--cpus", "spin-table"],
     "its cpu-release-addr, 0x40000ff8, is no multiple"),
    (2, board({f"cpu@{i:x}": cpu(0x100 + i) for i in range(60)}), ["--cpus", "spin-table"], "more than 32 CPUs"),
], ids=range(12))
def test_trees(flash, code, content, options, reason):
    flash.write("my.dtb", content)
    flash.bad(code, reason, "flash", "a.img", *M, *options, "-o", "f.fd")


def test_memory_that_cells_cannot_say(flash):
    flash.write("my.machine", changed(ram="0x100000000 256MiB"))
    flash.write("my.dtb", tree({"#address-cells": cells(1), "#size-cells": cells(1), "cpus": {"cpu@100": cpu(0x100)}}))
    flash.bad(2, "my.dtb: has no memory, and cells that cannot say what my.machine has", "flash", "a.img", *M, "-o", "f.fd")


def test_bundles_that_are_none(flash):
    flash.bad(3, "Image: not a Lethe bundle", "flash", "Image", *V, "-o", "f.fd")
    flash.bad(3, "b.none: No such file", "flash", "a.img", "b.none", *V, "-o", "f.fd")
    flash.good("flash", "a.img", *V, "-o", "f.fd")
    flash.bad(3, "f.fd: not a Lethe bundle", "flash", "f.fd", *V, "-o", "g.fd")
    data = bytearray(flash.read("b.img"))
    kernel = Bundle(data)["kernel"]
    data[kernel["source"] + kernel["file_size"] - 1] ^= 1
    flash.write("b.img", data)
    flash.bad(1, 'b.img: segment 0 "kernel": digest does not match', "flash", "a.img", "b.img", *V, "-o", "g.fd")
