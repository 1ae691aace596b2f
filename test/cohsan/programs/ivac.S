/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dc ivac may throw away the newest bytes of the line: the neighbour's as well.
 */
// all: expect=read-thrown@bad
// case right: expect=none
// case right_civac: expect=none
// case right_cached: expect=none
// case right_cleaned: expect=none
// case right_line_64: expect=none el=1,2,2h,3
// case hostile:
// case hostile_part:
// case hostile_byte:
// case hostile_clean_late:
// case cached: el=1,2,2h,3
// case cached_neighbour: el=1,2,2h,3
// case cached_tail:
// case line_256: cpu=a64fx
// case after_off:
#include "common.h"

	begin
	adr	x0, cell
	adr	x1, kept
#if is_right
	dc	ivac, x0
	dsb	sy
	mov	x2, #8				// thrown, but all stored again before the read
1:	sub	x2, x2, #1
	str	x0, [x0, x2, lsl #3]
	cbnz	x2, 1b
	ldr	x2, [x0]
	ldr	x2, [x0, #56]
#elif is_right_civac
	dc	civac, x0
	dsb	sy
	ldr	x2, [x0, #32]
#elif is_right_cleaned
	dc	cvac, x0
	dsb	sy
	dc	ivac, x0			// no newer byte is left to throw away
	dsb	sy
	ldr	x2, [x0]
#elif is_hostile
	dc	ivac, x0
	dsb	sy
bad:	ldr	x2, [x0]
#elif is_hostile_clean_late
	dc	ivac, x0
	dsb	sy
	dc	civac, x0			// too late
	dsb	sy
bad:	ldr	x2, [x0]
#elif is_hostile_part
	dc	ivac, x0
	dsb	sy
	str	x0, [x0]
	ldr	x2, [x0]
bad:	ldr	x2, [x0, #8]
#elif is_hostile_byte
	dc	ivac, x0
	dsb	sy
	strb	wzr, [x0]			// one byte of the word read
bad:	ldr	w2, [x0]
#else
	mmu_on
	str	x1, [x1]
	str	x1, [x1, #32]
	str	x1, [x1, #128]
#if is_right_cached
	dc	civac, x1
	dsb	sy
	ldr	x2, [x1, #32]
#elif is_cached
	// meant to see a device's bytes; but the line holds ours
	dc	ivac, x1
	dsb	sy
bad:	ldr	x2, [x1]
#elif is_cached_neighbour
	dc	ivac, x1
	dsb	sy
	str	x1, [x1]
	ldr	x2, [x1]
bad:	ldr	x2, [x1, #32]
#elif is_cached_tail
	dc	civac, x1			// the other line only
	add	x2, x1, #136
	dc	ivac, x2			// a buffer that begins within a line
	dsb	sy
	ldr	x2, [x1]
bad:	ldr	x2, [x1, #128]
#elif is_line_256 || is_right_line_64
	dc	ivac, x1			// 64 bytes of ours, from a 64-byte boundary
	dsb	sy
bad:	ldr	x2, [x1, #128]
#elif is_after_off
	dc	ivac, x1
	dsb	sy
	mmu_off
bad:	ldr	x2, [x1, #32]
#endif
#endif
	end

	map_tables
	far_cells kept
	cells	.bss, cell
