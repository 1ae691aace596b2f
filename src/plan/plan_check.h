/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLAN_CHECK_H
#define LETHE_PLAN_CHECK_H

/*
 * What the parts of lethe_plan_check() share: plan.c, plan_entries.c, plan_slots.c (and place.c).
 * Each check takes a plan whose counts, size and digest were judged, and returns 0 or the first
 * status met. Not public.
 */

#include <lethe/plan.h>

/* Does [base, base + size) reach past 2^64 - 1? Its exclusive end must be a number, too. */
static inline int lethe_range_wraps(uint64_t base, uint64_t size)
{
	return size > UINT64_MAX - base;
}

static inline int lethe_is_aligned(uint64_t value, uint64_t align)
{
	return (value & (align - 1)) == 0;
}

static inline int lethe_is_printable(unsigned char c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* Printable, not empty, zero from its end to the end of the field? */
int lethe_plan_name_good(const char name[LETHE_NAME_SIZE]);

int lethe_plan_check_windows(const struct lethe_plan *plan, struct lethe_where *where);
int lethe_plan_check_segments(const struct lethe_plan *plan, struct lethe_where *where);

/* Is all of [base, base + size), which does not wrap, in the windows of a plan that was judged? */
int lethe_windows_cover(const struct lethe_plan *plan, uint64_t base, uint64_t size);

/* Slots and the strings they own. Segments were judged before. */
int lethe_plan_check_slots(const struct lethe_plan *plan, struct lethe_where *where);

#endif
