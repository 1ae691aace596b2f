/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_TABLE_WALK_H
#define TEST_TABLE_WALK_H

#include <stddef.h>
#include <stdint.h>

/*
 * A translation table walker as the Arm ARM has it (DDI 0487, D8: VMSAv8-64 stage 1, 4 KiB granule,
 * 48-bit input and output addresses), to judge tables that others have written. Shares nothing with
 * them: neither constants nor code.
 */
struct table_walk {
	/* What is walked. */
	const uint64_t *root;
	const uint64_t *pool; /* every table must be a page of these */
	size_t pool_pages;
	int has_el0; /* the regime is EL1&0 or EL2&0 */
	/* What came out: [start, start + span) is what one descriptor decides. */
	uint64_t start, span;
	int mapped;
	uint64_t output; /* address for start */
	unsigned int attr_index, shareability;
	int read, write, execute; /* at EL1 or EL2 */
	int el0;                  /* EL0 may do something, whatever it is */
};

/* Null, or what is wrong with the tables on the way to va. */
const char *table_walk(struct table_walk *walk, uint64_t va);

#endif
