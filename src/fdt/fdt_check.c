/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole-tree check. If a tree passes, every bounds check inside libfdt passes as well, and
 * Linux sees the same nodes and properties. The check uses no code of libfdt's, because the
 * purgatory's libfdt has no checks (FDT_ASSUME_MASK). All loads are aligned words and single bytes.
 * A tree may lie at 4 mod 8, where a FIT image leaves some.
 */
#include <string.h>

#include "fdt/fdt_get.h"

#define DEPTH_MAX 64U /* as in Linux, when it unflattens a tree */

/*
 * Names of properties have at most 31 characters (Devicetree Specification, 2.2.4.1), and longer
 * ones are about. Each look at a property reads its name, so a limit bounds the cost of a search.
 */
#define PROPERTY_NAME_MAX 255U

/*
 * Version 16 has names relative to the parent, and is the oldest version that Linux reads. The
 * purgatory's libfdt is compiled for version 17 only, the version of kexec-tools.
 */
#ifdef LETHE_PURGATORY
#define VERSION_FIRST 17U
#else
#define VERSION_FIRST 16U
#endif
#define VERSION_LAST 17U
#define VERSION_SIZE                                                                               \
	17U /* the first version with the size of the structure block in the header                \
	     */
#define HEADER_SIZE_16 36U

static inline uint32_t load(const void *base, uint32_t offset)
{
	return fdt32_to_cpu(*(const fdt32_t *)(const void *)((const char *)base + offset));
}

/* Loads the header, with the numbers in the byte order of this machine. */
static void load_header(const void *tree, struct fdt_header *header)
{
	uint32_t offset;

	for (offset = 0; offset < sizeof(*header); offset += (uint32_t)sizeof(fdt32_t)) {
		*(fdt32_t *)(void *)((char *)header + offset) = load(tree, offset);
	}
}

static bool has_structure_size(const struct fdt_header *header)
{
	return VERSION_FIRST >= VERSION_SIZE || header->version >= VERSION_SIZE;
}

/* True if a block of this size begins after the header and ends inside the tree. */
static bool block_is_inside(const struct fdt_header *header, uint32_t offset, uint32_t size)
{
	const uint32_t first = has_structure_size(header) ? sizeof(*header) : HEADER_SIZE_16;

	return first <= offset && offset <= header->totalsize && size <= header->totalsize - offset;
}

static int header_check(const void *tree, struct fdt_header *header)
{
	if ((uintptr_t)tree % sizeof(fdt32_t) != 0) {
		return LETHE_E_TREE_ALIGN;
	}
	load_header(tree, header);
	if (header->magic != FDT_MAGIC) {
		return LETHE_E_TREE_HEADER;
	}
	if (header->totalsize > LETHE_FDT_MAX) {
		return LETHE_E_TREE_SIZE;
	}
	if (header->version < VERSION_FIRST || header->version < header->last_comp_version ||
	    header->last_comp_version > VERSION_LAST ||
	    header->off_mem_rsvmap % sizeof(fdt64_t) != 0 ||
	    header->off_dt_struct % sizeof(fdt32_t) != 0 ||
	    !block_is_inside(header, header->off_mem_rsvmap, 0) ||
	    !block_is_inside(header, header->off_dt_struct,
			     has_structure_size(header) ? header->size_dt_struct : 0) ||
	    !block_is_inside(header, header->off_dt_strings, header->size_dt_strings)) {
		return LETHE_E_TREE_HEADER;
	}
	return LETHE_OK;
}

int lethe_fdt_probe(const void *tree, uint32_t *total_size)
{
	struct fdt_header header;
	const int status = header_check(tree, &header);

	if (status == LETHE_OK) {
		*total_size = header.totalsize;
	}
	return status;
}

/* Finds the end of the memory reservation block: Linux and libfdt stop at an entry of size 0. */
static bool reservations_are_sound(const void *tree, const struct fdt_header *header, uint32_t *end)
{
	uint32_t offset = header->off_mem_rsvmap;
	const fdt32_t *size;

	do {
		size = (const void *)((const char *)tree + offset + 8);
		offset += (uint32_t)sizeof(struct fdt_reserve_entry);
		if (offset > header->totalsize) {
			return false;
		}
	} while ((size[0] | size[1]) != 0);
	*end = offset;
	return true;
}

/* The size of the strings block up to the last NUL: a name that begins inside also ends inside. */
static uint32_t names_size(const void *tree, const struct fdt_header *header)
{
	const char *strings = (const char *)tree + header->off_dt_strings;
	uint32_t size = header->size_dt_strings;

	while (size != 0 && strings[size - 1] != '\0') {
		size--;
	}
	return size;
}

/* True if no name is longer than PROPERTY_NAME_MAX. The purgatory's trees come from kexec-tools. */
static bool names_are_bounded(const void *tree, const struct fdt_header *header)
{
#ifndef LETHE_PURGATORY
	const char *strings = (const char *)tree + header->off_dt_strings;
	uint32_t length = 0;
	uint32_t i;

	for (i = 0; i < header->size_dt_strings; i++) {
		length = strings[i] != '\0' ? length + 1 : 0;
		if (length > PROPERTY_NAME_MAX) {
			return false;
		}
	}
#else
	(void)tree;
	(void)header;
#endif
	return true;
}

/* Walks all tags. *cursor becomes the offset after the last tag, or of the first wrong tag. */
static bool structure_is_sound(const void *tree, const struct fdt_header *header, uint32_t *cursor)
{
	const uint32_t structure = header->off_dt_struct;
	const uint32_t size =
		has_structure_size(header) ? header->size_dt_struct : header->totalsize - structure;
	const uint32_t end = size & ~3U; /* a multiple of a cell: padding never leaves the block */
	const uint32_t names = names_size(tree, header);
	const char *base = (const char *)tree + structure;
	bool after_subnode = false;
	uint32_t depth = 0;
	uint32_t next = 0;
	uint32_t length;
	uint32_t tag;

	for (;; next = (next + 3) & ~3U) {
		*cursor = next;
		if (next == end) {
			return false;
		}
		tag = load(base, next);
		next += FDT_TAGSIZE;
		if (tag == FDT_BEGIN_NODE) {
			length = (uint32_t)strnlen(base + next, end - next);
			/* One root, at the very front, as libfdt assumes. */
			if (length == end - next || depth == DEPTH_MAX ||
			    (depth == 0 && *cursor != 0)) {
				return false;
			}
			next += length + 1;
			after_subnode = false;
			depth++;
		} else if (depth == 0) {
			if (tag == FDT_END && after_subnode) {
				*cursor = next;
				return true;
			}
			if (tag != FDT_NOP) {
				return false;
			}
		} else if (tag == FDT_PROP) {
			/* libfdt and Linux never see a property after a subnode. */
			if (end - next < 8 || after_subnode) {
				return false;
			}
			length = load(base, next);
			if (length > end - next - 8 || load(base, next + 4) >= names) {
				return false;
			}
			next += 8 + length;
		} else if (tag == FDT_END_NODE) {
			after_subnode = true;
			depth--;
		} else if (tag != FDT_NOP) {
			return false;
		}
	}
}

int lethe_fdt_check(const void *tree, struct lethe_fdt_layout *layout, struct lethe_where *where)
{
	struct fdt_header header;
	uint32_t cursor = 0;
	const int status = header_check(tree, &header);

	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, NULL, (uintptr_t)tree);
	}
	if (!reservations_are_sound(tree, &header, &layout->reservations_end)) {
		return lethe_error_at(where, LETHE_E_TREE_BROKEN, LETHE_WHAT_TREE, 0,
				      "memory reservation block", (uintptr_t)tree);
	}
	if (!names_are_bounded(tree, &header)) {
		return lethe_error_at(where, LETHE_E_TREE_BROKEN, LETHE_WHAT_TREE, 0,
				      "strings block", (uintptr_t)tree);
	}
	if (!structure_is_sound(tree, &header, &cursor)) {
		return lethe_error_at(where, LETHE_E_TREE_BROKEN, LETHE_WHAT_TREE, 0,
				      "structure block", cursor);
	}
	layout->tree.dtb = tree;
	layout->structure_size = has_structure_size(&header) ? header.size_dt_struct : cursor;
	return LETHE_OK;
}
