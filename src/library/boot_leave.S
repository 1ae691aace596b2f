/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address translation, and the jump into the workspace.
 *
 * Why assembly: no exception may occur between AT and the read of PAR_EL1. The jump must directly follow
 * the change of SCTLR and the maintenance, still under the caller's map.
 */
#include "cpu/asm.h"
#include "entry.h"
#include "cpu/sysreg.h"

/*
 * uint64_t lethe_translate(uint64_t va, uint64_t for_writing);
 *
 * Translates an address as an access of the current EL.
 *
 * In        x0 = VA    x1 = 0 for a read, else a write
 * Out       x0 = the PAR_EL1 of the translation
 * Clobbers  x2-x4 flags
 * Preserves all else, DAIF and PAR_EL1 too
 * State     EL1 or EL2, E2H 0 or 1
 * Stack     0
 */
FUNC lethe_translate
	mrs	x2, daif
	msr	daifset, #15			// a handler may use PAR_EL1 as well
	dmb	sy				// Cortex-A77, as below
	mrs	x3, par_el1
	dmb	sy				// likewise
	mrs	x4, CurrentEL
	cmp	x4, #CURRENTEL_EL2
	b.eq	2f
	cbnz	x1, 1f
	at	s1e1r, x0
	b	4f
1:	at	s1e1w, x0
	b	4f
2:	cbnz	x1, 3f
	at	s1e2r, x0
	b	4f
3:	at	s1e2w, x0
4:	isb					// the result is in PAR_EL1 before it is read
	dmb	sy				// a Cortex-A77 may hang at a read of PAR_EL1 beside loads and
	mrs	x0, par_el1			// stores without one on either side (1508412)
	dmb	sy				// likewise
	msr	par_el1, x3			// as the caller left it
	msr	daif, x2			// likewise
	ret
END lethe_translate

/*
 * void lethe_boot_leave(uint64_t entry, const struct lethe_library_args *args);
 *
 * Enters the workspace under the caller's map.
 *
 * In        x0 = entry in the workspace    x1 = args, for x0
 * Out       does not return
 * Clobbers  everything
 * State     EL1 or EL2; MMU on or off; the workspace at the PoC
 * Stack     0
 */
FUNC lethe_boot_leave
	msr	daifset, #15			// no way back from here
	mov	x16, x0
	mov	x0, x1
	mov_q	x2, SCTLR_WXN
	mrs	x3, CurrentEL
	cmp	x3, #CURRENTEL_EL2
	b.eq	1f
	mrs	x3, sctlr_el1
	tst	x3, x2
	b.eq	3f
	bic	x3, x3, x2
	msr	sctlr_el1, x3			// WXN = 0: writable memory can be executed
	isb					// in force before the TLBs are invalidated
	tlbi	vmalle1				// TLBs may hold permissions with WXN applied
	b	2f
1:	mrs	x3, sctlr_el2
	tst	x3, x2
	b.eq	3f
	bic	x3, x3, x2
	msr	sctlr_el2, x3			// the same at EL2
	isb					// likewise
	tlbi	alle2				// likewise
2:	dsb	nsh				// the TLB invalidation is complete on this CPU
3:	ic	iallu				// the workspace was data until now: drop older instructions
	dsb	nsh				// the invalidation is complete on this CPU
	isb					// all later instructions are fetched after the invalidation
	br	x16				// x16: BTI accepts this register as for a call
END lethe_boot_leave
