/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 5: did it arrive whole? */
#include <string.h>

#include <lethe/sha256.h>

#include "road.h"
#include "time.h"

int lethe_verify_segment(struct lethe_road *road, unsigned int index)
{
	const struct lethe_segment *segment = &lethe_plan_segments(road->plan)[index];
	uint64_t start = lethe_ticks();
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, (const void *)road->placement.segment[index].dest,
			    segment->file_size);
	lethe_sha256_final(&sha, road->found);
	road->verify_ticks[index] = lethe_ticks() - start;
	if (memcmp(road->found, segment->digest, LETHE_DIGEST_SIZE) != 0) {
		return LETHE_E_DIGEST;
	}
	road->verified[index] = 1;
	return LETHE_OK;
}
