/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_COPY_H
#define LETHE_COPY_H

#include <stdint.h>
#include <string.h>

#define LETHE_COPY_TURN 256ULL /* bytes that copy.S copies at a time */

/* copy.S: dest and source are multiples of 16, size is one of LETHE_COPY_TURN and not 0. */
void lethe_copy_turns(uint64_t dest, uint64_t source, uint64_t size);

/* Copies to memory that does not overlap the source. Any alignment. */
static inline void lethe_copy(uint64_t dest, uint64_t source, uint64_t size)
{
	const uint64_t turns = (dest | source) % 16 == 0 ? size & -LETHE_COPY_TURN : 0;

	if (turns != 0) {
		lethe_copy_turns(dest, source, turns);
	}
	if (size != turns) {
		memcpy((void *)(dest + turns), (const void *)(source + turns), size - turns);
	}
}

#endif
