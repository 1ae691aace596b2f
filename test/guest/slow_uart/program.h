/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SLOW_UART_PROGRAM_H
#define SLOW_UART_PROGRAM_H

/* Nothing of QEMU's virt machine is at these addresses: stage 2 does not map them. */
#define NS16550 0x80000000
#define PL011   0x80010000

#ifndef __ASSEMBLER__
#include <stdint.h>

/* test/qemu/harness/slow_uart.py fills it in, behind the program's header. */
struct table {
	uint64_t bundle; /* entered at EL1 */
	uint64_t ticks;  /* of the counter, for a character; 0: none */
	uint64_t depth;  /* characters that the FIFO holds, beside the one that is being sent: 1 to
			    32 */
	uint64_t thre;   /* the 16550 says "empty" with at most so many in the FIFO */
	uint64_t iir;    /* what the 16550's register has */
};
#endif
#endif
