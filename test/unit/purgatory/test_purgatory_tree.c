/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage describe of the purgatory, at the end of all its stages: kexec's tree with the record, and
 * no other change. References: the system's libfdt, dtc, and record_reference.c, which writes the
 * same with libfdt.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/record.h>
#include <lethe/version.h>

#include "tree_reference.h"
#include "trees.h"

#define BUFFER 0x10000U /* LETHE_PURGATORY_TREE */
#define RECORD 1536U    /* free bytes needed in the tree: purgatory/describe.c, RECORD_MAX */

static void boot_text(const char *text, uint32_t boot_count)
{
	void *tree = tree_compile_text(text);

	free(expect_boot(tree, 0, boot_count));
	free(tree);
}

static void test_places(void **state)
{
	(void)state;
	boot_text(TOP PSCI ODD "chosen { bootargs = \"x\"; }; z { y = \"x\"; }; };", 1);
	boot_text(TOP "chosen { bootargs = \"x\"; }; " PSCI ODD "};", 1);
	boot_text(TOP PSCI ODD "chosen { bootargs = \"x\"; }; };", 1);
	boot_text(TOP "chosen { }; };", 1);
	boot_text(TOP PSCI "chosen { m0 { reg = <1>; }; m1 { m2 { lethe { }; }; }; }; z { }; };",
		  1);
	boot_text("/dts-v1/; / { chosen { odd = [01 02 03 04 05 06 07]; }; };", 1);
}

/* The strings of a property, and no other byte. */
static void assert_texts(const void *tree, const char *name, const char *texts, int length)
{
	int is;
	const void *value = fdt_getprop(tree, fdt_path_offset(tree, LETHE_RECORD_PATH), name, &is);

	assert_non_null(value);
	assert_int_equal(is, length);
	assert_memory_equal(value, texts, (size_t)length);
}

#define TEXTS(tree, name, texts) assert_texts(tree, name, texts, sizeof(texts))

/* Both writers might make the same error. */
static void test_content(void **state)
{
	void *tree = tree_compile_text(TOP PSCI "chosen { }; };");
	void *result;

	(void)state;
	sequence_is_uncached = 1;
	result = expect_boot(tree, 0, 1);
	sequence_is_uncached = 0;
	assert_texts(result, "mode", "uncached", 9);
	free(result);
	result = expect_boot(tree, 1, 1);
	assert_texts(result, "record-version", "\0\0\0\1", 4);
	assert_texts(result, "version", LETHE_VERSION, sizeof(LETHE_VERSION));
	assert_texts(result, "door", "purgatory", 10);
	assert_texts(result, "mode", "cached", 7);
	assert_texts(result, "entry-el", "\0\0\0\2", 4);
	assert_texts(result, "handoff-el", "\0\0\0\2", 4);
	assert_texts(result, "slot", "\0\0\0\0", 4);
	assert_texts(result, "boot-count", "\0\0\0\1", 4);
	assert_texts(result, "counter-frequency", "\0\0\0\0\x3b\x9a\xca\0", 8);
	assert_texts(result, "stage-names", "check\0memory\0read\0move\0verify\0describe\0publish",
		     47);
	assert_texts(result, "segment-names", "kernel\0initrd\0dtb", 18);
	assert_texts(result, "segment-verdicts", "ok\0ok\0ok", 9);
	free(result);
	free(tree);
}

/* One record of the last boot, at any place, with any content. */
static void test_again(void **state)
{
	(void)state;
	boot_text(TOP PSCI "chosen { " OLD " }; z { }; };", 42);
	boot_text(TOP PSCI "chosen { x { }; " OLD " y { z; }; }; z { }; };", 42);
	boot_text(TOP PSCI "chosen { b = [01]; x { }; " OLD " }; };", 42);
	boot_text(TOP "chosen { " OLD " x { }; }; " PSCI ODD "};", 42);
	boot_text(TOP PSCI "chosen { lethe { }; x { }; }; };", 1);
	boot_text(TOP PSCI "chosen { lethe { boot-count = <0xfffffffe>; }; }; };", UINT32_MAX);
	/* the most that it holds, or no number */
	boot_text(TOP PSCI "chosen { lethe { boot-count = <0xffffffff>; }; }; };", UINT32_MAX);
	boot_text(TOP PSCI "chosen { lethe { boot-count = <0 4>; }; }; };", UINT32_MAX);
}

/* The names are added once, at any place: a tree that boots for ever does not grow.
 */
static void test_no_growth(void **state)
{
	void *tree =
		tree_compile_text(TOP PSCI ODD "chosen { bootargs = \"x\"; x { }; }; z { }; };");
	void *open = malloc(8192);
	void *first = expect_boot(tree, 0, 1);
	void *next;
	uint32_t size = fdt_totalsize(first);
	unsigned int i;

	(void)state;
	assert_true(size < fdt_totalsize(tree) + 1024);
	for (i = 2; i < 5; i++) {
		next = expect_boot(first, 0, i);
		assert_int_equal(fdt_totalsize(next), size);
		assert_int_equal(fdt_size_dt_strings(next), fdt_size_dt_strings(first));
		free(first);
		first = next;
	}
	/* other strings behind them, and a record that libfdt took out */
	assert_non_null(open);
	assert_int_equal(fdt_open_into(first, open, 8192), 0);
	assert_int_equal(fdt_setprop_u32(open, 0, "later", 1), 0);
	assert_int_equal(fdt_del_node(open, fdt_path_offset(open, LETHE_RECORD_PATH)), 0);
	assert_int_equal(fdt_pack(open), 0);
	next = expect_boot(open, 0, 1);
	assert_int_equal(fdt_size_dt_strings(next), fdt_size_dt_strings(open));
	free(next);
	free(first);
	/* only some names, as libfdt leaves them: the missing names are added, and found the next
	 * time */
	first = reference_record(tree, 6);
	next = expect_boot(first, 0, 7);
	size = fdt_totalsize(next);
	free(first);
	first = expect_boot(next, 0, 8);
	assert_int_equal(fdt_totalsize(first), size);
	free(next);
	free(first);
	free(open);
	free(tree);
}

/* NOPs before, between and behind all nodes and properties that are read. */
static void test_nops(void **state)
{
	static const char *const paths[] = {"/a", "/chosen/x", "/chosen/y", "/chosen/lethe",
					    "/psci"};
	static const char *const names[] = {"first", "last"};
	void *tree = tree_compile_text(
		TOP ODD "chosen { first = <1>; bootargs = \"x\"; last; x { "
			"}; lethe { first; boot-count = <41>; last; }; y { }; };" PSCI "z { }; };");
	void *copy;
	unsigned int i;

	(void)state;
	for (i = 0; i < 1U << 7; i++) {
		copy = tree_copy(tree);
		for (unsigned int j = 0; j < 5; j++) {
			if ((i >> j & 1) != 0) {
				assert_int_equal(
					fdt_nop_node(copy, fdt_path_offset(copy, paths[j])), 0);
			}
		}
		for (unsigned int j = 0; j < 2; j++) {
			if ((i >> (5 + j) & 1) != 0) {
				assert_int_equal(fdt_nop_property(copy,
								  fdt_path_offset(copy, "/chosen"),
								  names[j]),
						 0);
				(void)fdt_nop_property(
					copy, fdt_path_offset(copy, LETHE_RECORD_PATH), names[j]);
			}
		}
		free(expect_boot(copy, 0, (i & 8) != 0 ? 1 : 42));
		free(copy);
	}
	free(tree);
}

/* A tree of this size. The last name's length is free, for sizes between cells. */
static void *sized_tree(uint32_t size, unsigned int letters)
{
	void *small = tree_compile_text(TOP PSCI "chosen { x { }; }; z { }; };");
	void *tree = calloc(1, 2 * BUFFER);
	void *value;
	void *exact;

	assert_non_null(tree);
	assert_int_equal(fdt_open_into(small, tree, 2 * BUFFER), 0);
	assert_int_equal(fdt_setprop(tree, 0, &"filler"[6 - letters], "", 0), 0);
	assert_int_equal(fdt_pack(tree), 0);
	size -= fdt_totalsize(tree);
	assert_int_equal(size % 4, 0);
	fdt_set_totalsize(tree, 2 * BUFFER);
	assert_int_equal(
		fdt_setprop_placeholder(tree, 0, &"filler"[6 - letters], (int)size, &value), 0);
	memset(value, 0x77, size);
	assert_int_equal(fdt_pack(tree), 0);
	exact = tree_copy(tree);
	free(tree);
	free(small);
	return exact;
}

/* Up to the last allowed byte, with the largest possible record, and beyond. */
static void test_full(void **state)
{
	const uint32_t fits = BUFFER - RECORD;
	void *tree = sized_tree(fits, 2);
	uint32_t size = fdt_totalsize(tree);
	void *slack;
	unsigned int letters;

	(void)state;
	assert_int_equal(size, fits);
	free(expect_boot(tree, 0, 1));
	free(expect_boot(tree, 14, 1));
	/* slack does not count */
	slack = calloc(1, size + 4096);
	assert_non_null(slack);
	memcpy(slack, tree, size);
	fdt_set_totalsize(slack, size + 4096);
	free(expect_boot(slack, 0, 1));
	free(slack);
	free(tree);
	for (letters = 3; letters < 6; letters++) {
		tree = sized_tree(fits + letters - 2, letters);
		assert_int_equal(fdt_totalsize(tree), fits + letters - 2);
		expect_passed(tree, LETHE_E_TREE_NOSPACE);
		free(tree);
	}
	tree = sized_tree(fits + 4, 2);
	expect_passed(tree, LETHE_E_TREE_NOSPACE);
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places), cmocka_unit_test(test_content),
		cmocka_unit_test(test_again),  cmocka_unit_test(test_no_growth),
		cmocka_unit_test(test_nops),   cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("purgatory_tree", tests, NULL, NULL);
}
