/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library door's registers.
 *
 * Why assembly: between AT and the read of PAR_EL1 nothing may come in; and the jump to the workspace is the
 * last thing that is done under the caller's map.
 */
#include "cpu/asm.h"
#include "entry.h"
#include "cpu/sysreg.h"

/*
 * uint64_t lethe_translate(uint64_t va, uint64_t for_writing);
 *
 * In        x0 = VA    x1 = 0: may the current EL read there; else: write
 * Out       x0 = PAR_EL1 for it
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
 * In        x0 = entry in the workspace    x1 = what it gets in x0
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
	msr	sctlr_el1, x3			// what can be written can be executed
	isb					// in force, before what the TLBs remember of it goes
	tlbi	vmalle1				// they may hold the permission with WXN in it
	b	2f
1:	mrs	x3, sctlr_el2
	tst	x3, x2
	b.eq	3f
	bic	x3, x3, x2
	msr	sctlr_el2, x3			// the same at EL2
	isb					// likewise
	tlbi	alle2				// likewise
2:	dsb	nsh				// gone on this CPU
3:	ic	iallu				// the workspace was data until now: no instruction from before the copy
	dsb	nsh				// the invalidation is complete on this CPU
	isb					// and what is fetched from here on comes after it
	br	x16				// x16: what BTI takes for a call
END lethe_boot_leave
