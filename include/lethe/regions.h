/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_REGIONS_H
#define LETHE_REGIONS_H

/*
 * One digest over several pieces of memory, in order: the contract between kexec-tools and its purgatory
 * (purgatory/sha256_regions there: 16 of them, those that are not used 0 and 0).
 */

#include <stdint.h>

#include <lethe/sha256.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_region {
	uint64_t start; /* address, any alignment */
	uint64_t size;  /* bytes; 0 adds nothing, wherever it is */
};

/*
 * Is the SHA-256 of all regions, one behind the other, this one?
 *
 * found	what it is, when it is known; the caller's
 * index	which region is at fault; written only with LETHE_E_SEGMENT_WRAP
 *
 * Returns 0, LETHE_E_DIGEST, or, before anything is read, LETHE_E_SEGMENT_WRAP: a region whose end is not
 * a number below 2^64. Reads only; any EL; MMU off (then the regions are at the PoC), or on with them mapped.
 */
int lethe_regions_verify(const struct lethe_region *regions, unsigned int count,
			 const uint8_t digest[LETHE_SHA256_SIZE], uint8_t found[LETHE_SHA256_SIZE],
			 unsigned int *index);

#ifdef __cplusplus
}
#endif

#endif
