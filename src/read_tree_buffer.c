/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 3: a place for the tree buffer around firmware's memory. booting.rst: the tree must not be
 * in a 2 MiB region that has to be mapped with other attributes, so the buffer has a region of its
 * own.
 */
#include "read_tree_buffer.h"

#include "console/console.h"
#include "read_reserved.h"

#define MIB_2 0x200000ULL

/* True if nothing that this boot needs, nor a reservation, touches the place. */
static bool is_free(const struct lethe_context *ctx, struct lethe_range place)
{
	const struct lethe_placement *placement = &ctx->placement;
	const struct lethe_range region = {place.start, (place.end + MIB_2 - 1) & -MIB_2};
	unsigned int i;

	if (lethe_read_reserved_touches(region) ||
	    lethe_range_overlaps(place, placement->workspace) ||
	    lethe_range_overlaps(place, placement->plan)) {
		return false;
	}
	/* Also the sources of later slots. */
	for (i = 0; i < ctx->plan->segment_count; i++) {
		if (lethe_range_overlaps(place, lethe_segment_source(ctx, i))) {
			return false;
		}
	}
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		if (lethe_range_overlaps(place, lethe_segment_dest(ctx, i))) {
			return false;
		}
	}
	return true;
}

bool lethe_read_tree_buffer_is_free(struct lethe_context *ctx)
{
	const struct lethe_range extent = lethe_extent(ctx);
	const uint64_t size = lethe_range_size(ctx->placement.tree);
	struct lethe_range place;

	if (!lethe_read_reserved_touches(ctx->placement.tree)) {
		return true;
	}
	if ((ctx->slot->flags & LETHE_SLOT_TREE_OFFSET) == 0) {
		return false;
	}
	place.start = (extent.start + MIB_2 - 1) & -MIB_2;
	for (; place.start < extent.end && extent.end - place.start >= size; place.start += MIB_2) {
		place.end = place.start + size;
		if (is_free(ctx, place)) {
			lethe_console_line(
				"reserved memory in the tree slot: the tree goes to 0x%x",
				place.start);
			ctx->placement.tree = place;
			return true;
		}
	}
	return false;
}
