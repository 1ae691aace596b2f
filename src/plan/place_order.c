/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds a safe order of moves. A segment that would overwrite another's source moves after the
 * other. A cycle of such segments is refused. Cubic in at most 64 segments, if each waits for the
 * next.
 */

#include "plan/placing.h"

_Static_assert(LETHE_SEGMENT_MAX <= 64, "a bit of moved for each segment");

/* True if a store to the range destroys the source of a segment whose bit in moved is not set. */
static bool destroys_source(const struct lethe_placing *placing, uint64_t moved,
			    struct lethe_range range)
{
	for (uint32_t j = 0; j < placing->plan->segment_count; j++) {
		if (((moved >> j) & 1) == 0 && lethe_placing_has_source(placing, j) &&
		    lethe_range_overlaps(range, lethe_placing_source(placing, j))) {
			return true;
		}
	}
	return false;
}

static bool may_move(const struct lethe_placing *placing, uint64_t moved, uint32_t index)
{
	/* A segment may overlap its own source: the move is a memmove. */
	return ((moved >> index) & 1) == 0 &&
	       !destroys_source(placing, moved | 1ULL << index, lethe_placing_dest(placing, index));
}

/* The first segment, in the plan's order, that may move. If no segment may move, the slot's end. */
static uint32_t next_to_move(const struct lethe_placing *placing, uint64_t moved)
{
	const uint32_t end = placing->slot->first_segment + placing->slot->segment_count;
	uint32_t i = placing->slot->first_segment;

	while (i < end && !may_move(placing, moved, i)) {
		i++;
	}
	return i;
}

static uint32_t first_not_moved(const struct lethe_placing *placing, uint64_t moved)
{
	uint32_t i = placing->slot->first_segment;

	while (((moved >> i) & 1) != 0) {
		i++;
	}
	return i;
}

static int order_segments(const struct lethe_placing *placing, uint64_t *moved)
{
	const uint32_t count = placing->slot->segment_count;
	const uint32_t end = placing->slot->first_segment + count;

	for (uint32_t n = 0; n < count; n++) {
		const uint32_t next = next_to_move(placing, *moved);

		if (next == end) {
			const uint32_t stuck = first_not_moved(placing, *moved);

			return lethe_placing_error(placing, LETHE_E_DEST_SOURCE, stuck,
						   placing->placement->segment[stuck].dest);
		}
		placing->placement->order[n] = (uint8_t)next;
		*moved |= 1ULL << next;
	}
	return LETHE_OK;
}

/* The tree is written after the slot's moves: only sources of later slots are needed then. */
static int check_tree(const struct lethe_placing *placing, uint64_t moved)
{
	const struct lethe_range tree = placing->placement->tree;
	int status = lethe_placing_lethe(placing, tree);

	if (status == LETHE_OK && destroys_source(placing, moved, tree)) {
		status = LETHE_E_DEST_SOURCE;
	}
	return status == LETHE_OK ? LETHE_OK
				  : lethe_placing_tree_error(placing, status, tree.start);
}

int lethe_place_order(const struct lethe_placing *placing)
{
	/* Slots are tried in order: no source of an earlier slot is needed any more. */
	const uint32_t first = placing->slot->first_segment;
	uint64_t moved = (first < 64 ? 1ULL << first : 0) - 1;
	int status = order_segments(placing, &moved);

	return status == LETHE_OK ? check_tree(placing, moved) : status;
}
