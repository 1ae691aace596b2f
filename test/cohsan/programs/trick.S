/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that look like maintenance or a barrier but are neither, and code that only looks
 * wrong. Addresses, attributes and registers with extra bits.
 */
// all: expect=read-under-dirty@bad
// case right_cvap: expect=none cpu=neoverse-n1
// case right_cvadp: expect=none cpu=max
// case right_tagged: expect=none el=1,2,2h
// case right_ttbr_bits: expect=none el=1,2,2h cpu=neoverse-n1
// case right_software_bits: expect=none el=1,2,2h
// case right_cross: expect=none
// case right_hot_loop: expect=none
// case right_device_loop: expect=none
// case right_dsb_and_ssbb: expect=none
// case right_synxs: expect=none cpu=max
// case ssbb:
// case pssbb:
// case esb: cpu=neoverse-n1
// case sb: cpu=max
// case tlbi_only:
// case ic_only:
// case zva_cached:
// case tagged: el=1,2,2h
// case tagged_wrong_line:
// case ttbr_bits: el=1,2,2h cpu=neoverse-n1
// case software_bits: el=1,2,2h
// case cross: el=1,2,2h
// case outer_only:
// case inner_only:
// case transient:
// case index_7:
// case zva_tail: el=1,2,2h
// case zva_tail_a64fx: cpu=a64fx
// case hot_loop: el=1,2,2h
// case hot_loop_store: expect=write-under-dirty@bad
// case called_twice:
// case swapped_registers:
// case second_half:
// case stale_then_dirty: args=clean={start}-{bss_end}
// case tree: el=1,2,2h
// case tree_cached: expect=read-stale@bad
// case stack_bss: expect=write-under-dirty@bad also=write-under-stale@bad
// case literal_page: args=dirty={pool}-{pool_end}
#include "common.h"
	.arch	armv8.5-a+sve+lse
#define AS_CROSS	0x1c0000000		/* two pages far apart in memory */

	begin
	adr	x0, cell
	adr	x1, kept
	imm	x2, AS_NC
	add	x2, x2, x1
#if is_ssbb
	dc	civac, x0
	dsb	#0				// the same encoding space, another instruction
bad:	ldr	x3, [x0]
#elif is_pssbb
	dc	civac, x0
	dsb	#4
bad:	ldr	x3, [x0]
#elif is_esb
	dc	civac, x0
	esb
bad:	ldr	x3, [x0]
#elif is_sb
	dc	civac, x0
	sb
	isb
bad:	ldr	x3, [x0]
#elif is_right_synxs
	dc	civac, x0
	.inst	0xd503323f | (3 << 10)		// dsb synxs
	ldr	x3, [x0]
#elif is_right_dsb_and_ssbb
	dc	civac, x0
	dsb	sy
	dsb	#0
	ldr	x3, [x0]
#elif is_tlbi_only
	TLBI_ALL
	ic	iallu
	dsb	sy
bad:	ldr	x3, [x0]
#elif is_ic_only
	ic	ivau, x0
	dsb	sy
	isb
bad:	ldr	x3, [x0]
#elif is_swapped_registers
	dc	civac, x1			// of clean bytes
	dsb	sy
bad:	ldr	x3, [x0]
#elif is_second_half
	dc	civac, x0
	dsb	sy
	add	x3, x0, #60
	ldr	w4, [x3]
bad:	ldr	w4, [x3, #4]
#elif is_tree
bad:	ldr	w3, [x19]			// not promised clean by the loader
#elif is_tree_cached
	mmu_on
bad:	ldr	w3, [x19]
#elif is_stack_bss
	add	x3, x0, #256
	mov	sp, x3
bad:	stp	x29, x30, [sp, #-16]!
#elif is_literal_page
bad:	ldr	x3, pool
#elif is_called_twice
	adr	x0, kept
	bl	load				// fine
	adr	x0, cell
	bl	load
	b	exit
load:
bad:	ldr	x3, [x0]
	ret
#elif is_hot_loop || is_right_hot_loop || is_hot_loop_store
	// Ten thousand times the same translation; one is wrong.
	mov	x4, #10000
	dc	civac, x1
	dsb	sy
#if is_hot_loop_store
	mov	x5, #4000
#else
	mov	x5, #9999
#endif
1:	cmp	x4, x5
#if is_right_hot_loop
	csel	x6, x1, x1, eq
#else
	csel	x6, x0, x1, eq
#endif
#if is_hot_loop_store
bad:	str	x3, [x6]
#else
bad:	ldr	x3, [x6]
#endif
	subs	x4, x4, #1
	b.ne	1b
#elif is_right_device_loop
	imm	x5, 0x09000018			// UARTFR: no RAM
	mov	x4, #100
1:	ldr	w3, [x5]
	subs	x4, x4, #1
	b.ne	1b
#elif is_stale_then_dirty
	mmu_on
	str	x0, [x0]
	mmu_off
bad:	ldr	x3, [x0]

#elif is_outer_only || is_inner_only || is_transient || is_index_7
	mmu_prepare
#if is_outer_only
	imm	x9, 0xbb4400f4			// outer write-back alone is a cache as well
#elif is_inner_only
	imm	x9, 0xbb44004f
#elif is_transient
	imm	x9, 0xbb440077
#else
	imm	x9, 0xff000000bb440000		// attribute 7 of `tables_bits`
	adr	x10, tables_bits
	msr	SYS(ttbr0), x10
#endif
	msr	SYS(mair), x9
	TLBI_ALL
	dsb	sy
	isb
	set_sctlr SCTLR_ON
	str	x1, [x1]
bad:	ldr	x3, [x2]
#elif is_ttbr_bits || is_right_ttbr_bits
	mmu_prepare
	adr	x9, tables
	orr	x9, x9, #1			// CnP
#if EL == 1 || E2H
	movk	x9, #0xa5, lsl #48		// an ASID
#endif
	msr	SYS(ttbr0), x9
	isb
	set_sctlr SCTLR_ON
	str	x1, [x1]
#if is_right_ttbr_bits
	dc	civac, x1
	dsb	sy
#endif
bad:	ldr	x3, [x2]
#elif is_software_bits || is_right_software_bits
	mmu_on	tables_bits
	str	x1, [x1]
#if is_right_software_bits
	dc	civac, x1
	dsb	sy
#endif
bad:	ldr	x3, [x2]
#elif is_tagged || is_right_tagged || is_tagged_wrong_line
#if EL == 1 || E2H
	mmu_on	tables, (TCR_ON | (1 << 37))	// TBI0
#else
	mmu_on	tables, (TCR_ON | (1 << 20))	// TBI
#endif
	movk	x1, #0x5a00, lsl #48
	movk	x2, #0xa500, lsl #48
	str	x1, [x1]
#if is_right_tagged
	dc	civac, x1
	dsb	sy
#elif is_tagged_wrong_line
	add	x3, x1, #64
	dc	civac, x3
	dsb	sy
#endif
bad:	ldr	x3, [x2]
#elif is_cross || is_right_cross
	// 4 bytes of `kept`, 4 of `far_away`; the next bytes in memory are another page's.
	mmu_on	tables_cross
	adr	x3, far_away
	adr	x5, kept_next
#if is_cross
	str	x3, [x3]
#else
	str	x3, [x5]
#endif
	imm	x4, (AS_CROSS + 4092)
bad:	ldr	x3, [x4]
#else
	mmu_on
#if is_zva_cached
	dc	zva, x1
bad:	ldr	x3, [x2]
#elif is_zva_tail
	dc	zva, x1
bad:	ldrb	w3, [x2, #63]
#elif is_zva_tail_a64fx
	mrs	x9, dczid_el0			// the size, which the program must read
	dc	zva, x1
bad:	ldrb	w3, [x2, #255]
#elif is_right_cvap
	str	x1, [x1]
	dc	cvap, x1			// to persistence: further than the PoC
	dsb	sy
	ldr	x3, [x2]
#elif is_right_cvadp
	str	x1, [x1]
	dc	cvadp, x1
	dsb	sy
	ldr	x3, [x2]
#endif
#endif
	end

	.section .next, "awx"
	.balign	256
pool:	.quad	0
pool_end:

	map_tables
	.section .far, "awx"
	.balign	4096
#if is_cross || is_right_cross
tables_cross:
	.fill	1, 8, 0
	.quad	0x40000000 + BLOCK_WB
	.fill	5, 8, 0
	.quad	cross2 + TABLE
	.fill	504, 8, 0
cross2:	.quad	cross3 + TABLE
	.fill	511, 8, 0
cross3:	.quad	kept + BLOCK_NC + 2
	.quad	far_away + BLOCK_NC + 2
	.fill	510, 8, 0
kept:	.fill	512, 8, 0
kept_next:
	.fill	512, 8, 0
far_away:
	.fill	512, 8, 0
#else
	// Bits for software, ignored bits, or hints; attribute 7 in its own case.
tables_bits:
#if is_index_7
	.quad	0
	.quad	0x40000000 + BLOCK_WB + (7 << 2)
	.quad	0x40000000 + BLOCK_NC
#else
	.quad	0
	.quad	0x40000000 + BLOCK_WB + (0xf << 55) + (1 << 52)
	.quad	0x40000000 + BLOCK_NC + (0xf << 55)
#endif
	.fill	509, 8, 0
	far_cells kept
#endif
	cells	.bss, cell, 512
