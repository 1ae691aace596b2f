/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory's vectors. Lethe runs on SP_ELx, and no program runs at a lower level, so the CPU can
 * take only four of the sixteen vectors. Each vector has its own section. purgatory.ld places each at its
 * entry of the table, and ordinary code into the unused entries.
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
