/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables: the stores that write them, and the walker's reads. `small` is a root of four
 * entries (T0SZ 32), so the walker reads 32 bytes and not a page: the bytes behind do not matter.
 */
// all: expect=walk-dirty@bad
// case right_cached_walk: expect=none el=1,2,2h,3
// case right_civac: expect=none el=1,2,2h,3
// case right_cvac: expect=none
// case right_nc_stale: expect=none args=stale={small}-{small_used}
// case right_root_end: expect=none \
//	args=dirty={small_used}-{small_end},stale={small_used}-{small_end}
// case right_uncached: expect=none
// case right_live: expect=none el=1,2,2h,3
// case right_live_full_dsb: expect=none
// case right_live_nc: expect=none
// case right_live_neighbour: expect=none
// case live_neighbour: expect=walk-unordered@bad
// case nc_walk: el=1,2,2h,3
// case nc_walk_dsb:
// case inner_walk:
// case outer_walk:
// case outer_walk_stale: expect=walk-stale@bad args=stale={small}-{small_used}
// case c0_walk:
// case dirty_world: args=dirty={small}-{small_used}
// case last_entry: args=dirty={small_last}-{small_used}
// case level2: args=dirty={tables_other}-{tables_other_used}
// case stale_world: expect=walk-stale@bad args=stale={small}-{small_used} el=1,2,2h,3
// case stale_level2: expect=walk-stale@bad args=stale={tables_other}-{tables_other_used}
// case under_line: expect=walk-stale@bad
// case hostile: expect=write-under-dirty@first \
//	also=write-under-stale@first,walk-stale@bad,walk-dirty@bad
// case under_stale: expect=write-under-stale@first,walk-stale@bad args=stale={small}-{small_used}
// case thrown: expect=walk-thrown@bad
// case live: expect=walk-unordered@bad el=1,2,2h,3
// case live_dmb: expect=walk-unordered@bad
// case live_isb: expect=walk-unordered@bad
// case live_dsb_ld: expect=walk-unordered@bad
// case live_dsb_before: expect=walk-unordered@bad
// case live_no_isb: expect=walk-no-isb@bad el=1,2,2h,3
// case live_no_isb_sy: expect=walk-no-isb@bad
// case live_isb_first: expect=walk-no-isb@bad
// case live_no_isb_dc: expect=walk-no-isb@bad
// case right_live_eret: expect=none
// case right_live_ets2: expect=none cpu=max
// case m_unordered: expect=walk-unordered@bad
// case live_nc: el=1,2,2h,3
// case live_nc_cvau:
// case live_thrown: expect=walk-thrown@bad
// case live_uncached: expect=walk-stale@bad
#include "common.h"
#define TCR_SMALL	(TCR_WB | T0SZ_32)
#define TCR_SMALL_NC	(TCR_NC | T0SZ_32)
#define TCR_SMALL_INNER	(TCR_BASE | (3 << 12) | (1 << 8) | T0SZ_32)
#define TCR_SMALL_OUTER	(TCR_BASE | (3 << 12) | (1 << 10) | T0SZ_32)

	/* The same four entries, stored under the present map. */
	.macro	store_tables
	adr	x0, small
	imm	x2, BLOCK_DEVICE
	imm	x3, (0x40000000 + BLOCK_WB)
first:	stp	x2, x3, [x0]
	stp	xzr, xzr, [x0, #16]
	.endm

	.macro	mmu_on_bad tcr, sctlr=SCTLR_ON
	mmu_prepare small, \tcr
	imm	x9, \sctlr
bad:	msr	SYS(sctlr), x9
	isb
	.endm

	begin
#if is_right_cached_walk || is_right_civac || is_right_cvac || is_nc_walk || is_nc_walk_dsb || \
	is_thrown || is_inner_walk || is_outer_walk
	mmu_on
	store_tables
#if is_right_civac
	dc	civac, x0
	dsb	sy
#elif is_right_cvac
	dc	cvac, x0
	dsb	sy
#elif is_thrown
	dc	ivac, x0
	dsb	sy
#else
	dsb	sy
#endif
	mmu_off
#if is_right_cached_walk || is_thrown
	mmu_on_bad TCR_SMALL
#elif is_inner_walk
	mmu_on_bad TCR_SMALL_INNER		// passes the outer caches
#elif is_outer_walk
	mmu_on_bad TCR_SMALL_OUTER
#else
	// no more coherent with the caches than the stores are
	mmu_on_bad TCR_SMALL_NC
#endif

#elif is_c0_walk
	mmu_on
	store_tables
	dsb	sy
	mmu_off
	mmu_on_bad TCR_SMALL, (SCTLR_OFF | SCTLR_M)	// IRGN says cacheable, C = 0 says no
#elif is_outer_walk_stale
	mmu_on_bad TCR_SMALL_OUTER
#elif is_right_nc_stale
	mmu_on_bad TCR_SMALL_NC
#elif is_right_root_end || is_stale_world
	mmu_on_bad TCR_SMALL
#elif is_dirty_world || is_last_entry
	mmu_on_bad TCR_SMALL_NC
#elif is_level2
	mmu_prepare tables, (TCR_NC | T0SZ_39)
	imm	x9, SCTLR_ON
bad:	msr	SYS(sctlr), x9
	isb
#elif is_stale_level2
	mmu_prepare
	imm	x9, SCTLR_ON
bad:	msr	SYS(sctlr), x9
	isb
#elif is_under_line || is_right_uncached
	mmu_on					// maps `small`: a line may come in
	mmu_off
	store_tables
#if is_right_uncached
	dmb	sy
	dc	civac, x0
#endif
	dsb	sy
	mmu_on_bad TCR_SMALL
#elif is_hostile
	adr	x0, hostile
	imm	x2, BLOCK_DEVICE
	imm	x3, (0x40000000 + BLOCK_WB)
	// a table in bss, as if bss were zero and nowhere else
first:	stp	x2, x3, [x0]
	dsb	sy
	mmu_prepare hostile, TCR_SMALL
	imm	x9, SCTLR_ON
bad:	msr	SYS(sctlr), x9
	isb
#elif is_under_stale
	store_tables
	dsb	sy
	mmu_on_bad TCR_SMALL
#elif is_m_unordered
	mmu_prepare small, TCR_SMALL
	imm	x3, (0x40000000 + BLOCK_NC)
	imm	x9, (SCTLR_OFF | SCTLR_M)
	adr	x0, small
	str	x3, [x0, #16]
bad:	msr	SYS(sctlr), x9
	isb

#else
	// With the MMU on: one more block, used at once. x1: its VA.
#if is_live_nc || is_live_nc_cvau || is_right_live_nc
	mmu_on	small, TCR_SMALL_NC
#else
	mmu_on	small, TCR_SMALL
#endif
	imm	x3, (0x40000000 + BLOCK_WB)
	adr	x0, small
	imm	x1, AS_NC
	add	x1, x1, x0
#if is_live_dsb_before
	dsb	sy
#endif
#if is_live_uncached
	mmu_off
	str	x3, [x0, #16]
	dsb	sy
	imm	x9, SCTLR_ON
bad:	msr	SYS(sctlr), x9
	isb
#else
	str	x3, [x0, #16]
#if is_right_live
	dsb	ishst
	isb
#elif is_right_live_neighbour || is_live_neighbour
	dsb	ishst
	isb
	str	x3, [x0, #24]			// the next block; no barrier waits
#if is_live_neighbour
	imm	x5, AS_DEVICE			// VA of the next block: write-back here
	add	x1, x0, x5
#endif
#elif is_right_live_full_dsb
	dsb	sy
	isb
#elif is_live_nc
	dsb	sy
	isb
#elif is_live_nc_cvau
	dc	cvau, x0
	dsb	sy
	isb
#elif is_right_live_nc
	dc	cvac, x0
	dsb	sy
	isb
#elif is_live_thrown
	dc	ivac, x0
	dsb	sy
	isb
#elif is_live_dmb
	dmb	sy
	isb
#elif is_live_isb
	isb
#elif is_live_no_isb || is_right_live_ets2 || is_live_no_isb_dc
	dsb	ishst
#elif is_live_no_isb_sy
	dsb	sy
#elif is_live_isb_first
	isb
	dsb	ishst
#elif is_right_live_eret
	dsb	ishst
	adr	x9, 1f
	msr	SYS(elr), x9
	mov	x9, #(0x3c0 | EL << 2 | 1)
	msr	SYS(spsr), x9
	eret
1:
#elif is_live_dsb_ld
	dsb	ld
	isb
#endif
#if is_live_no_isb_dc
bad:	dc	civac, x1
#else
bad:	ldr	x4, [x1, #8]
#endif
#endif
#endif
	end

	map_tables
	.equ	tables_other_used, tables_other + 4096
	.section .far, "awx"
	.balign	256
small:	.quad	BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB
	.quad	0
	.equ	small_last, .
	.quad	0
	.equ	small_used, .
	.fill	28, 8, 0
small_end:
	cells	.bss, hostile
