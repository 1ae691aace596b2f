/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_record_write(), lethe_record_patch_stage(): against a tree written in source. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/record.h>

#include "trees.h"

static const struct lethe_record sample = {
	.version = "0.1.0",
	.door = "image",
	.mode = "uncached",
	.entry_el = 2,
	.handoff_el = 1,
	.slot = 3,
	.boot_count = 42,
	.counter_frequency = 0x123456789abcdef0,
	.stage_names = {"check", "memory", "read", "move", "verify", "describe", "publish"},
	.stage_ticks = {1, 2, 0x200000000, 3, 4, 5, 0},
	.stage_bytes = {0, 4096, 0, 0xfffffffff, 7, 8, 0},
	.segment_count = 3,
	.segment_names = {"kernel", "initrd", "dtb"},
	.segment_verdicts = {"ok", "ok", "skipped"},
	.cpus_off = 3,
	.cpus_on = 1,
	.cpus_unknown = 2,
	.digest_cpus = 4,
};

#define RECORD(ticks, bytes)                                                                       \
	"lethe {"                                                                                  \
	" record-version = <1>; version = \"0.1.0\"; door = \"image\"; mode = \"uncached\";"       \
	" entry-el = <2>; handoff-el = <1>; slot = <3>; boot-count = <42>;"                        \
	" counter-frequency = <0x12345678 0x9abcdef0>;"                                            \
	" stage-names = \"check\", \"memory\", \"read\", \"move\", \"verify\","                    \
	" \"describe\", \"publish\";"                                                              \
	" stage-ticks = /bits/ 64 <1 2 0x200000000 3 4 5 " ticks ">;"                              \
	" stage-bytes = /bits/ 64 <0 4096 0 0xfffffffff 7 8 " bytes ">;"                           \
	" segment-names = \"kernel\", \"initrd\", \"dtb\";"                                        \
	" segment-verdicts = \"ok\", \"ok\", \"skipped\";"                                         \
	" cpus-off = <3>; cpus-on = <1>; cpus-unknown = <2>; digest-cpus = <4>; };"

#define BEFORE "/dts-v1/; / { a { b = <1>; }; chosen { bootargs = \"x\";"
#define AFTER  "other { keep; }; }; z { y = \"x\"; }; };"

/* An open copy of a tree, in an allocation of exactly capacity bytes. */
static void *open_tree(const void *tree, uint32_t capacity)
{
	void *open = malloc(capacity);

	assert_non_null(open);
	assert_int_equal(fdt_open_into(tree, open, (int)capacity), 0);
	return open;
}

/* Writes sample into the tree of one text; the result must be the tree of the other. */
static void assert_written(const char *text, const char *expected_text)
{
	void *expected = tree_compile_text(expected_text);
	void *tree = tree_compile_text(text);
	void *open = open_tree(tree, 4096);

	assert_int_equal(lethe_record_write(open, &sample), LETHE_OK);
	assert_int_equal(fdt_pack(open), 0);
	assert_int_equal(fdt_check_full(open, fdt_totalsize(open)), 0);
	tree_assert_same(open, expected);
	free(open);
	free(tree);
	free(expected);
}

static void test_write(void **state)
{
	(void)state;
	assert_written(BEFORE AFTER, BEFORE RECORD("0", "0") AFTER);
}

static void test_replace(void **state)
{
	(void)state;
	assert_written(BEFORE
		       "lethe { boot-count = <41>; failed-segment = \"k\"; sub { x; }; };" AFTER,
		       BEFORE RECORD("0", "0") AFTER);
}

/* A larger old record, with extra names: the tree becomes smaller. */
static void test_replace_larger(void **state)
{
	void *expected = tree_compile_text(BEFORE RECORD("0", "0") AFTER);
	void *tree = tree_compile_text(BEFORE "lethe { boot-count = <41>; }; " AFTER);
	void *open = open_tree(tree, 8192);
	void *filling;

	(void)state;
	assert_int_equal(fdt_setprop_placeholder(open, fdt_path_offset(open, LETHE_RECORD_PATH),
						 "filling", 4001, &filling),
			 0);
	memset(filling, 0x77, 4001);
	assert_int_equal(lethe_record_write(open, &sample), LETHE_OK);
	assert_int_equal(fdt_totalsize(open), 8192);
	assert_int_equal(fdt_pack(open), 0);
	assert_true(fdt_totalsize(open) < 4000);
	assert_int_equal(fdt_check_full(open, fdt_totalsize(open)), 0);
	tree_assert_same(open, expected);
	free(open);
	free(tree);
	free(expected);
}

/* Order of the properties, as in docs/spec/record.md, for readers of the tree with dtc. */
static void test_order(void **state)
{
	static const char order[][20] = {
		"record-version",    "version",          "door",        "mode",
		"entry-el",          "handoff-el",       "slot",        "boot-count",
		"counter-frequency", "stage-names",      "stage-ticks", "stage-bytes",
		"segment-names",     "segment-verdicts", "cpus-off",    "cpus-on",
		"cpus-unknown",      "digest-cpus",
	};
	void *tree = tree_compile_text(BEFORE AFTER);
	void *open = open_tree(tree, 4096);
	const char *name = NULL;
	size_t i = 0;
	int offset;

	(void)state;
	assert_int_equal(lethe_record_write(open, &sample), LETHE_OK);
	fdt_for_each_property_offset(offset, open, fdt_path_offset(open, LETHE_RECORD_PATH))
	{
		assert_true(i < sizeof(order) / sizeof(order[0]));
		assert_non_null(fdt_getprop_by_offset(open, offset, &name, NULL));
		assert_string_equal(name, order[i]);
		i++;
	}
	assert_int_equal(i, sizeof(order) / sizeof(order[0]));
	free(open);
	free(tree);
}

/* Only after a fallback: the first failure. */
static void test_failed_segment(void **state)
{
	void *tree = tree_compile_text(BEFORE AFTER);
	void *open = open_tree(tree, 4096);
	struct lethe_record record = sample;
	const char *name = NULL;
	int length;
	int node;

	(void)state;
	record.failed_segment = "a name as long";
	assert_int_equal(lethe_record_write(open, &record), LETHE_OK);
	node = fdt_path_offset(open, LETHE_RECORD_PATH);
	assert_string_equal(fdt_getprop(open, node, "failed-segment", &length), "a name as long");
	assert_int_equal(length, 15);
	/* behind the slot being booted */
	node = fdt_first_property_offset(open, node);
	for (int i = 0; i < 7; i++) {
		assert_non_null(fdt_getprop_by_offset(open, node, &name, NULL));
		node = fdt_next_property_offset(open, node);
	}
	assert_string_equal(name, "slot");
	assert_non_null(fdt_getprop_by_offset(open, node, &name, NULL));
	assert_string_equal(name, "failed-segment");
	/* The next boot has no memory of the fallback. */
	assert_int_equal(lethe_record_write(open, &sample), LETHE_OK);
	node = fdt_path_offset(open, LETHE_RECORD_PATH);
	assert_null(fdt_getprop(open, node, "failed-segment", NULL));
	free(open);
	free(tree);
}

/* Patching moves no byte: two words of each array change, and no others in the whole tree. */
static void test_patch(void **state)
{
	void *expected =
		tree_compile_text(BEFORE RECORD("0x1122334455667788", "0x99aabbccddeeff00") AFTER);
	void *tree = tree_compile_text(BEFORE AFTER);
	void *open = open_tree(tree, 4096);
	void *closed;
	uint32_t size;

	(void)state;
	assert_int_equal(lethe_record_write(open, &sample), LETHE_OK);
	assert_int_equal(fdt_pack(open), 0);
	closed = tree_copy(open);
	size = fdt_totalsize(closed);
	assert_int_equal(
		lethe_record_patch_stage(closed, 6, 0x1122334455667788, 0x99aabbccddeeff00),
		LETHE_OK);
	assert_int_equal(fdt_totalsize(closed), size);
	tree_assert_same(closed, expected);
	assert_int_equal(lethe_record_patch_stage(closed, 6, 0, 0), LETHE_OK);
	assert_memory_equal(closed, open, size);

	assert_int_equal(lethe_record_patch_stage(closed, LETHE_RECORD_STAGES, 1, 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(lethe_record_patch_stage(closed, 0x20000000, 1, 1), LETHE_E_TREE_BROKEN);
	assert_memory_equal(closed, open, size);
	assert_int_equal(lethe_record_patch_stage(tree, 0, 1, 1), LETHE_E_TREE_BROKEN);
	free(closed);
	free(open);
	free(tree);
	free(expected);
}

/* No /chosen; not a tree; arrays too short to patch. */
static void test_refused(void **state)
{
	void *tree = tree_compile_text("/dts-v1/; / { a { chosen { }; }; };");
	void *open = open_tree(tree, 4096);

	(void)state;
	assert_int_equal(lethe_record_write(open, &sample), LETHE_E_TREE_BROKEN);
	fdt_set_magic(open, 0);
	assert_int_equal(lethe_record_write(open, &sample), LETHE_E_TREE_BROKEN);
	assert_int_equal(lethe_record_patch_stage(open, 0, 0, 0), LETHE_E_TREE_BROKEN);
	free(open);
	free(tree);

	tree = tree_compile_text("/dts-v1/; / { chosen { lethe { stage-ticks = <0 0 0>; "
				 "stage-bytes = <0 0 0 0>; }; }; };");
	assert_int_equal(lethe_record_patch_stage(tree, 0, 1, 1), LETHE_OK);
	assert_int_equal(lethe_record_patch_stage(tree, 1, 1, 1), LETHE_E_TREE_BROKEN);
	free(tree);

	/* another owner's node of the same name */
	tree = tree_compile_text("/dts-v1/; / { chosen { a; }; z { lethe { stage-ticks = <0 0>; "
				 "stage-bytes = <0 0>; }; }; };");
	assert_int_equal(lethe_record_patch_stage(tree, 0, 1, 1), LETHE_E_TREE_BROKEN);
	free(tree);
}

/* Every buffer size from the tree's own on: NOSPACE and no trace of a record, until the record
 * fits. */
static void test_every_room(void **state)
{
	void *tree = tree_compile_text(BEFORE AFTER);
	uint32_t capacity = fdt_totalsize(tree);
	int status = LETHE_E_TREE_NOSPACE;

	(void)state;
	while (status != LETHE_OK) {
		void *open = open_tree(tree, capacity);

		status = lethe_record_write(open, &sample);
		if (status != LETHE_OK) {
			assert_int_equal(status, LETHE_E_TREE_NOSPACE);
			assert_int_equal(fdt_path_offset(open, LETHE_RECORD_PATH),
					 -FDT_ERR_NOTFOUND);
		}
		assert_int_equal(fdt_pack(open), 0);
		if (status != LETHE_OK) {
			tree_assert_same(open, tree);
		}
		free(open);
		capacity += 8;
		assert_true(capacity < 4096);
	}
	free(tree);
}

/*
 * No segments, no names: empty strings, not a crash; segments beyond the maximum are cut.
 */
static void test_empty(void **state)
{
	void *tree = tree_compile_text(BEFORE AFTER);
	void *open = open_tree(tree, 4096);
	struct lethe_record record;
	const char *value;
	int length;
	int node;

	(void)state;
	memset(&record, 0, sizeof(record));
	assert_int_equal(lethe_record_write(open, &record), LETHE_OK);
	node = fdt_path_offset(open, LETHE_RECORD_PATH);
	value = fdt_getprop(open, node, "version", &length);
	assert_int_equal(length, 1);
	assert_string_equal(value, "");
	assert_non_null(fdt_getprop(open, node, "segment-names", &length));
	assert_int_equal(length, 0);
	assert_non_null(fdt_getprop(open, node, "stage-names", &length));
	assert_int_equal(length, LETHE_RECORD_STAGES);
	record.segment_count = LETHE_SEGMENT_MAX + 1;
	assert_int_equal(lethe_record_write(open, &record), LETHE_OK);
	node = fdt_path_offset(open, LETHE_RECORD_PATH);
	assert_non_null(fdt_getprop(open, node, "segment-names", &length));
	assert_int_equal(length, LETHE_SEGMENT_MAX);
	free(open);
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),          cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_larger), cmocka_unit_test(test_order),
		cmocka_unit_test(test_patch),          cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_room),     cmocka_unit_test(test_empty),
		cmocka_unit_test(test_failed_segment),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
