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
    at = blob_symbol(symbol) + offset
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
