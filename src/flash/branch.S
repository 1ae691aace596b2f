/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way to a bundle where nothing of ours is above it.
 *
 * Why assembly: the bundle's registers, and no stack.
 */
#include "cpu/asm.h"

/*
 * void lethe_flash_branch(uint64_t entry, const uint64_t x[4]);
 *
 * In        x0 = entry    x1 = x0-x3 there
 * Out       does not return
 * Clobbers  everything
 * State     EL1 or EL2; MMU off
 * Stack     0
 */
FUNC lethe_flash_branch
	mov	x9, x0
	ldp	x2, x3, [x1, #16]
	ldp	x0, x1, [x1]
	ic	ialluis				// no instruction of what was there before: a CPU that helped the last bundle
						// comes back by firmware
	dsb	sy				// complete; and every store is out
	isb					// nothing behind was fetched before
	br	x9
END lethe_flash_branch
