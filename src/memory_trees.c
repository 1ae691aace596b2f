/* SPDX-License-Identifier: BSD-2-Clause */
/* The trees that the map has from the beginning, because they tell what else it needs. */
#include "memory.h"
#include "plan/plan_check.h"

/* In the extent, or what the plan's windows call RAM: before it is read nobody else can say. */
static int add_packed_tree(const struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	if (base - ctx->image_base >= ctx->image_size &&
	    !lethe_windows_cover(ctx->plan, base, size)) {
		return LETHE_E_SOURCE_NOT_RAM;
	}
	return lethe_memory_add(base, base + size, LETHE_MAP_RW);
}

int lethe_memory_add_trees(const struct lethe_context *ctx)
{
	const unsigned int tree = ctx->slot->tree_segment;
	int status = LETHE_OK;

	if (tree != LETHE_INDEX_NONE) {
		status = add_packed_tree(ctx, ctx->placement.segment[tree].dest,
					 lethe_plan_segments(ctx->plan)[tree].mem_size);
	}
	/* To be written as well: a destination may begin in its last page. */
	if (status == LETHE_OK) {
		status = lethe_memory_add(ctx->loader_tree,
					  ctx->loader_tree + ctx->loader_tree_size, LETHE_MAP_RW);
	}
	return status;
}
