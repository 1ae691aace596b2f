/* SPDX-License-Identifier: BSD-2-Clause */
/* list_check() of examples/resume: refuses a list that would overwrite what is still needed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../examples/resume/safe.h"

#define RAM      0x100000ULL
#define RAM_END  0x200000ULL
#define SAFE     0x180000ULL /* in the middle: destinations lie on both sides */
#define SAFE_END 0x182000ULL
#define PAIRS    5U

/* Right: down by a page, onto itself, zeros, the last page before the safe ones, the first after. */
static const struct page_pair right[PAIRS] = {
	{RAM + PAGE, RAM},          {RAM + PAGE, RAM + PAGE},   {0, RAM + 2 * PAGE},
	{SAFE - PAGE, SAFE - PAGE}, {RAM_END - PAGE, SAFE_END},
};

static void check(unsigned int at, struct page_pair wrong, const char *text)
{
	struct page_pair pairs[PAIRS];
	const struct page_pair *bad = pairs;
	const char *said;

	memcpy(pairs, right, sizeof(pairs));
	pairs[at] = wrong;
	said = list_check(pairs, pairs + PAIRS, RAM, RAM_END, SAFE, SAFE_END, &bad);
	if (text == NULL) {
		assert_null(said);
		assert_null(bad);
		return;
	}
	assert_non_null(said);
	assert_string_equal(said, text);
	assert_ptr_equal(bad, pairs + at);
}

static void test_right(void **state)
{
	(void)state;
	check(0, right[0], NULL);
	check(PAIRS - 1, (struct page_pair){RAM_END - PAGE, RAM_END - PAGE}, NULL);
}

static void test_safe_pages(void **state)
{
	(void)state;
	check(3, (struct page_pair){0, SAFE}, "goes to a safe page");
	check(3, (struct page_pair){0, SAFE_END - PAGE}, "goes to a safe page");
}

static void test_ram(void **state)
{
	(void)state;
	check(0, (struct page_pair){0, RAM - PAGE}, "is not in RAM");
	check(4, (struct page_pair){0, RAM_END}, "is not in RAM");
	check(4, (struct page_pair){RAM_END, SAFE_END}, "is not in RAM");
	check(0, (struct page_pair){RAM - PAGE, RAM}, "is not in RAM");
	check(4, (struct page_pair){0, -(uint64_t)PAGE}, "is not in RAM");
}

static void test_whole_pages(void **state)
{
	(void)state;
	check(2, (struct page_pair){0, RAM + 2 * PAGE + 8}, "is no whole page");
	check(2, (struct page_pair){RAM + 2 * PAGE + 8, RAM + 2 * PAGE}, "is no whole page");
}

/* Each of these would overwrite a page before it is read, or a page that is at its place. */
static void test_order(void **state)
{
	(void)state;
	check(2, (struct page_pair){0, RAM + PAGE}, "is out of order");
	check(2, (struct page_pair){0, RAM}, "is out of order");
	check(2, (struct page_pair){RAM + PAGE, RAM + 2 * PAGE}, "is out of order");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right), cmocka_unit_test(test_safe_pages),
		cmocka_unit_test(test_ram),   cmocka_unit_test(test_whole_pages),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
