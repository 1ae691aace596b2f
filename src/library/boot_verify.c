/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy return: checks every source's digest, while Lethe can still return to the caller. */
#include "library/boot_internal.h"

#include <lethe/cache.h>
#include <lethe/sha256.h>

#include <string.h>

#include "plan/kimage_walk.h"

#define PAGE 4096ULL

struct digest {
	const struct lethe_reader *reader; /* null: sources are mapped at their own addresses */
	struct lethe_sha256 *sha;
	uint64_t unmapped; /* the first page not mapped by the caller, or 1 */
	bool is_whole;     /* all bytes were hashed */
};

/* The caches are maintained by whatever address the caller has: they are physically tagged. */
static void update_seen(struct digest *digest, const uint8_t *bytes, uint64_t size)
{
	/* The move will read memory, so memory and the caches must be equal. */
	lethe_dcache_clean_inval_poc((uint64_t)bytes, (uint64_t)bytes + size);
	lethe_sha256_update(digest->sha, bytes, size);
}

static void update(struct digest *digest, struct lethe_range range)
{
	const struct lethe_reader *reader = digest->reader;
	uint64_t at = range.start;

	if (reader == NULL) {
		digest->is_whole =
			digest->is_whole &&
			lethe_boot_map_holds(range, false, &digest->unmapped);
		if (digest->is_whole) {
			update_seen(digest, (const uint8_t *)at, lethe_range_size(range));
		}
		return;
	}
	while (digest->is_whole && at != range.end) {
		const uint64_t rest = PAGE - (at & (PAGE - 1));
		const uint64_t size = range.end - at < rest ? range.end - at : rest;
		const uint8_t *bytes = reader->at(reader->context, at, size);

		if (bytes == NULL) {
			digest->unmapped = at & -PAGE;
			digest->is_whole = false;
			return;
		}
		update_seen(digest, bytes, size);
		at += size;
	}
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

/* The digest of a segment, or of one of its chunks after another. An error's value is the chunk's
 * offset. */
static int verify(const struct lethe_plan *plan, struct lethe_boot_work *work,
		  unsigned int index, const struct lethe_reader *reader, struct lethe_where *where)
{
	const struct lethe_segment *segment = &lethe_plan_segments(plan)[index];
	const bool has_chunks = segment->chunk_shift != 0;
	const uint64_t size = has_chunks ? 1ULL << segment->chunk_shift : segment->file_size;
	const uint8_t *expected =
		has_chunks ? lethe_plan_chunks(plan) + segment->first_chunk * LETHE_DIGEST_SIZE
			   : segment->digest;
	uint8_t found[LETHE_DIGEST_SIZE];
	struct digest digest;
	uint64_t offset = 0;

	do {
		const uint64_t left = segment->file_size - offset;

		digest.reader = reader;
		digest.sha = &work->sha;
		digest.unmapped = 1;
		digest.is_whole = true;
		lethe_sha256_init(digest.sha);
		if ((segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0) {
			update_by_list(plan, &digest,
				       lethe_range_of(segment->dest, segment->file_size));
		} else {
			update(&digest, lethe_range_of(work->placement.segment[index].source + offset,
						       left < size ? left : size));
		}
		if (digest.unmapped != 1) {
			return lethe_error_at(where, LETHE_E_CALLER_MAP, LETHE_WHAT_SEGMENT, index,
					      segment->name, digest.unmapped);
		}
		lethe_sha256_final(digest.sha, found);
		if (digest.is_whole && memcmp(found, expected, sizeof(found)) != 0) {
			return lethe_error_at(where, LETHE_E_DIGEST, LETHE_WHAT_SEGMENT, index,
					      segment->name, offset);
		}
		expected += LETHE_DIGEST_SIZE;
		offset += size;
	} while (has_chunks && offset < segment->file_size);
	return LETHE_OK;
}

int lethe_boot_verify(const struct lethe_plan *plan, struct lethe_boot_work *work,
		      const struct lethe_reader *reader, struct lethe_where *where)
{
	int status = LETHE_OK;
	unsigned int i;

	for (i = 0; status == LETHE_OK && i < plan->segment_count; i++) {
		status = verify(plan, work, i, reader, where);
	}
	return status;
}
