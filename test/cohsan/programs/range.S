/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loops over a range of bss that begins and ends within lines, and then reads all of it.
 */
// all: expect=read-under-dirty@bad
// case right: expect=none el=1,2,2h
// case right_a64fx: expect=none cpu=a64fx
// case right_stride_64: expect=none
// case right_stride_64_a64fx: expect=none cpu=a64fx
// case right_stride_256_a64fx: expect=none cpu=a64fx
// case right_stride_16: expect=none
// case no_align:
// case no_align_a64fx: cpu=a64fx
// case align_up:
// case last_skipped:
// case first_skipped:
// case stride_256:
// case stride_128:
// case icache_line: cpu=a64fx
// case words: cpu=a64fx
// case one_line:
// case up_to_mid:
#include "common.h"
#define SIZE	1152		/* from byte 8 of a line to byte 8 of another */

	begin
	adr	x1, first
	adr	x2, last
	line_size				// x9
#if is_right_stride_64 || is_right_stride_64_a64fx
	mov	x9, #64				// on longer lines each is done four times: no harm
#elif is_right_stride_256_a64fx || is_stride_256
	mov	x9, #256
#elif is_stride_128
	mov	x9, #128
#elif is_right_stride_16
	mov	x9, #16
#elif is_icache_line
	// IminLine is another field, here equal, so the shift
	mrs	x9, ctr_el0
	and	x9, x9, #15
	mov	x10, #32			// is made wrong: bytes, not words
	lsl	x9, x10, x9
#elif is_words
	mov	x9, #1024			// bits taken for bytes
#endif
	mov	x10, x1
#if !is_no_align && !is_no_align_a64fx
	sub	x11, x9, #1
	bic	x10, x1, x11
#endif
#if is_align_up || is_first_skipped
	add	x10, x10, x9
#endif
	mov	x12, x2
#if is_last_skipped
	sub	x12, x2, x9			// `while (p < end - line)`
#elif is_up_to_mid
	sub	x12, x2, #SIZE / 2
#endif
1:	dc	civac, x10
	add	x10, x10, x9
#if is_one_line
	b	2f
#endif
	cmp	x10, x12
	b.lo	1b
2:	dsb	sy
1:
bad:	ldr	x3, [x1], #8
	cmp	x1, x2
	b.lo	1b
	end

	.section .bss
	.balign	4096
	.skip	200
first:	.skip	SIZE
last:	.skip	1024
