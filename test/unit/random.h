/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_RANDOM_H
#define TEST_RANDOM_H

/* Reproducible pseudo-random numbers for tests and fuzzers: splitmix64. Seeds are printed. */

#include <stdint.h>

struct test_random {
	uint64_t state;
};

static inline uint64_t random_u64(struct test_random *random)
{
	uint64_t z = (random->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* 0 .. limit - 1; limit is not 0. The bias is of no interest here. */
static inline uint64_t random_below(struct test_random *random, uint64_t limit)
{
	return random_u64(random) % limit;
}

#endif
