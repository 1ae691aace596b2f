/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HCR_EL2.{E2H, TGE} change the meaning of other names and instructions; HCR_EL2.{VM, DC} are EL1's
 * affair. The programs begin at EL2 with E2H = 0.
 */
// all: expect=context@bad el=2 cpu=neoverse-n1
// case right: expect=none
// case right_max: expect=none cpu=max
// case right_back: expect=none
// case right_vm: expect=none
// case right_same: expect=none
// case right_far: expect=none
// case cptr:
// case cptr_max: cpu=max
// case cptr_dsb:
// case cnthctl:
// case tcr:
// case right_el2_names: expect=none
// case ttbr_el1:
// case vbar_el1:
// case sctlr_el1:
// case cpacr_el1:
// case mair_el1:
// case tcr_el1:
// case far:
// case tlbi:
// case tge:
// case back:
// case live:
// case far_alias:
#include "common.h"
#define HCR_RW	(1 << 31)
#define HCR_E2H	(1 << 34)
#define HCR_TGE	(1 << 27)
#define HCR_DC	(1 << 12)
#define HCR_VM	1

	begin
	adr	x0, cell
	imm	x9, HCR_RW
	msr	hcr_el2, x9
	isb
#if is_right_back || is_back
	imm	x9, (HCR_RW | HCR_E2H)
	msr	hcr_el2, x9
	isb
	imm	x9, (3 << 20)
	msr	cptr_el2, x9
	isb
	imm	x9, HCR_RW
	msr	hcr_el2, x9
#if is_right_back
	isb
#endif
	imm	x9, 0x33ff
bad:	msr	cptr_el2, x9
	isb
#elif is_right_same
	msr	hcr_el2, x9
	imm	x9, 0x33ff
	msr	cptr_el2, x9
	isb
#elif is_right_vm
	imm	x9, (HCR_RW | HCR_VM | HCR_DC)
	msr	hcr_el2, x9
	ldr	x1, [x0]			// of EL2: no second stage, no DC
	str	x1, [x0]
	imm	x9, HCR_RW
	msr	hcr_el2, x9
	isb
#elif is_live
	mmu_on	tables_both
	imm	x9, (HCR_RW | HCR_E2H)
	msr	hcr_el2, x9
bad:	ldr	x1, [x0]			// tables of one regime or the other
	imm	x9, HCR_RW
	msr	hcr_el2, x9
	isb
#elif is_far_alias || is_right_far
	imm	x9, (HCR_RW | HCR_E2H)
	msr	hcr_el2, x9
	isb
	msr	far_el2, x0
#if is_right_far
	isb
#endif
bad:	mrs	x1, far_el1			// the same register under E2H
#else
	imm	x1, 0x33ff
	imm	x2, (3 << 20)
	adr	x3, tables
	adr	x4, vectors
	imm	x5, SCTLR_OFF
	mov	x6, #0x10000
	imm	x7, TCR_ON
#if is_tge
	imm	x9, (HCR_RW | HCR_TGE)
#else
	imm	x9, (HCR_RW | HCR_E2H)
#endif
	msr	hcr_el2, x9
#if is_right || is_right_max
	isb
	msr	cptr_el2, x2
	msr	tcr_el2, x7
	msr	ttbr0_el2, x3
	msr	vbar_el2, x4
	msr	cnthctl_el2, xzr
	TLBI_ALL
	dsb	sy
	isb
	fmov	d0, x0
#elif is_cptr || is_cptr_max || is_tge
bad:	msr	cptr_el2, x2
#elif is_cptr_dsb
	dsb	sy
bad:	msr	cptr_el2, x2
#elif is_cnthctl
bad:	msr	cnthctl_el2, xzr
#elif is_tcr
bad:	msr	tcr_el2, x7
#elif is_right_el2_names
	msr	vbar_el2, x4			// the same register and the same fields either way
	msr	mair_el2, x6
#elif is_ttbr_el1
bad:	msr	ttbr0_el1, x3
#elif is_vbar_el1
bad:	msr	vbar_el1, x4
#elif is_tcr_el1
bad:	msr	tcr_el1, x7
#elif is_sctlr_el1
bad:	mrs	x8, sctlr_el1
#elif is_cpacr_el1
bad:	msr	cpacr_el1, x2
#elif is_mair_el1
bad:	msr	mair_el1, x6
#elif is_far
bad:	mrs	x8, far_el1
#elif is_tlbi
bad:	TLBI_ALL
	dsb	sy
#endif
	isb
#endif
	end

	map_tables
	.section .far, "awx"
	.balign	4096
	// AP[1] clear: EL2&0 would not execute pages that EL0 may write
tables_both:
	.quad	BLOCK_DEVICE - AP_RW
	.quad	0x40000000 + BLOCK_WB - AP_RW
	.fill	510, 8, 0
	far_cells cell
