/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_CONSOLE_H
#define LETHE_READ_CONSOLE_H

#include "context.h"

/* True if the plan names a UART, so that the console can be opened before a tree is read. */
bool lethe_read_console_is_fixed(const struct lethe_context *ctx);

/*
 * The UART named by the plan; without a plan, or if by_tree, by the tree's stdout-path. kind NONE:
 * none is named.
 */
void lethe_read_console_find(const struct lethe_context *ctx, bool by_tree,
			     struct lethe_uart *uart);

/* The pages of its registers, as they are mapped. Empty without a UART. */
struct lethe_range lethe_read_console_pages(const struct lethe_uart *uart);

/* Opens the UART, or none, and prints Lethe's first line. */
void lethe_read_console(struct lethe_context *ctx, const struct lethe_uart *uart);

#endif
