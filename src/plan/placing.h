/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLACING_H
#define LETHE_PLACING_H

#include <lethe/place.h>

/* Shared by the parts of lethe_place(): place.c, place_check.c, place_order.c. Not public. */
struct lethe_placing {
	const struct lethe_plan *plan;
	const struct lethe_segment *segments;
	const struct lethe_slot *slot; /* to be booted */
	struct lethe_placement *placement;
	struct lethe_where *where;
};

/* Checks all placed ranges for overlaps, apart from the order of moves. 0 or a status. */
int lethe_place_check(const struct lethe_placing *placing);

/*
 * After lethe_place_check(): fills in placement->order, an order of moves that destroys no source.
 * 0 or LETHE_E_DEST_SOURCE, and for the tree buffer LETHE_E_DEST_LETHE or LETHE_E_DEST_PLAN as
 * well.
 */
int lethe_place_order(const struct lethe_placing *placing);

/* LETHE_E_DEST_LETHE or _PLAN if the range overlaps memory that Lethe still needs, else 0. */
static inline int lethe_placing_lethe(const struct lethe_placing *placing, struct lethe_range range)
{
	if (lethe_range_overlaps(range, placing->placement->workspace)) {
		return LETHE_E_DEST_LETHE;
	}
	return lethe_range_overlaps(range, placing->placement->plan) ? LETHE_E_DEST_PLAN : LETHE_OK;
}

static inline struct lethe_range lethe_placing_source(const struct lethe_placing *placing,
						      uint32_t index)
{
	return lethe_range_of(placing->placement->segment[index].source,
			      placing->segments[index].file_size);
}

static inline struct lethe_range lethe_placing_dest(const struct lethe_placing *placing,
						    uint32_t index)
{
	return lethe_range_of(placing->placement->segment[index].dest,
			      placing->segments[index].mem_size);
}

/* True if the segment has its own source. The list supplies the bytes of other segments. */
static inline bool lethe_placing_has_source(const struct lethe_placing *placing, uint32_t index)
{
	return (placing->segments[index].flags & LETHE_SEGMENT_SOURCE_LIST) == 0;
}

static inline int lethe_placing_error(const struct lethe_placing *placing, int status,
				      uint32_t index, uint64_t value)
{
	return lethe_error_at(placing->where, status, LETHE_WHAT_SEGMENT, index,
			      placing->segments[index].name, value);
}

static inline int lethe_placing_tree_error(const struct lethe_placing *placing, int status,
					   uint64_t value)
{
	return lethe_error_at(placing->where, status, LETHE_WHAT_TREE, 0, 0, value);
}

#endif
