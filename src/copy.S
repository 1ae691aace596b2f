/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relocate.S's copy as a routine, for the moves in C: a page of 4 KiB takes about 300 instructions, newlib's
 * memcpy() 1,429.
 *
 * Why assembly: C has no general registers in pairs by choice, and no vector registers, which may be trapped.
 *
 * Register  From .. To  Holds
 * x0        all         destination
 * x1        all         source
 * x2        all         end of the destination
 * x8        start       0 if FP/SIMD is not to be used
 * x9        start       scratch
 * x10-x17   copy        data; x10 scratch at the start
 * v16-v31   copy        data
 */
#include "copy_turn.inc"
#include "cpu/asm.h"

/*
 * void lethe_copy_turns(uint64_t dest, uint64_t source, uint64_t size);
 *
 * Copies by turns of 256 bytes, ascending.
 *
 * In        x0 = destination    x1 = source, both multiples of 16    x2 = bytes, a multiple of 256, not 0
 * Out       none
 * Clobbers  x0-x2 x8-x17 v16-v31 flags
 * Preserves x3-x7 x18-x30 sp v0-v15
 * State     EL1 or EL2, E2H 0 or 1; MMU on or off; FP/SIMD trapped at this level or not
 * Stack     0
 * After     the stores need a barrier or maintenance of the caller's, as those of memcpy() do
 */
FUNC lethe_copy_turns
	fp_untrapped x8, x9, x10
	mrs	x9, id_aa64pfr1_el1
	tst	x9, #(0xf << PFR1_SME)		// a loader may leave streaming mode on, where vector registers are
	ccmp	x8, #0, #4, eq			// another unit's with rules of its own. Z if trapped, or with SME
	add	x2, x2, x0
	b.eq	2f

1:	turn_q	ldp, x1
	turn_q	stp, x0
	cmp	x0, x2
	b.ne	1b
	ret

2:	turn_x	x1, x0				// the same in general registers
	cmp	x0, x2
	b.ne	2b
	ret
END lethe_copy_turns
