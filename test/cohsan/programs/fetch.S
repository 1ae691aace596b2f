/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copied or loaded code, run with the MMU off.
 */
// case right_clean: expect=none
// case right_stale_i0: expect=none args=stale={target}-{target_end}
// case right_dirty_civac: expect=none args=dirty={target}-{target_end} el=1,2,2h,3
// case right_stale_civac: expect=none args=stale={target}-{target_end}
// case right_copy: expect=none el=1,2,2h,3
// case right_copy_i: expect=none el=1,2,2h,3
// case right_copy_near: expect=none
// case right_ivau: expect=none
// case dirty: args=dirty={target}-{target_end} el=1,2,2h,3 expect=fetch-dirty@target+target_ret
// case dirty_i: args=dirty={target}-{target_end} expect=fetch-dirty@target+target_ret
// case dirty_middle: args=dirty={target_ret}-{target_end} expect=fetch-dirty@target_ret
// case dirty_no_dsb: args=dirty={target}-{target_end} expect=fetch-dirty@target+target_ret
// case dirty_cvau: args=dirty={target}-{target_end} expect=fetch-dirty@target+target_ret
// case stale: expect=fetch-stale@target+target_ret args=stale={target}-{target_end} el=1,2,2h,3
// case stale_i_on_late: expect=fetch-stale@target+target_ret args=stale={target}-{target_end}
// case stale_cvac: expect=fetch-stale@target+target_ret args=stale={target}-{target_end}
// case thrown: expect=fetch-thrown@target+target_ret args=dirty={target}-{target_end}
// case copy_no_ic: expect=fetch-no-ic@copy+copy_ret el=1,2,2h,3
// case copy_no_dsb: expect=fetch-no-ic@copy+copy_ret
// case copy_dmb: expect=fetch-no-ic@copy+copy_ret
// case copy_ic_first: expect=fetch-no-ic@copy+copy_ret
// case copy_no_dsb_ic: expect=fetch-no-dsb@copy+copy_ret
// case copy_no_isb: expect=fetch-no-isb@copy+copy_ret
// case copy_isb_first: expect=fetch-no-isb@copy+copy_ret
// case copy_hostile: expect=write-under-dirty@store \
//	also=write-under-stale@store,fetch-dirty@copy+copy_ret,fetch-stale@copy+copy_ret
// case copy_tail: expect=fetch-no-ic@copy_ret
// case copy_own_page: expect=fetch-stale@near+near_ret
// case copy_next_page: expect=fetch-stale@near+near_ret
// case right_i0_copy_ivau: expect=none
// case i0_no_isb: expect=fetch-no-isb@copy+copy_ret
// case i0_no_ic: expect=fetch-no-ic@copy+copy_ret el=1,2,2h,3
// case i0_ic_first: expect=fetch-no-ic@copy+copy_ret
// case i0_no_dsb: expect=fetch-no-dsb@copy+copy_ret
// case i0_no_dsb_ic: expect=fetch-no-dsb@copy+copy_ret
// case i0_cleaned: expect=fetch-no-ic@target+target_ret args=dirty={target}-{target_end}
#include "common.h"

	begin
#define I0 (is_right_copy || is_right_stale_i0 || is_dirty || is_stale_i_on_late || is_right_i0_copy_ivau || \
	is_i0_no_isb || is_i0_no_ic || is_i0_ic_first || is_i0_no_dsb || is_i0_no_dsb_ic || is_i0_cleaned)
#if !I0
	set_sctlr (SCTLR_OFF | SCTLR_I)
#endif
	adr	x0, target
	adr	x1, copy
#if is_right_copy_near || is_copy_own_page || is_copy_next_page
	adr	x1, near
#endif
#if is_right_clean || is_right_stale_i0 || is_dirty || is_dirty_i || is_stale || is_dirty_middle
	blr	x0
#elif is_right_dirty_civac || is_right_stale_civac
	dc	civac, x0
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	blr	x0
#elif is_dirty_no_dsb
	dc	civac, x0
	isb
	blr	x0
#elif is_dirty_cvau
	dc	cvau, x0
	dsb	sy
	blr	x0
#elif is_stale_cvac
	dc	cvac, x0
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	blr	x0
#elif is_stale_i_on_late
	imm	x9, (SCTLR_OFF | SCTLR_I)
	msr	SYS(sctlr), x9
	isb
	blr	x0
#elif is_i0_cleaned
	dc	civac, x0			// what the caches held is new to the I-side as well
	dsb	sy
	isb
	blr	x0
#elif is_thrown
	dc	ivac, x0
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	blr	x0
#else
#if !is_copy_hostile
	dc	civac, x1
	dsb	sy
#endif
#if is_copy_ic_first || is_i0_ic_first
	ic	iallu
	dsb	sy
#endif
	ldp	w2, w3, [x0]
store:	str	w2, [x1]
#if !is_copy_tail
	str	w3, [x1, #4]
#endif
#if is_copy_dmb
	dmb	sy
#elif is_right_copy_near || is_copy_hostile
	dmb	sy
	// fetches use this page, or the page before: a line may be present
	dc	civac, x1
	dsb	sy
#elif !is_copy_no_dsb && !is_i0_no_dsb
	dsb	sy
#endif
#if is_copy_ic_first || is_copy_no_ic || is_i0_ic_first || is_i0_no_ic
	isb
#elif is_i0_no_dsb
	ic	iallu				// and a DSB that waits for loads only
	dsb	ld
	isb
#elif is_copy_no_dsb_ic || is_i0_no_dsb_ic
	ic	iallu
	isb
#elif is_copy_no_isb || is_i0_no_isb
	ic	iallu
	dsb	sy
#elif is_copy_isb_first
	ic	iallu
	isb
	dsb	sy
#elif is_right_ivau || is_right_i0_copy_ivau
	ic	ivau, x1
	dsb	ish
	isb
#else
	ic	iallu
	dsb	sy
	isb
#endif
#if is_copy_tail
	str	w3, [x1, #4]			// the rest, at the end
	dsb	sy
	isb
#endif
	blr	x1
#endif
	b	exit
#if is_copy_own_page
	.balign	256
near:	nop
near_ret: ret
	.balign	256
#endif
	end

#if is_copy_next_page || is_right_copy_near
	.section .next, "awx"
	.balign	256
near:	nop
near_ret: ret
	.balign	256
#endif
	.section .far, "awx"
	.balign	4096
target:	nop
target_ret:
	ret
	.balign	256
target_end:
	.section .bss
	.balign	4096
copy:	.skip	4
copy_ret:
	.skip	252
