/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of whole blocks by the SHA-2 instructions of the Arm Cryptographic Extension.
 *
 * Why assembly: with the MMU off each access goes to Device memory. Here the sixty-four constants stay
 * in sixteen vector registers and the state in two, so that only the message is in memory. FP/SIMD may
 * be trapped at this level; no FP/SIMD instruction runs before the trap is lifted.
 *
 * Loads are LD1: accesses and alignment have the size of an element. .2D makes accesses of 8 bytes; .16B
 * fits any address and makes an access for each byte.
 *
 * Register  From .. To  Holds
 * x0        all         state
 * x1        block       the unread rest of the message
 * x2        block       blocks left
 * x3        block       0: the message is 8-byte aligned and not copied; bit 3: copied
 * x4        all         the old value of the trap register
 * x5        all         the trap register with no traps
 * x6        all         0: the trap register is CPACR_EL1 or CPTR_EL2 under that name; 1: CPTR_EL2, E2H = 0
 * x7        start       not 0: the CPU has SME; then SVCR
 * x8        block       the destination of the next block
 * x9, x10   block       d8 and d9, the caller's
 * x11       start       scratch
 * v0, v1    block       a to d, e to h
 * v2, v3    block       the state at the start of the block
 * v4-v7     block       sixteen words of the schedule
 * v8        block       words plus constants of the next four rounds
 * v9        block       a to d before four rounds
 * v16-v31   block       the constants
 */
#include "cpu/asm.h"
#include "cpu/feature.h"
#include "cpu/sysreg.h"

	.arch	armv8-a+crypto

#define COPY_BIT 3	/* of x3, above the low bits of an address */

	/*
	 * Four rounds with words plus constants in v8. w0 to w3 are the schedule in order: the words
	 * sixteen rounds later replace w0, and w1 plus the constants k are the next v8. This order of
	 * instructions has the fewest stalls on an in-order core. old: the register with the old a to d;
	 * v2 in the first four rounds of a block.
	 */
	.macro	four w0, w1, w2, w3, k, old=9
	sha256su0 v\w0\().4s, v\w1\().4s
	.if	\old == 9
	mov	v9.16b, v0.16b
	.endif
	sha256h	q0, q1, v8.4s
	sha256su1 v\w0\().4s, v\w2\().4s, v\w3\().4s
	sha256h2 q1, q\old, v8.4s
	add	v8.4s, v\w1\().4s, v\k\().4s
	.endm

	.macro	sixteen k0, k1, k2, k3, old=9
	four	4, 5, 6, 7, \k0, \old
	four	5, 6, 7, 4, \k1
	four	6, 7, 4, 5, \k2
	four	7, 4, 5, 6, \k3
	.endm

	/* The last rounds: no new words. */
	.macro	rounds
	mov	v9.16b, v0.16b
	sha256h	q0, q1, v8.4s
	sha256h2 q1, q9, v8.4s
	.endm

/*
 * bool lethe_sha256_ce(uint32_t state[8], const void *data, uint64_t count, void *dest);
 *
 * Adds whole blocks to the state, and copies the blocks if dest is not null. Returns false at once unless
 * the CPU has the instructions, runs at EL1 or EL2, and is not in streaming mode, and on a CPU with SME
 * and EL3: firmware that keeps SME would not return from asking for the mode.
 *
 * In        x0 = state, 8-byte aligned    x1 = data, any alignment    x2 = blocks, not 0    x3 = 0, or dest; then x1
 *           and x3 are 8-byte aligned, and x3 is not in (x1, x1 + 64 * x2)
 * Out       w0 = 1 and the state; [x1, x1 + 64 * x2) was read by 8 bytes, or by single bytes if not 8-byte
 *           aligned; [dest, dest + 64 * x2) was written by 8 bytes. Or w0 = 0
 * Clobbers  x0-x11 v0-v7 v16-v31 flags, the upper halves of v8 and v9
 * Preserves x12-x30 sp, d8-d15, CPACR_EL1, CPTR_EL2
 * State     any EL; MMU on or off; FP/SIMD trapped at this level or not
 * Stack     0
 * After     the traps of this level are as before
 * Purgatory 8-byte aligned data and dest 0 only: the regions are pages, and not copied. In place of returning false it
 *           becomes lethe_sha256_scalar(), with that function's clobbers and stack, and returns true
 */
FUNC lethe_sha256_ce
#ifndef LETHE_PURGATORY
	mov	x8, x3
#endif
	mrs	x3, id_aa64isar0_el1
	ubfx	x3, x3, #ISAR0_SHA2, #4
	cbz	x3, .Lno
	mrs	x7, id_aa64pfr1_el1
	ubfx	x7, x7, #PFR1_SME, #4
	mrs	x3, id_aa64pfr0_el1
	tst	x3, #(0xf << PFR0_EL3)
	ccmp	x7, #0, #4, ne			// with an EL3 and SME, firmware may never return from ...
	b.ne	.Lno				// ... a read of SVCR: the general registers do as well
	mrs	x3, CurrentEL
	mov	x6, #0
	cmp	x3, #CURRENTEL_EL2
	b.lo	1f
	b.hi	.Lno
	mrs	x3, hcr_el2
	tbnz	x3, #HCR_E2H_BIT, 1f		// CPACR_EL1 is then CPTR_EL2, in CPACR_EL1's layout
	mov	x6, #1
	mrs	x4, cptr_el2
	and	x5, x4, #~BIT(CPTR_TFP_BIT)
	cbz	x7, 2f
	and	x5, x5, #~CPTR_TSM		// RES1 without SME
	b	2f
1:	mrs	x4, cpacr_el1
	orr	x5, x4, #BIT(CPACR_FPEN_BIT)
	cbz	x7, 2f
	orr	x5, x5, #BIT(CPACR_SMEN_BIT)	// RES0 without SME

2:	cmp	x4, x5
	b.eq	.Lopen
	cbz	x6, 3f
	msr	cptr_el2, x5			// no traps at EL2
	b	4f
3:	msr	cpacr_el1, x5			// no traps at EL1, or at EL2 with E2H = 1
4:	isb					// in force before SVCR is read and the first vector register
.Lopen:
	cbz	x7, 5f
	mrs	x7, SVCR
	tbnz	x7, #SVCR_SM_BIT, .Lclose	// SHA-2 is undefined in streaming mode, which is the caller's to leave

5:	fmov	x9, d8
	fmov	x10, d9
	adr_l	x3, lethe_sha256_constants
	ld1	{v16.2d-v19.2d}, [x3], #64
	ld1	{v20.2d-v23.2d}, [x3], #64
	ld1	{v24.2d-v27.2d}, [x3], #64
	ld1	{v28.2d-v31.2d}, [x3]
	ld1	{v0.2d-v1.2d}, [x0]
#ifndef LETHE_PURGATORY
	and	x3, x1, #7
	cmp	x8, #0
	cset	x11, ne
	orr	x3, x3, x11, lsl #COPY_BIT
#endif

.Lblock:
#ifndef LETHE_PURGATORY
	cbnz	x3, .Lother			// a single test, so that other blocks pay no cost for the copying
#endif
	ld1	{v4.2d-v7.2d}, [x1], #64
.Lloaded:
	.irp	n, 4, 5, 6, 7
	rev32	v\n\().16b, v\n\().16b		// big-endian in the message
	.endr
	mov	v2.16b, v0.16b
	mov	v3.16b, v1.16b
	add	v8.4s, v4.4s, v16.4s
	sixteen	17, 18, 19, 20, old=2
	sixteen	21, 22, 23, 24
	sixteen	25, 26, 27, 28
	rounds
	add	v8.4s, v5.4s, v29.4s
	rounds
	add	v8.4s, v6.4s, v30.4s
	rounds
	add	v8.4s, v7.4s, v31.4s
	rounds
	sub	x2, x2, #1
	add	v0.4s, v0.4s, v2.4s
	add	v1.4s, v1.4s, v3.4s
	cbnz	x2, .Lblock

	st1	{v0.2d-v1.2d}, [x0]
	fmov	d8, x9
	fmov	d9, x10

.Lclose:
	cmp	x4, x5
	b.eq	3f
	cbz	x6, 1f
	msr	cptr_el2, x4			// the old value
	b	2f
1:	msr	cpacr_el1, x4			// likewise
2:	isb					// the trap is in force from here on
3:	cbnz	x2, .Lno			// streaming mode
	mov	w0, #1
	ret

.Lno:						// x0 to x2 are as at the call
#ifdef LETHE_PURGATORY
	b	lethe_sha256_scalar		// returns 1
#else
	mov	w0, #0
	ret
#endif

#ifndef LETHE_PURGATORY
.Lother:
	tbz	x3, #COPY_BIT, .Lbytes
	ld1	{v4.2d-v7.2d}, [x1], #64
	st1	{v4.2d-v7.2d}, [x8], #64
	b	.Lloaded
.Lbytes:
	ld1	{v4.16b-v7.16b}, [x1], #64
	b	.Lloaded
#endif
END lethe_sha256_ce
