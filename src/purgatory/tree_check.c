/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_fdt_check() for the purgatory: is a tree sound? It stands on nothing of libfdt's, whose own checks are left
 * out there (FDT_ASSUME_MASK): after this no call of libfdt's meets a bound. Stricter than fdt_check.c: version 17 and
 * libfdt's order of blocks, which is how kexec-tools writes a tree. It begins with a page: purgatory.c has seen to that.
 */
#include <string.h>

#include "fdt/fdt_get.h"

#define DEPTH_MAX 64 /* what Linux unflattens */

/* Does the block of reservations end before the structure does begin? */
static int reservations_end(const void *tree, uint32_t at, uint32_t end)
{
	const fdt64_t *entry = (const void *)((const char *)tree + at);

	for (; at + 16 <= end; at += 16, entry += 2) {
		if ((entry[0] | entry[1]) == 0) {
			return 1;
		}
	}
	return 0;
}

static int header_is_sound(const void *tree)
{
	const uint32_t rsvmap = fdt_off_mem_rsvmap(tree);
	const uint32_t structure = fdt_off_dt_struct(tree);
	const uint32_t strings = fdt_off_dt_strings(tree);
	const uint32_t size = fdt_size_dt_strings(tree);
	const uint32_t total = fdt_totalsize(tree);

	return fdt_magic(tree) == FDT_MAGIC && fdt_version(tree) == 17 && total <= LETHE_FDT_MAX &&
	       rsvmap >= sizeof(struct fdt_header) && rsvmap % 8 == 0 && rsvmap <= structure &&
	       structure % 4 == 0 && structure <= strings && strings < total &&
	       fdt_size_dt_struct(tree) % 4 == 0 && fdt_size_dt_struct(tree) <= strings - structure && size != 0 &&
	       size <= total - strings && ((const char *)tree)[strings + size - 1] == '\0' &&
	       reservations_end(tree, rsvmap, structure);
}

static int structure_is_sound(const void *tree)
{
	const char *base = (const char *)tree + fdt_off_dt_struct(tree);
	const uint32_t end = fdt_size_dt_struct(tree);
	int after_subnode = 0;
	unsigned int depth = 0;
	uint32_t at = 0;
	uint32_t tag;
	uint32_t length;

	while (end - at >= 4) {
		tag = fdt32_ld((const fdt32_t *)(base + at));
		at += 4;
		if (tag == FDT_BEGIN_NODE) {
			length = (uint32_t)strnlen(base + at, end - at) + 1;
			if (length > end - at || depth == DEPTH_MAX || (depth == 0 && at != 4)) {
				return 0;
			}
			at += (length + 3) & ~3U;
			after_subnode = 0;
			depth++;
		} else if (tag == FDT_PROP) {
			if (end - at < 8 || depth == 0 || after_subnode) {
				return 0;
			}
			length = fdt32_ld((const fdt32_t *)(base + at));
			if (length > end - at - 8 ||
			    fdt32_ld((const fdt32_t *)(base + at + 4)) >= fdt_size_dt_strings(tree)) {
				return 0;
			}
			at += 8 + ((length + 3) & ~3U);
		} else if (tag == FDT_END_NODE) {
			if (depth == 0) {
				return 0;
			}
			after_subnode = 1;
			depth--;
		} else if (tag != FDT_NOP) {
			return tag == FDT_END && depth == 0 && after_subnode && at == end;
		}
	}
	return 0;
}

int lethe_fdt_check(const void *tree, uint32_t *structure_size, struct lethe_where *where)
{
	if (!header_is_sound(tree) || !structure_is_sound(tree)) {
		return lethe_error_at(where, LETHE_E_TREE_BROKEN, LETHE_WHAT_TREE, 0, 0, 0);
	}
	*structure_size = fdt_size_dt_struct(tree);
	return LETHE_OK;
}
