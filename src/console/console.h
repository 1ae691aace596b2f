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

/*
 * Waits, bounded, until the last bit of all lines has left the UART: before a reset, a halt, a
 * fallback, and before the hand-off.
 */
void lethe_console_drain(void);

/*
 * Gives the UART as many waiting characters as it takes at this moment, and does not wait. Without
 * a waiting character it is not touched. For whatever runs long: called between its pieces.
 */
void lethe_console_feed(void);

/*
 * Something has failed: waits, bounded, until the UART has taken all characters, and from now on
 * lethe_console_line() does the same for each of its own. Until lethe_console_open().
 */
void lethe_console_hurry(void);

/*
 * Prints one whole line: "lethe: ", the text, CRLF; cut at 120 characters. The format knows %s
 * (const char *, null prints "?"), %u (uint64_t, decimal), %x (uint64_t, hexadecimal without 0x)
 * and %h (const uint8_t *, 32 bytes as hexadecimal). The caller casts every number to uint64_t.
 *
 * The line may wait in memory until lethe_console_feed(), _hurry() or _drain(); lines keep their
 * order, and none is lost. An exception in the midst of a line may print its own, on one of its
 * own. In the purgatory the UART has taken the line on return, and feed and hurry do nothing.
 */
void lethe_console_line(const char *format, ...);

#endif
