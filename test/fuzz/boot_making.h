/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_MAKING_H
#define TEST_BOOT_MAKING_H

/* Shared by the makers of an input. */

#include <stdbool.h>

#include "boot_input.h"
#include "random.h"

struct making {
	struct test_random *random;
	struct boot_input *input;
	void *tree;
	int chosen;
};

static inline uint64_t below(struct making *making, uint64_t limit)
{
	return random_below(making->random, limit);
}

static inline bool one_in(struct making *making, uint64_t count)
{
	return below(making, count) == 0;
}

/* An address at an edge of something, or near it. */
uint64_t pick_address(struct making *making);
uint64_t pick_size(struct making *making);

/* What is far from all parts of the bundle most of the time. */
struct boot_range pick_range(struct making *making);

/* Ends a table or tree at the end of a page: what reads on, faults. */
uint64_t at_page_end(uint64_t page, uint32_t size, uint64_t align);

/* boot_seeds.c: a good tree, in FLAT_SIZE_MAX bytes. Index 0 is tree_input.c's own. */
void boot_seed(uint64_t index, void *tree);

/* boot_input_tree.c: makes the tree, and returns its size. */
uint32_t boot_make_tree(struct making *making);

#endif
