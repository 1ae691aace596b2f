/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory door: kexec's entry point.
 *
 * Why assembly: the CPU enters in an unknown state.
 */
#include "cpu/asm.h"
#include "entry.h"

/*
 * void purgatory_start(void);
 *
 * Checks that the three sections lie as linked, then enters like every door.
 *
 * In        none (x0-x3 are ignored)
 * Out       does not return
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off
 * Stack     none
 */
FUNC purgatory_start
	msr	daifset, #15			// mask all exceptions until Lethe has vectors
	adr_l	x4, lethe_purgatory_link
	ldp	x5, x6, [x4]			// .text and .bss as loaded by kexec-tools
	adr	x7, lethe_image_start
	adr_l	x8, lethe_data_start
	cmp	x5, x7
	ccmp	x6, x8, #0, eq
	b.ne	.Lmoved_apart
	mov	x19, #0				// no argument: patched.S has all inputs
	adr_l	x24, lethe_purgatory_main
	b	lethe_entry_common

.Lmoved_apart:
	mov	x0, #LETHE_E_PLAN_WORKSPACE_ASM	// bss would overlap memory of another owner
	mov	x1, #0
	b	lethe_halt
END purgatory_start
