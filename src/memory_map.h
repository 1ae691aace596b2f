/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MEMORY_MAP_H
#define LETHE_MEMORY_MAP_H

#include "context.h"
#include "cpu/idmap.h"
#include "cpu/mmu_regs.h"

/*
 * Cached mode: the identity map, from the first table until the MMU goes off. The memory stage
 * calls begin, then add for each range that the read stage needs at once, then on.
 */

/* An empty map for this CPU, then Lethe itself. 0 or LETHE_E_MAP_*. */
int lethe_memory_map_begin(const struct lethe_context *ctx);

/*
 * Before on: maps a range, widened to pages. A page that is mapped already does not change. 0 or
 * LETHE_E_MAP_*.
 */
int lethe_memory_map_add(struct lethe_range range, enum lethe_map_kind kind);

/* MMU and caches on: ctx->is_cached. */
void lethe_memory_map_on(struct lethe_context *ctx);

/*
 * Cached mode: maps a range, widened to pages, before the caller reads or stores to the range. A
 * page that is mapped already does not change. Before stage 4 only: if the range cannot be mapped,
 * the boot goes on uncached. Uncached mode: does nothing.
 */
void lethe_memory_map(struct lethe_context *ctx, struct lethe_range range,
		      enum lethe_map_kind kind);

/* Cached mode: the registers and the root table by which another CPU sees the same map. */
extern struct lethe_mmu_regs lethe_memory_map_regs;
uint64_t lethe_memory_map_root(void);

/* Bytes of tables so far, for the record. */
uint64_t lethe_memory_map_tables(void);

/*
 * To uncached mode; why is the reason. Before stage 4 only: only Lethe's own data may be dirty in
 * the caches.
 */
void lethe_memory_map_leave(struct lethe_context *ctx, int why);

#endif
