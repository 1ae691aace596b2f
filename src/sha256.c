/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256, FIPS 180-4. Written for a machine whose MMU is off, where each data access goes to
 * Device memory and costs more than a round: the sixteen live words of the schedule and the eight
 * working variables are locals that a compiler can keep in registers, the round constants come two
 * to a read, and a word of the message is loaded once. Unrolled sixteen rounds deep and no deeper: the
 * blob has a budget.
 */

#include <lethe/sha256.h>

#include <string.h>

static inline uint32_t rotate_right(uint32_t word, unsigned int count)
{
	return (word >> count) | (word << (32 - count));
}

/* FIPS 180-4, section 4.2.2. Read two at a time: each read is a Device access. */
static const union {
	uint32_t words[64];
	uint64_t pairs[32];
} constants = {{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}};

/* FIPS 180-4, section 4.1.2 */
static inline uint32_t big_sigma0(uint32_t x)
{
	return rotate_right(x, 2) ^ rotate_right(x, 13) ^ rotate_right(x, 22);
}

static inline uint32_t big_sigma1(uint32_t x)
{
	return rotate_right(x, 6) ^ rotate_right(x, 11) ^ rotate_right(x, 25);
}

static inline uint32_t small_sigma0(uint32_t x)
{
	return rotate_right(x, 7) ^ rotate_right(x, 18) ^ (x >> 3);
}

static inline uint32_t small_sigma1(uint32_t x)
{
	return rotate_right(x, 17) ^ rotate_right(x, 19) ^ (x >> 10);
}

static inline uint32_t choose(uint32_t x, uint32_t y, uint32_t z)
{
	return z ^ (x & (y ^ z));
}

/*
 * Word i of a block, big-endian in the message. Volatile promises exactly one load of each
 * location: neither split nor repeated, whatever the optimiser thinks is cheap.
 */
static inline uint32_t load_word(const uint8_t *data, unsigned int i, int aligned)
{
	const volatile uint8_t *bytes = data + 4 * i;

	if (aligned) {
		return __builtin_bswap32(*(const volatile uint32_t *)bytes);
	}
	return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) |
	       bytes[3];
}

/*
 * One round: new values land in d and h, and the caller renames the variables instead of moving
 * them. The majority of a, b and c is b unless both neighbours differ from it; a ^ b is the b ^ c
 * of the next round.
 */
#define ROUND(a, b, c, d, e, f, g, h, word, constant)                                              \
	do {                                                                                       \
		h += big_sigma1(e) + choose(e, f, g) + (constant) + (word);                        \
		d += h;                                                                            \
		ab = a ^ b;                                                                        \
		h += big_sigma0(a) + ((ab & bc) ^ b);                                              \
		bc = ab;                                                                           \
	} while (0)

/* Two rounds with one read of the constants; little-endian, so the first is the low half. */
#define PAIR(a, b, c, d, e, f, g, h, i)                                                            \
	do {                                                                                       \
		uint64_t k = pairs[(i) / 2];                                                       \
		ROUND(a, b, c, d, e, f, g, h, w[i], (uint32_t)k);                                  \
		ROUND(h, a, b, c, d, e, f, g, w[(i) + 1], (uint32_t)(k >> 32));                    \
	} while (0)

#define EIGHT(i)                                                                                   \
	do {                                                                                       \
		PAIR(a, b, c, d, e, f, g, h, i);                                                   \
		PAIR(g, h, a, b, c, d, e, f, (i) + 2);                                             \
		PAIR(e, f, g, h, a, b, c, d, (i) + 4);                                             \
		PAIR(c, d, e, f, g, h, a, b, (i) + 6);                                             \
	} while (0)

/* The word sixteen rounds on takes the place of word i. */
#define NEXT(i)                                                                                    \
	(w[(i)&15] +=                                                                              \
	 small_sigma1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + small_sigma0(w[((i) + 1) & 15]))
#define NEXT_FOUR(i)                                                                               \
	do {                                                                                       \
		NEXT(i);                                                                           \
		NEXT((i) + 1);                                                                     \
		NEXT((i) + 2);                                                                     \
		NEXT((i) + 3);                                                                     \
	} while (0)

#define LOAD_FOUR(i, aligned)                                                                      \
	do {                                                                                       \
		w[(i) + 0] = load_word(data, (i) + 0, aligned);                                    \
		w[(i) + 1] = load_word(data, (i) + 1, aligned);                                    \
		w[(i) + 2] = load_word(data, (i) + 2, aligned);                                    \
		w[(i) + 3] = load_word(data, (i) + 3, aligned);                                    \
	} while (0)

/* Indices of w are constants throughout: that is what lets w live in registers. */
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
	const uint64_t *pairs;

	if (((uintptr_t)data & 3) == 0) {
		LOAD_FOUR(0, 1);
		LOAD_FOUR(4, 1);
		LOAD_FOUR(8, 1);
		LOAD_FOUR(12, 1);
	} else {
		LOAD_FOUR(0, 0);
		LOAD_FOUR(4, 0);
		LOAD_FOUR(8, 0);
		LOAD_FOUR(12, 0);
	}

	for (pairs = constants.pairs;; pairs += 8) {
		EIGHT(0);
		EIGHT(8);
		if (pairs == constants.pairs + 24) {
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

void lethe_sha256_init(struct lethe_sha256 *sha)
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
}

void lethe_sha256_update(struct lethe_sha256 *sha, const void *data, uint64_t size)
{
	const uint8_t *bytes = data;
	uint64_t pending = sha->bytes % LETHE_SHA256_BLOCK;

	if (size == 0) {
		return;
	}
	sha->bytes += size;

	if (pending != 0) {
		uint64_t room = LETHE_SHA256_BLOCK - pending;
		uint64_t part = size < room ? size : room;

		memcpy(sha->block + pending, bytes, part);
		if (part < room) {
			return;
		}
		compress(sha->state, sha->block);
		bytes += part;
		size -= part;
	}
	for (; size >= LETHE_SHA256_BLOCK; size -= LETHE_SHA256_BLOCK) {
		compress(sha->state, bytes);
		bytes += LETHE_SHA256_BLOCK;
	}
	if (size != 0) {
		memcpy(sha->block, bytes, size);
	}
}

static void store_big_endian(uint8_t *bytes, uint32_t word)
{
	bytes[0] = (uint8_t)(word >> 24);
	bytes[1] = (uint8_t)(word >> 16);
	bytes[2] = (uint8_t)(word >> 8);
	bytes[3] = (uint8_t)word;
}

void lethe_sha256_final(struct lethe_sha256 *sha, uint8_t digest[LETHE_SHA256_SIZE])
{
	uint64_t bits = sha->bytes * 8;
	uint64_t pending = sha->bytes % LETHE_SHA256_BLOCK;

	/* Section 5.1.1: one bit, zeros, and the length in the last eight bytes of a block. */
	sha->block[pending++] = 0x80;
	if (pending > LETHE_SHA256_BLOCK - 8) {
		memset(sha->block + pending, 0, LETHE_SHA256_BLOCK - pending);
		compress(sha->state, sha->block);
		pending = 0;
	}
	memset(sha->block + pending, 0, LETHE_SHA256_BLOCK - 8 - pending);
	store_big_endian(sha->block + LETHE_SHA256_BLOCK - 8, (uint32_t)(bits >> 32));
	store_big_endian(sha->block + LETHE_SHA256_BLOCK - 4, (uint32_t)bits);
	compress(sha->state, sha->block);

	for (unsigned int i = 0; i < 8; i++) {
		store_big_endian(digest + 4 * i, sha->state[i]);
	}
}
