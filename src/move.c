/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 4: moves every segment to its destination and zeroes the tail. In place, only
 * the tail is stored.
 */
#include <string.h>

#include <lethe/cache.h>

#include "check_again.h"
#include "digest/segment_digest.h"
#include "move_list.h"
#include "stages.h"

static uint64_t move_one(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &lethe_plan_segments(ctx->plan)[index];
	const struct lethe_placed *placed = &ctx->placement.segment[index];
	uint64_t tail = segment->mem_size - segment->file_size;
	uint64_t stored = tail;

	/*
	 * Before the first read: a line left by the loader must neither answer instead of memory
	 * nor be written back later.
	 */
	lethe_dcache_clean_inval_poc(placed->source, placed->source + segment->file_size);
	/* Before the first store: no older line may be written back over the new bytes. */
	lethe_dcache_clean_inval_poc(placed->dest, placed->dest + segment->mem_size);
	if (placed->dest != placed->source) {
		if (placed->dest - placed->source < segment->file_size) {
			memmove((void *)placed->dest, (const void *)placed->source,
				segment->file_size);
		} else {
			/* If the digest is wrong, the verify stage hashes again and reports. */
			lethe_segment_digest(ctx, index, placed->source);
		}
		stored += segment->file_size;
	}
	memset((void *)(placed->dest + segment->file_size), 0, tail);
	return stored;
}

int lethe_stage_move(struct lethe_context *ctx)
{
	const int status = lethe_check_again(ctx);
	unsigned int i;

	if (status != LETHE_OK) {
		return status;
	}
	/* The list first: its pages may overlap tails, and move_one() zeroes those. */
	ctx->stage_bytes = lethe_move_list(ctx);
	for (i = 0; i < ctx->slot->segment_count; i++) {
		ctx->stage_bytes += move_one(ctx, ctx->placement.order[i]);
	}
	return LETHE_OK;
}
