/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SHA256_BLOCKS_H
#define LETHE_SHA256_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/sha256.h>

/*
 * Adds count whole blocks to the state, which is 8-byte aligned; count is not 0, data has any
 * alignment. dest: null, or the address for a copy of the blocks, not in (data, data + 64 * count).
 * simd: FP/SIMD registers may be used. Firmware links sha256_blocks.c, programs of an operating
 * system link sha256_host.c.
 */
void lethe_sha256_blocks(uint32_t state[8], const void *data, uint64_t count, void *dest,
			 bool simd);

/* lethe_sha256_final() of a message of whole blocks, in fewer bytes of code: the purgatory's. */
void lethe_sha256_final_whole(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE]);

/* sha256_blocks.c chooses between these two. Their contracts stand in the assembly. */
void lethe_sha256_scalar(uint32_t state[8], const void *data, uint64_t count);
bool lethe_sha256_ce(uint32_t state[8], const void *data, uint64_t count, void *dest);

#endif
