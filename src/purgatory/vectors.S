/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory's vectors. Lethe runs on SP_ELx and nothing runs below it, so only four of the sixteen can be taken.
 * Each has a section of its own: purgatory.ld puts it where the CPU looks, and ordinary code into the unused entries.
 *
 * Why assembly: a vector has no free register.
 */
#include "cpu/asm.h"
#include "cpu/fault.h"

	.macro	vector kind
	FUNC	lethe_vector_\kind
	vector_body \kind
	END	lethe_vector_\kind
	.endm

	vector	LETHE_FAULT_SYNC
	vector	LETHE_FAULT_IRQ
	vector	LETHE_FAULT_FIQ
	vector	LETHE_FAULT_SERROR
