/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CONSOLE_H
#define LETHE_CONSOLE_H

#include <lethe/fdt.h>

/*
 * The console: PL011 or 8250/16550, output only. The baud rate and line format are never changed:
 * whoever named the UART has set it up. Every wait is bounded; a UART that does not take a
 * character in time, or faults at the first look, is given up and Lethe goes on without a word.
 *
 * uart->kind NONE closes it. SError unmasked, lethe_vectors in force, MMU off or
 * the registers mapped as Device memory.
 */
void lethe_console_open(const struct lethe_uart *uart);

/* Waits, bounded, until everything written has left the wire side FIFO. Before a reset or the
 * crossing. */
void lethe_console_drain(void);

/*
 * One whole line: "lethe: ", the text, CRLF; cut at 120 characters. Understands %s (const char *,
 * null prints "?"), %u (uint64_t, decimal), %x (uint64_t, hexadecimal without 0x) and %h (const
 * uint8_t *, 32 bytes as hexadecimal). Every number is to be cast to uint64_t by the caller.
 */
void lethe_line(const char *format, ...);

#endif
