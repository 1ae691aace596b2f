/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of whole blocks in general registers: for CPUs without the SHA-2 instructions, and for
 * callers that must leave FP/SIMD registers alone.
 *
 * Eight rounds a turn, with the words in A0 to A3. Between turns B moves to A, and the next eight words
 * go into B.
 */
#include "digest/sha256_round.inc"

/*
 * void lethe_sha256_scalar(uint32_t state[8], const void *data, uint64_t count);
 *
 * Adds whole blocks to the state.
 *
 * In        x0 = state, 8-byte aligned    x1 = data, any alignment    x2 = blocks, not 0
 * Out       the state; [x1, x1 + 64 * x2) was read by 8 bytes, or by single bytes if not 8-byte aligned
 * Clobbers  x0-x17 flags
 * Preserves x18-x30 sp, all FP/SIMD registers
 * State     any EL; MMU on or off
 * Stack     112
 */
FUNC lethe_sha256_scalar
	load_state 3
.Lblock:
	tst	xdata, #7
	b.ne	.Lbytes
	load_block
.Lloaded:
	begin_block
	b	.Lturn

.Lschedule:
	schedule A0, A1, B0, B1, B3, B0, B0
	schedule A1, A2, B1, B2, B0, B1, B1
	schedule A2, A3, B2, B3, B1, B2, B2
	schedule A3, A0, B3, B0, B2, B3, B3	// the first A and B have changed already
.Lturn:
	rounds	A0, A1
	rounds	A2, A3
	sub	xblocks, xblocks, #1
	tst	xblocks, #6
	b.ne	.Lschedule
	tbz	xblocks, #0, .Ladd
	mov	xA0, xB0			// the last turn: no words follow
	mov	xA1, xB1
	mov	xA2, xB2
	mov	xA3, xB3
	b	.Lturn
.Ladd:
	end_block .Lblock
	store_state

	// Eight bytes a turn, which move through A and B like a queue.
.Lbytes:
	mov	xt1, #8
1:	mov	xA0, xA1
	mov	xA1, xA2
	mov	xA2, xA3
	mov	xA3, xB0
	mov	xB0, xB1
	mov	xB1, xB2
	mov	xB2, xB3
	ldrb	wB3, [xdata], #8
	.irp	at, 1, 2, 3, 4, 5, 6, 7
	ldrb	wt0, [xdata, #\at - 8]
	orr	xB3, xB3, xt0, lsl #(8 * \at)
	.endr
	sub	xt1, xt1, #1
	cbnz	xt1, 1b
	b	.Lloaded
END lethe_sha256_scalar
