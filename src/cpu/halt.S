/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of every boot that fails.
 *
 * Why assembly: x0 and x1 must still hold the status and the stage when a debugger looks.
 */
#include "cpu/asm.h"

/*
 * void lethe_halt(int64_t status, uint64_t stage);
 *
 * Waits for ever, DAIF masked, with the status in x0 and the stage in x1 for a debugger.
 *
 * In        x0 = status    x1 = stage
 * Out       does not return
 * Clobbers  none
 * State     any EL, MMU on or off
 * Stack     0
 */
FUNC lethe_halt
	msr	daifset, #15			// a pending interrupt wakes WFI but is not taken
	dsb	sy				// our stores, to the UART above all, are out
1:	wfi
	b	1b
END lethe_halt
