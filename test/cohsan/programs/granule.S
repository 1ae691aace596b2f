/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other granules, levels and table registers: an access has the attributes of its own page. In
 * every map RAM is write-back at its own address and Non-cacheable 1 GiB further.
 */
// all: expect=read-under-dirty@bad cpu=max
// case k4: el=1,2,2h
// case right_k4: el=1,2,2h expect=none
// case k16: el=1,2,2h
// case right_k16: expect=none
// case k64: el=1,2,2h
// case right_k64: expect=none
// case k4_pages: el=1,2,2h
// case right_k4_pages: expect=none el=1,2,2h
// case k4_level0:
// case right_k4_level0: expect=none
// case k16_hostile_behind: expect=none
// case ttbr1: el=1,2h
// case right_ttbr1: el=1,2h expect=none
// case k64_dirty_walk: expect=walk-dirty@on args=dirty={root}-{root_end}
#include "common.h"

#if is_k16 || is_right_k16 || is_k16_hostile_behind
#define TCR	(TCR_WB | (2 << 14) | T0SZ_32)		/* 32 MiB blocks: 128 entries */
#elif is_k64 || is_right_k64
#define TCR	(TCR_WB | (1 << 14) | T0SZ_32)		/* 512 MiB blocks: 8 entries */
#elif is_k64_dirty_walk
#define TCR	(TCR_NC | (1 << 14) | T0SZ_32)
#elif is_k4_level0 || is_right_k4_level0
#define TCR	(TCR_WB | 16)
#elif is_ttbr1 || is_right_ttbr1
#define TCR	((TCR_WB & ~(1 << 23)) | (2 << 30) | (3 << 28) | (5 << 24) | (25 << 16) | T0SZ_32)
#else
#define TCR	(TCR_WB | T0SZ_32)
#endif

	begin
	adr	x0, cell
	imm	x1, AS_NC
	add	x1, x1, x0
#if is_ttbr1 || is_right_ttbr1
	adr	x9, high
#if EL == 1
	msr	ttbr1_el1, x9
#else
	msr	s3_4_c2_c0_1, x9		// TTBR1_EL2
#endif
	imm	x2, 0xffffff8000000000
	add	x1, x1, x2
#endif
	mmu_prepare root, TCR
	imm	x9, SCTLR_ON
on:	msr	SYS(sctlr), x9
	isb
#if is_k64_dirty_walk
	b	exit
#endif
	str	x0, [x0]
#if is_right_k4 || is_right_k16 || is_right_k64 || is_right_k4_pages || is_right_k4_level0 || \
	is_right_ttbr1
	dc	civac, x0
	dsb	sy
#endif
#if is_k16_hostile_behind
	ldr	x2, [x0]
#else
bad:	ldr	x2, [x1]
#endif
	end

	.section .far, "awx"
	.balign	4096
#if is_k16 || is_right_k16 || is_k16_hostile_behind
root:	.fill	32, 8, 0
	.quad	0x40000000 + BLOCK_WB
	.quad	0x42000000 + BLOCK_WB
	.fill	30, 8, 0
	.quad	0x40000000 + BLOCK_NC
	.fill	63, 8, 0
#elif is_k64 || is_right_k64 || is_k64_dirty_walk
root:	.quad	0, 0
	.quad	0x40000000 + BLOCK_WB
	.quad	0
	.quad	0x40000000 + BLOCK_NC
	.quad	0, 0, 0
#elif is_k4_pages || is_right_k4_pages
	// Level 3, beside a page that is Non-cacheable at its own address.
root:	.quad	0
	.quad	level2 + TABLE
	.quad	level2_nc + TABLE
	.quad	0
	.balign	4096
level2:	.quad	0
	.quad	level3 + TABLE
	.fill	510, 8, 0
level2_nc:
	.quad	0
	.quad	0x40200000 + BLOCK_NC
	.fill	510, 8, 0
level3:	.set	page, 0x40200000
	.rept	32
	.quad	page + BLOCK_WB + 2
	.set	page, page + 4096
	.endr
	.fill	480, 8, 0
#elif is_k4_level0 || is_right_k4_level0
root:	.quad	level1 + TABLE
	.fill	511, 8, 0
level1:	.quad	0
	.quad	0x40000000 + BLOCK_WB
	.quad	0x40000000 + BLOCK_NC
	.fill	509, 8, 0
#else
root:	.quad	0
	.quad	0x40000000 + BLOCK_WB
	.quad	0x40000000 + BLOCK_NC
	.quad	0
	.balign	4096
high:	.quad	0
	.quad	0x40000000 + BLOCK_WB
	.quad	0x40000000 + BLOCK_NC
	.fill	509, 8, 0
#endif
root_end:
	far_cells cell
