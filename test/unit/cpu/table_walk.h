/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_TABLE_WALK_H
#define TEST_TABLE_WALK_H

#include <stddef.h>
#include <stdint.h>

/*
 * A translation table walker after the Arm ARM (DDI 0487, D8: VMSAv8-64 stage 1, 4 KiB granule,
 * 48-bit input and output addresses). It checks the tables of the code under test, and shares
 * neither constants nor code with it.
 */
struct table_walk {
	/* The tables to walk. */
	const uint64_t *root;
	const uint64_t *pool; /* every table must be a page of these */
	size_t pool_pages;
	int has_el0; /* the regime is EL1&0 or EL2&0 */
	/* The result: one descriptor decides [start, start + span). */
	uint64_t start, span;
	int mapped;
	uint64_t output; /* address for start */
	unsigned int attr_index, shareability;
	int read, write, execute; /* at EL1 or EL2 */
	int el0;                  /* EL0 has some access */
};

/* Null, or the fault in the tables on the way to va. */
const char *table_walk(struct table_walk *walk, uint64_t va);

#endif
