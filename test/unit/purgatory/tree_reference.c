/* SPDX-License-Identifier: BSD-2-Clause */
/* Boots, and the resulting trees: see tree_reference.h. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/record.h>
#include <lethe/version.h>

#include "stage.h"
#include "record_reference.h"
#include "tree_reference.h"
#include "trees.h"

uint64_t reference_sink;
static const struct lethe_context *last_ctx;

void *reference_record(const void *tree, uint32_t boot_count)
{
	const uint32_t capacity = fdt_totalsize(tree) + 4096;
	struct lethe_record record = last_ctx->record;
	void *open = malloc(capacity);
	unsigned int i;

	record.version = LETHE_VERSION;
	record.door = "purgatory";
	/* The tree is written before these two end. */
	for (i = LETHE_RECORD_DESCRIBE; i <= LETHE_RECORD_PUBLISH; i++) {
		record.stage_ticks[i] = 0;
		record.stage_bytes[i] = 0;
	}
	record.mode = sequence_is_uncached ? "uncached" : "cached";
	record.entry_el = 2;
	record.handoff_el = 2;
	record.boot_count = boot_count;
	record.counter_frequency = 1000000000;
	assert_non_null(open);
	assert_int_equal(fdt_open_into(tree, open, (int)capacity), 0);
	record_reference(open, &record);
	assert_int_equal(fdt_pack(open), 0);
	return open;
}

/* Properties of two nodes, in their order. */
static void assert_same_node(const void *tree, const void *expected, const char *path)
{
	int at = fdt_first_property_offset(tree, fdt_path_offset(tree, path));
	int other = fdt_first_property_offset(expected, fdt_path_offset(expected, path));
	const void *is;
	const void *ought;
	const char *name;
	const char *other_name;
	int length;
	int other_length;

	while (at >= 0) {
		is = fdt_getprop_by_offset(tree, at, &name, &length);
		ought = fdt_getprop_by_offset(expected, other, &other_name, &other_length);
		assert_non_null(is);
		assert_non_null(ought);
		assert_string_equal(name, other_name);
		assert_int_equal(length, other_length);
		assert_memory_equal(is, ought, (size_t)length);
		/* up to the next tag */
		for (; length % 4 != 0; length++) {
			assert_int_equal(((const char *)is)[length], 0);
		}
		at = fdt_next_property_offset(tree, at);
		other = fdt_next_property_offset(expected, other);
	}
	assert_int_equal(at, -FDT_ERR_NOTFOUND);
	assert_int_equal(other, -FDT_ERR_NOTFOUND);
}

static const struct lethe_context *begin(struct region *region, const void *tree, unsigned int more)
{
	const uint32_t size = fdt_totalsize(tree);
	const struct boot about = {.bytes = tree,
				   .size = size,
				   .pages = size / 0x1000 + 1,
				   .seen = size,
				   .sink = reference_sink,
				   .more = more,
				   .is_sealed = 1};

	last_ctx = boot_begin(region, &about);
	return last_ctx;
}

void *expect_boot(const void *tree, unsigned int more, uint32_t boot_count)
{
	struct region region;
	const struct lethe_context *ctx = begin(&region, tree, more);
	void *result;
	void *expected;

	assert_int_equal(sequence_run(), LETHE_OK);
	assert_int_equal(sequence_log.said, LETHE_OK);
	assert_true(ctx->placement.tree.start != (uint64_t)region.bytes);
	assert_int_equal(ctx->record.segment_count, 2 + more);
	assert_memory_equal(region.bytes, tree, fdt_totalsize(tree));
	boot_end(&region);
	result = tree_copy((const void *)ctx->placement.tree.start);
	assert_int_equal(fdt_check_full(result, fdt_totalsize(result)), 0);
	expected = reference_record(tree, boot_count);
	tree_assert_same(result, expected);
	assert_same_node(result, expected, LETHE_RECORD_PATH);
	free(expected);
	return result;
}

void expect_passed(const void *tree, int status)
{
	struct region region;
	const struct lethe_context *ctx = begin(&region, tree, 0);

	assert_int_equal(sequence_run(), LETHE_OK);
	assert_int_equal(sequence_log.said, status);
	assert_ptr_equal((void *)ctx->placement.tree.start, region.bytes);
	assert_ptr_equal(ctx->tree, region.bytes);
	assert_memory_equal(region.bytes, tree, fdt_totalsize(tree));
	boot_end(&region);
}
