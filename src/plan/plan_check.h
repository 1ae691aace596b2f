/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLAN_CHECK_H
#define LETHE_PLAN_CHECK_H

/*
 * What the parts of lethe_plan_check() share: plan_check.c, plan_check_segments.c, plan_check_slots.c, and
 * place.c. Each check takes a plan whose counts, size and digest are right, and returns 0 or the first status
 * met. Not public.
 */

#include <lethe/plan.h>
#include <lethe/range.h>

/* align is a power of two. */
static inline bool lethe_is_aligned(uint64_t value, uint64_t align)
{
	return (value & (align - 1)) == 0;
}

static inline bool lethe_is_printable(unsigned char c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* True if the name is printable, not empty, and zero from its end to the end of the field. */
bool lethe_plan_check_name_is_good(const char name[LETHE_NAME_SIZE]);

int lethe_plan_check_windows(const struct lethe_plan *plan, struct lethe_where *where);
int lethe_plan_check_segments(const struct lethe_plan *plan, struct lethe_where *where);

/* True if all of the range is in the windows of a plan that was checked. */
bool lethe_plan_check_windows_cover(const struct lethe_plan *plan, struct lethe_range range);

/* Slots and the strings that they own. Segments were checked before. */
int lethe_plan_check_slots(const struct lethe_plan *plan, struct lethe_where *where);

#endif
