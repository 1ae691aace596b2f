# SPDX-License-Identifier: BSD-2-Clause
"""Machines' texts: those that are there against a second reader, a newcomer's, and what is wrong with a line."""
import pytest

from tool_command import ROOT
from tool_flash import ONE, PSCI, SECURE, SPIN, machine_of, number, writes_of
from tool_machine import M, MINE, board, changed, made

MACHINES = {path.stem: path for path in (ROOT / "tools/lethe/machines").glob("*.machine")}


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


# What a line of a machine's text is replaced by, its number, and what is said of it.
LINES = [
    ("base", "0x1001", 3, "not a multiple of 4 KiB; expected is ADDRESS"), ("base", "", 3, "base = : expected is ADDRESS"),
    ("base", "1 2", 3, "base = 1 2: expected is"), ("base", "ten", 3, "base = ten: expected is"),
    ("base", "0x1000000000000", 3, "ends above 48 bits"), ("size", "0", 4, "size = 0: expected is [exact] SIZE"),
    ("size", "exact", 4, "expected is [exact] SIZE"), ("size", "exactly 1MiB", 4, "expected is [exact] SIZE"),
    ("size", "5000", 4, "not a multiple of 4 KiB"), ("size", "1TiB", 4, "expected is [exact]"),
    ("size", "17179869185GiB", 4, "expected is [exact]"), ("erase", "2048", 5, "not a power of two from 4 KiB on"),
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


def test_a_file_goes_before_a_name(flash):
    """A machine's text may have any name; a folder has none."""
    flash.write("virt", MINE.encode())
    assert made(flash, "a.img", "--machine", "virt", "--tree", "my.dtb").base == 0x10000000
    (flash.directory / "zcu102").mkdir()
    flash.write("b.dtb", board(memory=(0, 0, 0, 0x40000000)))
    assert made(flash, "a.img", "--machine", "zcu102", "--tree", "b.dtb").base == 0x20000000
    flash.bad(3, "./none: No such file", "flash", "a.img", "--machine", "./none", "-o", "g.fd")
    flash.bad(3, "./zcu102: is a directory", "flash", "a.img", "--machine", "./zcu102", "-o", "g.fd")
