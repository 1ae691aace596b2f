/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MMU off, I = 1: fetches are cacheable, and bring in data from the running page and the next page.
 * A word is stored uncached there, and read cached later.
 */
// all: expect=read-stale@bad
// case right_i0: expect=none el=1,2,2h,3
// case right_far: expect=none el=1,2,2h,3
// case right_after: expect=none
// case right_far_hostile: expect=none
// case own_page: el=1,2,2h,3
// case next_page: el=1,2,2h,3
// case civac_before:
// case no_dmb: expect=unordered-maintenance@dc
// case cvac:
// case i_late:
// case after_m:
// case far_called:
// case far_next_of_called:
// case handled:
// case own_page_bytes:
// case mapped: args=mapped={hostile}-{hostile_end}
// case mapped_page: args=mapped={hostile_end}-{hostile_after}
// case right_mapped: expect=none args=mapped={hostile}-{hostile_end}
// case right_mapped_next: expect=none args=mapped={hostile_next}-{hostile_next_end}
// case right_page_before: expect=none
#include "common.h"

	begin
#if is_next_page || is_civac_before || is_no_dmb || is_cvac || is_right_after
	adr	x0, next
#elif is_right_far || is_far_called
	adr	x0, far
#elif is_far_next_of_called
	adr	x0, far + 4096
#elif is_right_far_hostile || is_mapped || is_mapped_page || is_right_mapped || \
	is_right_mapped_next
	adr	x0, hostile
#elif is_handled
	adr	x0, next_of_handler
#elif is_right_page_before
	adr	x0, far_before
#else
	adr	x0, own
#endif
#if is_i_late
	str	x0, [x0]			// I is 0 here: no line may have come in
	dsb	sy
	set_sctlr (SCTLR_OFF | SCTLR_I)
	str	x1, [x0]			// but now
	dsb	sy
#elif is_after_m
	mmu_on	sctlr=(SCTLR_ON | SCTLR_I)
	set_sctlr (SCTLR_OFF | SCTLR_I)
	str	x0, [x0]
	dsb	sy
#else
#if !is_right_i0
	set_sctlr (SCTLR_OFF | SCTLR_I)
#endif
#if is_far_called || is_far_next_of_called || is_right_page_before
	adr	x2, far_code
	blr	x2
#elif is_handled
	adr	x9, next_vectors
	msr	SYS(vbar), x9
	isb
	svc	#0
#endif
#if is_civac_before || is_right_far_hostile || is_mapped || is_mapped_page || \
	is_right_mapped || is_right_mapped_next
	dc	civac, x0
	dsb	sy
#endif
#if is_own_page_bytes
	strb	w0, [x0, #5]
#else
	str	x0, [x0]
#endif
#if is_right_after || is_right_mapped
	dmb	sy
	dc	civac, x0			// later fills match memory
#elif is_no_dmb
dc:	dc	civac, x0
#elif is_cvac
	dmb	sy
	dc	cvac, x0
#endif
	dsb	sy
#endif
	mmu_on	sctlr=(SCTLR_ON | SCTLR_I)
bad:	ldr	x1, [x0]
	b	exit

	.balign	256
own:	.fill	32, 8, 0
	end

	map_tables
	.section .next, "awx"
	.balign	256
next:	.fill	32, 8, 0

	.section .far, "awx"
	.balign	4096
far_before:
	.fill	4096 / 8, 8, 0
far_code:
	ret
	.balign	256
far:	.fill	8192 / 8, 8, 0
#if is_handled
	.balign	4096
next_vectors:
	.fill	0x200 / 4, 4, 0xd503201f
	eret
	.balign	4096
next_of_handler:
	.quad	0
#endif
	.section .bss
	.balign	4096
hostile: .skip	256
hostile_end:
	.skip	256
hostile_after:
	.balign	4096
hostile_next:
	.skip	256
hostile_next_end:
