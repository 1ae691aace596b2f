/* SPDX-License-Identifier: BSD-2-Clause */
/* The first instructions, and EL2 as the flags want it. All memory but the file counts as hostile: cleaned here. */
#include "program.h"

#define SCTLR_EL2_OFF	0x30c50830
#define SCTLR_M_C_I	0x1005

	.section .head, "ax"
	.global	start
start:	nop
	b	entry
	.quad	0				// text_offset
	.quad	0x100000			// image_size
	.quad	1 << 3				// flags: anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0
flags:	.quad	0

	.text
entry:	adrp	x0, file_end
	adrp	x1, stack_end
	bl	lethe_dcache_clean_inval_poc
	adr	x0, flags
	ldr	x20, [x0]
	adrp	x0, stack_end
	mov	sp, x0
	mov	x29, #0
	tbz	x20, #FLAG_E2H, 1f
	ldr	x0, =(1 << 34 | 1 << 31)	// E2H, RW
	msr	hcr_el2, x0
	isb
1:	tbz	x20, #FLAG_MMU, 1f
	mov	x1, #0xff00			// 0 Device-nGnRnE, 1 Normal write-back
	msr	mair_el2, x1
	ldr	x1, =(1 << 31 | 1 << 23 | 2 << 16 | 0x3520) // T0SZ 32; WB, inner shareable; 4 KiB
	msr	tcr_el2, x1
	adr	x1, map
	msr	ttbr0_el2, x1
	isb
	tlbi	alle2
	dsb	nsh
	isb
	ldr	x0, =SCTLR_EL2_OFF | SCTLR_M_C_I
	msr	sctlr_el2, x0
	isb
1:	bl	main
	b	.

	.balign	4096
map:	.quad	(1 << 54) | (1 << 10) | (1 << 6) | 1	// Device, not executed
	.quad	0x40000000 | (1 << 10) | (3 << 8) | (1 << 6) | (1 << 2) | 1
	.quad	0, 0
