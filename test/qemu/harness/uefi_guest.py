# SPDX-License-Identifier: BSD-2-Clause
"""A machine with UEFI and ACPI: the device tree that its running kernel got, and what UEFI left in it."""

import re
import struct

from chosen import strangers
from images import fdtget, source_of, write

MEMORY = 512
LONG = {"cpu": ["cortex-a57", "cortex-a72", "neoverse-n1", "max"], "el": [1, 2], "smp": [1, 4]}
EFI = ["system-table", "mmap-start", "mmap-size", "mmap-desc-size", "mmap-desc-ver", "secure-boot"]


def read_tree(machine):
    """The running kernel's device tree, as /init prints it."""
    machine.expect("^client: tree$", never="Kernel panic")
    began = machine.position
    machine.expect("^client: tree end$")
    text = machine.raw[began:machine.position].decode("ascii", "replace").replace("\r", "")
    lines = re.findall(r"^[0-9a-f]{8}  ((?:[0-9a-f]{2} +)+)\|", text, re.MULTILINE)
    tree = bytes.fromhex("".join(lines))
    assert len(tree) == struct.unpack_from(">I", tree, 4)[0]
    return tree


def chosen(folder, tree):
    """{name: bytes} of UEFI's properties in /chosen, and the names of all nodes in the root."""
    path = write(folder + "/seen.dtb", tree)
    found = {name: fdtget(path, "/chosen", "linux,uefi-" + name, "bx") for name in EFI}
    assert all(found.values())
    # Not by fdtget -l: where Linux has wiped rng-seed out, which it has when there was one, NOPs are an error to it.
    source = source_of(path)
    names = re.findall(r"^\t\t([a-z][^\s=;]*)(?: = |;)", source, re.MULTILINE)
    assert "linux,uefi-system-table" in names and not strangers(names)
    return found, re.findall(r"^\t(\S+) \{$", source, re.MULTILINE)
