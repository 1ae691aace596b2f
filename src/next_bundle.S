/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way back into the front end of a flash file that nothing of is above this level.
 *
 * Why assembly: C has no call that passes a register and never comes back.
 */
#include "cpu/asm.h"

/*
 * void lethe_next_bundle_branch(uint64_t slot, uint64_t entry);
 *
 * In        x0 = slot    x1 = entry, which sets its own state
 * Out       does not return
 * Clobbers  none
 * State     EL1 or EL2; MMU off
 * Stack     none
 */
FUNC lethe_next_bundle_branch
	br	x1
END lethe_next_bundle_branch
