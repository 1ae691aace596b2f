/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256, FIPS 180-4: the padding, the partial block, and the division of a message into blocks.
 * The block functions are in sha256_scalar.S and sha256_ce.S, for a host in sha256_host.c.
 */
#include <lethe/sha256.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "digest/sha256_blocks.h"

/* 1 in the blob, which owns all registers: lethe_sha256_init() may then use FP/SIMD registers. */
#ifndef LETHE_SHA256_SIMD
#define LETHE_SHA256_SIMD 0
#endif

/* The assembly loads state and block by 8 bytes. */
_Static_assert(offsetof(struct lethe_sha256, state) % 8 == 0, "sha256_scalar.S, sha256_ce.S");
_Static_assert(offsetof(struct lethe_sha256, block) % 8 == 0, "sha256_scalar.S, sha256_ce.S");
_Static_assert(_Alignof(struct lethe_sha256) == 8, "sha256_scalar.S, sha256_ce.S");

static void begin(struct lethe_sha256 *sha, bool simd)
{
	/* FIPS 180-4, section 5.3.3 */
	sha->state[0] = 0x6a09e667;
	sha->state[1] = 0xbb67ae85;
	sha->state[2] = 0x3c6ef372;
	sha->state[3] = 0xa54ff53a;
	sha->state[4] = 0x510e527f;
	sha->state[5] = 0x9b05688c;
	sha->state[6] = 0x1f83d9ab;
	sha->state[7] = 0x5be0cd19;
	sha->bytes = 0;
	sha->simd = simd;
}

void lethe_sha256_init(struct lethe_sha256 *sha)
{
	begin(sha, LETHE_SHA256_SIMD);
}

void lethe_sha256_init_simd(struct lethe_sha256 *sha)
{
	begin(sha, true);
}

/* The compiler need not ask where the answer is always the same. */
static bool may_use_simd(const struct lethe_sha256 *sha)
{
	return LETHE_SHA256_SIMD || sha->simd;
}

static void add_block(struct lethe_sha256 *sha)
{
	lethe_sha256_blocks(sha->state, sha->block, 1, NULL, may_use_simd(sha));
}

/* Adds bytes to the partial block. Also copies the bytes to dest unless dest is null. */
static void fill_block(struct lethe_sha256 *sha, uint8_t *dest, const uint8_t *bytes, uint64_t size)
{
	uint8_t *pending = sha->block + sha->bytes % LETHE_SHA256_BLOCK;

	memcpy(pending, bytes, size);
	if (dest != NULL) {
		memcpy(dest, pending, size);
	}
	sha->bytes += size;
}

void lethe_sha256_copy(struct lethe_sha256 *sha, void *dest, const void *source, uint64_t size)
{
	const uint8_t *bytes = source;
	uint8_t *copy = dest;
	const uint64_t missing = -sha->bytes % LETHE_SHA256_BLOCK;
	const uint64_t first = size < missing ? size : missing;
	const uint64_t whole = (size - first) & -(uint64_t)LETHE_SHA256_BLOCK;

	if (first != 0) {
		fill_block(sha, copy, bytes, first);
		if (first == missing) {
			add_block(sha);
		}
	}
	bytes += first;
	copy = copy != NULL ? copy + first : NULL;
	if (whole != 0) {
		lethe_sha256_blocks(sha->state, bytes, whole / LETHE_SHA256_BLOCK, copy,
				    may_use_simd(sha));
		sha->bytes += whole;
	}
	bytes += whole;
	copy = copy != NULL ? copy + whole : NULL;
	if (size != first + whole) {
		fill_block(sha, copy, bytes, size - first - whole);
	}
}

void lethe_sha256_update(struct lethe_sha256 *sha, const void *data, uint64_t size)
{
	lethe_sha256_copy(sha, NULL, data, size);
}

static void store_big_endian(uint8_t *bytes, uint32_t word)
{
	bytes[0] = (uint8_t)(word >> 24);
	bytes[1] = (uint8_t)(word >> 16);
	bytes[2] = (uint8_t)(word >> 8);
	bytes[3] = (uint8_t)word;
}

/* bytes: the message's, of which only those of the partial block count. */
static void pad(struct lethe_sha256 *sha, uint64_t bytes, uint8_t digest[LETHE_SHA256_SIZE])
{
	uint64_t bits = sha->bytes * 8;
	uint64_t pending = bytes % LETHE_SHA256_BLOCK;

	/* Section 5.1.1: a 1 bit, zeros, and the length in the last eight bytes of a block. */
	sha->block[pending++] = 0x80;
	if (pending > LETHE_SHA256_BLOCK - 8) {
		memset(sha->block + pending, 0, LETHE_SHA256_BLOCK - pending);
		add_block(sha);
		pending = 0;
	}
	memset(sha->block + pending, 0, LETHE_SHA256_BLOCK - 8 - pending);
	store_big_endian(sha->block + LETHE_SHA256_BLOCK - 8, (uint32_t)(bits >> 32));
	store_big_endian(sha->block + LETHE_SHA256_BLOCK - 4, (uint32_t)bits);
	add_block(sha);

	for (unsigned int i = 0; i < 8; i++) {
		store_big_endian(digest + 4 * i, sha->state[i]);
	}
}

void lethe_sha256_final(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE])
{
	pad(sha, sha->bytes, digest);
}

void lethe_sha256_final_whole(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE])
{
	pad(sha, 0, digest);
}
