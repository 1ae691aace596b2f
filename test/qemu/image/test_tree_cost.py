# SPDX-License-Identifier: BSD-2-Clause
"""Trees of 2 MiB that are odd in one way each: the boot takes seconds, and Lethe's first line comes before the rest."""

import struct

import pytest

from images import Bundle, pack, reservations, write
from mini_tree import given, mini, under
from paths import MIB, VIRT_UART


def many_entries(path, count):
    """A tree with so many entries in /memreserve/, none near the bundle."""
    tree = bytearray(open(mini(path), "rb").read())
    old = struct.unpack_from(">10I", tree)
    entries = b"".join(struct.pack(">QQ", 0x60000000 + i * 0x2000, 0x1000) for i in range(count))
    grown = tree[:old[4]] + entries + tree[old[4]:]
    shift = len(entries)
    struct.pack_into(">4I", grown, 4, old[1] + shift, old[2] + shift, old[3] + shift, old[4])
    return write(path, grown)


@pytest.mark.parametrize("mode", ["cached", "uncached"])
def test_ten_thousand_reservations(work, mode):
    """All are kept; and the boot takes seconds, not minutes (the harness's limit)."""
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.plan("mode", int(mode == "uncached"))
    with under(work, bundle.save(work + "/sealed.img"), many_entries(work + "/many.dtb", 10000), ram=True) as machine:
        machine.expect("^lethe: 0.1.0 at ", "^lethe: enter")
        _, path = given(machine, work)
        assert len(reservations(open(path, "rb").read())) == 10000


def with_node(path, properties=(), nodes=0, value=b"\0\0\0\1"):
    """mini() with a node `odd` under the root: properties by name, and so many empty subnodes. dtc takes minutes."""
    tree = open(mini(path), "rb").read()
    header = list(struct.unpack_from(">10I", tree))
    structure, strings = tree[header[2]:header[2] + header[9]], tree[header[3]:header[3] + header[8]]
    names, node = bytearray(strings), bytearray(struct.pack(">I", 1) + b"odd\0")
    for name in properties:
        node += struct.pack(">III", 3, len(value), len(names)) + value + bytes(-len(value) % 4)
        names += name + b"\0"
    node += b"".join(struct.pack(">I", 1) + b"n%06d\0" % i + struct.pack(">I", 2) for i in range(nodes))
    end = structure.rindex(struct.pack(">II", 2, 9))     # the root's
    structure = structure[:end] + bytes(node) + struct.pack(">III", 2, 2, 9)
    header[9], header[3] = len(structure), header[2] + len(structure)
    header[8], header[1] = len(names), header[3] + len(names)
    return write(path, struct.pack(">10I", *header) + tree[40:header[2]] + structure + bytes(names))


ODD = {
    "long names": {"properties": [b"y" * 248 + b"%06d" % i for i in range(7000)]},
    "properties": {"properties": [b"p%05d" % i for i in range(80000)]},
    "nodes": {"nodes": 110000},
    "long value": {"properties": [b"compatible"], "value": b"abc\0" * 470000},
}


@pytest.mark.parametrize("how", [how if how == "properties" else pytest.param(how, marks=pytest.mark.long)
                                 for how in ODD])
def test_two_mebibytes_of_odd_things(work, how):
    """Bounded, and Lethe's first line comes before the rest."""
    tree = with_node(work + "/odd.dtb", **ODD[how])
    assert 1.7e6 < len(open(tree, "rb").read()) < 2 * MIB - 1000
    boot = pack(work + "/boot.img")
    with under(work, boot, tree) as machine:
        machine.expect("^lethe: 0.1.0 at ", "^lethe: enter")


def test_name_without_end(work):
    """A name of a megabyte would be read at each look at a property."""
    tree = with_node(work + "/odd.dtb", properties=[b"z" * 256])
    with under(work, pack(work + "/boot.img", "--console", f"pl011,{VIRT_UART:#x}"), tree) as machine:
        machine.expect(r'^lethe: FAIL read: device tree "strings block": .*\(LETHE_E_TREE_BROKEN\)$', "^lethe: halt$")
