/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stores to a board's registers, as the parameters list them.
 *
 * Why assembly: a UART is switched on before there is memory for a stack.
 */
#include "cpu/asm.h"

/*
 * void lethe_flash_writes(const struct lethe_flash_write *writes, uint64_t count);
 *
 * In        x0 = writes    x1 = length of the array; the list may end before
 * Out       none
 * Clobbers  x0-x5 flags
 * State     any; the registers are Device memory
 * Stack     0
 */
FUNC lethe_flash_writes
1:	cbz	x1, 2f
	ldr	x2, [x0]
	ldp	w3, w4, [x0, #8]		// value, keep
	cbz	x2, 2f
	cbz	w4, 3f				// a register that cannot be read
	dsb	sy				// a board has its registers in order, whatever buses they are on
	ldr	w5, [x2]
	and	w4, w4, w5
	orr	w3, w3, w4
3:	str	w3, [x2]
	dsb	sy				// as above
	add	x0, x0, #16
	sub	x1, x1, #1
	b	1b
2:	ret
END lethe_flash_writes
