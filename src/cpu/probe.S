/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one load that is allowed to fault.
 *
 * Why assembly: exception.S has to know from which instruction to which an exception is the load's.
 */
#include "cpu/asm.h"

/* A label that exception.S looks at. */
	.macro	mark name
	.global	\name
	.hidden	\name
\name:
	.endm

/*
 * int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, int maintain);
 *
 * Reads something that may not be there. maintain != 0: memory, its line is cleaned and invalidated first
 * (a stale or dirty line must not answer for it, nor land on it later); 0: a device register.
 *
 * In        x0 = PA, aligned to width    x1 = where the value goes    w2 = bytes: 1, 2 or 4    w3 = maintain
 * Out       w0 = 0, or -1 when the access was aborted (value is then untouched)
 * Clobbers  x0 x4 flags
 * Preserves all else
 * State     EL1, EL2 or EL3; MMU off, or on with a device register mapped (maintain 0); SError unmasked;
 *           lethe_vectors in force
 * Stack     0
 */
FUNC lethe_probe_read
	dsb	sy				// what earlier stores raise is not the probe's:
	isb					// it is taken here
	mark	lethe_probe_start		// an SError that the ISB takes has this in ELR: not the load's
	cbz	w3, 1f
	dc	civac, x0			// a line over it, if there is one
	dsb	sy				// the line is gone before the load
1:	cmp	w2, #2
	b.lo	2f
	b.eq	3f
	ldr	w4, [x0]
	b	4f
2:	ldrb	w4, [x0]
	b	4f
3:	ldrh	w4, [x0]
4:	dsb	sy				// the load, and an abort of it, is complete
	isb					// an SError it caused is taken here, not later
	mark	lethe_probe_end
	str	w4, [x1]
	mov	w0, #0
	ret
	mark	lethe_probe_failed		// exception.S goes on here
	mov	w0, #-1
	ret
END lethe_probe_read
