/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small first operating system that takes the other CPUs from where its tree says they wait,
 * gives them back, and starts the next one. This is the boot CPU's way in and out; worker.S is the
 * others'.
 *
 * Register  From .. To         Holds
 * x19       start .. boss      x0 as the loader passed it
 */
#include "program.h"

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
table:	.fill	10, 8, 0			// struct table

	.text
entry:	mov	x19, x0
	adrp	x0, file_end			// nothing that a cache still has may fall on what is written without one
	adrp	x1, end
	bl	clean
	adrp	x0, file_end
	adrp	x1, end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	adrp	x0, stack_end
	mov	sp, x0
	adrp	x0, boss_tables
	bl	map
	adrp	x0, worker_tables
	bl	map
	dsb	sy				// the stores are done before their lines are cleaned
	adrp	x0, file_end			// nor may a line that a cache took in too early hide what was written
	adrp	x1, end
	bl	clean
	adr	x0, vectors
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	1f
	msr	vbar_el2, x0
1:	msr	vbar_el1, x0
	adrp	x1, boss_tables
	mmu_on
	mov	x0, x19
	bl	boss				// prints why it returns
	b	.

	.global	clean
clean:	clean_range
	ret

	/* x0 = the next Image, x1 = its x0. All of this one goes to the PoC. */
	.global	leave
leave:	mov	x20, x0
	mov	x19, x1
	adrp	x0, start
	adrp	x1, end
	clean_range
	mmu_off
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	1f
	tlbi	alle2
	b	2f
1:	tlbi	vmalle1
2:	ic	iallu
	dsb	nsh				// neither has anything of this system
	isb					// and the next one is fetched after that
	mov	x0, x19
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x20

	.global	vectors
	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	exception
	.endr
exception:					// no stack: it may be what is wrong
	adr	x0, exception_text
	adrp	x1, table
	ldr	x1, [x1, #(64 + 8)]		// uart
1:	ldrb	w2, [x0], #1
	cbz	w2, .
	str	w2, [x1]
	b	1b
exception_text:
	.asciz	"returns: exception\n"
	.balign	4

	.bss
	.balign	4096
boss_tables:
	.skip	3 * 4096
