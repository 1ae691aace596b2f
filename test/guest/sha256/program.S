/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the digests of a list (jobs.h, made by test_sha256.py), with the MMU off. Checks that each
 * leaves general registers, d8 to d15, the trap register and the streaming mode unchanged.
 *
 * Prints "sha256: end", or the fault: a letter, the job, and a number for the letter.
 */
#include "jobs.h"

#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define CPACR_OPEN	0x3300000		// FPEN, SMEN
#define CPTR_OPEN	0x22ff			// E2H = 0: neither TFP nor TSM
#define CPTR_TRAP_FP	0x37ff			// TFP
#define STACK_END	0x40000
#define STACK_EL2	0x48000
#define CANARY		0x5a5a
#define SVCR		s3_3_c4_c2_2
#define SMSTART_SM	0xd503437f
#define SMSTOP_SM	0xd503427f
#define EC_MRS		0x18
#define ISAR0_ISS	0x30000d		// mrs ID_AA64ISAR0_EL1, without the register

	.macro	imm reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	.endm

	/* The trap register of this level; x19 has the flags; x9 is lost. */
	.macro	trap_register op
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	.Lcpacr\@
	tbnz	x19, #FLAG_E2H, .Lcpacr\@
	.ifc	\op, read
	mrs	x10, cptr_el2
	.else
	msr	cptr_el2, x10
	.endif
	b	.Ldone\@
.Lcpacr\@:
	.ifc	\op, read
	mrs	x10, cpacr_el1
	.else
	msr	cpacr_el1, x10
	.endif
.Ldone\@:
	isb
	.endm

	.text
	.global	start
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	STACK_EL2
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
flags:	.quad	0				// offset 64
jobs:	.quad	0

entry:
	ldr	x19, flags
	ldr	x20, jobs
	adr	x21, vectors
	adr	x22, start
	add	x9, x22, #STACK_END
	mov	sp, x9
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	at_el1
	imm	x9, SCTLR_EL2_OFF
	msr	sctlr_el2, x9
	msr	vbar_el2, x21
	tbnz	x19, #FLAG_BELOW, below
	tbz	x19, #FLAG_E2H, 1f
	imm	x9, (1 << 34) | (1 << 31) | (1 << 27)	// E2H, RW, TGE
	msr	hcr_el2, x9
1:	isb
	b	next

	// At EL1, under an EL2 that hides the SHA-2 instructions and traps FP/SIMD.
below:	imm	x9, (1 << 31) | (1 << 18)	// RW, TID3
	msr	hcr_el2, x9
	imm	x9, CPTR_TRAP_FP
	msr	cptr_el2, x9
	add	x9, x22, #STACK_EL2
	mov	sp, x9
	imm	x9, 0x3c5			// EL1h, masked
	msr	spsr_el2, x9
	adr	x9, at_el1
	msr	elr_el2, x9
	eret

at_el1:	imm	x9, SCTLR_EL1_OFF
	msr	sctlr_el1, x9
	adr	x9, vectors
	msr	vbar_el1, x9
	add	x9, x22, #STACK_END
	mov	sp, x9
	isb

next:	ldr	w9, [x20, #JOB_KIND]
	cbz	w9, end
	tbnz	x19, #FLAG_BELOW, 2f
	bl	open
	tbz	x19, #FLAG_STREAMING, 1f
	.inst	SMSTART_SM
1:	mov	x9, #CANARY
	fmov	d31, x9
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	add	x10, x9, #\n
	fmov	d\n, x10
	.endr
2:	ldr	x10, [x20, #JOB_TRAP]
	trap_register write
	trap_register read			// as read back, with RES1 bits
	msr	tpidr_el0, x20
	msr	tpidrro_el0, x10
	mov	x0, x20
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x\n, #CANARY + \n
	.endr
	bl	run_job
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x9, #CANARY + \n
	sub	x1, x\n, x9
	cbnz	x1, wrong_saved
	.endr
	ldr	x19, flags
	mrs	x20, tpidr_el0
	trap_register read
	mrs	x9, tpidrro_el0
	mov	x1, x10
	cmp	x9, x10
	b.ne	wrong_trap
	tbnz	x19, #FLAG_BELOW, 3f
	bl	open
	fmov	x9, d31
	str	x9, [x20, #JOB_V31]
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	mov	x9, #CANARY + \n
	fmov	x1, d\n
	cmp	x1, x9
	b.ne	wrong_vector
	.endr
	tbz	x19, #FLAG_STREAMING, 3f
	mrs	x1, SVCR
	tbz	x1, #0, wrong_mode
	.inst	SMSTOP_SM
3:	add	x20, x20, #JOB_SIZE
	b	next

	/* No traps here; clobbers x9 and x10. */
open:	imm	x10, CPTR_OPEN
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	1f
	tbz	x19, #FLAG_E2H, 2f
1:	imm	x10, CPACR_OPEN
2:	trap_register write
	ret

end:	mov	x0, #0
	mov	x1, #0
	mov	x2, #0
	b	report
wrong_saved:
	mov	x0, #'s'
	b	1f
wrong_trap:
	mov	x0, #'t'
	b	1f
wrong_vector:
	mov	x0, #'v'
	b	1f
wrong_mode:
	mov	x0, #'m'
1:	mrs	x2, tpidr_el0
	b	report

exception:
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	mov	x0, #'x'
	b.eq	1f
	mrs	x1, esr_el2
	mrs	x2, elr_el2
	b	report
1:	mrs	x1, esr_el1
	mrs	x2, elr_el1
	b	report

	// From EL1: a read of an ID register, or an unexpected exception.
lower:	stp	x0, x1, [sp, #-256]!
	mrs	x0, esr_el2
	lsr	x1, x0, #26
	cmp	x1, #EC_MRS
	b.ne	exception
	.irp	n, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28
	str	x\n, [sp, #(8 * \n)]
	.endr
	.irp	n, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29
	str	x\n, [sp, #(8 * \n)]
	.endr
	str	x30, [sp, #240]
	ubfx	x1, x0, #5, #5			// the register
	and	x2, x0, #0x3fffff
	bic	x2, x2, #(31 << 5)
	imm	x3, ISAR0_ISS
	mov	x4, #0
	cmp	x2, x3
	b.ne	1f
	mrs	x4, id_aa64isar0_el1
	and	x4, x4, #~(15 << 12)		// SHA2
1:	str	x4, [sp, x1, lsl #3]
	mrs	x1, elr_el2
	add	x1, x1, #4
	msr	elr_el2, x1
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	ldr	x\n, [sp, #(8 * \n)]
	.endr
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp], #256
	eret

	.balign	2048
vectors:
	.rept	8
	.balign	128
	b	exception
	.endr
	.balign	128
	b	lower
	.rept	7
	.balign	128
	b	exception
	.endr
	.balign	128
