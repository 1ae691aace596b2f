/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks the plan's slots: segments and strings, entry point, device tree and initrd. The slots own
 * all segments and strings, in order and without gaps, so a plan has only one encoding.
 */

#include <lethe/plan.h>

#include <stddef.h>

#include "plan/plan_check.h"

static int slot_fail(const struct lethe_slot *slot, uint32_t index, int status, uint64_t value,
		     struct lethe_where *where)
{
	return lethe_error_at(where, status, LETHE_WHAT_SLOT, index, slot->name, value);
}

static bool slot_owns(const struct lethe_slot *slot, uint32_t segment)
{
	return segment >= slot->first_segment &&
	       segment - slot->first_segment < slot->segment_count;
}

static int check_entry(const struct lethe_plan *plan, const struct lethe_slot *slot, uint32_t index,
		       struct lethe_where *where)
{
	const struct lethe_segment *segment;
	uint64_t start = 0;

	if (slot->entry_segment != LETHE_INDEX_NONE) {
		if (!slot_owns(slot, slot->entry_segment)) {
			return slot_fail(slot, index, LETHE_E_PLAN_ENTRY, slot->entry_segment,
					 where);
		}
		segment = &lethe_plan_segments(plan)[slot->entry_segment];
		/* The digest must cover the whole first instruction. */
		if (segment->file_size < 4 || slot->entry > segment->file_size - 4) {
			return slot_fail(slot, index, LETHE_E_PLAN_ENTRY, slot->entry, where);
		}
		/* Valid for any image base: bases and alignments are multiples of 4 KiB. */
		if ((segment->flags & LETHE_SEGMENT_IN_PLACE) == 0) {
			start = segment->dest;
		} else if (segment->align != 0) {
			start = segment->align_offset;
		} else {
			start = segment->source;
		}
	}
	if (!lethe_is_aligned(start + slot->entry, 4)) {
		return slot_fail(slot, index, LETHE_E_PLAN_ENTRY, slot->entry, where);
	}
	return LETHE_OK;
}

/* True if libfdt can read the packed tree in place, before the moves, and before any chunk is digested. */
static bool packed_tree_is_good(const struct lethe_plan *plan, const struct lethe_slot *slot)
{
	const struct lethe_segment *segment;

	if (!slot_owns(slot, slot->tree_segment) || slot->tree_segment == slot->entry_segment) {
		return false;
	}
	segment = &lethe_plan_segments(plan)[slot->tree_segment];
	return (segment->flags & LETHE_SEGMENT_IN_PLACE) != 0 && segment->align == 0 &&
	       segment->chunk_shift == 0 &&
	       lethe_is_aligned(segment->source, 8) && segment->mem_size <= LETHE_FDT_MAX &&
	       segment->file_size <= slot->tree_size;
}

static int check_tree(const struct lethe_plan *plan, const struct lethe_slot *slot, uint32_t index,
		      struct lethe_where *where)
{
	if (slot->tree_size == 0) {
		if (slot->tree_base != 0 || slot->flags != 0 ||
		    slot->tree_segment != LETHE_INDEX_NONE) {
			return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->tree_base, where);
		}
		return LETHE_OK;
	}
	if (slot->tree_size > LETHE_FDT_MAX) {
		return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->tree_size, where);
	}
	/* x0 = 0 means "no tree", so no tree can be at address 0. */
	if (slot->tree_base == 0 || !lethe_is_aligned(slot->tree_base, 8) ||
	    lethe_range_wraps(slot->tree_base, slot->tree_size)) {
		return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->tree_base, where);
	}
	if ((slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 &&
	    slot->tree_base + slot->tree_size > plan->extent_size) {
		return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->tree_base, where);
	}
	if (slot->x[0] != 0) {
		return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->x[0], where);
	}
	if (slot->tree_segment == LETHE_INDEX_NONE) {
		if ((slot->flags & LETHE_SLOT_FORCE_TREE) != 0) {
			return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->flags, where);
		}
	} else if (!packed_tree_is_good(plan, slot)) {
		return slot_fail(slot, index, LETHE_E_PLAN_TREE, slot->tree_segment, where);
	}
	return LETHE_OK;
}

/* Slots use the strings in order and without gaps: this slot's strings must start at *used. */
static int check_cmdline(const struct lethe_plan *plan, const struct lethe_slot *slot,
			 uint32_t index, uint32_t *used, struct lethe_where *where)
{
	const char *text = lethe_plan_strings(plan) + *used;
	const uint32_t size = slot->cmdline_size;

	if (size == 0) {
		if (slot->cmdline_offset != 0) {
			return slot_fail(slot, index, LETHE_E_PLAN_STRING, slot->cmdline_offset,
					 where);
		}
		return LETHE_OK;
	}
	if (slot->cmdline_offset != *used) {
		return slot_fail(slot, index, LETHE_E_PLAN_STRING, slot->cmdline_offset, where);
	}
	if (size > plan->strings_size - *used || text[size - 1] != 0) {
		return slot_fail(slot, index, LETHE_E_PLAN_STRING, size, where);
	}
	for (uint32_t i = 0; i < size - 1; i++) {
		if (!lethe_is_printable((unsigned char)text[i]) && text[i] != '\t') {
			return slot_fail(slot, index, LETHE_E_PLAN_STRING, *used + i, where);
		}
	}
	*used += size;
	return LETHE_OK;
}

static int check_slot(const struct lethe_plan *plan, const struct lethe_slot *slot, uint32_t index,
		      struct lethe_where *where)
{
	const uint64_t reserved = slot->reserved[0] | slot->reserved[1] | slot->reserved[2];
	const uint32_t initrd = slot->initrd_segment;
	int status;

	if ((slot->flags & ~LETHE_SLOT_FLAGS) != 0) {
		return slot_fail(slot, index, LETHE_E_PLAN_FLAGS, slot->flags, where);
	}
	if (reserved != 0) {
		return slot_fail(slot, index, LETHE_E_PLAN_RESERVED, reserved, where);
	}
	status = check_entry(plan, slot, index, where);
	if (status != LETHE_OK) {
		return status;
	}
	status = check_tree(plan, slot, index, where);
	if (status != LETHE_OK) {
		return status;
	}
	if (initrd != LETHE_INDEX_NONE &&
	    (!slot_owns(slot, initrd) || initrd == slot->tree_segment ||
	     initrd == slot->entry_segment)) {
		return slot_fail(slot, index, LETHE_E_PLAN_INITRD, initrd, where);
	}
	return LETHE_OK;
}

int lethe_plan_check_slots(const struct lethe_plan *plan, struct lethe_where *where)
{
	const struct lethe_slot *slots = lethe_plan_slots(plan);
	const char *strings = lethe_plan_strings(plan);
	uint32_t next_segment = 0;
	uint32_t used = 0;

	for (uint32_t i = 0; i < plan->slot_count; i++) {
		const struct lethe_slot *slot = &slots[i];
		int status;

		if (!lethe_plan_check_name_is_good(slot->name)) {
			return lethe_error_at(where, LETHE_E_PLAN_NAME, LETHE_WHAT_SLOT, i, NULL,
					      0);
		}
		if (slot->first_segment != next_segment ||
		    (slot->segment_count == 0 && plan->list_head == 0) ||
		    slot->segment_count > plan->segment_count - next_segment) {
			return slot_fail(slot, i, LETHE_E_PLAN_SLOT, slot->first_segment, where);
		}
		next_segment += slot->segment_count;
		status = check_slot(plan, slot, i, where);
		if (status != LETHE_OK) {
			return status;
		}
		status = check_cmdline(plan, slot, i, &used, where);
		if (status != LETHE_OK) {
			return status;
		}
	}
	if (next_segment != plan->segment_count) {
		return slot_fail(&slots[plan->slot_count - 1], plan->slot_count - 1,
				 LETHE_E_PLAN_SLOT, next_segment, where);
	}
	if (used != plan->strings_size) {
		return lethe_error_at(where, LETHE_E_PLAN_STRING, LETHE_WHAT_NONE, 0, NULL, used);
	}
	for (uint32_t i = plan->strings_size; (i & 7) != 0; i++) {
		if (strings[i] != 0) {
			return lethe_error_at(where, LETHE_E_PLAN_RESERVED, LETHE_WHAT_NONE, 0,
					      NULL, i);
		}
	}
	return LETHE_OK;
}
