/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_H
#define LETHE_UART_H

#include <stdbool.h>

#include <lethe/fdt.h>

/*
 * A UART of any known kind, polled. All return false when the UART faults, is gone, or stays busy
 * longer than any working one can; nothing is printed. MMU off, or the registers mapped as Device
 * memory.
 */

/* First look: true when the UART answers. Fills in what its kind fixes, and enables a PL011. */
bool lethe_uart_open(struct lethe_uart *uart);

/* One character, as it is. */
bool lethe_uart_send(const struct lethe_uart *uart, char c);

/* Waits until the last bit has left. */
bool lethe_uart_drain(const struct lethe_uart *uart);

#endif
