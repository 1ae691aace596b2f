/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a tree sound? Once, before anything in it is believed: after this no call of libfdt's meets a
 * bound that it would have to find, and Linux will see the same nodes and properties.
 */

#include <string.h>

#include "fdt/fdt_get.h"

#define DEPTH_MAX     64 /* what Linux unflattens */
#define VERSION_FIRST 16 /* whose names are relative to their parents; Linux makes and takes 17 */

int lethe_fdt_probe(const void *tree, uint32_t *total_size)
{
	if ((uintptr_t)tree % 8 != 0) {
		return LETHE_E_TREE_ALIGN;
	}
	if (fdt_magic(tree) != FDT_MAGIC) {
		return LETHE_E_TREE_HEADER;
	}
	if (fdt_totalsize(tree) > LETHE_FDT_MAX) {
		return LETHE_E_TREE_SIZE;
	}
	/* libfdt loads words of both blocks, but leaves their alignment open. */
	if (fdt_check_header(tree) != 0 || fdt_version(tree) < VERSION_FIRST ||
	    fdt_off_mem_rsvmap(tree) % sizeof(fdt64_t) != 0 ||
	    fdt_off_dt_struct(tree) % sizeof(fdt32_t) != 0) {
		return LETHE_E_TREE_HEADER;
	}
	*total_size = fdt_totalsize(tree);
	return LETHE_OK;
}

/* Does a property end where it says, and has it a name that ends inside the strings block? */
static int property_is_sound(const void *tree, int offset)
{
	const char *strings = (const char *)tree + fdt_off_dt_strings(tree);
	const struct fdt_property *property = fdt_offset_ptr(tree, offset, sizeof(*property));
	const char *name;

	if (property == NULL || (int32_t)fdt32_ld(&property->len) < 0) {
		return 0;
	}
	name = fdt_get_string(tree, (int)fdt32_ld(&property->nameoff), NULL);
	return name != NULL && name + strlen(name) < strings + fdt_size_dt_strings(tree);
}

/* Walks all tags: the offset of the first that is wrong, or -1 and *end, the offset behind them. */
static int find_wrong_tag(const void *tree, int *end)
{
	int after_subnode = 0;
	int depth = 0;
	int next = 0;
	int offset;
	int sound;
	uint32_t tag;

	do {
		offset = next;
		tag = fdt_next_tag(tree, offset, &next);
		sound = next >= 0;
		if (tag == FDT_BEGIN_NODE) {
			/* one root, and at the very front, where libfdt takes it for granted */
			sound &= depth < DEPTH_MAX && (depth != 0 || offset == 0);
			depth++;
			after_subnode = 0;
		} else if (tag == FDT_PROP) {
			/* after a subnode it is one that libfdt and Linux would never see */
			sound &= depth != 0 && !after_subnode && property_is_sound(tree, offset);
		} else if (tag == FDT_END_NODE) {
			sound &= depth != 0;
			depth--;
			after_subnode = 1;
		} else if (tag == FDT_END) {
			sound &= depth == 0 && after_subnode;
		}
		if (!sound) {
			return offset;
		}
	} while (tag != FDT_END);
	*end = next;
	return -1;
}

int lethe_fdt_check(const void *tree, uint32_t *structure_size, struct lethe_where *where)
{
	const char *name = NULL;
	uint64_t value = (uintptr_t)tree;
	uint32_t total;
	int offset;
	int end = 0;
	int status = lethe_fdt_probe(tree, &total);

	if (status == LETHE_OK && fdt_num_mem_rsv(tree) < 0) {
		status = LETHE_E_TREE_BROKEN;
		name = "memory reservation block";
	}
	if (status == LETHE_OK) {
		offset = find_wrong_tag(tree, &end);
		if (offset < 0) {
			/* Version 16 does not say how long its structure block is. */
			*structure_size = fdt_version(tree) > VERSION_FIRST
						  ? fdt_size_dt_struct(tree)
						  : (uint32_t)end;
			return LETHE_OK;
		}
		status = LETHE_E_TREE_BROKEN;
		name = "structure block";
		value = (uint64_t)offset;
	}
	return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, name, value);
}
