/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of vectors.
 *
 * Why assembly: the CPU fixes the address of each entry, and a vector has no free register.
 *
 * Exceptions from a lower level can only come from a payload at EL1, long after the hand-off. An HVC gets "not
 * supported" in x0 and changes no other register; every other exception halts. linker.ld puts all code and data for
 * these exceptions into one page.
 */
#include "cpu/asm.h"
#include "cpu/fault.h"
#include "cpu/sysreg.h"

	.macro	vector kind
	.balign	128
	vector_body \kind
	.endm

	.section .text.lethe_vectors, "ax", %progbits
	.balign	2048
	.global	lethe_vectors
	.hidden	lethe_vectors
	.type	lethe_vectors, %function
lethe_vectors:
	.rept	2				// from our own level, on SP_EL0 and on SP_ELx
	vector	LETHE_FAULT_SYNC
	vector	LETHE_FAULT_IRQ
	vector	LETHE_FAULT_FIQ
	vector	LETHE_FAULT_SERROR
	.endr

	.balign	128				// from a lower level in AArch64, synchronous
	mrs	x0, esr_el2			// an HVC may lose x0; any other exception does not return
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #ESR_EC_HVC64		// possible despite HCR_EL2.HCD if the CPU has an EL3
	b.ne	lethe_fault_in_handoff
	mov	x0, #-1				// SMCCC: not supported
	eret					// synchronizes the context; flags come back from SPSR

	.rept	7				// the other three kinds, and AArch32
	.balign	128
	b	lethe_fault_in_handoff
	.endr
	.size	lethe_vectors, . - lethe_vectors
