# SPDX-License-Identifier: BSD-2-Clause
"""Programs that know nothing of us: Debian's kernel and kexec-tools.

One kernel loads the next with kexec and starts it, through the stock purgatory; then the same under
the judge, which knows none of them.
"""

import json
import os
import re
import struct

import pytest

import clients
import judge
import pairwise
import symbols
from harness import KERNEL, LOAD, MIB, O, RAM_BASE, Machine
from images import write

CHOICES = {
    "cpu": ["cortex-a57", "neoverse-n1", "max"],
    "el": [1, 2],
    "smp": [1, 2],
    "load": ["checks", "-i"],
}
# Without impdef pointer authentication is slow; with LPA2 Linux 6.12 oopses in kexec_load.
CPU_OPTIONS = {"max": "max,pauth-impdef=on,lpa2=off"}
DC_CIVAC_X19, IC_IALLU, NOP = 0xd50b7e33, 0xd508751f, 0xd503201f
# What the judge says, among other things, of a kernel whose copying code lacks one of these.
FORGOTTEN = [pytest.param(DC_CIVAC_X19, {"fetch-dirty", "handoff-dirty"}, id="dc-civac"),
             pytest.param(IC_IALLU, {"handoff-icache"}, id="ic-iallu")]


def pytest_generate_tests(metafunc):
    long = metafunc.config.getoption("long")
    if "cell" in metafunc.fixturenames:
        cells = (pairwise.product if long else pairwise.cover)(CHOICES, lambda cell: True)
        metafunc.parametrize("cell", cells, ids=["-".join(map(str, c.values())) for c in cells])
    if "judged_cell" in metafunc.fixturenames:
        cells = [{"cpu": cpu, "el": el, "smp": 1, "load": load}
                 for cpu in ("cortex-a57", "neoverse-n1") for el in (2, 1)
                 for load in ("-i", "checks")]
        cells += [{**cell, "smp": 2} for cell in cells[::2]]
        cells = cells if long else cells[:1]
        metafunc.parametrize("judged_cell", cells,
                             ids=["-".join(map(str, c.values())) for c in cells])
    if "forgotten" in metafunc.fixturenames:
        metafunc.parametrize("forgotten,kinds", FORGOTTEN if long else FORGOTTEN[:1])
    if "crash_el" in metafunc.fixturenames:
        metafunc.parametrize("crash_el", [1, 2] if long else [2])


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    return clients.initramfs(str(tmp_path_factory.mktemp("client") / "initrd"))


def options(cell):
    load = ["-c", "-l", "-i"] if cell["load"] == "-i" else ["-c", "-l"]
    return {"cpu": CPU_OPTIONS.get(cell["cpu"], cell["cpu"]), "el": cell["el"], "smp": cell["smp"],
            "memory": clients.MEMORY,
            "append": clients.command_line("kexec-e", load=load, append=["second=1"])}


def test_kexec(client, cell):
    with Machine(KERNEL, initrd=client, **options(cell)) as machine:
        machine.expect(r"^client: cmdline=.*t\.run=kexec-e", "^client: load status=0$",
                       "Booting Linux on physical CPU",
                       rf"CPU: All CPU\(s\) started at EL{cell['el']}",
                       r"^client: cmdline=console=ttyAMA0 second=1$", "^client: end$",
                       never="Kernel panic")


def test_crash(client, crash_el):
    """kexec -p and a panic, on the CPU that did not boot: what crash tests will build on."""
    line = clients.command_line("kexec-p", load=["-c", "-p", "-i"], append=["maxcpus=1"], cpu=1)
    with Machine(KERNEL, initrd=client, cpu="cortex-a57", el=crash_el, smp=2, memory=512,
                 append=line + " crashkernel=128M") as machine:
        machine.expect("^client: load status=0$", "Kernel panic - not syncing: sysrq",
                       "Booting Linux on physical CPU", "^client: cmdline=.* maxcpus=1$",
                       "^client: vmcore$", "^client: end$")


# ---- the same under the judge of cache coherence ----

INITRD_AT = RAM_BASE + 128 * MIB    # where QEMU's -kernel puts it, and the tree behind it

# What the judge reports and why that is no harm: docs/cohsan.md, "Strangers". (kinds, symbol)
EXPLAINED = [
    ("fetch-dirty|fetch-no-ic|fetch-no-isb", "__set_fixmap|__apply_alternatives"),
    ("read-stale", "str(len|cmp|ncmp|nlen)"),
]


def is_static_branch(report):
    """A B or NOP of the Image's: with several CPUs one may run it while another changes it."""
    with open(KERNEL, "rb") as file:
        file.seek(report["pa"] - LOAD)
        word = int.from_bytes(file.read(4), "little")       # 0 behind its end
    return word == NOP or word >> 26 == 0b000101


def is_explained(report, smp=1):
    if report["kind"] == "walk-unordered":
        return report["va"] < 1 << 48       # a page of a process
    if smp > 1 and report["kind"].startswith("fetch-") and is_static_branch(report):
        return True
    symbol = report["symbol"].split("+")[0]
    return any(re.fullmatch(kinds, report["kind"]) and re.fullmatch(symbols, symbol)
               for kinds, symbols in EXPLAINED)


class Listener(judge.Judge):
    """Takes in what the judge says; the test reads its file."""

    def __init__(self):
        self.lines, self.held = [], b""

    def objection(self, handed_over):
        return None


@pytest.fixture(scope="session")
def functions(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("symbols"))
    return symbols.kernel_elf(folder + "/kernel.elf", KERNEL, folder, LOAD)


def judged(work, initrd, elf, cell, kernel=KERNEL):
    """All reports from the first instruction of the first kernel to that of the second."""
    with open(kernel, "rb") as file:
        image_size, = struct.unpack_from("<Q", file.read(64), 16)
    initrd_end = INITRD_AT + os.path.getsize(initrd) + 4 * MIB      # with the tree
    words = [f"{judge.PLUGIN}", f"start={LOAD:#x}", "stop=handoff", f"elf={elf}",
             f"json={work}/reports", f"clean={LOAD:#x}-{LOAD + image_size:#x}",
             f"clean={INITRD_AT:#x}-{initrd_end:#x}"]
    machine = f"virt,virtualization={'on' if cell['el'] == 2 else 'off'},dtb-randomness=off"
    more = options(cell)
    more["append"] += " nokaslr"        # symbols; dtb-randomness: else kexec-tools refuses the tree
    with Machine(kernel, initrd=initrd, machine=machine, **more,
                 extra=["-plugin", os.path.join(O, ",".join(words))]) as started:
        started.judge = Listener()
        started.deadline += 100
        started.expect("^client: load status=0$", "Booting Linux on physical CPU",
                       "^client: cmdline=console=ttyAMA0 second=1$", "^client: end$",
                       never="Kernel panic")
        assert started.judge.has_stopped()
    with open(work + "/reports", encoding="ascii") as file:
        found = json.load(file)
    assert found["stopped"] and found["stop"]["el"] == cell["el"]
    return found["reports"]


def test_judged(work, client, functions, judged_cell):
    """Nothing but what is known and harmless, and nothing at all between the kernels."""
    found = judged(work, client, functions, judged_cell)
    unexplained = [report for report in found if not is_explained(report, judged_cell["smp"])]
    assert not unexplained, json.dumps(unexplained, indent=1)
    assert {"walk-unordered", "read-stale"} <= {report["kind"] for report in found}


def forgetful(path, word):
    """The first kernel without one instruction of its copying code, which has the one DC of X19."""
    with open(KERNEL, "rb") as file:
        image = bytearray(file.read())
    copying = image.index(struct.pack("<I", DC_CIVAC_X19))
    at = image.index(struct.pack("<I", word), copying)
    assert at - copying < 0x80, "the copying code looks different"
    struct.pack_into("<I", image, at, NOP)
    return write(path, image)


def test_kernel_that_forgets(work, client, functions, forgotten, kinds):
    """The judge does watch this road: each of these boots in QEMU."""
    cell = {"cpu": "cortex-a57", "el": 2, "smp": 1, "load": "-i"}
    found = judged(work, client, functions, cell, forgetful(work + "/Image", forgotten))
    unexplained = {report["kind"] for report in found if not is_explained(report)}
    assert kinds <= unexplained
