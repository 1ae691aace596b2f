/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of vectors.
 *
 * Why assembly: the CPU fixes the address of each entry, and a vector has no free register.
 *
 * From a lower level only a payload at EL1 can come, long after the hand-off. An HVC gets "not supported" in x0 and
 * finds all else as it was. Any other instruction that is trapped is undefined to the payload, as one of a feature that
 * the CPU has not: a line of its kernel's beats a silent halt. What is no instruction's doing halts.
 * linker.ld keeps what that needs in one page. SP_EL2 and FAR_EL2 are scratch there: nothing at EL2 is left to use them.
 */
#include "cpu/asm.h"
#include "cpu/fault.h"
#include "cpu/sysreg.h"

	/* Each vector is a section of its own: linker.ld puts it at its entry, and other code between two of them. */
	.macro	vector number, kind
	FUNC	lethe_vector_\number
	vector_body \kind
	END	lethe_vector_\number
	.endm

	.irp	set, 0, 1			// from our own level, on SP_EL0 and on SP_ELx
	vector	\set\()0, LETHE_FAULT_SYNC
	vector	\set\()1, LETHE_FAULT_IRQ
	vector	\set\()2, LETHE_FAULT_FIQ
	vector	\set\()3, LETHE_FAULT_SERROR
	.endr

	FUNC	lethe_vector_20			// from a lower level in AArch64, synchronous
	mov	sp, x0				// saved
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #ESR_EC_HVC64		// HCR_EL2.HCD does not stop it where there is an EL3
	b.ne	lethe_inject_undefined
	mov	x0, #-1				// SMCCC: not supported
	eret					// synchronizes the context; flags come back from SPSR
	END	lethe_vector_20

	.irp	number, 21, 22, 23, 31, 32, 33	// its other three kinds, and those in AArch32
	FUNC	lethe_vector_\number
	b	lethe_fault_in_handoff
	END	lethe_vector_\number
	.endr

	FUNC	lethe_vector_30			// from a lower level in AArch32, synchronous
	mov	sp, x0				// saved
	b	lethe_inject_undefined
	END	lethe_vector_30
