/* SPDX-License-Identifier: BSD-2-Clause */
/* The walk over a flattened tree that every reading pass stands on: see fdt_walk.h. */

#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "fdt_walk.h"

/* The first version whose names are relative to their parents; Linux makes and takes 17. */
#define VERSION_FIRST 16U
#define VERSION_LAST  17U

#define CELL ((uint32_t)sizeof(fdt32_t))

static uint32_t read32(const unsigned char *p)
{
	return lethe_swap32(*(const uint32_t *)(const void *)p);
}

/* Is [offset, offset + size) behind the header and within total? */
static int is_block(uint32_t total, uint32_t offset, uint32_t size)
{
	return offset >= sizeof(struct lethe_tree_header) && offset <= total &&
	       size <= total - offset;
}

/* Takes the bounds of the blocks from a header: 0 and the rest of *walk untouched, or a status. */
static int read_header(struct lethe_walk *walk, const void *tree, uint32_t *total_size)
{
	const struct lethe_tree_header *header = tree;
	uint32_t version;
	uint32_t reservations;
	uint32_t structure;
	uint32_t strings;
	uint32_t total;

	if (((uintptr_t)tree & 7) != 0) {
		return LETHE_E_TREE_ALIGN;
	}
	if (lethe_swap32(header->magic) != FDT_MAGIC) {
		return LETHE_E_TREE_HEADER;
	}
	total = lethe_swap32(header->total_size);
	if (total > LETHE_TREE_MAX) {
		return LETHE_E_TREE_SIZE;
	}
	version = lethe_swap32(header->version);
	reservations = lethe_swap32(header->reservations);
	structure = lethe_swap32(header->structure);
	strings = lethe_swap32(header->strings);
	walk->strings_size = lethe_swap32(header->strings_size);
	walk->structure_size = total - structure;
	if (version > VERSION_FIRST) {
		walk->structure_size = lethe_swap32(header->structure_size);
	}
	if (version < VERSION_FIRST || lethe_swap32(header->last_compatible) > VERSION_LAST ||
	    version < lethe_swap32(header->last_compatible) || !is_block(total, reservations, 0) ||
	    reservations % 8 != 0 || !is_block(total, structure, walk->structure_size) ||
	    structure % CELL != 0 || !is_block(total, strings, walk->strings_size)) {
		return LETHE_E_TREE_HEADER;
	}
	walk->structure = (const unsigned char *)tree + structure;
	walk->strings = (const char *)tree + strings;
	*total_size = total;
	return LETHE_OK;
}

int lethe_tree_probe(const void *tree, uint32_t *total_size)
{
	struct lethe_walk walk;

	return read_header(&walk, tree, total_size);
}

int lethe_range_inside(const struct lethe_range *range, uint64_t base, uint64_t size)
{
	return range->base - base < size && range->size <= size - (range->base - base);
}

int lethe_walk_start(struct lethe_walk *walk, const void *tree)
{
	uint32_t total;
	int status;

	memset(walk, 0, sizeof(*walk));
	status = read_header(walk, tree, &total);
	if (status != LETHE_OK) {
		return status;
	}
	while (walk->strings_size != 0 && walk->strings[walk->strings_size - 1] != '\0') {
		walk->strings_size--;
	}
	return LETHE_OK;
}

static int begin_node(struct lethe_walk *walk)
{
	uint32_t at = walk->next;

	/* one root, and at the very front, where libfdt takes it for granted */
	if (walk->depth == LETHE_WALK_DEPTH || (walk->depth == 0 && walk->offset != 0)) {
		return LETHE_E_TREE_BROKEN;
	}
	walk->name = (const char *)walk->structure + at;
	do {
		if (at == walk->structure_size) {
			return LETHE_E_TREE_BROKEN;
		}
	} while (walk->structure[at++] != '\0');
	walk->next = (at + CELL - 1) & ~(CELL - 1);
	walk->depth++;
	walk->had_subnode = 0;
	return FDT_BEGIN_NODE;
}

static int property(struct lethe_walk *walk)
{
	uint32_t left = walk->structure_size - walk->next;
	uint32_t name;

	/* A property after a subnode is one that libfdt and Linux would never see. */
	if (walk->depth == 0 || walk->had_subnode || left < 2 * CELL) {
		return LETHE_E_TREE_BROKEN;
	}
	left -= 2 * CELL;
	walk->length = read32(walk->structure + walk->next);
	name = read32(walk->structure + walk->next + CELL);
	if (walk->length > left || name >= walk->strings_size) {
		return LETHE_E_TREE_BROKEN;
	}
	walk->name = walk->strings + name;
	walk->value = walk->structure + walk->next + 2 * CELL;
	walk->next += 2 * CELL + walk->length;
	walk->next = (walk->next + CELL - 1) & ~(CELL - 1);
	return FDT_PROP;
}

int lethe_walk_next(struct lethe_walk *walk)
{
	uint32_t tag;

	do {
		/* next may be past the end by the padding of the last tag */
		if (walk->next > walk->structure_size || walk->structure_size - walk->next < CELL) {
			return LETHE_E_TREE_BROKEN;
		}
		walk->offset = walk->next;
		tag = read32(walk->structure + walk->next);
		walk->next += CELL;
	} while (tag == FDT_NOP);

	if (tag == FDT_BEGIN_NODE) {
		return begin_node(walk);
	}
	if (tag == FDT_PROP) {
		return property(walk);
	}
	if (tag == FDT_END_NODE && walk->depth != 0) {
		walk->depth--;
		walk->had_subnode = 1;
		return FDT_END_NODE;
	}
	if (tag == FDT_END && walk->depth == 0 && walk->had_subnode) {
		return FDT_END;
	}
	return LETHE_E_TREE_BROKEN;
}

int lethe_walk_find(const void *tree, const char *name, const char *child)
{
	const char *wanted = name;
	unsigned int depth = 2;
	struct lethe_walk walk;
	int tag;

	if (lethe_walk_start(&walk, tree) != LETHE_OK) {
		return -1;
	}
	for (;;) {
		tag = lethe_walk_next(&walk);
		if (tag < 0 || tag == FDT_END || (tag == FDT_END_NODE && walk.depth + 2 == depth)) {
			return -1;
		}
		if (tag != FDT_BEGIN_NODE || walk.depth != depth ||
		    !lethe_walk_is_node(walk.name, wanted, (uint32_t)strlen(wanted))) {
			continue;
		}
		if (wanted == child || child == NULL) {
			return (int)walk.offset;
		}
		wanted = child;
		depth++;
	}
}

int lethe_walk_reservation(const void *tree, uint32_t index, struct lethe_range *range)
{
	const struct lethe_tree_header *header = tree;
	uint32_t offset = lethe_swap32(header->reservations);
	uint32_t left = lethe_swap32(header->total_size) - offset;
	const struct fdt_reserve_entry *entry;

	if (index >= left / sizeof(*entry)) {
		return LETHE_E_TREE_BROKEN;
	}
	entry = (const void *)((const unsigned char *)tree + offset);
	range->base = fdt64_to_cpu(entry[index].address);
	range->size = fdt64_to_cpu(entry[index].size);
	return range->size != 0;
}

int lethe_walk_is(const char *name, const char *wanted)
{
	return strcmp(name, wanted) == 0;
}

unsigned int lethe_walk_which(const char *name, const char *names)
{
	unsigned int index = 0;

	while (*names != '\0' && (*names != *name || strcmp(name, names) != 0)) {
		names += strlen(names) + 1;
		index++;
	}
	return index;
}

int lethe_walk_is_node(const char *name, const char *wanted, uint32_t length)
{
	if (strncmp(name, wanted, length) != 0) {
		return 0;
	}
	if (name[length] == '\0') {
		return 1;
	}
	return name[length] == '@' && memchr(wanted, '@', length) == NULL;
}

int lethe_walk_value_is(const struct lethe_walk *walk, const char *wanted)
{
	size_t size = strlen(wanted) + 1;

	return walk->length >= size && memcmp(walk->value, wanted, size) == 0;
}

int lethe_walk_list_has_any(const struct lethe_walk *walk, const char *names)
{
	const char *at = (const char *)walk->value;
	const char *last = at + walk->length;
	unsigned int none = lethe_walk_which("", names);

	/* what is behind the last terminator is no string */
	while (last != at && last[-1] != '\0') {
		last--;
	}
	for (; at != last; at += strlen(at) + 1) {
		if (lethe_walk_which(at, names) != none) {
			return 1;
		}
	}
	return 0;
}

int lethe_walk_available(const struct lethe_walk *walk)
{
	return lethe_walk_value_is(walk, "okay") || lethe_walk_value_is(walk, "ok");
}

uint32_t lethe_walk_u32(const struct lethe_walk *walk)
{
	return walk->length == CELL ? read32(walk->value) : UINT32_MAX;
}

int lethe_walk_cells(const struct lethe_walk *walk, uint32_t *address_cells, uint32_t *size_cells)
{
	switch (lethe_walk_which(walk->name, "#address-cells\0#size-cells\0")) {
	case 0: *address_cells = lethe_walk_u32(walk); return 1;
	case 1: *size_cells = lethe_walk_u32(walk); return 1;
	default: return 0;
	}
}

int lethe_walk_number(const unsigned char *value, uint32_t cells, uint64_t *number)
{
	uint64_t result = 0;
	uint32_t i;

	for (i = 0; i < cells; i++) {
		if (result >> 32 != 0) {
			return LETHE_E_TREE_CELLS;
		}
		result = result << 32 | read32(value + i * CELL);
	}
	*number = result;
	return LETHE_OK;
}

int lethe_walk_range(const unsigned char *value, uint32_t length, uint32_t address_cells,
		     uint32_t size_cells, uint32_t index, struct lethe_range *range)
{
	uint32_t entry;

	if (address_cells == 0 || address_cells > LETHE_WALK_CELLS ||
	    size_cells > LETHE_WALK_CELLS) {
		return LETHE_E_TREE_CELLS;
	}
	entry = (address_cells + size_cells) * CELL;
	if (index >= length / entry) {
		return 0;
	}
	value += index * entry;
	if (lethe_walk_number(value, address_cells, &range->base) != LETHE_OK ||
	    lethe_walk_number(value + address_cells * CELL, size_cells, &range->size) != LETHE_OK ||
	    range->size > UINT64_MAX - range->base) {
		return LETHE_E_TREE_CELLS;
	}
	return 1;
}
