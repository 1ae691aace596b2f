/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_kimage_check(): random lists, right and wrong, against a reference that marks every page.
 * KIMAGE_LISTS and KIMAGE_SEED in the environment choose others.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "kimage_world.h"

#define LISTS        1000U
#define STATUS_LIMIT 700

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL && *text != '\0' ? strtoull(text, NULL, 0) : otherwise;
}

/* At the start, the middle, far up, and at the end of physical memory. */
static uint64_t random_base(struct test_random *random, uint64_t bytes)
{
	switch (random_below(random, 4)) {
	case 0: return 0;
	case 1: return 1ULL << (20 + random_below(random, 40));
	case 2: return (random_u64(random) >> 16) & ~0xffffULL;
	default: return -bytes;
	}
}

static int one(uint64_t seed, uint64_t index)
{
	static struct world world;
	struct test_random random = {seed ^ (index + 1) * 0xd1342543de82ef95ULL};
	const unsigned int shift = 12 + 2 * (unsigned int)random_below(&random, 3);
	uint64_t entries, pages;
	int status;

	switch (index % 100) {
	case 0: entries = 100000; break;
	case 1:
	case 2: entries = 1 + random_below(&random, 10000); break;
	default: entries = 1 + random_below(&random, 1ULL << random_below(&random, 11)); break;
	}
	pages = entries + 16 + random_below(&random, entries + 16);
	world_init(&world, shift, random_base(&random, pages << shift), pages);
	world_random(&world, &random, entries);
	for (uint64_t i = random_below(&random, 4) % 3; i != 0; i--) {
		world_mutate(&world, &random);
	}
	status = world_check(&world);
	world_clear(&world);
	return status;
}

static void test_random_lists(void **state)
{
	const uint64_t seed = from_environment(
		"KIMAGE_SEED", (uint64_t)time(NULL) * 0x9e3779b97f4a7c15ULL ^ (uint64_t)getpid());
	const uint64_t lists = from_environment("KIMAGE_LISTS", LISTS);
	static uint64_t seen[STATUS_LIMIT];

	(void)state;
	printf("%" PRIu64 " lists, KIMAGE_SEED=%#" PRIx64 "\n", lists, seed);
	for (uint64_t i = 0; i < lists; i++) {
		const int status = one(seed, i);

		if (status > 0 || -status >= STATUS_LIMIT) {
			fail_msg("list %" PRIu64 " of KIMAGE_SEED=%#" PRIx64, i, seed);
		}
		seen[-status]++;
	}
	for (int i = 0; i < STATUS_LIMIT; i++) {
		if (seen[i] != 0) {
			printf("%9" PRIu64 " %s\n", seen[i], lethe_status_name(-i));
		}
	}
	assert_true(lists < LISTS || seen[0] > lists / 5);
	assert_true(lists < LISTS || lists - seen[0] > lists / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_lists)};

	return cmocka_run_group_tests_name("kimage_property", tests, NULL, NULL);
}
