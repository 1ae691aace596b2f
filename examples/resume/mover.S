/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page that moves the snapshot: at EL1, from a copy in a safe page. lethe_handoff() enters it with the MMU off and
 * x0 = job. It calls nothing, has no stack, and stores to nothing but destinations.
 *
 * The sources are at the PoC: they came with this program's Image. What a device or a Non-cacheable mapping has written
 * needs DC CIVAC before it is read here, too.
 *
 * Register  Holds
 * x1, x2    the next pair, the end of the list
 * x5, x6    entry and tree of the resumed kernel
 * x7        SCTLR_EL1 with the MMU off
 * x8        bytes in a data cache line
 */
#include <lethe/el2_stub.h>

#include "safe.h"

#define MAIR		0xff			// entry 0: Normal, write-back
#define SCTLR_M_C_I	0x1005

	.section .text.mover, "ax"
	.balign	PAGE
	.global	mover
mover:
	adr	x9, vectors
	msr	vbar_el1, x9			// in force with the ISB below
	ldp	x1, x2, [x0, #PAIRS]
	ldp	x3, x4, [x0, #MAP]		// and TCR
	ldp	x5, x6, [x0, #ENTRY]		// and the tree
	mrs	x9, ctr_el0
	ubfx	x9, x9, #16, #4			// DminLine: log2 of words
	mov	x8, #4
	lsl	x8, x8, x9

	mov	x9, #MAIR
	msr	mair_el1, x9
	msr	tcr_el1, x4
	msr	ttbr0_el1, x3
	isb					// in force before the TLBs are invalidated
	tlbi	vmalle1				// what they held is unknown
	dsb	nsh				// complete on this CPU ...
	isb					// ... and for later instructions
	mrs	x7, sctlr_el1
	mov	x9, #SCTLR_M_C_I
	orr	x9, x7, x9
	msr	sctlr_el1, x9
	isb					// the map and the caches are on

next:	cmp	x1, x2
	b.eq	moved
	ldp	x9, x10, [x1], #16		// source and destination
	mov	x11, x10
	add	x12, x10, #PAGE
	cbz	x9, 2f
1:	ldp	x13, x14, [x9], #16
	ldp	x15, x16, [x9], #16
	stp	x13, x14, [x11], #16
	stp	x15, x16, [x11], #16
	cmp	x11, x12
	b.lo	1b
	b	3f
2:	stp	xzr, xzr, [x11], #16
	cmp	x11, x12
	b.lo	2b
3:	dc	civac, x10			// to the PoC: the kernel starts with the MMU off. In order with the
	add	x10, x10, x8			// stores to the line
	cmp	x10, x12
	b.lo	3b
	b	next

moved:	dsb	sy				// every line is at the PoC
	isb					// a Falkor may fetch at random if none is right before M = 0 (E1041)
	msr	sctlr_el1, x7			// M, C, I = 0
	isb					// no walk and no cached access from here on
	mov	x0, #LETHE_EL2_STUB_SOFT_RESTART
	mov	x1, x5
	mov	x2, x6				// x0 of the kernel, whose x1 to x3 are 0
	mov	x3, #0
	mov	x4, #0
	hvc	#0				// the stub invalidates the I-side and the TLBs, and does not return

	// An exception, or no stub: nobody is left to print it. A debugger finds ESR_EL1 and ELR_EL1.
stop:	wfi
	b	stop

	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	stop
	.endr
	.org	mover + PAGE
