/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RANGE_SET_H
#define LETHE_RANGE_SET_H

#include <lethe/range.h>

/*
 * A set of bytes, kept as sorted ranges that neither overlap nor touch, in an array of the
 * caller's. Ranges may be added in any order, and join. If the array is too small, the set forgets
 * its highest ranges: known_end says up to which address the set is complete. Pure C, any EL, MMU
 * on or off.
 */
struct lethe_range_set {
	struct lethe_range *ranges;
	unsigned int count;
	unsigned int capacity;
	uint64_t known_end; /* UINT64_MAX: the set is complete */
};

/* An empty set in an array of capacity ranges, at least 1. */
void lethe_range_set_init(struct lethe_range_set *set, struct lethe_range *ranges,
			  unsigned int capacity);

/* Adds a range. Costs at most a move of the whole array. */
void lethe_range_set_add(struct lethe_range_set *set, struct lethe_range range);

/* True if every byte of the range is known to be in the set. True for an empty range. */
bool lethe_range_set_contains(const struct lethe_range_set *set, struct lethe_range range);

/* True if a byte of the range is in the set, or may be: the set is unknown from known_end on. */
bool lethe_range_set_overlaps(const struct lethe_range_set *set, struct lethe_range range);

/*
 * For a search with a small array: moves rest->start over the bytes that the set has. True if the
 * set forgot ranges, so that another search, for the rest, may find more.
 */
bool lethe_range_set_advance(const struct lethe_range_set *set, struct lethe_range *rest);
#define LETHE_RANGE_SEARCHES                                                                       \
	64U                    /* more than sound firmware needs, and a bound for garbled tables */
#define LETHE_RANGE_PIECES 16U /* the array of such a search */

#endif
