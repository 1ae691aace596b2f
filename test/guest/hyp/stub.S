/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer to HVC at EL2. It behaves as Linux's own: arch/arm64/kernel/hyp-stub.S of 4.7 and of
 * 4.12, and KVM's arch/arm64/kvm/hyp/nvhe/hyp-init.S. State that Linux leaves open is poisoned
 * here. Flags for misbehaviour: program.h. Prints the call; an unexpected call ends the machine.
 *
 * Flags are in TPIDR_EL2. x0 = function, x1 = address, x2, x3, x4 = arguments. x5-x18 are free.
 */
#include "program.h"

#define SOFT_RESTART_4_7	2
#define SOFT_RESTART		1
#define RESET_VECTORS		2
#define SCTLR_EL2_OFF		0x30c50830

	/* Branches away unless it is `hvc #0` from EL1. */
	.macro	only_hvc
	mrs	x18, esr_el2
	mov	w17, #(0x16 << 26 | 1 << 25)
	cmp	w18, w17
	b.ne	wrong
	.endm

	.macro	say text
	mov	x13, x30			// the caller's
	adr	x16, \text
	bl	puts_x16
	mov	x30, x13
	.endm

	.text
	.balign	2048
	.global	initial_vectors, kvm_vectors, say_and_stop
initial_vectors:
	.rept	8
	.balign	128
	b	wrong
	.endr
	.balign	128
	b	initial_sync
	.rept	7
	.balign	128
	b	wrong
	.endr

	.balign	2048
kvm_vectors:
	.rept	8
	.balign	128
	b	wrong
	.endr
	.balign	128
	stp	x0, x1, [sp, #-16]!		// through its cache
	b	kvm_sync
	.rept	7
	.balign	128
	b	wrong
	.endr

initial_sync:
	only_hvc
	mrs	x18, tpidr_el2
	tbnz	x18, #FLAG_REFUSES, refuse
	tbnz	x18, #FLAG_4_7, 1f
	cmp	x0, #SOFT_RESTART
	b.eq	2f
	cmp	x0, #RESET_VECTORS
	b.ne	wrong				// 0 was SET_VECTORS, VBAR_EL2 = x1
	say	reset_text
	mov	x0, #0				// no vectors to reset
	b	poisoned_eret
1:	cmp	x0, #SOFT_RESTART_4_7
	b.ne	wrong				// 1 was SET_VECTORS
2:	tbnz	x18, #FLAG_REFUSES_RESTART, refuse
	say	restart_text
	tbnz	x18, #FLAG_RETURNS, 3f
	tbnz	x18, #FLAG_BOUNCES, 4f
	mov	x0, x2
	mov	x2, x4
	mov	x4, x1
	mov	x1, x3
	bl	poison_above_4			// the kernel's value
	mov	x3, #0xdead
	mov	x30, x3
	mov	sp, x3
	br	x4
3:	mov	x0, #0
	b	poisoned_eret
4:	msr	elr_el2, x1
	mov	x0, x2
	b	poisoned_eret

refuse:	say	refuse_text
	mov	x0, #0xca11
	movk	x0, #0xbad, lsl #16
	b	poisoned_eret

kvm_sync:
	ldp	x0, x1, [sp], #16
	only_hvc
	cmp	x0, #SOFT_RESTART
	b.ne	1f
	say	restart_text
	msr	elr_el2, x1
	mov	x0, #0x3c9			// EL2h, D A I F masked
	msr	spsr_el2, x0
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	bl	poison_above_4
	mov	x3, #0xdead
	mov	x4, x3
	mov	x30, x3
	b	2f
1:	cmp	x0, #RESET_VECTORS
	b.ne	wrong
	say	reset_text
	mov	x0, #0
2:	ldr	x5, =SCTLR_EL2_OFF
	msr	sctlr_el2, x5			// M, C, I = 0
	isb
	adr	x5, initial_vectors
	msr	vbar_el2, x5
	eret

	/* All registers that a call may change; the callee-saved ones stay. */
poisoned_eret:
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18
	movz	x\n, #(0xde00 + \n), lsl #48
	.endr
	eret

poison_above_4:
	.irp	n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
	movz	x\n, #(0xde00 + \n), lsl #48
	.endr
	ret

	/* x16 = text. x14-x17 are lost. */
puts_x16:
	mov	x17, x30
	mov	x15, #UART
1:	ldrb	w14, [x16], #1
	cbz	w14, 2f
	str	w14, [x15]
	b	1b
2:	ret	x17

wrong:	adr	x0, wrong_text
say_and_stop:
	mov	x16, x0
	bl	puts_x16
	b	.

reset_text:   .asciz "hyp: reset vectors\n"
restart_text: .asciz "hyp: soft restart\n"
refuse_text:  .asciz "hyp: refused\n"
wrong_text:   .asciz "hyp: wrong call\n"
	.balign	4
