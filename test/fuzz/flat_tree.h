/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_FLAT_TREE_H
#define TEST_FLAT_TREE_H

/*
 * A second reader of flattened trees, to hold Lethe's against: after the Devicetree Specification
 * 0.4 (5, "Flattened Devicetree Format"), byte by byte, without libfdt and without Lethe's headers.
 */

#include <stdbool.h>
#include <stdint.h>

#define FLAT_NODES    20000
#define FLAT_PROPS    20000
#define FLAT_RANGES   20000
#define FLAT_ROOT     0
#define FLAT_NONE     (-1)
#define FLAT_SIZE_MAX 0x30000U /* of a tree: more than Debian's largest */

struct flat_node {
	const char *name;
	int parent;
	uint32_t begin; /* offsets into the tree: the node's first tag, and after its last */
	uint32_t end;
};

struct flat_prop {
	int node;
	const char *name;
	const uint8_t *value;
	uint32_t size;
};

struct flat_tree {
	const uint8_t *bytes;
	int nodes;
	int props;
	struct flat_node node[FLAT_NODES];
	struct flat_prop prop[FLAT_PROPS];
};

struct flat_range {
	uint64_t base;
	uint64_t size;
	bool is_node; /* of /reserved-memory; else of /memreserve/ */
	bool no_map;
};

struct flat_ranges {
	bool is_bad; /* an entry wraps, or is wider than 64 bits, or the cells are no number */
	bool is_cut; /* the last property ends within an entry */
	int count;
	struct flat_range range[FLAT_RANGES];
};

/* Reads a tree of at most FLAT_SIZE_MAX bytes. False if a block or tag is damaged. */
bool flat_read(struct flat_tree *flat, const void *tree);

/* The first subnode of a name; a name without '@' also finds one with a unit address. */
int flat_child(const struct flat_tree *flat, int parent, const char *name);

/* The first property of a name, or null. A node FLAT_NONE has none. */
const struct flat_prop *flat_prop(const struct flat_tree *flat, int node, const char *name);

/* The number of a property of one or two cells. False if it is absent or has another length. */
bool flat_number(const struct flat_tree *flat, int node, const char *name, uint64_t *value);

/* Adds the entries of a property, with the cells that the parent states. */
void flat_entries(const struct flat_tree *flat, int parent, const struct flat_prop *prop,
		  struct flat_ranges *ranges);

/* The RAM of the memory nodes, and what /memreserve/ and /reserved-memory name. */
void flat_memory(const struct flat_tree *flat, struct flat_ranges *ranges);
void flat_memreserve(const void *tree, struct flat_ranges *ranges);
void flat_reserved(const struct flat_tree *flat, struct flat_ranges *ranges);

uint32_t flat_u32(const void *bytes);
uint64_t flat_u64(const void *bytes);

#endif
