/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls memmove(), memcpy() or memset() with the MMU off and SCTLR_ELx.A = 1: the one call of the job, which
 * test_memmove.py and bench/memory.py count, or all calls of cases.c. Prints "memmove: end", or what is wrong.
 */
#include "cases.h"

#define SCTLR_EL1_OFF	0x30d00802
#define SCTLR_EL2_OFF	0x30c50832
#define STACK_END	0x40000

	.macro	imm reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	.endm

	.text
	.global	start, measure, measured
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	STACK_END
	.quad	0xa				// 4 KiB pages, anywhere
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
job:	.quad	JOB_ALL, 0, 0, 0		// offset 64: the job, and the arguments of the call
memory:	.quad	0, 0				// all of RAM: start, end

entry:
	adr	x9, start
	add	x9, x9, #STACK_END
	mov	sp, x9
	adr	x10, vectors
	imm	x11, SCTLR_EL1_OFF
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	1f
	imm	x11, SCTLR_EL2_OFF
	msr	sctlr_el2, x11
	msr	vbar_el2, x10
	b	2f
1:	msr	sctlr_el1, x11
	msr	vbar_el1, x10
2:	isb
	ldr	x4, job
	cbz	x4, all
	cmp	x4, #JOB_MEMSET
	ldr	x0, job + 8
	ldr	x1, job + 16
	ldr	x2, job + 24
	b.eq	1f
measure:
	bl	memmove
	b	2f
1:	bl	memset
2:
measured:
	dsb	sy				// memory is complete before the test reads it
	b	end
all:	ldr	x0, memory
	ldr	x1, memory + 8
	bl	run_cases
end:	bl	say_end
3:	wfi
	b	3b

exception:
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	1f
	mrs	x0, esr_el2
	mrs	x1, far_el2
	b	say_exception
1:	mrs	x0, esr_el1
	mrs	x1, far_el1
	b	say_exception

	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	exception
	.endr
	.balign	128
