/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_OUTPUT_H
#define LETHE_OUTPUT_H

#include <stdbool.h>

/*
 * Where the console's characters go. The blob has output_ring.c, which waits for the UART as little
 * as possible. The purgatory has no room for that: purgatory/output_direct.c. The same file has
 * console.h's functions that send: lethe_console_open(), _feed(), _hurry() and _drain().
 */

/* False: characters would be dropped. */
bool lethe_output_is_open(void);

/* Takes one character, in order. Drops it if the console is closed. */
void lethe_output_put(char c);

#endif
