/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_DEADLINE_H
#define LETHE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* The end of a wait that is bounded whatever firmware did with the counter. */
struct lethe_deadline {
	uint64_t start; /* ticks */
	uint64_t ticks; /* to wait */
	uint64_t last;  /* the counter, at the last look */
	uint32_t same;  /* looks since it changed */
};

/* Begins a wait of so many milliseconds. */
void lethe_deadline_begin(struct lethe_deadline *deadline, uint32_t milliseconds);

/* True if the time is over, or if the counter stands still. */
bool lethe_deadline_is_over(struct lethe_deadline *deadline);

#endif
