/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A stack across the moment when the MMU goes off: pushed bytes may be in a cache only.
 */
// all: expect=read-under-dirty@bad
// case right_civac: expect=none el=1,2,2h,3
// case right_after: expect=none
// case right_cvac: expect=none
// case right_registers: expect=none
// case right_still_on: expect=none
// case right_two_lines: expect=none
// case pop: el=1,2,2h,3
// case pop_c0:
// case pop_m0:
// case pop_dsb: el=1,2,2h,3
// case no_dsb:
// case dsb_ish:
// case dsb_early:
// case cvau:
// case set_way:
// case pushed_again:
// case one_of_two:
// case wrong_register:
// case other_cell:
// case push: expect=write-under-dirty@bad
// case push_neighbour: expect=write-under-dirty@bad
// case push_then_on: expect=read-stale@bad
// case a64fx: cpu=a64fx
// case right_a64fx: cpu=a64fx expect=none
#include "common.h"
#define FRAME	32

	begin
	mmu_on
	adr	x0, top
	mov	sp, x0
#if is_one_of_two || is_right_two_lines
	add	sp, sp, #16			// the frame lies over two lines
#endif
	stp	x0, x1, [sp, #-FRAME]!
	stp	x2, x3, [sp, #16]
	mov	x4, sp
#if is_right_still_on
	ldp	x2, x3, [sp, #16]
#endif

#if is_right_civac || is_right_registers || is_pushed_again || is_right_a64fx || is_one_of_two
	dc	civac, x4
	dsb	sy
#elif is_right_two_lines
	dc	civac, x4
	add	x5, x4, #FRAME - 1
	dc	civac, x5
	dsb	sy
#elif is_right_cvac || is_push_then_on
	dc	cvac, x4
	dsb	sy
#elif is_pop_dsb
	dsb	sy				// waits for the stores: into the cache
#elif is_no_dsb
	dc	civac, x4
#elif is_dsb_ish
	dc	civac, x4
	dsb	ish
#elif is_dsb_early
	dsb	sy
	dc	civac, x4
#elif is_cvau
	// to the point of unification: a level 2 may hold it
	dc	cvau, x4
	dsb	sy
#elif is_wrong_register
	dc	civac, x0			// the top: already the next line
	dsb	sy
#elif is_set_way
	mov	x5, #(255 << 6)
1:	dc	cisw, x5
	orr	x6, x5, #(1 << 31)
	dc	cisw, x6
	subs	x5, x5, #(1 << 6)
	b.ge	1b
	dsb	sy
#endif
#if is_pushed_again
	str	x1, [sp]
	dsb	sy
#endif

#if is_right_still_on
	b	exit
#elif is_pop_c0
	set_sctlr (SCTLR_OFF | SCTLR_M)
#elif is_pop_m0
	set_sctlr (SCTLR_OFF | SCTLR_C)		// C alone caches no data
#else
	mmu_off
#endif

#if is_right_after
	dmb	sy				// the stores were cached, this address is not
	dc	civac, x4
	dsb	sy
#endif
#if is_right_registers
	b	exit
#elif is_other_cell
	adr	x5, plain
	ldp	x2, x3, [x5]
bad:	ldp	x2, x3, [sp, #16]
#elif is_push
bad:	stp	x2, x3, [sp]
#elif is_push_neighbour
bad:	stp	x2, x3, [sp, #-16]!		// never stored to, but of the same line
#elif is_push_then_on
	stp	x2, x3, [sp]
	dsb	sy
	set_sctlr SCTLR_ON
bad:	ldp	x2, x3, [sp]			// the line was cleaned, not invalidated
#elif is_one_of_two
	ldp	x2, x3, [sp]
bad:	ldp	x2, x3, [sp, #16]
#else
bad:	ldp	x2, x3, [sp], #FRAME
#endif
	end

	map_tables
	far_cells plain
	far_cells stack
	.equ	top, stack + 128
