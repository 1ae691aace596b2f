# SPDX-License-Identifier: BSD-2-Clause
"""lethe flash: what it writes, read back by a second reader; machines' texts; where things go in RAM; every refusal."""
import json
import re
import struct
import subprocess

import pytest

from tool_command import K, ROOT, damage
from tool_files import BLOCK, MIB, PLAIN_TREE, image, texts, tree
from tool_flash import ONE, PSCI, SECURE, SPIN, Flash, fdt, machine_of, number, writes_of

MACHINES = {path.stem: path for path in (ROOT / "tools/lethe/machines").glob("*.machine")}
V = ["--machine", "virt"]


def cells(*values):
    return struct.pack(f">{len(values)}I", *values)


def cpu(affinity, **more):
    return {"device_type": b"cpu\0", "reg": cells(affinity),
            **{key.replace("_", "-"): value for key, value in more.items()}}


def board(cpus=None, memory=(0, 0x40000000, 0, 0x40000000), **more):
    """A tree with a UART at 0x9000000 on a bus."""
    nodes = {"#address-cells": cells(2), "#size-cells": cells(2),
             "cpus": {"#address-cells": cells(1), "#size-cells": cells(0),
                      **(cpus if cpus is not None else {"cpu@0": cpu(0), "cpu@1": cpu(1)})},
             "timer": {},
             "bus": {"#address-cells": cells(1), "#size-cells": cells(1), "ranges": cells(0, 0, 0x9000000, 0x10000),
                     "uart@0": {"compatible": b"arm,pl011\0", "reg": cells(0, 0x1000)}}, **more}
    if memory:
        nodes["memory@0"] = {"device_type": b"memory\0", "reg": cells(*memory)}
    return tree(nodes)


MINE = """
# A board of a newcomer's.
base     = 0x10000000
size     = 32MiB
erase    = 4KiB
ram      = 0x40000000 256MiB
scratch  = 0x20000000 0x80000 secure
tree     = file\r
console  = ns16550,0x9001000,shift=2,width=4
gic      = v3 0x8000000 0x80a0000 0x40000
frequency= 24000000
counter  = 0x9100000=1 0x9100020=24000000&0xff
boot-cpu = 0x100
cpus     = psci
spin-page = 0x40001000
wake     = 0x9200000 8 0x9200104 0x401
reset    = 0x9300000=0x10&0xffffffff
off      = 0x9300004=1 0x9300004=2 0x9300004=3 0x9300004=4
on-failure = reset
"""


def changed(**values):
    """MINE with lines replaced; None: left out."""
    text = MINE
    for key, value in values.items():
        key = key.replace("_", "-")
        line = "" if value is None else f"{key} = {value}"
        text = re.sub(rf"^{key} *=.*$", line, text, flags=re.M)
    return text.encode()


@pytest.fixture
def flash(lethe):
    """Two bundles, a machine's text, and its tree."""
    lethe.pack(*K, "--initrd", "initrd", output="a.img")
    lethe.pack(*K, output="b.img")
    lethe.write("my.machine", MINE.encode())
    lethe.write("my.dtb", board({"cpu@0": cpu(0x100), "cpu@1": cpu(0x101)}))
    return lethe


M = ["--machine", "my.machine", "--tree", "my.dtb"]


def made(lethe, *args, output="f.fd", elf=False):
    lethe.good("flash", *args, "-o", output)
    data = lethe.read(output)
    result = Flash(data[0x10000:] if elf else data).check()
    said = lethe.good("verify", output).stdout
    assert said.endswith(f"{output}: ok\n")
    return result


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


def test_newcomers_machine(flash):
    found = made(flash, "a.img", *M)
    keys = {"base": 0x10000000, "flags": SECURE, "scratch": 0x20000000, "scratch_size": 0x80000, "gic": 3,
            "distributor": 0x8000000, "redistributor": 0x80A0000, "redistributor_size": 0x40000,
            "frequency": 24000000, "boot_cpu": 0x100, "cpus": PSCI, "vector": 0x9200000, "vector_stride": 8,
            "wake": 0x9200104, "wake_mask": 0x401, "on_failure": 1, "spin_page": 0}
    assert {key: getattr(found, key) for key in keys} == keys
    assert found.counter == [(0x9100000, 1, 0), (0x9100020, 24000000, 0xFF)]
    assert found.reset == [(0x9300000, 0x10, 0xFFFFFFFF)]
    assert found.off == [(0x9300004, value, 0) for value in (1, 2, 3, 4)]
    assert found.console == {"data": 0x9001000, "status": 0x9001014, "mask": 0x20, "ready": 0x20, "width": 4,
                             "reserved": 0, "on": []}
    assert found.slots[0][0] == -(-(0x4000 + found.tree_size) // 4096) * 4096   # its own erase block


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_machines(flash, name):
    """Each that is there, against its own text read a second time; also as a file, from elsewhere."""
    text = machine_of(MACHINES[name].read_text())
    ram, ram_size = map(number, text["ram"])
    flash.write("board.dtb", board(memory=(ram >> 32, ram & 0xFFFFFFFF, 0, 0x40000000)))
    needs = ["--tree", "board.dtb"] if text["tree"] == ["file"] else []
    found = made(flash, "a.img", "--machine", name, *needs)
    made(flash, "a.img", "--machine", MACHINES[name], *needs, output="g.fd")
    assert flash.read("f.fd") == flash.read("g.fd")
    assert found.base == number(text["base"][0])
    if text["size"][0] == "exact":
        assert len(found.data) == number(text["size"][1])
    assert [found.scratch, found.scratch_size] == [number(word) for word in text["scratch"][:2]]
    assert found.flags == (SECURE if text["scratch"][2:] == ["secure"] else 0)
    assert found.cpus == {"one": ONE, "psci": PSCI, "spin-table": SPIN}[text["cpus"][0]]
    assert found.gic == {"none": 0, "v2": 2, "v3": 3}[text["gic"][0]]
    assert [found.distributor, found.redistributor, found.redistributor_size] == \
        ([number(word) for word in text["gic"][1:]] + [0] * 3)[:3]
    for key in "reset", "off", "counter":
        assert getattr(found, key) == writes_of(text.get(key, []))
    assert ram <= found.tree < ram + ram_size and found.load + found.load_size <= ram + ram_size
    kind, address = text["console"][0].split(",")
    assert found.console["data"] - number(address) == {"pl011": 0, "cdns": 0x30}[kind]
    assert f"`{name}`" in (ROOT / "docs/use/flash.md").read_text()
    assert name in flash.good("flash", "--help").stdout


CONSOLES = [
    ("pl011,0x9000000", 0, 0x18, 0x20, 0, 4, [(0x30, 0x101, 0xFFFFFFFF)]),
    ("ns16550,0x9000000", 0, 5, 0x20, 0x20, 1, []),
    ("ns16550,0x9000000,width=1,shift=3", 0, 40, 0x20, 0x20, 1, []),
    ("imx,0x9000000", 0x40, 0xB4, 0x10, 0, 4, [(0x80, 1, 0xFFFFFFFF), (0x84, 6, 0xFFFFFFFF)]),
    ("cdns,0x9000000", 0x30, 0x2C, 0x10, 0, 4, [(0, 0x14, 0xFFFFFFD7)]),
    ("meson,0x9000000", 0, 0xC, 1 << 21, 0, 4, [(8, 0x1000, 0xFFFFFFFF)]),
    ("lpuart,0x9000000", 0x1C, 0x14, 1 << 23, 1 << 23, 4, [(0x18, 1 << 19, 0xFFFFFFFF)]),
    ("lpuart32,0x9000000", 0xC, 4, 1 << 23, 1 << 23, 4, [(8, 1 << 19, 0xFFFFFFFF)]),
    ("armada3700,0x9000000", 4, 0xC, 0x800, 0, 4, []),
    ("samsung,0x9000000", 0x20, 0x10, 4, 4, 4, []),
]


@pytest.mark.parametrize("value,data,status,mask,ready,width,on", CONSOLES)
def test_consoles(flash, value, data, status, mask, ready, width, on):
    """In the option as in the text."""
    flash.write("its.machine", changed(console=value))
    for options in ([*M, "--console", value], ["--machine", "its.machine", "--tree", "my.dtb"]):
        base = 0x9000000
        assert made(flash, "a.img", *options).console == {
            "data": base + data, "status": base + status, "mask": mask, "ready": ready, "width": width, "reserved": 0,
            "on": [(base + offset, *rest) for offset, *rest in on]}


def test_options_go_before_the_machine(flash):
    found = made(flash, "a.img", *M, "--cpus", "spin-table", "--console=none", "--on-failure", "halt")
    assert (found.cpus, found.on_failure, found.console["data"]) == (SPIN, 0, 0)
    assert found.spin_page == 0x40001000 and found.tree == 0x40200000
    assert made(flash, "a.img", *M, "--cpus=one", "--console", "machine").console["data"] == 0x9001000


def test_tree_is_completed(flash):
    found = made(flash, "a.img", *M, "--console", "pl011,0x9000000")
    assert [fdt(flash, found.tree_bytes, f"/cpus/cpu@{i}", "enable-method") for i in (0, 1)] == ["psci"] * 2
    assert fdt(flash, found.tree_bytes, "/psci", "method") == "smc"
    assert fdt(flash, found.tree_bytes, "/timer", "clock-frequency") == "24000000"
    assert fdt(flash, found.tree_bytes, "/chosen", "stdout-path") == "/bus/uart@0"
    assert fdt(flash, found.tree_bytes, "-l", "/reserved-memory", "x") is None
    found = made(flash, "a.img", *M, "--cpus", "spin-table")
    assert fdt(flash, found.tree_bytes, "/cpus/cpu@1", "cpu-release-addr") == "0 1073746240"
    assert fdt(flash, found.tree_bytes, "/chosen", "stdout-path") is None       # no such UART in the tree
    assert struct.unpack_from(">QQ", found.tree_bytes, 40) == (0x40001000, 4096)


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
                                      (0x4FFFF000, 0x1000), (0x30000000, 0x20000000)])
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
    assert found.load_size > 200 * MIB


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


@pytest.mark.parametrize("options", [[], ["--elf"]])
def test_update_by_dd(flash, options):
    """The command that inspect prints writes a bundle into its slot; a shorter one leaves the old one's end behind."""
    flash.good("flash", "a.img", "a.img", *M, *options, "--slot-size", "4MiB", "-o", "my f.fd")
    lines = re.findall(r"update: (dd .*)", flash.good("inspect", "my f.fd").stdout)
    assert len(lines) == 2 and all("of='my f.fd'" in line for line in lines)
    flash.pack(*K, "--append", "new", output="new.img")
    subprocess.run(["sh", "-c", lines[1]], cwd=flash.directory, check=True, stderr=subprocess.DEVNULL)
    flash.good("verify", "my f.fd")
    found = json.loads(flash.good("inspect", "--json", "my f.fd").stdout)
    assert [slot["bundle"]["plan"]["slots"][0].get("cmdline") for slot in found["slots"]] == [None, "new"]


def test_inspect(flash):
    made(flash, "a.img", "b.img", *M, "--cpus", "spin-table")
    text = flash.good("inspect", "f.fd").stdout
    for piece in ("Lethe flash file, ", "param 1  at 0x3400", "file     0x10000000 to ", ", secure", "cpus     spin-table, CPU "
                  "0x100", "spin     0x40001000", "wake     entry at 0x9200000 + 0x8 * Aff0", "redistributors 0x80a0000 to 0x80e0000",
                  "counter  24000000 Hz", "0x9100020=0x16e3600&0xff", "failure  reset", "off      0x9300004=0x1 ",
                  "slot 0: Lethe bundle", "slot 1: Lethe bundle", "from offset 0x4000", "end of file"):
        assert piece in text, piece
    assert "gic      v2, distributor 0x8000000, CPU interface 0x8010000\n" in \
        (made(flash, "a.img", "--machine", "virt-secure"), flash.good("inspect", "f.fd").stdout)[1]
    assert "from 0x40000000" in flash.good("inspect", "f.fd").stdout


def test_inspect_json(flash):
    found = made(flash, "a.img", "b.img", *M)
    shown = json.loads(flash.good("inspect", "--json", "f.fd").stdout)
    assert shown["file"] == "f.fd" and shown["size"] == len(found.data) and shown["ok"] is True
    assert shown["elf"] is False and shown["problems"] == [] and shown["tree_verdict"] == "ok"
    assert shown["flash"] == {"offset": 0, "version": 1, "need": found.need, "code_crc": found.code_crc,
                              "code_verdict": "ok"}
    assert shown["copies"] == [{"crc": found.crc, "ok": True}] * 2
    parameters = shown["parameters"]
    assert {key: parameters[key] for key in found.fields} == found.fields

    def lists(values):
        return [tuple(write[key] for key in ("address", "value", "keep")) for write in values]
    assert [lists(parameters[key]) for key in ("counter", "reset", "off")] == [found.counter, found.reset, found.off]
    console = {**found.console, "on": lists(parameters["console"]["on"])}
    del console["reserved"]
    assert {**parameters["console"], "on": console["on"]} == console
    assert [(slot["offset"], slot["room"]) for slot in shown["slots"]] == found.slots
    alone = json.loads(flash.good("inspect", "--json", "b.img").stdout)
    assert {**shown["slots"][1]["bundle"], "file": "b.img"} == alone


# Options, and the first words of the sentence.
USAGE = [
    ([], "a bundle is needed"), (["a.img"], "-o FILE is needed"), (["a.img", "-o"], "-o needs a value"),
    (["a.img", "-o", "f"], "--machine is needed: a file, or one of raspi3b, "),
    (["a.img", "-o", "f", "--machine", "nothing"], "--machine nothing: is no file, and none of raspi3b, "),
    (["a.img", "b.img", "a.img", "-o", "f"], "at most 2 bundles"), (["a.img", "-o", "f", "-o", "g"], "-o is given twice"),
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
    (["a.img", "b.img", "-o", "f", *V, "--slot-size", "0xffffffffffff0000"], "virt: the file takes"),
    (["a.img", "-o", "a.img", *V], "would overwrite the input a.img"),
    (["a.img", "-o", "my.dtb", *M], "would overwrite the input my.dtb"),
]


@pytest.mark.parametrize("options,reason", USAGE)
def test_usage(flash, options, reason):
    flash.bad(2, reason, "flash", *options)


# What a line of a machine's text is replaced by, its number, and what is said of it.
LINES = [
    ("base", "0x1001", 3, "not a multiple of 4 KiB; expected is ADDRESS"), ("base", "", 3, "base = : expected is ADDRESS"),
    ("base", "1 2", 3, "base = 1 2: expected is"), ("base", "ten", 3, "base = ten: expected is"),
    ("base", "0x1000000000000", 3, "ends above 48 bits"), ("size", "0", 4, "size = 0: expected is [exact] SIZE"),
    ("size", "exact", 4, "expected is [exact] SIZE"), ("size", "exactly 1MiB", 4, "expected is [exact] SIZE"),
    ("size", "5000", 4, "not a multiple of 4 KiB"), ("size", "1TiB", 4, "expected is [exact]"),
    ("size", "17179869184GiB", 4, "expected is [exact]"), ("erase", "2048", 5, "not a power of two from 4 KiB on"),
    ("erase", "12KiB", 5, "not a power of two"), ("ram", "0x40000000", 6, "expected is ADDRESS SIZE"),
    ("ram", "0x40000000 1GiB secure", 6, "expected is ADDRESS SIZE"), ("ram", "0x40000000 0", 6, "expected is ADDRESS SIZE"),
    ("ram", "0x40000800 1GiB", 6, "not a multiple of 4 KiB"), ("ram", "0xfffffffff000 8KiB", 6, "ends above 48 bits"),
    ("scratch", "0x20000000 1MiB public", 7, "expected is ADDRESS SIZE [secure]"),
    ("scratch", "0x20000000 1000", 7, "not a multiple of 4 KiB"), ("tree", "at", 8, "expected is at ADDRESS, or file"),
    ("tree", "at 0x40000004", 8, "not a multiple of 8"), ("tree", "at 0xfffffff00000", 8, "ends above 48 bits"),
    ("tree", "my.dtb", 8, "expected is at ADDRESS, or file"), ("console", "uart", 9, "is none or UART,ADDR with a UART of pl011, ns16550"),
    ("console", "pl011, 0x9000000", 9, "expected is UART,ADDRESS or none"), ("console", "pl011,0", 9, "needs the UART's address"),
    ("gic", "v4 0x8000000", 10, "expected is v2 DISTRIBUTOR"), ("gic", "v2 0x8000000", 10, "expected is v2"),
    ("gic", "v3 0x8000000 0x80a0000", 10, "expected is v2"), ("gic", "v2 0x8000004 0x8010000", 10, "not a multiple of 4 KiB"),
    ("gic", "v3 0x8000000 0x80a0000 64KiB", 10, "redistributors are 128 KiB each"),
    ("gic", "v3 0x8000000 0x80a0010 128KiB", 10, "not a multiple of 4 KiB"), ("gic", "none at all", 10, "expected is v2"),
    ("gic", "v2 0x8000000 0x1000000000000", 10, "ends above 48 bits"),
    ("frequency", "4294967296", 11, "expected is the counter's Hz"), ("frequency", "24 MHz", 11, "expected is the counter's Hz"),
    ("counter", "0x9100000", 12, "expected is up to 4 writes"), ("counter", "0x9100002=1", 12, "an address is not a multiple of 4"),
    ("counter", "0=1", 12, "expected is up to 4 writes"), ("counter", "0x9100000=0x100000000", 12, "expected is up to 4 writes"),
    ("counter", "0x9100000=1&", 12, "expected is up to 4"), ("counter", "0x9100000=1 0x9100000=1 0x9100000=1 0x9100000=1 0x9100000=1", 12,
                                                             "expected is up to 4"),
    ("counter", "0x1000000000000=1", 12, "ends above 48 bits"), ("counter", "0x9100000=1&0x100000000", 12, "expected is up to 4"),
    ("boot-cpu", "0x80000000", 13, "has bits beside the affinity's"), ("boot-cpu", "first", 13, "expected is the affinity"),
    ("cpus", "all", 14, "expected is psci, spin-table or one"), ("spin-page", "0x40001800", 15, "not a multiple of 4 KiB"),
    ("spin-page", "none", 15, "expected is ADDRESS of 4 KiB"), ("spin-page", "0x1000000000000", 15, "ends above 48 bits"),
    ("wake", "0x9200000 8 0x9200104", 16, "expected is VECTOR STRIDE REGISTER MASK"),
    ("wake", "0x9200000 4 0x9200104 1", 16, "an entry is 8 bytes"), ("wake", "0x9200000 8 0x9200102 1", 16, "an entry is 8 bytes"),
    ("wake", "0x9200000 8 0x9200104 0", 16, "expected is VECTOR"), ("wake", "0 8 0x9200104 1", 16, "expected is VECTOR"),
    ("wake", "0x1000000000000 8 0x9200104 1", 16, "ends above 48 bits"),
    ("reset", "now", 17, "expected is up to 4 writes"), ("off", "0x9300004=ten", 18, "expected is up to 4"),
    ("on-failure", "fallback", 19, "expected is halt or reset"),
]


@pytest.mark.parametrize("key,value,line,reason", LINES)
def test_lines_of_a_machine(flash, key, value, line, reason):
    flash.write("my.machine", changed(**{key: value}))
    first = flash.bad(3, f"my.machine: line {line}: {key} = {value}", "flash", "a.img", *M, "-o", "f.fd").stderr
    assert reason in first and "expected is" in first


@pytest.mark.parametrize("text,reason", [
    (MINE + "rom = 1\n", 'line 20: "rom" is no key; known are base, size, '), (MINE + "off = 0x9300004=1", "line 20: off is there twice"),
    (MINE + "rom\n", "line 20: expected is key = value"), (MINE + "a b = 1\n", "line 20: expected is one word for a key"),
    (MINE + " = 1\n", "line 20: expected is one word for a key"), (MINE + "off" + " " * 600, "line 20: is no line of text"),
    (MINE + "\0", "line 20: is no line of text"), (MINE + "\x1b[2J = 1", 'line 20: "\\x1b[2J" is no key'),
    ("", "base is missing; expected is base = ADDRESS"), (MINE.replace("32MiB", "0x1000000000000"), "base and size: end above 48 bits"),
])
def test_text_of_a_machine(flash, text, reason):
    flash.write("my.machine", text.encode())
    flash.bad(3, "my.machine: " + reason, "flash", "a.img", *M, "-o", "f.fd")


@pytest.mark.parametrize("key", "base size ram scratch tree console gic cpus".split())
def test_missing_keys(flash, key):
    flash.write("my.machine", changed(**{key: None}))
    flash.bad(3, f"my.machine: {key} is missing; expected is {key} = ", "flash", "a.img", *M, "-o", "f.fd")


@pytest.mark.parametrize("key", "erase frequency counter boot-cpu wake off".split())
def test_keys_that_may_be_missing(flash, key):
    flash.write("my.machine", changed(**{key: None}))
    if key == "boot-cpu":
        flash.write("my.dtb", board())
    made(flash, "a.img", *M)


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
    (2, board({f"cpu@{i:x}": cpu(0x100 + i) for i in range(60)}), ["--cpus", "spin-table"], "more than 48 CPUs"),
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
    data[-1] ^= 1
    flash.write("b.img", data)
    flash.bad(1, 'b.img: segment 0 "kernel": digest does not match', "flash", "a.img", "b.img", *V, "-o", "g.fd")


def test_a_file_goes_before_a_name(flash):
    """A machine's text may have any name; a folder has none."""
    flash.write("virt", MINE.encode())
    assert made(flash, "a.img", "--machine", "virt", "--tree", "my.dtb").base == 0x10000000
    (flash.directory / "zcu102").mkdir()
    flash.write("b.dtb", board(memory=(0, 0, 0, 0x40000000)))
    assert made(flash, "a.img", "--machine", "zcu102", "--tree", "b.dtb").base == 0x20000000
    flash.bad(3, "./none: No such file", "flash", "a.img", "--machine", "./none", "-o", "g.fd")
    flash.bad(3, "./zcu102: is a directory", "flash", "a.img", "--machine", "./zcu102", "-o", "g.fd")
