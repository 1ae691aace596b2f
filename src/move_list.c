/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 4: the pages of an indirection list. lethe_kimage_check() has accepted the list. */
#include <lethe/relocate.h>

#include "before_store.h"
#include "cache_bulk.h"
#include "copy.h"
#include "digest/segment_digest.h"
#include "move_list.h"
#include "plan/kimage_walk.h"

static struct lethe_kimage_walk start(const struct lethe_context *ctx)
{
	return lethe_kimage_walk_start(ctx->library->list, ctx->plan->list_page_shift);
}

/* The segment whose first page is at dest, or null. */
static const struct lethe_segment *segment_at(const struct lethe_context *ctx, uint64_t dest)
{
	const struct lethe_segment *segments = ctx->segments;
	unsigned int i;

	for (i = 0; i < ctx->plan->segment_count; i++) {
		if ((segments[i].flags & LETHE_SEGMENT_SOURCE_LIST) != 0 &&
		    segments[i].dest == dest) {
			return &segments[i];
		}
	}
	return 0;
}

/*
 * Copies page after page. If a segment begins on a page and its pages ascend, the copy computes its
 * digest. The verify stage hashes all other segments.
 */
static void copy_pages(struct lethe_context *ctx)
{
	struct lethe_segment_digest digest = {.segment = 0};
	struct lethe_kimage_walk walk = start(ctx);
	uint64_t next = 0; /* destination of the segment's next page */
	uint64_t source;

	for (; lethe_kimage_walk_next(&walk, &source); walk.dest += walk.page) {
		uint64_t size = 0; /* the segment's bytes in this page */

		if (digest.segment == 0 || walk.dest != next) {
			const struct lethe_segment *segment = segment_at(ctx, walk.dest);

			if (segment != 0) {
				lethe_segment_digest_start(&digest, segment);
				next = walk.dest;
			}
		}
		if (digest.segment != 0 && walk.dest == next) {
			size = digest.segment->file_size - digest.done;
			size = size < walk.page ? size : walk.page;
			lethe_segment_digest_update(&digest, walk.dest, source, size);
			next += walk.page;
			if (digest.done == digest.segment->file_size) {
				lethe_segment_digest_end(&digest, ctx);
				digest.segment = 0;
			}
		}
		if (source != walk.dest) {
			lethe_copy(walk.dest + size, source + size, walk.page - size);
		}
	}
}

/*
 * Before the first read: the caller's dirty lines go to memory, stale lines go away. Consecutive
 * sources are cleaned in one, for a barrier is dearer than a page's walk.
 */
static void clean_sources(const struct lethe_context *ctx)
{
	struct lethe_kimage_walk walk = start(ctx);
	struct lethe_range pages = {0, 0};
	uint64_t source;

	while (lethe_kimage_walk_next(&walk, &source)) {
		if (source != pages.end) {
			lethe_dcache_clean_inval_bulk(pages.start, pages.end);
			pages.start = source;
		}
		pages.end = source + walk.page;
	}
	lethe_dcache_clean_inval_bulk(pages.start, pages.end);
}

uint64_t lethe_move_list(struct lethe_context *ctx)
{
	const struct lethe_kimage *image;
	unsigned int i;

	if (lethe_list_runs(ctx) == 0) {
		return 0;
	}
	image = &ctx->library->image;
	/* Coherent sources have no stale lines, and a cached load finds the dirty ones. */
	if (!lethe_sources_are_coherent(ctx)) {
		clean_sources(ctx);
	}
	/* Without segments the copy has no digest to compute. */
	if (!ctx->is_cached && ctx->plan->segment_count == 0) {
		lethe_relocate_list(ctx->library->list, ctx->plan->list_page_shift);
		return image->pages << ctx->plan->list_page_shift;
	}
	for (i = 0; i < image->run_count; i++) {
		const struct lethe_kimage_run *run = &image->runs[i];

		lethe_before_store(ctx, lethe_range_of(run->dest, run->size));
	}
	copy_pages(ctx);
	return image->pages << ctx->plan->list_page_shift;
}
