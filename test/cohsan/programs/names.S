/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner of a register: at EL2 the _EL1 names mean EL2's own registers with E2H = 1, EL1's
 * without; _EL12 names EL1's. Also levels other than the running level.
 */
// all: expect=context@bad
// case right_el1_sctlr: expect=none el=2
// case right_el1_vbar: expect=none el=2
// case right_el12_sctlr: expect=none el=2h
// case right_el12_vbar: expect=none el=2h
// case right_el12_ttbr: expect=none el=2h
// case right_el1_names: expect=none el=2h
// case right_el0: expect=none el=1,2h
// case right_el0_civac: expect=none el=1,2h
// case right_brk: expect=none
// case el1_sctlr_uncached: expect=read-under-dirty@bad el=2
// case el12_sctlr_uncached: expect=read-under-dirty@bad el=2h
// case el1_sctlr_no_tlbi: expect=tlb-stale@bad el=2
// case el1_sctlr: el=2h
// case el1_ttbr: el=2h
// case el1_tcr: el=2h
// case el1_mair: el=2h
// case el1_vbar: el=2h
// case el1_cpacr: el=2h
// case el1_names_no_tlbi: expect=tlb-stale@bad el=2h
// case el1_names_cached: expect=read-stale@bad el=2h
// case right_tlbi_el1_host: expect=none el=2h
// case tlbi_el1_guest: expect=tlb-stale@bad el=2h
// case el0: expect=read-under-dirty@bad el=1,2h
// case el0_cached: expect=read-stale@bad el=1,2h
// case el0_no_dsb: expect=read-under-dirty@bad el=1,2h
// case el0_stores: expect=read-under-dirty@bad el=1,2h
// case brk:
// case udf:
#include "common.h"
#define HCR_GUEST	((1 << 34) | (1 << 31))		/* E2H without TGE */
#define SCTLR_UCI	(1 << 26)			/* cache maintenance at EL0 */
/* in tables_el0: EL0 may write, and not execute */
#define AS_EL0		0x80000000

	/* To EL0 at `below`, which returns by BRK. */
	.macro	to_el0
	adr	x9, below
	msr	SYS(elr), x9
	mov	x9, #0x3c0
	msr	SYS(spsr), x9
	adr	x9, vectors_back
	msr	SYS(vbar), x9
	isb
	eret
	.endm

	begin
	adr	x0, cell
	adr	x1, plain
#if is_right_el1_sctlr || is_el1_sctlr_uncached
	tlbi	alle1
	dsb	sy
	imm	x9, 0x30d00805			// EL1's MMU and cache: no effect on EL2
	msr	sctlr_el1, x9
#if is_right_el1_sctlr
	ldr	x2, [x1]
#else
bad:	ldr	x2, [x0]
#endif
#elif is_right_el12_sctlr || is_el12_sctlr_uncached
	tlbi	alle1
	dsb	sy
	imm	x9, 0x30d00805
	msr	s3_5_c1_c0_0, x9		// SCTLR_EL12
#if is_right_el12_sctlr
	ldr	x2, [x1]
#else
bad:	ldr	x2, [x0]
#endif
#elif is_right_el1_vbar
	msr	vbar_el1, x0
	svc	#0
#elif is_right_el12_vbar
	msr	s3_5_c12_c0_0, x0		// VBAR_EL12
	svc	#0
#elif is_right_el12_ttbr
	mmu_prepare
	msr	s3_5_c2_c0_0, x0		// TTBR0_EL12
	msr	s3_5_c2_c0_2, x0		// TCR_EL12
	msr	s3_5_c10_c2_0, x0		// MAIR_EL12
	imm	x9, SCTLR_ON
	msr	sctlr_el2, x9
	isb
	ldr	x2, [x1]
#elif is_right_el1_names || is_el1_names_no_tlbi || is_el1_names_cached
	imm	x9, MAIR_ON
	msr	mair_el1, x9
	imm	x9, TCR_ON
	msr	tcr_el1, x9
	adr	x9, tables
	msr	ttbr0_el1, x9
#if !is_el1_names_no_tlbi
	TLBI_ALL
#endif
	dsb	sy
	isb
	imm	x9, SCTLR_ON
#if is_el1_names_no_tlbi
bad:	msr	sctlr_el1, x9
	isb
#else
	msr	sctlr_el1, x9
	isb
#if is_right_el1_names
	ldr	x2, [x1]
#else
bad:	ldr	x2, [x0]
#endif
#endif
#elif is_el1_sctlr_no_tlbi
	TLBI_ALL				// EL2's
	dsb	sy
	imm	x9, 0x30d00805
bad:	msr	sctlr_el1, x9
#elif is_el1_sctlr
	imm	x9, (SCTLR_OFF | SCTLR_C)
	msr	sctlr_el1, x9
bad:	ldr	x2, [x1]
#elif is_el1_ttbr || is_el1_tcr || is_el1_mair
	mmu_prepare
	imm	x9, SCTLR_ON
	adr	x10, tables_el0
	imm	x11, (TCR_ON - (1 << 10))
	imm	x12, (MAIR_ON + 0xff00000000)
#if is_el1_ttbr
	msr	ttbr0_el1, x10
#elif is_el1_tcr
	msr	tcr_el1, x11
#else
	msr	mair_el1, x12
#endif
bad:	msr	sctlr_el2, x9
	isb
#elif is_el1_vbar
	adr	x9, vectors_back
	msr	vbar_el1, x9
	adr	x10, exit
bad:	svc	#0
#elif is_el1_cpacr
	msr	cpacr_el1, xzr
	isb
	imm	x9, (3 << 20)
	msr	cpacr_el1, x9
bad:	fmov	d0, x0
#elif is_right_tlbi_el1_host || is_tlbi_el1_guest
#if is_tlbi_el1_guest
	imm	x9, HCR_GUEST
	msr	hcr_el2, x9
	isb
#endif
	imm	x9, MAIR_ON
	msr	mair_el2, x9
	imm	x9, TCR_ON
	msr	tcr_el2, x9
	adr	x9, tables
	msr	ttbr0_el2, x9
	tlbi	vmalle1				// with E2H and TGE: EL2&0
	dsb	sy
	isb
	imm	x9, SCTLR_ON
bad:	msr	sctlr_el2, x9
	isb
#elif is_brk || is_udf || is_right_brk
	adr	x9, vectors_back
	msr	SYS(vbar), x9
#if is_right_brk
	isb
#endif
	adr	x10, exit
#if is_udf
bad:	udf	#0
#else
bad:	brk	#0
#endif

#else
	adr	x10, 1f				// behind EL0
#if is_right_el0
	dc	civac, x0
	dsb	sy
#endif
#if is_right_el0_civac || is_el0_no_dsb
	imm	x9, (SCTLR_OFF | SCTLR_UCI)
	msr	SYS(sctlr), x9
#elif is_el0_cached || is_el0_stores
	mmu_on	tables_el0
	imm	x9, AS_EL0
	add	x0, x0, x9
	add	x1, x1, x9
#endif
	to_el0
1:
#if is_el0_stores
	mmu_off
	adr	x1, plain
bad:	ldr	x2, [x1]
#endif
	b	exit

below:
#if is_el0_stores
	str	x1, [x1]
#elif is_right_el0_civac || is_el0_no_dsb
	dc	civac, x0
#if is_right_el0_civac
	dsb	sy
	ldr	x2, [x0]
#else
bad:	ldr	x2, [x0]
#endif
#elif is_right_el0
	ldr	x2, [x0]
#else
bad:	ldr	x2, [x0]
#endif
	brk	#0
#endif
	end

	// Goes on at x10, on this level.
	.section .next, "awx"
	.balign	2048
vectors_back:
	.rept	16
	.balign	128
	br	x10
	.endr

	map_tables
	.section .far, "awx"
	.balign	4096
tables_el0:
	.quad	0
	.quad	0x40000000 + BLOCK_WB + (3 << 6)	// read-only for both: EL1 may execute
	.quad	0
	.quad	0x40000000 + BLOCK_WB + (1 << 6)
	.fill	508, 8, 0
	far_cells plain
	cells	.bss, cell
