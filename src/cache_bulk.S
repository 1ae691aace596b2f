/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maintenance by VA of the payload's memory: cache.S with four lines a turn, at half the instructions. Apart from
 * cache.S, which is in the purgatory as well and has to be small.
 *
 * Why assembly: exact barriers around the loop.
 */
#include "cpu/asm.h"

/*
 * void lethe_dcache_clean_inval_bulk(uint64_t start, uint64_t end);
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
FUNC lethe_dcache_clean_inval_bulk
	cmp	x0, x1
	b.hs	4f
	dcache_line_size x3, x2
	sub	x2, x3, #1
	bic	x0, x0, x2		// start, rounded down to a line
	dmb	sy			// earlier Device and Non-cacheable accesses, as in cache.S
	sub	x2, x1, x0
	subs	x2, x2, x3, lsl #2	// the bytes beyond the next four lines
	b.ls	2f
1:	dc	civac, x0		// four lines a turn: fewer instructions for counting
	add	x0, x0, x3
	dc	civac, x0		// the second
	add	x0, x0, x3
	dc	civac, x0		// the third
	add	x0, x0, x3
	dc	civac, x0		// the fourth
	add	x0, x0, x3
	subs	x2, x2, x3, lsl #2
	b.hi	1b
2:	dc	civac, x0		// the last one to four
	adds	x0, x0, x3
	b.cs	3f			// after the last line of the address space
	cmp	x0, x1
	b.lo	2b
3:	dsb	sy			// the lines are at the PoC before later accesses and instructions
4:	ret
END lethe_dcache_clean_inval_bulk
