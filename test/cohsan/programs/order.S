/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Without a barrier a dc by VA is ordered only after a cached store to the same line, and only if its own
 * address is cached as well. A dc may overtake any other store. Barriers for one shareability domain, or for one kind of access, do
 * not suffice.
 */
// all: expect=unordered-maintenance@bad
// case right: expect=none el=1,2,2h,3
// case right_dsb: expect=none
// case right_osh: expect=none
// case right_dsb_st: expect=none
// case right_other_line: expect=none
// case right_load: expect=none
// case right_cached: expect=none
// case none: el=1,2,2h,3
// case ish:
// case ishst:
// case st:
// case oshst:
// case ld:
// case dsb_ish:
// case before:
// case isb_only:
// case stlr:
// case cvac:
// case ivac:
// case second_store:
// case same_line_byte:
// case alias:
// case right_alias: expect=none
// case cached_nc: el=1,2,2h,3
// case cached_off:
// case cached_ish:
// case right_cached_nc: expect=none
// case right_cached_dsb: expect=none
// case right_cached_other: expect=none
#include "common.h"

	begin
	adr	x0, cell
	mov	x2, x0
#define STORE_CACHED (is_cached_nc || is_cached_off || is_cached_ish || is_right_cached_nc || is_right_cached_dsb || \
	is_right_cached_other)
#if is_right_cached || STORE_CACHED
	mmu_on
#elif is_alias || is_right_alias
	mmu_on
	imm	x2, AS_NC
	add	x2, x2, x0
#endif
#if is_right_load
	ldr	x1, [x0]
#else
#if is_before
	dmb	sy
#endif
#if is_stlr
	stlr	x1, [x0]			// release: orders earlier accesses, not later ones
#elif is_same_line_byte
	strb	w1, [x0, #63]
#elif is_right_other_line
	str	x1, [x0, #64]
#else
	str	x1, [x2]
#endif
#if is_cached_off
	mmu_off					// an ISB alone completes no store
#elif STORE_CACHED
	imm	x3, AS_NC
	add	x0, x0, x3
#endif
#if is_right || is_right_alias || is_second_store || is_right_cached_nc
	dmb	sy
#elif is_right_cached_dsb
	dsb	ish				// the store is complete
#elif is_cached_ish
	dmb	ish
#elif is_right_cached_other
	add	x0, x0, #64
#elif is_right_dsb
	dsb	sy
#elif is_right_osh
	dmb	osh
#elif is_ish
	dmb	ish
#elif is_ishst
	dmb	ishst
#elif is_st
	dmb	st
#elif is_oshst
	dmb	oshst
#elif is_ld
	dmb	ld
#elif is_dsb_ish
	dsb	ish
#elif is_right_dsb_st
	// the store is complete, and no later access has begun
	dsb	st
#elif is_isb_only
	isb
#endif
#if is_second_store
	str	x1, [x0, #8]			// behind the barrier
#endif
#endif
#if is_cvac
bad:	dc	cvac, x0
#elif is_ivac
bad:	dc	ivac, x0
#else
bad:	dc	civac, x0
#endif
	dsb	sy
	end

	map_tables
	far_cells cell
