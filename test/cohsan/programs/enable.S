/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Steps before M is set: the TLBs' rubbish invalidated, uncached stores complete.
 */
// all: expect=tlb-stale@bad
// case right: expect=none el=1,2,2h,3
// case right_nsh: expect=none
// case right_is: expect=none el=1,2,3
// case right_again: expect=none
// case right_stored: expect=none
// case right_stored_osh: expect=none
// case right_stored_st: expect=none
// case right_m_only: expect=none
// case right_cached_store: expect=none
// case none: el=1,2,2h,3
// case no_dsb: el=1,2,2h,3
// case dsb_before:
// case dsb_ishst:
// case dsb_ld:
// case is_nsh:
// case one_address: el=1,2,3
// case after:
// case other_regime: el=2,3
// case other_regime_all: el=2,3
// case other_regime_el2: el=3
// case stored: expect=unordered-enable@bad el=1,2,2h,3
// case stored_dmb: expect=unordered-enable@bad
// case stored_isb: expect=unordered-enable@bad
// case stored_ish: expect=unordered-enable@bad
// case stored_ld: expect=unordered-enable@bad
// case stored_before: expect=unordered-enable@bad
// case stored_byte: expect=unordered-enable@bad
// case c_later: expect=unordered-enable@bad
#include "common.h"

	begin
	imm	x9, MAIR_ON
	msr	SYS(mair), x9
	imm	x9, TCR_ON
	msr	SYS(tcr), x9
	adr	x9, tables
	msr	SYS(ttbr0), x9
	isb
	adr	x0, cell
#if is_none || is_after
#elif is_dsb_before
	dsb	sy
	TLBI_ALL
#elif is_no_dsb
	TLBI_ALL
#elif is_dsb_ishst
	TLBI_ALL
	dsb	ishst				// waits for stores; a TLBI is none
#elif is_dsb_ld
	TLBI_ALL
	dsb	ld
#elif is_right_nsh
	TLBI_ALL
	dsb	nsh
#elif is_right_is || is_is_nsh
#if EL == 1
	tlbi	vmalle1is
#elif EL == 3
	tlbi	alle3is
#else
	tlbi	alle2is
#endif
#if is_is_nsh
	dsb	nsh
#else
	dsb	ish
#endif
#elif is_one_address
	imm	x9, 0x40200
#if EL == 1
	tlbi	vae1, x9
#elif EL == 3
	tlbi	vae3, x9
#else
	tlbi	vae2, x9
#endif
	dsb	sy
#elif is_other_regime
	tlbi	vmalle1				// EL1&0's: not that of EL2
	dsb	sy
#elif is_other_regime_el2
	tlbi	alle2
	dsb	sy
#elif is_other_regime_all
	tlbi	alle1
	dsb	sy
#else
	TLBI_ALL
	dsb	sy
#endif
	isb

	// Here the stores, with no barrier behind.
#if is_right_stored
	str	x0, [x0]
	dsb	sy
#elif is_right_stored_st
	str	x0, [x0]
	dsb	st
#elif is_right_stored_osh
	str	x0, [x0]
	dsb	osh
#elif is_stored || is_right_m_only
	str	x0, [x0]
#elif is_stored_dmb
	str	x0, [x0]
	dmb	sy
#elif is_stored_isb
	str	x0, [x0]
	isb
#elif is_stored_ish
	str	x0, [x0]
	dsb	ish
#elif is_stored_ld
	str	x0, [x0]
	dsb	ld
#elif is_stored_before
	dsb	sy
	str	x0, [x0]
#elif is_stored_byte
	str	x0, [x0]
	dsb	sy
	strb	w0, [x0, #200]
#endif

#if is_c_later
	set_sctlr (SCTLR_OFF | SCTLR_M)
	str	x0, [x0]
	imm	x9, SCTLR_ON
bad:	msr	SYS(sctlr), x9
	isb
#elif is_right_m_only
	set_sctlr (SCTLR_OFF | SCTLR_M)
#else
	imm	x9, SCTLR_ON
bad:	msr	SYS(sctlr), x9
	isb
#endif
#if is_after
	TLBI_ALL
	dsb	sy
	isb
#elif is_right_again
	mmu_off
	// once invalidated, the TLBs hold what our tables say
	set_sctlr SCTLR_ON
#elif is_right_cached_store
	str	x0, [x0]
	mmu_off
	dmb	sy
	dc	civac, x0
	dsb	sy
	set_sctlr SCTLR_ON
#endif
	end

	map_tables
	far_cells cell
