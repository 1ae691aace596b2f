/* SPDX-License-Identifier: BSD-2-Clause */
/* The trees that the map has from the beginning, because they tell what else it needs. */
#include "memory.h"
#include "plan/plan_check.h"

/* In the extent, or what the plan's windows call RAM: before it is read nobody else can say. */
static int add_packed_tree(const struct lethe_road *road, uint64_t base, uint64_t size)
{
	if (base - road->image_base >= road->image_size &&
	    !lethe_windows_cover(road->plan, base, size)) {
		return LETHE_E_SOURCE_NOT_RAM;
	}
	return lethe_memory_add(base, base + size, LETHE_MAP_RW);
}

int lethe_memory_add_trees(const struct lethe_road *road)
{
	const unsigned int tree = road->slot->tree_segment;
	int status = LETHE_OK;

	if (tree != LETHE_INDEX_NONE) {
		status = add_packed_tree(road, road->placement.segment[tree].dest,
					 lethe_plan_segments(road->plan)[tree].mem_size);
	}
	/* To be written as well: a destination may begin in its last page. */
	if (status == LETHE_OK) {
		status = lethe_memory_add(road->loader_tree,
					  road->loader_tree + road->loader_tree_size, LETHE_MAP_RW);
	}
	return status;
}
