/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_GET_H
#define LETHE_FDT_GET_H

/*
 * Functions shared by the files of src/fdt, beside libfdt. lethe_fdt_check() comes first; all other
 * functions here require a tree that has passed the check.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "fdt/fdt_walk.h"

#include "plan/range_set.h"

/* What the check makes of a tree. Neither end of a block is in the header. */
struct lethe_fdt_layout {
	struct lethe_fdt tree;
	uint32_t reservations_end; /* offset after the terminator of the memory reservations */
	uint32_t structure_size;   /* from the header; in version 16, up to FDT_END */
};

/*
 * fdt_check.c: checks the header, the memory reservations and every tag.
 * Return: 0, what lethe_fdt_probe() returns, or LETHE_E_TREE_BROKEN. *layout is written on success.
 */
int lethe_fdt_check(const void *tree, struct lethe_fdt_layout *layout, struct lethe_where *where);

/* True if the blocks of a sound tree lie in libfdt's order: reservations, structure, strings. */
static inline bool lethe_fdt_is_in_order(const struct lethe_fdt_layout *layout)
{
	const void *tree = layout->tree.dtb;

	return layout->reservations_end <= fdt_off_dt_struct(tree) &&
	       fdt_off_dt_struct(tree) + layout->structure_size <= fdt_off_dt_strings(tree);
}

/* One entry of `reg`, /memreserve/ and the like: [base, base + size). */
struct lethe_fdt_range {
	uint64_t base;
	uint64_t size;
};

/* True if a range is wholly inside [base, base + size). */
bool lethe_fdt_range_is_inside(const struct lethe_fdt_range *range, uint64_t base, uint64_t size);

/*
 * Cells of an address, or of a size, of a node's subnodes; negative if out of range. libfdt has the
 * same in a file that brings its editing functions along.
 */
int lethe_fdt_address_cells(struct lethe_fdt tree, int node);
int lethe_fdt_size_cells(struct lethe_fdt tree, int node);

/* The unread rest of a property that is an array of (address, size). */
struct lethe_fdt_ranges {
	const fdt32_t *next; /* null: no property is open */
	int left;            /* bytes */
	int address_cells;
	int size_cells;
	int status; /* reason for the end of the iteration: LETHE_OK at the end of the property */
};

/*
 * Opens a property of a node. The parent states the number of cells of an address and of a size.
 * Return: 0, also if the property is absent
 *         LETHE_E_TREE_CELLS   a number of cells is out of range
 */
int lethe_fdt_ranges_open(struct lethe_fdt_ranges *ranges, struct lethe_fdt tree, int parent,
			  int node, const char *name);

/*
 * Reads the next entry. False if no whole entry is left. Also false if an entry wraps or does not
 * fit 64 bits; then ranges->status is LETHE_E_TREE_CELLS.
 */
bool lethe_fdt_ranges_next(struct lethe_fdt_ranges *ranges, struct lethe_fdt_range *range);

/* The entries of `reg` of a node's subnodes, in order, without disabled subnodes. */
struct lethe_fdt_regs {
	struct lethe_fdt tree;
	int parent;
	int node;         /* the next subnode, or negative */
	int last;         /* no subnode behind this one */
	int current;      /* the last entry's subnode */
	bool memory_only; /* subnodes of device_type memory only, and linux,usable-memory before reg
			   */
	struct lethe_fdt_ranges ranges;
};

/* first: the first of the subnodes; negative if there is none. */
void lethe_fdt_regs_start(struct lethe_fdt_regs *regs, struct lethe_fdt tree, int parent, int first,
			  int last, bool memory_only);

/* As lethe_fdt_ranges_next(); the status is regs->ranges.status. */
bool lethe_fdt_regs_next(struct lethe_fdt_regs *regs, struct lethe_fdt_range *range);

/*
 * fdt_scan.c: walks the whole tree once, for the facts of fdt_read.c. Sets the offsets, psci,
 * cpu_count, has_gic_v3 and has_memory. Return: 0, or LETHE_E_TREE_CELLS if an entry of memory
 * wraps or does not fit 64 bits
 */
int lethe_fdt_scan(struct lethe_fdt tree, struct lethe_fdt_facts *facts);

/*
 * fdt_memory.c: adds the RAM of a tree that was read to *ram: each entry that shares a byte with a
 * wanted range.
 * Return: 0, or LETHE_E_TREE_CELLS if an entry wraps or does not fit 64 bits
 */
int lethe_fdt_memory_collect(const struct lethe_fdt_facts *facts,
			     const struct lethe_range_set *wanted, struct lethe_range_set *ram);

/*
 * fdt_reserved.c: the next entry of /memreserve/ of a sound tree. *offset is 0 before the first.
 * False at the end: Linux and libfdt stop at an entry of size 0. An entry may wrap.
 */
bool lethe_fdt_entry_next(struct lethe_fdt tree, uint32_t *offset, struct lethe_fdt_range *range);

/* True if the last boot's record says that an earlier Lethe made this entry of /memreserve/. */
bool lethe_fdt_entry_is_own(const struct lethe_fdt_facts *facts,
			    const struct lethe_fdt_range *range);

/* The reservations of a sound tree: /memreserve/, then the nodes of /reserved-memory with a reg. */
struct lethe_fdt_reserved {
	struct lethe_fdt tree;
	int parent;      /* offset of /reserved-memory, or negative */
	uint32_t offset; /* of the next entry of /memreserve/ */
	bool is_node;    /* the last reservation is a node's */
	int node;        /* its offset */
	bool is_no_map;  /* it must not be mapped cacheable */
	struct lethe_fdt_regs regs;
};

/* parent: offset of /reserved-memory; negative if absent. */
void lethe_fdt_reserved_start(struct lethe_fdt_reserved *reserved, struct lethe_fdt tree,
			      int parent);

/* As lethe_fdt_ranges_next(); the status is reserved->regs.ranges.status. */
bool lethe_fdt_reserved_next(struct lethe_fdt_reserved *reserved, struct lethe_fdt_range *range);

/* The name of the last reservation's node, or "memreserve". */
const char *lethe_fdt_reserved_name(const struct lethe_fdt_reserved *reserved);

/* True if the two share a byte. Works for an entry of /memreserve/ that wraps, too. */
bool lethe_fdt_reserved_touches(const struct lethe_fdt_range *range, uint64_t base, uint64_t size);

/*
 * The offset of names, several strings with their NULs, in a strings block; the block's size if
 * they do not lie there together.
 */
uint32_t lethe_fdt_find_names(const char *strings, uint32_t size, const char *names,
			      uint32_t names_size);

/*
 * Reads a number of count cells, and moves *cells past the number.
 * Return: 0, or LETHE_E_TREE_CELLS if the number does not fit 64 bits.
 */
int lethe_fdt_get_cells(const fdt32_t **cells, int count, uint64_t *number);

/*
 * The value of a property of one cell. If the property is absent: otherwise. If the length is not
 * 4: UINT32_MAX, which no caller accepts.
 */
uint32_t lethe_fdt_node_u32(struct lethe_fdt tree, int node, const char *name, uint32_t otherwise);

/* True if the property is the wanted string, or a list that begins with this string. */
bool lethe_fdt_node_says(struct lethe_fdt tree, int node, const char *name, const char *wanted);

/* True if `status` is absent, "okay" or "ok". */
bool lethe_fdt_node_is_on(struct lethe_fdt tree, int node);

/* True if a node is compatible with any string of a list (strings_list.h). */
bool lethe_fdt_node_is_any(struct lethe_fdt tree, int node, const char *names);

/*
 * fdt_uart.c: the PA of the registers of node[depth - 1], on the bus node[depth - 2] and so on up to
 * the root, node[0]: the first entry of reg, through every `ranges`. False if a CPU has no such
 * address, or if 4 KiB from there on wrap.
 */
bool lethe_fdt_address(struct lethe_fdt tree, const int *node, int depth, uint64_t *address);

/*
 * fdt_uart.c: describes the UART of node[depth - 1], on the bus node[depth - 2] and so on up to the
 * root, node[0]. True if a CPU can drive the UART: mapped through every `ranges`, of a known kind,
 * and with registers for aligned accesses. Otherwise *uart is undefined.
 */
bool lethe_fdt_uart_describe(struct lethe_fdt tree, const int *node, int depth,
			     struct lethe_uart *uart);

/*
 * fdt_stdout.c: lethe_fdt_stdout() for a sound tree, whose /chosen is at this offset; negative if
 * absent.
 */
void lethe_fdt_stdout_checked(struct lethe_fdt tree, int chosen, struct lethe_uart *uart);

#endif
