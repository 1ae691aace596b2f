/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks the plan's segments, apart from the checks that need the plan's address:
 * place.c has those.
 */

#include <lethe/plan.h>

#include <stddef.h>
#include <string.h>

#include "plan/plan_check.h"

#define KIB_4 0x1000ULL

static int segment_fail(const struct lethe_segment *segment, uint32_t index, int status,
			uint64_t value, struct lethe_where *where)
{
	return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, index, segment->name, value);
}

/* The flags (source in the list, source by offset, in place) decide which fields may be set. */
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

/* *next: the first chunk that no segment before has. */
static int check_chunks(const struct lethe_plan *plan, const struct lethe_segment *segment,
			uint32_t index, uint64_t *next, struct lethe_where *where)
{
	const uint32_t shift = segment->chunk_shift;
	uint8_t root[LETHE_DIGEST_SIZE];
	uint64_t count;

	if (plan->version == LETHE_PLAN_VERSION && (shift | segment->first_chunk) != 0) {
		return segment_fail(segment, index, LETHE_E_PLAN_RESERVED,
				    shift | segment->first_chunk, where);
	}
	if (shift == 0) {
		return segment->first_chunk == 0 ? LETHE_OK
						 : segment_fail(segment, index, LETHE_E_PLAN_CHUNKS,
								segment->first_chunk, where);
	}
	if (shift < LETHE_CHUNK_SHIFT_MIN || shift > LETHE_CHUNK_SHIFT_MAX ||
	    (segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0) {
		return segment_fail(segment, index, LETHE_E_PLAN_CHUNKS, shift, where);
	}
	count = lethe_segment_chunks(segment);
	if (count == 0 || segment->first_chunk != *next || count > plan->chunk_count - *next) {
		return segment_fail(segment, index, LETHE_E_PLAN_CHUNKS, segment->first_chunk,
				    where);
	}
	*next += count;
	lethe_segment_root(plan, segment, root);
	return memcmp(root, segment->digest, sizeof(root)) == 0
		       ? LETHE_OK
		       : segment_fail(segment, index, LETHE_E_PLAN_CHUNKS, 0, where);
}

static int check_segment(const struct lethe_plan *plan, const struct lethe_segment *segment,
			 uint32_t index, uint64_t *next_chunk, struct lethe_where *where)
{
	const bool is_in_place = (segment->flags & LETHE_SEGMENT_IN_PLACE) != 0;
	const uint64_t dest = is_in_place ? segment->source : segment->dest;
	int status;

	if (!lethe_plan_check_name_is_good(segment->name)) {
		return lethe_error_at(where, LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, index, NULL, 0);
	}
	if ((segment->flags & ~LETHE_SEGMENT_FLAGS) != 0) {
		return segment_fail(segment, index, LETHE_E_PLAN_FLAGS, segment->flags, where);
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
	return check_chunks(plan, segment, index, next_chunk, where);
}

int lethe_plan_check_segments(const struct lethe_plan *plan, struct lethe_where *where)
{
	const struct lethe_segment *segments = lethe_plan_segments(plan);
	uint64_t next_chunk = 0;

	for (uint32_t i = 0; i < plan->segment_count; i++) {
		int status = check_segment(plan, &segments[i], i, &next_chunk, where);

		if (status != LETHE_OK) {
			return status;
		}
	}
	return next_chunk == plan->chunk_count
		       ? LETHE_OK
		       : lethe_error_at(where, LETHE_E_PLAN_CHUNKS, LETHE_WHAT_NONE, 0, NULL,
					next_chunk);
}
