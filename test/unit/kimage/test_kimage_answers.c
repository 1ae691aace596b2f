/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_kimage_check() remembers what it found out about memory: more windows than a plan has, more
 * protected ranges than it remembers stretches, and sources one by one anywhere in them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kimage_case.h"

#define WORLDS       500
#define SOURCES      600U /* pages below the destinations */
#define MANY         1024U
#define LIST_PAGE    1000U
#define WINDOWS      100U
#define RANGES       40U
#define CELLS        (0x1000U / KIMAGE_CELL)
#define ENTRIES_MOST 390U

static struct lethe_window windows[WINDOWS + 1];
static struct lethe_kimage_protected ranges[RANGES];
static bool readable[SOURCES * CELLS];

static uint64_t cell(uint64_t number)
{
	return BASE + number * KIMAGE_CELL;
}

static void mark(const struct lethe_window *range, bool is_readable)
{
	const uint64_t first = (range->base - BASE) / KIMAGE_CELL;

	memset(readable + first, is_readable, range->size / KIMAGE_CELL);
}

/* From page 0 up to the destinations, with and without gaps; some fit no page. */
static unsigned int make_windows(struct test_random *random)
{
	const uint64_t most = 1 + random_below(random, 40 * CELLS);
	unsigned int count = 0;
	uint64_t at = random_below(random, CELLS);

	while (count < WINDOWS) {
		const uint64_t size = 1 + random_below(random, most);

		if (at + size > SOURCES * CELLS) {
			break;
		}
		windows[count] = (struct lethe_window){cell(at), size * KIMAGE_CELL};
		mark(&windows[count++], true);
		at += size + (random_below(random, 3) == 0 ? 0 : random_below(random, most));
	}
	windows[count++] =
		(struct lethe_window){world_page(&world, SOURCES), (MANY - SOURCES) * 0x1000ULL};
	return count;
}

static unsigned int make_ranges(struct test_random *random)
{
	const unsigned int count = (unsigned int)random_below(random, RANGES + 1);

	for (unsigned int i = 0; i < count; i++) {
		const uint64_t size = 1 + random_below(random, 2 * CELLS);
		const struct lethe_window range = {
			cell(random_below(random, SOURCES * CELLS - size)), size * KIMAGE_CELL};

		ranges[i] = (struct lethe_kimage_protected){range.base, range.base + range.size,
							    LETHE_E_SOURCE_LETHE, 0};
		mark(&range, false);
	}
	return count;
}

static bool is_readable(uint64_t page)
{
	return memchr(readable + page * CELLS, false, CELLS) == NULL;
}

static void test_many(void **state)
{
	unsigned int accepted_count = 0;

	(void)state;
	for (uint64_t seed = 0; seed < WORLDS; seed++) {
		struct test_random random = {seed};
		int status;

		world_clear(&world);
		world_init(&world, 12, BASE, MANY);
		memset(readable, 0, sizeof(readable));
		world.limits.windows = windows;
		world.limits.window_count = make_windows(&random);
		world.limits.protected_ranges = ranges;
		world.limits.protected_count = make_ranges(&random);
		world.head = I(LIST_PAGE);
		go_on_at(LIST_PAGE);
		add(D(SOURCES));
		for (unsigned int i = 0; i < ENTRIES_MOST; i++) {
			const uint64_t next = random_below(&random, SOURCES);

			/* Rarely one that may not be read. */
			if (is_readable(next) || random_below(&random, 500) == 0) {
				add(S(next));
			}
		}
		add(DONE);
		status = world_check(&world);
		assert_int_not_equal(status, 1);
		accepted_count += status == LETHE_OK;
	}
	assert_in_range(accepted_count, WORLDS / 4, WORLDS * 3 / 4);
}

/* Only whole pages: the page in which a window begins is not in it, whatever byte that is. */
static void test_first_page(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		for (uint64_t bytes = 1; bytes <= 16; bytes++) {
			start(shift);
			windows[0] = world.windows[0];
			windows[0].base = world_page(&world, 10) + bytes;
			windows[0].size -= windows[0].base - BASE;
			world.limits.windows = windows;
			LIST_OF(D(100), S(11), S(10), DONE);
			assert_int_equal(check(), LETHE_E_LIST_SOURCE);
			assert_int_equal(where.index, 3);
			assert_true(where.value == world_page(&world, 10));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_first_page),
	};

	return cmocka_run_group_tests_name("kimage_answers", tests, NULL, NULL);
}
