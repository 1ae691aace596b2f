/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of whole blocks in general registers: for CPUs without the SHA-2 instructions,
 * and for whoever may not touch FP/SIMD registers.
 *
 * Why assembly: the eight working variables, the state, the sixteen words of the schedule and the
 * pointers fill all thirty registers, and a compiler spills; with the MMU off each spill is an access
 * to Device memory. Here memory is the message and the constants, eight bytes an access.
 *
 * Two words of the schedule share a register, the earlier one below. Eight rounds a turn (the purgatory: two, and
 * A and B are one queue), with the words in A0 to A3; between turns A takes over B, and the next eight words become B. The upper half of
 * a working variable's register holds rubbish: what counts is its w.
 *
 * Register  From .. To   Holds
 * x0, x3    block        temporaries; x0 is the state's address before and after
 * x1        all          the message, from where it is not read yet
 * x2        all          blocks left
 * x4        all          constants, from where they are not read yet
 * x5        all          the constants of the last turn
 * x6        block        two constants, temporary
 * x7        block        temporary
 * x8, x9    rounds       of two neighbours among the working variables, what differs; temporary
 * x10-x17   all          a to h
 * x19-x22   block        A0 to A3
 * x23-x26   block        B0 to B3
 * x27-x30   all          the state that the block began with: a and b, c and d, ..
 */
#include "cpu/asm.h"

#ifdef LETHE_PURGATORY
#define LAST	   64	/* bytes of constants, those of sixteen rounds, whose words nothing comes behind */
#else
#define LAST	   32	/* bytes of constants of the last turn of eight rounds */
#endif
#define FRAME	   112
#define STATE_AT   96	/* of the frame: x0 */

/* FIPS 180-4, section 4.2.2. sha256_ce.S reads them as well. */
	.section .rodata.lethe_sha256_constants, "a", %progbits
	.balign	16
	.global	lethe_sha256_constants
	.hidden	lethe_sha256_constants
	.type	lethe_sha256_constants, %object
lethe_sha256_constants:
	.long	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
	.long	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
	.long	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
	.long	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
	.long	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
	.long	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
	.long	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
	.long	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
.Lconstants_end:
	.size	lethe_sha256_constants, . - lethe_sha256_constants

	/*
	 * One round; arguments are register numbers. New values land in d and h, and the next round
	 * renames the variables instead of moving them. The majority of a, b and c is b unless both
	 * neighbours differ from it; `ab` is the `bc` of the next round. half: which of the two words
	 * in `word` and in x6. Neighbours depend on each other as little as can be: cores that issue
	 * in order take two at once, and give a rotation's result late.
	 */
	.macro	round a, b, c, d, e, f, g, h, word, half, ab, bc
	eor	w0, w\f, w\g
	.if	\half == 0
	add	w\h, w\h, w\word
	.else
	add	x\h, x\h, x\word, lsr #32
	.endif
	eor	w3, w\e, w\e, ror #14
	eor	w\ab, w\a, w\b
	ror	w7, w\e, #6
	and	w0, w0, w\e
	.if	\half == 0
	add	w\h, w\h, w6
	.else
	add	x\h, x\h, x6, lsr #32
	.endif
	eor	w0, w0, w\g			// choose(e, f, g)
	and	w\bc, w\bc, w\ab
	add	w\h, w\h, w0
	eor	w7, w7, w3, ror #11		// Sigma1(e)
	ror	w0, w\a, #2
	eor	w3, w\a, w\a, ror #9
	add	w\h, w\h, w7
	add	w\d, w\d, w\h
	eor	w\bc, w\bc, w\b			// majority(a, b, c)
	eor	w0, w0, w3, ror #13		// Sigma0(a)
	add	w\h, w\h, w\bc
	add	w\h, w\h, w0
	.endm

	/* Two, with a pair of words and one of constants. */
	.macro	two a, b, c, d, e, f, g, h, word
	ldr	x6, [x4], #8
	round	\a, \b, \c, \d, \e, \f, \g, \h, \word, 0, 9, 8
	round	\h, \a, \b, \c, \d, \e, \f, \g, \word, 1, 8, 9
	.endm

	/*
	 * The pair sixteen words behind `a`, into `b`, whose pair takes the place of `a`. `a1` and `b1`
	 * hold the pairs behind those of `a` and `b`, `last` the two before the new pair. The sigmas of
	 * section 4.1.2 are interleaved: 0 of W1 in w0, of W2 in w3, 1 of W14 and of W15 in w7.
	 */
	.macro	next a, a1, b, b1, last
	lsr	x6, x\a, #32			// W1
	lsr	w7, w\last, #10
	lsr	w3, w\a1, #3
	lsr	w0, w6, #3
	eor	w7, w7, w\last, ror #17
	eor	w3, w3, w\a1, ror #7
	eor	w0, w0, w6, ror #7
	eor	w7, w7, w\last, ror #19
	eor	w3, w3, w\a1, ror #18
	eor	w0, w0, w6, ror #18
	add	w6, w6, w\b1			// W10
	add	w7, w7, w\a			// W0
	lsr	x9, x\last, #32			// W15
	add	x0, x0, x\b, lsr #32		// W9
	add	w3, w3, w6
	add	w0, w0, w7			// W16
	lsr	w7, w9, #10
	eor	w7, w7, w9, ror #17
	eor	w7, w7, w9, ror #19
	mov	x\a, x\b
	add	w3, w3, w7			// W17
	orr	x\b, x0, x3, lsl #32
	.endm

	/* Each takes the place of the one before it. */
	.macro	follow to, from, more:vararg
	mov	x\to, x\from
	.ifnb	\more
	follow	\from, \more
	.endif
	.endm

/*
 * void lethe_sha256_scalar(uint32_t state[8], const void *data, uint64_t count);
 *
 * Takes in whole blocks.
 *
 * In        x0 = state, 8-byte aligned    x1 = data, any alignment    x2 = blocks, not 0
 * Out       the state; [x1, x1 + 64 * x2) was read by 8 bytes, or by single ones where it is not 8-byte aligned
 * Clobbers  x0-x17 flags
 * Preserves x18-x30 sp, all FP/SIMD registers
 * State     any EL; MMU on or off
 * Stack     112
 * Purgatory takes data 8-byte aligned only: its regions are pages
 */
FUNC lethe_sha256_scalar
	stp	x19, x20, [sp, #-FRAME]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	str	x0, [sp, #STATE_AT]
	ldp	x27, x28, [x0]
	ldp	x29, x30, [x0, #16]
	adr_l	x4, lethe_sha256_constants
	add	x5, x4, #.Lconstants_end - lethe_sha256_constants - LAST
	mov	w10, w27
	lsr	x11, x27, #32
	mov	w12, w28
	lsr	x13, x28, #32
	mov	w14, w29
	lsr	x15, x29, #32
	mov	w16, w30
	lsr	x17, x30, #32

.Lblock:
#ifndef LETHE_PURGATORY
	tst	x1, #7
	b.ne	.Lbytes
#endif
	ldp	x19, x20, [x1], #64
	ldp	x21, x22, [x1, #-48]
	ldp	x23, x24, [x1, #-32]
	ldp	x25, x26, [x1, #-16]
.Lloaded:
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26
	rev32	x\n, x\n			// big-endian in the message
	.endr
	eor	w8, w11, w12			// b and c
	b	.Lturn

#ifdef LETHE_PURGATORY
.Lturn:						// two rounds, and all move up: what 19 KB have room for
	two	10, 11, 12, 13, 14, 15, 16, 17, 19
	mov	x0, x16
	mov	x3, x17
	follow	16, 14, 12, 10, 0
	follow	17, 15, 13, 11, 3
	cmp	x4, x5
	b.hi	1f
	next	19, 20, 23, 24, 26		// A0 becomes what was B0
	b	2f
1:	mov	x19, x23			// the last sixteen: nothing comes behind their words
2:	mov	x0, x19
	mov	x3, x23
	follow	19, 20, 21, 22, 0
	follow	23, 24, 25, 26, 3
	sub	x0, x4, x5
	cmp	x0, #LAST
	b.ne	.Lturn
#else
.Lschedule:
	next	19, 20, 23, 24, 26
	next	20, 21, 24, 25, 23
	next	21, 22, 25, 26, 24
	next	22, 19, 26, 23, 25		// the first A and B have changed already
.Lturn:
	two	10, 11, 12, 13, 14, 15, 16, 17, 19
	two	16, 17, 10, 11, 12, 13, 14, 15, 20
	two	14, 15, 16, 17, 10, 11, 12, 13, 21
	two	12, 13, 14, 15, 16, 17, 10, 11, 22
	cmp	x4, x5
	b.lo	.Lschedule
	b.hi	.Ladd
	mov	x19, x23			// the last turn: nothing comes behind it
	mov	x20, x24
	mov	x21, x25
	mov	x22, x26
	b	.Lturn
#endif

.Ladd:	sub	x4, x5, #256 - LAST
	add	w10, w10, w27
	add	x11, x11, x27, lsr #32
	add	w12, w12, w28
	add	x13, x13, x28, lsr #32
	add	w14, w14, w29
	add	x15, x15, x29, lsr #32
	add	w16, w16, w30
	add	x17, x17, x30, lsr #32
	orr	x27, x10, x11, lsl #32
	orr	x28, x12, x13, lsl #32
	orr	x29, x14, x15, lsl #32
	orr	x30, x16, x17, lsl #32
	sub	x2, x2, #1
	cbnz	x2, .Lblock

	ldr	x0, [sp, #STATE_AT]
	stp	x27, x28, [x0]
	stp	x29, x30, [x0, #16]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	x19, x20, [sp], #FRAME
	ret

#ifndef LETHE_PURGATORY
	// Eight bytes a turn, which move through A and B like a queue.
.Lbytes:
	mov	x3, #8
1:	mov	x19, x20
	mov	x20, x21
	mov	x21, x22
	mov	x22, x23
	mov	x23, x24
	mov	x24, x25
	mov	x25, x26
	ldrb	w26, [x1], #8
	.irp	at, 1, 2, 3, 4, 5, 6, 7
	ldrb	w0, [x1, #\at - 8]
	orr	x26, x26, x0, lsl #(8 * \at)
	.endr
	sub	x3, x3, #1
	cbnz	x3, 1b
	b	.Lloaded
#endif
END lethe_sha256_scalar
