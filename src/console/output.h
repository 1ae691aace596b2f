/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_OUTPUT_H
#define LETHE_OUTPUT_H

#include <stdbool.h>

#include <lethe/fdt.h>

/*
 * Where the console's characters go. The blob has output_ring.c, which waits for the UART as little
 * as possible. The purgatory has no room for that: purgatory/output_direct.c.
 */

/* As the functions of console.h. */
void lethe_output_open(const struct lethe_uart *uart);
void lethe_output_feed(void);
void lethe_output_hurry(void);
void lethe_output_drain(void);

/* False: characters would be dropped. */
bool lethe_output_is_open(void);

/* Takes one character, in order. Drops it if the console is closed. */
void lethe_output_put(char c);

#endif
