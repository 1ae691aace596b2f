/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_kimage_check(): the borders of memory and of protected ranges, to the byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kimage_case.h"

/* From far below to far above: the status of a page outside, in each of the three uses. */
static void outside(unsigned int shift, void (*limit)(void), uint64_t number, int is_good)
{
	uint64_t page;

	start(shift);
	limit();
	page = world_page(&world, number);
	LIST_OF(D(100), S(101), S(number), DONE);
	if (is_good) {
		accepted(2, 1);
	} else {
		refused(LETHE_E_LIST_SOURCE, 3, page);
	}
	start(shift);
	limit();
	LIST_OF(D(100), S(101), D(number), S(102), DONE);
	if (is_good) {
		accepted(2, 2);
	} else {
		refused(LETHE_E_DEST_NOT_RAM, 4, page);
	}
	start(shift);
	limit();
	LIST_OF(D(100), I(number));
	if (is_good) {
		go_on_at(number);
		LIST_OF(S(101), DONE);
		accepted(1, 1);
	} else {
		refused(LETHE_E_LIST_PAGE, 2, page);
	}
}

/* A hole of 20 pages at 40, and one of a cell in page 80; 120 and 121 meet in the middle of 120. */
static void three_windows(void)
{
	const uint64_t size = 1ULL << world.memory.shift;

	world.windows[0] = (struct lethe_window){world_page(&world, 2), 38 * size};
	world.windows[1] = (struct lethe_window){world_page(&world, 60), 20 * size + KIMAGE_CELL};
	world.windows[2] = (struct lethe_window){world_page(&world, 80) + 2 * KIMAGE_CELL,
						 40 * size - 2 * KIMAGE_CELL + size / 2};
	world.windows[3] = (struct lethe_window){world_page(&world, 120) + size / 2, KIMAGE_CELL};
	world.windows[4] = (struct lethe_window){world_page(&world, 120) + size / 2 + KIMAGE_CELL,
						 size / 2 - KIMAGE_CELL};
	world.windows[5] =
		(struct lethe_window){world_page(&world, 121), 129 * size + size - KIMAGE_CELL};
	world.limits.window_count = 6;
}

static void test_windows(void **state)
{
	static const uint64_t good[] = {2, 3, 39, 60, 79, 81, 119, 120, 121, 122, 249};
	static const uint64_t bad[] = {0, 1, 40, 41, 59, 80, 250, 251, PAGES, PAGES + 1000};

	(void)state;
	FOR_ALL_SIZES(shift)
	{
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
			outside(shift, three_windows, good[i], 1);
		}
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			outside(shift, three_windows, bad[i], 0);
		}
		/* A destination runs across adjacent windows, and out of the last. */
		start(shift);
		three_windows();
		LIST_OF(D(119), S(81), S(82), S(83), S(84), DONE);
		accepted(4, 1);
		start(shift);
		three_windows();
		LIST_OF(D(38), S(81), S(82), S(83), DONE);
		refused(LETHE_E_DEST_NOT_RAM, 4, world_page(&world, 40));
		start(shift);
		three_windows();
		LIST_OF(D(78), S(81), S(82), S(83), DONE);
		refused(LETHE_E_DEST_NOT_RAM, 4, world_page(&world, 80));
		start(shift);
		world.limits.window_count = 0;
		refused(LETHE_E_LIST_PAGE, 0, world_page(&world, LIST));
	}
}

static void protect(uint64_t from, uint64_t end)
{
	world.protected_ranges[world.limits.protected_count++] = (struct lethe_kimage_protected){
		world_page(&world, 50) + from, world_page(&world, 50) + end, LETHE_E_SOURCE_LETHE,
		LETHE_E_DEST_LETHE};
}

/* Checks the uses of page 50, with this range protected. */
static void check_protected(unsigned int shift, int64_t from, int64_t end, int is_good)
{
	const uint64_t page = BASE + (50ULL << shift);

	start(shift);
	protect((uint64_t)from, (uint64_t)end);
	LIST_OF(D(48), S(1), S(2), S(3), DONE);
	if (is_good) {
		accepted(3, 1);
	} else {
		refused(LETHE_E_DEST_LETHE, 4, page);
	}
	start(shift);
	protect((uint64_t)from, (uint64_t)end);
	LIST_OF(D(10), S(49), S(51), S(50), DONE);
	if (is_good) {
		accepted(3, 1);
	} else {
		refused(LETHE_E_SOURCE_LETHE, 4, page);
	}
	start(shift);
	protect((uint64_t)from, (uint64_t)end);
	LIST_OF(I(50));
	if (is_good) {
		go_on_at(50);
		LIST_OF(DONE);
		accepted(0, 0);
	} else {
		refused(LETHE_E_SOURCE_LETHE, 1, page);
	}
	/* The pages beside are not affected. */
	start(shift);
	protect((uint64_t)from, (uint64_t)end);
	LIST_OF(D(48), S(49), S(51), D(51), S(4), DONE);
	accepted(3, 2);
}

static void test_protected(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		const int64_t size = 1LL << shift;
		const int64_t cell = KIMAGE_CELL;

		check_protected(shift, 0, size, 0);
		check_protected(shift, 0, cell, 0);
		check_protected(shift, size - cell, size, 0);
		check_protected(shift, cell, 2 * cell, 0);
		/* Empty ones, at all its borders. */
		check_protected(shift, 0, 0, 1);
		check_protected(shift, cell, cell, 1);
		check_protected(shift, size, size, 1);
		check_protected(shift, -cell, -cell, 1);
		check_protected(shift, 2 * cell, cell, 1);

		/* Two ranges: the first that is touched decides. An empty range protects nothing.
		 */
		start(shift);
		protect(0, (uint64_t)size);
		protect((uint64_t)size / 2, (uint64_t)size);
		world.protected_ranges[0].no_store = 0;
		world.protected_ranges[1].no_store = LETHE_E_DEST_PLAN;
		world.protected_ranges[1].no_read = 0;
		LIST_OF(D(50), S(1), DONE);
		refused(LETHE_E_DEST_PLAN, 2, world_page(&world, 50));
		start(shift);
		protect(0, (uint64_t)size);
		world.protected_ranges[0].no_read = 0;
		LIST_OF(D(1), S(50), I(50));
		go_on_at(50);
		LIST_OF(DONE);
		accepted(1, 1);
		/* Protected, though in no window. */
		start(shift);
		protect(0, (uint64_t)size);
		world.windows[0].base = world_page(&world, 51);
		world.windows[0].size = (uint64_t)(PAGES - 51) << shift;
		LIST_OF(D(50), S(60), DONE);
		refused(LETHE_E_DEST_LETHE, 2, world_page(&world, 50));
	}
}

/* Two protected pages, 40 and 60: a result for another page must not be reused for these, in any
 * order. */
static void test_two_protected(void **state)
{
	static const uint64_t order[][4] = {
		{50, 30, 70, 40}, {50, 30, 70, 60}, {70, 50, 30, 40}, {70, 50, 30, 60},
		{30, 70, 50, 40}, {30, 70, 50, 60}, {70, 70, 70, 40}, {70, 70, 70, 60},
		{30, 30, 30, 40}, {30, 30, 30, 60}, {50, 50, 50, 40}, {50, 50, 50, 60},
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(order) / sizeof(order[0]); i++) {
		const uint64_t *pages = order[i / 2];
		const uint64_t first = i % 2 != 0 ? 10 : -10ULL;

		start(12);
		protect(first << 12, (first + 1) << 12);
		protect(-first << 12, (1 - first) << 12);
		LIST_OF(D(1), S(pages[0]), S(pages[1]), S(pages[2]), S(pages[3]), DONE);
		refused(LETHE_E_SOURCE_LETHE, 5, world_page(&world, pages[3]));
		start(12);
		protect(first << 12, (first + 1) << 12);
		protect(-first << 12, (1 - first) << 12);
		LIST_OF(D(pages[3] - 2), S(1), S(2), S(3), DONE);
		refused(LETHE_E_DEST_LETHE, 4, world_page(&world, pages[3]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_protected),
		cmocka_unit_test(test_two_protected),
	};

	return cmocka_run_group_tests_name("kimage_limits", tests, NULL, NULL);
}
