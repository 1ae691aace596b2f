/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blob inside the library, without bss, tables and stacks. BOOT_BLOB is a file name from make.
 *
 * Why assembly: .incbin.
 */
#include "cpu/asm.h"

	.section .rodata.lethe_boot_blob, "a"
	.balign	16
	.global	lethe_boot_blob, lethe_boot_blob_end
	.hidden	lethe_boot_blob, lethe_boot_blob_end
	.type	lethe_boot_blob, %object
lethe_boot_blob:
	.incbin	BOOT_BLOB
	.size	lethe_boot_blob, . - lethe_boot_blob
	.balign	16
lethe_boot_blob_end:
