/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MEMORY_H
#define LETHE_MEMORY_H

#include "cpu/idmap.h"
#include "context.h"

/*
 * Stage 2: picks the mode. Cached: an identity map of Lethe itself, the extent and the trees; MMU and caches on.
 * Uncached, the floor: everything stays as entry.S left it, because the plan
 * says so, or for the reason left in ctx->uncached_why. The plan was checked.
 */
void lethe_memory_enter(struct lethe_context *ctx);

/* For lethe_memory_add_trees(): [start, end) widened to pages, before the map is in force. 0 or LETHE_E_MAP_*. */
int lethe_memory_add(uint64_t start, uint64_t end, enum lethe_map_kind kind);

/* memory_trees.c: the packed tree and the loader's. 0, LETHE_E_MAP_* or LETHE_E_SOURCE_NOT_RAM. */
int lethe_memory_add_trees(const struct lethe_context *ctx);

/*
 * Cached mode: [base, base + size) is about to be looked at, widened to pages. Where something is mapped already it
 * stays as it is. Before stage 4 only: what cannot be mapped takes the whole road down to the floor.
 * Uncached: nothing to do.
 */
void lethe_memory_map(struct lethe_context *ctx, uint64_t base, uint64_t size,
		       enum lethe_map_kind kind);

/* Bytes of tables so far, for the record. */
uint64_t lethe_memory_tables(void);

/* Down to the floor. Before stage 4 only: nothing but Lethe's own data may be dirty. */
void lethe_memory_leave(struct lethe_context *ctx, int why);

#endif
