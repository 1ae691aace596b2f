/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the plan's windows, which are ranges of RAM. */
#include "plan/plan_check.h"

#define KIB_4 0x1000ULL

int lethe_plan_check_windows(const struct lethe_plan *plan, struct lethe_where *where)
{
	const struct lethe_window *windows = lethe_plan_windows(plan);
	uint64_t last_end = 0; /* end of the previous window */

	for (uint32_t i = 0; i < plan->window_count; i++) {
		const uint64_t base = windows[i].base;
		const uint64_t size = windows[i].size;

		if (size == 0 || !lethe_is_aligned(base | size, KIB_4) ||
		    lethe_range_wraps(base, size) || base < last_end) {
			return lethe_error_at(where, LETHE_E_WINDOW, LETHE_WHAT_WINDOW, i, 0, base);
		}
		last_end = base + size;
	}
	return LETHE_OK;
}

bool lethe_plan_check_windows_cover(const struct lethe_plan *plan, struct lethe_range range)
{
	const struct lethe_window *windows = lethe_plan_windows(plan);
	uint64_t covered = range.start; /* end of the covered part */
	unsigned int i;

	/* Windows ascend without overlaps (lethe_plan_check()), so a single pass is enough. */
	for (i = 0; i < plan->window_count && covered < range.end; i++) {
		if (windows[i].base <= covered && covered - windows[i].base < windows[i].size) {
			covered = windows[i].base + windows[i].size;
		}
	}
	return covered >= range.end;
}
