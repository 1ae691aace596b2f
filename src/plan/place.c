/* SPDX-License-Identifier: BSD-2-Clause */
/* Computes physical addresses from offsets and alignments. */

#include <lethe/place.h>

#include <stddef.h>

#include "plan/placing.h"
#include "plan/plan_check.h"

#define KIB_4  0x1000ULL
#define MIB_2  0x200000ULL
#define GIB_1  0x40000000ULL
#define GIB_32 0x800000000ULL

/* The distance from value up to align_offset above a multiple of align, a power of two. */
static uint64_t distance_up(uint64_t value, uint64_t align, uint64_t align_offset)
{
	return (align_offset - value) & (align - 1);
}

static int place_image(const struct lethe_placing *placing, uint64_t plan_pa, uint64_t image_base)
{
	const struct lethe_plan *plan = placing->plan;
	struct lethe_placement *placement = placing->placement;

	if (!lethe_is_aligned(image_base, KIB_4)) {
		return lethe_error_at(placing->where, LETHE_E_IMAGE_BASE, LETHE_WHAT_NONE, 0, NULL,
				      image_base);
	}
	if (lethe_range_wraps(image_base, plan->extent_size)) {
		return lethe_error_at(placing->where, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0,
				      "extent", image_base);
	}
	if (lethe_range_wraps(plan_pa, plan->total_size)) {
		return lethe_error_at(placing->where, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0,
				      "plan", plan_pa);
	}
	if (plan->extent_size == 0) {
		image_base = 0;
	}
	placement->extent = lethe_range_of(image_base, plan->extent_size);
	placement->plan = lethe_range_of(plan_pa, plan->total_size);
	placement->workspace = lethe_range_of(plan->workspace_base, plan->workspace_size);
	if ((plan->flags & LETHE_PLAN_WORKSPACE_OFFSET) != 0) {
		placement->workspace.start += image_base;
		placement->workspace.end += image_base;
	}
	return LETHE_OK;
}

/* The file of a segment with an offset lies in the extent, and the extent does not wrap. */
static int place_segment(const struct lethe_placing *placing, uint32_t index)
{
	const struct lethe_segment *segment = &placing->segments[index];
	struct lethe_placed *placed = &placing->placement->segment[index];
	uint64_t up = 0;

	placed->source = segment->source;
	if ((segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0) {
		placed->source = segment->dest;
	}
	if ((segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0) {
		placed->source += placing->placement->extent.start;
	}
	if ((segment->flags & LETHE_SEGMENT_IN_PLACE) == 0) {
		placed->dest = segment->dest;
		return LETHE_OK;
	}
	if (segment->align != 0) {
		up = distance_up(placed->source, segment->align, segment->align_offset);
	}
	if (lethe_range_wraps(placed->source, up) ||
	    lethe_range_wraps(placed->source + up, segment->mem_size)) {
		return lethe_placing_error(placing, LETHE_E_SEGMENT_WRAP, index, placed->source);
	}
	placed->dest = placed->source + up;
	return LETHE_OK;
}

static int place_tree(const struct lethe_placing *placing)
{
	const struct lethe_slot *slot = placing->slot;
	struct lethe_placement *placement = placing->placement;
	uint64_t base = slot->tree_base;
	uint64_t up = 0;

	/* Without a tree, base, size and flags are all 0, so the range is empty. */
	if ((slot->flags & LETHE_SLOT_TREE_OFFSET) != 0) {
		base += placement->extent.start;
		up = distance_up(base, MIB_2, 0);
	}
	if (lethe_range_wraps(base, up) || lethe_range_wraps(base + up, slot->tree_size)) {
		return lethe_placing_tree_error(placing, LETHE_E_SEGMENT_WRAP, base);
	}
	placement->tree = lethe_range_of(base + up, slot->tree_size);
	return LETHE_OK;
}

bool lethe_place_initrd_fits(const struct lethe_plan *plan, const struct lethe_slot *slot,
			     const struct lethe_placement *placement, uint64_t initrd_start,
			     uint64_t initrd_end)
{
	const uint32_t kernel = slot->entry_segment;
	uint64_t start, end;

	start = placement->entry;
	end = start;
	if (kernel != LETHE_INDEX_NONE) {
		start = placement->segment[kernel].dest;
		end = start + lethe_plan_segments(plan)[kernel].mem_size;
	}
	start = initrd_start < start ? initrd_start : start;
	end = initrd_end > end ? initrd_end : end;
	return end - (start & ~(GIB_1 - 1)) <= GIB_32;
}

static int check_initrd_window(const struct lethe_placing *placing)
{
	const uint32_t initrd = placing->slot->initrd_segment;
	uint64_t start;

	if (initrd == LETHE_INDEX_NONE) {
		return LETHE_OK;
	}
	start = placing->placement->segment[initrd].dest;
	if (!lethe_place_initrd_fits(placing->plan, placing->slot, placing->placement, start,
				     start + placing->segments[initrd].mem_size)) {
		return lethe_placing_error(placing, LETHE_E_INITRD_WINDOW, initrd, start);
	}
	return LETHE_OK;
}

int lethe_place(const struct lethe_plan *plan, uint64_t plan_pa, unsigned int slot,
		uint64_t image_base, struct lethe_placement *placement, struct lethe_where *where)
{
	struct lethe_placing placing = {plan, lethe_plan_segments(plan),
					lethe_plan_slots(plan) + slot, placement, where};
	int status;

	if (slot >= plan->slot_count) {
		return lethe_error_at(where, LETHE_E_INTERNAL, LETHE_WHAT_SLOT, slot, NULL, slot);
	}
	status = place_image(&placing, plan_pa, image_base);
	for (uint32_t i = 0; status == LETHE_OK && i < plan->segment_count; i++) {
		status = place_segment(&placing, i);
	}
	if (status != LETHE_OK || (status = place_tree(&placing)) != LETHE_OK ||
	    (status = lethe_place_check(&placing)) != LETHE_OK ||
	    (status = lethe_place_order(&placing)) != LETHE_OK) {
		return status;
	}
	placement->entry = placing.slot->entry;
	if (placing.slot->entry_segment != LETHE_INDEX_NONE) {
		placement->entry += placement->segment[placing.slot->entry_segment].dest;
	}
	return check_initrd_window(&placing);
}
