/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_KIMAGE_WALK_H
#define LETHE_KIMAGE_WALK_H

#include <stdint.h>

#include <lethe/kimage.h>

/* Page by page through an indirection list that lethe_kimage_check() has judged, links or not. */
struct lethe_kimage_walk {
	const uint64_t *next;
	uint64_t page; /* bytes */
	uint64_t dest; /* of the page that was met; the caller moves it on by a page */
};

/* head: INDIRECTION, not DONE. */
static inline struct lethe_kimage_walk lethe_kimage_walk_start(uint64_t head, unsigned int page_shift)
{
	const uint64_t page = 1ULL << page_shift;

	return (struct lethe_kimage_walk){(const uint64_t *)(head & -page), page, 0};
}

/* The next page to copy: its source, and walk->dest is where to. 0 at the end. */
static inline int lethe_kimage_walk_next(struct lethe_kimage_walk *walk, uint64_t *source)
{
	for (;;) {
		const uint64_t entry = *walk->next++;
		const uint64_t address = entry & -walk->page;

		if ((entry & LETHE_KIMAGE_DONE) != 0) {
			return 0;
		}
		if ((entry & LETHE_KIMAGE_SOURCE) != 0) {
			*source = address;
			return 1;
		}
		if ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
			walk->next = (const uint64_t *)address;
		} else {
			walk->dest = address;
		}
	}
}

#endif
