/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MMU and caches of EL3 on, and off again: as cpu/mmu.S for the levels below.
 *
 * Why assembly: as there.
 */
#include "cpu/asm.h"
#include "cpu/mmu_regs.h"
#include "cpu/sysreg.h"

/*
 * void lethe_el3_mmu_on(const struct lethe_mmu_regs *regs, uint64_t root, uint64_t start, uint64_t end);
 *
 * In        x0 = regs    x1 = PA of the root table    [x2, x3) = all memory that the front end has written
 * Out       none
 * Clobbers  x0-x7 x11 x12 flags
 * State     EL3; MMU off before, MMU, D-cache and I-cache on after. The map holds this code, the stack and [x2, x3)
 * Stack     0
 */
FUNC lethe_el3_mmu_on
	ldp	x4, x5, [x0, #LETHE_MMU_TCR]	// and MAIR
	ldr	x6, [x0, #LETHE_MMU_SCTLR]
	mov	x11, x1
	mov	x12, x30
	// Our stores bypassed the caches: no line filled since then is to hide them as soon as C = 1.
	mov	x0, x2
	mov	x1, x3
	bl	lethe_dcache_clean_inval_poc	// ends with DSB SY: our stores are complete as well
	msr	mair_el3, x5			// attributes, ...
	msr	tcr_el3, x4			// ... sizes, cacheable walks ...
	msr	ttbr0_el3, x11			// ... and the tables
	tlbi	alle3				// drops what reset or an earlier program left
	dsb	nsh				// complete on this CPU ...
	isb					// ... and for later instructions; all of the above is in force before M
	msr	sctlr_el3, x6			// M, C, I = 1
	isb					// from here the map is in force
	ret	x12
END lethe_el3_mmu_on

/*
 * void lethe_el3_mmu_off(uint64_t start, uint64_t end);
 *
 * In        [x0, x1) = all memory that the front end has written
 * Out       none
 * Clobbers  x0 x2-x4 x8 flags
 * State     EL3; MMU on or off before, MMU and D-cache off and I-cache on after
 * Stack     0
 */
FUNC lethe_el3_mmu_off
	mov	x4, x30
	mov_q	x8, SCTLR_EL2_OFF | SCTLR_I
	isb					// a Falkor may fetch at random if none is right before M = 0 (E1041)
	msr	sctlr_el3, x8			// M, C = 0
	isb					// from here every access goes to memory, and no line of ours is filled;
						// the clean writes the last values back before the first load
	bl	lethe_dcache_clean_inval_poc
	ret	x4
END lethe_el3_mmu_off
