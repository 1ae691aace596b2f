/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest/progress.h"

#include "cpu/counter.h"

void lethe_progress_start(struct lethe_progress *progress)
{
	progress->start = lethe_counter();
	progress->reported = progress->start;
}

bool lethe_progress_is_due(struct lethe_progress *progress, uint64_t *ticks)
{
	const uint64_t half_a_second = lethe_counter_rate() / 2;
	const uint64_t now = lethe_counter();

	if (half_a_second == 0 || now - progress->reported <= half_a_second) {
		return false;
	}
	progress->reported = now;
	*ticks = now - progress->start;
	return true;
}

uint64_t lethe_progress_rate(uint64_t bytes, uint64_t ticks)
{
	/* Because the division is first, the product stays below 2^64 up to 16 TiB with a counter
	 * of 1 GHz. */
	return (bytes >> 10) * lethe_counter_rate() / ticks >> 10;
}
