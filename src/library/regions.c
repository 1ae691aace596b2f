/* SPDX-License-Identifier: BSD-2-Clause */
#include <lethe/regions.h>

#include <string.h>

#include <lethe/status.h>

int lethe_regions_verify(const struct lethe_region *regions, unsigned int count,
			 const uint8_t digest[LETHE_SHA256_SIZE], uint8_t found[LETHE_SHA256_SIZE],
			 unsigned int *index)
{
	struct lethe_sha256 sha;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (regions[i].size > UINT64_MAX - regions[i].start) {
			*index = i;
			return LETHE_E_SEGMENT_WRAP;
		}
	}
	lethe_sha256_init(&sha);
	for (i = 0; i < count; i++) {
		lethe_sha256_update(&sha, (const void *)(uintptr_t)regions[i].start,
				    regions[i].size);
	}
	lethe_sha256_final(&sha, found);
	return memcmp(found, digest, LETHE_SHA256_SIZE) == 0 ? LETHE_OK : LETHE_E_DIGEST;
}
