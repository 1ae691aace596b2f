/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of whole blocks in general registers, for the purgatory: sha256_scalar.S in 740
 * bytes rather than 1,332. Four rounds a turn; A and B are one queue, which moves up by two pairs.
 */
#include "digest/sha256_round.inc"

/*
 * void lethe_sha256_scalar(uint32_t state[8], const void *data, uint64_t count);
 *
 * Adds whole blocks to the state.
 *
 * In        x0 = state, 8-byte aligned    x1 = data, 8-byte aligned: the regions are pages    x2 = blocks, not 0
 * Out       the state; [x1, x1 + 64 * x2) was read by 8 bytes. w0 = 1, for lethe_sha256_ce()
 * Clobbers  x0-x17 flags
 * Preserves x18-x30 sp, all FP/SIMD registers
 * State     any EL; MMU on or off
 * Stack     112
 */
FUNC lethe_sha256_scalar
	load_state 4
.Lblock:
	load_block
	begin_block
.Lturn:
	rounds	A0, A1
	sub	xblocks, xblocks, #1
	tst	xblocks, #12
	b.eq	1f				// the last sixteen rounds: no words follow
	schedule A0, A1, B0, B1, B3, kn
	schedule A1, A2, B1, B2, kn, t1
1:	mov	xA0, xA2
	mov	xA1, xA3
	mov	xA2, xB0
	mov	xA3, xB1
	mov	xB0, xB2
	mov	xB1, xB3
	mov	xB2, xkn
	mov	xB3, xt1
	tst	xblocks, #15
	b.ne	.Lturn
	end_block .Lblock
	store_state 1
END lethe_sha256_scalar
