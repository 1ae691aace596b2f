/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maintenance by VA.
 *
 * Why assembly: this code runs before a stack exists, and needs exact barriers around the loop.
 * The only operation is clean and invalidate to the PoC. Set/way operations do not reach system caches
 * and race with other CPUs (booting.rst). Invalidate alone would lose a neighbour's data.
 */
#include "cpu/asm.h"

/*
 * void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end);
 *
 * DC CIVAC over every line that touches [start, end).
 *
 * In        x0 = start, any alignment    x1 = end, exclusive
 * Out       none
 * Clobbers  x0 x2 x3 flags
 * Preserves x1 x4-x30 sp
 * State     EL1, EL2 or EL3; MMU on (range mapped) or off
 * Stack     0
 * After     DSB SY has completed; start >= end does nothing
 */
FUNC lethe_dcache_clean_inval_poc
	cmp	x0, x1
	b.hs	3f
	dcache_line_size x3, x2
	sub	x2, x3, #1
	bic	x0, x0, x2		// start, rounded down to a line
	dmb	sy			// Device and Non-cacheable accesses before: not ordered with DC by
					// address (Arm ARM, "Ordering and completion of data cache
					// instructions"), so ordered here
1:	dc	civac, x0
	adds	x0, x0, x3
	b.cs	2f			// after the last line of the address space
	cmp	x0, x1
	b.lo	1b
2:	dsb	sy			// the lines are at the PoC before later accesses and instructions
3:	ret
END lethe_dcache_clean_inval_poc
