/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_COPY_H
#define LETHE_FDT_COPY_H

#include "fdt/fdt_get.h"

/* A property to be added to /chosen. */
struct lethe_fdt_value {
	const char *name; /* inside the copy's names */
	const void *value;
	uint32_t size; /* bytes */
};

#define LETHE_FDT_COPY_PROPERTIES 5U

/*
 * A copy in the making of a tree that was read: begin, entry for each reservation, then the caller
 * fills in the second part, structure, end.
 */
struct lethe_fdt_copy {
	const struct lethe_fdt_facts *facts;
	char *buffer;
	uint32_t size; /* of the buffer */
	uint32_t used; /* bytes of the buffer */
	bool is_full;
	const char *full_at; /* the property or node that did not fit; null: another part */
	const char *name;    /* the property or node that is being written, or null */
	uint32_t structure;  /* offset of the structure block in the buffer */
	uint32_t first_name; /* offset of the names in the strings block */
	const fdt32_t *next; /* the tag up to which the structure block is copied or left out */

	/* the caller's: /chosen */
	const char *stale; /* properties to be left out, a list (strings_list.h); "name-" is all
			      that begin so */
	const char *names; /* of all properties that may be added, each with its NUL */
	uint32_t names_size;
	unsigned int property_count;
	struct lethe_fdt_value property[LETHE_FDT_COPY_PROPERTIES];
};

/* buffer: 8-byte aligned. *facts has to stay until the end. */
void lethe_fdt_copy_begin(struct lethe_fdt_copy *copy, const struct lethe_fdt_facts *facts,
			  void *buffer, uint32_t size);

/* Adds an entry of /memreserve/. The last has size 0. */
void lethe_fdt_copy_entry(struct lethe_fdt_copy *copy, uint64_t base, uint64_t size);

/*
 * Adds the structure block. At the top of /chosen it leaves out FDT_NOP, nodes `lethe` and stale
 * properties, and adds properties. Without /chosen, that is added in front of the root's subnodes.
 */
void lethe_fdt_copy_structure(struct lethe_fdt_copy *copy);

/* The offset of /chosen in the copy's structure block. */
static inline int lethe_fdt_copy_chosen(const struct lethe_fdt_facts *facts)
{
	return facts->chosen >= 0 ? facts->chosen : facts->first_child;
}

/*
 * Adds the strings block and the header. The copy is open (totalsize is the buffer's size).
 * Return: 0, or LETHE_E_TREE_NOSPACE; the buffer's contents are undefined then.
 */
int lethe_fdt_copy_end(struct lethe_fdt_copy *copy);

#endif
