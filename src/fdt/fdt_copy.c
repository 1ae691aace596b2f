/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies a tree, and leaves out what the caller names. One pass, so that the cost grows with the
 * tree's size only: libfdt moves the rest of the tree at each removal. All loads of the old tree
 * are words and bytes, as the tree may lie at 4 mod 8; the copy is aligned and in libfdt's order.
 */
#include <string.h>

#include "fdt/fdt_get.h"
#include "strings_list.h"

static void put(struct lethe_fdt_copy *copy, const void *bytes, uint32_t size)
{
	if (size > copy->size - copy->used) {
		copy->is_full = true;
	}
	if (!copy->is_full) {
		memcpy(copy->buffer + copy->used, bytes, size);
		copy->used += size;
	}
}

void lethe_fdt_copy_begin(struct lethe_fdt_copy *copy, const void *tree, void *buffer,
			  uint32_t size)
{
	copy->tree = tree;
	copy->buffer = buffer;
	copy->size = size;
	copy->used = sizeof(struct fdt_header);
	copy->is_full = size < copy->used;
}

void lethe_fdt_copy_entry(struct lethe_fdt_copy *copy, uint64_t base, uint64_t size)
{
	const fdt64_t entry[2] = {cpu_to_fdt64(base), cpu_to_fdt64(size)};

	put(copy, entry, sizeof(entry));
}

/* True if a list has the name, or a string that ends in '-' and begins the name. */
static bool is_listed(const char *name, const char *list)
{
	const char *string;

	lethe_for_each_string(string, list)
	{
		const size_t length = strlen(string);

		if (strncmp(name, string, length) == 0 &&
		    (name[length] == '\0' || string[length - 1] == '-')) {
			return true;
		}
	}
	return false;
}

/* True for `lethe`, and for `lethe@...`, which libfdt finds by the same name. */
static bool is_record(const char *name)
{
	return strncmp(name, "lethe", 5) == 0 && (name[5] == '\0' || name[5] == '@');
}

/* True for a tag, at the top of /chosen, that the copy leaves out. */
static bool is_left_out(const void *tree, int offset, uint32_t tag, const char *names)
{
	const char *name;

	switch (tag) {
	case FDT_NOP: return true; /* Linux makes one of each seed that it has used */
	case FDT_PROP:
		fdt_getprop_by_offset(tree, offset, &name, NULL);
		return is_listed(name, names);
	case FDT_BEGIN_NODE: return is_record(fdt_get_name(tree, offset, NULL));
	default: return false;
	}
}

void lethe_fdt_copy_structure(struct lethe_fdt_copy *copy, uint32_t structure_size,
			      const char *names)
{
	const void *tree = copy->tree;
	const char *structure = (const char *)tree + fdt_off_dt_struct(tree);
	int offset = fdt_subnode_offset(tree, 0, "chosen");
	uint32_t copied = 0; /* up to this offset */
	uint32_t tag;
	int next;

	copy->structure = copy->used;
	if (offset >= 0) {
		fdt_next_tag(tree, offset, &offset);
		for (;; offset = next) {
			tag = fdt_next_tag(tree, offset, &next);
			if (tag == FDT_END_NODE) {
				break;
			}
			if (tag == FDT_BEGIN_NODE) {
				next = lethe_fdt_end_of(tree, offset);
			}
			if (is_left_out(tree, offset, tag, names)) {
				put(copy, structure + copied, (uint32_t)offset - copied);
				copied = (uint32_t)next;
			}
		}
	}
	put(copy, structure + copied, structure_size - copied);
}

int lethe_fdt_copy_end(struct lethe_fdt_copy *copy)
{
	const void *tree = copy->tree;
	const uint32_t strings_size = fdt_size_dt_strings(tree);
	const uint32_t strings = copy->used;
	struct fdt_header *header = (struct fdt_header *)copy->buffer;

	put(copy, (const char *)tree + fdt_off_dt_strings(tree), strings_size);
	if (copy->is_full) {
		return LETHE_E_TREE_NOSPACE;
	}
	memset(header, 0, sizeof(*header));
	fdt_set_magic(header, FDT_MAGIC);
	fdt_set_totalsize(header, copy->size);
	fdt_set_off_mem_rsvmap(header, sizeof(*header));
	fdt_set_off_dt_struct(header, copy->structure);
	fdt_set_size_dt_struct(header, strings - copy->structure);
	fdt_set_off_dt_strings(header, strings);
	fdt_set_size_dt_strings(header, strings_size);
	fdt_set_version(header, 17);
	fdt_set_last_comp_version(header, 16);
	fdt_set_boot_cpuid_phys(header, fdt_boot_cpuid_phys(tree));
	return LETHE_OK;
}
