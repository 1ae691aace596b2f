/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PLACE_CARRY_H
#define TEST_PLACE_CARRY_H

/*
 * Executes moves, on cells that record the owner of their bytes, and tries every order. The
 * reference for lethe_place()'s orders, without a comparison of addresses.
 */

#include <stdint.h>

#define CARRY_CELLS 16384U
#define CARRY_PARTS 8U

/* In cells. */
struct carry_part {
	uint64_t source;
	uint64_t dest;
	uint64_t file;
	uint64_t memory;
	int is_listed; /* has no source, so it blocks no other part */
	int is_own;    /* moves; else only its source matters */
};

struct carry_range {
	uint64_t start;
	uint64_t end;
};

/*
 * Moves parts in this order, each by memmove() and then a memset() of its tail. Ends when a move
 * destroys bytes still needed, or bytes that have arrived. Returns the number of good moves.
 */
unsigned int carry_moves(const struct carry_part parts[CARRY_PARTS], const uint8_t *order,
			 unsigned int count);

/* The same, then the tree: true if all parts arrive, and all protected bytes are unchanged. */
int carry_arrives(const struct carry_part parts[CARRY_PARTS], const uint8_t *order,
		  unsigned int count, struct carry_range tree, const struct carry_range kept[2]);

/*
 * Tries every order of the own parts, in dictionary order. Returns 1, with the first good order in
 * order; or 0, with the lowest part that no start of any order can move in *stuck.
 */
int carry_first_order(const struct carry_part parts[CARRY_PARTS], uint8_t order[CARRY_PARTS],
		      unsigned int *stuck);

#endif
