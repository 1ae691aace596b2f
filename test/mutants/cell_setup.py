# SPDX-License-Identifier: BSD-2-Clause
"""One boot of a mutant: the files, the machine, and what its result has to be."""

import dataclasses
import re
import struct

import cohsan
from images import Bundle, Hostile
from machine import Machine
from paths import LOAD, MIB, PAYLOAD
from sites import CAVE, CAVE_END

CELLS = {}              # {name: function of a folder that returns a Setup}
UNCACHED = 1            # LETHE_MODE_UNCACHED
BUNDLE = object()       # in a machine's options: the path of the bundle, mutated or not
TARGET = LOAD + 2 * MIB
SCTLR = {1: 0x30d00800, 2: 0x30c50830}


class Wrong(Exception):
    """A cell that failed: by which kind of report, or "result"."""

    def __init__(self, kind, text):
        super().__init__(kind)
        self.kind, self.text = kind, text


@dataclasses.dataclass
class Setup:
    bundle: str         # as packed
    check: callable     # of the Machine: raises AssertionError when its result is wrong
    machine: dict       # options; its kernel is the bundle unless load= names BUNDLE

    subject, elf = "blob", "lethe.elf"

    def loaded_at(self):
        return next((at for file, at in self.machine.get("load", ()) if file is BUNDLE), None)

    def bases(self):
        """Where the bundle runs. [what is to be added to an address of its ELF, ..]"""
        return [self.loaded_at() or cohsan.KERNEL_AT[self.machine.get("machine", "virt").split(",")[0]]]

    def options(self, path, extra):
        """With the bundle at path. A report ends the machine: one is enough."""
        options = dict(self.machine)
        options["extra"] = [*options.get("extra", []), *extra]
        options["cohsan"] = {"max": 1, **options.get("cohsan", {})}
        if "load" in options:
            options["load"] = [(path if file is BUNDLE else file, at)
                               for file, at in options["load"]]
        if self.loaded_at() is None:
            options["kernel"] = path
        return options

    def patched(self, path, patches):
        bundle = Bundle(self.bundle)
        for address, word in patches:
            if CAVE <= address < CAVE_END and any(bundle.bytes[address:address + 4]):
                raise SystemExit("mutants: the header page is no longer empty")
            bundle.bytes[address:address + 4] = word.to_bytes(4, "little")
        return bundle.save(path)

    def boot(self, path, patches, limit, extra=(), linger=0.0):
        """Raises Wrong if cohsan reports, or if the result is not what it has to be."""
        machine = Machine(**self.options(self.patched(path, patches), extra))
        assert machine.cohsan is not None
        try:
            with machine:
                machine.deadline = machine.started + limit
                self.check(machine)
                machine.drain(linger)
        except AssertionError as error:
            reports = [re.match(r"cohsan: ([\w-]+) pc=", line) for line in machine.cohsan.lines]
            kinds = [match[1] for match in reports if match and match[1] != "stop"]
            raise Wrong(kinds[0] if kinds else "result", str(error)) from error


# ---- the list ----

def cell(function):
    CELLS[function.__name__] = function
    return function


def both(function):
    """A cell, and its twin with the MMU off."""
    def uncached(folder):
        setup = function(folder)
        bundle = Bundle(setup.bundle)
        bundle.plan("mode", UNCACHED)
        bundle.save(setup.bundle)
        return setup
    CELLS[function.__name__ + "_uncached"] = uncached
    return cell(function)


# ---- what a result has to be ----

def payload(el, kernel=PAYLOAD, more=None):
    """The boot protocol is kept, the kernel is whole and its tail is zero, there is a tree."""
    def check(machine):
        values = machine.payload()
        assert values["el"] == el
        assert values["x1"] == values["x2"] == values["x3"] == 0
        assert values["daif"] == 0x3c0 and values["spsel"] == 1
        assert values["sctlr"] == SCTLR[el], f"sctlr={values['sctlr']:#x}"
        assert el == 1 or values["hcr"] == 1 << 31
        with open(kernel, "rb") as file:
            data = file.read()
        size = struct.unpack_from("<Q", data, 16)[0]
        assert machine.read_ram(values["base"], size) == data + bytes(size - len(data))
        tree = machine.read_tree(values["x0"])
        if more:
            more(machine, values, tree)
    return check


def lines(*patterns):
    def check(machine):
        machine.expect(*patterns)
    return check


def memory(*parts):
    """(address, bytes) that are to be there."""
    def check(machine, values, tree):
        for address, data in parts:
            assert machine.read_ram(address, len(data)) == data, f"wrong memory at {address:#x}"
    return check


def stub(folder, *flags, at=TARGET, **table):
    return Hostile(at, *flags, **table).save(folder + "/stub")


def by_stub(folder, *flags, at=TARGET, load=(), **options):
    """Machine options: the hostile stub starts the bundle."""
    table = {name: options.pop(name) for name in ("x0", "fills", "copies") if name in options}
    return {"kernel": stub(folder, *flags, at=at, **table), "load": [(BUNDLE, at), *load],
            "ram": True, **options}
