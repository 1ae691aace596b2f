/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_regions_verify(): pieces have the digest of the whole, and no other. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/regions.h>
#include <lethe/status.h>

#include "random.h"

#define SIZE    5000U
#define REGIONS 16U /* kexec-tools' */

static uint8_t memory[SIZE];

static void digest_of(const uint8_t *bytes, uint64_t size, uint8_t digest[LETHE_SHA256_SIZE])
{
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, bytes, size);
	lethe_sha256_final(&sha, digest);
}

/* Pieces of memory in order of their addresses, some of them empty, one behind the other or not. */
static uint64_t make(struct test_random *random, struct lethe_region regions[REGIONS],
		     uint8_t joined[SIZE])
{
	uint64_t at = 0;
	uint64_t size = 0;

	for (unsigned int i = 0; i < REGIONS; i++) {
		const uint64_t share = (SIZE - at) / (REGIONS - i);

		regions[i] = (struct lethe_region){0, 0};
		if (random_below(random, 4) == 0) {
			continue;
		}
		at += random_below(random, share / 2 + 1);
		regions[i].start = (uintptr_t)(memory + at);
		regions[i].size = random_below(random, share / 2 + 1);
		memcpy(joined + size, memory + at, regions[i].size);
		size += regions[i].size;
		at += regions[i].size;
	}
	return size;
}

static void test_random_pieces(void **state)
{
	struct test_random random = {.state = 1};
	struct lethe_region regions[REGIONS];
	uint8_t joined[SIZE], digest[LETHE_SHA256_SIZE], found[LETHE_SHA256_SIZE];

	(void)state;
	for (unsigned int i = 0; i < SIZE; i++) {
		memory[i] = (uint8_t)random_below(&random, 256);
	}
	for (unsigned int turn = 0; turn < 2000; turn++) {
		const uint64_t size = make(&random, regions, joined);
		const unsigned int byte = (unsigned int)random_below(&random, LETHE_SHA256_SIZE);

		digest_of(joined, size, digest);
		assert_int_equal(lethe_regions_verify(regions, REGIONS, digest, found, NULL),
				 LETHE_OK);
		assert_memory_equal(found, digest, sizeof(found));
		digest[byte] ^= (uint8_t)(1U << random_below(&random, 8));
		assert_int_equal(lethe_regions_verify(regions, REGIONS, digest, found, NULL),
				 LETHE_E_DIGEST);
		if (size != 0) { /* one byte of one piece */
			unsigned int i = (unsigned int)random_below(&random, REGIONS);
			uint8_t *changed;

			while (regions[i].size == 0) {
				i = (i + 1) % REGIONS;
			}
			changed = (uint8_t *)(uintptr_t)regions[i].start +
				  random_below(&random, regions[i].size);
			digest_of(joined, size, digest);
			*changed ^= 0x10;
			assert_int_equal(
				lethe_regions_verify(regions, REGIONS, digest, found, NULL),
				LETHE_E_DIGEST);
			*changed ^= 0x10;
		}
	}
}

/* Two swapped pieces are another message. */
static void test_order(void **state)
{
	struct lethe_region regions[2] = {{(uintptr_t)memory, 7}, {(uintptr_t)(memory + 7), 9}};
	uint8_t digest[LETHE_SHA256_SIZE], found[LETHE_SHA256_SIZE];
	struct lethe_region first = regions[0];

	(void)state;
	memcpy(memory, "first, then the second", 22);
	digest_of(memory, 16, digest);
	assert_int_equal(lethe_regions_verify(regions, 2, digest, found, NULL), LETHE_OK);
	regions[0] = regions[1];
	regions[1] = first;
	assert_int_equal(lethe_regions_verify(regions, 2, digest, found, NULL), LETHE_E_DIGEST);
}

/* No byte is read, and the faulty piece is named. */
static void test_wrap(void **state)
{
	struct lethe_region regions[3] = {{8, 1}, {UINT64_MAX, 0}, {UINT64_MAX - 3, 4}};
	uint8_t digest[LETHE_SHA256_SIZE] = {0}, found[LETHE_SHA256_SIZE];
	unsigned int index = 99;

	(void)state;
	assert_int_equal(lethe_regions_verify(regions, 3, digest, found, &index),
			 LETHE_E_SEGMENT_WRAP);
	assert_int_equal(index, 2);
	digest_of(memory, 0, digest);
	assert_int_equal(lethe_regions_verify(regions + 1, 1, digest, found, &index), LETHE_OK);
	assert_int_equal(lethe_regions_verify(NULL, 0, digest, found, &index), LETHE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_pieces),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
