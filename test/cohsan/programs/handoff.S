/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hand-off: a branch to the second Image, with QEMU's own device tree in x0. After the stop the
 * cohsan sleeps.
 */
// all: stop=second
// case right: expect=none el=1,2,2h
// case right_a64fx: expect=none cpu=a64fx
// case right_osh: expect=none
// case right_cached: expect=none el=1,2,2h
// case right_copied: expect=none stop=copied el=1,2,2h
// case right_copied_cached: expect=none stop=copied
// case right_published: expect=none args=publish=w:{work}-{work_end}
// case right_unpublished: expect=none
// case right_i: expect=none
// case right_x0_null: expect=none
// case tree_none: expect=handoff-dirty@second also=handoff-stale@second el=1,2,2h
// case tree_no_dsb: expect=handoff-dirty@second also=handoff-stale@second,handoff-unfinished@second
// case tree_first_line: expect=handoff-dirty@second also=handoff-stale@second
// case tree_last_line: expect=handoff-dirty@second also=handoff-stale@second
// case tree_cvac: expect=handoff-stale@second
// case tree_ivac: expect=handoff-thrown@second
// case tree_dirtied: expect=handoff-dirty@second
// case image_dirty: expect=handoff-dirty@second also=handoff-icache@second
// case right_image_bss: expect=none
// case image_bss: expect=handoff-dirty@second also=handoff-stale@second,handoff-icache@second
// case digest: expect=read-under-dirty@digest,handoff-verified-dirty@second \
//	also=handoff-stale@second,handoff-dirty@second args=publish=w:{work}-{work_end}
// case work_dirty: expect=handoff-dirty@second args=publish=w:{work}-{work_end}
// case work_stale: expect=handoff-stale@second args=publish=w:{work}-{work_end}
// case work_newer: expect=handoff-stale@second args=publish=w:{work}-{work_end}
// case work_thrown: expect=handoff-thrown@second args=publish=w:{work}-{work_end}
// case work_stored: expect=handoff-unfinished@second args=publish=w:{work}-{work_end}
// case work_stored_ish: expect=handoff-unfinished@second args=publish=w:{work}-{work_end}
// case work_stored_dmb: expect=handoff-unfinished@second args=publish=w:{work}-{work_end}
// case work_two: expect=handoff-dirty@second \
//	args=publish=v:{other}-{other_end},publish=w:{work}-{work_end}
// case copied_no_ic: expect=handoff-icache@copied also=fetch-no-ic@copied stop=copied el=1,2,2h
// case copied_no_isb: expect=handoff-icache@copied also=fetch-no-isb@copied stop=copied
// case copied_ic_first: expect=handoff-icache@copied also=fetch-no-ic@copied stop=copied
// case copied_tail: expect=handoff-icache@copied stop=copied
// case context: expect=handoff-context@second el=1,2,2h
// case context_dsb: expect=handoff-context@second
// case mmu: expect=handoff-mmu@second,handoff-dcache@second el=1,2,2h
// case mmu_only: expect=handoff-mmu@second
// case dcache_only: expect=handoff-dcache@second
// case el0: expect=handoff-el@second
// case daif_i: expect=handoff-daif@second
// case daif_f: expect=handoff-daif@second
// case daif_a: expect=handoff-daif@second
// case daif_d: expect=handoff-daif@second
// case x1: expect=handoff-registers@second el=1,2,2h
// case x2: expect=handoff-registers@second
// case x3: expect=handoff-registers@second
// case x0_unaligned: expect=handoff-registers@second also=handoff-tree@second
// case x0_image: expect=handoff-tree@second
#include "common.h"
#define SECOND_SIZE	256

	/* x19 = start, x20 = end of the tree, its first line made safe to read. */
	.macro	find_tree
	dc	civac, x19
	dsb	sy
	ldr	w20, [x19, #4]
	rev	w20, w20
	add	x20, x20, x19
	.endm

	/* Four words at a time from the second Image to x1. */
	.macro	copy_image
	adr	x0, second
	mov	x2, #SECOND_SIZE
2:	sub	x2, x2, #8
	ldr	x3, [x0, x2]
	str	x3, [x1, x2]
	cbnz	x2, 2b
	.endm

	begin
	adr	x21, second
	adr	x22, work
#if is_tree_none
#elif is_tree_cvac
	find_tree				// the first line alone is invalidated as well
	dc_range cvac, x19, x20
	dsb	sy
#elif is_tree_ivac
	// the size is thrown away with the header: 1 MiB is enough
	add	x20, x19, #0x100
	dc_range ivac, x19, x20
	add	x23, x19, #0x100, lsl #12
	dc_range civac, x20, x23
	dsb	sy
#elif is_right_a64fx || is_right_osh || is_tree_no_dsb
	find_tree
	dc_range civac, x19, x20
#if is_right_osh
	dsb	osh
#elif !is_tree_no_dsb
	dsb	sy
#endif
#elif is_tree_first_line
	find_tree
	add	x23, x19, #128
	dc_range civac, x23, x20		// the second line is forgotten
	dsb	sy
#elif is_tree_last_line
	find_tree
	sub	x23, x20, #64
	dc_range civac, x19, x23
	dsb	sy
#else
	find_tree
	dc_range civac, x19, x20
	dsb	sy
#endif

#if is_right_image_bss
	add	x2, x21, #4096
	dc_range civac, x21, x2
	dsb	sy
	ic	iallu				// the I-side knows these addresses from before, too
	dsb	sy
	isb
#elif is_right_i
	set_sctlr (SCTLR_OFF | SCTLR_I)
	ic	iallu
	dsb	sy
	isb
#elif is_right_cached || is_image_dirty || is_tree_dirtied || is_work_dirty || \
	is_right_published || is_right_unpublished || is_work_thrown || is_work_newer || \
	is_work_two
	dc	civac, x22
	adr	x23, other
	dc	civac, x23
	dsb	sy
	mmu_on
#if is_right_cached
	ldr	w2, [x19]
	ldr	w2, [x21]
#elif is_image_dirty
	str	xzr, [x21, #SECOND_SIZE - 8]
#elif is_tree_dirtied
	ldr	w2, [x19, #28]			// boot_cpuid_phys
	str	w2, [x19, #28]
#else
	str	x22, [x22]
#endif
#if is_work_two
	str	x22, [x23]
	dc	civac, x22
#elif is_right_published
	dc	civac, x22
#elif is_work_thrown
	dc	ivac, x22
#endif
	dsb	sy
	mmu_off
#if is_work_newer
	dc	cvac, x22
	dsb	sy
	str	x22, [x22]
	dsb	sy
#endif
#elif is_digest
digest:	ldr	x2, [x22]			// the present bytes of memory, not the future ones
#elif is_work_stale
	dc	cvac, x22
	dsb	sy
#elif is_work_stored || is_work_stored_ish || is_work_stored_dmb
	dc	civac, x22
	dsb	sy
	str	x22, [x22]
#if is_work_stored_ish
	dsb	ish
#elif is_work_stored_dmb
	dmb	sy
#endif
#elif is_right_copied || is_copied_no_ic || is_copied_no_isb || is_copied_ic_first || \
	is_copied_tail || is_right_copied_cached
	adr	x1, copied
	add	x2, x1, #SECOND_SIZE
	dc_range civac, x1, x2
	dsb	sy
#if is_copied_ic_first
	ic	iallu
	dsb	sy
#endif
#if is_right_copied_cached
	mmu_on
#endif
	copy_image
#if is_right_copied_cached
	add	x2, x1, #SECOND_SIZE
	dc_range civac, x1, x2
	dsb	sy
	mmu_off
#endif
	dsb	sy
#if !is_copied_no_ic && !is_copied_ic_first
	ic	iallu
	dsb	sy
#endif
#if is_copied_tail
	// of an old program a word may be left in the I-cache
	str	xzr, [x1, #SECOND_SIZE - 8]
	dsb	sy
#endif
#if !is_copied_no_isb
	isb
#endif
	mov	x21, x1
#endif

	mov	x0, x19
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
#if is_context || is_context_dsb
	imm	x9, (SCTLR_OFF | 2)
	msr	SYS(sctlr), x9
#if is_context_dsb
	dsb	sy
#endif
#elif is_mmu
	mmu_on
#elif is_mmu_only
	mmu_on	sctlr=(SCTLR_OFF | SCTLR_M)
#elif is_dcache_only
	set_sctlr (SCTLR_OFF | SCTLR_C)
#elif is_daif_i
	msr	daifclr, #2
#elif is_daif_f
	msr	daifclr, #1
#elif is_daif_a
	msr	daifclr, #4
#elif is_daif_d
	msr	daifclr, #8
#elif is_x1
	mov	x1, #1
#elif is_x2
	movz	x2, #1, lsl #48
#elif is_x3
	mov	x3, #0x1000
#elif is_x0_unaligned
	add	x0, x0, #4
#elif is_right_x0_null
	mov	x0, #0
#elif is_x0_image
	mov	x0, x21
#elif is_el0
	adr	x9, vectors_exit
	msr	SYS(vbar), x9
#if EL == 2
	imm	x9, ((1 << 31) | (1 << 27))	// RW; TGE: SVC comes to EL2
	msr	hcr_el2, x9
#endif
	isb
	msr	SYS(elr), x21
	mov	x9, #0x3c0
	msr	SYS(spsr), x9
	eret
#endif
	br	x21
	end

	.section .next, "awx"
	.balign	2048
vectors_exit:
	.rept	16
	.balign	128
	b	exit
	.endr

	map_tables
	.section .second, "awx"
	.balign	4096
#if is_image_bss || is_right_image_bss
second:	header	4096				// the rest is bss
#else
second:	header	SECOND_SIZE
#endif
#if is_el0
	svc	#0				// only a higher level can end the machine
#endif
	finish
	.balign	SECOND_SIZE

	.section .bss
	.balign	4096
copied:	.skip	4096
work:	.skip	64
work_end:
	.skip	192
other:	.skip	64
other_end:
	.skip	192
