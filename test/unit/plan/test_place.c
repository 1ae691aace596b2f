/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_place(): every number of its answer, and every slide of an image within 2 MiB. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/place.h>

#include "plan_builder.h"

#define BASE    EXAMPLE_BASE
#define PLAN_PA (BASE + EXAMPLE_PLAN)
#define MIB_2   0x200000ULL

/* Every number of the answer, once. */
static void test_answer(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_placement placement;

	(void)state;
	plan_builder_example(&builder);
	plan_builder_seal(&builder, &image);
	memset(&placement, 0xa5, sizeof(placement));
	assert_int_equal(lethe_place(plan_of(&image), PLAN_PA, 0, BASE, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.extent.start, BASE);
	assert_int_equal(placement.extent.end, BASE + EXAMPLE_EXTENT);
	assert_int_equal(placement.workspace.start, BASE);
	assert_int_equal(placement.workspace.end, BASE + EXAMPLE_WORKSPACE);
	assert_int_equal(placement.plan.start, PLAN_PA);
	assert_int_equal(placement.plan.end, PLAN_PA + 0x3c8);
	assert_int_equal(placement.entry, BASE + EXAMPLE_KERNEL + 0x40);
	assert_int_equal(placement.tree.start, BASE + EXAMPLE_TREE_SLOT);
	assert_int_equal(placement.tree.end, BASE + EXAMPLE_TREE_SLOT + MIB_2);
	assert_int_equal(placement.segment[0].source, BASE + EXAMPLE_TREE);
	assert_int_equal(placement.segment[0].dest, BASE + EXAMPLE_TREE);
	assert_int_equal(placement.segment[1].source, BASE + EXAMPLE_INITRD);
	assert_int_equal(placement.segment[1].dest, BASE + EXAMPLE_INITRD);
	assert_int_equal(placement.segment[2].source, BASE + EXAMPLE_KERNEL);
	assert_int_equal(placement.segment[2].dest, BASE + EXAMPLE_KERNEL);
	assert_int_equal(placement.segment[3].source, BASE + EXAMPLE_RAW);
	assert_int_equal(placement.segment[3].dest, EXAMPLE_RAW_DEST);
	assert_memory_equal(placement.order, "\0\1\2\xa5", 4);

	memset(&placement, 0xa5, sizeof(placement));
	assert_int_equal(lethe_place(plan_of(&image), PLAN_PA, 1, BASE, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.entry, EXAMPLE_RAW_DEST);
	assert_int_equal(placement.tree.start, EXAMPLE_RAW_DEST + 0x10000);
	assert_int_equal(placement.tree.end, EXAMPLE_RAW_DEST + 0x20000);
	assert_memory_equal(placement.order, "\3\xa5", 2);

	/* A workspace by PA, with an Image elsewhere. */
	builder.header.flags = 0;
	builder.header.workspace_base = 0x80000000;
	plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_place(plan_of(&image), PLAN_PA, 1, BASE, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.workspace.start, 0x80000000);
	assert_int_equal(placement.workspace.end, 0x80000000 + EXAMPLE_WORKSPACE);
}

/* No Image: everything by PA, entry too; no tree: x0 is literal. */
static void test_without_image(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_placement placement;
	uint32_t size;

	(void)state;
	plan_builder_init(&builder);
	builder.header.workspace_base = 0x1000000;
	builder.slots[0].entry = 0x80000004;
	builder.segments[0].source = 0x2000001;
	builder.segments[0].dest = 0x80000000;
	builder.segments[0].file_size = 0x1001;
	builder.segments[0].mem_size = 0x2001;
	size = plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_plan_check(&image, size, NULL), LETHE_OK);
	memset(&placement, 0xa5, sizeof(placement));
	assert_int_equal(lethe_place(plan_of(&image), 0x3000000, 0, 0x5000, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.extent.start, 0);
	assert_int_equal(placement.extent.end, 0);
	assert_int_equal(placement.workspace.start, 0x1000000);
	assert_int_equal(placement.workspace.end, 0x1010000);
	assert_int_equal(placement.entry, 0x80000004);
	assert_int_equal(placement.tree.start, 0);
	assert_int_equal(placement.tree.end, 0);
	assert_int_equal(placement.segment[0].source, 0x2000001);
	assert_int_equal(placement.segment[0].dest, 0x80000000);
}

/* A segment from a list has no source to overlap. */
static void test_list(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_placement placement;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	builder.header.list_head = 0x80001002;
	builder.header.list_page_shift = 12;
	builder.header.flags = 0;
	builder.header.workspace_base = 0;
	builder.segments[3].flags = LETHE_SEGMENT_SOURCE_LIST;
	builder.segments[3].source = 0;
	size = plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_plan_check(&image, size, NULL), LETHE_OK);
	for (unsigned int slot = 0; slot < 2; slot++) {
		assert_int_equal(
			lethe_place(plan_of(&image), PLAN_PA, slot, BASE, &placement, NULL),
			LETHE_OK);
		assert_int_equal(placement.segment[3].source, EXAMPLE_RAW_DEST);
		assert_int_equal(placement.segment[3].dest, EXAMPLE_RAW_DEST);
	}
}

/* The maximum number of segments: the answer stays within its array. */
static void test_most_segments(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_placement *placement = malloc(sizeof(*placement));
	struct lethe_where where;

	(void)state;
	plan_builder_init(&builder);
	builder.header.segment_count = LETHE_SEGMENT_MAX;
	builder.header.workspace_base = 0x10000000;
	builder.slots[0].segment_count = LETHE_SEGMENT_MAX;
	for (unsigned int i = 0; i < LETHE_SEGMENT_MAX; i++) {
		builder.segments[i] = builder.segments[0];
		builder.segments[i].source = 0x20000000 + i * 0x1000;
		builder.segments[i].dest = 0x30000000 + i * 0x1000;
		builder.segments[i].file_size = 0x1000;
		builder.segments[i].mem_size = 0x1000;
	}
	assert_int_equal(lethe_plan_check(&image, plan_builder_seal(&builder, &image), NULL),
			 LETHE_OK);
	assert_int_equal(lethe_place(plan_of(&image), 0x11000000, 0, 0, placement, NULL), LETHE_OK);
	assert_int_equal(placement->segment[LETHE_SEGMENT_MAX - 1].dest, 0x3003f000);

	/* The last two meet, and the last is named. */
	builder.segments[LETHE_SEGMENT_MAX - 1].dest -= 1;
	plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_place(plan_of(&image), 0x11000000, 0, 0, placement, &where),
			 LETHE_E_DEST_OVERLAP);
	assert_int_equal(where.index, LETHE_SEGMENT_MAX - 1);

	/* A plan longer than the workspace is never wholly inside, at any start. */
	builder.header.workspace_size = 0x1000;
	plan_builder_seal(&builder, &image);
	assert_true(plan_of(&image)->total_size > 0x1000);
	for (uint64_t plan = 0x10000000 - 0x800; plan <= 0x10000800; plan += 0x800) {
		assert_int_equal(lethe_place(plan_of(&image), plan, 0, 0, placement, &where),
				 LETHE_E_PLAN_WORKSPACE);
	}
	free(placement);
}

/* A loader may ignore the alignment: at every 4 KiB the kernel and the tree find their place. */
static void test_slide(void **state)
{
	static const uint64_t text_offsets[] = {0, 0x1000, 0x80000, 0x1ff000, 0x80004};
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(text_offsets) / sizeof(text_offsets[0]); i++) {
		const uint64_t offset = EXAMPLE_KERNEL + text_offsets[i];

		plan_builder_example(&builder);
		builder.segments[2].source = offset;
		builder.segments[2].align_offset = text_offsets[i];
		builder.slots[0].tree_base = 0x800000;
		builder.header.extent_size = 0xc00000;
		assert_int_equal(
			lethe_plan_check(&image, plan_builder_seal(&builder, &image), NULL),
			LETHE_OK);
		for (uint64_t base = BASE; base < BASE + MIB_2; base += 0x1000) {
			const uint64_t expected = (base == BASE ? BASE : BASE + MIB_2) + offset;
			struct lethe_placement placement;

			assert_int_equal(lethe_place(plan_of(&image), base + EXAMPLE_PLAN, 0, base,
						     &placement, NULL),
					 LETHE_OK);
			assert_int_equal(placement.segment[2].source, base + offset);
			assert_int_equal(placement.segment[2].dest, expected);
			assert_int_equal(placement.entry, expected + 0x40);
			assert_int_equal(placement.tree.start,
					 (base == BASE ? BASE : BASE + MIB_2) + 0x800000);
			assert_int_equal(placement.segment[1].dest, base + EXAMPLE_INITRD);
			assert_memory_equal(placement.order, "\0\1\2", 3);
		}
	}
}

/* A source below its align_offset slides up to it, not to the next multiple. */
static void test_slide_from_below(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_placement placement;

	(void)state;
	plan_builder_example(&builder);
	builder.header.extent_size = 0x2000000;
	builder.segments[2].align = 1ULL << 40;
	builder.segments[2].align_offset = 0x1000000;
	assert_int_equal(lethe_plan_check(&image, plan_builder_seal(&builder, &image), NULL),
			 LETHE_OK);
	assert_int_equal(lethe_place(plan_of(&image), 0x110000, 0, 0x100000, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.segment[2].dest, 0x1000000);
}

static void test_overlap(void **state)
{
	static const struct {
		uint64_t a, a_size, b, b_size;
		int expected;
	} cases[] = {
		{10, 5, 15, 5, 0},
		{10, 6, 15, 5, 1},
		{15, 5, 10, 5, 0},
		{15, 5, 10, 6, 1},
		{10, 5, 10, 5, 1},
		{10, 9, 12, 1, 1},
		{12, 1, 10, 9, 1},
		{10, 0, 10, 5, 0},
		{12, 0, 10, 5, 0},
		{10, 5, 12, 0, 0},
		{0, 0, 0, 0, 0},
		{0, UINT64_MAX, 5, 1, 1},
		{UINT64_MAX - 1, 1, 0, UINT64_MAX - 1, 0},
		{UINT64_MAX - 1, 1, 0, UINT64_MAX, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lethe_range a = lethe_range_of(cases[i].a, cases[i].a_size);
		const struct lethe_range b = lethe_range_of(cases[i].b, cases[i].b_size);

		assert_int_equal(lethe_range_overlaps(a, b), cases[i].expected);
		assert_int_equal(lethe_range_overlaps(b, a), cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),  cmocka_unit_test(test_without_image),
		cmocka_unit_test(test_list),    cmocka_unit_test(test_most_segments),
		cmocka_unit_test(test_slide),   cmocka_unit_test(test_slide_from_below),
		cmocka_unit_test(test_overlap),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
