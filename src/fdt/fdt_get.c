/* SPDX-License-Identifier: BSD-2-Clause */
/* Values that libfdt has no call for: see fdt_get.h. */

#include <string.h>

#include "fdt/fdt_get.h"

#define CELL ((int)sizeof(fdt32_t))

int lethe_range_inside(const struct lethe_fdt_range *range, uint64_t base, uint64_t size)
{
	return range->base - base < size && range->size <= size - (range->base - base);
}

int lethe_fdt_ranges_open(struct lethe_fdt_ranges *ranges, const void *tree, int parent, int node,
		      const char *name)
{
	ranges->next = fdt_getprop(tree, node, name, &ranges->left);
	ranges->address_cells = fdt_address_cells(tree, parent);
	ranges->size_cells = fdt_size_cells(tree, parent);
	if (ranges->next != NULL && (ranges->address_cells | ranges->size_cells) < 0) {
		return LETHE_E_TREE_CELLS;
	}
	return LETHE_OK;
}

int lethe_fdt_ranges_next(struct lethe_fdt_ranges *ranges, struct lethe_fdt_range *range)
{
	int entry;

	if (ranges->next == NULL) {
		return 0;
	}
	entry = (ranges->address_cells + ranges->size_cells) * CELL;
	if (ranges->left < entry) {
		return 0;
	}
	ranges->left -= entry;
	if (lethe_fdt_read_cells(&ranges->next, ranges->address_cells, &range->base) != LETHE_OK ||
	    lethe_fdt_read_cells(&ranges->next, ranges->size_cells, &range->size) != LETHE_OK ||
	    range->size > UINT64_MAX - range->base) {
		return LETHE_E_TREE_CELLS;
	}
	return 1;
}

void lethe_fdt_regs_start(struct lethe_fdt_regs *regs, const void *tree, int parent, int memory)
{
	regs->tree = tree;
	regs->parent = parent;
	regs->node = fdt_first_subnode(tree, parent);
	regs->memory = memory;
	regs->ranges.next = NULL;
}

int lethe_fdt_regs_next(struct lethe_fdt_regs *regs, struct lethe_fdt_range *range)
{
	int more;
	int node;

	for (;;) {
		more = lethe_fdt_ranges_next(&regs->ranges, range);
		node = regs->node;
		if (more != 0 || node < 0) {
			return more;
		}
		regs->node = fdt_next_subnode(regs->tree, node);
		if (regs->memory && !lethe_fdt_node_says(regs->tree, node, "device_type", "memory")) {
			continue;
		}
		if (lethe_fdt_node_is_on(regs->tree, node)) {
			more = lethe_fdt_ranges_open(&regs->ranges, regs->tree, regs->parent, node,
						 "reg");
		}
		if (more < 0) {
			return more;
		}
	}
}

int lethe_fdt_read_cells(const fdt32_t **cells, int count, uint64_t *number)
{
	uint64_t result = 0;
	uint64_t lost = 0;

	for (; count > 0; count--) {
		lost |= result >> 32;
		result = result << 32 | fdt32_ld((*cells)++);
	}
	*number = result;
	return lost == 0 ? LETHE_OK : LETHE_E_TREE_CELLS;
}

uint32_t lethe_fdt_node_u32(const void *tree, int node, const char *name, uint32_t otherwise)
{
	int length;
	const fdt32_t *value = fdt_getprop(tree, node, name, &length);

	if (value == NULL) {
		return otherwise;
	}
	return length == CELL ? fdt32_ld(value) : UINT32_MAX;
}

int lethe_fdt_node_says(const void *tree, int node, const char *name, const char *wanted)
{
	return fdt_stringlist_search(tree, node, name, wanted) == 0;
}

int lethe_fdt_node_is_on(const void *tree, int node)
{
	return fdt_getprop(tree, node, "status", NULL) == NULL ||
	       lethe_fdt_node_says(tree, node, "status", "okay") ||
	       lethe_fdt_node_says(tree, node, "status", "ok");
}

int lethe_fdt_node_is_any(const void *tree, int node, const char *names)
{
	for (; *names != '\0'; names += strlen(names) + 1) {
		/* not fdt_node_check_compatible(): it takes the byte behind a value for its end */
		if (fdt_stringlist_search(tree, node, "compatible", names) >= 0) {
			return 1;
		}
	}
	return 0;
}

int lethe_fdt_status(int error)
{
	if (error >= 0) {
		return LETHE_OK;
	}
	return error == -FDT_ERR_NOSPACE ? LETHE_E_TREE_NOSPACE : LETHE_E_TREE_BROKEN;
}
