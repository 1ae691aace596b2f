/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_WORLD_H
#define TEST_BOOT_WORLD_H

/*
 * The machine under the read stage and the describe stage, on the host: physical memory at its own
 * addresses, and fakes of what only a CPU can do. ASan ends the process at an access to a byte that
 * Lethe has not made readable (lethe_read_tree_probe(), or in cached mode lethe_memory_map()).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context.h"
#include "memory_map.h"

/* The machine's memory. The host has these pages at these addresses. */
#define WORLD_BASE 0x40000000ULL
#define WORLD_SIZE 0x10000000ULL
#define WORLD_BLOB 0x10000ULL /* lethe_blob_size() */

#define WORLD_MAPS   512
#define WORLD_BACKED 8

struct world_map {
	struct lethe_range range;
	enum lethe_map_kind kind;
};

struct world {
	int map_count;
	struct world_map map[WORLD_MAPS];
	int backed_count;
	struct lethe_range backed[WORLD_BACKED]; /* pages that answer a probe */
	struct lethe_uart uart;                  /* the last that was opened */
	bool was_left;                           /* cached mode was left */
};

extern struct world world;

/* Blocks of code that Lethe and its libfdt have run since world_begin(): the same on each host. */
extern uint64_t world_work;

/* Memory as at reset: nothing answers. */
void world_begin(void);

/* These pages answer from now on. */
void world_back(struct lethe_range range);

/* The same, and a loader leaves bytes there. None: nothing happens. */
void world_put(uint64_t pa, const void *bytes, uint64_t size);

/* Lethe may touch the bytes of the range that answer. */
void world_open(struct lethe_range range);

/* As the memory stage maps what the read stage needs at once. */
void world_map_at_start(struct lethe_range range);

/* True if Lethe may touch each page of the range. */
bool world_is_mapped(const struct lethe_context *ctx, struct lethe_range range);

#endif
