/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 2: picks the mode. Cached: an identity map of Lethe, the extent and the trees. Later stages
 * map further ranges, as the plan and the trees name them. Uncached: the MMU stays off.
 */
#include "memory_map.h"
#include "plan/plan_check.h"
#include "read_tree.h"
#include "stages.h"

/* The extent and the plan's windows are known RAM. /memory and the UEFI map were not read yet. */
static int add_packed_tree(const struct lethe_context *ctx, struct lethe_range tree)
{
	if (!lethe_range_contains(lethe_extent(ctx), tree) &&
	    !lethe_plan_check_windows_cover(ctx->plan, tree)) {
		return LETHE_E_SOURCE_NOT_RAM;
	}
	return lethe_memory_map_add(tree, LETHE_MAP_RW);
}

static int add_trees(const struct lethe_context *ctx)
{
	const unsigned int tree = ctx->slot->tree_segment;
	int status = LETHE_OK;

	if (tree != LETHE_INDEX_NONE) {
		status = add_packed_tree(ctx, lethe_segment_dest(ctx, tree));
	}
	/* Writable: a destination may begin in the tree's last page. */
	if (status == LETHE_OK) {
		status = lethe_memory_map_add(ctx->loader_tree, LETHE_MAP_RW);
	}
	return status;
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
			status = add_trees(ctx);
		}
		if (status == LETHE_OK) {
			lethe_memory_map_on(ctx);
		}
		ctx->uncached_why = status;
	}
	ctx->stage_bytes = lethe_memory_map_tables();
	return LETHE_OK;
}
