/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hypervisor of one page of code for one guest, which is a bundle at EL1. Stage 2 maps devices and RAM, as they are,
 * and not the UART of program.h: each access to it comes here, and main.c is the UART.
 */
#include "program.h"

#define SCTLR_EL1_OFF	0x30d00800
#define EL1H_MASKED	0x3c5
#define HCR		(1 << 31 | 1)		// RW, VM
#define VTCR		(1 << 31 | 1 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 28)	// 36 bits, from level 1, 4 KiB
#define BLOCK		(1 << 10 | 3 << 8 | 3 << 6 | 1)
#define NORMAL		(15 << 2)

	.section .head, "ax"
	.global	start
start:	nop
	b	entry
	.quad	0				// text_offset
	.quad	0x100000			// image_size
	.quad	1 << 3				// flags: anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0
	.global	table
table:	.fill	5, 8, 0				// struct table

	.text
entry:	adrp	x1, stack_end
	mov	sp, x1
	adr	x1, vectors
	msr	vbar_el2, x1
	mov	x1, #0x33ff			// no trap
	msr	cptr_el2, x1
	mov	x1, #3
	msr	cnthctl_el2, x1
	msr	cntvoff_el2, xzr
	mrs	x1, midr_el1
	msr	vpidr_el2, x1
	mrs	x1, mpidr_el1
	msr	vmpidr_el2, x1
	ldr	x1, =VTCR
	msr	vtcr_el2, x1
	adr	x1, stage_2
	msr	vttbr_el2, x1
	isb					// the registers are in force
	tlbi	alle1
	dsb	nsh
	ldr	x1, =HCR
	msr	hcr_el2, x1
	ldr	x1, =SCTLR_EL1_OFF
	msr	sctlr_el1, x1
	mov	x1, #EL1H_MASKED
	msr	spsr_el2, x1
	adr	x2, table
	ldr	x2, [x2]			// bundle
	msr	elr_el2, x2
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	eret

	.macro	both, what
	\what	x0, x1, [sp]
	\what	x2, x3, [sp, #16]
	\what	x4, x5, [sp, #32]
	\what	x6, x7, [sp, #48]
	\what	x8, x9, [sp, #64]
	\what	x10, x11, [sp, #80]
	\what	x12, x13, [sp, #96]
	\what	x14, x15, [sp, #112]
	\what	x16, x17, [sp, #128]
	\what	x18, x19, [sp, #144]
	\what	x20, x21, [sp, #160]
	\what	x22, x23, [sp, #176]
	\what	x24, x25, [sp, #192]
	\what	x26, x27, [sp, #208]
	\what	x28, x29, [sp, #224]
	\what	x30, xzr, [sp, #240]
	.endm

	.balign	2048
vectors:
	.rept	8
	.balign	128
	b	.
	.endr
	.balign	128
	sub	sp, sp, #256
	both	stp
	mrs	x0, esr_el2
	mrs	x1, far_el2
	mov	x2, sp
	bl	access
	mrs	x0, elr_el2
	add	x0, x0, #4
	msr	elr_el2, x0
	both	ldp
	add	sp, sp, #256
	eret
	.rept	7
	.balign	128
	b	.
	.endr

	.balign	4096
stage_2:
	.quad	BLOCK
	.quad	0x40000000 | BLOCK | NORMAL
	.fill	62, 8, 0
