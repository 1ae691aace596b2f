/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One byte of memory under several virtual addresses, with the MMU on throughout.
 */
// all: expect=read-under-dirty@bad
// case right_same: expect=none el=1,2,2h,3
// case right_wb_alias: expect=none el=1,2,2h,3
// case right_nc_alias: expect=none
// case right_device_alias: expect=none
// case right_nc_store: expect=none
// case right_cached_both: expect=none
// case nc: el=1,2,2h,3
// case device:
// case other_pa: el=1,2,2h,3
// case other_pa_a64fx: cpu=a64fx
// case no_dsb:
// case retyped:
// case right_retyped: expect=none
// case civac_before:
// case store_between:
// case nc_store: expect=read-stale@bad el=1,2,2h,3
// case nc_store_wb_alias: expect=read-stale@bad
// case nc_store_other_pa: expect=read-stale@bad
// case nc_store_no_dsb: expect=read-stale@bad
// case nc_store_into: expect=store-into-stale@bad
// case nc_store_dirty: expect=write-under-dirty@bad
// case right_nc_store_clean: expect=none
#include "common.h"

	.macro	address reg, offset
	imm	\reg, \offset
	add	\reg, \reg, x0
	.endm

	begin
	mmu_on
	adr	x0, cell
	address	x1, AS_NC
	address	x2, AS_WB
	address	x3, AS_OTHER
	address	x4, AS_DEVICE
#if is_retyped || is_right_retyped
	str	x0, [x0]
	ldr	x5, [x2]			// known as write-back
	adr	x6, tables
	str	xzr, [x6, #32]			// AS_WB's gigabyte: break
	dsb	sy
	TLBI_ALL
	dsb	sy
	imm	x7, (0x40000000 + BLOCK_NC)
	str	x7, [x6, #32]			// before make
	dsb	sy
	isb
#if is_right_retyped
	dc	civac, x0
	dsb	sy
#endif
bad:	ldr	x5, [x2]
#elif is_right_nc_store || is_nc_store || is_nc_store_wb_alias || is_nc_store_other_pa || \
	is_nc_store_no_dsb || is_nc_store_into
	str	x0, [x1]
	dmb	sy
#if is_right_nc_store
	dc	civac, x2
	dsb	sy
	ldr	x5, [x0]
#elif is_nc_store
bad:	ldr	x5, [x0]
#elif is_nc_store_wb_alias
bad:	ldr	x5, [x2]
#elif is_nc_store_other_pa
	dc	civac, x3
	dsb	sy
bad:	ldr	x5, [x0]
#elif is_nc_store_no_dsb
	dc	civac, x0
	dmb	sy
bad:	ldr	x5, [x0]
#elif is_nc_store_into
bad:	str	x0, [x0, #8]
#endif
#else
#if is_civac_before
	dc	civac, x0
	dsb	sy
#endif
	str	x0, [x0]
#if is_right_same
	dc	civac, x0
	dsb	sy
	ldr	x5, [x1]
#elif is_right_wb_alias
	dc	civac, x2			// by address means by physical address
	dsb	sy
	ldr	x5, [x1]
#elif is_right_nc_alias
	dmb	sy
	dc	civac, x1			// whatever the attributes of the page
	dsb	sy
	ldr	x5, [x1]
#elif is_right_device_alias
	dmb	sy
	dc	civac, x4
	dsb	sy
	ldr	x5, [x4]
#elif is_right_cached_both
	ldr	x5, [x2]
#elif is_nc || is_civac_before
bad:	ldr	x5, [x1]
#elif is_device
bad:	ldr	x5, [x4]
#elif is_other_pa || is_other_pa_a64fx
	dc	civac, x3			// cacheable and valid, but of other memory
	dsb	sy
bad:	ldr	x5, [x1]
#elif is_no_dsb
	dc	civac, x0
	isb
bad:	ldr	x5, [x1]
#elif is_store_between
	dc	civac, x0
	strb	w0, [x2, #5]
	dsb	sy
bad:	ldr	x5, [x1]
#elif is_nc_store_dirty
bad:	str	x0, [x1, #8]
#elif is_right_nc_store_clean
	dc	cvac, x0
	dsb	sy
	str	x0, [x1, #8]			// under a clean line: it must not be read there
	ldr	x5, [x1, #8]
#endif
#endif
	end

	map_tables
	far_cells cell
