/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library door. lethe_boot enters here, and so does a hyp stub that restarts Lethe.
 *
 * Why assembly: the CPU enters in an unknown state, under the caller's map.
 */
#include "cpu/asm.h"
#include "cpu/sysreg.h"
#include "entry.h"

	/* At LETHE_LIBRARY_ENTRY, behind the Image door's headers: linker.ld sorts by name and asserts it. */
	.section .head.1_library, "ax", %progbits
	.global	lethe_library_stub
	.hidden	lethe_library_stub
lethe_library_stub:
	hint	#HINT_BTI_JC			// the caller may have mapped this page as guarded
	b	lethe_library_entry

/*
 * void lethe_library_entry(const struct lethe_library_args *args);
 *
 * Leaves the caller's map.
 *
 * In        x0 = args, PA
 * Out       does not return: lethe_entry_common, and from there lethe_library_main
 * Clobbers  everything
 * State     EL1 or EL2; MMU off, or on with an identity map of this code; the workspace at the PoC
 * Stack     none
 */
FUNC lethe_library_entry
	msr	daifset, #15			// the caller's vectors may not be reachable any more
	mov	x19, x0
	adr_l	x24, lethe_library_main
	mrs	x20, CurrentEL
	cmp	x20, #CURRENTEL_EL2
	b.eq	.Lmmu_off_el2
	mov_q	x2, SCTLR_EL1_OFF
	isb					// a Falkor may fetch at random if none is right before M = 0 (E1041)
	msr	sctlr_el1, x2			// M, C, I = 0
	b	.Lmmu_is_off
.Lmmu_off_el2:
	mov_q	x2, SCTLR_EL2_OFF
	isb					// as at EL1
	msr	sctlr_el2, x2			// M, C, I = 0
.Lmmu_is_off:
	isb					// no walk of the caller's tables from here on: HCR changes next
	b	lethe_entry_common
END lethe_library_entry
