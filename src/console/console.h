/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CONSOLE_H
#define LETHE_CONSOLE_H

#include <lethe/fdt.h>

/*
 * The console: output only, on any UART that uart_drivers.h lists. Firmware has set up the baud
 * rate and line format, and Lethe never changes them. Every wait is bounded: if the UART faults at
 * the first access, or does not accept a character in time, the console closes and Lethe goes on
 * silently.
 *
 * uart->kind NONE closes the console. SError unmasked, lethe_vectors in force, MMU off or the
 * registers mapped as Device memory.
 */
void lethe_console_open(const struct lethe_uart *uart);

/* Waits, bounded, until the last bit has left the UART: before a reset, and before the hand-off. */
void lethe_console_drain(void);

/*
 * Prints one whole line: "lethe: ", the text, CRLF; cut at 120 characters. The format knows %s
 * (const char *, null prints "?"), %u (uint64_t, decimal), %x (uint64_t, hexadecimal without 0x)
 * and %h (const uint8_t *, 32 bytes as hexadecimal). The caller casts every number to uint64_t.
 */
void lethe_console_line(const char *format, ...);

#endif
