/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EARLYCON_H
#define LETHE_EARLYCON_H

#include <stdbool.h>

#include <lethe/fdt.h>

/*
 * Linux's `earlycon` in a kernel's command line: bootargs, ends with a NUL, words are separated by
 * spaces and tabs. Null is an empty command line. Any EL, MMU on or off, no store but to *uart.
 */

/* True if a word is `earlycon`, or begins `earlycon=`: the user trusts the UART. */
bool lethe_earlycon_wanted(const char *bootargs);

/*
 * Finds the first word `earlycon=NAME,[TYPE,]ADDR[,OPTIONS]` that names a UART as Linux does
 * (drivers/tty/serial, EARLYCON_DECLARE) and that Lethe drives (uart_drivers.h). TYPE is mmio,
 * mmio16 or mmio32, which also states the distance and width of an 8250's registers; ADDR is
 * hexadecimal after 0x. Lethe ignores OPTIONS, which state the baud rate.
 * False, and *uart is as before, if no word is such a UART: another NAME or TYPE (io, mmio32be,
 * mmio32native), no address, one of more than 64 bits, 0, unaligned, or with registers that wrap.
 */
bool lethe_earlycon_uart(const char *bootargs, struct lethe_uart *uart);

#endif
