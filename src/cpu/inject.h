/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_INJECT_H
#define LETHE_INJECT_H

#include "cpu/sysreg.h"

/* clang-format off */
	/* The names of EL1's registers are EL2's with E2H = 1. */
	.macro	inject spsr, elr, esr, vbar, sctlr
	mrs	x0, spsr_el2
	msr	\spsr, x0			// where EL1 goes back to ...
	mrs	x1, elr_el2
	msr	\elr, x1			// ... is the instruction
	mov	x1, #ESR_UNDEFINED
	msr	\esr, x1			// as of an instruction that the CPU does not know
	mov	x1, #VECTOR_AARCH32
	tbnz	x0, #SPSR_AARCH32_BIT, 1f
	mov	x1, #VECTOR_EL0
	tbz	x0, #SPSR_EL1_BIT, 1f
	ubfiz	x1, x0, #VECTOR_SPX_SHIFT, #1	// SPSR's lowest bit: SP_EL0 or SP_EL1
1:	mrs	x0, \vbar
	add	x1, x1, x0
	msr	elr_el2, x1			// EL1's vector
	mrs	x0, spsr_el2
	mrs	x1, \sctlr
	tbz	x0, #SPSR_AARCH32_BIT, 2f
	and	x0, x0, #SPSR_NZCV		// the rest is other fields in AArch32
2:	and	x0, x0, #SPSR_KEPT
	and	x0, x0, #~SPSR_UAO
	tbnz	x1, #SCTLR_SPAN_BIT, 3f
	orr	x0, x0, #SPSR_PAN
3:	ubfx	x1, x1, #SCTLR_DSSBS_BIT, #1
	orr	x0, x0, x1, lsl #SPSR_SSBS_BIT
	mov	x1, #SPSR_EL1H_MASKED
	orr	x0, x0, x1
	msr	spsr_el2, x0			// PSTATE as an exception sets it
	.endm

/*
 * Gives EL1 the exception that it would have taken if the trapped instruction were undefined. EL0's goes to EL1 as well.
 * For the end of a vector at EL2: sp = x0 of the trapped code, ERET is part of it. FAR_EL2 and sp are scratch, all other
 * registers stay.
 */
	.macro	inject_undefined
	msr	far_el2, x1			// saved
	mrs	x0, hcr_el2
	tbnz	x0, #HCR_E2H_BIT, .Linject_e2h\@
	inject	spsr_el1, elr_el1, esr_el1, vbar_el1, sctlr_el1
	b	.Linjected\@
.Linject_e2h\@:
	inject	SPSR_EL12, ELR_EL12, ESR_EL12, VBAR_EL12, SCTLR_EL12
.Linjected\@:
	mrs	x1, far_el2
	mov	x0, sp
	eret					// synchronizes the context
	dsb	nsh				// the CPU is not to speculate behind an ERET
	isb
	.endm
/* clang-format on */

#endif
