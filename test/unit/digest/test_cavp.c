/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NIST's vectors for SHA-256 (CAVS, SHAVS section 6) from the folder in CAVP, by the block function
 * for hosted programs. test/qemu/parts/test_sha256.py runs the vectors on the other block
 * functions.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/sha256.h>

#define LINE_SIZE 32768
#define TURNS     1000

static FILE *open_vectors(const char *name)
{
	const char *folder = getenv("CAVP");
	char path[4096];
	FILE *file;

	assert_non_null(folder);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	assert_non_null(file);
	return file;
}

/* Bytes of the hexadecimal digits at text. */
static size_t unhex(const char *text, uint8_t *bytes)
{
	size_t size = 0;
	unsigned int byte;

	for (; sscanf(text + 2 * size, "%2x", &byte) == 1; size++) {
		bytes[size] = (uint8_t)byte;
	}
	return size;
}

static void messages(const char *name, unsigned int least)
{
	FILE *file = open_vectors(name);
	static char line[LINE_SIZE];
	static uint8_t message[LINE_SIZE / 2];
	uint8_t wanted[LETHE_SHA256_SIZE];
	uint8_t digest[LETHE_SHA256_SIZE];
	unsigned int bits = 0;
	unsigned int count = 0;

	while (fgets(line, sizeof(line), file) != NULL) {
		struct lethe_sha256 sha;

		sscanf(line, "Len = %u", &bits);
		if (strncmp(line, "Msg = ", 6) == 0) {
			assert_true(unhex(line + 6, message) >= bits / 8);
		} else if (strncmp(line, "MD = ", 5) == 0) {
			assert_int_equal(unhex(line + 5, wanted), sizeof(wanted));
			lethe_sha256_init(&sha);
			lethe_sha256_update(&sha, message, bits / 8);
			lethe_sha256_final(&sha, digest);
			assert_memory_equal(digest, wanted, sizeof(digest));
			count++;
		}
	}
	fclose(file);
	assert_true(count >= least);
}

static void test_short(void **state)
{
	(void)state;
	messages("SHA256ShortMsg.rsp", 65);
}

static void test_long(void **state)
{
	(void)state;
	messages("SHA256LongMsg.rsp", 64);
}

/* The last three digests are the next message; the result of a thousand turns is the next seed. */
static void test_monte_carlo(void **state)
{
	FILE *file = open_vectors("SHA256Monte.rsp");
	static char line[LINE_SIZE];
	uint8_t seed[LETHE_SHA256_SIZE];
	uint8_t wanted[LETHE_SHA256_SIZE];
	unsigned int count = 0;

	(void)state;
	while (fgets(line, sizeof(line), file) != NULL) {
		uint8_t last[3][LETHE_SHA256_SIZE];

		if (strncmp(line, "Seed = ", 7) == 0) {
			assert_int_equal(unhex(line + 7, seed), sizeof(seed));
		}
		if (strncmp(line, "MD = ", 5) != 0) {
			continue;
		}
		assert_int_equal(unhex(line + 5, wanted), sizeof(wanted));
		for (unsigned int i = 0; i < 3; i++) {
			memcpy(last[i], seed, sizeof(seed));
		}
		for (unsigned int turn = 0; turn < TURNS; turn++) {
			struct lethe_sha256 sha;

			lethe_sha256_init(&sha);
			for (unsigned int i = 0; i < 3; i++) {
				lethe_sha256_update(&sha, last[(turn + i) % 3], sizeof(seed));
			}
			lethe_sha256_final(&sha, last[turn % 3]);
		}
		memcpy(seed, last[(TURNS - 1) % 3], sizeof(seed));
		assert_memory_equal(seed, wanted, sizeof(seed));
		count++;
	}
	fclose(file);
	assert_int_equal(count, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_monte_carlo),
	};

	return cmocka_run_group_tests_name("cavp", tests, NULL, NULL);
}
