/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An uncached load of the program's own bss. The bss is not in the file, so any old line may cover
 * it.
 */
// all: expect=read-under-dirty@bad
// case right: expect=none el=1,2,2h,3
// case right_osh: expect=none
// case right_cvac: expect=none
// case right_stale: expect=none args=clean={start}-{bss_end},stale={cell}-{cell_end}
// case right_twice: expect=none
// case right_a64fx: expect=none cpu=a64fx
// case none: el=1,2,2h,3
// case no_dsb: el=1,2,2h,3
// case dsb_before:
// case dsb_ish:
// case dsb_ld:
// case dsb_st:
// case dsb_oshld:
// case dsb_nsh:
// case isb_only:
// case dmb_only:
// case cvau:
// case other_line:
// case civac_after:
// case other_branch:
// case set_way:
// case dirty_only: args=clean={start}-{bss_end},dirty={cell}-{cell_end}
// case dirty_byte: args=clean={start}-{bss_end},dirty={cell_byte}-{cell_after}
// case pair: args=clean={start}-{bss_end},dirty={cell_byte}-{cell_after}
// case byte: args=clean={start}-{bss_end},dirty={cell_byte}-{cell_after}
// case right_byte: expect=none args=clean={start}-{bss_end},dirty={cell_byte}-{cell_after}
#include "common.h"

	begin
	adr	x0, cell
#if is_other_line
	add	x1, x0, #256
	dc	civac, x1
	dsb	sy
#elif is_right_cvac
	// the load bypasses lines: stale ones do not matter
	dc	cvac, x0
	dsb	sy
#elif is_cvau
	dc	cvau, x0
	dsb	sy
#elif is_dsb_before
	dsb	sy
	dc	civac, x0
#elif is_no_dsb
	dc	civac, x0
#elif is_dsb_ish
	dc	civac, x0
	dsb	ish
#elif is_dsb_nsh
	dc	civac, x0
	dsb	nsh
#elif is_dsb_ld
	dc	civac, x0
	dsb	ld
#elif is_dsb_st
	dc	civac, x0
	// completes maintenance only if it waits for loads and stores
	dsb	st
#elif is_dsb_oshld
	dc	civac, x0
	dsb	oshld
#elif is_isb_only
	dc	civac, x0
	isb
#elif is_dmb_only
	dc	civac, x0
	dmb	sy
#elif is_other_branch
	dc	civac, x0
	cbz	xzr, 1f
	dsb	sy
1:
#elif is_right_osh
	dc	civac, x0
	dsb	osh
#elif is_right_twice
	dc	civac, x0
	dsb	ish				// too little, and then enough
	dsb	sy
#elif is_set_way
	// All of level 1 and 2, as v7 code does. The line may sit elsewhere, or move on.
	mov	x1, #0				// level << 1
1:	msr	csselr_el1, x1
	isb
	mrs	x2, ccsidr_el1
	and	x3, x2, #7
	add	x3, x3, #4			// log2(line)
	ubfx	x4, x2, #3, #10			// ways - 1
	ubfx	x5, x2, #13, #15		// sets - 1
	clz	w6, w4				// where the way is
2:	mov	x7, x4
3:	lsl	x8, x7, x6
	lsl	x11, x5, x3
	orr	x8, x8, x11
	orr	x8, x8, x1
	dc	cisw, x8
	subs	x7, x7, #1
	b.ge	3b
	subs	x5, x5, #1
	b.ge	2b
	add	x1, x1, #2
	cmp	x1, #4
	b.lo	1b
	dsb	sy
	isb
#elif is_right || is_right_a64fx
	dc	civac, x0
	dsb	sy
#endif

#if is_pair
bad:	ldp	x1, x2, [x0, #24]		// the dirty byte is in the second half
#elif is_byte
bad:	ldrb	w1, [x0, #32]
#elif is_right_byte
	ldrb	w1, [x0, #33]			// in the same line: an eviction does not change it
	ldrb	w1, [x0, #31]
#elif is_dirty_byte
bad:	ldr	x1, [x0, #32]
#else
bad:	ldr	x1, [x0]
#endif
#if is_civac_after
	dc	civac, x0
	dsb	sy
#endif
	end

	cells	.bss, cell
	.equ	cell_byte, cell + 32
	.equ	cell_after, cell + 33
