/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls lethe_kimage_check() once, with the MMU off. test_kimage_cost.py writes the arguments at
 * JOB from the start of the image, reads the answer there, and meters the call.
 */
#define JOB		0x10000
#define JOB_STATUS	32
#define JOB_LIMITS	64
#define JOB_IMAGE	0x1000
#define JOB_WHERE	0x2000
#define STACK_END	0x18000

	.text
	.global	start, finished
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	STACK_END
	.quad	0xa				// 4 KiB pages, anywhere
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
entry:
	adr	x9, start
	add	x10, x9, #STACK_END
	mov	sp, x10
	add	x19, x9, #JOB
	ldp	x0, x1, [x19]
	add	x2, x19, #JOB_LIMITS
	add	x3, x19, #JOB_IMAGE
	add	x4, x19, #JOB_WHERE
	bl	lethe_kimage_check
	str	x0, [x19, #JOB_STATUS]
	dsb	sy				// the answer is in memory before the test reads it
finished:
	wfi
	b	finished
