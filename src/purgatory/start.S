/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory door: where kexec's entry point is, and the symbols that kexec-tools patches.
 *
 * Why assembly: the first is entered with nothing known, and the others are an interface of names and sizes.
 */
#include "cpu/asm.h"
#include "entry.h"

/*
 * void purgatory_start(void);
 *
 * Are the three parts where the link put them? Then goes on as lethe_entry.
 *
 * In        none (x0-x3 are not looked at)
 * Out       does not return
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off
 * Stack     none
 */
FUNC purgatory_start
	msr	daifset, #15			// nothing may come in before there are vectors
	adr_l	x4, lethe_purgatory_link
	ldp	x5, x6, [x4]			// as kexec-tools laid them out
	adr	x7, lethe_image_start
	adr_l	x8, lethe_data_start
	cmp	x5, x7
	ccmp	x6, x8, #0, eq
	b.ne	1f
	mov	x0, #0
	b	lethe_entry
1:	mov	x0, #LETHE_E_PLAN_WORKSPACE_ASM	// bss would lie over somebody else's memory
	mov	x1, #0
	b	lethe_halt
END purgatory_start

/*
 * void lethe_library_main(uint64_t base, const struct lethe_library_args *cargo, uint64_t el, uint64_t e2h);
 *
 * entry.S goes there with a cargo only, and this door has none.
 *
 * In        x0 = base    x1 = cargo    x2 = el    x3 = e2h
 * Out       does not return
 * Clobbers  none
 * State     any
 * Stack     0
 */
FUNC lethe_library_main
	b	lethe_halt
END lethe_library_main

	.macro	patched name, size
	.balign	8
	.global	\name
	.hidden	\name
	.type	\name, %object
\name:	.zero	\size
	.size	\name, \size
	.endm

	.section .rodata.lethe_patched, "a", %progbits
	patched	lethe_purgatory_link, 16	// by relocation: where .text and .bss came to lie
	patched	arm64_sink, 8
	patched	arm64_kernel_entry, 8
	patched	arm64_dtb_addr, 8
	patched	sha256_regions, 256
	patched	sha256_digest, 32
	patched	skip_checks, 4
