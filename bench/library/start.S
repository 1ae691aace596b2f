/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_boot() on one list, from its call to the payload's first instruction. `measured` is the
 * payload.
 */
	.section .head, "ax"
	.global	start
start:
	nop
	b	1f
	.quad	0				// text_offset
	.quad	image_end - start
	.quad	1 << 3				// anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0
1:	adrp	x1, stack_end
	mov	sp, x1
	mov	x29, #0
	bl	prepare				// x0 = plan
	mov	x1, x0
	ldr	x1, [x1, #120]			// workspace_base
	.global	measure, measured
measure:
	bl	lethe_boot
	b	refused				// x0 = status
measured:
	mov	x0, #0
refused:
	bl	report
	mov	x0, #8				// PSCI SYSTEM_OFF
	movk	x0, #0x8400, lsl #16
	smc	#0
