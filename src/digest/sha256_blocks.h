/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SHA256_BLOCKS_H
#define LETHE_SHA256_BLOCKS_H

#include <stdint.h>

/*
 * Takes count whole blocks into the state, which is 8-byte aligned; count is not 0, data has any
 * alignment. dest: null, or where they are copied; it does not lie above data within them. simd: FP/SIMD
 * registers may be used. The one that is linked: sha256_blocks.c in firmware, sha256_host.c in programs
 * of an operating system.
 */
void lethe_sha256_blocks(uint32_t state[8], const void *data, uint64_t count, void *dest, int simd);

/* Between which sha256_blocks.c chooses. Their contracts stand in the assembly. */
void lethe_sha256_scalar(uint32_t state[8], const void *data, uint64_t count);
int lethe_sha256_ce(uint32_t state[8], const void *data, uint64_t count, void *dest);

#endif
