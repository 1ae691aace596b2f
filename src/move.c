/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 4: moves every segment to its destination and zeroes the tail. In place, only
 * the tail is stored.
 */
#include <string.h>

#include "before_store.h"
#include "cache_bulk.h"
#include "check_again.h"
#include "copy.h"
#include "digest/segment_digest.h"
#include "move_list.h"
#include "smp/crew.h"
#include "smp/hold.h"
#include "stages.h"

/*
 * Cleans a segment's source before the first read: a line left by the loader must neither answer
 * instead of memory nor be written back later. For what stays in place this is all: Lethe stores
 * nothing there, so a line filled since equals memory. What the list brought is Lethe's own, and a
 * coherent source that is copied is read where its newest bytes are. Then what is stored to, before
 * the first store.
 */
static void clean_segment(const struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_range stored = lethe_segment_stored(ctx, index);
	struct lethe_range source = lethe_segment_source(ctx, index);

	if ((ctx->segments[index].flags & LETHE_SEGMENT_SOURCE_LIST) != 0 ||
	    (lethe_sources_are_coherent(ctx) &&
	     ctx->placement.segment[index].dest != source.start)) {
		source.end = source.start;
	}
	if (!ctx->is_cached && lethe_range_overlaps(source, stored)) {
		/* Over itself: both in one, for each line once. */
		source.start = stored.start < source.start ? stored.start : source.start;
		source.end = stored.end > source.end ? stored.end : source.end;
		lethe_dcache_clean_inval_bulk(source.start, source.end);
		return;
	}
	lethe_dcache_clean_inval_bulk(source.start, source.end);
	lethe_before_store(ctx, stored);
}

static int move_one(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &ctx->segments[index];
	const struct lethe_placed *placed = &ctx->placement.segment[index];
	const struct lethe_range source = lethe_segment_source(ctx, index);
	const bool overlaps =
		lethe_range_overlaps(source, lethe_range_of(placed->dest, segment->file_size));
	int status = LETHE_OK;

	clean_segment(ctx, index);
	if (placed->dest != placed->source) {
		if (segment->chunk_shift != 0 && !overlaps) {
			/* If a chunk is damaged, the verify stage hashes it again and reports. */
			status = lethe_crew_run(ctx, index, lethe_chunks_of_segment(ctx, index),
						true);
		} else if (segment->chunk_shift != 0 ||
			   placed->dest - placed->source < segment->file_size) {
			memmove((void *)placed->dest, (const void *)placed->source,
				segment->file_size);
		} else {
			/* If the digest is wrong, the verify stage hashes again and reports. */
			lethe_segment_digest(ctx, index, placed->source);
		}
	}
	memset((void *)(placed->dest + segment->file_size), 0,
	       segment->mem_size - segment->file_size);
	ctx->stage_bytes += lethe_range_size(lethe_segment_stored(ctx, index));
	return status;
}

int lethe_stage_move(struct lethe_context *ctx)
{
	int status = lethe_check_again(ctx);
	unsigned int i;

	if (status != LETHE_OK) {
		return status;
	}
	lethe_hold_take(ctx);
	/* The list first: its pages may overlap tails, and move_one() zeroes those. */
	ctx->stage_bytes = lethe_move_list(ctx);
	lethe_chunks_begin(ctx);
	for (i = 0; i < ctx->slot->segment_count && status == LETHE_OK; i++) {
		status = move_one(ctx, ctx->placement.order[i]);
	}
	return status;
}
