// SPDX-License-Identifier: BSD-2-Clause
/* A CPU's status in an open tree: added, replaced, and refused without room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/status.h>

#include "fdt/fdt_fail.h"
#include "trees.h"

#define CPU(more)  "cpu@1 { " more "reg = <1>; sub { x; }; };"
#define TREE(more) "/dts-v1/; / { a; cpus { cpu@0 { reg = <0>; }; " CPU(more) " }; z { y = \"x\"; }; };"
#define FAILED     "status = \"fail-lethe\"; "

static void *open_tree(const char *text, uint32_t room)
{
	void *tree = tree_compile_text(text);
	const uint32_t size = fdt_totalsize(tree) + room;
	void *open = malloc(size);

	assert_non_null(open);
	assert_int_equal(fdt_open_into(tree, open, (int)size), 0);
	free(tree);
	return open;
}

static void assert_failed(const char *text, const char *expected_text)
{
	void *expected = tree_compile_text(expected_text);
	void *open = open_tree(text, 64);

	assert_int_equal(lethe_fdt_fail(open, fdt_path_offset(open, "/cpus/cpu@1")), LETHE_OK);
	assert_int_equal(fdt_pack(open), 0);
	assert_int_equal(fdt_check_full(open, fdt_totalsize(open)), 0);
	tree_assert_same(open, expected);
	free(open);
	free(expected);
}

static void test_added(void **state)
{
	(void)state;
	assert_failed(TREE(""), TREE(FAILED));
}

/* The old one is gone, not hidden behind the new one. */
static void test_replaced(void **state)
{
	(void)state;
	assert_failed(TREE("status = \"okay\"; "), TREE(FAILED));
	assert_failed(TREE("enable-method = \"psci\"; status = \"disabled\"; "),
		      TREE(FAILED "enable-method = \"psci\"; "));
}

/* Of the name and the property, both or none. */
static void test_without_room(void **state)
{
	uint32_t room;

	(void)state;
	for (room = 0; room < 40; room++) {
		void *open = open_tree(TREE(""), 0);
		void *before = tree_copy(open);
		const uint32_t size = fdt_off_dt_strings(open) + fdt_size_dt_strings(open) + room;
		const int fits = room >= LETHE_FDT_FAIL_SIZE + sizeof("status");

		open = realloc(open, size);
		assert_non_null(open);
		fdt_set_totalsize(open, size);
		assert_int_equal(lethe_fdt_fail(open, fdt_path_offset(open, "/cpus/cpu@1")),
				 fits ? LETHE_OK : LETHE_E_TREE_NOSPACE);
		if (!fits) {
			tree_assert_same(open, before);
		}
		free(open);
		free(before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
