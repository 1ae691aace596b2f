/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hyp stub of include/lethe/el2_stub.h: vectors and their code, copied as they are to one page.
 *
 * Why assembly: the CPU fixes the address of each entry, a call may change no register but x0, and a restart may access
 * no memory.
 *
 * Position independent: no address leaves the page, and none is absolute. SP_EL2 and FAR_EL2 are scratch, because
 * nothing else runs at EL2.
 */
#include <lethe/el2_stub.h>

#include "cpu/asm.h"
#include "cpu/inject.h"
#include "entry.h"

	.section .text.lethe_el2_stub, "ax", %progbits
	.balign	2048
	.global	lethe_el2_stub
	.hidden	lethe_el2_stub
	.type	lethe_el2_stub, %function
lethe_el2_stub:
	.rept	8				// from our own level: the stub has no such exception
	.balign	128
	b	.Lhalt
	.endr

	.org	lethe_el2_stub + LETHE_EL2_STUB_CALL // from a lower level in AArch64, synchronous
	mov	sp, x0				// saved
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #ESR_EC_HVC64
	b.ne	.Lundefined
	mov	x0, sp
	b	.Lcall

	.rept	7				// its other three kinds, of which HCR_EL2 routes none here; EL1 in AArch32,
	.balign	128				// which HCR_EL2.RW rules out (EL0 in AArch32 comes as EL1 does)
	b	.Lhalt
	.endr
	.balign	128

	// x0 = function, x1 to x4 = arguments
.Lcall:
	cmp	x0, #LETHE_EL2_STUB_SET_VECTORS
	b.eq	.Lset_vectors
	cmp	x0, #LETHE_EL2_STUB_SOFT_RESTART
	b.eq	.Lsoft_restart
	cmp	x0, #LETHE_EL2_STUB_RESET_VECTORS
	b.eq	.Lreset_vectors
	mov_q	x0, LETHE_EL2_STUB_UNKNOWN
	b	.Lreturn

.Lset_vectors:
	msr	vbar_el2, x1			// in force with the ERET
	mov	x0, #0
	b	.Lreturn

.Lreset_vectors:
	adr	x0, lethe_el2_stub
	msr	vbar_el2, x0			// likewise
	mov	x0, #0
.Lreturn:
	eret					// synchronizes the context; flags come back from SPSR
	dsb	nsh				// the CPU is not to speculate behind an ERET
	isb

	// EL2 as a hand-off leaves it (cpu/handoff.S): there, too, no memory is accessed. x1 = entry.
.Lsoft_restart:
	adr	x5, lethe_el2_stub
	msr	vbar_el2, x5			// others' vectors may have handed the call on
	mov_q	x5, SCTLR_EL2_OFF
	isb					// a Falkor may fetch at random if none is right before M = 0 (E1041)
	msr	sctlr_el2, x5			// M, C, I = 0: the known state
	isb					// no walk and no cached fetch from here on
	ic	ialluis				// no stale instruction from where EL1 has put the next kernel
	tlbi	alle2				// nor a translation of the old regimes
	tlbi	alle1
	dsb	ish				// both complete: the IC on every CPU, the TLBI on this one;
						// an AmpereOne needs it before HCR_EL2, too (AC04_CPU_23)
	mrs	x5, hcr_el2
	and	x5, x5, #HCR_E2H
	orr	x5, x5, #HCR_RW
	msr	hcr_el2, x5			// what was EL1's alone is gone; E2H stays, and with it the layouts
	isb					// fetches, traps and layouts are the next kernel's from here on
	mov	x9, x1
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	mov	x3, #0
	br	x9

.Lundefined:
	inject_undefined

	// The end of lethe_halt(), which is in no safe page.
.Lhalt:
	mov	x0, #LETHE_E_FAULT_ASM
	mrs	x1, esr_el2
	dsb	sy				// EL1's stores, to a UART above all, are out
1:	wfi					// DAIF is masked: an exception was taken
	b	1b

	.org	lethe_el2_stub + LETHE_EL2_STUB_SIZE
	.size	lethe_el2_stub, . - lethe_el2_stub

/*
 * void lethe_el2_stub_vectors(uint64_t vectors);
 *
 * Makes a copy of the stub this CPU's vectors.
 *
 * In        x0 = PA of the copy, at the PoC
 * Out       none
 * Clobbers  none
 * State     EL2, MMU on or off
 * Stack     0
 */
FUNC lethe_el2_stub_vectors
	ic	iallu				// the page was anything until now: drop older instructions
	dsb	nsh				// the invalidation is complete on this CPU
	msr	vbar_el2, x0			// exceptions go there ...
	isb					// ... from here on, and are fetched after the invalidation
	ret
END lethe_el2_stub_vectors
