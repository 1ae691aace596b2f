/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_GET_H
#define LETHE_FDT_GET_H

/*
 * What the fdt_*.c files and record.c share beside libfdt. A tree is checked whole, once, before
 * any of its words is believed; everything else here is for trees that passed.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libfdt.h>

#include <lethe/fdt.h>

/*
 * fdt_check.c: are the header, the reservations and every tag of a tree in order? 0 and the size of
 * its structure block, what lethe_fdt_probe() returns, or LETHE_E_TREE_BROKEN. libfdt checks only
 * what it comes across, and its fdt_next_tag() lets lengths pass that wrap around.
 */
int lethe_fdt_check(const void *tree, uint32_t *structure_size, struct lethe_where *where);

/* One entry of `reg`, /memreserve/ and the like: [base, base + size). */
struct lethe_fdt_range {
	uint64_t base;
	uint64_t size;
};

/* Is a range wholly inside [base, base + size)? */
int lethe_range_inside(const struct lethe_fdt_range *range, uint64_t base, uint64_t size);

/* What is left of a property that is an array of (address, size). */
struct lethe_fdt_ranges {
	const fdt32_t *next; /* null: nothing is open */
	int left;            /* bytes */
	int address_cells;
	int size_cells;
};

/*
 * Opens a property of a node, with the numbers of cells that its parent says. 0, also when it is
 * absent, or LETHE_E_TREE_CELLS when those are out of range.
 */
int lethe_fdt_ranges_open(struct lethe_fdt_ranges *ranges, const void *tree, int parent, int node,
		      const char *name);

/*
 * 1 and the next entry, 0 when there are no more whole ones, LETHE_E_TREE_CELLS when 64 bits do not
 * hold it or it wraps.
 */
int lethe_fdt_ranges_next(struct lethe_fdt_ranges *ranges, struct lethe_fdt_range *range);

/* The entries of `reg` of a node's subnodes, one after the other; of those that are on. */
struct lethe_fdt_regs {
	const void *tree;
	int parent;
	int node;
	int memory; /* of device_type memory only */
	struct lethe_fdt_ranges ranges;
};

void lethe_fdt_regs_start(struct lethe_fdt_regs *regs, const void *tree, int parent, int memory);

/* As lethe_fdt_ranges_next(). */
int lethe_fdt_regs_next(struct lethe_fdt_regs *regs, struct lethe_fdt_range *range);

/*
 * Takes a number of so many cells, and moves *cells behind it. 0, or LETHE_E_TREE_CELLS when 64
 * bits do not hold it.
 */
int lethe_fdt_read_cells(const fdt32_t **cells, int count, uint64_t *number);

/* A one-cell property; otherwise when it is absent; UINT32_MAX, which no one accepts, when its
 * length is not 4. */
uint32_t lethe_fdt_node_u32(const void *tree, int node, const char *name, uint32_t otherwise);

/* Is a property this string? The first, when it is a list. */
int lethe_fdt_node_says(const void *tree, int node, const char *name, const char *wanted);

/* `status`: absent, "okay" or "ok". */
int lethe_fdt_node_is_on(const void *tree, int node);

/*
 * Is a node compatible with any of names? Those are strings one behind the other, each with its
 * zero, and an empty one at the end: a table of pointers would need relocating.
 */
int lethe_fdt_node_is_any(const void *tree, int node, const char *names);

/*
 * fdt_uart.c: what the UART is that node[depth - 1] describes, on the bus node[depth - 2] and so on
 * up to the root, node[0]. True when a CPU can drive it: mapped through every `ranges`, of a known
 * kind, and with registers that take aligned accesses. Otherwise *uart is of no use.
 */
bool lethe_fdt_uart_describe(const void *tree, const int *node, int depth, struct lethe_uart *uart);

/* record.c: takes every old record out of an open tree's /chosen. 0, or libfdt's error. */
int lethe_record_remove(void *tree, int chosen);

/* A status from what an edit returned. */
int lethe_fdt_status(int error);

#endif
