/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program at EL2 or EL1, MMU off, that makes every access that EL3 can trap: the way in, and exceptions of its own level.
 * It asks nothing of firmware, and reads no tree.
 */
#include "program.h"

	.macro	own_vectors
	adr	x0, vectors
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.eq	8f
	msr	vbar_el1, x0
	b	9f
8:	msr	vbar_el2, x0
9:	isb
	.endm

	.section .head, "ax"
	.global	start
start:	nop
	b	entry
	.quad	0				// text_offset
	.quad	end				// image_size
	.quad	1 << 3				// flags: anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0

	.text
entry:	adrp	x0, bss_start
	adrp	x1, end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	msr	spsel, #1
	mov	sp, x1
	own_vectors
	bl	run
4:	wfe
	b	4b

	/* CPU 1, while CPU 0 makes no access. */
second:	msr	spsel, #1
	adrp	x1, second_stack_end
	mov	sp, x1
	own_vectors
	bl	run_second
5:	wfi
	b	5b

	/* PSCI CPU_ON, of CPU 1. x0 = the function. */
	.global	access_of_cpu_on
access_of_cpu_on:
	mov	x1, #1
	adr	x2, second
	mov	x3, #0
	smc	#0
	adrp	x1, cpu_on_result
	sxtw	x0, w0
	str	x0, [x1, #:lo12:cpu_on_result]
	ret

	/*
	 * uint64_t attempt(void (*access)(void), uint64_t x0_first): the access's exception, ESR_ELx, or 0. An access is
	 * any instructions up to a RET, and may change all that a function may; an exception ends the access.
	 */
	.global	attempt
attempt:
	stp	x29, x30, [sp, #-16]!
	mov	x9, x0
	mov	x0, x1
	adr	x16, 1f
	mov	x17, sp
	adrp	x10, resume
	add	x10, x10, #:lo12:resume
	stp	x16, x17, [x10]
	blr	x9
	mov	x0, #0
1:	ldp	x29, x30, [sp], #16
	ret

	.balign	2048
vectors:
	.set	at, 0
	.rept	16
	.org	vectors + at
	b	taken
	.set	at, at + 128
	.endr
	.org	vectors + 2048
taken:	adrp	x10, resume
	add	x10, x10, #:lo12:resume
	ldp	x16, x17, [x10]
	msr	spsel, #1
	mov	sp, x17
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.eq	1f
	mrs	x0, esr_el1
	msr	elr_el1, x16
	eret
1:	mrs	x0, esr_el2
	msr	elr_el2, x16
	eret

	.bss
	.balign	16
resume:	.skip	16
	.balign	4096
	.skip	4096
second_stack_end:
