/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_LOADER_H
#define LETHE_READ_LOADER_H

#include "context.h"

/* Stage 3: what the loader left for the next kernel: its tree, its initrd, elfcorehdr, and the
 * usable memory. */

/*
 * Checks the loader's tree and initrd, and the usable memory, against the extent. After
 * lethe_read_memory(). 0, or a status and its place.
 */
int lethe_read_loader(const struct lethe_context *ctx, struct lethe_where *where);

/* True if linux,usable-memory-range is absent, or covers the range. */
bool lethe_read_loader_is_usable(const struct lethe_fdt_facts *facts, struct lethe_range range);

/* True if the range overlaps any of the loader's. */
bool lethe_read_loader_overlaps(const struct lethe_context *ctx, struct lethe_range range);

#endif
