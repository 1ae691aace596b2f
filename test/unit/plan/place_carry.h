/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PLACE_CARRY_H
#define TEST_PLACE_CARRY_H

/*
 * Moves carried out, on memory as cells that know whose bytes they hold; and every order tried.
 * What lethe_place() says about orders is judged by this, which compares no address with another.
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
	int is_listed; /* it is in nobody's way before it moves: there is no source */
	int is_own;    /* it moves; else its source is only needed */
};

struct carry_range {
	uint64_t start;
	uint64_t end;
};

/*
 * Moves parts in this order, each as memmove() does and then its tail as memset() does, until one
 * has destroyed what is still needed, or what has arrived. Returns how many moves went well.
 */
unsigned int carry_moves(const struct carry_part parts[CARRY_PARTS], const uint8_t *order,
			 unsigned int count);

/* The same, then the tree: does everything arrive, and is what must not be touched as it was? */
int carry_arrives(const struct carry_part parts[CARRY_PARTS], const uint8_t *order,
		  unsigned int count, struct carry_range tree, const struct carry_range kept[2]);

/*
 * Tries every order of the own parts, as a dictionary lists them. 1, and the first of them that
 * goes well is in order; or 0, and the lowest part that no beginning of any order can move is in
 * *stuck.
 */
int carry_first_order(const struct carry_part parts[CARRY_PARTS], uint8_t order[CARRY_PARTS],
		      unsigned int *stuck);

#endif
