/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A payload at EL1 whose DC ZVA is trapped to EL2: says at which vector of its own it found itself, and whether all is
 * as an undefined instruction leaves it. One line: "+++E", or "!" and the number of what is wrong.
 *
 * Register  Holds
 * x20       the trapped instruction
 * x21       SPSR_EL1 wanted
 * x22       offset of the vector wanted
 * x25       where to go on
 */
#define UART 0x09000000
#define FLAGS_EQUAL 0x60000000		// Z and C

	.macro	trap spsr, vector, next
	adr	x20, 1f
	ldr	x21, =(\spsr | FLAGS_EQUAL)
	mov	x22, #\vector
	adr	x25, \next
	mov	x0, #0x1234
	mov	x1, #0x5678
	cmp	x1, x1
1:	dc	zva, x20
	.endm

	.macro	wrong_unless_eq number
	mov	w9, #('0' + \number)
	b.ne	wrong
	.endm

	.text
	.global	start
start:
	adr	x0, vectors
	msr	vbar_el1, x0
	mrs	x0, sctlr_el1
	orr	x0, x0, #(1 << 14)		// DZE: EL1 lets EL0 do it
	msr	sctlr_el1, x0
	isb
	trap	0x3c5, 0x200, .Lsp_el0
.Lsp_el0:
	msr	spsel, #0
	trap	0x3c4, 0, .Lel0
.Lel0:
	mov	x0, #0x3c0
	msr	spsr_el1, x0
	adr	x0, 1f
	msr	elr_el1, x0
	eret
1:	trap	0x3c0, 0x400, .Lend
.Lend:
	mov	w9, #'E'
	bl	putc
	mov	w9, #'\n'
	bl	putc
2:	wfi
	b	2b

taken:						// x23 = offset of the vector
	mrs	x24, nzcv
	ldr	x26, =FLAGS_EQUAL
	cmp	x24, x26
	wrong_unless_eq 1
	mrs	x24, esr_el1
	mov	x26, #0x2000000			// EC 0, IL
	cmp	x24, x26
	wrong_unless_eq 2
	mrs	x24, elr_el1
	cmp	x24, x20
	wrong_unless_eq 3
	mrs	x24, spsr_el1
	cmp	x24, x21
	wrong_unless_eq 4
	cmp	x23, x22
	wrong_unless_eq 5
	mrs	x24, daif
	cmp	x24, #0x3c0
	wrong_unless_eq 6
	mrs	x24, SPSel
	cmp	x24, #1
	wrong_unless_eq 7
	mrs	x24, CurrentEL
	cmp	x24, #4
	wrong_unless_eq 8
	mov	x26, #0x1234
	cmp	x0, x26
	mov	x26, #0x5678
	ccmp	x1, x26, #0, eq
	wrong_unless_eq 9
	mov	w9, #'+'
	bl	putc
	br	x25

wrong:	mov	w27, w9
	mov	w9, #'!'
	bl	putc
	mov	w9, w27
	bl	putc
	mov	w9, #'\n'
	bl	putc
	b	2b

	/* w9 = character. Clobbers x11, x12. */
putc:	ldr	x11, =UART
1:	ldr	w12, [x11, #0x18]
	tbnz	w12, #5, 1b			// TXFF
	str	w9, [x11]
	ret

	.balign	2048
vectors:
	.set	at, 0
	.rept	16
	.org	vectors + at
	mov	x23, #at
	b	taken
	.set	at, at + 128
	.endr
	.org	vectors + 2048
