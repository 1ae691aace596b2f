/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan's windows and segments: everything that can be checked without knowing where the plan was loaded.
 * place.c has the rest.
 */

#include <lethe/plan.h>

#include <stddef.h>

#include "plan/plan_check.h"

#define KIB_4 0x1000ULL

bool lethe_plan_name_is_good(const char name[LETHE_NAME_SIZE])
{
	unsigned int length = 0;

	while (length < LETHE_NAME_SIZE && lethe_is_printable((unsigned char)name[length])) {
		length++;
	}
	if (length == 0 || length == LETHE_NAME_SIZE) {
		return 0;
	}
	for (unsigned int i = length; i < LETHE_NAME_SIZE; i++) {
		if (name[i] != 0) {
			return 0;
		}
	}
	return 1;
}

int lethe_plan_check_windows(const struct lethe_plan *plan, struct lethe_where *where)
{
	const struct lethe_window *windows = lethe_plan_windows(plan);
	uint64_t last_end = 0; /* of the window before */

	for (uint32_t i = 0; i < plan->window_count; i++) {
		const uint64_t base = windows[i].base;
		const uint64_t size = windows[i].size;

		if (size == 0 || !lethe_is_aligned(base | size, KIB_4) ||
		    lethe_range_wraps(base, size) || base < last_end) {
			return lethe_error_at(where, LETHE_E_WINDOW, LETHE_WHAT_WINDOW, i, NULL, base);
		}
		last_end = base + size;
	}
	return LETHE_OK;
}

bool lethe_plan_windows_cover(const struct lethe_plan *plan, struct lethe_range range)
{
	const struct lethe_window *windows = lethe_plan_windows(plan);
	uint64_t covered = range.start; /* up to here */
	unsigned int i;

	/* Ascending and disjoint (lethe_plan_check), so one pass is enough. */
	for (i = 0; i < plan->window_count && covered < range.end; i++) {
		if (windows[i].base <= covered && covered - windows[i].base < windows[i].size) {
			covered = windows[i].base + windows[i].size;
		}
	}
	return covered >= range.end;
}

static int segment_fail(const struct lethe_segment *segment, uint32_t index, int status,
			uint64_t value, struct lethe_where *where)
{
	return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, index, segment->name, value);
}

/* Which fields a segment may use follows from how it comes and whether it stays. */
static int check_segment_kind(const struct lethe_plan *plan, const struct lethe_segment *segment,
			      uint32_t index, struct lethe_where *where)
{
	const uint32_t flags = segment->flags;
	const uint64_t align = segment->align;

	if ((flags & LETHE_SEGMENT_SOURCE_LIST) != 0 &&
	    (plan->list_head == 0 || segment->source != 0 ||
	     (flags & (LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_IN_PLACE)) != 0)) {
		return segment_fail(segment, index, LETHE_E_PLAN_LIST, segment->source, where);
	}
	if ((flags & LETHE_SEGMENT_IN_PLACE) != 0 && segment->dest != 0) {
		return segment_fail(segment, index, LETHE_E_PLAN_RESERVED, segment->dest, where);
	}
	if (align == 0) {
		if (segment->align_offset != 0) {
			return segment_fail(segment, index, LETHE_E_SEGMENT_ALIGN,
					    segment->align_offset, where);
		}
		return LETHE_OK;
	}
	if ((flags & LETHE_SEGMENT_IN_PLACE) == 0 || align < KIB_4 || (align & (align - 1)) != 0) {
		return segment_fail(segment, index, LETHE_E_SEGMENT_ALIGN, align, where);
	}
	if (segment->align_offset >= align) {
		return segment_fail(segment, index, LETHE_E_SEGMENT_ALIGN, segment->align_offset,
				    where);
	}
	return LETHE_OK;
}

static int check_segment(const struct lethe_plan *plan, const struct lethe_segment *segment,
			 uint32_t index, struct lethe_where *where)
{
	const uint64_t reserved = segment->reserved0 | segment->reserved1;
	const int in_place = (segment->flags & LETHE_SEGMENT_IN_PLACE) != 0;
	const uint64_t dest = in_place ? segment->source : segment->dest;
	int status;

	if (!lethe_plan_name_is_good(segment->name)) {
		return lethe_error_at(where, LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, index, NULL, 0);
	}
	if ((segment->flags & ~LETHE_SEGMENT_FLAGS) != 0) {
		return segment_fail(segment, index, LETHE_E_PLAN_FLAGS, segment->flags, where);
	}
	if (reserved != 0) {
		return segment_fail(segment, index, LETHE_E_PLAN_RESERVED, reserved, where);
	}
	status = check_segment_kind(plan, segment, index, where);
	if (status != LETHE_OK) {
		return status;
	}
	if (segment->mem_size < segment->file_size) {
		return segment_fail(segment, index, LETHE_E_SEGMENT_SIZE, segment->mem_size, where);
	}
	if (lethe_range_wraps(segment->source, segment->file_size)) {
		return segment_fail(segment, index, LETHE_E_SEGMENT_WRAP, segment->source, where);
	}
	if (lethe_range_wraps(dest, segment->mem_size)) {
		return segment_fail(segment, index, LETHE_E_SEGMENT_WRAP, dest, where);
	}
	if ((segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0 &&
	    segment->source + segment->file_size > plan->extent_size) {
		return segment_fail(segment, index, LETHE_E_SEGMENT_SOURCE, segment->source, where);
	}
	return LETHE_OK;
}

int lethe_plan_check_segments(const struct lethe_plan *plan, struct lethe_where *where)
{
	const struct lethe_segment *segments = lethe_plan_segments(plan);

	for (uint32_t i = 0; i < plan->segment_count; i++) {
		int status = check_segment(plan, &segments[i], i, where);

		if (status != LETHE_OK) {
			return status;
		}
	}
	return LETHE_OK;
}
