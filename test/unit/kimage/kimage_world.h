/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_KIMAGE_WORLD_H
#define TEST_KIMAGE_WORLD_H

/*
 * Memory with an indirection list, as built by a good kernel or a bad one. Only touched pages use
 * real memory.
 */

#include "kimage_reference.h"
#include "random.h"

#define WORLD_WINDOWS    8U
#define WORLD_KEEPS      3U
#define WORLD_LIST_PAGES 512U

struct world {
	struct kimage_memory memory;
	struct lethe_window windows[WORLD_WINDOWS];
	struct lethe_kimage_protected protected_ranges[WORLD_KEEPS];
	struct lethe_kimage_constraints limits;
	uint64_t head;
	uint64_t list_pages[WORLD_LIST_PAGES]; /* addresses; all else in memory is 0 */
	unsigned int list_page_count;
	uint64_t entries; /* written by world_random(), with the head and DONE */
};

/* No list, all memory one window, no protected range. At most WORLD_PAGES_MAX pages. */
#define WORLD_PAGES_MAX 0x40000U
void world_init(struct world *world, unsigned int shift, uint64_t base, uint64_t pages);

/* Zeroes the list pages again. Worlds share their memory: one after the other. */
void world_clear(struct world *world);

uint64_t world_page(const struct world *world, uint64_t number);

/* The entry with this index in a page. A written list page is remembered. */
uint64_t *world_entry(struct world *world, uint64_t list_page, uint64_t index);
void world_list_page(struct world *world, uint64_t list_page);

/*
 * A valid list, of about the given number of entries, or as many as fit. With new windows and
 * protected_ranges, or the present ones.
 */
void world_random_list(struct world *world, struct test_random *random, uint64_t entries);
void world_random(struct world *world, struct test_random *random, uint64_t entries);

/* Changes one entry, or the head. */
void world_mutate(struct world *world, struct test_random *random);

/*
 * lethe_kimage_check() against the reference: status, entry, address, runs, and the result of
 * executing the list. Returns the status, or 1 after printing the difference.
 */
int world_check(const struct world *world);

#endif
