/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moves pages by a kimage's list: include/lethe/relocate.h.
 *
 * Why assembly: this code must run without a stack and without data. The only other memory in use is
 * the list, the sources and the destinations.
 * Assumes MMU and D-cache off, list and sources at the PoC.
 *
 * Both routines are in the same section, so that both can be copied to a control page. Linux leaves
 * SCTLR_ELx.I = 0, so each instruction costs a fetch from memory, as much as a load. Hence the unrolled
 * loops.
 *
 * Register  From .. To       Holds
 * x0        walk             entry
 * x1        walk             the page bits of an address: minus the size of a page
 * x2        walk             bytes in a cache line
 * x3        walk             0 if a page has at most four lines
 * x4        walk             destination
 * x5        walk             the entry's address: source
 * x6        walk             address of the next entry
 * x7        maintenance      line
 * x8        walk             0 if FP/SIMD is trapped or absent
 * x9        start            scratch
 * x10-x17   copy             data
 * v16-v31   copy             data
 * x19, x20  lethe_relocate   entry point, tree
 */
#include <lethe/relocate.h>

#include "copy_turn.inc"
#include "cpu/asm.h"

/* The flags of an entry, by Linux's names. */
#define IND_DESTINATION_BIT 0
#define IND_INDIRECTION_BIT 1
#define IND_DONE_BIT	    2
#define IND_SOURCE_BIT	    3

/*
 * void lethe_relocate(uint64_t head, uint64_t entry, uint64_t tree, uint64_t page_shift);
 *
 * Moves the list's pages and starts the payload.
 *
 * In        x0 = head entry    x1 = entry point, PA    x2 = tree, for x0    x3 = 12, 14 or 16
 * Out       does not return; branches to the entry point with x0 = tree, x1 = x2 = x3 = 0
 * Clobbers  x0-x17 x19 x20 x30 v16-v31 flags
 * State     EL1 or EL2, E2H 0 or 1; MMU and D-cache off; exceptions masked
 * Stack     0
 * After     all stores are at the PoC; the I-side of this CPU holds no older instructions
 */
FUNC lethe_relocate
.Lstart:
	mov	x19, x1
	mov	x20, x2
	mov	x1, x3
	bl	.Llist
	ic	iallu				// after the walk's DSB: drops lines fetched before the
						// stores were complete
	dsb	nsh				// the invalidation is complete on this CPU
	isb					// all later instructions are fetched after the invalidation
	mov	x0, x20
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x19
END lethe_relocate

/*
 * void lethe_relocate_list(uint64_t head, uint64_t page_shift);
 *
 * Moves the list's pages.
 *
 * In        x0 = head entry    x1 = page shift: 12, 14 or 16    x30 = return address
 * Out       none
 * Clobbers  x0-x17 v16-v31 flags
 * Preserves x18-x30 sp v0-v15
 * State     EL1 or EL2, E2H 0 or 1; MMU and D-cache off
 * Stack     0
 * After     DSB SY has completed all stores and all maintenance
 */
	.global	lethe_relocate_list		// in the same section, so without FUNC
	.hidden	lethe_relocate_list
	.type	lethe_relocate_list, %function
lethe_relocate_list:
	LANDING_PAD
.Llist:	mov	x2, #-1
	lsl	x1, x2, x1

	dcache_line_size x2, x9			// 4 bytes to 128 KiB
	cmn	x1, x2, lsl #2			// four lines minus a page: carry unless negative
	cset	x3, lo

	fp_untrapped x8, x9, x10

	// From here on the only memory accessed is the list, the sources and the destinations.
.Lwalk:	tbz	x0, #IND_INDIRECTION_BIT, .Lend	// an empty list
	b	.Lentry

.Lnext:	ldr	x0, [x6], #8			/* entry = *next++ */
.Lentry:
	tbnz	x0, #IND_DONE_BIT, .Lend	/* if (entry & DONE) break */
	and	x5, x0, x1			/* address = entry & page bits */
	tbnz	x0, #IND_SOURCE_BIT, .Lsource
	tbz	x0, #IND_INDIRECTION_BIT, .Ltest_destination
	mov	x6, x5				/* if (entry & INDIRECTION) next = address */
	b	.Lnext
.Ltest_destination:
	tbz	x0, #IND_DESTINATION_BIT, .Lnext
	mov	x4, x5				/* if (entry & DESTINATION) destination = address */
	b	.Lnext

.Lsource:					/* if (entry & SOURCE) */
	mov	x7, x4				/* for (line = destination; in its page; line += size) clean and invalidate */
	dmb	sy				// earlier stores are Device accesses: address
						// does not order DC with Device accesses
	cbz	x3, 2f
	// Invalidate: no old line may be written back over the new contents, or answer instead of memory.
	// Clean as well: a line longer than a page holds neighbours' data. Any address in a line names
	// the line, so no rounding.
1:	dc	civac, x7
	add	x7, x7, x2
	dc	civac, x7
	add	x7, x7, x2
	dc	civac, x7			// four lines a turn: fewer instructions for counting
	add	x7, x7, x2
	dc	civac, x7
	add	x7, x7, x2
	bics	xzr, x7, x1			// 0 at the next page
	b.ne	1b
	b	3f
2:	dc	civac, x7			// the same for a page of at most four lines
	add	x7, x7, x2
	bics	xzr, x7, x1			// 0 at the next page
	b.ne	2b
3:	dsb	sy				// the lines are gone before the first store to the page
	cmp	x4, x5				/* if (destination == address) destination += page */
	b.eq	.Lin_place
	cbz	x8, .Lcopy_x

.Lcopy_q:					/* else copy the page, destination and address move on: by 256 bytes a turn */
	turn_q	ldp, x5
	turn_q	stp, x4
	bics	xzr, x4, x1			// 0 at the next page
	b.ne	.Lcopy_q
	b	.Lnext

.Lcopy_x:					/* the same in general registers */
	turn_x	x5, x4
	bics	xzr, x4, x1			// 0 at the next page
	b.ne	.Lcopy_x
	b	.Lnext

.Lin_place:					// no copy, but the destination moves on as well
	sub	x4, x4, x1
	b	.Lnext

.Lend:	dsb	sy				// all stores and all DC are complete
	ret
END lethe_relocate_list

	// Callers copy LETHE_RELOCATE_SIZE bytes. If the code is longer, .org would go back: an error.
	.org	.Lstart + LETHE_RELOCATE_SIZE, 0
	.if	LETHE_RELOCATE_SIZE > 4096
	.error	"a control page is 4 KiB"
	.endif
