/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_kimage_check(): each refusal, at its borders. The reference of the property test must agree
 * with every expectation here.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kimage_case.h"

static void test_empty(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		start(shift);
		world.head = DONE;
		world.limits.window_count = 0;
		accepted(0, 0);
		assert_int_equal(image.entries, 1);
		assert_int_equal(image.list_pages, 0);
		start(shift);
		LIST_OF(DONE);
		accepted(0, 0);
		assert_int_equal(image.entries, 2);
		assert_int_equal(image.list_pages, 1);
	}
}

static void test_page_shift(void **state)
{
	static const unsigned int bad[] = {0,  1,  3,  10, 11, 13,      15,        17,
					   18, 44, 63, 64, 76, 0x1000c, 0x8000000c};

	(void)state;
	start(12);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(lethe_kimage_check(DONE, bad[i], &world.limits, &image, &where),
				 LETHE_E_PLAN_LIST);
		assert_int_equal(where.what, LETHE_WHAT_NONE);
		assert_int_equal(where.value, bad[i]);
	}
}

static void test_head(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		start(shift);
		LIST_OF(DONE);
		const uint64_t bad[] = {0,           1,           8,
					3,           6,           12,
					0x10,        D(LIST),     S(LIST),
					I(LIST) | 4, I(LIST) | 1, DONE | 1ULL << shift,
					I(LIST) - 2, I(LIST) + 8, I(LIST) | 1ULL << (shift - 1)};

		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			world.head = bad[i];
			refused(LETHE_E_LIST_HEAD, 0, bad[i]);
		}
	}
}

/* An entry that no kernel makes: first, behind others, and last in the page. */
static void test_flags(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		uint64_t bad[64] = {D(5) | 2,          D(5) | 4,
				    D(5) | 8,          I(5) | 4,
				    I(5) | 8,          DONE | S(5),
				    D(5) | 15,         D(5) - 1,
				    DONE | (D(5) - 1), DONE | 1ULL << shift,
				    DONE | 1ULL << 63};
		unsigned int count = 11;
		uint64_t entry;

		start(shift);
		for (unsigned int bit = 4; bit < shift; bit++) {
			bad[count++] = D(5) | 1ULL << bit;
			bad[count++] = DONE | 1ULL << bit;
			bad[count++] = 1ULL << bit;
		}
		bad[count++] = 0;
		for (unsigned int i = 0; i < count; i++) {
			entry = bad[i];
			start(shift);
			add(entry);
			refused(LETHE_E_LIST_FLAGS, 1, entry);
			start(shift);
			LIST_OF(D(1), S(2));
			add(entry);
			refused(LETHE_E_LIST_FLAGS, 3, entry);
			start(shift);
			pad_to(page_entries() - 1);
			add(entry);
			refused(LETHE_E_LIST_FLAGS, page_entries(), entry);
			start(shift);
			pad_to(page_entries() - 1);
			add(I(LIST + 1));
			go_on_at(LIST + 1);
			add(entry);
			refused(LETHE_E_LIST_FLAGS, page_entries() + 1, entry);
		}
	}
}

static void test_last_slot(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		start(shift);
		pad_to(page_entries());
		refused(LETHE_E_LIST_LINK, page_entries(), world_page(&world, LIST));
		start(shift);
		pad_to(page_entries() - 1);
		add(S(6));
		refused(LETHE_E_LIST_LINK, page_entries(), world_page(&world, LIST));
		/* Its own fault comes first. */
		start(shift);
		pad_to(page_entries() - 1);
		add(S(PAGES));
		refused(LETHE_E_LIST_SOURCE, page_entries(), world_page(&world, PAGES));
		start(shift);
		pad_to(page_entries() - 1);
		add(DONE);
		accepted(0, 0);
		assert_int_equal(image.entries, page_entries() + 1);
		start(shift);
		pad_to(page_entries() - 1);
		add(I(LIST + 1));
		go_on_at(LIST + 1);
		pad_to(page_entries());
		refused(LETHE_E_LIST_LINK, 2 * page_entries(), world_page(&world, LIST + 1));
		/* The page behind is no part of the list, present or not. */
		start(shift);
		world.head = I(PAGES - 1);
		go_on_at(PAGES - 1);
		pad_to(page_entries());
		refused(LETHE_E_LIST_LINK, page_entries(), world_page(&world, PAGES - 1));
	}
}

static void test_no_destination(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		start(shift);
		LIST_OF(S(3), D(1), S(2), DONE);
		refused(LETHE_E_LIST_NO_DEST, 1, world_page(&world, 3));
		start(shift);
		LIST_OF(I(LIST + 1));
		go_on_at(LIST + 1);
		LIST_OF(S(0), D(1), DONE);
		refused(LETHE_E_LIST_NO_DEST, 2, world_page(&world, 0));
		/* Address 0, too, can be a destination or not. */
		start_at(shift, 0);
		LIST_OF(S(0), D(0), DONE);
		refused(LETHE_E_LIST_NO_DEST, 1, 0);
		start_at(shift, 0);
		LIST_OF(D(0), S(0), S(1), DONE);
		accepted(2, 1);
		assert_true(image.runs[0].dest == 0);
	}
}

/* The end of the address space's last page does not fit into 64 bits. */
static void test_wrap(void **state)
{
	(void)state;
	FOR_ALL_SIZES(shift)
	{
		const uint64_t bytes = (uint64_t)PAGES << shift;
		const uint64_t last = -(1ULL << shift);

		start_at(shift, -bytes);
		LIST_OF(D(1), S(PAGES - 1), DONE);
		refused(LETHE_E_SEGMENT_WRAP, 2, last);
		start_at(shift, -bytes);
		LIST_OF(D(1), S(PAGES - 2), DONE);
		accepted(1, 1);
		start_at(shift, -bytes);
		LIST_OF(D(PAGES - 3), S(1), S(2), S(3), DONE);
		refused(LETHE_E_SEGMENT_WRAP, 4, last);
		start_at(shift, -bytes);
		LIST_OF(D(PAGES - 3), S(1), S(2), D(PAGES - 1), D(4), S(5), DONE);
		accepted(3, 2);
		start_at(shift, -bytes);
		LIST_OF(I(PAGES - 1));
		refused(LETHE_E_SEGMENT_WRAP, 1, last);
		start_at(shift, -bytes);
		world.head = I(PAGES - 1);
		refused(LETHE_E_SEGMENT_WRAP, 0, last);
		start(shift);
		LIST_OF(D(1), last | 8, DONE);
		refused(LETHE_E_SEGMENT_WRAP, 2, last);
		start(shift);
		LIST_OF(last | 1, S(1), DONE);
		refused(LETHE_E_SEGMENT_WRAP, 2, last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),     cmocka_unit_test(test_page_shift),
		cmocka_unit_test(test_head),      cmocka_unit_test(test_flags),
		cmocka_unit_test(test_last_slot), cmocka_unit_test(test_no_destination),
		cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests_name("kimage", tests, NULL, NULL);
}
