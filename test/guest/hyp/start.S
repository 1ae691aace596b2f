/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts at EL2, installs an answer to HVC there (stub.S), and goes on at EL1. There it acts as a
 * kernel that must remove the stub: by lethe_boot() (main.c) or by a bundle. test_hyp.py's table
 * chooses the stub and the request.
 *
 * All memory but the file counts as hostile, and is cleaned before the first store.
 *
 * Register  From .. To         Holds
 * x19       start .. end       x0 as the loader passed it
 * x20       start .. end       flags
 */
#include "program.h"

#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define SCTLR_M_C_I	0x1005
#define SCTLR_C_I	0x1004
#define MAIR		0xff00			// 0 Device-nGnRnE, 1 Normal write-back
#define TCR_COMMON	0x3520			// T0SZ 32; WB, inner shareable; 4 KiB

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
table:	.fill	16, 8, 0			// struct table

	.text
entry:	mov	x19, x0
	adr	x0, table
	ldr	x20, [x0]
	adrp	x0, file_end
	adrp	x1, stack_end
	bl	lethe_dcache_clean_inval_poc
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	at_el1
	tbnz	x20, #FLAG_STAYS, go

	adr	x0, initial_vectors
	msr	vbar_el2, x0
	msr	tpidr_el2, x20			// stub.S has no other memory
	mov	x0, #0x33ff			// booting.rst: no trap on EL1 ID register features
	mrs	x1, id_aa64pfr0_el1
	ubfx	x1, x1, #32, #4			// SVE
	cbz	x1, 1f
	bic	x0, x0, #(1 << 8)		// TZ
1:	mrs	x1, id_aa64pfr1_el1
	ubfx	x1, x1, #24, #4			// SME
	cbz	x1, 1f
	bic	x0, x0, #(1 << 12)		// TSM
1:	msr	cptr_el2, x0
	mov	x0, #3
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	msr	vttbr_el2, xzr
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	mov	x0, #(1 << 31)			// RW
	tbz	x20, #FLAG_HCD, 1f
	orr	x0, x0, #(1 << 29)
1:	msr	hcr_el2, x0
	ldr	x0, =SCTLR_EL2_OFF | SCTLR_C_I	// M = 0: C and I may still be set
	tbz	x20, #FLAG_KVM, 2f

	adr	x1, kvm_vectors
	msr	vbar_el2, x1
	adrp	x1, hyp_stack_end
	mov	sp, x1
	mov	x1, #MAIR
	msr	mair_el2, x1
	ldr	x1, =(1 << 31 | 1 << 23 | 2 << 16 | TCR_COMMON)
	msr	tcr_el2, x1
	adr	x1, el2_map
	msr	ttbr0_el2, x1
	isb					// the registers are in force
	tlbi	alle2
	dsb	nsh
	ldr	x0, =SCTLR_EL2_OFF | SCTLR_M_C_I
2:	msr	sctlr_el2, x0
	isb
	ldr	x0, =SCTLR_EL1_OFF
	msr	sctlr_el1, x0
	mov	x0, #0x3c5
	msr	spsr_el2, x0
	adr	x0, at_el1
	msr	elr_el2, x0
	eret

at_el1:	adr	x0, own_vectors
	msr	vbar_el1, x0
	tbz	x20, #FLAG_EL1_MMU, go
	mov	x0, #MAIR
	msr	mair_el1, x0
	ldr	x0, =(2 << 32 | 1 << 23 | TCR_COMMON)
	msr	tcr_el1, x0
	adr	x0, el1_map
	msr	ttbr0_el1, x0
	isb					// the registers are in force
	tlbi	vmalle1
	dsb	nsh
	ldr	x0, =SCTLR_EL1_OFF | SCTLR_M_C_I
	msr	sctlr_el1, x0
	isb
go:	adrp	x0, stack_end
	mov	sp, x0
	mov	x29, #0
	adr	x0, table
	ldr	x1, [x0, #72]			// bundle
	cbnz	x1, 1f
	bl	main				// prints the reason of the return
	b	.
1:	mov	x0, x19
	mov	x2, #0
	mov	x3, #0
	mov	x4, x1
	mov	x1, #0
	br	x4

	.balign	2048
own_vectors:
	.rept	16
	.balign	128
	adr	x0, exception_text
	b	say_and_stop
	.endr
exception_text:
	.asciz	"hyp: exception\n"

	// The first GiB is Device and not executed. The second GiB, with all RAM, is Normal. AP[1]
	// is RES1 at EL2; at EL1 it would forbid execution.
	.balign	4096
el1_map:
	.quad	(1 << 54) | (1 << 53) | (1 << 10) | 1
	.quad	0x40000000 | (1 << 10) | (3 << 8) | (1 << 2) | 1
	.quad	0, 0
	.balign	4096
el2_map:
	.quad	(1 << 54) | (1 << 10) | (1 << 6) | 1
	.quad	0x40000000 | (1 << 10) | (3 << 8) | (1 << 6) | (1 << 2) | 1
	.quad	0, 0
