/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run in place from flash at 0. RAM is where ram= says; nothing in it is loaded.
 */
// all: el=1,2,3 boot=flash expect=store-to-flash@bad \
//	args=start=0x0,flash=0x0-0x4000000,ram=0x40000000-0x44000000,clean=0x40000000-0x44000000
// case right: expect=none
// case right_tables: expect=none
// case right_code: expect=none
// case right_smp: smp=2 expect=none el=3
// case store:
// case store_byte:
// case store_on:
// case zva: also=zva@bad
// case stack:
// case hostile: expect=read-under-dirty@bad args=start=0x0,flash=0x0-0x4000000,ram=0x40000000-0x44000000
// case pop: expect=read-under-dirty@bad
// case copy_no_ic: expect=fetch-no-ic@bad
// case right_secure_ram: el=3 expect=none \
//	args=start=0x0,flash=0x0-0x4000000,ram=0x40000000-0x44000000,ram=0xe000000-0xf000000,secure=0xe000000-0xf000000,clean=0xe000000-0xf000000
// case right_secure_ram_cleaned: el=3 expect=none \
//	args=start=0x0,flash=0x0-0x4000000,ram=0x40000000-0x44000000,ram=0xe000000-0xf000000,secure=0xe000000-0xf000000
// case secure_ram_hostile: el=3 expect=write-under-dirty@bad also=write-under-stale@bad,walk-dirty@on,walk-stale@on \
//	args=start=0x0,flash=0x0-0x4000000,ram=0x40000000-0x44000000,ram=0xe000000-0xf000000,secure=0xe000000-0xf000000
// case secure_ram_pop: el=3 expect=read-under-dirty@bad \
//	args=start=0x0,flash=0x0-0x4000000,ram=0x40000000-0x44000000,ram=0xe000000-0xf000000,secure=0xe000000-0xf000000,clean=0xe000000-0xf000000
#include "common.h"

	begin
#if is_right_smp
	mrs	x2, mpidr_el1			// all CPUs start here
	ands	x2, x2, #0xff
	b.eq	2f
1:	wfe
	b	1b
2:
#endif
	imm	x0, 0x40300000
	adr	x1, place
#if is_right || is_right_smp
	str	x0, [x0]
	ldr	x2, [x0]
	ldr	x2, [x1]
#elif is_store
bad:	str	wzr, [x1]
#elif is_store_byte
bad:	strb	wzr, [x1]
#elif is_zva
	mmu_on	flash_tables
bad:	dc	zva, x1
#elif is_store_on
	mmu_on	flash_tables
bad:	str	wzr, [x1]
#elif is_stack
	add	x2, x1, #64
	mov	sp, x2
bad:	stp	xzr, xzr, [sp, #-16]!
#elif is_hostile
bad:	ldr	x2, [x0]
#elif is_right_tables || is_pop
	mmu_on	flash_tables
	str	x0, [x0]
#if is_right_tables
	dc	civac, x0
	dsb	sy
#endif
	mmu_off
bad:	ldr	x2, [x0]
#elif is_right_code || is_copy_no_ic
	imm	x3, 0xd61f0080			// br x4
	str	w3, [x0]
	dsb	sy
#if is_right_code
	ic	iallu
	dsb	sy
#endif
	isb
	adr	x4, exit
	br	x0
	.equ	bad, 0x40300000 + 0x40200000	/* symbols are moved by the link address */
#else
	imm	x0, 0x0e001000			// tables, and behind them a stack
	adr	x1, flash_tables
#if is_right_secure_ram_cleaned
	add	x4, x0, #4096
	dc_range civac, x0, x4
	dsb	sy
#endif
	mov	x2, #0
1:	ldr	x3, [x1, x2]
bad_store: str	x3, [x0, x2]
	add	x2, x2, #8
	cmp	x2, #4096
	b.lo	1b
	dsb	sy
	imm	x9, MAIR_ON
	msr	SYS(mair), x9
	imm	x9, TCR_ON
	msr	SYS(tcr), x9
	msr	SYS(ttbr0), x0
	TLBI_ALL
	dsb	sy
	isb
	imm	x9, SCTLR_ON
on:	msr	SYS(sctlr), x9
	isb
#if is_right_secure_ram_cleaned || is_secure_ram_hostile
	.equ	bad, bad_store
#else
	add	x5, x0, #2048
	add	x5, x5, #4096
	mov	sp, x5
	stp	x0, x1, [sp, #-16]!
#if is_right_secure_ram
	mov	x5, sp
	dc	civac, x5
	dsb	sy
#endif
	mmu_off
bad:	ldp	x0, x1, [sp], #16
#endif
#endif
	end

	.section .far, "awx"
	.balign	4096
flash_tables:
	.quad	0x00000000 + 0x701 + AP_RW
	.quad	0x40000000 + BLOCK_WB
	.fill	510, 8, 0
place:	.fill	32, 8, 0
