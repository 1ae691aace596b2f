/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls the library door with one job after the other; test/qemu/harness/library.py makes the jobs.
 *
 * A job states the caller's world (registers, page tables, VA), the call, and the payload's
 * expected state. The caller's stack page is part of the job, with the values compared before and
 * after. All code is position independent; the first page is also mapped at its PA. Between jobs
 * only TPIDRRO_EL0 (the job, PA) and TPIDR_EL0 (VA minus PA) must survive.
 *
 * Prints "library: " and: "entered", a payload's first word; "status", "check", "size" with numbers
 * if a call returned; "wrong" with a letter, or "exception", and then a stop; "end".
 */
#define UART		0x09000000
#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830

/* struct job: library.py */
#define KIND		0	/* 0: no more */
#define KIND_BOOT	1
#define KIND_CHECK	2
#define KIND_SIZE	3
#define FLAGS		8
#define FLAG_FP		0	/* FP/SIMD may be used */
#define FLAG_SP0	1	/* on SP_EL0 */
#define FLAG_PAN	2
#define FLAG_STREAMING	3
#define FLAG_E2H	4
#define FLAG_IRQ	5	/* with FLAG_SP0: the timer interrupts all the time */
#define ARGS		16	/* three */
#define STACK		40	/* PA; 1 KiB below is Lethe's */
#define OFFSET		48	/* VA minus PA of the caller */
#define SCTLR		56
#define TCR		64
#define MAIR		72
#define TTBR0		80
#define TTBR1		88
#define HCR		96
#define TRAP		104	/* CPACR_EL1, CPTR_EL2 */
#define DAIF		112
#define PAR		120
#define EL		128	/* the payload's */
#define X0		136	/* its x0 to x2; x3 is the job */
#define JOB_SIZE	256

/* Above the stack */
#define WHERE		64
#define BEFORE		128
#define AFTER		288
#define VECTORS		512
#define COUNT		3056	/* interrupts; the handler's stack is below */

#define GICD		0x08000000
#define GICC		0x08010000
#define INTERVAL	200	/* ticks of the counter */

	.macro	imm reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	.endm

	/* Goes to label at EL1; x9 is lost. */
	.macro	at_el1 label
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	\label
	.endm

	/* reg = the job's VA; clobbers x9. */
	.macro	job reg
	mrs	\reg, tpidrro_el0
	mrs	x9, tpidr_el0
	add	\reg, \reg, x9
	.endm

	/* Stores the state that a call must preserve at [x0]. Clobbers x9. */
	.macro	snapshot el
	.set	where, 0
	.irp	name, par_el1, elr_\el, spsr_\el, sctlr_\el, tcr_\el, ttbr0_\el, mair_\el, vbar_\el, tpidr_\el, daif, spsel, esr_\el, far_\el, cntkctl_el1
	mrs	x9, \name
	str	x9, [x0, #where]
	.set	where, where + 8
	.endr
	.endm
#define COMMON		112	/* bytes of these */

	.section .head, "ax"
	.global	start, back, finished, canaries
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	image_end - start
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
jobs:	.quad	0				// offset 64
conduit:
	.quad	0				// 0: HVC, 1: SMC

entry:
	msr	daifset, #15
	ldr	x20, jobs
	msr	tpidrro_el0, x20

	/* MMU off. */
next:	msr	daifset, #15
	msr	spsel, #1
	msr	tpidr_el0, xzr
	msr	cntp_ctl_el0, xzr		// E2H chooses the timer
	at_el1	1f
	msr	cnthp_ctl_el2, xzr
1:	mrs	x28, tpidrro_el0
	ldr	x0, [x28, #KIND]
	cbz	x0, end
	ldr	x26, [x28, #FLAGS]
	ldr	x27, [x28, #OFFSET]
	adr	x1, vectors
	add	x1, x1, x27
	ldp	x2, x3, [x28, #SCTLR]
	ldp	x4, x5, [x28, #MAIR]
	ldp	x6, x7, [x28, #TTBR1]		// HCR
	ldr	x8, [x28, #TRAP]
	at_el1	1f
	msr	hcr_el2, x7
	isb
	msr	cptr_el2, x8
	msr	tcr_el2, x3
	msr	mair_el2, x4
	msr	ttbr0_el2, x5
	tbz	x26, #FLAG_E2H, 2f
	msr	s3_4_c2_c0_1, x6		// TTBR1_EL2
2:	msr	vbar_el2, x1
	isb
	tlbi	alle2
	dsb	sy				// and all stores made with the MMU off
	isb
	msr	sctlr_el2, x2
	b	3f
1:	msr	cpacr_el1, x8
	msr	tcr_el1, x3
	msr	mair_el1, x4
	msr	ttbr0_el1, x5
	msr	ttbr1_el1, x6
	msr	vbar_el1, x1
	isb
	tlbi	vmalle1
	dsb	sy
	isb
	msr	sctlr_el1, x2
3:	isb
	adr	x0, 4f
	add	x0, x0, x27
	msr	tpidr_el0, x27
	br	x0

	/* The caller's world. */
4:	job	x28
	ldr	x1, [x28, #STACK]
	add	x1, x1, x27
	imm	x0, 0xdeadbee0			// the other one
	msr	sp_el0, x0
	tbz	x26, #FLAG_SP0, 1f
	mov	sp, x0
	tbz	x26, #FLAG_IRQ, 2f
	bl	interrupts
2:	msr	spsel, #0
1:	mov	sp, x1
	tbz	x26, #FLAG_PAN, 1f
	.inst	0xd500419f			// msr pan, #1
1:	tbz	x26, #FLAG_STREAMING, 1f
	.inst	0xd503477f			// smstart
1:	ldr	x0, [x28, #PAR]
	msr	par_el1, x0
	ldr	x0, [x28, #DAIF]
	msr	daif, x0
	add	x0, sp, #BEFORE
	bl	take
	tbz	x26, #FLAG_FP, 1f
	adr	x0, canaries
	bl	load_vectors
1:	ldr	x10, [x28, #KIND]
	ldp	x0, x1, [x28, #ARGS]
	ldr	x2, [x28, #ARGS + 16]
	adr	x11, lethe_boot
	cmp	x10, #KIND_CHECK
	b.lo	1f
	adr	x11, lethe_boot_workspace
	b.hi	1f
	cbz	x2, 2f				// where: null
	add	x2, sp, #WHERE
	stp	x10, x10, [x2]
	stp	x10, x10, [x2, #16]
2:	adr	x11, lethe_boot_check
1:	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x\n, #0x5a00 + \n
	.endr
	blr	x11
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x10, #0x5a00 + \n
	cmp	x10, x\n
	b.ne	wrong_register
	.endr
	mov	x25, x0
	job	x28
	ldr	x26, [x28, #FLAGS]
	mrs	x27, tpidr_el0
	ldr	x0, [x28, #STACK]
	add	x0, x0, x27
	mov	x1, sp
	cmp	x0, x1
	b.ne	wrong_stack
	tbz	x26, #FLAG_FP, 1f
	add	x0, sp, #VECTORS
	bl	compare_vectors
	cbnz	x0, wrong_vector
1:	add	x0, sp, #AFTER
	bl	take
	add	x0, sp, #BEFORE
	add	x1, sp, #AFTER
	mov	x2, #(AFTER - BEFORE)
	bl	compare
	cbnz	x0, wrong_state
	tbz	x26, #FLAG_STREAMING, 1f
	.inst	0xd503467f			// smstop
1:	bl	tell

	/* The MMU off again, where this page lies. */
	msr	daifset, #15
	adr	x0, 1f
	sub	x0, x0, x27
	br	x0
1:	at_el1	2f
	imm	x10, SCTLR_EL2_OFF
	msr	sctlr_el2, x10
	b	3f
2:	imm	x10, SCTLR_EL1_OFF
	msr	sctlr_el1, x10
3:	isb
	msr	tpidr_el0, xzr
advance:
	mrs	x10, tpidrro_el0
	add	x10, x10, #JOB_SIZE
	msr	tpidrro_el0, x10
	b	next

	/* The payload: x0 to x3 are the plan's; x9 belongs to the trampoline. */
back:	mrs	x10, tpidrro_el0
	cmp	x3, x10
	b.ne	wrong_argument
	ldp	x11, x12, [x10, #X0]
	ldr	x13, [x10, #X0 + 16]
	cmp	x0, x11
	ccmp	x1, x12, #0, eq
	ccmp	x2, x13, #0, eq
	b.ne	wrong_argument
	ldr	x11, [x10, #EL]
	mrs	x12, CurrentEL
	cmp	x11, x12, lsr #2
	b.ne	wrong_level
	mrs	x11, daif
	cmp	x11, #0x3c0
	b.ne	wrong_daif
	mrs	x11, spsel
	cmp	x11, #1
	b.ne	wrong_daif
	adr	x11, vectors
	at_el1	1f
	msr	vbar_el2, x11
	mrs	x11, sctlr_el2
	imm	x12, SCTLR_EL2_OFF
	mrs	x13, hcr_el2
	mov	x14, #(1 << 31)
	cmp	x13, x14
	b.ne	wrong_hcr
	b	2f
1:	msr	vbar_el1, x11
	mrs	x11, sctlr_el1
	imm	x12, SCTLR_EL1_OFF
2:	isb
	cmp	x11, x12
	b.ne	wrong_sctlr
	msr	tpidr_el0, xzr
	adr	x0, text_entered
	bl	puts
	bl	line
	b	advance

	.global	head_end
head_end:

	.text
take:	at_el1	1f
	snapshot el2
	mrs	x9, hcr_el2
	str	x9, [x0, #COMMON]
	mrs	x9, cptr_el2
	str	x9, [x0, #COMMON + 8]
	str	xzr, [x0, #COMMON + 16]
	tbz	x26, #FLAG_E2H, 2f
	mrs	x9, s3_4_c2_c0_1
	str	x9, [x0, #COMMON + 16]
	b	2f
1:	snapshot el1
	mrs	x9, ttbr1_el1
	str	x9, [x0, #COMMON]
	mrs	x9, cpacr_el1
	str	x9, [x0, #COMMON + 8]
	str	xzr, [x0, #COMMON + 16]
2:	str	xzr, [x0, #COMMON + 24]
	tbz	x26, #FLAG_IRQ, 1f
	stp	xzr, xzr, [x0]			// an interrupt's: PAR, ELR, SPSR
	str	xzr, [x0, #16]
1:	ret

	/* Lets the timer interrupt. x1 = the caller's stack pointer */
interrupts:
	add	x0, x1, #COUNT
	mov	sp, x0
	str	xzr, [x0]
	imm	x0, GICD
	mov	w9, #0xffff0000
	str	w9, [x0, #0x100]		// ISENABLER0: all of this CPU's interrupts
	mov	w9, #1
	str	w9, [x0]			// CTLR
	imm	x0, GICC
	mov	w9, #0xff
	str	w9, [x0, #4]			// PMR
	mov	w9, #1
	str	w9, [x0]
	mov	x9, #INTERVAL
	msr	cntp_tval_el0, x9
	mov	x9, #1
	msr	cntp_ctl_el0, x9
	isb
	ret

	/* On a separate stack. Changes PAR_EL1, as a handler may. */
irq:	stp	x0, x1, [sp, #-16]!
	ldr	x0, [sp, #16]
	add	x0, x0, #1
	str	x0, [sp, #16]
	imm	x0, GICC
	ldr	w1, [x0, #0xc]			// IAR
	str	w1, [x0, #0x10]			// EOIR
	mov	x0, #INTERVAL
	msr	cntp_tval_el0, x0
	mov	x0, #0x811			// a fault
	msr	par_el1, x0
	isb
	ldp	x0, x1, [sp], #16
	eret

#include "report.S"
