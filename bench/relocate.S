/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of src/relocate.S: the same work by the plain loops, a line and 16 bytes a turn.
 * test/guest/relocate/program.S calls this file instead and needs both names; only the returning
 * entry is measured.
 */
	.text
	.balign	4096
	.global	lethe_relocate, lethe_relocate_list
lethe_relocate:
	b	.
lethe_relocate_list:
	mov	x2, #1
	lsl	x1, x2, x1
	sub	x2, x1, #1			// offset bits
	mrs	x9, ctr_el0
	ubfx	x9, x9, #16, #4
	mov	x3, #4
	lsl	x3, x3, x9			// bytes in a line
	b	2f
1:	ldr	x0, [x6], #8
2:	tbnz	x0, #2, done
	bic	x5, x0, x2
	tbnz	x0, #3, source
	tbz	x0, #1, 3f
	mov	x6, x5
	b	1b
3:	tbz	x0, #0, 1b
	mov	x4, x5
	b	1b

source:	add	x8, x4, x1
	mov	x7, x4
	dmb	sy
4:	dc	civac, x7
	add	x7, x7, x3
	cmp	x7, x8
	b.lo	4b
	dsb	sy
5:	ldp	x10, x11, [x5], #16
	stp	x10, x11, [x4], #16
	cmp	x4, x8
	b.lo	5b
	b	1b
done:	dsb	sy
	ret
	.balign	4096
