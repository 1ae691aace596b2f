/* SPDX-License-Identifier: BSD-2-Clause */
#include "fdt/fdt_walk.h"

#include <string.h>

const fdt32_t *lethe_fdt_skip(const fdt32_t *node)
{
	uint32_t depth = 0;
	uint32_t tag;

	do {
		tag = lethe_fdt_step(&node);
		depth += tag == FDT_BEGIN_NODE;
		depth -= tag == FDT_END_NODE;
	} while (depth != 0);
	return node;
}

/* The next subnode, where the properties of the parent, or an earlier subnode, end. */
static int child_at(struct lethe_fdt tree, const fdt32_t *cell)
{
	const fdt32_t *tag = cell;

	for (;; tag = cell) {
		switch (lethe_fdt_step(&cell)) {
		case FDT_BEGIN_NODE: return lethe_fdt_offset_of(tree, tag);
		case FDT_END_NODE:
		case FDT_END: return -1;
		default: break;
		}
	}
}

int lethe_fdt_first_child(struct lethe_fdt tree, int node)
{
	const fdt32_t *cell = lethe_fdt_tag_at(tree, node);

	lethe_fdt_step(&cell);
	return child_at(tree, cell);
}

int lethe_fdt_next_child(struct lethe_fdt tree, int child)
{
	return child_at(tree, lethe_fdt_skip(lethe_fdt_tag_at(tree, child)));
}

bool lethe_fdt_is_named(const char *node, const char *name, int length)
{
	if (strncmp(node, name, (size_t)length) != 0) {
		return false;
	}
	return node[length] == '\0' ||
	       (node[length] == '@' && memchr(name, '@', (size_t)length) == NULL);
}

int lethe_fdt_child(struct lethe_fdt tree, int node, const char *name, int length)
{
	const fdt32_t *cell;
	const fdt32_t *tag;
	uint32_t kind;

	if (node < 0) {
		return -1;
	}
	cell = lethe_fdt_tag_at(tree, node);
	lethe_fdt_step(&cell);
	for (;;) {
		tag = cell;
		kind = lethe_fdt_step(&cell);
		if (kind == FDT_END_NODE) {
			return -1;
		}
		if (kind == FDT_BEGIN_NODE) {
			if (lethe_fdt_is_named((const char *)(tag + 1), name, length)) {
				return lethe_fdt_offset_of(tree, tag);
			}
			cell = lethe_fdt_skip(tag);
		}
	}
}
