/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RANGE_H
#define LETHE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes [start, end) of the physical address space; empty if the two are equal. end is at most 2^64 - 1. */
struct lethe_range {
	uint64_t start;
	uint64_t end;
};

/* True if the end of [base, base + size) does not fit 64 bits: such a range cannot be made. */
static inline bool lethe_range_wraps(uint64_t base, uint64_t size)
{
	return size > UINT64_MAX - base;
}

/* [base, base + size), which does not wrap. */
static inline struct lethe_range lethe_range_of(uint64_t base, uint64_t size)
{
	const struct lethe_range range = {base, base + size}; /* C++ has no compound literals */

	return range;
}

static inline uint64_t lethe_range_size(struct lethe_range range)
{
	return range.end - range.start;
}

/* True if the two share a byte. An empty range shares none. */
static inline bool lethe_range_overlaps(struct lethe_range a, struct lethe_range b)
{
	return (a.start > b.start ? a.start : b.start) < (a.end < b.end ? a.end : b.end);
}

/* True if no byte of inner is outside outer. */
static inline bool lethe_range_contains(struct lethe_range outer, struct lethe_range inner)
{
	return outer.start <= inner.start && inner.end <= outer.end;
}

#endif
