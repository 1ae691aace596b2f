/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 7: cleans and invalidates to the PoC what Lethe has stored for the payload. In cached mode
 * our stores are in the caches. In uncached mode our stores are in memory, but another agent, or an
 * instruction fetch in a unified cache, may have filled lines before them. What stays in place was
 * cleaned before it was read, and a line filled since equals memory.
 */
#include <libfdt.h>

#include "cache_bulk.h"
#include "check_again.h"
#include "fdt/record_at.h"
#include "publish.h"
#include "run.h"
#include "stages.h"

static uint64_t publish_range(uint64_t start, uint64_t size)
{
	lethe_dcache_clean_inval_bulk(start, start + size);
	return size;
}

/* The buffer whole, for a tree that shrank leaves dirty lines behind its end. */
static void publish_tree(const struct lethe_context *ctx)
{
	publish_range(ctx->placement.tree.start,
		      ctx->placement.tree.end - ctx->placement.tree.start);
}

/* What was stored of the slot's segments, and what the list brought. */
static uint64_t publish_dests(const struct lethe_context *ctx)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		const struct lethe_range stored = lethe_segment_stored(ctx, i);

		bytes += publish_range(stored.start, lethe_range_size(stored));
	}
	for (i = 0; i < lethe_list_runs(ctx); i++) {
		const struct lethe_kimage_run *run = &ctx->library->image.runs[i];

		bytes += publish_range(run->dest, run->size);
	}
	return bytes;
}

void lethe_publish_abandoned(const struct lethe_context *ctx)
{
	publish_dests(ctx);
	publish_tree(ctx);
}

int lethe_stage_publish(struct lethe_context *ctx)
{
	int status = lethe_check_again(ctx);
	uint64_t bytes;

	if (status != LETHE_OK) {
		return status;
	}
	bytes = publish_dests(ctx);
	if (lethe_passes_initrd(ctx)) {
		bytes += publish_range(ctx->facts.initrd_start,
				       ctx->facts.initrd_end - ctx->facts.initrd_start);
	}
	if (ctx->tree == 0) {
		return lethe_check_again(ctx);
	}
	bytes += fdt_totalsize((const void *)ctx->placement.tree.start);
	/* The stage's own time goes into the record before the tree is published, last. */
	if (ctx->has_record) {
		status = lethe_record_patch_in((void *)ctx->placement.tree.start, ctx->record_at,
					       LETHE_RECORD_PUBLISH, lethe_run_ticks(), bytes);
	}
	publish_tree(ctx);
	/* The hand-off takes the payload's registers from the plan, and cannot fail. */
	return status != LETHE_OK ? status : lethe_check_again(ctx);
}
