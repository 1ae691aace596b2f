/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EL1 side: every call of the stub, one line each by report(). The last call comes back at EL2. The code there reports
 * EL2's state and then takes an exception at which the stub must halt.
 */
#include <lethe/el2_stub.h>

#include "program.h"

	.macro	show name, value
	.pushsection .rodata
.Ls\@:	.asciz	"\name"
	.popsection
	mov	x1, \value
	adr	x0, .Ls\@
	bl	report
	.endm

	.macro	show_sys name, register
	mrs	x2, \register
	show	\name, x2
	.endm

	.macro	ask name, function, argument=0
	ldr	x0, =\function
	ldr	x1, =\argument
	bl	call
	show	\name, x0
	.endm

	.text
	.global	at_el1
at_el1:	adrp	x0, stack_end
	mov	sp, x0
	adr	x0, own_vectors
	msr	vbar_el1, x0
	isb
	show_sys "level-below", CurrentEL
	ask	"three", 3
	ask	"all-ones", -1
	ask	"high-word", (1 << 32 | LETHE_EL2_STUB_RESET_VECTORS)
	ask	"reset", LETHE_EL2_STUB_RESET_VECTORS
	ask	"set", LETHE_EL2_STUB_SET_VECTORS, others
	ask	"five-to-others", 5
	ask	"handed-on", 6
	ask	"reset-through-others", LETHE_EL2_STUB_RESET_VECTORS
	ask	"five", 5

	adr	x20, 1f
1:	smc	#0				// trapped
	show	"smc", x21
	adr	x20, 1f
1:	mrs	x0, id_aa64mmfr0_el1		// trapped
	show	"mrs", x21

	mrs	x0, sctlr_el1
	orr	x0, x0, #(1 << 16)		// nTWI: EL0's WFI is EL2's to trap
	msr	sctlr_el1, x0
	mov	x0, #0x1d0			// EL0 in AArch32, A I F masked
	msr	spsr_el1, x0
	adr	x0, aarch32_wfi
	msr	elr_el1, x0
	eret
aarch32_wfi:
	.inst	0xe320f003			// trapped
after_wfi:
	show	"aarch32", x21

	ask	"set-again", LETHE_EL2_STUB_SET_VECTORS, others // the restart puts the stub back
	adr	x1, at_el2			// an instruction that is new memory: the stub invalidates the I-side
	ldr	w2, an_instruction
	str	w2, [x1]
	dsb	sy				// at the PoC
	mov	x0, #LETHE_EL2_STUB_SOFT_RESTART
	mov	x2, #0x2222
	mov	x3, #0x3333
	mov	x4, #0x4444
	hvc	#0

an_instruction:
	mov	x22, x0
at_el2:	b	.
	mov	x23, x1
	mov	x24, x2
	mov	x25, x3
	adrp	x0, stack_end
	mov	x26, sp
	mov	sp, x0
	show	"x0", x22
	show	"x1", x23
	show	"x2", x24
	show	"x3", x25
	show_sys "level", CurrentEL
	show_sys "daif", daif
	show_sys "spsel", spsel
	show_sys "sctlr", sctlr_el2
	show_sys "hcr", hcr_el2
	show_sys "cptr", cptr_el2
	mrs	x2, vbar_el2
	adrp	x0, page
	sub	x2, x2, x0
	show	"vbar", x2
	dsb	sy
	isb
	.global	finished
finished:					// cohsan stops here
	nop
	hvc	#0				// from the stub's own level

	/* x0 = function, x1 = argument; x0 = the answer. Reports what else the call has changed. */
call:	stp	x29, x30, [sp, #-16]!
	msr	tpidr_el1, x1
	mov	x2, #(0xa << 28)		// N and C
	msr	nzcv, x2
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	mov	x\n, #(0x100 + \n)
	.endr
	hvc	#0
	sub	x2, x2, #0x102
	.irp	n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	sub	x\n, x\n, #(0x100 + \n)
	orr	x2, x2, x\n
	.endr
	mrs	x3, nzcv
	mov	x4, #(0xa << 28)
	eor	x3, x3, x4
	orr	x2, x2, x3
	mrs	x3, tpidr_el1
	eor	x3, x3, x1
	orr	x2, x2, x3
	mov	x19, x0
	cbz	x2, 1f
	show	"changed", x2
1:	mov	x0, x19
	ldp	x29, x30, [sp], #16
	ret

	/* SET_VECTORS: function 5 is theirs, all others go on to the stub. */
	.balign	2048
others:	.rept	8
	.balign	128
	b	.
	.endr
	.balign	128
	cmp	x0, #5
	b.eq	1f
	b	page + LETHE_EL2_STUB_CALL
1:	mov	x0, #OTHERS_ANSWER
	eret

	/* x21 = ESR_EL1 if the instruction at x20 is the one, which is skipped; else ELR_EL1 */
	.balign	2048
own_vectors:
	.rept	4
	.balign	128
	b	.
	.endr
	.balign	128
	mrs	x21, elr_el1
	cmp	x21, x20
	b.ne	1f
	mrs	x21, esr_el1
1:	add	x20, x20, #4
	msr	elr_el1, x20
	eret
	.org	own_vectors + 0x600		// EL0 in AArch32
	adr	x20, aarch32_wfi
	mrs	x21, elr_el1
	cmp	x21, x20
	b.ne	1f
	mrs	x21, esr_el1
1:	b	after_wfi
	.balign	2048
