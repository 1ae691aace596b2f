/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_WALK_H
#define LETHE_FDT_WALK_H

/*
 * Walks over the tags of a sound tree. libfdt checks each tag again, and takes some 100
 * instructions for it; a walk over a board's tree has 4,000 tags (docs/internals/bench.md). The
 * properties of one node are libfdt's to read. Offsets are libfdt's, in the structure block.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libfdt.h>

#include <lethe/fdt.h>

/* True if any byte of the word is 0. */
static inline bool lethe_fdt_has_nul(uint32_t word)
{
	return ((word - 0x01010101U) & ~word & 0x80808080U) != 0;
}

/* The tag at an offset. */
static inline const fdt32_t *lethe_fdt_tag_at(struct lethe_fdt tree, int offset)
{
	return (const void *)((const char *)tree.dtb + fdt_off_dt_struct(tree.dtb) +
			      (uint32_t)offset);
}

/* The offset of a tag. */
static inline int lethe_fdt_offset_of(struct lethe_fdt tree, const fdt32_t *tag)
{
	return (int)((const char *)tag - (const char *)tree.dtb - fdt_off_dt_struct(tree.dtb));
}

/* Moves *cell from a tag to the next. Returns the tag passed. FDT_NOP is a tag as others are. */
static inline uint32_t lethe_fdt_step(const fdt32_t **cell)
{
	const fdt32_t *next = *cell;
	const uint32_t tag = fdt32_to_cpu(*next++);

	if (tag == FDT_PROP) {
		next += 2 + (fdt32_to_cpu(*next) + 3) / 4;
	} else if (tag == FDT_BEGIN_NODE) {
		while (!lethe_fdt_has_nul(*next++)) {
		}
	}
	*cell = next;
	return tag;
}

/* The tag after a node that begins at this tag. */
const fdt32_t *lethe_fdt_skip(const fdt32_t *node);

/* The first subnode of a node, and the next of the same parent; negative if there is none. */
int lethe_fdt_first_child(struct lethe_fdt tree, int node);
int lethe_fdt_next_child(struct lethe_fdt tree, int child);

/* True if libfdt finds a node by this name: the node's own may have an address behind it, "@...".
 */
bool lethe_fdt_is_named(const char *node, const char *name, int length);

/*
 * The subnode that libfdt finds by this name of so many characters; negative if absent, or if node
 * is negative.
 */
int lethe_fdt_child(struct lethe_fdt tree, int node, const char *name, int length);

#endif
