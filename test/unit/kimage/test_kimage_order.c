/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_kimage_check(): the effect of one entry on another. Stores onto pages still to be read,
 * stores onto stores, runs of stores, and lists without an end.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kimage_case.h"

/* A source, read as page j, that page k of the list was stored onto. */
static void test_pending_source(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		/* k = j: onto itself. */
		start(shift);
		LIST_OF(D(10), S(10), S(11), S(12), DONE);
		accepted(3, 1);
		/* k > j: the read precedes the store. */
		start(shift);
		LIST_OF(D(10), S(11), S(12), S(13), DONE);
		accepted(3, 1);
		start(shift);
		LIST_OF(D(10), S(12), S(12), S(12), S(13), DONE);
		accepted(4, 1);
		/* k < j, by one, and by all. */
		start(shift);
		LIST_OF(D(10), S(20), S(10), S(21), DONE);
		refused(LETHE_E_DEST_SOURCE, 3, world_page(&world, 10));
		start(shift);
		LIST_OF(D(10), S(20), S(21), S(22), S(10), DONE);
		refused(LETHE_E_DEST_SOURCE, 5, world_page(&world, 10));
		start(shift);
		LIST_OF(D(10), S(20), S(21), S(22), S(12), DONE);
		refused(LETHE_E_DEST_SOURCE, 5, world_page(&world, 12));
		/* The first of two. */
		start(shift);
		LIST_OF(D(10), S(20), S(21), S(11), S(10), DONE);
		refused(LETHE_E_DEST_SOURCE, 4, world_page(&world, 11));
		/* Twice the same source, the second time too late. */
		start(shift);
		LIST_OF(D(10), S(11), S(20), S(11), DONE);
		refused(LETHE_E_DEST_SOURCE, 4, world_page(&world, 11));
		/* Just outside of the stored pages. */
		start(shift);
		LIST_OF(D(10), S(20), S(21), S(22), D(30), S(9), S(13), DONE);
		accepted(5, 2);
	}
}

/* The same across runs, in the order of the list and against it. */
static void test_pending_source_of_another_run(void **state)
{
	(void)state;
	for (uint64_t i = 8; i < 15; i++) {
		start(12);
		LIST_OF(D(10), S(20), S(21), S(22), D(30), S(40), S(i), DONE);
		if (i >= 10 && i < 13) {
			refused(LETHE_E_DEST_SOURCE, 7, world_page(&world, i));
		} else {
			accepted(5, 2);
		}
		start(12);
		LIST_OF(D(30), S(i), S(20), S(21), D(10), S(22), S(23), S(24), DONE);
		accepted(6, 2);
		start(12);
		LIST_OF(D(30), S(i), S(20), S(21), D(10), S(22), S(23), S(24), D(50), S(i), DONE);
		if (i >= 10 && i < 13) {
			refused(LETHE_E_DEST_SOURCE, 10, world_page(&world, i));
		} else {
			accepted(7, 3);
		}
		/* Between two adjacent runs, the later one below. */
		start(12);
		LIST_OF(D(13), S(40), S(41), D(10), S(i), S(50), S(51), DONE);
		if (i >= 13) {
			refused(LETHE_E_DEST_SOURCE, 5, world_page(&world, i));
		} else {
			accepted(5, 2);
		}
	}
}

static void test_list_page_stored_onto(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		/* The page being read, a page still to come, and a page read to its end. */
		start(shift);
		LIST_OF(D(LIST), S(1), DONE);
		refused(LETHE_E_LIST_OVER, 0, world_page(&world, LIST));
		start(shift);
		LIST_OF(D(LIST + 1), S(1), I(LIST + 1));
		go_on_at(LIST + 1);
		LIST_OF(DONE);
		refused(LETHE_E_LIST_OVER, 3, world_page(&world, LIST + 1));
		start(shift);
		LIST_OF(D(LIST - 2), I(LIST + 1));
		go_on_at(LIST + 1);
		LIST_OF(S(1), S(2), S(3), DONE);
		refused(LETHE_E_LIST_OVER, 0, world_page(&world, LIST));
		/* Next to the page on both sides; as a source. */
		start(shift);
		LIST_OF(D(LIST - 1), S(1), D(LIST + 1), S(2), D(5), S(LIST), DONE);
		accepted(3, 3);
		/* A destroyed source is found before the second list page. */
		start(shift);
		LIST_OF(D(LIST + 1), S(1), S(LIST + 1), I(LIST + 1));
		go_on_at(LIST + 1);
		LIST_OF(DONE);
		refused(LETHE_E_DEST_SOURCE, 3, world_page(&world, LIST + 1));
	}
}

static void test_twice(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		for (uint64_t i = 8; i < 15; i++) {
			start(shift);
			LIST_OF(D(10), S(20), S(21), S(22), D(i), S(23), DONE);
			if (i >= 10 && i < 13) {
				refused(LETHE_E_DEST_OVERLAP, 6, world_page(&world, i));
			} else {
				accepted(4, i == 13 ? 1 : 2);
			}
		}
		/* A run that meets an earlier run, and a gap that is filled exactly. */
		start(shift);
		LIST_OF(D(10), S(20), D(7), S(21), S(22), S(23), S(24), DONE);
		refused(LETHE_E_DEST_OVERLAP, 7, world_page(&world, 10));
		start(shift);
		LIST_OF(D(10), S(20), D(7), S(21), S(22), S(23), DONE);
		accepted(4, 2);
		/* A destination set again, without use. */
		start(shift);
		LIST_OF(D(10), S(20), D(10), DONE);
		accepted(1, 1);
		start(shift);
		LIST_OF(D(10), S(20), D(10), D(11), S(21), D(30), D(12), S(22), DONE);
		accepted(3, 1);
		assert_true(image.runs[0].dest == world_page(&world, 10));
		assert_int_equal(image.runs[0].size, 3ULL << shift);
	}
}

/* Runs in all orders; up to the maximum, and one more. */
static void test_runs(void **state)
{
	(void)state;
	for (unsigned int order = 0; order < 3; order++) {
		for (uint64_t count = 1; count <= LETHE_KIMAGE_RUN_MAX + 1; count++) {
			uint64_t last = 0;

			start(12);
			for (uint64_t i = 0; i < count; i++) {
				/* 27 has no divisor in common with 65. */
				const uint64_t by_order[] = {i, 64 - i, i * 27 % 65};

				last = world_page(&world, 2 * by_order[order]);
				add(last | 1);
				add(S(LIST - 1));
			}
			add(DONE);
			if (count > LETHE_KIMAGE_RUN_MAX) {
				refused(LETHE_E_LIST_RUNS, 130, last);
			} else {
				accepted(count, (unsigned int)count);
			}
		}
	}
	/* Each of the maximum number of runs is found again. */
	for (uint64_t i = 0; i < LETHE_KIMAGE_RUN_MAX; i++) {
		start(12);
		for (uint64_t j = 0; j < LETHE_KIMAGE_RUN_MAX; j++) {
			add(D(2 * j));
			add(S(LIST - 1));
		}
		add(S(2 * i));
		add(DONE);
		refused(LETHE_E_DEST_SOURCE, 129, world_page(&world, 2 * i));
		start(12);
		for (uint64_t j = 0; j < LETHE_KIMAGE_RUN_MAX; j++) {
			add(D(2 * j));
			add(S(LIST - 1));
		}
		LIST_OF(D(2 * i), S(LIST - 2), DONE);
		refused(LETHE_E_DEST_OVERLAP, 130, world_page(&world, 2 * i));
	}
	/* The last run may grow without limit, but not after another. */
	start(12);
	for (uint64_t i = 0; i < LETHE_KIMAGE_RUN_MAX; i++) {
		add(D(2 * i));
		add(S(LIST - 1));
	}
	LIST_OF(D(127), S(LIST - 2), S(LIST - 3), D(129), S(LIST - 4), DONE);
	accepted(67, 64);
	assert_int_equal(image.runs[63].first, 63);
	start(12);
	LIST_OF(D(100), S(1), D(90), S(2), D(101), S(3), DONE);
	accepted(3, 3);
	assert_int_equal(image.runs[1].first, 0);
	assert_int_equal(image.runs[2].first, 2);
}

/* A chain of list pages that ends in a cycle: only a link in each. */
static void cycle(uint64_t before, uint64_t length)
{
	start(12);
	world.head = I(0);
	for (uint64_t i = 0; i < before + length; i++) {
		go_on_at(i);
		add(I(i + 1 < before + length ? i + 1 : before));
	}
}

static void test_cycles(void **state)
{
	(void)state;
	for (uint64_t before = 0; before < 40; before++) {
		for (uint64_t length = 1; length < 40; length++) {
			cycle(before, length);
			assert_int_equal(check(), LETHE_E_LIST_CYCLE);
			assert_true(where.index >= before + length);
			assert_true(image.list_pages <= 3 * (before + length));
			assert_int_equal(world_check(&world), LETHE_E_LIST_CYCLE);
		}
		/* A straight chain of this length is no cycle, with or without pages at the end. */
		cycle(before, 1);
		go_on_at(before);
		LIST_OF(D(100), S(101), DONE);
		accepted(1, 1);
	}
	FOR_ALL_SIZES(shift)
	{
		/* Its last entry leads back, and no entry is refused the second time. */
		start(shift);
		pad_to(page_entries() - 1);
		add(I(LIST));
		refused(LETHE_E_LIST_CYCLE, page_entries(), world_page(&world, LIST));
		start(shift);
		LIST_OF(D(1), S(2), S(3), I(LIST));
		refused(LETHE_E_LIST_CYCLE, 4, world_page(&world, LIST));
		/* Seen only after a round: a double store is found first. */
		start(shift);
		LIST_OF(I(LIST + 1));
		go_on_at(LIST + 1);
		LIST_OF(I(LIST + 2));
		go_on_at(LIST + 2);
		LIST_OF(D(1), S(2), I(LIST + 2));
		refused(LETHE_E_DEST_OVERLAP, 7, world_page(&world, 1));
		/* Sources alone lead out of memory, or come round. */
		start(shift);
		LIST_OF(D(PAGES - 4), I(LIST + 1));
		go_on_at(LIST + 1);
		LIST_OF(I(LIST + 2));
		go_on_at(LIST + 2);
		LIST_OF(S(1), S(2), S(3), I(LIST + 2));
		refused(LETHE_E_DEST_NOT_RAM, 9, world_page(&world, PAGES));
	}
}

/* As built by a kernel: every list page full, and the end at every index. */
static void test_full_pages(void **state)
{
	(void)state;
	for (uint64_t pages = 500; pages < 1050; pages++) {
		world_clear(&world);
		world_init(&world, 12, BASE, 4096);
		world.head = I(0);
		go_on_at(0);
		add(D(100));
		for (uint64_t i = 1; i < pages + 2; i++) {
			if (i % 511 == 0) {
				add(I(i / 511));
				go_on_at(i / 511);
			}
			add(i == pages + 1 ? DONE : S(2000 + i));
		}
		accepted(pages, 1);
		assert_int_equal(image.list_pages, 1 + (pages + 1) / 511);
		assert_int_equal(image.entries, 2 + pages + image.list_pages);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pending_source),
		cmocka_unit_test(test_pending_source_of_another_run),
		cmocka_unit_test(test_list_page_stored_onto),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_full_pages),
	};

	return cmocka_run_group_tests_name("kimage_order", tests, NULL, NULL);
}
