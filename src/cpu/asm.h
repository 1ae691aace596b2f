/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ASM_H
#define LETHE_ASM_H

#include "cpu/sysreg.h"

/*
 * For assembly files. FUNC and END open and close every routine: own section, alignment, global and
 * hidden symbol, type, size. The banner above a FUNC is its contract.
 */

/* clang-format off */
/* A landing pad at each routine, where the C compiler makes them too (make BTI=1), and the note for the linker. */
#ifdef __ARM_FEATURE_BTI_DEFAULT
	.pushsection .note.gnu.property, "a"
	.balign	8
	.long	4, 16, 5			// sizes of name and description, NT_GNU_PROPERTY_TYPE_0
	.asciz	"GNU"
	.long	0xc0000000, 4, 1, 0		// GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI
	.popsection
#define LANDING_PAD hint #HINT_BTI_C
#else
#define LANDING_PAD
#endif

.macro FUNC name:req
	.section .text.\name, "ax", %progbits
	.balign	4
	.global	\name
	.hidden	\name
	.type	\name, %function
\name:
	LANDING_PAD
.endm

.macro END name:req
	.size	\name, . - \name
.endm

/*
 * reg = the run-time address of sym, within 4 GiB; the image is 4 KiB aligned. The purgatory is smaller than the 1 MiB
 * range of ADR.
 */
.macro adr_l reg:req, sym:req
#ifdef LETHE_PURGATORY
	adr	\reg, \sym
#else
	adrp	\reg, \sym
	add	\reg, \reg, :lo12:\sym
#endif
.endm

/* reg = any 64-bit constant */
.macro mov_q reg:req, value:req
	movz	\reg, #((\value) & 0xffff)
	.if	((\value) >> 16) & 0xffff
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	.endif
	.if	((\value) >> 32) & 0xffff
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	.endif
	.if	((\value) >> 48) & 0xffff
	movk	\reg, #(((\value) >> 48) & 0xffff), lsl #48
	.endif
.endm

/* size = bytes in the smallest data cache line of this CPU; scratch is clobbered. */
.macro dcache_line_size size:req, scratch:req
	mrs	\scratch, ctr_el0
	ubfx	\scratch, \scratch, #CTR_DMINLINE, #4
	mov	\size, #4			// bytes in a word
	lsl	\size, \size, \scratch
.endm
/* clang-format on */

#endif
