/* SPDX-License-Identifier: BSD-2-Clause */
/* The RAM of the tree: the device_type "memory" nodes under the root. */
#include <limits.h>

#include "fdt/fdt_get.h"

bool lethe_fdt_memory_at(const void *dtb, unsigned int index, uint64_t *base, uint64_t *size)
{
	const struct lethe_fdt tree = {dtb};
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	unsigned int i;

	lethe_fdt_regs_start(&regs, tree, 0, lethe_fdt_first_child(tree, 0), INT_MAX, true);
	for (i = 0; lethe_fdt_regs_next(&regs, &range); i++) {
		if (i == index) {
			*base = range.base;
			*size = range.size;
			return true;
		}
	}
	return false;
}

static int collect(struct lethe_fdt tree, int first, int last, const struct lethe_range_set *wanted,
		   struct lethe_range_set *ram)
{
	struct lethe_fdt_range entry;
	struct lethe_fdt_regs regs;

	lethe_fdt_regs_start(&regs, tree, 0, first, last, true);
	while (lethe_fdt_regs_next(&regs, &entry)) {
		const struct lethe_range range = lethe_range_of(entry.base, entry.size);

		if (lethe_range_set_overlaps(wanted, range)) {
			lethe_range_set_add(ram, range);
		}
	}
	return regs.ranges.status;
}

int lethe_fdt_memory_collect(const struct lethe_fdt_facts *facts,
			     const struct lethe_range_set *wanted, struct lethe_range_set *ram)
{
	return collect(facts->tree, facts->first_memory, facts->last_memory, wanted, ram);
}

bool lethe_fdt_memory_covers(const void *tree, uint64_t base, uint64_t size)
{
	struct lethe_range pieces[LETHE_RANGE_PIECES];
	struct lethe_range_set ram;
	struct lethe_range_set wanted;
	struct lethe_range rest;
	unsigned int searches;
	struct lethe_fdt_layout layout;
	int first;

	if (lethe_range_wraps(base, size) || lethe_fdt_check(tree, &layout, NULL) != LETHE_OK) {
		return false;
	}
	first = lethe_fdt_first_child(layout.tree, 0);
	rest = lethe_range_of(base, size);
	for (searches = 0; searches < LETHE_RANGE_SEARCHES; searches++) {
		lethe_range_set_init(&wanted, &rest, 1);
		wanted.count = 1;
		lethe_range_set_init(&ram, pieces, LETHE_RANGE_PIECES);
		if (collect(layout.tree, first, INT_MAX, &wanted, &ram) != LETHE_OK) {
			return false;
		}
		if (!lethe_range_set_advance(&ram, &rest)) {
			break;
		}
	}
	return rest.start == rest.end;
}
