/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MMU and caches on, and off again.
 *
 * Why assembly: between the last maintenance and the switch no instruction may access memory, and each barrier's
 * place matters. Both routines use registers only, because the maintained memory includes the caller's stack.
 */
#include "cpu/asm.h"
#include "cpu/mmu_regs.h"
#include "cpu/sysreg.h"

	/*
	 * The registers of one level, then M. x4 = TCR, x5 = MAIR, x6 = SCTLR, x7 = HCR, x11 = root table, w9 = has TCR2,
	 * w10 = has SCTLR2, x12 = return address. stale: the TLBI for this level's old translations.
	 */
	.macro	map_on el, tcr2, sctlr2, stale
	cbz	w9, 1f
	msr	\tcr2, xzr			// no extended format of descriptors
1:	cbz	w10, 2f
	msr	\sctlr2, xzr			// no features beyond SCTLR
2:
	.if	\el == 2
	msr	hcr_el2, x7			// VM = DC = 0, E2H as in force; no access since the clean's DSB (AC04_CPU_23)
	.endif
	msr	mair_el\el, x5			// attributes, ...
	msr	tcr_el\el, x4			// ... sizes, cacheable walks, no walks from TTBR1, ...
	msr	ttbr0_el\el, x11		// ... and the tables
	tlbi	\stale				// drops the old kernel's translations
	dsb	nsh				// complete on this CPU ...
	isb					// ... and for later instructions; all of the above is in force before M
	msr	sctlr_el\el, x6			// M, C, I = 1
	isb					// from here the map is in force
	ret	x12
	.endm

/*
 * void lethe_mmu_on(const struct lethe_mmu_regs *regs, uint64_t root, uint64_t start, uint64_t end);
 *
 * In        x0 = regs    x1 = PA of the root table    [x2, x3) = all memory that Lethe has written: data, stack, tables
 * Out       none
 * Clobbers  x0-x15 flags
 * State     EL1 or EL2; MMU off before, MMU, D-cache and I-cache on after. The map holds this code, the stack and
 *           [x2, x3)
 * Stack     0
 */
FUNC lethe_mmu_on
	ldp	x4, x5, [x0, #LETHE_MMU_TCR]	// and MAIR
	ldp	x6, x7, [x0, #LETHE_MMU_SCTLR]	// and HCR
	ldp	w9, w10, [x0, #LETHE_MMU_HAS_TCR2] // and has_sctlr2
	mov	x11, x1
	mov	x12, x30
	// Our stores bypassed the caches. A line filled since then (fetches with I = 1 may fill lines) would hide them
	// as soon as C = 1, and a table walk may hit such a line as well.
	mov	x0, x2
	mov	x1, x3
	bl	lethe_dcache_clean_inval_poc	// ends with DSB SY: our stores are complete as well
	mrs	x13, CurrentEL
	cmp	x13, #CURRENTEL_EL2
	b.eq	.Lon_el2

	map_on	el=1, tcr2=TCR2_EL1, sctlr2=SCTLR2_EL1, stale=vmalle1
.Lon_el2:
	map_on	el=2, tcr2=TCR2_EL2, sctlr2=SCTLR2_EL2, stale=alle2
END lethe_mmu_on

/*
 * void lethe_mmu_off(uint64_t start, uint64_t end);
 *
 * In        [x0, x1) = all memory that Lethe has written: data, stack, tables
 * Out       none
 * Clobbers  x0 x2-x4 x7 x8 flags
 * State     EL1 or EL2; MMU on or off before, MMU and D-cache off and I-cache on after
 * Stack     0
 */
FUNC lethe_mmu_off
	mov	x4, x30
	mrs	x7, CurrentEL
	cmp	x7, #CURRENTEL_EL2
	b.eq	1f
	mov_q	x8, SCTLR_EL1_OFF | SCTLR_I
	isb					// a Falkor may fetch at random if none is right before M = 0 (E1041)
	msr	sctlr_el1, x8			// M, C = 0
	b	2f
1:	mov_q	x8, SCTLR_EL2_OFF | SCTLR_I
	isb					// as at EL1
	msr	sctlr_el2, x8			// M, C = 0
2:	isb					// from here every access goes to memory, and no line of ours is filled;
						// the clean writes the last values back before the first load
	bl	lethe_dcache_clean_inval_poc
	ret	x4
END lethe_mmu_off
