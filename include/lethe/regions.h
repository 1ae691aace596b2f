/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_REGIONS_H
#define LETHE_REGIONS_H

/*
 * One digest over several pieces of memory, in order: the contract between kexec-tools and its purgatory
 * (sha256_regions in its purgatory: 16 regions, unused regions 0 and 0).
 */

#include <stdint.h>

#include <lethe/sha256.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_region {
	uint64_t start; /* address, any alignment */
	uint64_t size;  /* bytes; if 0, the region and its address do not count */
};

/*
 * Compares the SHA-256 of all regions, in order, with digest.
 *
 * found	the computed digest, written unless LETHE_E_SEGMENT_WRAP is returned; the caller's
 * index	the region at fault, written only with LETHE_E_SEGMENT_WRAP
 *
 * Returns 0; LETHE_E_DIGEST; or, before any region is read, LETHE_E_SEGMENT_WRAP if the end of a region
 * does not fit 64 bits. Reads only; any EL; MMU off with the regions at the PoC, or on with the regions mapped.
 */
int lethe_regions_verify(const struct lethe_region *regions, unsigned int count,
			 const uint8_t digest[LETHE_SHA256_SIZE], uint8_t found[LETHE_SHA256_SIZE],
			 unsigned int *index);

#ifdef __cplusplus
}
#endif

#endif
