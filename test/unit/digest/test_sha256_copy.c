/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_sha256_copy(): onto itself, downward over itself by any distance, far away. The expected
 * memory comes from memmove(), the digests from the program used for test_sha256.c.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/sha256.h>

/* SHA-256 of the digests of the first 0, 1, .. PATTERN_SIZE bytes of the pattern, laid end to end. */
#define PATTERN_SIZE 300U
#define PATTERN_ROLL "00cd4875f719e143be3d62f3c801038b5d2fd39027977cb7f387fcea4ce05168"

#define DISTANCE_MAX 130U
#define GUARD        64U /* on both sides */
#define SOURCE_AT    (GUARD + DISTANCE_MAX)
#define FAR_AT       (SOURCE_AT + PATTERN_SIZE + GUARD)
#define MEMORY         (FAR_AT + 8 + PATTERN_SIZE + GUARD)

static uint8_t memory[MEMORY] __attribute__((aligned(16)));
static uint8_t wanted[MEMORY];

static void fill(size_t size)
{
	for (size_t i = 0; i < MEMORY; i++) {
		memory[i] = (uint8_t)(0xa5 ^ i * 13);
	}
	for (size_t i = 0; i < size; i++) {
		memory[SOURCE_AT + i] = (uint8_t)(i * 7 + i / 251);
	}
	memcpy(wanted, memory, MEMORY);
}

static void final_is(struct lethe_sha256 *sha, const char *expected)
{
	uint8_t digest[LETHE_SHA256_SIZE];
	char text[2 * LETHE_SHA256_SIZE + 1];

	lethe_sha256_final(sha, digest);
	for (size_t i = 0; i < LETHE_SHA256_SIZE; i++) {
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	assert_string_equal(text, expected);
}

/* Every size from the source to dest_at, in pieces of at most step bytes. */
static void every_size(size_t dest_at, size_t step)
{
	struct lethe_sha256 roll;

	lethe_sha256_init(&roll);
	for (size_t size = 0; size <= PATTERN_SIZE; size++) {
		uint8_t digest[LETHE_SHA256_SIZE];
		struct lethe_sha256 sha;

		fill(size);
		lethe_sha256_init(&sha);
		for (size_t at = 0; at < size; at += step) {
			lethe_sha256_copy(&sha, memory + dest_at + at, memory + SOURCE_AT + at,
					  step < size - at ? step : size - at);
		}
		memmove(wanted + dest_at, wanted + SOURCE_AT, size);
		assert_memory_equal(memory, wanted, MEMORY);
		lethe_sha256_final(&sha, digest);
		lethe_sha256_update(&roll, digest, sizeof(digest));
	}
	final_is(&roll, PATTERN_ROLL);
}

static void test_in_place(void **state)
{
	(void)state;
	every_size(SOURCE_AT, PATTERN_SIZE);
	every_size(SOURCE_AT, 7);
}

static void test_downward(void **state)
{
	(void)state;
	for (size_t distance = 1; distance <= DISTANCE_MAX; distance++) {
		every_size(SOURCE_AT - distance, PATTERN_SIZE);
	}
}

static void test_far_away(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		every_size(FAR_AT + shift, PATTERN_SIZE);
		every_size(FAR_AT + shift, 65);
	}
}

/* Into three: the second may begin with any number of bytes pending, and end with any. */
static void every_split(size_t dest_at, size_t size, const uint8_t digest[LETHE_SHA256_SIZE])
{
	uint8_t found[LETHE_SHA256_SIZE];

	for (size_t first = 0; first <= size; first++) {
		for (size_t second = first; second <= size; second++) {
			struct lethe_sha256 sha;

			fill(size);
			lethe_sha256_init(&sha);
			lethe_sha256_copy(&sha, memory + dest_at, memory + SOURCE_AT, first);
			lethe_sha256_copy(&sha, memory + dest_at + first, memory + SOURCE_AT + first,
					  second - first);
			lethe_sha256_copy(&sha, memory + dest_at + second, memory + SOURCE_AT + second,
					  size - second);
			lethe_sha256_final(&sha, found);
			memmove(wanted + dest_at, wanted + SOURCE_AT, size);
			assert_memory_equal(found, digest, sizeof(found));
			assert_memory_equal(memory, wanted, MEMORY);
		}
	}
}

static void test_every_split(void **state)
{
	static const size_t places[] = {SOURCE_AT, SOURCE_AT - 1, SOURCE_AT - 63, SOURCE_AT - 64,
					FAR_AT,    FAR_AT + 3};
	uint8_t digest[LETHE_SHA256_SIZE];
	struct lethe_sha256 sha;

	(void)state;
	fill(200);
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, memory + SOURCE_AT, 200); /* tested by test_sha256.c */
	lethe_sha256_final(&sha, digest);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		every_split(places[i], 200, digest);
	}
}

/* One part of a message copied, the rest only read: one running digest. */
static void test_mixed_with_update(void **state)
{
	struct lethe_sha256 roll;

	(void)state;
	lethe_sha256_init(&roll);
	for (size_t size = 0; size <= PATTERN_SIZE; size++) {
		const size_t first = size / 3;
		const size_t second = size / 2;
		uint8_t digest[LETHE_SHA256_SIZE];
		struct lethe_sha256 sha;

		fill(size);
		lethe_sha256_init(&sha);
		lethe_sha256_update(&sha, memory + SOURCE_AT, first);
		lethe_sha256_copy(&sha, memory + FAR_AT, memory + SOURCE_AT + first, second - first);
		lethe_sha256_update(&sha, memory + SOURCE_AT + second, size - second);
		memcpy(wanted + FAR_AT, wanted + SOURCE_AT + first, second - first);
		assert_memory_equal(memory, wanted, MEMORY);
		lethe_sha256_final(&sha, digest);
		lethe_sha256_update(&roll, digest, sizeof(digest));
	}
	final_is(&roll, PATTERN_ROLL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_place),    cmocka_unit_test(test_downward),
		cmocka_unit_test(test_far_away),    cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_mixed_with_update),
	};

	return cmocka_run_group_tests_name("sha256_copy", tests, NULL, NULL);
}
