/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code that was stored as data, and the way out of firmware's map.
 *
 * Why assembly: between the last store and the first instruction of new code nothing may come but these operations; and behind
 * M = 0 no stack of firmware's may be read, whose lines may still be dirty.
 */
#include "cpu/asm.h"
#include "cpu/sysreg.h"

/*
 * void lethe_efi_sync(uint64_t start, uint64_t end);
 *
 * In        [x0, x1) = what was stored, mapped
 * Out       none
 * Clobbers  x0 x2 x3 x4 flags
 * State     EL1 or EL2, MMU and caches on
 * Stack     0
 */
FUNC lethe_efi_sync
	mov	x4, x30
	bl	lethe_dcache_clean_inval_poc	// to the PoC, for whoever runs it with its caches off; DSB SY behind
	ic	ialluis				// no I side has older bytes of these pages, on any CPU
	dsb	ish				// it is complete everywhere
	isb					// and nothing that this CPU has fetched is from before
	ret	x4
END lethe_efi_sync

/*
 * void lethe_efi_go(uint64_t entry, uint64_t tree);
 *
 * In        x0 = PA of byte 0 of the bundle    x1 = PA of the tree
 * Out       does not return: entry(tree, 0, 0, 0), as booting.rst asks for
 * Clobbers  everything
 * State     EL1 or EL2, identity map. The bundle, the tree and this code are at the PoC (lethe_efi_sync), and nothing has been
 *           stored there since
 * Stack     none
 */
FUNC lethe_efi_go
	msr	daifset, #15			// firmware's vectors are of no use any more
	mov	x19, x0
	mov	x20, x1
	mov	x0, xzr				// no memory is maintained here: all that is read behind M = 0 is at the PoC
	mov	x1, xzr
	bl	lethe_mmu_off
	ic	iallu				// with M = 0 fetches may have other attributes than what is in the I-cache
	dsb	nsh				// complete on this CPU
	isb					// and for the fetch at the entry
	mov	x0, x20
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	br	x19
END lethe_efi_go
