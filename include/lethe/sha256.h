/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SHA256_H
#define LETHE_SHA256_H

/*
 * SHA-256 (FIPS 180-4). The caller owns the context; it holds no pointer, needs no destructor and may
 * be copied at any time to fork a running digest. All functions: any EL, MMU on or off; only
 * naturally aligned accesses.
 */

#include <stddef.h>
#include <stdint.h>

#define LETHE_SHA256_SIZE	32U
#define LETHE_SHA256_BLOCK	64U

struct lethe_sha256 {
	uint32_t state[8];
	uint64_t bytes;				/* message length so far */
	uint8_t block[LETHE_SHA256_BLOCK];	/* the first bytes % 64 are pending */
};

void lethe_sha256_init(struct lethe_sha256 *sha);

/* Takes in size bytes (0 is allowed, data may then be null), any alignment. */
void lethe_sha256_update(struct lethe_sha256 *sha, const void *data, uint64_t size);

/* Writes the digest. The context is used up: init it before it is used again. */
void lethe_sha256_final(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE]);

#endif
