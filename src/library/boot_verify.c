/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy return: checks every source's digest, while Lethe can still return to the caller. */
#include "library/boot_internal.h"

#include <lethe/cache.h>
#include <lethe/sha256.h>

#include <string.h>

#include "plan/kimage_walk.h"

struct digest {
	struct lethe_sha256 sha;
	uint64_t unmapped; /* the first page not mapped by the caller, or 1 */
	bool is_whole;     /* all bytes were hashed */
};

static void update(struct digest *digest, struct lethe_range range)
{
	if (!lethe_boot_map_holds(range, false, &digest->unmapped)) {
		digest->is_whole = false;
		return;
	}
	/* The move will read memory, so memory and the caches must be equal. */
	lethe_dcache_clean_inval_poc(range.start, range.end);
	lethe_sha256_update(&digest->sha, (const void *)range.start, lethe_range_size(range));
}

/*
 * Hashes a segment's bytes from the list. A digest needs the pages in ascending order. If the list
 * has another order, only the verify stage can check the segment.
 */
static void update_by_list(const struct lethe_plan *plan, struct digest *digest,
			   struct lethe_range dest)
{
	struct lethe_kimage_walk walk =
		lethe_kimage_walk_start(plan->list_head, plan->list_page_shift);
	uint64_t done = dest.start; /* the end of the hashed part */
	uint64_t source;

	for (; digest->is_whole && done < dest.end && lethe_kimage_walk_next(&walk, &source);
	     walk.dest += walk.page) {
		if (done - walk.dest < walk.page) {
			const uint64_t offset = done - walk.dest;
			const uint64_t rest = walk.page - offset;
			const uint64_t size = dest.end - done < rest ? dest.end - done : rest;

			update(digest, lethe_range_of(source + offset, size));
			done += size;
		}
	}
	digest->is_whole &= done == dest.end;
}

static int fail(const struct lethe_segment *segment, unsigned int index, int status, uint64_t value,
		struct lethe_where *where)
{
	return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, index, segment->name, value);
}

/* Hashes a source, from offset on at most size bytes, and compares. An error's value is the offset. */
static int verify_part(const struct lethe_placement *placement, const struct lethe_segment *segment,
		       unsigned int index, uint64_t offset, uint64_t size, const uint8_t *expected,
		       struct lethe_where *where)
{
	const uint64_t left = segment->file_size - offset;
	struct digest digest = {.unmapped = 1, .is_whole = true};
	uint8_t found[LETHE_DIGEST_SIZE];

	lethe_sha256_init(&digest.sha);
	update(&digest, lethe_range_of(placement->segment[index].source + offset,
				       left < size ? left : size));
	if (digest.unmapped != 1) {
		return fail(segment, index, LETHE_E_CALLER_MAP, digest.unmapped, where);
	}
	lethe_sha256_final(&digest.sha, found);
	return memcmp(found, expected, sizeof(found)) == 0
		       ? LETHE_OK
		       : fail(segment, index, LETHE_E_DIGEST, offset, where);
}

static int verify_by_list(const struct lethe_plan *plan, const struct lethe_segment *segment,
			  unsigned int index, struct lethe_where *where)
{
	struct digest digest = {.unmapped = 1, .is_whole = true};
	uint8_t found[LETHE_DIGEST_SIZE];

	lethe_sha256_init(&digest.sha);
	update_by_list(plan, &digest, lethe_range_of(segment->dest, segment->file_size));
	if (digest.unmapped != 1) {
		return fail(segment, index, LETHE_E_CALLER_MAP, digest.unmapped, where);
	}
	lethe_sha256_final(&digest.sha, found);
	return !digest.is_whole || memcmp(found, segment->digest, sizeof(found)) == 0
		       ? LETHE_OK
		       : fail(segment, index, LETHE_E_DIGEST, 0, where);
}

static int verify(const struct lethe_plan *plan, const struct lethe_placement *placement,
		  unsigned int index, struct lethe_where *where)
{
	const struct lethe_segment *segment = &lethe_plan_segments(plan)[index];
	const uint8_t *chunk = lethe_plan_chunks(plan) + segment->first_chunk * LETHE_DIGEST_SIZE;
	const uint64_t count = lethe_segment_chunks(segment);
	int status = LETHE_OK;
	uint64_t i;

	if ((segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0) {
		return verify_by_list(plan, segment, index, where);
	}
	if (count == 0) {
		return verify_part(placement, segment, index, 0, segment->file_size,
				   segment->digest, where);
	}
	for (i = 0; status == LETHE_OK && i < count; i++, chunk += LETHE_DIGEST_SIZE) {
		status = verify_part(placement, segment, index, i << segment->chunk_shift,
				     1ULL << segment->chunk_shift, chunk, where);
	}
	return status;
}

int lethe_boot_verify(const struct lethe_plan *plan, const struct lethe_placement *placement,
		      struct lethe_where *where)
{
	int status = LETHE_OK;
	unsigned int i;

	for (i = 0; status == LETHE_OK && i < plan->segment_count; i++) {
		status = verify(plan, placement, i, where);
	}
	return status;
}
