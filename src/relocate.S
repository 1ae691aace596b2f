/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages to their places, by a kimage's list: include/lethe/relocate.h.
 *
 * Why assembly: it runs when nothing but its own code is left. No stack, no data of its own, no
 * memory but the list, the sources and the destinations.
 * Assumes MMU and D-cache off, list and sources at the PoC.
 *
 * Both routines are one section, so that they can be copied to a control page. Linux leaves
 * SCTLR_ELx.I = 0: each instruction is then a fetch from memory, no cheaper than a load. Hence the
 * long turns.
 *
 * Register  From .. To       Holds
 * x0        walk             entry
 * x1        walk             the page bits of an address: minus the size of a page
 * x2        walk             bytes in a cache line
 * x3        walk             0: a page has no more than four lines
 * x4        walk             destination
 * x5        walk             the entry's address: source
 * x6        walk             where the next entry is
 * x7        maintenance      line
 * x8        walk             0: FP/SIMD is trapped, or there is none
 * x9        start            scratch
 * x10-x17   copy             data
 * v16-v31   copy             data
 * x19, x20  lethe_relocate   entry point, tree
 */
#include <lethe/relocate.h>

#include "cpu/asm.h"
#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* The flags of an entry, by Linux's names. */
#define IND_DESTINATION_BIT 0
#define IND_INDIRECTION_BIT 1
#define IND_DONE_BIT	    2
#define IND_SOURCE_BIT	    3

	/*
	 * Loads or stores the part of 256 bytes that begins `at` there. The first access moves the
	 * base on, the others look back: nothing is spent on counting, and the order is ascending.
	 */
	.macro	pair op, base, at, a, b
	.if	\at == 0
	\op	\a, \b, [\base], #256
	.else
	\op	\a, \b, [\base, #\at - 256]
	.endif
	.endm

	.macro	turn_q op, base
	pair	\op, \base, 0, q16, q17
	pair	\op, \base, 32, q18, q19
	pair	\op, \base, 64, q20, q21
	pair	\op, \base, 96, q22, q23
	pair	\op, \base, 128, q24, q25
	pair	\op, \base, 160, q26, q27
	pair	\op, \base, 192, q28, q29
	pair	\op, \base, 224, q30, q31
	.endm

	.macro	quarter_x op, base, at
	pair	\op, \base, \at, x10, x11
	pair	\op, \base, \at + 16, x12, x13
	pair	\op, \base, \at + 32, x14, x15
	pair	\op, \base, \at + 48, x16, x17
	.endm

/*
 * void lethe_relocate(uint64_t head, uint64_t entry, uint64_t tree, uint64_t page_shift);
 *
 * Moves what the list says and starts it.
 *
 * In        x0 = head entry    x1 = entry point, PA    x2 = for its x0    x3 = 12, 14 or 16
 * Out       does not return; branches to the entry point with x0 = tree, x1 = x2 = x3 = 0
 * Clobbers  x0-x17 x19 x20 x30 v16-v31 flags
 * State     EL1 or EL2, E2H 0 or 1; MMU and D-cache off; exceptions masked
 * Stack     0
 * After     all stores are at the PoC, the I-side of this CPU has nothing from before
 */
FUNC lethe_relocate
.Lstart:
	mov	x19, x1
	mov	x20, x2
	mov	x1, x3
	bl	.Llist
	ic	iallu				// behind the walk's DSB: what was fetched before
						// the stores were complete does not stay
	dsb	nsh				// the invalidation is complete on this CPU
	isb					// and what is fetched from here on comes after it
	mov	x0, x20
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x19
END lethe_relocate

/*
 * void lethe_relocate_list(uint64_t head, uint64_t page_shift);
 *
 * Moves what the list says.
 *
 * In        x0 = head entry    x1 = page shift: 12, 14 or 16    x30 = where to return
 * Out       none
 * Clobbers  x0-x17 v16-v31 flags
 * Preserves x18-x30 sp v0-v15
 * State     EL1 or EL2, E2H 0 or 1; MMU and D-cache off
 * Stack     0
 * After     DSB SY has completed all stores and all maintenance
 */
	.global	lethe_relocate_list		// of the same section, so not with FUNC
	.hidden	lethe_relocate_list
	.type	lethe_relocate_list, %function
lethe_relocate_list:
.Llist:	mov	x2, #-1
	lsl	x1, x2, x1

	dcache_line_size x2, x9			// 4 bytes to 128 KiB
	cmn	x1, x2, lsl #2			// four lines less a page: a carry unless negative
	cset	x3, lo

	/* x8 = 1 if FP/SIMD is there and not trapped */
	mov	x8, #0
	mrs	x9, id_aa64pfr0_el1
	tbnz	x9, #SIGN_BIT(PFR0_FP), .Lwalk
	mrs	x9, CurrentEL
	cmp	x9, #CURRENTEL_EL2
	b.eq	1f
	mrs	x9, cpacr_el1
	ubfx	x8, x9, #CPACR_FPEN_BIT, #1
	b	.Lwalk
1:	mrs	x9, cptr_el2
	ubfx	x8, x9, #CPACR_FPEN_BIT, #1
	mrs	x10, hcr_el2
	tbnz	x10, #HCR_E2H_BIT, .Lwalk
	mvn	x9, x9
	ubfx	x8, x9, #CPTR_TFP_BIT, #1

	// From here on memory is the list's, the sources' and the destinations'.
.Lwalk:	tbz	x0, #IND_INDIRECTION_BIT, .Lend	// leads nowhere: nothing to move
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
	dmb	sy				// earlier stores are Device accesses: DC is not
						// ordered with those by address, not within a line
	cbz	x3, 2f
	// Invalidate: no line is left to land on the new contents, nor to answer instead of them.
	// Clean before that: a line that is longer than a page has neighbours in it. Any address
	// within names it, so there is nothing to round.
1:	dc	civac, x7
	add	x7, x7, x2
	dc	civac, x7
	add	x7, x7, x2
	dc	civac, x7			// four lines a turn: less is spent on counting
	add	x7, x7, x2
	dc	civac, x7
	add	x7, x7, x2
	bics	xzr, x7, x1			// the next page?
	b.ne	1b
	b	3f
2:	dc	civac, x7			// the same for four lines, less, or a part of one
	add	x7, x7, x2
	bics	xzr, x7, x1			// the next page?
	b.ne	2b
3:	dsb	sy				// the lines are gone before the first store to them
	cmp	x4, x5				/* if (destination == address) destination += page */
	b.eq	.Lin_place
	cbz	x8, .Lcopy_x

.Lcopy_q:					/* else copy the page, destination and address move on: by 256 bytes a turn */
	turn_q	ldp, x5
	turn_q	stp, x4
	bics	xzr, x4, x1			// the next page?
	b.ne	.Lcopy_q
	b	.Lnext

.Lcopy_x:					/* the same in general registers */
	.irp	at, 0, 64, 128, 192
	quarter_x ldp, x5, \at
	quarter_x stp, x4, \at
	.endr
	bics	xzr, x4, x1			// the next page?
	b.ne	.Lcopy_x
	b	.Lnext

.Lin_place:					// no copy; the destination moves on all the same
	sub	x4, x4, x1
	b	.Lnext

.Lend:	dsb	sy				// all stores and all DC are complete
	ret
END lethe_relocate_list

	// What is copied to a control page. When the code is longer this is an error: it goes back.
	.org	.Lstart + LETHE_RELOCATE_SIZE, 0
	.if	LETHE_RELOCATE_SIZE > 4096
	.error	"a control page is 4 KiB"
	.endif
