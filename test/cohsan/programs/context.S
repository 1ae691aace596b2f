/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Context registers: a write takes effect for certain only after a context synchronization.
 */
// all: expect=context@bad
// case right_sctlr: expect=none el=1,2,2h,3
// case right_same: expect=none
// case right_prepare: expect=none
// case right_no_access: expect=none
// case right_eret: expect=none el=1,2,2h,3
// case right_vbar: expect=none el=1,2,2h,3
// case right_vbar_masked: expect=none
// case right_svc_synchronizes: expect=none
// case right_fp: expect=none el=1,2,2h,3
// case right_hcr: expect=none el=3 cpu=neoverse-n1
// case sctlr_on: el=1,2,2h,3
// case sctlr_on_store:
// case sctlr_on_dsb: el=1,2,2h,3
// case sctlr_on_isb_before:
// case sctlr_off: el=1,2,2h,3
// case sctlr_off_store:
// case sctlr_c:
// case sctlr_dc: el=1,2,2h,3
// case sctlr_a:
// case sctlr_a_again:
// case sctlr_a_store_again:
// case sctlr_ee:
// case ttbr: el=1,2,2h,3
// case tcr: el=1,2,2h,3
// case mair: el=1,2,2h,3
// case ttbr_dsb:
// case ttbr_live:
// case tcr_live:
// case mair_live:
// case vbar_svc: el=1,2,2h,3
// case vbar_daif: el=1,2,2h,3
// case vbar_daif_register:
// case vbar_dsb:
// case vbar_fault:
// case fp: el=1,2,2h,3
// case fp_dsb:
// case fp_load:
// case fp_simd:
// case sve: el=1,2,2h,3 cpu=max
// case right_sve: el=1,2,2h,3 cpu=max expect=none
#include "common.h"

/* First without FP, or SVE, and then with FP, or SVE. */
#if EL == 2 && !E2H
#define TRAP_SYS	cptr_el2
#define TRAPPED		0x37ff
#define TRAPPED_SVE	0x33ff
#define FREE		0x32ff
#elif E2H
#define TRAP_SYS	cptr_el2
#elif EL == 3
#define TRAP_SYS	cptr_el3
#define TRAPPED		0x400				/* TFP */
#define TRAPPED_SVE	0				/* no EZ */
#define FREE		0x100
#else
#define TRAP_SYS	cpacr_el1
#endif
#if EL == 1 || E2H
#define TRAPPED		0
#define TRAPPED_SVE	(3 << 20)
#define FREE		((3 << 20) | (3 << 16))
#endif
	.macro	trap value
	imm	x9, \value
	msr	TRAP_SYS, x9
	.endm

	begin
	adr	x0, cell
#if is_right_sctlr || is_right_no_access
	mmu_prepare
	imm	x9, SCTLR_ON
	msr	SYS(sctlr), x9
	add	x2, x0, #8			// registers only
	isb
#if is_right_sctlr
	ldr	x1, [x0]
#endif
#elif is_right_hcr
	mmu_on
	imm	x9, ((1 << 34) | (1 << 31) | (1 << 27))
	msr	hcr_el2, x9			// matters to the levels below, which an ERET leads to
	ldr	x1, [x0]
#elif is_right_same
	imm	x9, SCTLR_OFF
	msr	SYS(sctlr), x9			// no new value
	ldr	x1, [x0]
#elif is_right_prepare
	mmu_prepare
	imm	x9, 0xff
	msr	SYS(mair), x9
	ldr	x1, [x0]			// M = 0: no access reads MAIR
	isb
	set_sctlr SCTLR_ON
#elif is_sctlr_on || is_sctlr_on_store || is_sctlr_on_dsb || is_sctlr_on_isb_before
	mmu_prepare
	imm	x9, SCTLR_ON
#if is_sctlr_on_isb_before
	isb
#endif
	msr	SYS(sctlr), x9
#if is_sctlr_on_dsb
	dsb	sy				// synchronizes memory, not context
#endif
#if is_sctlr_on_store
bad:	str	x1, [x0]
#else
bad:	ldr	x1, [x0]
#endif
#elif is_sctlr_off || is_sctlr_off_store
	mmu_on
	imm	x9, SCTLR_OFF
	msr	SYS(sctlr), x9
#if is_sctlr_off
bad:	ldr	x1, [x0]
#else
bad:	strb	w1, [x0]
#endif
	isb
#elif is_sctlr_c
	mmu_on
	imm	x9, (SCTLR_OFF | SCTLR_M)
	msr	SYS(sctlr), x9
bad:	ldr	x1, [x0]
	isb
#elif is_sctlr_dc
	mmu_on
	imm	x9, SCTLR_OFF
	msr	SYS(sctlr), x9
bad:	dc	civac, x0			// the address is the same, translated or not
	dsb	sy
	isb
#elif is_sctlr_a
	imm	x9, (SCTLR_OFF | 2)
	msr	SYS(sctlr), x9
bad:	ldr	x1, [x0]
#elif is_sctlr_a_again || is_sctlr_a_store_again
	adr	x0, plain
	mmu_on
	str	x1, [x0]			// the page is known, and the line present
	ldr	x1, [x0]
	imm	x9, (SCTLR_ON | 2)
	msr	SYS(sctlr), x9			// translates as before
#if is_sctlr_a_again
bad:	ldr	x1, [x0]
#else
bad:	str	x1, [x0]
#endif
	isb
#elif is_sctlr_ee
	imm	x9, (SCTLR_OFF | (1 << 25))
	msr	SYS(sctlr), x9
bad:	ldr	x1, [x0]
	imm	x9, SCTLR_OFF
	msr	SYS(sctlr), x9
	isb

#elif is_ttbr || is_tcr || is_mair || is_ttbr_dsb
#if is_ttbr || is_ttbr_dsb
	mmu_prepare tables_two
	adr	x10, tables
	imm	x9, SCTLR_ON
	msr	SYS(ttbr0), x10
#elif is_tcr
	mmu_prepare tables, (TCR_NC | T0SZ_39)
	imm	x10, TCR_ON
	imm	x9, SCTLR_ON
	msr	SYS(tcr), x10
#else
	mmu_prepare
	imm	x10, (MAIR_ON + 0xff00000000)
	imm	x9, SCTLR_ON
	msr	SYS(mair), x10
#endif
#if is_ttbr_dsb
	dsb	sy
#endif
bad:	msr	SYS(sctlr), x9
	isb
#elif is_ttbr_live
	mmu_on
	adr	x9, tables_two
	msr	SYS(ttbr0), x9
bad:	ldr	x1, [x0]
#elif is_tcr_live
	mmu_on
	imm	x9, (TCR_ON - (1 << 10))		// ORGN
	msr	SYS(tcr), x9
bad:	str	x1, [x0]
#elif is_mair_live
	mmu_on
	imm	x9, (MAIR_ON + 0xff00000000)
	msr	SYS(mair), x9
bad:	dc	civac, x0
	dsb	sy

#elif is_vbar_svc || is_vbar_dsb || is_right_vbar || is_right_eret || is_vbar_fault
	adr	x9, vectors_two
	msr	SYS(vbar), x9
#if is_vbar_dsb
	dsb	sy
#elif is_right_vbar
	isb
#elif is_right_eret
	adr	x9, 1f
	msr	SYS(elr), x9
	mov	x9, #(0x3c0 | EL << 2 | 1)
	msr	SYS(spsr), x9
	eret					// SCTLR.EOS is RES1 or 1: synchronizes
1:
#endif
#if is_vbar_fault
	add	x0, x0, #3
bad:	udf	#0
#else
bad:	svc	#0
#endif
#elif is_right_svc_synchronizes
	imm	x9, SCTLR_OFF | 2
	msr	SYS(sctlr), x9
	svc	#0				// the exception synchronizes; so does the eret
	ldr	x1, [x0]
#elif is_vbar_daif || is_right_vbar_masked
	adr	x9, vectors_two
	msr	SYS(vbar), x9
#if is_vbar_daif
bad:	msr	daifclr, #4
#else
	msr	daifset, #15
	isb
	msr	daifclr, #4
#endif
#elif is_vbar_daif_register
	mrs	x1, daif
	bic	x1, x1, #(1 << 8)
	adr	x9, vectors_two
	msr	SYS(vbar), x9
bad:	msr	daif, x1

#else
#if is_sve || is_right_sve
	trap	TRAPPED_SVE
#else
	trap	TRAPPED
#endif
	isb
	trap	FREE
#if is_right_fp || is_right_sve
	isb
#elif is_fp_dsb
	dsb	sy
#endif
#if is_sve || is_right_sve
bad:	ptrue	p0.b
#elif is_fp_load
bad:	ldr	d0, [x0]
#elif is_fp_simd
bad:	movi	v0.16b, #1
#else
bad:	fmov	d0, x0
#endif
#endif
	end

	// The second set resumes behind any fault.
	.section .next, "awx"
	.balign	2048
vectors_two:
	.rept	16
	.balign	128
	mrs	x16, SYS(esr)
	lsr	x17, x16, #26
	cmp	x17, #0x15
	b.eq	1f
	mrs	x16, SYS(elr)
	add	x16, x16, #4
	msr	SYS(elr), x16
1:	eret
	.endr

	map_tables
	far_cells plain
	.section .far, "awx"
	.balign	4096
tables_two:
	.quad	BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB
	.fill	510, 8, 0
	far_cells cell
