/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * int64_t by_smc(uint64_t function, uint64_t x1, uint64_t x2, uint64_t x3), and by_hvc(): a call, in which all that a
 * caller may expect to survive has a value of its own: x4 to x30, sp, NZCV (DEN0028, since 1.1). `changed` counts
 * what did not. TPIDR_EL1 holds sp meanwhile.
 */
#include "program.h"

#define FLAGS 0x9000				// << 16: N and V

	.macro	pattern register, n
	movz	\register, #(0x1111 + \n)
	movk	\register, #0xa5a5, lsl #48
	.endm

	.macro	caller name, conduit
	.global	\name
\name:	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x18, [sp, #96]
	mov	x4, sp
	msr	tpidr_el1, x4
	movz	x4, #FLAGS, lsl #16
	msr	nzcv, x4
	.irp	n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	pattern	x\n, \n
	.endr
	\conduit #0
	mrs	x1, nzcv
	movz	x2, #FLAGS, lsl #16
	cmp	x1, x2
	cset	x3, ne				// how many are changed
	mrs	x1, tpidr_el1
	mov	x2, sp
	cmp	x1, x2
	cinc	x3, x3, ne
	mov	sp, x1
	.irp	n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	pattern	x1, \n
	cmp	x1, x\n
	cinc	x3, x3, ne
	.endr
	cbz	x3, 1f
	adrp	x1, changed
	str	x3, [x1, #:lo12:changed]
1:	sxtw	x0, w0
	ldr	x18, [sp, #96]
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #112
	ret
	.endm

	.text
	caller	by_smc, smc
	caller	by_hvc, hvc

	/* An instruction that is trapped to EL2. x0 to x3 are lost. */
	.global	trap
trap:	adrp	x1, changed
	dc	zva, x1
	ret
