/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_range_set_*: random ranges in random order, against one flag for each byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plan/range_set.h"
#include "random.h"

#define BYTES    64U
#define CAPACITY 40U /* more than 64 bytes can hold apart */

static const struct lethe_range none = {0, 0};

static struct lethe_range random_range(struct test_random *random)
{
	const uint64_t start = random_below(random, BYTES);

	return lethe_range_of(start, random_below(random, BYTES - start < 9 ? BYTES - start : 9));
}

/* Sorted, apart from each other by a byte at least, not empty. */
static void assert_tidy(const struct lethe_range_set *set)
{
	unsigned int i;

	for (i = 0; i < set->count; i++) {
		assert_true(set->ranges[i].start < set->ranges[i].end);
		assert_true(i == 0 || set->ranges[i - 1].end < set->ranges[i].start);
	}
	assert_true(set->count <= set->capacity);
}

static void assert_same(const struct lethe_range_set *set, const uint8_t flags[BYTES])
{
	struct lethe_range range;

	for (range.start = 0; range.start < BYTES; range.start++) {
		bool has_all = true;
		bool has_any = false;

		for (range.end = range.start; range.end < BYTES; range.end++) {
			assert_int_equal(
				lethe_range_set_overlaps(set, range),
				has_any || (range.end > set->known_end && range.end > range.start));
			if (range.end <= set->known_end) {
				assert_int_equal(lethe_range_set_contains(set, range), has_all);
			} else if (lethe_range_set_contains(set, range)) {
				assert_true(has_all);
			}
			has_all &= flags[range.end] != 0;
			has_any |= flags[range.end] != 0;
		}
	}
}

/* With capacity below 40 the set forgets; it may then only be too careful. */
static void check(uint64_t seed, unsigned int capacity)
{
	struct lethe_range ranges[CAPACITY];
	struct test_random random = {seed};
	struct lethe_range_set set;
	uint8_t flags[BYTES];
	unsigned int i;

	memset(flags, 0, sizeof(flags));
	lethe_range_set_init(&set, ranges, capacity);
	for (i = 0; i < 20; i++) {
		const struct lethe_range range = random_range(&random);

		lethe_range_set_add(&set, range);
		memset(flags + range.start, 1, (size_t)lethe_range_size(range));
		assert_tidy(&set);
		assert_same(&set, flags);
	}
	assert_true(capacity < CAPACITY || set.known_end == UINT64_MAX);
}

static void test_random_ranges(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 150; seed++) {
		check(seed, CAPACITY);
		check(seed, 1 + (unsigned int)(seed % 5));
	}
}

/* A set that is full keeps its lowest ranges, and says where its knowledge ends. */
static void test_full(void **state)
{
	struct lethe_range ranges[2];
	struct lethe_range_set set;

	(void)state;
	lethe_range_set_init(&set, ranges, 2);
	lethe_range_set_add(&set, lethe_range_of(100, 10));
	lethe_range_set_add(&set, lethe_range_of(80, 10));
	lethe_range_set_add(&set, lethe_range_of(60, 10));
	assert_int_equal(set.known_end, 100);
	assert_true(lethe_range_set_contains(&set, lethe_range_of(80, 10)));
	assert_false(lethe_range_set_contains(&set, lethe_range_of(100, 1)));
	assert_true(lethe_range_set_overlaps(&set, lethe_range_of(1000, 1)));
	assert_false(lethe_range_set_overlaps(&set, lethe_range_of(90, 10)));
	lethe_range_set_add(&set, lethe_range_of(90, 1000));
	assert_true(lethe_range_set_contains(&set, lethe_range_of(80, 20)));
	assert_false(lethe_range_set_contains(&set, lethe_range_of(80, 21)));
}

static void test_ends(void **state)
{
	struct lethe_range ranges[4];
	struct lethe_range_set set;

	(void)state;
	lethe_range_set_init(&set, ranges, 4);
	assert_true(lethe_range_set_contains(&set, none));
	assert_false(lethe_range_set_overlaps(&set, none));
	lethe_range_set_add(&set, none);
	assert_int_equal(set.count, 0);
	lethe_range_set_add(&set, (struct lethe_range){0, UINT64_MAX});
	assert_true(lethe_range_set_contains(&set, (struct lethe_range){0, UINT64_MAX}));
	assert_true(
		lethe_range_set_overlaps(&set, (struct lethe_range){UINT64_MAX - 1, UINT64_MAX}));
	lethe_range_set_add(&set, lethe_range_of(5, 5));
	assert_int_equal(set.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_ranges),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
