# SPDX-License-Identifier: BSD-2-Clause
"""What no emulated CPU does by itself: an instruction of Lethe's is replaced, so that the CPU does it."""

import pytest

from images import Bundle, blob_symbol, pack
from machine import Machine

MASK = (1 << 64) - 1
FAULT, SERROR = -503 & MASK, -504 & MASK
UNDEFINED = 0                           # UDF #0
SYNC_FROM_OUR_LEVEL = 0x200 + 4         # in the table of vectors: mov x0, #kind
HVC = 0xd4000002                        # hvc #0
MOV_X0 = 0xd2800000                     # mov x0, #0
KIND_SERROR = 3                         # LETHE_FAULT_SERROR
STUB_4_12 = 2                           # enum lethe_hyp_stub


def put(bundle, symbol, word, offset=0, was=None):
    at = blob_symbol(symbol, bundle.elf) + offset
    assert was is None or int.from_bytes(bundle.bytes[at:at + 4], "little") == was
    bundle.bytes[at:at + 4] = word.to_bytes(4, "little")


@pytest.mark.parametrize("el", [1, 2])
def test_the_probe_answers_for_its_own_accesses_only(work, el):
    """An SError of an earlier store is taken behind the ISB, with the window's first instruction in ELR."""
    bundle = Bundle(pack(work + "/boot.img"))
    put(bundle, "lethe_probe_start", UNDEFINED)
    with Machine(bundle.save(work + "/patched.img"), el=el, monitor=True) as machine:
        assert machine.monitor.wait_halted()["X00"] == FAULT


def test_an_serror_at_the_hvc_is_no_answer(work):
    """An HVC that is undefined says that there is no stub. An SError with the same ELR does not."""
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.plan("hyp_stub", STUB_4_12)
    put(bundle, "lethe_hyp_stub_call", UNDEFINED, was=HVC)      # QEMU's own firmware would answer it
    put(bundle, "lethe_vectors", MOV_X0 | KIND_SERROR << 5, SYNC_FROM_OUR_LEVEL, was=MOV_X0)
    with Machine(bundle.save(work + "/patched.img"), el=1, monitor=True) as machine:
        assert machine.monitor.wait_halted()["X00"] == SERROR       # no console is known yet


CHKFEAT_X16 = 0xd503251f                # HINT #40: a NOP here, X16 stays 1
MOV_X16 = 0xd2800010                    # mov x16, #0


@pytest.mark.parametrize("el", [1, 2])
def test_a_guarded_control_stack_is_turned_off(work, el):
    """If CHKFEAT says that it is on. Without GCS the write is undefined: it is not reached unless the answer is patched."""
    bundle = Bundle(pack(work + "/boot.img"))
    start = blob_symbol("lethe_entry_common")
    at = next(at for at in range(start, start + 512, 4)
              if int.from_bytes(bundle.bytes[at:at + 4], "little") == CHKFEAT_X16)
    bundle.bytes[at:at + 4] = MOV_X16.to_bytes(4, "little")
    with Machine(bundle.save(work + "/patched.img"), el=el, monitor=True) as machine:
        assert machine.monitor.wait_halted()["X00"] == FAULT


# ---- E2H that stays 1 ----

NOP = 0xd503201f
TBZ_E2H0 = 0x36d80000                   # tbz x4, #27: ID_AA64MMFR4_EL1.E2H0 is not negative
E2H = 1 << 34
UNCACHED = 1                            # LETHE_MODE_UNCACHED


def words(bundle, symbol, size):
    start = blob_symbol(symbol, bundle.elf)
    return ((at, int.from_bytes(bundle.bytes[at:at + 4], "little")) for at in range(start, start + size, 4))


def replace(bundle, mask, value, count):
    """NOPs for the instructions of lethe_entry_common that are such ones, from its start."""
    found = [at for at, word in words(bundle, "lethe_entry_common", 256) if word & mask == value]
    assert len(found) >= count
    for at in found[:count]:
        bundle.bytes[at:at + 4] = NOP.to_bytes(4, "little")


def check_e2h_registers(machine, values, to):
    """The layouts of E2H = 1: Arm ARM, HCR_EL2, CPTR_EL2, CNTHCTL_EL2, SCTLR_EL1."""
    gdb = machine.gdb()
    assert gdb.read("HCR_EL2") & E2H and not gdb.read("HCR_EL2") >> 27 & 1      # TGE clear
    assert gdb.read("CPTR_EL2") >> 20 & 3 == 3                                  # FPEN
    assert gdb.read("CNTHCTL_EL2") & 0xc00 == 0xc00                             # EL1PCTEN, EL1PTEN
    assert values["el"] == to and values["daif"] == 0x3c0
    assert values["sctlr"] == {1: 0x30d00800, 2: 0x30c50830}[to]


@pytest.mark.parametrize("mode", [0, UNCACHED], ids=["cached", "uncached"])
@pytest.mark.parametrize("to", [1, 2])
@pytest.mark.parametrize("cpu", ["neoverse-n1", "max"])
def test_e2h_forced_to_1(work, cpu, to, mode):
    """As if E2H0 were negative: E2H is written 1, the probe finds it, and everything is in the regime EL2&0."""
    bundle = Bundle(pack(work + "/boot.img", *(["--el", "1"] if to == 1 else [])))
    bundle.plan("mode", mode)
    replace(bundle, 0xfff8001f, TBZ_E2H0 | 4, 1)
    with Machine(bundle.save(work + "/patched.img"), cpu=cpu, gdb=True) as machine:
        machine.expect(r"^lethe: 0\.1\.0 at 0x[0-9a-f]+ EL2 E2H=1 ", rf"^lethe: enter 0x[0-9a-f]+ EL{to}$",
                       never="FAULT|FAIL")
        check_e2h_registers(machine, machine.payload(), to)


def test_e2h_that_the_probe_finds_is_written_back(work):
    """The probe is made to find 1 where 0 was written. What reads HCR_EL2 has to see the same."""
    bundle = Bundle(pack(work + "/boot.img"))
    bundle.plan("mode", UNCACHED)
    bundle.bytes[-1] ^= 1               # a wrong digest: it halts before the hand-off writes HCR_EL2
    replace(bundle, 0xff00001f, 0x54000001, 3)      # b.ne: of .Lmisaligned, and of the probe's two patterns
    with Machine(bundle.save(work + "/patched.img"), cpu="neoverse-n1", gdb=True) as machine:
        machine.expect(" E2H=1 ", "^lethe: FAIL verify", "^lethe: halt$")
        assert machine.gdb().read("HCR_EL2") & E2H
