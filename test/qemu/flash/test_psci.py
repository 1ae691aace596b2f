# SPDX-License-Identifier: BSD-2-Clause
"""The resident PSCI 1.0, call by call, by a program below EL3 with four CPUs."""

import re

import pytest

from flash import BOARDS, flash, started
from images import pack
from psci_calls import answers, psci_calls

WANTED = {
    "version": "65536", "smccc-version": "-1", "features-of-on": "0", "features-of-unknown": "-1", "migrate": "2",
    "unknown-32": "-1", "unknown-64": "-1", "no-64-bit-version": "-1", "no-64-bit-off": "-1", "sdei-version": "-1",
    "sdei-last": "-1", "info-self": "0", "info-off": "1", "info-unknown": "-2", "info-level-1": "-2", "on-self": "-4",
    "on-unknown": "-2",
    **{f"features-of-{name}": "0" for name in ("version", "features", "off", "on-32", "info", "info-32", "migrate",
                                               "system-off", "system-reset")},
    "features-of-suspend": "-1", "features-of-64-bit-off": "-1", "features-of-smccc-version": "-1",
    "suspend-unknown": "-1", "on-misaligned": "-[29]", "info-misaligned": "1", "all-came": "3",
    "on": "0", "on-again": "-[45]", "arrived-entry": "1", "arrived-x0": "0x1122334455667788", "arrived-x1-x2-x3": "0x0",
    "arrived-spsel": "1", "arrived-daif": "0x3c0", "arrived-mpidr": "0x1", "arrived-sctlr": "0x0", "info-on": "0",
    "on-running": "-4", "rounds": "20", "won-by-1": r"\d+", "won-by-2": r"\d+", "info-32": "1",
    "info-function-garbage": "1", "info-level-garbage": "1", "on-32": "0", "on-32-x0": "0x89abcdef",
    "registers-changed": "0", "end": "0",
}
OUT_OF_REACH = {"sbsa": ["on-32", "on-32-x0"]}  # its memory, for an entry of 32 bits


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


def calling(work, board, *flags, races=20, cpu=None, options=(), **machine):
    uart = BOARDS[board].uart
    program = psci_calls(work + "/calls", "el3", *flags, *(["cadence"] if board == "zcu102" else []), uart=uart, races=races)
    boot = pack(work + "/boot.img", kernel=program)
    return started(work, board, flash(work, board, boot, **dict(options)), bundle=boot, cpu=cpu or BOARDS[board].cpu, **machine)


def check(said, board, races):
    wanted = WANTED | {"arrived-el": str(BOARDS[board].el), "raced": str(races)}
    wanted = {name: value for name, value in wanted.items() if name not in OUT_OF_REACH.get(board, ())}
    assert said.keys() == wanted.keys()
    wrong = {name: (said[name], value) for name, value in wanted.items() if not re.fullmatch(value, said[name])}
    assert not wrong, f"(said, wanted): {wrong}"


@pytest.mark.parametrize("board, cpu", [
    ("virt-v3", "cortex-a72"), ("virt-v2-no-el2", "cortex-a57"), ("sbsa", None), ("zcu102", None), long("virt-v2", "max"),
    long("virt-v3", "neoverse-n2"), long("virt-v3-ram", "cortex-a72"), long("virt-v3-elf", "cortex-a72")])
def test_answers(work, board, cpu):
    with calling(work, board, cpu=cpu) as machine:
        check(answers(machine), board, 20)


@pytest.mark.parametrize("board, flag", [("virt-v3", "off"), ("sbsa", "off"), ("sbsa", "reset"), long("virt-v2", "off")])
def test_end(work, board, flag):
    """QEMU leaves, if it is told so for a reset."""
    with calling(work, board, flag, races=0, extra=["-no-reboot"]) as machine:
        answers(machine)
        assert machine.expect_exit() == 0
        assert b"refused" not in machine.raw


def test_reset_begins_at_the_vector(work):
    """All four CPUs, with what the last boot left in RAM: three times."""
    with calling(work, "virt-v3", "reset", races=0) as machine:
        for _ in range(3):
            machine.expect("^lethe: .* flash at 0x0 EL3$", "^lethe: enter")
            machine.expect("^calls: all-came 3$", "^calls: end 0$", never="calls: FAIL")


@pytest.mark.parametrize("flag", ["off", "reset"])
def test_no_way_is_known(work, flag):
    """The machine's file names none: refused, and the CPU goes on."""
    with calling(work, "virt-v3", flag, races=0, options={"off": None, "reset": None}) as machine:
        answers(machine)
        machine.expect(f"^calls: {flag}-refused -1$")
