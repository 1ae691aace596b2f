/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way back to the first stage, for the next slot.
 *
 * Why assembly: the routine empties the stack of the running caller.
 */
#include "cpu/asm.h"

/*
 * void lethe_restart(uint64_t entry);
 *
 * Drops the callers and the contents of both stacks, and branches to entry. From any depth, also from an exception.
 *
 * In        x0 = entry: a function without arguments that does not return
 * Out       does not return
 * Clobbers  everything
 * State     EL1 or EL2; MMU on or off; on either stack
 * Stack     lethe_stack, from its end
 */
FUNC lethe_restart
	adr_l	x1, lethe_stack_end
	mov	sp, x1
	mov	x29, #0				// end of the frame chain
	mov	x30, #0
	msr	daifclr, #4			// SError unmasked: an exception had masked SErrors
	br	x0
END lethe_restart
