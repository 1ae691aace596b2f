/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read=: where a program may load from.
 */
// all: expect=read-outside@bad args=read={cell}-{cell_end}
// case right: expect=none el=1,2,2h
// case right_two: expect=none args=read={cell}-{cell_end},read={other}-{other_end}
// case right_none: expect=none args=none
// case right_cached: expect=none
// case right_store: expect=none
// case right_dc: expect=none
// case other: el=1,2,2h
// case cached:
// case twice:
// case over_end:
// case before:
// case byte:
// case alias:
// case device:
// case atomic: cpu=neoverse-n1
#include "common.h"

	begin
	adr	x0, cell
	adr	x1, other
#if is_right_cached || is_cached || is_twice || is_alias || is_atomic
	mmu_on
#endif
#if is_right || is_right_cached
	ldr	x2, [x0]
	ldp	x2, x3, [x0, #240]
	ldrb	w2, [x0, #255]
#elif is_right_two
	ldr	x2, [x0]
	ldr	x2, [x1]
#elif is_right_none
	ldr	x2, [x1]
#elif is_right_store
	str	x2, [x1]
#elif is_right_dc
	dc	civac, x1
	dsb	sy
#elif is_other || is_cached
	ldr	x2, [x0]
bad:	ldr	x2, [x1]
#elif is_twice
	str	x2, [x1]			// the old value is no news to any cache
bad:	ldr	x2, [x1]
#elif is_over_end
	add	x0, x0, #248
bad:	ldp	x2, x3, [x0]
#elif is_before
bad:	ldr	x2, [x0, #-8]
#elif is_byte
	ldrb	w2, [x0, #255]
bad:	ldrb	w2, [x0, #256]
#elif is_alias
	imm	x2, AS_WB			// by physical address, of course
	ldr	x3, [x0, x2]
bad:	ldr	x3, [x1, x2]
#elif is_device
	imm	x2, 0x09000018			// the console is as good as any other place
bad:	ldr	w3, [x2]
#elif is_atomic
	ldadd	x2, x3, [x0]
bad:	swp	x2, x3, [x1]
#endif
	end

	map_tables
	far_cells before
	far_cells cell
	far_cells other
