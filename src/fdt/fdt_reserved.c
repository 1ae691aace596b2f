/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that firmware or a loader reserved: the entries of /memreserve/, and the nodes of
 * /reserved-memory with a `reg`. All loads are 32 bits wide: a tree may lie at 4 mod 8.
 */
#include <limits.h>

#include "fdt/fdt_get.h"

static uint64_t load64(const void *bytes, uint32_t offset)
{
	const fdt32_t *cells = (const void *)((const char *)bytes + offset);

	return (uint64_t)fdt32_to_cpu(cells[0]) << 32 | fdt32_to_cpu(cells[1]);
}

bool lethe_fdt_entry_next(struct lethe_fdt tree, uint32_t *offset, struct lethe_fdt_range *range)
{
	if (*offset == 0) {
		*offset = fdt_off_mem_rsvmap(tree.dtb);
	}
	range->base = load64(tree.dtb, *offset);
	range->size = load64(tree.dtb, *offset + 8);
	if (range->size == 0) {
		return false;
	}
	*offset += (uint32_t)sizeof(struct fdt_reserve_entry);
	return true;
}

bool lethe_fdt_entry_is_own(const struct lethe_fdt_facts *facts,
			    const struct lethe_fdt_range *range)
{
	uint32_t i;

	for (i = 0; i < facts->own_count; i++) {
		if (load64(facts->own, i * 16) == range->base &&
		    load64(facts->own, i * 16 + 8) == range->size) {
			return true;
		}
	}
	return false;
}

void lethe_fdt_reserved_start(struct lethe_fdt_reserved *reserved, struct lethe_fdt tree,
			      int parent)
{
	reserved->tree = tree;
	reserved->parent = parent;
	reserved->offset = 0;
	reserved->is_node = false;
	reserved->node = -1;
	reserved->is_no_map = false;
	reserved->regs.ranges.status = LETHE_OK;
}

bool lethe_fdt_reserved_next(struct lethe_fdt_reserved *reserved, struct lethe_fdt_range *range)
{
	if (!reserved->is_node) {
		if (lethe_fdt_entry_next(reserved->tree, &reserved->offset, range)) {
			return true;
		}
		if (reserved->parent < 0) {
			return false;
		}
		reserved->is_node = true;
		lethe_fdt_regs_start(&reserved->regs, reserved->tree, reserved->parent,
				     lethe_fdt_first_child(reserved->tree, reserved->parent),
				     INT_MAX, false);
	}
	if (!lethe_fdt_regs_next(&reserved->regs, range)) {
		return false;
	}
	/* Looked up once a node: a node may have as many properties as entries. */
	if (reserved->node != reserved->regs.current) {
		reserved->node = reserved->regs.current;
		reserved->is_no_map =
			fdt_getprop(reserved->tree.dtb, reserved->node, "no-map", NULL) != NULL;
	}
	return true;
}

const char *lethe_fdt_reserved_name(const struct lethe_fdt_reserved *reserved)
{
	return reserved->is_node ? fdt_get_name(reserved->tree.dtb, reserved->node, NULL)
				 : "memreserve";
}

bool lethe_fdt_reserved_touches(const struct lethe_fdt_range *range, uint64_t base, uint64_t size)
{
	return range->size != 0 && size != 0 &&
	       (range->base - base < size || base - range->base < range->size);
}

bool lethe_fdt_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip,
			uint64_t skip_size)
{
	struct lethe_fdt_reserved reserved;
	struct lethe_fdt_range range;
	struct lethe_fdt_layout layout;

	if (size == 0) {
		return false;
	}
	/* If the tree is damaged, all memory counts as reserved: refusing is safer than storing. */
	if (lethe_fdt_check(tree, &layout, NULL) != LETHE_OK) {
		return true;
	}
	lethe_fdt_reserved_start(&reserved, layout.tree,
				 lethe_fdt_child(layout.tree, 0, "reserved-memory", 15));
	while (lethe_fdt_reserved_next(&reserved, &range)) {
		if (lethe_fdt_reserved_touches(&range, base, size) &&
		    (reserved.is_node || !lethe_fdt_range_is_inside(&range, skip, skip_size))) {
			return true;
		}
	}
	return reserved.regs.ranges.status != LETHE_OK;
}
