/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_WALK_H
#define LETHE_FDT_WALK_H

/*
 * A forward walk over the tags of a flattened tree, private to the fdt_*.c files.
 *
 * libfdt fetches the header again for every byte of every name. With the MMU off each of those is a
 * Device access, so whole-tree passes use this instead: the header is read once, each tag is read
 * once, and everything is checked against the blocks on the way. libfdt still does all edits.
 */

#include <stdint.h>

#define LETHE_WALK_DEPTH 64U /* what Linux unflattens */
#define LETHE_WALK_CELLS 4U  /* more cells than this are nonsense to libfdt, too */

struct lethe_walk {
	const unsigned char *structure;
	const char *strings;
	uint32_t structure_size;
	uint32_t strings_size; /* up to the last terminator: an offset below it names a string */
	uint32_t next;         /* offset of the tag to come */
	unsigned int depth;    /* of the node the walk is in now: 1 is the root, 0 outside */
	int had_subnode;       /* this node's properties are over */

	/* the tag that lethe_walk_next() returned; pointers into the tree */
	uint32_t offset;            /* in the structure block, as libfdt counts */
	const char *name;           /* FDT_BEGIN_NODE, FDT_PROP */
	const unsigned char *value; /* FDT_PROP: 4-byte aligned, length bytes */
	uint32_t length;
};

/*
 * The header again, field by field, big-endian. libfdt's getters read it byte by byte, and its
 * check leaves the alignments open that loads of 8 and 4 bytes depend on.
 */
struct lethe_tree_header {
	uint32_t magic;
	uint32_t total_size;
	uint32_t structure;
	uint32_t strings;
	uint32_t reservations;
	uint32_t version;
	uint32_t last_compatible;
	uint32_t boot_cpu;
	uint32_t strings_size;
	uint32_t structure_size;
};

/* From big-endian, or to it. libfdt's own is not folded by the compiler when the size counts. */
static inline uint32_t lethe_swap32(uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap32(value);
#else
	return value;
#endif
}

/* One entry of `reg`, /memreserve/ and the like: [base, base + size). */
struct lethe_range {
	uint64_t base;
	uint64_t size;
};

/* Is a range wholly inside [base, base + size)? */
int lethe_range_inside(const struct lethe_range *range, uint64_t base, uint64_t size);

/* Readies a walk over a tree. 0, or what lethe_tree_probe() says. */
int lethe_walk_start(struct lethe_walk *walk, const void *tree);

/*
 * The next tag but FDT_NOP: FDT_BEGIN_NODE, FDT_PROP, FDT_END_NODE (depth is then the parent's) or,
 * at the end of a whole and balanced structure, FDT_END. LETHE_E_TREE_BROKEN on the first thing
 * that is not right; the walk must not go on after these two.
 */
int lethe_walk_next(struct lethe_walk *walk);

/*
 * Structure offset of the node /name, or /name/child when child is not null; -1 when there is none.
 */
int lethe_walk_find(const void *tree, const char *name, const char *child);

/*
 * Entry index of the memory reservation block: 1 and *range, 0 at the terminator,
 * LETHE_E_TREE_BROKEN when the block runs out of the tree first. tree passed lethe_tree_probe().
 */
int lethe_walk_reservation(const void *tree, uint32_t index, struct lethe_range *range);

/*
 * Takes every old record out of an open tree whose /chosen is at this offset: what an earlier boot
 * wrote is no statement about this one. 0, or libfdt's error. In record.c, which knows the node.
 */
int lethe_record_remove(void *tree, int chosen);

/* Are two names the same? */
int lethe_walk_is(const char *name, const char *wanted);

/*
 * Where is name in names? Those are strings one behind the other, each with its zero, and an empty
 * one at the end: a table of pointers would need relocating, and a comparison per name is five
 * times the code. Counts from 0; the number of names when it is not among them.
 */
unsigned int lethe_walk_which(const char *name, const char *names);

/*
 * Takes in #address-cells or #size-cells: 1 when the property is one of the two. Of one that is
 * not one cell becomes a number that lethe_walk_range() refuses.
 */
int lethe_walk_cells(const struct lethe_walk *walk, uint32_t *address_cells, uint32_t *size_cells);

/*
 * Does a node of this name answer to wanted (length bytes)? Without a unit address wanted fits any,
 * as in libfdt: "chosen" fits "chosen@0".
 */
int lethe_walk_is_node(const char *name, const char *wanted, uint32_t length);

/* Is a property's value this string, terminated? */
int lethe_walk_value_is(const struct lethe_walk *walk, const char *wanted);

/*
 * Does a property's value, a list of strings, hold one of names, a list as lethe_walk_which() has
 * it?
 */
int lethe_walk_list_has_any(const struct lethe_walk *walk, const char *names);

/* The value of `status`: 1 for "ok" or "okay". */
int lethe_walk_available(const struct lethe_walk *walk);

/* The value of a one-cell property; UINT32_MAX, which no one accepts, when its length is not 4. */
uint32_t lethe_walk_u32(const struct lethe_walk *walk);

/* A number of so many cells: 0 and *number, or LETHE_E_TREE_CELLS when 64 bits do not hold it. */
int lethe_walk_number(const unsigned char *value, uint32_t cells, uint64_t *number);

/*
 * Entry index of a value that is an array of (address, size): 1 and *range, 0 when there are no
 * more whole entries, LETHE_E_TREE_CELLS when the numbers of cells are out of range, 64 bits do not
 * hold it, or it wraps.
 */
int lethe_walk_range(const unsigned char *value, uint32_t length, uint32_t address_cells,
		     uint32_t size_cells, uint32_t index, struct lethe_range *range);

#endif
