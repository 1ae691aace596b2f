/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 2 of the purgatory: maps Lethe, and the regions read-only. */
#include <lethe/cache.h>

#include "memory_map.h"
#include "purgatory/purgatory.h"
#include "stages.h"

int lethe_stage_memory(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	unsigned int i;

	/*
	 * Before the first read: a line of the last kernel must neither answer instead of memory
	 * nor be written back later.
	 */
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_dcache_clean_inval_poc(segments[i].dest,
					     segments[i].dest + segments[i].file_size);
	}
	ctx->uncached_why = lethe_memory_map_begin(ctx);
	if (ctx->uncached_why == LETHE_OK) {
		lethe_memory_map_on(ctx);
	}
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_memory_map(ctx, lethe_range_of(segments[i].dest, segments[i].file_size),
				 LETHE_MAP_RO);
	}
	ctx->stage_bytes = lethe_memory_map_tables();
	return LETHE_OK;
}
