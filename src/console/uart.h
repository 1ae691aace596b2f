/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_H
#define LETHE_UART_H

#include <stdbool.h>

#include <lethe/fdt.h>

/*
 * A UART of any known kind, polled. All functions return false if the UART faults, is gone, or
 * stays busy longer than any working UART can; they print no line. MMU off, or the registers mapped
 * as Device memory.
 */

/* First access: true if the UART answers. Enables a PL011 that is off. */
bool lethe_uart_open(struct lethe_uart *uart);

/* Sends one character, unchanged. */
bool lethe_uart_send(const struct lethe_uart *uart, char c);

/* Waits until the last bit has left. */
bool lethe_uart_drain(const struct lethe_uart *uart);

#endif
