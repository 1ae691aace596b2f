/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code patched through the cache: str; dc cvau; dsb; ic; dsb; isb; branch. The cases omit one step,
 * or swap two.
 */
// all: expect=fetch-no-ic@target
// case right: expect=none el=1,2,2h,3
// case right_iallu: expect=none
// case right_ialluis: expect=none
// case right_cvac: expect=none
// case right_civac: expect=none
// case right_sy: expect=none
// case right_alias: expect=none
// case right_two_lines: expect=none
// case right_eret: expect=none
// case right_idc: expect=none cpu=neoverse-v1
// case right_idc_st: expect=none cpu=neoverse-v1
// case right_off: expect=none
// case no_dc: expect=fetch-dirty@target also=fetch-no-ic@target
// case right_clidr: expect=none cpu=neoverse-n1
// case no_dsb_dc: el=1,2,2h,3
// case no_ic: el=1,2,2h,3
// case no_dsb_ic: expect=fetch-no-dsb@target el=1,2,2h,3
// case no_isb: expect=fetch-no-isb@target el=1,2,2h,3
// case nothing: expect=fetch-dirty@target also=fetch-no-ic@target
// case only_isb: expect=fetch-dirty@target also=fetch-no-ic@target
// case ic_before_dc:
// case ic_before_store:
// case isb_before_dsb: expect=fetch-no-isb@target
// case isb_before_ic: expect=fetch-no-isb@target
// case dsb_nsh_dc:
// case dsb_nsh_ic: expect=fetch-no-dsb@target
// case dsb_ishst_dc:
// case dsb_ishst_ic: expect=fetch-no-dsb@target
// case dmb_ic: expect=fetch-no-dsb@target
// case dmb_dc:
// case ialluis_nsh: expect=fetch-no-dsb@target
// case other_line_ic:
// case other_line_dc: expect=fetch-dirty@target also=fetch-no-ic@target
// case other_pa_ic:
// case second_line_ic: expect=fetch-no-ic@second
// case second_line_dc: expect=fetch-dirty@second also=fetch-no-ic@second
// case thrown: expect=fetch-thrown@target also=fetch-no-ic@target
// case patched_again: expect=fetch-dirty@target also=fetch-no-ic@target
// case idc_no_dsb: cpu=neoverse-v1
// case idc_nsh: cpu=neoverse-v1
// case idc_no_isb: expect=fetch-no-isb@target cpu=neoverse-v1
// case cvau_then_off: expect=fetch-dirty@target
// case no_dc_then_off: expect=fetch-dirty@target also=fetch-no-ic@target
// case i_off: expect=fetch-no-isb@target
// case i_off_no_ic: el=1,2,2h,3
// case i_off_no_dsb_ic: expect=fetch-no-dsb@target
// case i_off_cvau: expect=fetch-dirty@target
// case right_i_off: expect=none
#include "common.h"
#define MOV_X0_1	0xd2800020

	begin
#if is_i_off || is_i_off_cvau || is_right_i_off || is_i_off_no_ic || is_i_off_no_dsb_ic
	mmu_on					// I = 0: fetches pass data and unified caches only
#else
	mmu_on	sctlr=(SCTLR_ON | SCTLR_I)
#endif
	adr	x1, target
	adr	x2, second
	blr	x1				// the old code has been fetched
	imm	x3, MOV_X0_1
	imm	x4, AS_WB
	add	x4, x4, x1

#if is_ic_before_store
	ic	ivau, x1
	dsb	ish
#endif
	str	w3, [x1]
#if is_second_line_ic || is_second_line_dc || is_right_two_lines
	str	w3, [x2]
#endif

#if is_right || is_right_eret || is_i_off_cvau
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dsb	ish
#if is_right || is_i_off_cvau
	isb
#elif is_right_eret
	adr	x9, 1f
	msr	SYS(elr), x9
	mov	x9, #(0x3c0 | EL << 2 | 1)
	msr	SYS(spsr), x9
	eret
1:
#endif
#elif is_i_off_no_ic
	dc	cvac, x1
	dsb	sy
	isb
#elif is_i_off || is_right_i_off || is_i_off_no_dsb_ic
	dc	cvac, x1
	dsb	sy
	ic	ivau, x1
#if !is_i_off_no_dsb_ic
	dsb	ish
#endif
#if is_right_i_off || is_i_off_no_dsb_ic
	isb
#endif
#elif is_right_clidr
	dsb	ish				// CLIDR: no level before the PoU needs cleaning
	ic	ivau, x1
	dsb	ish
	isb
#elif is_right_iallu
	dc	cvau, x1
	dsb	ish
	ic	iallu
	dsb	nsh
	isb
#elif is_right_ialluis
	dc	cvau, x1
	dsb	ish
	ic	ialluis
	dsb	ish
	isb
#elif is_right_cvac
	dc	cvac, x1
	dsb	ish
	ic	ivau, x1
	dsb	ish
	isb
#elif is_right_civac || is_right_sy
	dc	civac, x1
	dsb	sy
	ic	ivau, x1
	dsb	sy
	isb
#elif is_right_alias
	dc	cvau, x4			// another address of the same memory
	dsb	ish
	ic	iallu
	dsb	nsh
	isb
#elif is_right_two_lines || is_second_line_ic || is_second_line_dc
	dc	cvau, x1
#if !is_second_line_dc
	dc	cvau, x2
#endif
	dsb	ish
	ic	ivau, x1
#if !is_second_line_ic
	ic	ivau, x2
#endif
	dsb	ish
	isb
#elif is_right_idc
	// IDC and DIC: coherent caches, but not the CPU's pipeline
	dsb	ish
	isb
#elif is_right_idc_st
	dsb	ishst				// a store is all that has to be complete
	isb
#elif is_idc_nsh
	dsb	nshst				// other CPUs need not see it
	isb
#elif is_idc_no_dsb
	isb					// no IC is needed, but the store is not visible yet
#elif is_idc_no_isb
	dsb	ish
#elif is_right_off || is_cvau_then_off || is_no_dc_then_off
#if is_right_off
	dc	cvac, x1
#elif is_cvau_then_off
	dc	cvau, x1			// as far as the I-side looks while the MMU is on
#endif
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	mmu_off
#elif is_no_dc
	dsb	ish
	ic	ivau, x1
	dsb	ish
	isb
#elif is_no_dsb_dc
	dc	cvau, x1
	ic	ivau, x1
	dsb	ish
	isb
#elif is_no_ic
	dc	cvau, x1
	dsb	ish
	isb
#elif is_no_dsb_ic
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	isb
#elif is_no_isb
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dsb	ish
#elif is_only_isb
	isb
#elif is_ic_before_dc
	ic	ivau, x1
	dsb	ish
	dc	cvau, x1
	dsb	ish
	isb
#elif is_ic_before_store
	dc	cvau, x1
	dsb	ish
	isb
#elif is_isb_before_dsb
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	isb
	dsb	ish
#elif is_isb_before_ic
	dc	cvau, x1
	dsb	ish
	isb
	ic	ivau, x1
	dsb	ish
#elif is_dsb_nsh_dc
	dc	cvau, x1
	dsb	nsh
	ic	ivau, x1
	dsb	ish
	isb
#elif is_dsb_nsh_ic
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dsb	nsh
	isb
#elif is_dsb_ishst_dc
	dc	cvau, x1
	dsb	ishst
	ic	ivau, x1
	dsb	ish
	isb
#elif is_dsb_ishst_ic
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dsb	ishst
	isb
#elif is_dmb_ic
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dmb	ish
	isb
#elif is_dmb_dc
	dc	cvau, x1
	dmb	ish
	ic	ivau, x1
	dsb	ish
	isb
#elif is_ialluis_nsh
	dc	cvau, x1
	dsb	ish
	ic	ialluis
	dsb	nsh
	isb
#elif is_other_line_ic
	dc	cvau, x1
	dsb	ish
	ic	ivau, x2
	dsb	ish
	isb
#elif is_other_line_dc
	dc	cvau, x2
	dsb	ish
	ic	ivau, x1
	dsb	ish
	isb
#elif is_other_pa_ic
	imm	x5, AS_OTHER
	add	x5, x5, x1
	dc	cvau, x1
	dsb	ish
	ic	ivau, x5
	dsb	ish
	isb
#elif is_thrown
	dc	ivac, x1
	dsb	sy
	ic	ivau, x1
	dsb	ish
	isb
#elif is_patched_again
	dc	cvau, x1
	dsb	ish
	ic	ivau, x1
	dsb	ish
	str	w3, [x1]
	isb
#endif
	blr	x1
	end

	map_tables
	.section .far, "awx"
	.balign	4096
target:	mov	x0, #2
	b	second
	.balign	256
second:	mov	x0, #3
	ret
