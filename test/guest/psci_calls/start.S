/* SPDX-License-Identifier: BSD-2-Clause */
/* A program at EL1 or EL2, MMU off, that makes each call of PSCI: the ways in, of the boot CPU and of the others. */
#include "program.h"

	/* Both of the current level. Clobbers x1, flags. */
	.macro	read reg, name
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.eq	8f
	mrs	\reg, \name\()_el1
	b	9f
8:	mrs	\reg, \name\()_el2
9:
	.endm
	.macro	write name, reg
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.eq	8f
	msr	\name\()_el1, \reg
	b	9f
8:	msr	\name\()_el2, \reg
9:
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
	.global	table
table:	.fill	5, 8, 0				// struct table

	.text
entry:	adrp	x0, bss_start
	adrp	x1, end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	mov	sp, x1
	adr	x0, vectors
	write	vbar, x0
	isb
	dsb	sy				// no other CPU finds what was there before
	bl	boss
2:	wfi
	b	2b

	.global	first_entry, second_entry
first_entry:
	mov	x9, #1
	b	arrive
second_entry:
	mov	x9, #2
arrive:	mrs	x10, mpidr_el1
	and	x12, x10, #(CPUS_MAX - 1)	// Aff0
	adrp	x11, cpus
	add	x11, x11, #:lo12:cpus
	add	x11, x11, x12, lsl #8		// CPU_SIZE
	stp	x0, x1, [x11, #CPU_X]
	stp	x2, x3, [x11, #(CPU_X + 16)]
	mrs	x0, CurrentEL
	mrs	x1, SPSel
	stp	x0, x1, [x11, #CPU_STATE]
	mrs	x0, daif
	stp	x0, x10, [x11, #(CPU_STATE + 16)]
	read	x0, sctlr
	stp	x0, x9, [x11, #(CPU_STATE + 32)]
	msr	spsel, #1
	adrp	x0, stacks
	add	x12, x12, #1
	add	x0, x0, x12, lsl #12		// STACK_SIZE
	mov	sp, x0
	adr	x0, vectors
	write	vbar, x0
	isb
	dsb	sy				// the boss reads it all behind the count
	ldr	x0, [x11, #CPU_ARRIVALS]
	add	x0, x0, #1
	str	x0, [x11, #CPU_ARRIVALS]
	mov	x0, x11
	bl	obey

	/* An undefined instruction has no effect but what is noted. x1 to x3 are a call's results. */
	.balign	2048
vectors:
	.set	at, 0
	.rept	16
	.org	vectors + at
	mov	x3, #at
	b	taken
	.set	at, at + 128
	.endr
	.org	vectors + 2048
taken:	read	x2, elr
	add	x2, x2, #4
	write	elr, x2
	read	x2, esr
	mov	x1, x2
	lsr	x2, x1, #26			// EC
	cbnz	x2, unexpected
	adrp	x2, taken_esr
	str	x1, [x2, #:lo12:taken_esr]
	adrp	x2, taken_vector
	str	x3, [x2, #:lo12:taken_vector]
	mov	x0, #UNDEFINED
	eret
unexpected:
	adr	x0, 1f
	bl	fail
1:	.asciz	"an exception"
	.balign	4

	.bss
	.balign	STACK_SIZE
stacks:	.skip	CPUS_MAX * STACK_SIZE
