/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_fdt_fixup() in short buffers, and the refusals of lethe_fdt_fixup() and
 * lethe_fdt_close(). */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/fdt.h>

#include "fixup.h"
#include "trees.h"

/*
 * Every buffer size from 0 to enough: a status below the needed size, and one result from there on.
 * The sanitizer sees a store behind the buffer.
 */
static void test_every_room(void **state)
{
	static const char names[][8] = {"virt", "bare", "stub", "crash"};
	struct lethe_fixup fixup;
	struct lethe_where where;
	size_t i;

	(void)state;
	fixup_virt(&fixup);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *tree = tree_compile(names[i]);
		void *best = NULL;
		uint32_t needed;
		uint64_t capacity;
		int status;

		best = fixup_run(tree, LETHE_FDT_MAX, &fixup, &status, &where);
		assert_int_equal(status, LETHE_OK);
		needed = fdt_totalsize(best);
		for (capacity = 0; capacity < needed + 256; capacity++) {
			void *fixed = fixup_run(tree, capacity, &fixup, &status, &where);

			if (capacity < needed) {
				assert_int_equal(status, LETHE_E_TREE_NOSPACE);
				assert_int_equal(where.what, LETHE_WHAT_TREE);
			}
			if (fixed != NULL) {
				assert_memory_equal(fixed, best, needed);
			}
			free(fixed);
		}
		/*
		 * the last capacity tried must have been enough: edits need no more than the old
		 * and the new
		 */
		assert_int_equal(status, LETHE_OK);
		free(best);
		free(tree);
	}
}

/* A tree of nearly 2 MiB in a tree buffer of 2 MiB: trap 40. And a tree that is mostly slack. */
static void test_brim(void **state)
{
	static char bootargs[1024]; /* more than the removals make room for */
	void *small = tree_compile("virt");
	uint32_t filling = (uint32_t)LETHE_FDT_MAX - fdt_totalsize(small) - 64;
	struct lethe_fixup fixup;
	struct lethe_where where;
	void *tree = malloc(LETHE_FDT_MAX);
	void *data;
	void *fixed;
	int status;

	(void)state;
	fixup_virt(&fixup);
	fixup.bootargs = bootargs;
	memset(bootargs, 'x', sizeof(bootargs) - 1);
	assert_int_equal(fdt_open_into(small, tree, (int)LETHE_FDT_MAX), 0);
	fixed = fixup_run(tree, LETHE_FDT_MAX, &fixup, &status, &where);
	assert_int_equal(status, LETHE_OK);
	assert_true(fdt_totalsize(fixed) < 4096);
	free(fixed);

	assert_int_equal(fdt_setprop_placeholder(tree, 0, "filling", (int)filling, &data), 0);
	memset(data, 0, filling);
	assert_null(fixup_run(tree, LETHE_FDT_MAX, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_NOSPACE);
	/* a bigger tree buffer does not help: no kernel maps more than 2 MiB */
	assert_null(fixup_run(tree, 2 * LETHE_FDT_MAX, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_NOSPACE);
	free(tree);
	free(small);
}

static void test_refused(void **state)
{
	void *tree = tree_compile("virt");
	uint32_t size = fdt_size_dt_struct(tree);
	struct lethe_fixup fixup;
	struct lethe_where where;
	unsigned char *buffer = malloc(8192);
	int status;

	(void)state;
	fixup_virt(&fixup);
	assert_int_equal(lethe_fdt_fixup(tree, buffer + 4, 8188, &fixup, &where),
			 LETHE_E_TREE_ALIGN);
	fixup.reserve_count = sizeof(fixup.reserve) / sizeof(fixup.reserve[0]) + 1;
	assert_int_equal(lethe_fdt_fixup(tree, buffer, 8192, &fixup, &where), LETHE_E_INTERNAL);
	fixup_virt(&fixup);
	fdt_set_size_dt_struct(tree, size - 4);
	assert_null(fixup_run(tree, 8192, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_BROKEN);
	fdt_set_size_dt_struct(tree, size);

	/* only an open tree is closed */
	memset(buffer, 0, 8192);
	assert_int_equal(lethe_fdt_close(buffer), LETHE_E_TREE_BROKEN);
	free(buffer);
	buffer = tree_relay(tree, 5);
	assert_int_equal(lethe_fdt_close(buffer), LETHE_E_TREE_BROKEN);
	free(buffer);
	free(tree);
}

/* Version 16 trees become version 17, and the boot CPU is carried over. */
static void test_header(void **state)
{
	void *expected = tree_compile("virt.fixed");
	void *tree = tree_compile("virt");
	struct lethe_fixup fixup;
	void *fixed;
	int status;

	(void)state;
	fixup_virt(&fixup);
	fdt_set_version(tree, 16);
	fdt_set_size_dt_struct(tree, 0xdeadbeef);
	fdt_set_boot_cpuid_phys(tree, 0x103);
	fdt_set_boot_cpuid_phys(expected, 0x103);
	fixed = fixup_run(tree, 8192, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	assert_int_equal(fdt_version(fixed), 17);
	assert_int_equal(fdt_last_comp_version(fixed), 16);
	assert_int_equal(fdt_boot_cpuid_phys(fixed), 0x103);
	tree_assert_same(fixed, expected);
	free(fixed);
	free(tree);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_room),
		cmocka_unit_test(test_brim),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests_name("fdt_space", tests, NULL, NULL);
}
