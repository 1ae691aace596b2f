/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_KIMAGE_WALK_H
#define LETHE_KIMAGE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/kimage.h>

/*
 * Walks an indirection list, with or without links, page by page.
 * lethe_kimage_check() has accepted the list.
 */
struct lethe_kimage_walk {
	const uint64_t *next;
	uint64_t page; /* bytes */
	uint64_t dest; /* the current page's destination; the caller adds the size of a page */
};

/* head: INDIRECTION, not DONE. */
static inline struct lethe_kimage_walk lethe_kimage_walk_start(uint64_t head,
							       unsigned int page_shift)
{
	const uint64_t page = 1ULL << page_shift;

	return (struct lethe_kimage_walk){(const uint64_t *)(head & -page), page, 0};
}

/* Finds the next page to copy: *source and walk->dest. False at the end of the list. */
static inline bool lethe_kimage_walk_next(struct lethe_kimage_walk *walk, uint64_t *source)
{
	for (;;) {
		const uint64_t entry = *walk->next++;
		const uint64_t address = entry & -walk->page;

		if ((entry & LETHE_KIMAGE_DONE) != 0) {
			return false;
		}
		if ((entry & LETHE_KIMAGE_SOURCE) != 0) {
			*source = address;
			return true;
		}
		if ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
			walk->next = (const uint64_t *)address;
		} else {
			walk->dest = address;
		}
	}
}

#endif
