/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An uncached store to bss: a line that is written back or read later undoes the store.
 */
// all: expect=write-under-dirty@bad also=write-under-stale@bad
// case right: expect=none el=1,2,2h,3
// case right_ivac: expect=none
// case right_pair: expect=none
// case right_rest: expect=none args=clean={start}-{bss_end},dirty={cell_mid}-{cell_third}
// case right_line_64: expect=none args=clean={start}-{bss_end},dirty={cell_third}-{cell_end}
// case none: el=1,2,2h,3
// case no_dsb: el=1,2,2h,3
// case dsb_ish:
// case dsb_ld:
// case dsb_st:
// case set_way_none:
// case dirty: args=clean={start}-{bss_end},dirty={cell}-{cell_end} also=none
// case stale: args=clean={start}-{bss_end},stale={cell}-{cell_end} \
//	expect=write-under-stale@bad also=none
// case cvac: expect=write-under-stale@bad also=none
// case neighbour: args=clean={start}-{bss_end},dirty={cell_mid}-{cell_end} also=none
// case line_256: args=clean={start}-{bss_end},dirty={cell_third}-{cell_end} also=none cpu=a64fx
// case pair:
// case byte:
// case line_end: args=clean={start}-{bss_end},dirty={cell_third}-{cell_end} also=none
#include "common.h"

	begin
	adr	x0, cell
#if is_cvac
	// the line stays, and is found by a cached load later
	dc	cvac, x0
	dsb	sy
#elif is_no_dsb
	dc	civac, x0
#elif is_dsb_ish
	dc	civac, x0
	dsb	ish
#elif is_dsb_ld
	dc	civac, x0
	dsb	ld
#elif is_dsb_st
	dc	civac, x0
	dsb	st
#elif is_set_way_none
	dc	cisw, xzr
	dsb	sy
#elif is_right_ivac
	// thrown away, and all bytes read later are stored
	dc	ivac, x0
	dsb	sy
#elif is_right_pair
	dc	civac, x0
	add	x1, x0, #64
	dc	civac, x1
	dsb	sy
#elif is_right || is_pair || is_byte
	dc	civac, x0
	dsb	sy
#endif

#if is_pair || is_right_pair
	add	x1, x0, #56
bad:	stp	x0, x0, [x1]			// the second half lies in the next line
#elif is_byte
	strb	wzr, [x0, #63]
bad:	strb	wzr, [x0, #64]			// one too far
#elif is_right_rest
	str	x0, [x0, #64]			// cell_mid is in the line before
#elif is_line_end
	stp	x0, x0, [x0, #48]		// up to the end of the line
bad:	stp	x0, x0, [x0, #64]
#else
bad:	str	x0, [x0]
#endif
#if is_right || is_right_ivac
	dsb	sy
	ldr	x1, [x0]
#endif
	end

	cells	.bss, cell
	.equ	cell_mid, cell + 32
	.equ	cell_third, cell + 64
