/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 4: the pages that an indirection list brings. lethe_kimage_check() accepted the list. */
#include <string.h>

#include <lethe/cache.h>
#include <lethe/relocate.h>

#include "digest/segment_digest.h"
#include "move_list.h"
#include "plan/kimage_walk.h"

static struct lethe_kimage_walk start(const struct lethe_context *ctx)
{
	return lethe_kimage_walk_start(ctx->library->list, ctx->plan->list_page_shift);
}

/* The segment that begins with the page at dest; null if there is none. */
static const struct lethe_segment *segment_at(const struct lethe_context *ctx, uint64_t dest)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
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
 * Page after page. A segment that begins with a page and whose pages ascend is digested on the way,
 * others by the verify stage.
 */
static void copy_pages(struct lethe_context *ctx)
{
	struct lethe_segment_digest digest = {.segment = 0};
	struct lethe_kimage_walk walk = start(ctx);
	uint64_t next = 0; /* where the segment goes on */
	uint64_t source;

	for (; lethe_kimage_walk_next(&walk, &source); walk.dest += walk.page) {
		uint64_t size = 0; /* of the page, what the segment has of it */

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
			memcpy((void *)(walk.dest + size), (const void *)(source + size),
			       walk.page - size);
		}
	}
}

uint64_t lethe_move_list(struct lethe_context *ctx)
{
	const struct lethe_kimage *image;
	struct lethe_kimage_walk walk;
	uint64_t source;
	unsigned int i;

	if (lethe_list_runs(ctx) == 0) {
		return 0;
	}
	image = &ctx->library->image;
	/* Before the first read: what the caller left in a cache must not answer for memory, nor
	 * miss there. */
	for (walk = start(ctx); lethe_kimage_walk_next(&walk, &source);) {
		lethe_dcache_clean_inval_poc(source, source + walk.page);
	}
	/* Without segments there is nothing to digest on the way. */
	if (!ctx->is_cached && ctx->plan->segment_count == 0) {
		lethe_relocate_list(ctx->library->list, ctx->plan->list_page_shift);
		return image->pages << ctx->plan->list_page_shift;
	}
	/* Before the first store: no line may land on what is stored past the caches. */
	for (i = 0; i < image->run_count; i++) {
		lethe_dcache_clean_inval_poc(image->runs[i].dest,
					     image->runs[i].dest + image->runs[i].size);
	}
	copy_pages(ctx);
	return image->pages << ctx->plan->list_page_shift;
}
