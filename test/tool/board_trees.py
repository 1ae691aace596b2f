# SPDX-License-Identifier: BSD-2-Clause
"""A reader of device trees for the test that holds Lethe's against it: the bytes, without libfdt.

It follows the Devicetree Specification 0.4 (5, "Flattened Devicetree Format"; 2.3 and 3, properties), and for
UARTs the bindings of Linux 6.12 and the accesses of its drivers.
"""

import struct

# compatible: (what Lethe calls it, distance of the registers as a shift, width); of an 8250 only if the node is silent
UARTS = {
    "arm,pl011": ("pl011", 0, 4), "arm,sbsa-uart": ("sbsa", 0, 4),
    "mediatek,mt6577-uart": ("ns16550", 2, 4), "nvidia,tegra20-uart": ("ns16550", 2, 4),
    "ti,am654-uart": ("ns16550", 2, 4), "brcm,bcm2835-aux-uart": ("ns16550", 2, 4),
    "ns16550a": ("ns16550", 0, 1), "ns16550": ("ns16550", 0, 1), "snps,dw-apb-uart": ("ns16550", 0, 1),
    "qcom,geni-debug-uart": ("geni", 0, 4), "qcom,geni-uart": ("geni", 0, 4), "qcom,msm-uartdm": ("uartdm", 0, 4),
    "renesas,scif": ("scif", 0, 4), "renesas,hscif": ("scif", 0, 4),
    "renesas,scif-r9a07g044": ("rzscif", 0, 4), "renesas,scif-r9a09g057": ("rzscif", 0, 4),
    "fsl,imx6q-uart": ("imx", 0, 4), "amlogic,meson-ao-uart": ("meson", 0, 4),
    "fsl,imx7ulp-lpuart": ("lpuart", 0, 4), "fsl,imx8qxp-lpuart": ("lpuart", 0, 4),
    "cdns,uart-r1p12": ("cdns", 0, 4), "marvell,armada-3700-uart": ("armada3700", 0, 4),
    "samsung,exynos4210-uart": ("samsung", 0, 4), "samsung,exynos5433-uart": ("samsung", 0, 4),
    "samsung,exynos850-uart": ("samsung", 0, 4), "google,gs101-uart": ("samsung", 0, 4),
    "renesas,em-uart": ("em", 0, 4),
}
BEGIN, END, PROP, NOP, STOP = 1, 2, 3, 4, 9


class Node:
    def __init__(self, name, parent):
        self.name, self.parent, self.props, self.nodes = name, parent, {}, []

    def cells(self, name):
        value = self.props.get(name)
        return list(struct.unpack(f">{len(value) // 4}I", value[:len(value) & ~3])) if value is not None else None

    def strings(self, name):
        return [part.decode() for part in self.props.get(name, b"").split(b"\0") if part]

    def says(self, name):
        return (self.strings(name) or [None])[0]

    def is_on(self):
        return self.says("status") in (None, "okay", "ok")

    def address_cells(self):
        return (self.cells("#address-cells") or [2])[0]

    def size_cells(self):
        return (self.cells("#size-cells") or [1])[0]

    def all(self):
        yield self
        for node in self.nodes:
            yield from node.all()

    def child(self, name):
        return next((n for n in self.nodes if n.name == name or
                     "@" not in name and n.name.partition("@")[0] == name), None)

    def reg(self):
        """[(base, size)], as the parent counts."""
        cells, found = self.cells("reg") or [], []
        wide, long = self.parent.address_cells(), self.parent.size_cells()
        while len(cells) >= wide + long > 0:
            found.append((number(cells[:wide]), number(cells[wide:wide + long])))
            cells = cells[wide + long:]
        return found


def number(cells):
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value


class Tree:
    def __init__(self, data):
        magic, _, structure, strings, reservations = struct.unpack_from(">5I", data)
        assert magic == 0xd00dfeed
        self.memreserve, self.root = [], None
        while True:
            base, size = struct.unpack_from(">2Q", data, reservations)
            reservations += 16
            if size == 0:
                break
            self.memreserve.append((base, size))
        node, at = None, structure
        while True:
            tag, = struct.unpack_from(">I", data, at)
            at += 4
            if tag == BEGIN:
                end = data.index(0, at)
                new = Node(data[at:end].decode(), node)
                if node:
                    node.nodes.append(new)
                else:
                    self.root = new
                node, at = new, end + 4 & ~3
            elif tag == END:
                node = node.parent
            elif tag == PROP:
                size, name = struct.unpack_from(">2I", data, at)
                name = data[strings + name:data.index(0, strings + name)].decode()
                node.props[name] = data[at + 8:at + 8 + size]
                at += 8 + size + 3 & ~3
            elif tag == STOP:
                break
            else:
                assert tag == NOP

    def at(self, path):
        node = self.root
        for name in path.split("/"):
            node = node.child(name) if node and name else node
        return node

    def stdout(self):
        """(what is named, its node or None); (None, None) if no UART is named."""
        chosen = self.at("/chosen")
        path = chosen and (chosen.says("stdout-path") or chosen.says("linux,stdout-path"))
        if not path:
            return None, None
        path = path.partition(":")[0]
        if not path.startswith("/"):
            alias, _, rest = path.partition("/")
            aliases = self.at("/aliases")
            whole = aliases and aliases.says(alias)
            if not whole:
                return path, None
            path = whole + "/" + rest
        return path, self.at(path)

    def memory(self):
        return [entry for node in self.root.nodes if node.says("device_type") == "memory" and node.is_on()
                for entry in node.reg()]

    def reserved(self):
        parent = self.at("/reserved-memory")
        return self.memreserve + [entry for node in (parent.nodes if parent else []) if node.is_on()
                                  for entry in node.reg()]

    def cpus(self):
        return sum(node.says("device_type") == "cpu" and not (node.says("status") or "").startswith("fail")
                   for node in self.at("/cpus").nodes)

    def psci(self):
        methods = [node.says("method") for node in self.root.all() if node.is_on() and
                   {"arm,psci", "arm,psci-0.2", "arm,psci-1.0"} & set(node.strings("compatible"))]
        return methods[0] if methods else None

    def has_gic_v3(self):
        return any(node.is_on() and {"arm,gic-v3", "arm,gic-v5"} & set(node.strings("compatible"))
                   for node in self.root.all())


def cpu_address(node):
    """The first register of a node as a CPU sees it, or None."""
    (address, _), bus = node.reg()[0], node.parent
    while bus.parent:
        if "ranges" not in bus.props:
            return None
        cells, child, parent = bus.cells("ranges"), bus.address_cells(), bus.parent.address_cells()
        entry = child + parent + bus.size_cells()
        windows = [cells[i:i + entry] for i in range(0, len(cells), entry)]
        for window in windows:
            base, size = number(window[:child]), number(window[child + parent:])
            if base <= address < base + size:
                address += number(window[child:child + parent]) - base
                break
        else:
            if windows:
                return None
        bus = bus.parent
    return address


def uart(node):
    """(kind, address, shift, width) of a UART that Lethe should drive, or None."""
    known = [UARTS[name] for name in node.strings("compatible") if name in UARTS]
    if not known or (node.says("status") or "").startswith("fail"):
        return None
    kind, shift, width = known[0]
    if kind == "ns16550":
        shift = (node.cells("reg-shift") or [shift])[0]
        width = (node.cells("reg-io-width") or [width])[0]
    return kind, cpu_address(node) + (node.cells("reg-offset") or [0])[0], shift, width
