/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MEMORY_MAP_H
#define LETHE_MEMORY_MAP_H

#include "context.h"
#include "cpu/idmap.h"

/*
 * Cached mode: the identity map, from its first table to the MMU going off. The memory stage calls begin,
 * add for each range that later stages need before they know more, then on.
 */

/* An empty map for this CPU, then Lethe itself and the extent. 0 or LETHE_E_MAP_*. */
int lethe_memory_map_begin(const struct lethe_context *ctx);

/* Before on: a range, widened to pages. If a page is mapped already, it stays as it is. 0 or LETHE_E_MAP_*. */
int lethe_memory_map_add(struct lethe_range range, enum lethe_map_kind kind);

/* MMU and caches on: ctx->is_cached. */
void lethe_memory_map_on(struct lethe_context *ctx);

/*
 * Cached mode: the range is about to be read or stored to, widened to pages. If a page is mapped
 * already, it stays as it is. Before stage 4 only: if the range cannot be mapped, the boot goes on uncached.
 * Uncached mode: nothing to do.
 */
void lethe_memory_map(struct lethe_context *ctx, struct lethe_range range, enum lethe_map_kind kind);

/* Bytes of tables so far, for the record. */
uint64_t lethe_memory_map_tables(void);

/* To uncached mode, for this reason. Before stage 4 only: nothing but Lethe's own data may be dirty. */
void lethe_memory_map_leave(struct lethe_context *ctx, int why);

#endif
