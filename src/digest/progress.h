/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PROGRESS_H
#define LETHE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes between two looks at the clock. What is copied and then read again is still in the nearest cache. */
#define LETHE_PROGRESS_PIECE 0x10000ULL

/* Of a digest that is under way: when to print how far it is. */
struct lethe_progress {
	uint64_t start;    /* ticks of the counter */
	uint64_t reported; /* ticks of the last line, or start */
};

void lethe_progress_start(struct lethe_progress *progress);

/* True once in half a second; *ticks since the start are then not 0. Never true without a counter rate. */
bool lethe_progress_is_due(struct lethe_progress *progress, uint64_t *ticks);

/* ticks is not 0. */
uint64_t lethe_progress_rate(uint64_t bytes, uint64_t ticks);

#endif
