/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A purgatory in the eyes of kexec-tools, and of nobody else: `as`, then `ld -r`, makes of it what
 * "lethe graft" takes. LETHE=N is version N of ours.
 */
	.macro	word name, size
	.global	\name
	.type	\name, %object
	.size	\name, \size
\name:	.fill	\size, 1, 0
	.endm

	.text
	.global	purgatory_start
	.type	purgatory_start, %function
purgatory_start:
	wfe
	b	purgatory_start
	.size	purgatory_start, . - purgatory_start
#ifdef LETHE
	.global	lethe_purgatory
	.size	lethe_purgatory, 8
lethe_purgatory:
	.quad	LETHE
#endif

	.data
	.balign	8
	word	sha256_regions, 256
	word	sha256_digest, 32
	word	arm64_sink, 8
	word	arm64_kernel_entry, 8
	word	arm64_dtb_addr, 8
	word	skip_checks, 4
