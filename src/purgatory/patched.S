/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The symbols patched by kexec-tools.
 *
 * Why assembly: the symbols' names and sizes are an interface.
 */

	.macro	patched name, size
	.balign	8
	.global	\name
	.hidden	\name
	.type	\name, %object
\name:	.zero	\size
	.size	\name, \size
	.endm

	.section .rodata.lethe_patched, "a", %progbits
	patched	lethe_purgatory_link, 16	// by relocation: the addresses of .text and .bss
	patched	arm64_sink, 8
	patched	arm64_kernel_entry, 8
	patched	arm64_dtb_addr, 8
	patched	sha256_regions, 256
	patched	sha256_digest, 32
	patched	skip_checks, 4
