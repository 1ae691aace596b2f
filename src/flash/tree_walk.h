/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_TREE_WALK_H
#define LETHE_FLASH_TREE_WALK_H

/* One pass over a tree: tree.c reads, tree_put.c writes. Tags and header: Devicetree
 * Specification, 5. */

#include <stdbool.h>
#include <stdint.h>

#include "flash/spin_page.h"

#define MAGIC      0xd00dfeedU
#define BEGIN_NODE 1U
#define END_NODE   2U
#define PROP       3U
#define NOP        4U
#define END        9U
#define VERSION    17U

#define BROKEN "device tree broken at "

/* Words of the header. */
enum {
	H_MAGIC,
	H_SIZE,
	H_STRUCT,
	H_STRINGS,
	H_RESERVED,
	H_VERSION,
	H_COMPATIBLE,
	H_BOOT_CPU,
	H_STRINGS_SIZE,
	H_STRUCT_SIZE,
	H_WORDS
};

/* A CPU's node, as far as it was read. */
struct lethe_flash_node {
	bool is_open;    /* its properties are being read */
	uint32_t method; /* bytes of enable-method, and 1; 0: there is none */
	bool has_release;
	bool has_id;
	struct lethe_flash_cpu cpu;
};

struct lethe_flash_walk {
	const uint8_t *from;
	uint32_t size;
	uint32_t at, end; /* in the structure block */
	uint32_t strings, strings_size;
	uint8_t *to;
	uint32_t used, room;
	const char *error;
	bool completes;
	unsigned int depth; /* 1 in the root node */
	bool is_in_cpus, has_psci;
	struct lethe_flash_node node;
};

static inline uint32_t lethe_flash_tree_load(const uint8_t *at)
{
	return __builtin_bswap32(*(const uint32_t *)at);
}

static inline uint32_t lethe_flash_tree_header(const struct lethe_flash_walk *walk,
					       unsigned int word)
{
	return lethe_flash_tree_load(walk->from + 4 * word);
}

/* Adds bytes to the copy; those that do not fit set walk->error. */
void lethe_flash_tree_put(struct lethe_flash_walk *walk, const void *bytes, uint32_t size);

/* A number of two cells. */
void lethe_flash_tree_put_number(struct lethe_flash_walk *walk, uint64_t value);

/* What belongs behind a CPU's own properties, and what else belongs into the root node. */
void lethe_flash_tree_put_method(struct lethe_flash_walk *walk);
void lethe_flash_tree_put_rest(struct lethe_flash_walk *walk);

/* The end of the structure block, the names, and the header; structure: where the former begins. */
void lethe_flash_tree_put_end(struct lethe_flash_walk *walk, uint32_t structure);

#endif
