/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies a tree, leaves out what the caller names, and adds properties to /chosen. One pass, so
 * that the cost grows with the tree's size only: libfdt moves the rest of the tree at each edit,
 * and searches the strings block for each name. All loads of the old tree are words and bytes, as
 * the tree may lie at 4 mod 8; the copy is aligned and in libfdt's order.
 */
#include "fdt/fdt_copy.h"

#include <string.h>

#include "strings_list.h"

static void put(struct lethe_fdt_copy *copy, const void *bytes, uint32_t size)
{
	if (size > copy->size - copy->used && !copy->is_full) {
		copy->is_full = true;
		copy->full_at = copy->name;
	}
	if (!copy->is_full) {
		memcpy(copy->buffer + copy->used, bytes, size);
		copy->used += size;
	}
}

static void put_cell(struct lethe_fdt_copy *copy, uint32_t value)
{
	const fdt32_t cell = cpu_to_fdt32(value);

	put(copy, &cell, sizeof(cell));
}

/* Copies the structure block from where the last call ended up to this tag. */
static void put_up_to(struct lethe_fdt_copy *copy, const fdt32_t *tag)
{
	put(copy, copy->next, (uint32_t)((const char *)tag - (const char *)copy->next));
	copy->next = tag;
}

void lethe_fdt_copy_begin(struct lethe_fdt_copy *copy, const struct lethe_fdt_facts *facts,
			  void *buffer, uint32_t size)
{
	memset(copy, 0, sizeof(*copy));
	copy->facts = facts;
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

/* True for a tag, at the top of /chosen, that the copy leaves out. */
static bool is_left_out(const struct lethe_fdt_copy *copy, const fdt32_t *cell, uint32_t tag)
{
	const void *dtb = copy->facts->tree.dtb;

	switch (tag) {
	case FDT_NOP: return true; /* Linux makes one of each seed that it has used */
	case FDT_PROP:
		return is_listed((const char *)dtb + fdt_off_dt_strings(dtb) +
					 fdt32_to_cpu(cell[2]),
				 copy->stale);
	default: return lethe_fdt_is_named((const char *)(cell + 1), "lethe", 5);
	}
}

static void put_property(struct lethe_fdt_copy *copy, const struct lethe_fdt_value *property)
{
	static const char zeros[3];

	copy->name = property->name;
	put_cell(copy, FDT_PROP);
	put_cell(copy, property->size);
	put_cell(copy, copy->first_name + (uint32_t)(property->name - copy->names));
	put(copy, property->value, property->size);
	put(copy, zeros, -property->size & 3U);
	copy->name = NULL;
}

static void put_properties(struct lethe_fdt_copy *copy)
{
	unsigned int i;

	for (i = 0; i < copy->property_count; i++) {
		put_property(copy, &copy->property[i]);
	}
}

/* Copies what is at the top of /chosen, and its subnodes; the additions come before the subnodes.
 */
static void put_chosen(struct lethe_fdt_copy *copy)
{
	const fdt32_t *cell = lethe_fdt_tag_at(copy->facts->tree, copy->facts->chosen);
	bool in_properties = true;
	const fdt32_t *tag;
	uint32_t kind;

	lethe_fdt_step(&cell);
	for (;;) {
		tag = cell;
		kind = lethe_fdt_step(&cell);
		if (in_properties && (kind == FDT_BEGIN_NODE || kind == FDT_END_NODE)) {
			in_properties = false;
			put_up_to(copy, tag);
			put_properties(copy);
		}
		if (kind == FDT_END_NODE) {
			return;
		}
		if (kind == FDT_BEGIN_NODE) {
			cell = lethe_fdt_skip(tag);
		}
		if (is_left_out(copy, tag, kind)) {
			put_up_to(copy, tag);
			copy->next = cell;
		}
	}
}

/* Makes a node /chosen in front of the root's subnodes. */
static void put_new_chosen(struct lethe_fdt_copy *copy)
{
	put_up_to(copy, lethe_fdt_tag_at(copy->facts->tree, copy->facts->first_child));
	copy->name = "chosen";
	put(copy, "\0\0\0\1chosen\0", 12); /* FDT_BEGIN_NODE and the node's name */
	put_properties(copy);
	put_cell(copy, FDT_END_NODE);
	copy->name = NULL;
}

void lethe_fdt_copy_structure(struct lethe_fdt_copy *copy)
{
	const struct lethe_fdt_facts *facts = copy->facts;
	const void *dtb = facts->tree.dtb;
	const fdt32_t *first = lethe_fdt_tag_at(facts->tree, 0);

	if (copy->property_count != 0) {
		copy->first_name = lethe_fdt_find_names((const char *)dtb + fdt_off_dt_strings(dtb),
							fdt_size_dt_strings(dtb), copy->names,
							copy->names_size);
	}
	copy->structure = copy->used;
	copy->next = first;
	if (facts->chosen >= 0) {
		put_chosen(copy);
	} else {
		put_new_chosen(copy);
	}
	put_up_to(copy, first + facts->structure_size / sizeof(*first));
}

int lethe_fdt_copy_end(struct lethe_fdt_copy *copy)
{
	const void *dtb = copy->facts->tree.dtb;
	const uint32_t strings_size = fdt_size_dt_strings(dtb);
	const uint32_t strings = copy->used;
	struct fdt_header *header = (struct fdt_header *)copy->buffer;

	put(copy, (const char *)dtb + fdt_off_dt_strings(dtb), strings_size);
	if (copy->property_count != 0 && copy->first_name == strings_size) {
		put(copy, copy->names, copy->names_size);
	}
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
	fdt_set_size_dt_strings(header, copy->used - strings);
	fdt_set_version(header, 17);
	fdt_set_last_comp_version(header, 16);
	fdt_set_boot_cpuid_phys(header, fdt_boot_cpuid_phys(dtb));
	return LETHE_OK;
}
