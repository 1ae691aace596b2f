/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 2: picks the mode. Cached: an identity map of Lethe, the plan and the loader's tree. The
 * read stage maps the rest, when it knows which memory is firmware's. Uncached: the MMU stays off.
 */
#include "memory_map.h"
#include "read_tree.h"
#include "stages.h"

/* What the read stage needs at once. Writable: a destination may begin in the last page of each. */
static int add_read(const struct lethe_context *ctx)
{
	int status = lethe_memory_map_add(ctx->placement.workspace, LETHE_MAP_RW);

	if (status == LETHE_OK) {
		status = lethe_memory_map_add(ctx->placement.plan, LETHE_MAP_RW);
	}
	return status == LETHE_OK ? lethe_memory_map_add(ctx->loader_tree, LETHE_MAP_RW) : status;
}

static bool may_be_cached(const struct lethe_context *ctx)
{
	return ctx->is_checked && ctx->el < 3 && ctx->plan->mode != LETHE_MODE_UNCACHED;
}

int lethe_stage_memory(struct lethe_context *ctx)
{
	int status;

	lethe_read_tree_find(ctx);
	if (may_be_cached(ctx)) {
		status = lethe_memory_map_begin(ctx);
		if (status == LETHE_OK) {
			status = add_read(ctx);
		}
		if (status == LETHE_OK) {
			lethe_memory_map_on(ctx);
		}
		ctx->uncached_why = status;
	}
	ctx->stage_bytes = lethe_memory_map_tables();
	return LETHE_OK;
}
