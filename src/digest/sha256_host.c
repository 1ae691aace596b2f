/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of whole blocks in C, for programs of an operating system: the host command and the
 * tests. Firmware has sha256_scalar.S and sha256_ce.S instead.
 */
#include "digest/sha256_blocks.h"

#include <string.h>

static inline uint32_t rotate_right(uint32_t word, unsigned int count)
{
	return (word >> count) | (word << (32 - count));
}

/* FIPS 180-4, section 4.2.2 */
static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* FIPS 180-4, section 4.1.2 */
static inline uint32_t bsig0(uint32_t x)
{
	return rotate_right(x, 2) ^ rotate_right(x, 13) ^ rotate_right(x, 22);
}

static inline uint32_t bsig1(uint32_t x)
{
	return rotate_right(x, 6) ^ rotate_right(x, 11) ^ rotate_right(x, 25);
}

static inline uint32_t ssig0(uint32_t x)
{
	return rotate_right(x, 7) ^ rotate_right(x, 18) ^ (x >> 3);
}

static inline uint32_t ssig1(uint32_t x)
{
	return rotate_right(x, 17) ^ rotate_right(x, 19) ^ (x >> 10);
}

static inline uint32_t ch(uint32_t x, uint32_t y, uint32_t z)
{
	return z ^ (x & (y ^ z));
}

/* Big-endian in the message, at any address. */
static inline uint32_t load_word(const uint8_t *bytes)
{
	return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) |
	       bytes[3];
}

/*
 * One round: the new values are in d and h, and the caller renames the variables instead of moving
 * values. The majority of a, b and c is b unless both neighbours differ from b; a ^ b is the b ^ c
 * of the next round.
 */
#define ROUND(a, b, c, d, e, f, g, h, word, constant)                                              \
	do {                                                                                       \
		h += bsig1(e) + ch(e, f, g) + (constant) + (word);                                 \
		d += h;                                                                            \
		ab = a ^ b;                                                                        \
		h += bsig0(a) + ((ab & bc) ^ b);                                                   \
		bc = ab;                                                                           \
	} while (0)

#define EIGHT(i)                                                                                   \
	do {                                                                                       \
		ROUND(a, b, c, d, e, f, g, h, w[(i) + 0], k[(i) + 0]);                             \
		ROUND(h, a, b, c, d, e, f, g, w[(i) + 1], k[(i) + 1]);                             \
		ROUND(g, h, a, b, c, d, e, f, w[(i) + 2], k[(i) + 2]);                             \
		ROUND(f, g, h, a, b, c, d, e, w[(i) + 3], k[(i) + 3]);                             \
		ROUND(e, f, g, h, a, b, c, d, w[(i) + 4], k[(i) + 4]);                             \
		ROUND(d, e, f, g, h, a, b, c, w[(i) + 5], k[(i) + 5]);                             \
		ROUND(c, d, e, f, g, h, a, b, w[(i) + 6], k[(i) + 6]);                             \
		ROUND(b, c, d, e, f, g, h, a, w[(i) + 7], k[(i) + 7]);                             \
	} while (0)

/* The word sixteen rounds later replaces word i. */
#define NEXT(i)                                                                                    \
	(w[(i)&15] += ssig1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + ssig0(w[((i) + 1) & 15]))
#define NEXT_FOUR(i)                                                                               \
	do {                                                                                       \
		NEXT(i);                                                                           \
		NEXT((i) + 1);                                                                     \
		NEXT((i) + 2);                                                                     \
		NEXT((i) + 3);                                                                     \
	} while (0)

#define LOAD_FOUR(i)                                                                               \
	do {                                                                                       \
		w[(i) + 0] = load_word(data + 4 * (i) + 0);                                        \
		w[(i) + 1] = load_word(data + 4 * (i) + 4);                                        \
		w[(i) + 2] = load_word(data + 4 * (i) + 8);                                        \
		w[(i) + 3] = load_word(data + 4 * (i) + 12);                                       \
	} while (0)

/* All indices of w are constants, so that most of w is in registers. */
static void compress(uint32_t state[8], const uint8_t *data)
{
	uint32_t w[16];
	uint32_t a = state[0];
	uint32_t b = state[1];
	uint32_t c = state[2];
	uint32_t d = state[3];
	uint32_t e = state[4];
	uint32_t f = state[5];
	uint32_t g = state[6];
	uint32_t h = state[7];
	uint32_t bc = b ^ c;
	uint32_t ab;
	const uint32_t *k;

	LOAD_FOUR(0);
	LOAD_FOUR(4);
	LOAD_FOUR(8);
	LOAD_FOUR(12);
	for (k = constants;; k += 16) {
		EIGHT(0);
		EIGHT(8);
		if (k == constants + 48) {
			break;
		}
		NEXT_FOUR(0);
		NEXT_FOUR(4);
		NEXT_FOUR(8);
		NEXT_FOUR(12);
	}

	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void lethe_sha256_blocks(uint32_t state[8], const void *data, uint64_t count, void *dest, bool simd)
{
	const uint8_t *bytes = data;

	(void)simd;
	if (dest != NULL) {
		memmove(dest, data, count * 64);
		bytes = dest;
	}
	for (; count != 0; count--, bytes += 64) {
		compress(state, bytes);
	}
}
