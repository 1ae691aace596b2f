/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 4: every segment to its place, its tail zeroed. A segment that is in place is only made readable. */
#include <string.h>

#include <lethe/cache.h>

#include "digest/segment_digest.h"
#include "move_list.h"
#include "stages.h"

/*
 * Up, onto itself: from the end, in pieces that do not overlap. newlib's memmove() goes down by
 * single bytes there, each of them a Device access: 54 million for a kernel.
 */
static void slide_up(uint64_t dest, uint64_t source, uint64_t size)
{
	while (size != 0) {
		uint64_t piece = size < dest - source ? size : dest - source;

		size -= piece;
		memcpy((void *)(dest + size), (const void *)(source + size), piece);
	}
}

static uint64_t move_one(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &lethe_plan_segments(ctx->plan)[index];
	const struct lethe_placed *placed = &ctx->placement.segment[index];
	uint64_t tail = segment->mem_size - segment->file_size;
	uint64_t stored = tail;

	/* Before the first read: a line left by the loader must not answer for memory, nor land on it later. */
	lethe_dcache_clean_inval_poc(placed->source, placed->source + segment->file_size);
	/* Before the first store: nor may one land on what is stored now. */
	lethe_dcache_clean_inval_poc(placed->dest, placed->dest + segment->mem_size);
	if (placed->dest != placed->source) {
		if (placed->dest - placed->source < segment->file_size) {
			slide_up(placed->dest, placed->source, segment->file_size);
		} else {
			/* A digest that is wrong is found again and reported by the verify stage. */
			lethe_segment_digest(ctx, index, placed->source);
		}
		stored += segment->file_size;
	}
	memset((void *)(placed->dest + segment->file_size), 0, tail);
	return stored;
}

int lethe_stage_move(struct lethe_context *ctx)
{
	unsigned int i;

	/* The list first: it may store to tails, which are zeroed behind it. */
	ctx->stage_bytes = lethe_move_list(ctx);
	for (i = 0; i < ctx->slot->segment_count; i++) {
		ctx->stage_bytes += move_one(ctx, ctx->placement.order[i]);
	}
	return LETHE_OK;
}
