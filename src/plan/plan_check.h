/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLAN_CHECK_H
#define LETHE_PLAN_CHECK_H

/*
 * Shared by the parts of lethe_plan_check(), plan_check*.c, and by place.c. Each check takes a plan
 * with valid counts, size and digest, and returns 0 or the first failed check's status. Not public.
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

/* True if the name is printable and not empty, and the rest of the field is zero. */
bool lethe_plan_check_name_is_good(const char name[LETHE_NAME_SIZE]);

int lethe_plan_check_windows(const struct lethe_plan *plan, struct lethe_where *where);
int lethe_plan_check_segments(const struct lethe_plan *plan, struct lethe_where *where);

/* True if the windows of a checked plan cover the whole range. */
bool lethe_plan_check_windows_cover(const struct lethe_plan *plan, struct lethe_range range);

/* Checks slots and their strings. Segments must be checked before. */
int lethe_plan_check_slots(const struct lethe_plan *plan, struct lethe_where *where);

/* Windows and segments must be checked before. */
int lethe_plan_check_console(const struct lethe_plan *plan, struct lethe_where *where);

#endif
