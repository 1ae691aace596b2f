/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cached loads and stores: old contents of a line, and fills that a mapping allows at any moment.
 */
// all: expect=read-stale@bad
// case right_before_on: expect=none el=1,2,2h,3
// case right_after_on: expect=none
// case right_ivac: expect=none
// case right_dirty: expect=none args=clean={start}-{bss_end},dirty={cell}-{cell_end}
// case right_stack: expect=none el=1,2,2h,3
// case right_uncached_again: expect=none
// case right_civac_late: expect=none el=1,2,2h,3
// case right_ivac_late: expect=none
// case right_write_all: expect=none
// case right_own_byte: expect=none
// case right_cached_write: expect=none
// case right_wt: expect=none
// case hostile: el=1,2,2h,3
// case hostile_stale: args=clean={start}-{bss_end},stale={cell}-{cell_end}
// case hostile_wt:
// case hostile_a64fx: cpu=a64fx
// case no_dsb:
// case dsb_ish:
// case cvac:
// case read_part:
// case c0: expect=read-under-dirty@bad
// case nc: expect=read-under-dirty@bad
// case device: expect=read-under-dirty@bad
// case refill: el=1,2,2h,3
// case refill_ivac:
// case refill_no_dsb: expect=unordered-enable@on,read-stale@bad
// case refill_late_no_dsb:
// case refill_c0:
// case refill_byte:
// case into_stale: expect=store-into-stale@bad el=1,2,2h,3
// case into_stale_byte: expect=store-into-stale@bad
// case into_stale_a64fx: expect=store-into-stale@bad cpu=a64fx
// case right_into_next: expect=none
// case right_into_whole: expect=none el=1,2,2h,3
// case into_part: expect=store-into-stale@bad
// case into_read: expect=store-into-stale@bad
// case beside_old: expect=read-thrown@bad args=clean={start}-{bss_end},stale={cell}-{cell_end} el=1,2,2h,3
// case beside_old_a64fx: expect=read-thrown@bad args=clean={start}-{bss_end},stale={cell}-{cell_end} cpu=a64fx
// case right_beside_old: expect=none args=clean={start}-{bss_end},stale={cell}-{cell_end}
// case right_beside_dirty: expect=none args=clean={start}-{bss_end},dirty={cell}-{cell_end}
// case right_over_old: expect=none args=clean={start}-{bss_end},stale={cell}-{cell_end}
// case across:
// case across_store: expect=read-under-dirty@bad
// case right_across: expect=none
// case right_nsh_own: expect=none
// case right_nsh_device: expect=none
// case nsh: el=1,2,2h,3
// case nsh_neighbour: cpu=a64fx
// case right_new_block: expect=none
// case new_block: el=1,2,2h,3
#include "common.h"

#define NEW_BLOCK 0x40400000

	/* M off, an uncached store, M on: the mapping may have put the line into a cache. */
	.macro	store_uncached before=0, after=
	mmu_off
	.if	\before
	dc	civac, x1			// no access can bring the line back: M = 0, I = 0
	dsb	sy
	.endif
	str	x0, [x1]
	.ifnb	\after
	dmb	sy
	dc	\after, x1
	.endif
#if !is_refill_no_dsb && !is_refill_late_no_dsb
	dsb	sy
#endif
	imm	x9, SCTLR_ON
on:	msr	SYS(sctlr), x9
	isb
	.endm

	begin
	adr	x0, cell
	adr	x1, plain
#if is_right_before_on || is_right_ivac
#if is_right_ivac
	dc	ivac, x0
	dsb	sy
	str	x0, [x0]
	dsb	sy
#else
	dc	civac, x0
	dsb	sy
#endif
	mmu_on
	ldr	x2, [x0]
#elif is_right_after_on
	mmu_on
	dc	civac, x0
	dsb	sy
	ldr	x2, [x0]
#elif is_right_dirty
	mmu_on
	// newest in the cache, and this load looks there
	ldr	x2, [x0]
#elif is_right_stack
	mmu_on
	add	x3, x0, #128
	mov	sp, x3
	stp	x0, x1, [sp, #-16]!
	str	w0, [sp, #-16]!
	ldr	w0, [sp], #16
	ldp	x0, x1, [sp], #16
#elif is_hostile || is_hostile_stale || is_hostile_a64fx
	mmu_on
bad:	ldr	x2, [x0]
#elif is_hostile_wt
	mmu_on
	imm	x2, AS_WT
bad:	ldr	x2, [x0, x2]
#elif is_nsh || is_nsh_neighbour || is_right_nsh_own || is_right_nsh_device
#if is_right_nsh_own
	dc	civac, x0
	dsb	sy
#endif
	mmu_on
#if is_right_nsh_device
	imm	x2, AS_DEVICE
#else
	imm	x2, AS_NSH
#endif
	add	x2, x2, x0
#if is_right_nsh_own || is_nsh_neighbour
	str	x0, [x0]			// of the line's 256 bytes these 64 are ours
#endif
	dc	civac, x2			// another CPU's cache may keep the line
	dsb	sy
#if is_right_nsh_own
	mmu_off
	ldr	x2, [x0]
#elif is_nsh_neighbour
bad:	ldr	x2, [x0, #64]
#else
bad:	ldr	x2, [x0]
#endif
#elif is_no_dsb
	mmu_on
	dc	civac, x0
bad:	ldr	x2, [x0]
#elif is_dsb_ish
	mmu_on
	dc	civac, x0
	dsb	ish
bad:	ldr	x2, [x0]
#elif is_cvac
	dc	cvac, x0
	dsb	sy
	mmu_on
bad:	ldr	x2, [x0]
#elif is_read_part
	mmu_on
	str	w0, [x0]
bad:	ldr	x2, [x0]			// the other half is from before
#elif is_beside_old || is_right_beside_old || is_right_beside_dirty
#if is_right_beside_old
	dc	civac, x0
	dsb	sy
#endif
	mmu_on
	str	x0, [x0]			// the line is old but for this
	dc	civac, x0			// and now memory is, too
	dsb	sy
bad:	ldr	x2, [x0, #8]
#elif is_beside_old_a64fx
	mmu_on
	str	x0, [x0]
	dc	civac, x0
	dsb	sy
bad:	ldr	x2, [x0, #128]
#elif is_right_over_old
	mmu_on
	mov	x2, #8				// all of the line is stored to
1:	sub	x2, x2, #1
	str	x0, [x0, x2, lsl #3]
	cbnz	x2, 1b
	dc	civac, x0
	dsb	sy
	ldr	x2, [x0, #8]
#elif is_c0
	mmu_on	sctlr=(SCTLR_OFF | SCTLR_M)
bad:	ldr	x2, [x0]
#elif is_nc
	mmu_on
	imm	x2, AS_NC
bad:	ldr	x2, [x0, x2]
#elif is_device
	mmu_on
	imm	x2, AS_DEVICE
bad:	ldr	x2, [x0, x2]
#elif is_across || is_right_across
	add	x1, x0, #64
	dc	civac, x0
#if is_right_across
	dc	civac, x1
#endif
	dsb	sy
	mmu_on
	ldr	x2, [x0]
bad:	ldr	x2, [x0, #60]			// half of the access in the next line
#elif is_across_store
	mmu_on
	str	x0, [x1]
	str	x0, [x1, #60]
	mmu_off
	dmb	sy
	dc	civac, x1
	dsb	sy
bad:	ldr	x2, [x1, #64]
#elif is_right_new_block || is_new_block
	// Only a later descriptor maps these 2 MiB: only the load fills a line.
	imm	x1, NEW_BLOCK
	add	x2, x1, #256
	dc	civac, x1
	dc	civac, x2
	dsb	sy
	mmu_on	tables_new
	adr	x3, new_block
	imm	x4, (NEW_BLOCK + BLOCK_WB)
	str	x4, [x3]
	dsb	sy
	isb
	ldr	x4, [x1]
	ldr	x4, [x2]			// another line of a known page
	mmu_off
#if is_right_new_block
	dc	civac, x2
	dsb	sy
#endif
	str	x0, [x2]
	dsb	sy
	set_sctlr SCTLR_ON
bad:	ldr	x4, [x2]
#else
	mmu_on
	// useless before the switch: the mapping refills
	dc	civac, x1
	dsb	sy
#if is_right_uncached_again
	store_uncached
	mmu_off
	ldr	x2, [x1]
#elif is_right_civac_late
	store_uncached before=1
	ldr	x2, [x1]
#elif is_right_ivac_late
	store_uncached after=ivac		// drops the clean line; the store is in memory
	ldr	x2, [x1]
#elif is_right_write_all
	store_uncached
	str	x1, [x1]			// over the very bytes
	ldr	x2, [x1]
#elif is_right_own_byte
	store_uncached
	ldr	x2, [x1, #8]			// the old line and memory agree here
#elif is_right_cached_write
	str	x0, [x1]
	dc	civac, x1
	dsb	sy
	mmu_off
	ldr	x2, [x1]
	set_sctlr SCTLR_ON
	ldr	x2, [x1]
#elif is_right_wt
	imm	x3, AS_WT
	str	x0, [x1, x3]
	ldr	x2, [x1]			// both cached: coherent
	ldr	x2, [x1, x3]
#elif is_refill || is_refill_no_dsb
	store_uncached
bad:	ldr	x2, [x1]
#elif is_refill_ivac
	store_uncached after=cvac		// a clean line stays in the cache
bad:	ldr	x2, [x1]
#elif is_refill_late_no_dsb
	mmu_off
	str	x0, [x1]
	dsb	sy
	set_sctlr SCTLR_ON
	dc	civac, x1			// issued, not completed
bad:	ldr	x2, [x1]
#elif is_refill_c0
	set_sctlr (SCTLR_OFF | SCTLR_M)		// C off is enough to store past the line
	str	x0, [x1]
	dsb	sy
	set_sctlr SCTLR_ON
bad:	ldr	x2, [x1]
#elif is_refill_byte
	mmu_off
	strb	w0, [x1, #7]
	dsb	sy
	set_sctlr SCTLR_ON
bad:	ldr	x2, [x1]
#elif is_into_stale
	store_uncached
	// the write-back also writes x1's old bytes
bad:	str	x0, [x1, #8]
#elif is_into_stale_byte
	store_uncached
bad:	strb	w0, [x1, #63]
#elif is_into_stale_a64fx
	store_uncached
bad:	str	x0, [x1, #128]
#elif is_right_into_whole || is_into_part || is_into_read
	store_uncached
bad:	str	x0, [x1, #8]
#if is_into_read
	ldr	x2, [x1]			// too early
#endif
#if is_into_part
	str	w0, [x1]			// half of what is newer
#else
	str	x0, [x1]
#endif
#elif is_right_into_next
	store_uncached
	str	x0, [x1, #128]
#endif
#endif
	end

	map_tables
	.section .far, "awx"
	.balign	4096
tables_new:
	.quad	0, tables_level2 + TABLE
	.fill	510, 8, 0
tables_level2:
	.quad	0, 0x40200000 + BLOCK_WB
new_block:
	.fill	510, 8, 0			// the first is NEW_BLOCK's
	.text
	far_cells plain
	cells	.bss, cell
