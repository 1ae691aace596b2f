/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of the tree: RAM, and reserved RAM. */
#include "fdt/fdt_get.h"

bool lethe_fdt_memory_at(const void *tree, unsigned int index, uint64_t *base, uint64_t *size)
{
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	unsigned int i;

	lethe_fdt_regs_start(&regs, tree, 0, true);
	for (i = 0; lethe_fdt_regs_next(&regs, &range); i++) {
		if (i == index) {
			*base = range.base;
			*size = range.size;
			return true;
		}
	}
	return false;
}

bool lethe_fdt_memory_covers(const void *tree, uint64_t base, uint64_t size)
{
	uint64_t before = base;
	uint64_t cursor = base;
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	struct lethe_fdt_layout layout;
	unsigned int searches;

	if (size > UINT64_MAX - base || lethe_fdt_check(tree, &layout, NULL) != LETHE_OK) {
		return false;
	}
	for (searches = 0; searches < LETHE_FDT_SEARCHES_MAX && cursor - base < size; searches++) {
		lethe_fdt_regs_start(&regs, tree, 0, true);
		while (lethe_fdt_regs_next(&regs, &range)) {
			lethe_fdt_range_extend(&range, &cursor);
		}
		if (regs.ranges.status != LETHE_OK || cursor == before) {
			return false;
		}
		before = cursor;
	}
	return cursor - base >= size;
}

/* True if the two ranges share a byte. Works for a garbled reservation that wraps, too. */
static bool touches(const struct lethe_fdt_range *range, uint64_t base, uint64_t size)
{
	return range->size != 0 && size != 0 &&
	       (range->base - base < size || base - range->base < range->size);
}

bool lethe_fdt_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip,
			uint64_t skip_size)
{
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	struct lethe_fdt_layout layout;
	int parent;
	int i;

	if (size == 0) {
		return false;
	}
	/* If the tree is damaged, all memory counts as reserved: refusing is safer than storing. */
	if (lethe_fdt_check(tree, &layout, NULL) != LETHE_OK) {
		return true;
	}
	for (i = fdt_num_mem_rsv(tree) - 1; i >= 0; i--) {
		fdt_get_mem_rsv(tree, i, &range.base, &range.size);
		if (touches(&range, base, size) &&
		    !lethe_fdt_range_is_inside(&range, skip, skip_size)) {
			return true;
		}
	}
	parent = fdt_subnode_offset(tree, 0, "reserved-memory");
	if (parent < 0) {
		return false;
	}
	lethe_fdt_regs_start(&regs, tree, parent, false);
	while (lethe_fdt_regs_next(&regs, &range)) {
		if (touches(&range, base, size)) {
			return true;
		}
	}
	return regs.ranges.status != LETHE_OK;
}
