/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_H
#define LETHE_UART_H

#include <stdbool.h>

#include <lethe/fdt.h>

/*
 * Polls for one character. A character at 9600 baud takes 1 ms, and a Device read some 100 ns. So
 * the limit is tens of times longer than any working UART needs.
 */
#define LETHE_UART_POLLS 1000000U

/*
 * A UART of any known kind, polled. Functions return false if the UART faults, is gone, or
 * stays busy longer than any working UART can; they print no line. MMU off, or the registers mapped
 * as Device memory.
 */

/* First access: true if the UART answers. Enables a PL011 that is off. */
bool lethe_uart_open(struct lethe_uart *uart);

/* Flags of uart_drivers.h, at this moment. GONE if uart->kind is no driver's number. */
unsigned int lethe_uart_status(const struct lethe_uart *uart);

/* Stores one character, unchanged: the UART has just said that it takes one. */
void lethe_uart_store(const struct lethe_uart *uart, char c);

/* Sends one character, unchanged. */
bool lethe_uart_send(const struct lethe_uart *uart, char c);

/*
 * Looks at the UART, at most `polls` times, until it takes a character. Returns how many
 * lethe_uart_store() may give it now; 0 if it took none in time; LETHE_UART_NO_ANSWER if it is
 * gone. Between two calls no more characters are sent than the first one said (uart_room.c).
 */
#define LETHE_UART_NO_ANSWER (-1)
int lethe_uart_room(const struct lethe_uart *uart, uint32_t polls);

/* After lethe_uart_open(): nothing is known of this UART's FIFO yet. */
void lethe_uart_room_start(void);

/* Waits until the last bit has left. */
bool lethe_uart_drain(const struct lethe_uart *uart);

#endif
