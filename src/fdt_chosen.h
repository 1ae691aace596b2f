/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_CHOSEN_H
#define LETHE_FDT_CHOSEN_H

/*
 * What /chosen says, collected property by property during the one pass of fdt_read.c, then judged.
 */

#include <lethe/fdt.h>

#include "fdt_walk.h"

/* The properties that are numbers. */
enum lethe_chosen_number {
	LETHE_CHOSEN_INITRD_START,
	LETHE_CHOSEN_INITRD_END,
	LETHE_CHOSEN_EFI_START,
	LETHE_CHOSEN_EFI_SIZE,
	LETHE_CHOSEN_EFI_DESC_SIZE,
	LETHE_CHOSEN_EFI_DESC_VERSION,
	LETHE_CHOSEN_COUNT,
};

/*
 * What several properties of /chosen say together. Of a property that is there twice the first
 * counts: it is the one that libfdt edits and Linux reads.
 */
struct lethe_chosen {
	unsigned int have; /* bit for each number: it is there, and is one */
	uint64_t number[LETHE_CHOSEN_COUNT];
	const unsigned char *usable; /* linux,usable-memory-range, or null */
	uint32_t usable_length;
};

/*
 * Takes in one property of /chosen: the walk stands at it. facts->bootargs is set; the rest waits
 * in *chosen, zeroed at first. 0 or LETHE_E_TREE_BROKEN.
 */
int lethe_chosen_read(struct lethe_chosen *chosen, const struct lethe_walk *walk,
		      struct lethe_tree_facts *facts, struct lethe_where *where);

/*
 * Makes facts of it all, with the root's numbers of cells. 0, LETHE_E_TREE_BROKEN or
 * LETHE_E_TREE_CELLS.
 */
int lethe_chosen_judge(const struct lethe_chosen *chosen, uint32_t address_cells,
		       uint32_t size_cells, struct lethe_tree_facts *facts,
		       struct lethe_where *where);

#endif
