/* SPDX-License-Identifier: BSD-2-Clause */
/* Two address spaces over one memory. EL3 maps RAM secure and, at other addresses, non-secure; non-secure EL2 comes */
/* next. A dc through one space leaves the other's line. */
// all: el=3 expect=read-under-dirty@bad
// case right_ns: expect=none
// case right_secure: expect=none
// case right_off: expect=none
// case right_ns_both_cached: expect=none
// case right_same_space: expect=none
// case right_other_space: expect=none
// case right_nstable: expect=none
// case right_both_clean: expect=none
// case none:
// case ns_none:
// case wrong_space:
// case wrong_space_ns:
// case no_dsb:
// case ivac: expect=read-thrown@bad
// case both_cached:
// case other_space:
// case other_space_old: expect=read-stale@bad
// case nstable:
// case over_nc: expect=write-under-dirty@bad
// case over_cached: expect=write-under-dirty@bad
// case over_off: expect=write-under-dirty@bad args=secure=0x1000-0x2000
// case right_over_off: expect=none args=secure=0x1000-0x2000,clean=0x40000000-0x44000000
// case read_off: args=secure=0x1000-0x2000
// case right_code: expect=none
// case right_code_cached: expect=none
// case right_code_ns: expect=none
// case code_no_ic: expect=fetch-no-ic@copy+copy_ret
// case code_no_isb_no_dsb: expect=fetch-no-ic@copy+copy_ret
// case code_cvau: expect=fetch-dirty@copy+copy_ret also=fetch-no-ic@copy+copy_ret
// case code_wrong_space: expect=fetch-dirty@copy+copy_ret also=fetch-no-ic@copy+copy_ret
// case code_ns_none: expect=fetch-dirty@copy+copy_ret also=fetch-no-ic@copy+copy_ret
// case code_thrown: expect=fetch-thrown@copy+copy_ret also=fetch-no-ic@copy+copy_ret
// case right_code_i: expect=none args=stale={copied}-{copied_end},secure=0x1000-0x2000
// case code_i: expect=fetch-stale@copied+copied_ret args=stale={copied}-{copied_end}
// case right_code_i_ns: expect=none args=stale={copied}-{copied_end}
// case code_i_ns: expect=fetch-stale@copied_ns+copied_ns_ret \
//	args=stale={copied}-{copied_end},secure=0x1000-0x2000
// case code_i_moved: expect=fetch-stale@copied+copied_ret args=stale={copied}-{copied_end},secure=0x1000-0x2000
// case right_walk: expect=none
// case walk: expect=walk-dirty@bad
// case walk_ns_off: expect=walk-stale@bad
// case right_walk_ns_off: expect=none
// case right_map_off: expect=none
// case map_left: expect=read-stale@bad
// case right_smc: expect=none
// case smc:
// case right_published: expect=none args=stop={payload},publish=w:{cell}-{cell_end} stop=payload
// case published: expect=handoff-dirty@payload args=stop={payload},publish=w:{cell}-{cell_end} stop=payload
// case published_other: expect=handoff-dirty@payload args=stop={payload},publish=w:{cell}-{cell_end} stop=payload
// case published_old: expect=handoff-stale@payload args=stop={payload},publish=w:{cell}-{cell_end} stop=payload
// case right_through: expect=none args=through={second} stop=third
// case right_through_part: expect=none args=through={second}-{behind} stop=third
// case through_dirty: expect=handoff-dirty@second also=fetch-dirty@through args=through={second} stop=third
// case through_late: expect=handoff-dirty@third also=fetch-dirty@late args=through={second} stop=third
#include "common.h"
/* Other addresses of RAM in `spaces`. */
#define AT_NS		0x40000000	/* write-back */
#define AT_NS_NC	0x80000000
#define AT_NSTABLE	0xc0000000	/* write-back, by the table's bit */
	.macro	el2_mmu_on table=tables, at=
	imm	x9, MAIR_ON
	msr	mair_el2, x9
	imm	x9, TCR_ON
	msr	tcr_el2, x9
	adr	x9, \table
	msr	ttbr0_el2, x9
	tlbi	alle2
	dsb	sy
	isb
	imm	x9, (0x30c50830 | SCTLR_M | SCTLR_C)
	\at
	msr	sctlr_el2, x9
	isb
	.endm
	begin
	adr	x0, cell
	imm	x1, AT_NS
	add	x1, x1, x0
	imm	x2, AT_NS_NC
	add	x2, x2, x0
	imm	x3, AT_NSTABLE
	add	x3, x3, x0
	adr	x20, exit
#if is_right_off || is_right_over_off || is_over_off || is_read_off
	// all at EL3 with the MMU off: secure Device accesses
#if is_over_off || is_right_over_off || is_read_off
	adr	x0, hostile
#endif
#if is_read_off
bad:	ldr	x5, [x0]			// a non-secure line may be newer
	b	exit
#else
bad:	str	x0, [x0]
#endif
	dsb	sy
	to_el2	lower
#elif is_right_code || is_code_no_ic || is_code_no_isb_no_dsb || is_right_code_cached || is_right_code_ns || \
	is_code_cvau || is_code_wrong_space || is_code_ns_none || is_code_thrown
	adr	x4, copied
	adr	x0, copy
	mov	x5, x0
#if !is_right_code && !is_code_no_ic && !is_code_no_isb_no_dsb
	mmu_on	table=spaces
#endif
#if is_right_code_ns || is_code_ns_none
	imm	x5, AT_NS
	add	x5, x5, x0
#endif
	ldr	w6, [x4]
	ldr	w7, [x4, #4]
	str	w6, [x5]
	str	w7, [x5, #4]
#if is_right_code_cached || is_right_code_ns
	dc	cvac, x5
	dsb	sy
#elif is_code_cvau
	dc	cvau, x5			// to where this space's fetches look
	dsb	sy
#elif is_code_wrong_space
	imm	x6, AT_NS
	dmb	sy
	add	x6, x6, x0
	dc	civac, x6
	dsb	sy
#elif is_code_thrown
	dc	ivac, x5
	dsb	sy
#endif
#if is_code_no_isb_no_dsb
	ic	iallu				// before the stores are complete
#endif
	dsb	sy
#if !is_code_no_ic && !is_code_no_isb_no_dsb
	ic	iallu
	dsb	sy
	isb
#endif
	mmu_off
	to_el2	copy
#elif is_right_code_i || is_code_i
	set_sctlr (SCTLR_OFF | SCTLR_I)		// the stale line is of the space that is fetched from, or not
	adr	x4, copied
	br	x4
#elif is_right_code_i_ns || is_code_i_ns
	mmu_on	table=spaces, sctlr=(SCTLR_ON | SCTLR_I)
	adr	x4, copied
	imm	x5, AT_NS
	add	x4, x4, x5
	br	x4
#elif is_code_i_moved
	mmu_on	table=spaces, sctlr=(SCTLR_ON | SCTLR_I)
	adr	x4, copied
	adr	x20, 1f
	br	x4				// secure, and good
1:	adr	x20, exit
	adr	x9, spaces_moved
	msr	ttbr0_el3, x9
	isb
	tlbi	alle3
	dsb	sy
	isb
	br	x4				// the same address and code, non-secure
#elif is_right_walk || is_walk || is_walk_ns_off || is_right_walk_ns_off
	mmu_on	table=spaces
#if is_walk_ns_off || is_right_walk_ns_off
	mmu_off					// until here lines of both spaces were filled
#endif
	adr	x4, low_tables
	imm	x5, (0x40000000 + BLOCK_WB)
	str	x5, [x4, #8]
#if is_right_walk
	dc	cvac, x4
#endif
	dsb	sy
#if !is_walk_ns_off && !is_right_walk_ns_off
	mmu_off
#endif
	to_el2	lower
#elif is_right_through || is_right_through_part || is_through_dirty || is_through_late
	mmu_on	table=spaces
#if is_right_through_part
	adr	x4, behind			// what is behind is nobody's yet
	str	x0, [x4]
#elif is_through_dirty
	adr	x4, through
	ldr	w5, [x4]
	str	w5, [x4]
#elif is_through_late
	adr	x4, late
	ldr	w5, [x4]
	str	w5, [x4]
#endif
	dsb	sy
	mmu_off
	ic	iallu
	dsb	sy
	isb
	mov	x0, #0
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	to_el2	second
#elif is_right_smc || is_smc
	adr	x9, vectors_smc
	msr	vbar_el3, x9
	isb
	to_el2	lower
#else
	mmu_on	table=spaces
#if is_right_ns || is_ns_none || is_right_ns_both_cached || is_wrong_space_ns
	str	x0, [x1]
#elif is_right_nstable || is_nstable
	str	x0, [x3]
#elif is_right_other_space || is_other_space || is_other_space_old
	ldr	x5, [x0]			// a secure line is there
	str	x0, [x1]
#elif !is_right_map_off && !is_map_left
	str	x0, [x0]
#endif
#if is_right_ns
	dc	civac, x1
	dsb	sy
#elif is_right_secure || is_right_published || is_published_other || is_published_old
#if !is_published_other
	dc	civac, x0
	dsb	sy
#endif
#if !is_right_secure && !is_published_old
	dmb	sy
	dc	civac, x1			// `spaces` may have filled this line before the store was in memory
	dsb	sy
#endif
#elif is_right_both_clean
	dmb	sy
	dc	cvac, x0
	dc	civac, x1
	dsb	sy
#elif is_wrong_space
	dmb	sy
	dc	civac, x1			// the NS bit is wrong here, or was above
	dsb	sy
#elif is_wrong_space_ns
	dmb	sy
	dc	civac, x0
	dsb	sy
#elif is_no_dsb
	dc	civac, x0
	dmb	sy
#elif is_ivac
	dc	ivac, x0
	dsb	sy
#elif is_right_same_space
	ldr	x5, [x0]
#elif is_right_other_space
	dc	cvac, x1			// the store to memory
	dsb	sy
	dc	civac, x0			// and then the old line away
	dsb	sy
	ldr	x5, [x0]
#elif is_other_space
bad:	ldr	x5, [x0]
#elif is_other_space_old
	dmb	sy
	dc	civac, x0			// the wrong way round: the map fills the line again
	dsb	sy
	dc	cvac, x1
	dsb	sy
bad:	ldr	x5, [x0]
#elif is_right_nstable
	ldr	x5, [x1]
#elif is_nstable
bad:	ldr	x5, [x0]
#elif is_over_nc
bad:	str	x0, [x2, #8]
#elif is_over_cached
bad:	str	x0, [x1, #8]
#endif
#if is_right_nstable || is_nstable || is_over_nc || is_over_cached || is_right_other_space || is_other_space || \
	is_other_space_old || is_right_same_space
	b	exit
#endif
#if !is_map_left
	mmu_off
#endif
#if is_right_published || is_published || is_published_other || is_published_old
	to_el2	payload
payload: b	exit
#else
	to_el2	lower
#endif
#endif
	// Non-secure EL2.
lower:
#if is_right_walk || is_walk || is_walk_ns_off || is_right_walk_ns_off
#if !is_walk_ns_off
	dc	civac, x4			// the non-secure line, filled before the store was in memory
	dsb	sy
#endif
	el2_mmu_on table=low_tables, at=bad:
#elif is_right_ns_both_cached || is_both_cached
	el2_mmu_on
bad:	ldr	x5, [x0]
#elif is_right_map_off || is_map_left
	el2_mmu_on				// its own map comes and goes
	imm	x9, 0x30c50830
	msr	sctlr_el2, x9
	isb
	dc	civac, x0			// no line is left, unless a map that is on brings it back
	dsb	sy
	str	x0, [x0]
	dsb	sy
	el2_mmu_on
bad:	ldr	x5, [x0]
#elif is_right_smc || is_smc
	el2_mmu_on
	str	x0, [x0]
#if is_right_smc
	dc	cvac, x0
#endif
	dsb	sy
	smc	#0
#else
#if is_right_off || is_right_over_off || is_right_ns || is_right_secure || is_none || is_ns_none || \
	is_wrong_space || is_wrong_space_ns || is_no_dsb || is_ivac || is_right_both_clean
#if !is_right_off && !is_right_over_off
bad:
#endif
	ldr	x5, [x0]
#endif
#endif
	b	exit
	end
	vectors_of_el2
	.section .next, "awx"
	.balign	2048
vectors_smc:					// EL3, with the MMU off
	.rept	16
	.balign	128
	b	1f
	.endr
1:
#if is_right_smc || is_smc
bad:	ldr	x5, [x0]
#endif
	br	x20
	map_tables
	.section .far, "awx"
	.balign	4096
spaces:	.quad	BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB
	.quad	0x40000000 + BLOCK_WB + NS
	.quad	0x40000000 + BLOCK_NC + NS
	.quad	spaces_next + TABLE + NS_TABLE
	.fill	507, 8, 0
spaces_next:
	.set	block, 0
	.rept	512
	.quad	0x40000000 + (block << 21) + BLOCK_WB
	.set	block, block + 1
	.endr
spaces_moved:
	.quad	BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB + NS
	.fill	510, 8, 0
low_tables:
	.quad	BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB
	.fill	510, 8, 0
	.balign	256
copied:	nop
copied_ret:
	br	x20
	.balign	256
copied_end:
	.equ	copied_ns, copied + AT_NS
	.equ	copied_ns_ret, copied_ret + AT_NS
	.text
	far_cells cell
	far_cells copy_cells
	.equ	copy, copy_cells
	.equ	copy_ret, copy_cells + 4
	cells	.bss, hostile
#if is_right_through || is_right_through_part || is_through_dirty || is_through_late
	.section .second, "awx"
	.balign	4096
second:	header	0x1000
through: adr	x9, third
	br	x9
	.balign	256
behind: .quad	0
	.balign	4096
third:	header	0x1000
late:	br	x20
	.balign	4096
	.text
#endif
