/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A load that is allowed to fault.
 *
 * Why assembly: exception.S must know the first and last instruction at which an exception is due to the load.
 */
#include "cpu/asm.h"

/* A label for exception.S. */
	.macro	mark name
	.global	\name
	.hidden	\name
\name:
	.endm

/*
 * int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, bool maintain);
 *
 * Reads memory or a device register that may not exist. With maintain, pa is memory: the cache line is cleaned and
 * invalidated first, so that a stale or dirty line neither hides the memory nor overwrites it later. Without, pa is a
 * device register.
 *
 * In        x0 = PA, aligned to width    x1 = address for the value    w2 = bytes: 1, 2 or 4    w3 = maintain
 * Out       w0 = 0, or -1 if the access was aborted (value is then untouched)
 * Clobbers  x0 x4 flags
 * Preserves all else
 * State     EL1, EL2 or EL3; MMU off, or on with the page mapped: memory as Normal, a register as Device; SError
 *           unmasked; lethe_vectors in force
 * Stack     0
 */
FUNC lethe_probe_read
	dsb	sy				// earlier stores are complete: an SError of theirs ...
	isb					// ... is taken here, not in the probe
	mark	lethe_probe_start		// an SError that the ISB takes has this in ELR: not the load's
	tbz	w3, #0, 1f
	dc	civac, x0			// the line at pa, if cached
	dsb	sy				// the line is gone before the load
1:	cmp	w2, #2
	b.lo	2f
	b.eq	3f
	ldr	w4, [x0]
	b	4f
2:	ldrb	w4, [x0]
	b	4f
3:	ldrh	w4, [x0]
4:	dsb	sy				// the load, or the load's abort, is complete
	isb					// an SError of the load is taken here, not later
	mark	lethe_probe_end
	str	w4, [x1]
	mov	w0, #0
	ret
	mark	lethe_probe_failed		// exception.S resumes here
	mov	w0, #-1
	ret
END lethe_probe_read
