/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_H
#define LETHE_UART_H

#include <lethe/fdt.h>

/*
 * PL011 and 8250/16550, polled. All return 0, or -1 when the UART faults, is gone, or stays busy
 * longer than any working one can; nothing is printed. MMU off, or the
 * registers mapped as Device memory.
 */

/* First look: does something answer? Fills in what the kind fixes (access width) and enables a
 * PL011. */
int lethe_uart_probe(struct lethe_uart *uart);

/* One character, as it is. */
int lethe_uart_put(const struct lethe_uart *uart, char c);

/* Until the last bit has left. */
int lethe_uart_drain(const struct lethe_uart *uart);

#endif
