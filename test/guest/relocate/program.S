/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls src/relocate.S on one list after the other, with the MMU off; test/qemu/harness/lists.py
 * makes the lists.
 *
 * A job of 64 bytes for each list: head; page shift, 0: no more; entry, 0: lethe_relocate_list;
 * tree; the value for CPACR_EL1 or CPTR_EL2. The code at an entry has to come back to `back`.
 * Between jobs only TPIDR_EL0 (the job) and TPIDRRO_EL0 (the trap register) must survive.
 *
 * Prints "relocate: end", or the fault: a letter, the job, and a value for the letter.
 */
#define UART		0x09000000
#define FLAG_E2H	0
#define FLAG_I		1
#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define SCTLR_I		0x1000
#define CANARY		0x5a5a

	.macro	imm reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	.endm

	/* Goes to label at EL1; x9 is lost. */
	.macro	at_el1 label
	mrs	x9, CurrentEL
	cmp	x9, #(1 << 2)
	b.eq	\label
	.endm

	.text
	.global	start, back, finished
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	0x4000
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
flags:	.quad	0				// offset 64
jobs:	.quad	0
code:	.quad	0, 0				// lethe_relocate, lethe_relocate_list

entry:
	ldr	x19, flags
	ldr	x20, jobs
	adr	x21, vectors
	at_el1	1f
	tbz	x19, #FLAG_E2H, 2f
	imm	x9, (1 << 34) | (1 << 31) | (1 << 27)	// E2H, RW, TGE
	msr	hcr_el2, x9
	isb
2:	imm	x9, SCTLR_EL2_OFF
	msr	vbar_el2, x21
	b	3f
1:	imm	x9, SCTLR_EL1_OFF
	msr	vbar_el1, x21
3:	tbz	x19, #FLAG_I, 4f
	orr	x9, x9, #SCTLR_I
4:	mov	x10, x9
	at_el1	5f
	msr	sctlr_el2, x10
	b	6f
5:	msr	sctlr_el1, x10
6:	isb
	msr	tpidr_el0, x20

next:	mrs	x20, tpidr_el0
	ldp	x0, x1, [x20]
	ldp	x2, x3, [x20, #16]
	ldr	x4, [x20, #32]
	cbz	x1, end
	at_el1	1f
	msr	cptr_el2, x4
	isb
	mrs	x4, cptr_el2
	b	2f
1:	msr	cpacr_el1, x4
	isb
	mrs	x4, cpacr_el1
2:	msr	tpidrro_el0, x4			// as read back, with RES1 bits
	.irp	n, 18, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x\n, #CANARY + \n
	.endr
	mov	x4, #CANARY
	mov	sp, x4				// unaligned: an access would fault
	cbnz	x2, alone
	mov	x19, #CANARY + 19
	mov	x20, #CANARY + 20
	ldr	x9, code + 8
	blr	x9
	.irp	n, 19, 20
	mov	x10, #CANARY + \n
	cmp	x10, x\n
	b.ne	wrong_saved
	.endr
	b	check
alone:	mov	x4, x3
	mov	x3, x1				// page shift
	mov	x1, x2				// entry
	mov	x2, x4				// tree
	ldr	x9, code
	br	x9

back:	mrs	x10, tpidr_el0
	ldr	x10, [x10, #24]
	cmp	x0, x10
	b.ne	wrong_arguments
	orr	x1, x1, x2
	orr	x1, x1, x3
	cbnz	x1, wrong_arguments

check:	.irp	n, 18, 21, 22, 23, 24, 25, 26, 27, 28, 29
	mov	x10, #CANARY + \n
	cmp	x10, x\n
	b.ne	wrong_saved
	.endr
	mov	x10, sp
	mov	x11, #CANARY
	cmp	x10, x11
	b.ne	wrong_saved
	mrs	x10, tpidrro_el0
	at_el1	1f
	mrs	x11, cptr_el2
	b	2f
1:	mrs	x11, cpacr_el1
2:	cmp	x10, x11
	b.ne	wrong_trap
	mrs	x10, tpidr_el0
	add	x10, x10, #64
	msr	tpidr_el0, x10
	b	next

end:	dsb	sy
	isb
	b	finished

wrong_arguments:
	mov	w19, #'a'
	b	report
wrong_saved:
	mov	w19, #'s'
	b	report
wrong_trap:
	mov	w19, #'t'
	mov	x20, x11
	b	report
exception:
	mov	w19, #'x'
	at_el1	1f
	mrs	x20, esr_el2
	mrs	x21, elr_el2
	b	report
1:	mrs	x20, esr_el1
	mrs	x21, elr_el1

report:	imm	x10, UART
	strb	w19, [x10]
	mrs	x11, tpidr_el0
	bl	hex
	mov	x11, x20
	bl	hex
	mov	x11, x21
	bl	hex
	b	off

hex:	mov	w12, #' '
	strb	w12, [x10]
	mov	x13, #64
1:	sub	x13, x13, #4
	lsr	x12, x11, x13
	and	w12, w12, #15
	cmp	w12, #10
	add	w14, w12, #'0'
	add	w15, w12, #'a' - 10
	csel	w12, w14, w15, lo
	strb	w12, [x10]
	cbnz	x13, 1b
	ret

	/* cohsan and the meter stop here. */
finished:
	nop
	imm	x10, UART
	adr	x11, text
1:	ldrb	w12, [x11], #1
	strb	w12, [x10]
	cbnz	w12, 1b
off:	imm	x10, UART
	mov	w12, #'\n'
	strb	w12, [x10]
	mov	x0, #8				// PSCI SYSTEM_OFF
	movk	x0, #0x8400, lsl #16
	at_el1	2f
	smc	#0
2:	hvc	#0
	b	.

text:	.asciz	"relocate: end"

	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	exception
	.endr
	.balign	128
