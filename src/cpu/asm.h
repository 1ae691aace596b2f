/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ASM_H
#define LETHE_ASM_H

/*
 * For assembly files. FUNC and END open and close every routine: own section, alignment, global and
 * hidden symbol, type, size. The banner above a FUNC is its contract.
 */

/* clang-format off */
.macro FUNC name:req
	.section .text.\name, "ax", %progbits
	.balign	4
	.global	\name
	.hidden	\name
	.type	\name, %function
\name:
.endm

.macro END name:req
	.size	\name, . - \name
.endm

/*
 * reg = the run-time address of sym, anywhere within 4 GiB; the image is 4 KiB aligned. The purgatory is smaller than
 * the megabyte that ADR reaches.
 */
.macro adr_l reg:req, sym:req
#ifdef LETHE_PURGATORY
	adr	\reg, \sym
#else
	adrp	\reg, \sym
	add	\reg, \reg, :lo12:\sym
#endif
.endm
/* clang-format on */

#endif
