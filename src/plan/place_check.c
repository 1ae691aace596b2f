/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks that ranges do not overlap, before the first store. Quadratic in at most 64 segments. */

#include "plan/placing.h"

/*
 * Lethe's code in the workspace reads sources and the plan until the last move, so no source may
 * overlap either.
 */
static int check_sources(const struct lethe_placing *placing)
{
	const struct lethe_placement *placement = placing->placement;

	if (lethe_range_overlaps(placement->workspace, placement->plan) &&
	    !lethe_range_contains(placement->workspace, placement->plan)) {
		return lethe_error_at(placing->where, LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0, 0,
				      placement->workspace.start);
	}
	for (uint32_t i = 0; i < placing->plan->segment_count; i++) {
		const struct lethe_range source = lethe_placing_source(placing, i);

		if (lethe_placing_has_source(placing, i) &&
		    lethe_placing_lethe(placing, source) != LETHE_OK) {
			return lethe_placing_error(placing, LETHE_E_SOURCE_LETHE, i, source.start);
		}
	}
	return LETHE_OK;
}

/* A range relative to the image must lie in the extent granted by the loader. */
static int check_extent(const struct lethe_placing *placing)
{
	const uint32_t relative = LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_IN_PLACE;
	const uint64_t extent_end = placing->placement->extent.end;
	const struct lethe_range tree = placing->placement->tree;
	const uint32_t first = placing->slot->first_segment;

	for (uint32_t i = first; i < first + placing->slot->segment_count; i++) {
		const struct lethe_range dest = lethe_placing_dest(placing, i);

		if ((placing->segments[i].flags & relative) == relative && dest.end > extent_end) {
			return lethe_placing_error(placing, LETHE_E_DEST_EXTENT, i, dest.start);
		}
	}
	if ((placing->slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 && tree.end > extent_end) {
		return lethe_placing_tree_error(placing, LETHE_E_DEST_EXTENT, tree.start);
	}
	return LETHE_OK;
}

/*
 * If two destinations overlap, the error names the later segment, and a segment
 * rather than the tree.
 */
static int check_overlaps(const struct lethe_placing *placing, uint32_t index)
{
	const struct lethe_range dest = lethe_placing_dest(placing, index);
	bool overlaps = lethe_range_overlaps(dest, placing->placement->tree);

	for (uint32_t j = placing->slot->first_segment; !overlaps && j < index; j++) {
		overlaps = lethe_range_overlaps(dest, lethe_placing_dest(placing, j));
	}
	return overlaps ? lethe_placing_error(placing, LETHE_E_DEST_OVERLAP, index, dest.start)
			: LETHE_OK;
}

static int check_dests(const struct lethe_placing *placing)
{
	const uint32_t first = placing->slot->first_segment;
	const uint32_t end = first + placing->slot->segment_count;
	int status = LETHE_OK;

	for (uint32_t i = first; status == LETHE_OK && i < end; i++) {
		status = check_overlaps(placing, i);
	}
	for (uint32_t i = first; status == LETHE_OK && i < end; i++) {
		const struct lethe_range dest = lethe_placing_dest(placing, i);

		status = lethe_placing_lethe(placing, dest);
		if (status != LETHE_OK) {
			return lethe_placing_error(placing, status, i, dest.start);
		}
	}
	return status;
}

int lethe_place_check(const struct lethe_placing *placing)
{
	int status = check_sources(placing);

	if (status == LETHE_OK) {
		status = check_extent(placing);
	}
	return status == LETHE_OK ? check_dests(placing) : status;
}
