# SPDX-License-Identifier: BSD-2-Clause
"""lethe flash: what it writes, read back by a second reader, and where things go in RAM."""
import struct

import pytest

from tool_files import BLOCK, MIB, tree
from tool_flash import ONE, SPIN, Flash, fdt
from tool_machine import M, V, board, cells, changed, cpu, made


def test_two_bundles_fill_a_device(flash):
    found = made(flash, "a.img", "b.img", *V)
    assert len(found.data) == 64 * MIB and found.base == 0 and found.cpus == ONE and found.on_failure == 0
    for (offset, room), name in zip(found.slots, ("a.img", "b.img")):
        data = flash.read(name)
        assert found.data[offset:offset + len(data)] == data
        assert offset % 0x10000 == 0 and room > 31 * MIB
    assert (found.tree_address, found.tree_offset) == (0x40000000, 0)
    assert (found.scratch, found.scratch_size, found.flags) == (0x40100000, MIB, 0)
    assert (found.tree, found.load, found.load_size) == (0x40200000, 0x40400000, 0x7C00000)
    assert found.console == {"data": 0x9000000, "status": 0x9000018, "mask": 0x20, "ready": 0, "width": 4,
                             "reserved": 0, "on": [(0x9000030, 0x101, 0xFFFFFFFF)]}


def test_one_bundle_has_all_of_a_device(flash):
    found = made(flash, "a.img", *V)
    assert found.slots == [(0x10000, 64 * MIB - 0x10000)] and found.file_size == 64 * MIB
    assert made(flash, "a.img", *V, "--slot-size", "8MiB").slots == [(0x10000, 8 * MIB)]
    assert len(flash.read("f.fd")) == 64 * MIB


def test_a_file_is_no_longer_than_it_has_to_be(flash):
    found = made(flash, "a.img", "b.img", *M)
    sizes = [-(-len(flash.read(name)) // 4096) * 4096 for name in ("a.img", "b.img")]
    assert [room for _, room in found.slots] == sizes and sum(found.slots[1]) == len(found.data)
    found = made(flash, "a.img", "b.img", *M, "--slot-size", "3MiB")
    assert [room for _, room in found.slots] == [3 * MIB] * 2 and len(found.data) == sum(found.slots[1])


def test_options_go_before_the_machine(flash):
    found = made(flash, "a.img", *M, "--cpus", "spin-table", "--console=none", "--on-failure", "halt")
    assert (found.cpus, found.on_failure, found.console["data"]) == (SPIN, 0, 0)
    assert found.spin_page == 0x40001000 and found.tree == 0x40200000
    assert made(flash, "a.img", *M, "--cpus=one", "--console", "machine").console["data"] == 0x9001000


def test_tree_is_completed(flash):
    found = made(flash, "a.img", *M, "--console", "pl011,0x9000000")
    assert [fdt(flash, found.tree_bytes, f"/cpus/cpu@{i}", "enable-method") for i in (0, 1)] == ["psci"] * 2
    assert fdt(flash, found.tree_bytes, "/psci", "method") == "smc" and found.tree_size < 2048
    assert fdt(flash, found.tree_bytes, "/timer", "clock-frequency") == "24000000"
    assert fdt(flash, found.tree_bytes, "/chosen", "stdout-path") == "/bus/uart@0"
    assert fdt(flash, found.tree_bytes, "-l", "/reserved-memory", "x") is None
    found = made(flash, "a.img", *M, "--cpus", "spin-table")
    assert fdt(flash, found.tree_bytes, "/cpus/cpu@1", "cpu-release-addr") == "0 1073746240"
    assert fdt(flash, found.tree_bytes, "/chosen", "stdout-path") is None       # no such UART in the tree
    assert struct.unpack_from(">QQ", found.tree_bytes, 40) == (0x40001000, 4096)


def test_a_tree_that_is_brought_goes_before_one_at_an_address(flash):
    flash.write("virt.dtb", board())
    found = made(flash, "a.img", *V, "--tree", "virt.dtb")
    assert found.tree_address == 0 and found.tree_offset == 0x4000


def test_tree_keeps_its_stdout(flash):
    flash.write("my.dtb", board({"cpu@0": cpu(0x100)}, chosen={"stdout-path": b"/other\0"}))
    found = made(flash, "a.img", *M, "--console", "pl011,0x9000000")
    assert fdt(flash, found.tree_bytes, "/chosen", "stdout-path") == "/other"


def test_open_scratch_is_reserved(flash):
    flash.write("my.machine", changed(scratch="0x40000000 512KiB"))
    found = made(flash, "a.img", *M)
    assert fdt(flash, found.tree_bytes, "-tx", "/reserved-memory/lethe@40000000", "reg") == "0 40000000 0 80000"
    assert found.flags == 0 and found.tree == 0x40200000


@pytest.mark.parametrize("address_cells,size_cells,reg", [(2, 1, "0 40000000 10000000"), (1, 1, "40000000 10000000"),
                                                          (3, 2, "0 0 40000000 0 10000000")])
@pytest.mark.parametrize("empty", [False, True])
def test_memory_is_filled_in(flash, address_cells, size_cells, reg, empty):
    """As boot loaders do for trees that leave it to them."""
    nodes = {"#address-cells": cells(address_cells), "#size-cells": cells(size_cells),
             "cpus": {"#address-cells": cells(1), "#size-cells": cells(0), "cpu@100": cpu(0x100)}}
    if empty:
        nodes["memory@40000000"] = {"device_type": b"memory\0", "reg": cells(*[0] * (address_cells + size_cells))}
    flash.write("my.machine", changed(scratch="0x20000000 512KiB secure"))
    flash.write("my.dtb", tree(nodes))
    result = flash.good("flash", "a.img", *M, "-o", "f.fd")
    assert "warning: has no memory: it got the ram of my.machine" in result.stderr
    found = Flash(flash.read("f.fd")).check()
    assert fdt(flash, found.tree_bytes, "-tx", "/memory@40000000", "reg") == reg


@pytest.mark.parametrize("reserved", [(0x40000000, 1), (0x40200000, 0x200000), (0x40700000, 0x1000),
                                      (0x4FFFF000, 0x1000), (0x60000000, 0x1000), (0x30000000, 0x20000000)])
def test_reservations_are_left_alone(flash, reserved):
    base, size = reserved
    flash.write("my.dtb", board({"cpu@0": cpu(0x100)}, **{"reserved-memory": {
        "#address-cells": cells(2), "#size-cells": cells(2), "ranges": b"",
        "keep": {"reg": cells(0, base, 0, size), "no-map": b""}}}))
    if size > 0x10000000:
        flash.bad(2, "no 2 MiB of its ram are free for the device tree", "flash", "a.img", *M, "-o", "f.fd")
        return
    found = made(flash, "a.img", *M)
    for start, end in ((found.tree, found.tree + BLOCK), (found.load, found.load + found.load_size)):
        assert end <= base or start >= base + size
    assert found.load_size > 200 * MIB and found.load + found.load_size <= 0x50000000


def test_elf(flash):
    found = made(flash, "a.img", "b.img", *M, "--elf", elf=True)
    data = flash.read("f.fd")
    assert data[:7] == b"\x7fELF\2\1\1"
    kind, machine, _, entry, phoff, _, _, _, phsize, phnum = struct.unpack_from("<HHIQQQIHHH", data, 16)
    assert (kind, machine, entry, phsize, phnum) == (2, 183, found.base, 56, 1)
    kind, flags, offset, virtual, physical, size, memory, align = struct.unpack_from("<IIQQQQQQ", data, phoff)
    assert (kind, flags, virtual, physical, align) == (1, 5, found.base, found.base, 4096)
    assert size == memory == len(found.data) == len(data) - offset
    plain = made(flash, "a.img", "b.img", *M, output="plain.fd")
    assert plain.data == found.data
    assert len(made(flash, "a.img", *V, "--elf", elf=True).data) < 3 * MIB      # an ELF is never padded
    assert "Lethe flash file in an ELF" in flash.good("inspect", "f.fd").stdout


def test_same_inputs_same_file(flash):
    made(flash, "a.img", *M)
    made(flash, "a.img", *M, output="g.fd")
    assert flash.read("f.fd") == flash.read("g.fd")
