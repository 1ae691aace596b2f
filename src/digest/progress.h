/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PROGRESS_H
#define LETHE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes between two reads of the clock. A copied piece that is read again is still in the nearest
 * cache. */
#define LETHE_PROGRESS_PIECE 0x10000ULL

/* The timing of a running digest's progress lines. */
struct lethe_progress {
	uint64_t start;    /* ticks of the counter */
	uint64_t reported; /* ticks of the last line, or start */
};

void lethe_progress_start(struct lethe_progress *progress);

/* True once every half second; *ticks since the start is then not 0. Never true without a counter
 * rate. */
bool lethe_progress_is_due(struct lethe_progress *progress, uint64_t *ticks);

/* The rate in MiB/s. ticks is not 0. */
uint64_t lethe_progress_rate(uint64_t bytes, uint64_t ticks);

#endif
