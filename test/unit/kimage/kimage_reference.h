/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_KIMAGE_REFERENCE_H
#define TEST_KIMAGE_REFERENCE_H

/*
 * The expected result of lethe_kimage_check(), by following the list page by page with a mark for
 * every page of memory: slow and simple. The memory is `pages` pages at `base`, all windows lie in
 * it, and windows and protected ranges start and end at multiples of KIMAGE_CELL.
 */

#include <lethe/kimage.h>

#define KIMAGE_CELL 0x100U

struct kimage_memory {
	uint64_t base;
	uint64_t pages;
	unsigned int shift;
};

struct kimage_expected {
	int status;
	uint64_t index;
	uint64_t value;
	/*
	 * The list comes back to a list page. Then LETHE_E_LIST_CYCLE is right as well, from entry
	 * `round` on, and status is the first error in several rounds.
	 */
	int is_cyclic;
	uint64_t round;
	uint64_t list_pages; /* different ones, up to the error */
	uint64_t entries;
	uint64_t pages;
	unsigned int run_count;
	struct lethe_kimage_run runs[LETHE_KIMAGE_RUN_MAX]; /* ascending */
};

void kimage_reference(uint64_t head, const struct kimage_memory *memory,
		      const struct lethe_kimage_constraints *limits, struct kimage_expected *expected);

/*
 * Executes an accepted list on memory of one number per page. 0 if every destination then has its
 * source's first number, and no other page has changed, list pages and protected ranges included.
 */
int kimage_carry_out(uint64_t head, const struct kimage_memory *memory,
		     const struct lethe_kimage_constraints *limits,
		     const struct kimage_expected *expected);

#endif
