/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_CONSOLE_H
#define LETHE_READ_CONSOLE_H

#include "context.h"

/* True if the plan names a UART, so that the console can be opened before a tree is read. */
bool lethe_read_console_is_fixed(const struct lethe_context *ctx);

/* Opens the UART named by the plan, or without a plan by the tree, and prints the first line. */
void lethe_read_console(struct lethe_context *ctx);

#endif
