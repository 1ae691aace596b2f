/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets and alignments turned into physical addresses, and every pair of them that may not meet
 * checked before anything is stored. Quadratic in the number of segments, which is at most 64;
 * cubic where each of them waits for the next.
 */

#include <lethe/place.h>

#include <stddef.h>

#include "plan/plan_check.h"

#define KIB_4  0x1000ULL
#define MIB_2  0x200000ULL
#define GIB_1  0x40000000ULL
#define GIB_32 0x800000000ULL

/* What the stages below share; it keeps their argument lists to what differs. */
struct placing {
	const struct lethe_plan *plan;
	const struct lethe_segment *segments;
	const struct lethe_slot *slot;
	struct lethe_placement *placement;
	struct lethe_where *where;
};

int lethe_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size != 0 && b_size != 0 && a < b + b_size && b < a + a_size;
}

/* How far value must go up to be align_offset above a multiple of align, a power of two. */
static uint64_t distance_up(uint64_t value, uint64_t align, uint64_t align_offset)
{
	return (align_offset - value) & (align - 1);
}

static int in_slot(const struct placing *placing, uint32_t index)
{
	return index >= placing->slot->first_segment &&
	       index - placing->slot->first_segment < placing->slot->segment_count;
}

static int segment_fail(const struct placing *placing, int status, uint32_t index, uint64_t value)
{
	return lethe_error_at(placing->where, status, LETHE_WHAT_SEGMENT, index, placing->segments[index].name,
			  value);
}

static int tree_fail(const struct placing *placing, int status, uint64_t value)
{
	return lethe_error_at(placing->where, status, LETHE_WHAT_TREE, 0, NULL, value);
}

/* What that Lethe needs until the end does [base, base + size) touch? 0, or a status. */
static int touches_lethe(const struct lethe_placement *placement, uint64_t base, uint64_t size)
{
	if (lethe_overlap(base, size, placement->workspace,
			  placement->workspace_end - placement->workspace)) {
		return LETHE_E_DEST_LETHE;
	}
	if (lethe_overlap(base, size, placement->plan, placement->plan_end - placement->plan)) {
		return LETHE_E_DEST_PLAN;
	}
	return LETHE_OK;
}

static int place_image(const struct placing *placing, uint64_t plan_pa, uint64_t image_base)
{
	const struct lethe_plan *plan = placing->plan;
	struct lethe_placement *placement = placing->placement;

	if (!lethe_is_aligned(image_base, KIB_4)) {
		return lethe_error_at(placing->where, LETHE_E_IMAGE_BASE, LETHE_WHAT_NONE, 0, NULL,
				  image_base);
	}
	if (lethe_range_wraps(image_base, plan->extent_size)) {
		return lethe_error_at(placing->where, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0, "extent",
				  image_base);
	}
	if (lethe_range_wraps(plan_pa, plan->total_size)) {
		return lethe_error_at(placing->where, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0, "plan",
				  plan_pa);
	}
	placement->image_base = plan->extent_size != 0 ? image_base : 0;
	placement->extent_end = placement->image_base + plan->extent_size;
	placement->plan = plan_pa;
	placement->plan_end = plan_pa + plan->total_size;
	placement->workspace = plan->workspace_base;
	if ((plan->flags & LETHE_PLAN_WORKSPACE_OFFSET) != 0) {
		placement->workspace += placement->image_base;
	}
	placement->workspace_end = placement->workspace + plan->workspace_size;
	return LETHE_OK;
}

/* The file of a segment with an offset lies in the extent, and the extent does not wrap. */
static int place_segment(const struct placing *placing, uint32_t index)
{
	const struct lethe_segment *segment = &placing->segments[index];
	struct lethe_placed *placed = &placing->placement->segment[index];
	uint64_t up = 0;

	placed->source = segment->source;
	if ((segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0) {
		placed->source = segment->dest;
	}
	if ((segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0) {
		placed->source += placing->placement->image_base;
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
		return segment_fail(placing, LETHE_E_SEGMENT_WRAP, index, placed->source);
	}
	placed->dest = placed->source + up;
	return LETHE_OK;
}

static int place_tree(const struct placing *placing)
{
	const struct lethe_slot *slot = placing->slot;
	struct lethe_placement *placement = placing->placement;
	uint64_t up = 0;

	/* Without a tree base, size and flags are all 0, and so is the answer. */
	placement->tree = slot->tree_base;
	if ((slot->flags & LETHE_SLOT_TREE_OFFSET) != 0) {
		placement->tree += placement->image_base;
		up = distance_up(placement->tree, MIB_2, 0);
	}
	if (lethe_range_wraps(placement->tree, up) ||
	    lethe_range_wraps(placement->tree + up, slot->tree_size)) {
		return tree_fail(placing, LETHE_E_SEGMENT_WRAP, placement->tree);
	}
	placement->tree += up;
	placement->tree_end = placement->tree + slot->tree_size;
	return LETHE_OK;
}

/* Sources are read to the end, by code that runs in the workspace and asks the plan. */
static int check_sources(const struct placing *placing)
{
	const struct lethe_placement *placement = placing->placement;

	if (lethe_overlap(placement->workspace, placement->workspace_end - placement->workspace,
			  placement->plan, placement->plan_end - placement->plan) &&
	    (placement->plan < placement->workspace ||
	     placement->plan_end > placement->workspace_end)) {
		return lethe_error_at(placing->where, LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0, NULL,
				  placement->workspace);
	}
	for (uint32_t i = 0; i < placing->plan->segment_count; i++) {
		const struct lethe_segment *segment = &placing->segments[i];
		const uint64_t source = placement->segment[i].source;

		if ((segment->flags & LETHE_SEGMENT_SOURCE_LIST) == 0 &&
		    touches_lethe(placement, source, segment->file_size) != LETHE_OK) {
			return segment_fail(placing, LETHE_E_SOURCE_LETHE, i, source);
		}
	}
	return LETHE_OK;
}

/* What was given relative to the image must stay in what the loader granted. */
static int check_extent(const struct placing *placing)
{
	const uint32_t relative = LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_IN_PLACE;
	const struct lethe_placement *placement = placing->placement;

	for (uint32_t i = 0; i < placing->plan->segment_count; i++) {
		const uint64_t dest = placement->segment[i].dest;

		if (in_slot(placing, i) && (placing->segments[i].flags & relative) == relative &&
		    dest + placing->segments[i].mem_size > placement->extent_end) {
			return segment_fail(placing, LETHE_E_DEST_EXTENT, i, dest);
		}
	}
	if ((placing->slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 &&
	    placement->tree_end > placement->extent_end) {
		return tree_fail(placing, LETHE_E_DEST_EXTENT, placement->tree);
	}
	return LETHE_OK;
}

/* Two destinations that meet: the later one is named, and any segment rather than the tree. */
static int check_overlaps(const struct placing *placing, uint32_t index)
{
	const struct lethe_placement *placement = placing->placement;
	const uint64_t dest = placement->segment[index].dest;
	const uint64_t size = placing->segments[index].mem_size;

	for (uint32_t j = placing->slot->first_segment; j < index; j++) {
		if (lethe_overlap(dest, size, placement->segment[j].dest,
				  placing->segments[j].mem_size)) {
			return segment_fail(placing, LETHE_E_DEST_OVERLAP, index, dest);
		}
	}
	if (lethe_overlap(dest, size, placement->tree, placement->tree_end - placement->tree)) {
		return segment_fail(placing, LETHE_E_DEST_OVERLAP, index, dest);
	}
	return LETHE_OK;
}

/*
 * Does a store to [base, base + size) destroy a source that is still to be read: that of any
 * segment whose bit in moved is not set?
 */
static int destroys_source(const struct placing *placing, uint64_t moved, uint64_t base, uint64_t size)
{
	for (uint32_t j = 0; j < placing->plan->segment_count; j++) {
		const struct lethe_segment *segment = &placing->segments[j];

		if (((moved >> j) & 1) == 0 && (segment->flags & LETHE_SEGMENT_SOURCE_LIST) == 0 &&
		    lethe_overlap(base, size, placing->placement->segment[j].source,
				  segment->file_size)) {
			return 1;
		}
	}
	return 0;
}
_Static_assert(LETHE_SEGMENT_MAX <= 64, "a bit for each");

static int may_move(const struct placing *placing, uint64_t moved, uint32_t index)
{
	/* Its own source it may cover: the move is a memmove. */
	return !destroys_source(placing, moved | 1ULL << index, placing->placement->segment[index].dest,
				placing->segments[index].mem_size);
}

static int check_segments(const struct placing *placing, uint64_t *moved)
{
	const uint32_t first = placing->slot->first_segment;
	const uint32_t end = first + placing->slot->segment_count;
	int status = LETHE_OK;

	for (uint32_t i = first; status == LETHE_OK && i < end; i++) {
		status = check_overlaps(placing, i);
	}
	for (uint32_t i = first; status == LETHE_OK && i < end; i++) {
		const uint64_t dest = placing->placement->segment[i].dest;

		status = touches_lethe(placing->placement, dest, placing->segments[i].mem_size);
		if (status != LETHE_OK) {
			return segment_fail(placing, status, i, dest);
		}
	}
	/* The first that may move does: in the plan's order, where that is one. */
	for (uint32_t n = 0; status == LETHE_OK && n < end - first; n++) {
		uint32_t stuck = end;
		uint32_t i = first;

		while (i < end && (((*moved >> i) & 1) != 0 || !may_move(placing, *moved, i))) {
			if (((*moved >> i) & 1) == 0 && stuck == end) {
				stuck = i;
			}
			i++;
		}
		if (i == end) {
			return segment_fail(placing, LETHE_E_DEST_SOURCE, stuck,
					    placing->placement->segment[stuck].dest);
		}
		placing->placement->order[n] = (uint8_t)i;
		*moved |= 1ULL << i;
	}
	return status;
}

/* The tree is written after its slot's moves, moved: only later slots' sources are still needed. */
static int check_tree_slot(const struct placing *placing, uint64_t moved)
{
	const struct lethe_placement *placement = placing->placement;
	const uint64_t size = placement->tree_end - placement->tree;
	int status = touches_lethe(placement, placement->tree, size);

	if (status == LETHE_OK && destroys_source(placing, moved, placement->tree, size)) {
		status = LETHE_E_DEST_SOURCE;
	}
	return status == LETHE_OK ? LETHE_OK : tree_fail(placing, status, placement->tree);
}

int lethe_place_initrd_fits(const struct lethe_plan *plan, const struct lethe_slot *slot,
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

static int check_initrd_window(const struct placing *placing)
{
	const uint32_t initrd = placing->slot->initrd_segment;
	uint64_t start;

	if (initrd == LETHE_INDEX_NONE) {
		return LETHE_OK;
	}
	start = placing->placement->segment[initrd].dest;
	if (!lethe_place_initrd_fits(placing->plan, placing->slot, placing->placement, start,
				     start + placing->segments[initrd].mem_size)) {
		return segment_fail(placing, LETHE_E_INITRD_WINDOW, initrd, start);
	}
	return LETHE_OK;
}

int lethe_place(const struct lethe_plan *plan, uint64_t plan_pa, unsigned int slot,
		uint64_t image_base, struct lethe_placement *placement, struct lethe_where *where)
{
	struct placing placing = {plan, lethe_plan_segments(plan), lethe_plan_slots(plan) + slot, placement,
			  where};
	uint64_t moved;
	int status;

	if (slot >= plan->slot_count) {
		return lethe_error_at(where, LETHE_E_INTERNAL, LETHE_WHAT_SLOT, slot, NULL, slot);
	}
	/* Slots are tried in order: what was before this one is not wanted any more. */
	moved = (placing.slot->first_segment < 64 ? 1ULL << placing.slot->first_segment : 0) - 1;
	status = place_image(&placing, plan_pa, image_base);
	for (uint32_t i = 0; status == LETHE_OK && i < plan->segment_count; i++) {
		status = place_segment(&placing, i);
	}
	if (status != LETHE_OK || (status = place_tree(&placing)) != LETHE_OK ||
	    (status = check_sources(&placing)) != LETHE_OK ||
	    (status = check_extent(&placing)) != LETHE_OK ||
	    (status = check_segments(&placing, &moved)) != LETHE_OK ||
	    (status = check_tree_slot(&placing, moved)) != LETHE_OK) {
		return status;
	}
	placement->entry = placing.slot->entry;
	if (placing.slot->entry_segment != LETHE_INDEX_NONE) {
		placement->entry += placement->segment[placing.slot->entry_segment].dest;
	}
	return check_initrd_window(&placing);
}
