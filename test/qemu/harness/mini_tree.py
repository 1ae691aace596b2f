# SPDX-License-Identifier: BSD-2-Clause
"""A bundle under a loader's tree that QEMU does not touch, and a small tree by hand."""

from images import Hostile, dtc, write
from machine import Machine
from paths import LOAD, MIB

TARGET = LOAD + 2 * MIB     # of the bundle
TREE = 0x4c000000           # of the loader's tree


CPU = 'cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a72"; reg = <0>; };'


def psci_cpus(*ids, reg=None):
    """The boot CPU's node and others that firmware starts; reg: the affinity of all."""
    return CPU + "".join(f'cpu@{i} {{ device_type = "cpu"; reg = <{i if reg is None else reg}>; enable-method = "psci"; }};'
                         for i in ids)


def mini(path, *, top="", root="", chosen="", memory="", cells=2, cpus=CPU):
    """A small tree by hand: no slack, and nothing that QEMU adds."""
    memory = memory or 'memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x10000000>; };'
    return dtc(path, f"""/dts-v1/; {top}
        / {{
            #address-cells = <2>; #size-cells = <{cells}>; compatible = "linux,dummy-virt"; model = "mini";
            chosen {{ stdout-path = "/soc/uart@9000000"; {chosen} }};
            {memory}
            psci {{ compatible = "arm,psci-1.0"; method = "smc"; }};
            cpus {{ #address-cells = <1>; #size-cells = <0>;
                {cpus} }};
            soc {{ #address-cells = <1>; #size-cells = <1>; compatible = "simple-bus"; ranges = <0 0 0 0x40000000>;
                uart@9000000 {{ compatible = "arm,pl011"; reg = <0x9000000 0x1000>; }}; }};
            {root}
        }};""")


def under(work, boot, tree, at=TREE, load=(), flags=(), civacs=0, **options):
    """The machine with the bundle and this very tree."""
    stub = Hostile(TARGET, "plain", *flags, x0=at, civacs=civacs).save(work + "/stub")
    return Machine(stub, load=[(boot, TARGET), (tree, at), *load], **options)


def given(machine, work):
    """The payload's values, and the path of the tree that it got."""
    values = machine.payload()
    return values, write(work + "/given.dtb", machine.read_tree(values["x0"]))


def page_of_raw(work, at, size=4096):
    return ["--raw", f"{write(work + '/page', b'r' * size)}@{at:#x}"]
