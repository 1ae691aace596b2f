/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * write=: where a program may store.
 */
// all: expect=write-outside@bad args=write={cell}-{cell_end}
// case right: expect=none el=1,2,2h
// case right_two: expect=none args=write={cell}-{cell_end},write={other}-{other_end}
// case right_none: expect=none args=none
// case right_cached: expect=none
// case right_load: expect=none
// case right_dc: expect=none
// case other: el=1,2,2h
// case cached:
// case over_end:
// case before:
// case byte:
// case alias:
// case zva:
// case atomic: cpu=neoverse-n1
#include "common.h"

	begin
	adr	x0, cell
	adr	x1, other
#if is_right_cached || is_cached || is_alias || is_zva || is_atomic
	mmu_on
#endif
#if is_right || is_right_cached
	str	x0, [x0]
	stp	x0, x1, [x0, #240]
	strb	w0, [x0, #255]
#elif is_right_two
	str	x0, [x0]
	str	x0, [x1]
#elif is_right_none
	str	x0, [x1]
#elif is_right_load
	ldr	x2, [x1]
#elif is_right_dc
	dc	civac, x1
	dsb	sy
#elif is_other || is_cached
	str	x0, [x0]
bad:	str	x0, [x1]
#elif is_over_end
	add	x0, x0, #248
bad:	stp	x0, x1, [x0]
#elif is_before
bad:	str	x0, [x0, #-8]
#elif is_byte
	strb	w0, [x0, #255]
bad:	strb	w0, [x0, #256]
#elif is_alias
	imm	x2, AS_WB			// by physical address, of course
	str	x0, [x0, x2]
bad:	str	x0, [x1, x2]
#elif is_zva
	dc	zva, x0
bad:	dc	zva, x1
#elif is_atomic
	ldadd	x2, x3, [x0]
bad:	swp	x2, x3, [x1]
#endif
	end

	map_tables
	far_cells before
	far_cells cell
	far_cells other
