/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of program.S: expected values, and the report of differences. */

	/* v0 to v31 from, and to, [x0]. */
	.macro	vectors_of op
	.irp	n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
	vector_pair \op, \n, %(\n + 1)
	.endr
	.endm
	.altmacro
	.macro	vector_pair op, a, b
	\op	q\a, q\b, [x0, #16 * \a]
	.endm

load_vectors:
	vectors_of ldp
	ret

compare_vectors:
	vectors_of stp
	.noaltmacro
	adr	x1, canaries
	mov	x2, #512

	/* x0 = 0: x2 bytes, 8 at least, are the same at x0 and x1 */
compare:
	mov	x10, x0
1:	sub	x2, x2, #8
	ldr	x11, [x10, x2]
	ldr	x12, [x1, x2]
	eor	x0, x11, x12
	cbnz	x0, 2f
	cbnz	x2, 1b
2:	mov	x20, x2				// for the report
	mov	x21, x12
	ret

	/* The returned status: x25. */
tell:	mov	x24, x30
	ldr	x23, [x28, #KIND]
	adr	x0, text_status
	cmp	x23, #KIND_CHECK
	b.lo	1f
	adr	x0, text_check
	b.eq	1f
	adr	x0, text_size
	b	2f
1:	sxtw	x25, w25
2:	bl	puts
	mov	x11, x25
	bl	hex
	ldr	x11, [x28, #ARGS + 16]
	cmp	x23, #KIND_CHECK
	b.ne	3f
	cbz	x11, 3f
	ldr	w11, [sp, #WHERE]		// struct lethe_where
	bl	hex
	ldr	w11, [sp, #WHERE + 4]
	bl	hex
	ldr	x11, [sp, #WHERE + 16]
	bl	hex
	cbz	w25, 3f
	ldr	x0, [sp, #WHERE + 8]
	cbz	x0, 3f
	mov	w12, #' '
	strb	w12, [x10]
	bl	puts
3:	bl	line
	ret	x24

	/* x10 = UART from here on; x11-x15 are lost */
puts:	imm	x10, UART
1:	ldrb	w12, [x0], #1
	cbz	w12, 2f
	strb	w12, [x10]
	b	1b
2:	ret

line:	mov	w12, #'\n'
	strb	w12, [x10]
	ret

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

	.macro	wrong label, letter
\label:	mov	w19, #\letter
	b	report
	.endm
	wrong	wrong_register, 'r'
	wrong	wrong_stack, 's'
	wrong	wrong_vector, 'v'
	wrong	wrong_state, 't'
	wrong	wrong_argument, 'a'
	wrong	wrong_level, 'e'
	wrong	wrong_daif, 'd'
	wrong	wrong_hcr, 'h'
	wrong	wrong_sctlr, 'c'
exception:
	mov	w19, #'x'
	at_el1	1f
	mrs	x20, esr_el2
	mrs	x21, elr_el2
	mrs	x22, far_el2
	b	report
1:	mrs	x20, esr_el1
	mrs	x21, elr_el1
	mrs	x22, far_el1

report:	adr	x0, text_wrong
	bl	puts
	strb	w19, [x10]
	mrs	x11, tpidrro_el0
	bl	hex
	mov	x11, x20
	bl	hex
	mov	x11, x21
	bl	hex
	mov	x11, x22
	bl	hex
	bl	line
	b	off

end:	adr	x0, text_end
	bl	puts
	bl	line
	dsb	sy
	isb
	/* cohsan stops here. */
finished:
	nop
off:	mov	x0, #8				// PSCI SYSTEM_OFF
	movk	x0, #0x8400, lsl #16
	ldr	x1, conduit
	cbz	x1, 1f
	smc	#0
1:	hvc	#0
	b	.

text_entered:
	.asciz	"library: entered"
text_status:
	.asciz	"library: status"
text_check:
	.asciz	"library: check"
text_size:
	.asciz	"library: size"
text_wrong:
	.asciz	"library: wrong "
text_end:
	.asciz	"library: end"
	.balign	16
canaries:
	.set	at, 1
	.rept	64
	.quad	0x9e3779b97f4a7c15 * at
	.set	at, at + 1
	.endr

	.balign	2048
vectors:
	b	exception
	.balign	128
	b	irq				// on SP_EL0
	.rept	14
	.balign	128
	b	exception
	.endr
	.balign	128
