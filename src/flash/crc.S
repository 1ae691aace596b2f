/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check of parameters, code and tree.
 *
 * Why assembly: the first of them are checked before there is memory for a stack.
 */
#include "cpu/asm.h"

/*
 * uint32_t lethe_flash_crc(uint32_t state, const void *start, const void *end);
 *
 * CRC-32 (ITU-T V.42, as zlib's): begin with all ones, and invert the last result.
 *
 * In        w0 = state    [x1, x2) = bytes
 * Out       w0 = state
 * Clobbers  x1 x3-x6 flags
 * State     any
 * Stack     0
 */
FUNC lethe_flash_crc
	mov_q	x6, 0xedb88320			// the polynomial, bits reversed
1:	cmp	x1, x2
	b.hs	3f
	ldrb	w3, [x1], #1
	eor	w0, w0, w3
	mov	w4, #8
2:	lsr	w5, w0, #1
	tst	w0, #1
	eor	w3, w5, w6
	csel	w0, w3, w5, ne
	subs	w4, w4, #1
	b.ne	2b
	b	1b
3:	ret
END lethe_flash_crc
