/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 4, the pages that an indirection list brings: lethe_kimage_check() has judged it. */
#include <string.h>

#include <lethe/cache.h>
#include <lethe/relocate.h>

#include "list_walk.h"
#include "road.h"

static struct lethe_list_walk start(const struct lethe_road *road)
{
	return lethe_list_start(road->cargo->list, road->plan->list_page_shift);
}

uint64_t lethe_list_move(const struct lethe_road *road)
{
	struct lethe_list_walk walk;
	uint64_t source;

	if (lethe_road_runs(road) == 0) {
		return 0;
	}
	/* Before the first read: what the caller left in a cache must not answer for memory, nor miss there. */
	for (walk = start(road); lethe_list_next(&walk, &source);) {
		lethe_dcache_clean_inval_poc(source, source + walk.page);
	}
	if (!road->is_cached) {
		lethe_relocate_list(road->cargo->list, road->plan->list_page_shift);
		return road->cargo->image.pages * walk.page;
	}
	for (walk = start(road); lethe_list_next(&walk, &source); walk.dest += walk.page) {
		if (source != walk.dest) {
			memcpy((void *)walk.dest, (const void *)source, walk.page);
		}
	}
	return road->cargo->image.pages * walk.page;
}
