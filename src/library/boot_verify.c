/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy return: every source against its digest while there is somebody to return to. Nothing was
 * moved by then.
 */
#include "library/boot_internal.h"

#include <lethe/cache.h>
#include <lethe/sha256.h>

#include <string.h>

#include "plan/kimage_walk.h"

/* A digest on its way; unmapped: where it ended because the caller does not map it. */
struct digest {
	struct lethe_sha256 sha;
	uint64_t unmapped;
	int is_whole;
};

static void take(struct digest *digest, uint64_t start, uint64_t size)
{
	if (!lethe_boot_mapped(start, size, 0, &digest->unmapped)) {
		digest->is_whole = 0;
		return;
	}
	/* As the move will read it: what is in memory and what is in the caches has to be one. */
	lethe_dcache_clean_inval_poc(start, start + size);
	lethe_sha256_update(&digest->sha, (const void *)start, size);
}

/*
 * What the list brings to [at, end). Its pages come in any order, a digest wants one: when they do
 * not ascend only the verify stage can say.
 */
static void take_list(const struct lethe_plan *plan, struct digest *digest, uint64_t at,
		      uint64_t end)
{
	struct lethe_kimage_walk walk = lethe_kimage_walk_start(plan->list_head, plan->list_page_shift);
	uint64_t source;

	for (; digest->is_whole && at < end && lethe_kimage_walk_next(&walk, &source);
	     walk.dest += walk.page) {
		if (at - walk.dest < walk.page) {
			const uint64_t offset = at - walk.dest;
			const uint64_t left = walk.page - offset;
			const uint64_t size = end - at < left ? end - at : left;

			take(digest, source + offset, size);
			at += size;
		}
	}
	digest->is_whole &= at == end;
}

static int verify(const struct lethe_plan *plan, const struct lethe_placement *placement,
		  unsigned int index, struct lethe_where *where)
{
	const struct lethe_segment *segment = &lethe_plan_segments(plan)[index];
	struct digest digest = {.unmapped = 1, .is_whole = 1};
	uint8_t found[LETHE_DIGEST_SIZE];

	lethe_sha256_init(&digest.sha);
	if ((segment->flags & LETHE_SEGMENT_SOURCE_LIST) != 0) {
		take_list(plan, &digest, segment->dest, segment->dest + segment->file_size);
	} else {
		take(&digest, placement->segment[index].source, segment->file_size);
	}
	if (digest.unmapped != 1) {
		return lethe_error_at(where, LETHE_E_CALLER_MAP, LETHE_WHAT_SEGMENT, index,
				  segment->name, digest.unmapped);
	}
	lethe_sha256_final(&digest.sha, found);
	if (digest.is_whole && memcmp(found, segment->digest, sizeof(found)) != 0) {
		return lethe_error_at(where, LETHE_E_DIGEST, LETHE_WHAT_SEGMENT, index, segment->name,
				  0);
	}
	return LETHE_OK;
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
