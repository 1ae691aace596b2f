# SPDX-License-Identifier: BSD-2-Clause
"""SYSTEM_RESET and SYSTEM_OFF of the monitor's own PSCI: what is written, by the board's tree.

The register is one of the virt machine's: the UART's data, or the clock's match register, which keeps what is written.
"""

import pytest

from images import dtc, pack, source_of
from monitored import OPTIONS, virt
from paths import RAM_BASE
from psci_calls import answers, psci_calls
from raspi3 import raspi3, tree
from returns import RASPI3

UART, CLOCK, MATCH = 0x09000000, 0x09010000, 4
BEFORE = 0xa5a5a5a5
RAM = RAM_BASE + 0x1000000


def syscon(at, body, more=""):
    """A syscon with a way to reset or to turn off: below it, as the newer form has it."""
    return f'board@{at:x} {{ compatible = "syscon", "simple-mfd"; reg = <0 {at:#x} 0 0x1000>; {more} way {{ {body} }}; }};'


def with_nodes(text):
    def edit(path):
        source = source_of(path).rstrip()
        assert source.endswith("};")
        return dtc(path, source[:-2] + text + "};")
    return edit


def started(work, flag, nodes, poke=(0, 0), **options):
    boot = pack(work + "/boot.img", *OPTIONS["psci"], kernel=psci_calls(work + "/calls", "hvc", flag, poke=poke))
    return virt("psci", boot, work, edit=with_nodes(nodes), **options)


def match_of(machine):
    text = machine.monitor.run("human-monitor-command", **{"command-line": f"xp /1wx {CLOCK + MATCH:#x}"})
    return int(text.split(":")[1], 16)


@pytest.mark.parametrize("flag", ["reset", "off"])
def test_no_way_is_known(work, flag):
    """Reset is refused. Turned off is halted: there is nobody to go back to."""
    with started(work, flag, "", monitor=True) as machine:
        answers(machine)
        if flag == "reset":
            machine.expect("^calls: reset-refused -1$")
        else:
            machine.monitor.wait_halted()
            machine.drain(0.3)
            assert b"off-refused" not in machine.raw


NAMES = {"reset": "reboot", "off": "poweroff"}
MASKED = "offset = <4>; value = <0x12345678>; mask = <0x00ff0000>;"
FORMS = {"reset": ("reset", MASKED, 0xa534a5a5), "off": ("off", MASKED, 0xa534a5a5),
         "no-mask": ("reset", "reg = <4>; value = <0x12345678>;", 0x12345678),
         "mask-alone": ("off", "offset = <4>; mask = <0x00ff0000>;", 0x00ff0000)}


@pytest.mark.parametrize("form", ["reset", *(pytest.param(form, marks=pytest.mark.long) for form in list(FORMS)[1:])])
def test_a_register(work, form):
    flag, body, wanted = FORMS[form]
    nodes = syscon(CLOCK, f'compatible = "syscon-{NAMES[flag]}"; {body}')
    with started(work, flag, nodes, poke=(CLOCK + MATCH, BEFORE), monitor=True) as machine:
        answers(machine)
        machine.monitor.wait_halted()
        machine.drain(0.1)
        assert b"refused" not in machine.raw
        assert match_of(machine) == wanted


@pytest.mark.long
def test_a_character(work):
    """The older form has a phandle."""
    nodes = f"""board: board@{UART:x} {{ compatible = "syscon"; reg = <0 {UART:#x} 0 0x1000>; }};
        way {{ compatible = "syscon-reboot"; regmap = <&board>; offset = <0>; mask = <0x52>; }};"""
    with started(work, "reset", nodes) as machine:
        answers(machine)
        machine.expect_text(b"R")


@pytest.mark.long
@pytest.mark.parametrize("at, offset, more", [(RAM, 4, ""), (CLOCK, RAM - CLOCK, ""), (CLOCK, 4, "big-endian;"),
                                              (CLOCK, 4, "reg-io-width = <2>;")],
                         ids=["ram", "offset-into-ram", "big-endian", "width-2"])
def test_not_believed(work, at, offset, more):
    nodes = syscon(at, f'compatible = "syscon-reboot"; offset = <{offset:#x}>; value = <1>;', more)
    with started(work, "reset", nodes, poke=(CLOCK + MATCH, BEFORE), monitor=True) as machine:
        answers(machine)
        machine.expect("^calls: reset-refused -1$")
        assert match_of(machine) == BEFORE


@pytest.mark.long
@pytest.mark.parametrize("flag", ["reset", "off"])
def test_raspi3b(work, flag):
    """The board's watchdog does both; QEMU leaves at a reset if told so, and when it is turned off."""
    program = psci_calls(work + "/calls", "hvc", "pi", flag, uart=RASPI3[0])
    boot = pack(work + "/boot.img", *OPTIONS["psci"], kernel=program)
    with raspi3(boot, tree(work + "/board.dtb"), extra=["-no-reboot"] if flag == "reset" else []) as machine:
        said = answers(machine)
        assert machine.expect_exit() == 0
        assert b"refused" not in machine.raw
        assert [said[name] for name in ("on", "arrived-el", "info-off", "registers-changed")] == ["0", "1", "1", "0"]
