/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * With the MMU off memory is Device memory: no unaligned accesses, no dc zva, no exclusives. The
 * vectors go on behind an alignment fault.
 */
// all: cpu=neoverse-n1
// case right_aligned: expect=none el=1,2,2h,3
// case right_pair: expect=none
// case right_unaligned_on: expect=none el=1,2,2h,3
// case right_unaligned_nc: expect=none
// case right_zva_on: expect=none
// case right_zva_nc: expect=none
// case right_exclusive_on: expect=none el=1,2,2h,3
// case right_acquire: expect=none
// case ldr: expect=unaligned@bad el=1,2,2h,3
// case str: expect=unaligned@bad
// case ldrh: expect=unaligned@bad
// case ldp: expect=unaligned@bad
// case ldr_w: expect=unaligned@bad
// case ldr_a72: expect=unaligned@bad cpu=cortex-a72
// case ldr_max: expect=unaligned@bad cpu=max
// case ldr_device: expect=unaligned@bad
// case zva: expect=zva@bad el=1,2,2h,3
// case zva_device: expect=zva@bad
// case ldxr: expect=exclusive@bad el=1,2,2h,3
// case ldaxrb: expect=exclusive@bad
// case ldxp: expect=exclusive@bad
// case stxr: expect=exclusive@bad
// case ldadd: expect=exclusive@bad
// case swp: expect=exclusive@bad
// case cas: expect=exclusive@bad
// case casp: expect=exclusive@bad
// case stadd: expect=exclusive@bad
// case ldxr_device: expect=exclusive@bad
#include "common.h"

	begin
	adr	x0, cell
	add	x3, x0, #4
#if is_right_aligned
	ldr	x1, [x0, #8]
	ldr	w1, [x3]
	str	w1, [x3]
	ldrh	w1, [x0, #2]
	ldrb	w1, [x0, #1]
#elif is_right_pair
	add	x3, x0, #8
	stp	x1, x2, [x3]			// each of the two is aligned
	ldp	x1, x2, [x3]
#elif is_right_unaligned_on
	mmu_on
	ldr	x1, [x3]
	str	x1, [x0, #61]
#elif is_right_unaligned_nc
	mmu_on
	imm	x1, AS_NC
	ldr	x1, [x3, x1]			// Normal memory, cacheable or not, lacks this rule
#elif is_right_zva_on
	mmu_on
	dc	zva, x0
#elif is_right_zva_nc
	mmu_on
	imm	x1, AS_NC
	add	x1, x1, x0
	dc	zva, x1
#elif is_right_exclusive_on
	mmu_on
1:	ldxr	x1, [x0]
	stxr	w2, x1, [x0]
	cbnz	w2, 1b
	ldadd	x1, x2, [x0]
#elif is_right_acquire
	ldar	x1, [x0]			// ordered, not exclusive
	stlr	x1, [x0]
#elif is_ldr || is_ldr_a72 || is_ldr_max
bad:	ldr	x1, [x3]
#elif is_str
bad:	str	x1, [x3]
#elif is_ldrh
bad:	ldrh	w1, [x0, #1]
#elif is_ldp
bad:	ldp	x1, x2, [x3]
#elif is_ldr_w
	add	x3, x0, #2
bad:	ldr	w1, [x3]
#elif is_ldr_device
	mmu_on
	imm	x1, AS_DEVICE
bad:	ldr	x1, [x3, x1]
#elif is_zva
bad:	dc	zva, x0
#elif is_zva_device
	mmu_on
	imm	x1, AS_DEVICE
	add	x1, x1, x0
bad:	dc	zva, x1
#elif is_ldxr
bad:	ldxr	x1, [x0]
#elif is_ldaxrb
bad:	ldaxrb	w1, [x0]
#elif is_ldxp
bad:	ldxp	x1, x2, [x0]
#elif is_stxr
bad:	stxr	w2, x1, [x0]
#elif is_ldadd
bad:	ldadd	x1, x2, [x0]
#elif is_stadd
bad:	stadd	w1, [x0]
#elif is_swp
bad:	swp	x1, x2, [x0]
#elif is_cas
bad:	cas	x1, x2, [x0]
#elif is_casp
bad:	casp	x4, x5, x6, x7, [x0]
#elif is_ldxr_device
	mmu_on
	imm	x1, AS_DEVICE
	add	x1, x1, x0
bad:	ldxr	x2, [x1]
#endif
	end skip=1

	map_tables
	far_cells cell
