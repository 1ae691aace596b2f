/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way to load and to store. The MMU is on and the address is Non-cacheable, so that only the
 * dirty bytes matter: the second line of `cell`. An access ends with that line, or with the line
 * before it.
 */
// all: expect=read-under-dirty@bad cpu=max args=dirty={mark}-{mark_end}
// case right_loads: expect=none el=1,2,2h
// case right_stores: expect=none el=1,2,2h args=dirty={line}-{mark_end}
// case right_literal: expect=none
// case right_prfm: expect=none
// case right_fault: expect=none args=dirty={mark}-{mark_end}
// case right_stxr_fails: expect=none args=none
// case ldrb:
// case ldrh:
// case ldrsw:
// case ldr:
// case ldp:
// case ldpsw:
// case ldnp:
// case ldur:
// case ldtr: el=2
// case ldr_post:
// case ldr_pre:
// case ldr_index:
// case ldar:
// case ldapr:
// case ldlar:
// case ldxr:
// case ldraa:
// case ldr_b:
// case ldr_q:
// case ldp_q:
// case ld1_4:
// case ld1_lane:
// case ld1r:
// case ld4:
// case literal:
// case literal_sw:
// case ld1_sve:
// case ldr_sve:
// case ld1_gather:
// case strb: expect=write-under-dirty@bad
// case strh: expect=write-under-dirty@bad
// case str: expect=write-under-dirty@bad
// case stp: expect=write-under-dirty@bad
// case stnp: expect=write-under-dirty@bad
// case stur: expect=write-under-dirty@bad
// case sttr: el=2 expect=write-under-dirty@bad
// case str_post: expect=write-under-dirty@bad
// case stlr: expect=write-under-dirty@bad
// case stllr: expect=write-under-dirty@bad
// case stxr: expect=write-under-dirty@bad args=dirty={line}-{mark_before}
// case str_q: expect=write-under-dirty@bad
// case stp_q: expect=write-under-dirty@bad
// case st1_4: expect=write-under-dirty@bad
// case st1_lane: expect=write-under-dirty@bad
// case st4: expect=write-under-dirty@bad
// case st1_sve: expect=write-under-dirty@bad
// case str_sve: expect=write-under-dirty@bad
// case stnt1_sve: expect=write-under-dirty@bad
// case swp: expect=read-under-dirty@bad,write-under-dirty@bad
// case ldadd: expect=read-under-dirty@bad,write-under-dirty@bad
// case cas: expect=read-under-dirty@bad also=write-under-dirty@bad
// case zva: expect=write-under-dirty@bad
#include "common.h"
	.arch	armv8.5-a+sve+lse

	/* x1: the address of an access of size bytes that ends with the line. */
	.macro	place size
	sub	x1, x10, #\size
	.endm

	/* Each may only clobber x1 to x9 and vectors. */
	.macro	loads
	place 1
	ldrb	w2, [x1]
	place 2
	ldrh	w2, [x1]
	place 4
	ldrsw	x2, [x1]
	place 8
	ldr	x2, [x1]
	place 16
	ldp	x2, x3, [x1]
	place 8
	ldpsw	x2, x3, [x1]
	place 16
	ldnp	x2, x3, [x1]
	place 9
	ldur	x2, [x1, #1]
	place 8
#if EL == 2 && !E2H			/* otherwise an access as EL0, which has no mapping */
	ldtr	x2, [x1]
#endif
	ldr	x2, [x1], #8
	place 16
	ldr	x2, [x1, #8]!
	place 8
	ldar	x2, [x1]
	ldlar	x2, [x1]
	ldapr	x2, [x1]
	place 1
	ldr	b0, [x1]
	place 16
	ldr	q0, [x1]
	place 32
	ldp	q0, q1, [x1]
	place 64
	ld1	{v0.16b-v3.16b}, [x1]
	ld4	{v0.16b-v3.16b}, [x1]
	place 4
	ld1	{v0.s}[2], [x1]
	ld1r	{v0.4s}, [x1]
	place 16
	ld1b	{z0.b}, p0/z, [x1]
	ldr	z0, [x1]
	.endm

	.macro	stores
	place 1
	strb	w2, [x1]
	place 2
	strh	w2, [x1]
	place 8
	str	x2, [x1]
#if EL == 2 && !E2H
	sttr	x2, [x1]
#endif
	stlr	x2, [x1]
	stllr	x2, [x1]
	str	x2, [x1], #8
	place 16
	stp	x2, x3, [x1]
	stnp	x2, x3, [x1]
	str	q0, [x1]
	st1b	{z0.b}, p0, [x1]
	str	z0, [x1]
	place 64
	st1	{v0.16b-v3.16b}, [x1]
	st4	{v0.16b-v3.16b}, [x1]
	dc	zva, x1
	.endm

	begin
	mmu_on
	// FP and SVE, with vectors of 16 bytes.
#if EL == 2 && !E2H
	imm	x9, 0x32ff
	msr	cptr_el2, x9
#elif EL == 2
	imm	x9, ((3 << 20) | (3 << 16))
	msr	cptr_el2, x9
#else
	imm	x9, ((3 << 20) | (3 << 16))
	msr	cpacr_el1, x9
#endif
	isb
#if EL == 1
	msr	s3_0_c1_c2_0, xzr		// ZCR_EL1
#else
	msr	s3_4_c1_c2_0, xzr		// ZCR_EL2
#endif
	isb
	ptrue	p0.b
	adr	x0, cell
	imm	x10, AS_NC
	add	x10, x10, x0
	add	x10, x10, #64			// the end of the line before
#if is_right_loads
	loads
#elif is_right_stores
	stores
#elif is_right_literal
	ldr	x2, literal_before
#elif is_right_prfm
	prfm	pldl1keep, [x10, #56]		// a hint: no value returned
	prfm	pstl1keep, [x10, #56]
#elif is_right_fault
	adr	x9, vectors_skip
	msr	SYS(vbar), x9
	isb
	imm	x1, 0x140000000			// not mapped: no access is made
	ldr	x2, [x1]
	str	x2, [x1]
#elif is_right_stxr_fails
	ldxr	x2, [x0]
	clrex
	stxr	w3, x2, [x0]			// no store, so no dirty byte
	cbz	w3, fault
	ldr	x2, [x10, #-64]
#else
	add	x10, x10, #64
#if is_ldrb
	place 1
bad:	ldrb	w2, [x1]
#elif is_ldrh
	place 2
bad:	ldrh	w2, [x1]
#elif is_ldrsw
	place 4
bad:	ldrsw	x2, [x1]
#elif is_ldr
	place 8
bad:	ldr	x2, [x1]
#elif is_ldp
	place 16
bad:	ldp	x2, x3, [x1]
#elif is_ldpsw
	place 8
bad:	ldpsw	x2, x3, [x1]
#elif is_ldnp
	place 16
bad:	ldnp	x2, x3, [x1]
#elif is_ldur
	place 9
bad:	ldur	x2, [x1, #1]
#elif is_ldtr
	place 8
bad:	ldtr	x2, [x1]
#elif is_ldr_post
	place 8
bad:	ldr	x2, [x1], #8
#elif is_ldr_pre
	place 16
bad:	ldr	x2, [x1, #8]!
#elif is_ldr_index
	place 8
	mov	w3, #-8
	add	x1, x1, #64
bad:	ldr	x2, [x1, w3, sxtw #3]
#elif is_ldar
	place 8
bad:	ldar	x2, [x1]
#elif is_ldapr
	place 8
bad:	ldapr	x2, [x1]
#elif is_ldlar
	place 8
bad:	ldlar	x2, [x1]
#elif is_ldxr
	place 8
bad:	ldxr	x2, [x1]
#elif is_ldraa
	place 8
bad:	ldraa	x2, [x1]
#elif is_ldr_b
	place 1
bad:	ldr	b0, [x1]
#elif is_ldr_q
	place 16
bad:	ldr	q0, [x1]
#elif is_ldp_q
	place 32
bad:	ldp	q0, q1, [x1]
#elif is_ld1_4
	place 64
bad:	ld1	{v0.16b-v3.16b}, [x1]
#elif is_ld1_lane
	place 4
bad:	ld1	{v0.s}[2], [x1]
#elif is_ld1r
	place 4
bad:	ld1r	{v0.4s}, [x1]
#elif is_ld4
	place 64
bad:	ld4	{v0.16b-v3.16b}, [x1]
#elif is_literal || is_literal_sw
	mmu_off
#if is_literal
bad:	ldr	x2, mark_before
#else
bad:	ldrsw	x2, mark_before + 4
#endif
#elif is_ld1_sve
	place 16
bad:	ld1b	{z0.b}, p0/z, [x1]
#elif is_ldr_sve
	place 16
bad:	ldr	z0, [x1]
#elif is_ld1_gather
	place 8
	index	z1.d, #0, #0
bad:	ld1d	{z0.d}, p0/z, [x1, z1.d]
#elif is_strb
	place 1
bad:	strb	w2, [x1]
#elif is_strh
	place 2
bad:	strh	w2, [x1]
#elif is_str
	place 8
bad:	str	x2, [x1]
#elif is_stp
	place 16
bad:	stp	x2, x3, [x1]
#elif is_stnp
	place 16
bad:	stnp	x2, x3, [x1]
#elif is_stur
	place 9
bad:	stur	x2, [x1, #1]
#elif is_sttr
	place 8
bad:	sttr	x2, [x1]
#elif is_str_post
	place 8
bad:	str	x2, [x1], #8
#elif is_stlr
	place 8
bad:	stlr	x2, [x1]
#elif is_stllr
	place 8
bad:	stllr	x2, [x1]
#elif is_stxr
	place 8
	ldxr	x2, [x1]
bad:	stxr	w3, x2, [x1]
	cbnz	w3, fault
#elif is_str_q
	place 16
bad:	str	q0, [x1]
#elif is_stp_q
	place 32
bad:	stp	q0, q1, [x1]
#elif is_st1_4
	place 64
bad:	st1	{v0.16b-v3.16b}, [x1]
#elif is_st1_lane
	place 4
bad:	st1	{v0.s}[2], [x1]
#elif is_st4
	place 64
bad:	st4	{v0.16b-v3.16b}, [x1]
#elif is_st1_sve
	place 16
bad:	st1b	{z0.b}, p0, [x1]
#elif is_str_sve
	place 16
bad:	str	z0, [x1]
#elif is_stnt1_sve
	place 16
bad:	stnt1b	{z0.b}, p0, [x1]
#elif is_swp
	place 8
bad:	swp	x2, x3, [x1]
#elif is_ldadd
	place 8
bad:	ldadd	x2, x3, [x1]
#elif is_cas
	place 8
bad:	cas	x2, x3, [x1]
#elif is_zva
	place 64
bad:	dc	zva, x1
#endif
#endif
	end

	.section .next, "awx"
	.balign	2048
vectors_skip:
	.rept	16
	.balign	128
	mrs	x16, SYS(elr)
	add	x16, x16, #4
	msr	SYS(elr), x16
	eret
	.endr

	map_tables
	.section .far, "awx"
	.balign	256
cell:	.fill	7, 8, 0
literal_before:
	.quad	0
line:	.fill	7, 8, 0
mark_before:
	.equ	mark, . + 7			// the last byte of the line
	.quad	0
	.equ	mark_end, .
	.balign	256
