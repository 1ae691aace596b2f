/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 4, the pages that an indirection list brings: lethe_kimage_check() has judged it. */
#include <string.h>

#include <lethe/cache.h>
#include <lethe/relocate.h>

#include "road.h"

/* What the copy in the workspace is: no link, so its entries stand one behind the other. */
struct walk {
	const uint64_t *next;
	uint64_t page;
	uint64_t dest;
};

static struct walk start_walk(const struct lethe_road *road)
{
	const uint64_t page = 1ULL << road->plan->list_page_shift;

	return (struct walk){(const uint64_t *)(road->cargo->list & -page), page, 0};
}

/* The next page to copy: its source, and walk->dest is where to. 0 at the end. */
static int next_page(struct walk *walk, uint64_t *source)
{
	for (;;) {
		const uint64_t entry = *walk->next;
		const uint64_t address = entry & -walk->page;

		if ((entry & LETHE_KIMAGE_DONE) != 0) {
			return 0;
		}
		walk->next++;
		if ((entry & LETHE_KIMAGE_SOURCE) != 0) {
			*source = address;
			return 1;
		}
		walk->dest = address;
	}
}

uint64_t lethe_list_move(const struct lethe_road *road)
{
	struct walk walk;
	uint64_t source;

	if (lethe_road_runs(road) == 0) {
		return 0;
	}
	/* Before the first read: what the caller left in a cache must not answer for memory, nor miss there. */
	for (walk = start_walk(road); next_page(&walk, &source);) {
		lethe_dcache_clean_inval_poc(source, source + walk.page);
	}
	if (!road->is_cached) {
		lethe_relocate_list(road->cargo->list, road->plan->list_page_shift);
		return road->cargo->image.pages * walk.page;
	}
	for (walk = start_walk(road); next_page(&walk, &source); walk.dest += walk.page) {
		if (source != walk.dest) {
			memcpy((void *)walk.dest, (const void *)source, walk.page);
		}
	}
	return road->cargo->image.pages * walk.page;
}
