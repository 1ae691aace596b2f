/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of whole blocks in general registers, for the purgatory: sha256_scalar.S in half the
 * bytes. Two rounds a turn; A and B are one queue, and all variables move up.
 */
#include "digest/sha256_round.inc"

#define LAST	   64	/* bytes of constants of the last sixteen rounds, which need no new words */

	/* Moves each register to the register before. */
	.macro	follow to, from, more:vararg
	mov	x\to, x\from
	.ifnb	\more
	follow	\from, \more
	.endif
	.endm

/*
 * void lethe_sha256_scalar(uint32_t state[8], const void *data, uint64_t count);
 *
 * Adds whole blocks to the state.
 *
 * In        x0 = state, 8-byte aligned    x1 = data, 8-byte aligned: the regions are pages    x2 = blocks, not 0
 * Out       the state; [x1, x1 + 64 * x2) was read by 8 bytes
 * Clobbers  x0-x17 flags
 * Preserves x18-x30 sp, all FP/SIMD registers
 * State     any EL; MMU on or off
 * Stack     112
 */
FUNC lethe_sha256_scalar
	load_state LAST
.Lblock:
	load_block
	begin_block
.Lturn:
	rounds	a, b, c, d, e, f, g, h, A0
	mov	xt0, xg
	mov	xt1, xh
	follow	g, e, c, a, t0
	follow	h, f, d, b, t1
	cmp	xk, xklast
	b.hi	1f
	schedule A0, A1, B0, B1, B3		// A0 becomes the old B0
	b	2f
1:	mov	xA0, xB0			// the last sixteen rounds: no words follow
2:	mov	xt0, xA0
	mov	xt1, xB0
	follow	A0, A1, A2, A3, t0
	follow	B0, B1, B2, B3, t1
	sub	xt0, xk, xklast
	cmp	xt0, #LAST
	b.ne	.Lturn
	end_block LAST, .Lblock
	store_state
END lethe_sha256_scalar
