/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HCR_EL2.DC: below EL2 memory is cacheable with the MMU off. EL2 starts a piece of EL1 and comes
 * back by HVC.
 */
// all: el=2
// case right: expect=none
// case right_no_dc: expect=none
// case right_between: expect=none
// case hostile: expect=read-stale@bad
// case no_dc: expect=read-under-dirty@bad
// case stored: expect=read-under-dirty@bad
// case stored_store: expect=write-under-dirty@bad
// case from_el2: expect=read-stale@bad
// case el1_mmu_off: expect=read-under-dirty@bad
#include "common.h"
#define HCR_RW	(1 << 31)
#define HCR_DC	(1 << 12)

	begin
	adr	x0, cell
	adr	x1, plain
	adr	x9, vectors_el1
	msr	vbar_el2, x9
	imm	x9, 0x30d00800
	msr	sctlr_el1, x9
#if is_no_dc || is_right_no_dc || is_el1_mmu_off
	imm	x9, HCR_RW
#else
	imm	x9, (HCR_RW | HCR_DC)
#endif
	msr	hcr_el2, x9
	imm	x9, ((1 << 31) | (1 << 16) | (3 << 12) | (1 << 10) | (1 << 8) | (1 << 6) | 32)
	msr	vtcr_el2, x9			// DC = 1 is VM = 1 as well: four entries, level 1
	adr	x9, stage2
	msr	vttbr_el2, x9
	isb
	tlbi	vmalls12e1
	dsb	sy
	isb
#if is_right || is_right_no_dc
	dc	civac, x0
	dsb	sy
#elif is_from_el2
	// EL1 may have fetched the line on any earlier visit
	mov	x9, #1
	bl	visit
	str	x1, [x1]
	dsb	sy
#elif is_el1_mmu_off
	mmu_on
	str	x1, [x1]			// cached; and a guest reads past the caches
#endif
	bl	visit
#if is_stored || is_right_between
#if is_right_between
	dmb	sy				// the store was cached, this address is not
	dc	civac, x1
	dsb	sy
#endif
bad:	ldr	x2, [x1]
#elif is_stored_store
bad:	str	x2, [x1, #8]
#endif
	b	exit

visit:	adr	x9, el1
	msr	elr_el2, x9
	mov	x9, #0x3c5
	msr	spsr_el2, x9
	eret
el1:
#if is_right || is_right_no_dc
	ldr	x2, [x0]
#elif is_hostile || is_no_dc
bad:	ldr	x2, [x0]
#elif is_stored || is_stored_store || is_right_between
	str	x1, [x1]			// cached
#elif is_from_el2 || is_el1_mmu_off
bad:	ldr	x2, [x1]
#endif
	hvc	#0
	end

	.section .next, "awx"
	.balign	2048
vectors_el1:
	.skip	0x400
	mrs	x9, esr_el2
	lsr	x9, x9, #26
	cmp	x9, #0x16			// HVC from below: back behind `bl visit`
	b.ne	fault
	ret

	map_tables
	.section .far, "awx"
	.balign	4096
stage2:	.quad	0
	.quad	0x40000000 + 0x7fd		// write-back, any access
	.quad	0, 0
	far_cells plain
	cells	.bss, cell
