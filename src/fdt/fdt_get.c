/* SPDX-License-Identifier: BSD-2-Clause */
/* Readers of values beyond libfdt's own: see fdt_get.h. */
#include "fdt/fdt_get.h"

#include <string.h>

#include "strings_list.h"

#define CELL ((int)sizeof(fdt32_t))

bool lethe_fdt_range_is_inside(const struct lethe_fdt_range *range, uint64_t base, uint64_t size)
{
	return range->base - base < size && range->size <= size - (range->base - base);
}

int lethe_fdt_address_cells(struct lethe_fdt tree, int node)
{
	const uint32_t cells = lethe_fdt_node_u32(tree, node, "#address-cells", 2);

	return cells == 0 || cells > FDT_MAX_NCELLS ? -1 : (int)cells;
}

int lethe_fdt_size_cells(struct lethe_fdt tree, int node)
{
	const uint32_t cells = lethe_fdt_node_u32(tree, node, "#size-cells", 1);

	return cells > FDT_MAX_NCELLS ? -1 : (int)cells;
}

int lethe_fdt_ranges_open(struct lethe_fdt_ranges *ranges, struct lethe_fdt tree, int parent,
			  int node, const char *name)
{
	ranges->next = fdt_getprop(tree.dtb, node, name, &ranges->left);
	ranges->address_cells = lethe_fdt_address_cells(tree, parent);
	ranges->size_cells = lethe_fdt_size_cells(tree, parent);
	ranges->status = LETHE_OK;
	if (ranges->next != NULL && (ranges->address_cells | ranges->size_cells) < 0) {
		ranges->next = NULL;
		ranges->status = LETHE_E_TREE_CELLS;
	}
	return ranges->status;
}

bool lethe_fdt_ranges_next(struct lethe_fdt_ranges *ranges, struct lethe_fdt_range *range)
{
	int entry;

	if (ranges->next == NULL) {
		return false;
	}
	entry = (ranges->address_cells + ranges->size_cells) * CELL;
	if (ranges->left < entry) {
		return false;
	}
	ranges->left -= entry;
	if (lethe_fdt_get_cells(&ranges->next, ranges->address_cells, &range->base) != LETHE_OK ||
	    lethe_fdt_get_cells(&ranges->next, ranges->size_cells, &range->size) != LETHE_OK ||
	    range->size > UINT64_MAX - range->base) {
		ranges->status = LETHE_E_TREE_CELLS;
		return false;
	}
	return true;
}

void lethe_fdt_regs_start(struct lethe_fdt_regs *regs, struct lethe_fdt tree, int parent, int first,
			  int last, bool memory_only)
{
	regs->tree = tree;
	regs->parent = parent;
	regs->node = first;
	regs->last = last;
	regs->current = regs->node;
	regs->memory_only = memory_only;
	regs->ranges.next = NULL;
	regs->ranges.status = LETHE_OK;
}

/* Linux takes linux,usable-memory of a memory node before reg, also an empty one. */
static const char *regs_name(const struct lethe_fdt_regs *regs, int node)
{
	static const char usable[] = "linux,usable-memory";

	return regs->memory_only && fdt_getprop(regs->tree.dtb, node, usable, NULL) != NULL ? usable
											    : "reg";
}

bool lethe_fdt_regs_next(struct lethe_fdt_regs *regs, struct lethe_fdt_range *range)
{
	struct lethe_fdt tree = regs->tree;
	int node;

	while (!lethe_fdt_ranges_next(&regs->ranges, range)) {
		node = regs->node;
		if (node < 0 || regs->ranges.status != LETHE_OK) {
			return false;
		}
		regs->node = node < regs->last ? lethe_fdt_next_child(tree, node) : -1;
		regs->current = node;
		if ((!regs->memory_only ||
		     lethe_fdt_node_says(tree, node, "device_type", "memory")) &&
		    lethe_fdt_node_is_on(tree, node)) {
			lethe_fdt_ranges_open(&regs->ranges, tree, regs->parent, node,
					      regs_name(regs, node));
		}
	}
	return true;
}

int lethe_fdt_get_cells(const fdt32_t **cells, int count, uint64_t *number)
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

uint32_t lethe_fdt_find_names(const char *strings, uint32_t size, const char *names,
			      uint32_t names_size)
{
	uint32_t offset;

	for (offset = 0; offset + names_size <= size; offset++) {
		if (strings[offset] == *names && memcmp(strings + offset, names, names_size) == 0) {
			return offset;
		}
	}
	return size;
}

uint32_t lethe_fdt_node_u32(struct lethe_fdt tree, int node, const char *name, uint32_t otherwise)
{
	int length;
	const fdt32_t *value = fdt_getprop(tree.dtb, node, name, &length);

	if (value == NULL) {
		return otherwise;
	}
	return length == CELL ? fdt32_ld(value) : UINT32_MAX;
}

bool lethe_fdt_node_says(struct lethe_fdt tree, int node, const char *name, const char *wanted)
{
	return fdt_stringlist_search(tree.dtb, node, name, wanted) == 0;
}

bool lethe_fdt_node_is_on(struct lethe_fdt tree, int node)
{
	return fdt_getprop(tree.dtb, node, "status", NULL) == NULL ||
	       lethe_fdt_node_says(tree, node, "status", "okay") ||
	       lethe_fdt_node_says(tree, node, "status", "ok");
}

bool lethe_fdt_node_is_any(struct lethe_fdt tree, int node, const char *names)
{
	const char *name;

	lethe_for_each_string(name, names)
	{
		/* fdt_node_check_compatible() reads past the end of a value without a NUL. */
		if (fdt_stringlist_search(tree.dtb, node, "compatible", name) >= 0) {
			return true;
		}
	}
	return false;
}
