/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_CHOSEN_H
#define LETHE_FDT_CHOSEN_H

/*
 * What /chosen says, collected property by property during the one pass of fdt_read.c, then judged.
 */

#include <lethe/fdt.h>

#include "fdt_walk.h"

/*
 * What several properties of /chosen say together. Of a property that is there twice the first
 * counts: it is the one that libfdt edits and Linux reads.
 */
struct lethe_chosen {
	int has_initrd_start;
	int has_initrd_end;
	uint64_t initrd_start;
	uint64_t initrd_end;
	unsigned int efi; /* bits 0 .. 3: which of the four are there and fit */
	uint64_t efi_mmap;
	uint64_t efi_mmap_size;
	uint64_t efi_desc_size;
	uint64_t efi_desc_version;
	const unsigned char *usable;
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
