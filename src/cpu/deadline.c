/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/deadline.h"

#include "cpu/counter.h"

#define STOPPED_READS 1000000U /* a counter of 1 MHz changes once in some hundred reads */
/* Without a rate from firmware: at 19.2 MHz to 1 GHz a wait is 7 times as long to an eighth. */
#define RATE_GUESS    (1U << 27)

void lethe_deadline_begin(struct lethe_deadline *deadline, uint32_t milliseconds)
{
	const uint64_t rate = lethe_counter_rate();

	deadline->start = lethe_counter();
	deadline->ticks = milliseconds * (rate != 0 ? rate : RATE_GUESS) / 1000;
	deadline->last = deadline->start;
	deadline->same = 0;
}

bool lethe_deadline_is_over(struct lethe_deadline *deadline)
{
	const uint64_t now = lethe_counter();

	deadline->same = now == deadline->last ? deadline->same + 1 : 0;
	deadline->last = now;
	return now - deadline->start >= deadline->ticks || deadline->same >= STOPPED_READS;
}
