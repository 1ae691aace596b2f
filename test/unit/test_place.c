/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_place(): a table of exact byte positions around every border, every slide of an image
 * within 2 MiB, and random plans against a map that has one cell per KiB and no arithmetic worth
 * the name.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/place.h>

#include "plan_builder.h"
#include "random.h"

#define BASE    EXAMPLE_BASE
#define PLAN_PA (BASE + EXAMPLE_PLAN)
#define MIB_2   0x200000ULL

/* The example with up to four fields changed; the plan is checked before it is placed. */
struct change {
	enum { NOTHING, HEADER, SLOT, SEGMENT } part;
	unsigned int index;
	size_t offset;
	size_t size;
	uint64_t value;
};

#define FIELD(type, field) offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define HEADER(field, value)                                                                       \
	{                                                                                          \
		HEADER, 0, FIELD(lethe_plan, field), value                                         \
	}
#define SLOT(i, field, value)                                                                      \
	{                                                                                          \
		SLOT, i, FIELD(lethe_slot, field), value                                           \
	}
#define SEGMENT(i, field, value)                                                                   \
	{                                                                                          \
		SEGMENT, i, FIELD(lethe_segment, field), value                                     \
	}

struct row {
	const char *label;
	unsigned int slot;
	uint64_t image_base;      /* 0: EXAMPLE_BASE */
	uint64_t plan_offset;     /* of the plan from EXAMPLE_BASE; 0: EXAMPLE_PLAN */
	struct change changes[8]; /* NOTHING ends it */
	int status;
	enum lethe_what what;
	unsigned int index;
};

#define FINE            LETHE_OK, LETHE_WHAT_NONE, 0
#define RAW_AT(address) SEGMENT(3, dest, address)
#define IN_PLACE_PA(i, address)                                                                    \
	SEGMENT(i, flags, LETHE_SEGMENT_IN_PLACE), SEGMENT(i, source, address)
#define MOVED(i, address) SEGMENT(i, flags, LETHE_SEGMENT_SOURCE_OFFSET), SEGMENT(i, dest, address)

/* raw: 0x2003 bytes from BASE + 0x60001, 0x3001 in memory. plan: 192 + 256 + 448 + 32 + 40 = 0x3c8.
 */
/* clang-format off */
static const struct row rows[] = {
	{"slot 0", 0, 0, 0, {{0}}, FINE},
	{"slot 1", 1, 0, 0, {{0}}, FINE},
	{"slot 2", 2, 0, 0, {{0}}, LETHE_E_INTERNAL, LETHE_WHAT_SLOT, 2},
	{"slot 2^32 - 1", 0xffffffff, 0, 0, {{0}}, LETHE_E_INTERNAL, LETHE_WHAT_SLOT, 0xffffffff},
	{"image at 2 KiB", 0, BASE + 0x800, 0, {{0}}, LETHE_E_IMAGE_BASE, LETHE_WHAT_NONE, 0},
	{"image at the top", 0, 0ULL - EXAMPLE_EXTENT, 0, {{0}}, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0},
	{"image below the top", 0, 0ULL - 0x1000 - EXAMPLE_EXTENT, 0, {{0}}, FINE},
	{"plan wraps", 0, 0, 0ULL - BASE - 0x3c8, {{0}}, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0},
	{"plan at the top", 0, 0, 0ULL - BASE - 0x3c8 - 8, {{0}}, FINE},

	/* workspace [BASE, BASE + 0x10000), plan [BASE + 0x10000, BASE + 0x103c8) */
	{"plan in the workspace", 0, 0, 0xfff8, {{0}}, LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0},
	{"workspace behind the plan", 0, 0, 0, {HEADER(flags, 0), HEADER(workspace_base, 0x80000000)}, FINE},
	{"source behind the workspace", 0, 0, 0x20000 - 0x3c8,
	 {SEGMENT(1, source, 0x10000), SEGMENT(1, mem_size, 0x100), SEGMENT(1, file_size, 0x100)}, FINE},
	{"source in the workspace", 0, 0, 0,
	 {SEGMENT(1, source, 0xffff), SEGMENT(1, mem_size, 1), SEGMENT(1, file_size, 1)},
	 LETHE_E_SOURCE_LETHE, LETHE_WHAT_SEGMENT, 1},
	{"source before the plan", 0, 0, 0x11000,
	 {SEGMENT(1, source, 0x10000), SEGMENT(1, mem_size, 0x1000), SEGMENT(1, file_size, 0x1000)}, FINE},
	{"source in the plan", 0, 0, 0x11000,
	 {SEGMENT(1, source, 0x10000), SEGMENT(1, mem_size, 0x1001), SEGMENT(1, file_size, 0x1001)},
	 LETHE_E_SOURCE_LETHE, LETHE_WHAT_SEGMENT, 1},
	{"source in the plan's last byte", 0, 0, 0x11000,
	 {SEGMENT(3, source, 0x113c7)}, LETHE_E_SOURCE_LETHE, LETHE_WHAT_SEGMENT, 3},
	{"source behind the plan", 0, 0, 0x11000, {SEGMENT(3, source, 0x113c8)}, FINE},
	{"empty source in the plan", 0, 0, 0,
	 {SEGMENT(1, source, 0x10010), SEGMENT(1, mem_size, 0), SEGMENT(1, file_size, 0)}, FINE},
	{"source of the other slot in Lethe", 1, 0, 0,
	 {SEGMENT(1, source, 0x1000), SEGMENT(1, mem_size, 1), SEGMENT(1, file_size, 1)},
	 LETHE_E_SOURCE_LETHE, LETHE_WHAT_SEGMENT, 1},
	{"bss in place over the plan", 0, 0, 0x38000,
	 {SEGMENT(1, file_size, 0x8000), SEGMENT(1, mem_size, 0x8001)},
	 LETHE_E_DEST_PLAN, LETHE_WHAT_SEGMENT, 1},
	{"bss in place before the plan", 0, 0, 0x38000,
	 {SEGMENT(1, file_size, 0x8000), SEGMENT(1, mem_size, 0x8000)}, FINE},

	/* extent */
	{"kernel ends with the extent", 0, 0, 0,
	 {SEGMENT(2, source, 0x800000), SEGMENT(2, mem_size, MIB_2)}, FINE},
	{"kernel leaves the extent", 0, 0, 0,
	 {SEGMENT(2, source, 0x800000), SEGMENT(2, mem_size, MIB_2 + 1)},
	 LETHE_E_DEST_EXTENT, LETHE_WHAT_SEGMENT, 2},
	{"kernel slides out of the extent", 0, BASE + 0x1000, EXAMPLE_PLAN + 0x1000,
	 {SEGMENT(2, source, 0x800000), SEGMENT(2, mem_size, 0x180000)},
	 LETHE_E_DEST_EXTENT, LETHE_WHAT_SEGMENT, 2},
	{"tree slides to the extent's end", 0, BASE + 0x1000, EXAMPLE_PLAN + 0x1000,
	 {SLOT(0, tree_base, 0x7ff000), HEADER(extent_size, 0x9ff000)}, FINE},
	{"tree slides out of the extent", 0, BASE + 0x2000, EXAMPLE_PLAN + 0x2000,
	 {SLOT(0, tree_base, 0x7ff000), HEADER(extent_size, 0x9ff000)},
	 LETHE_E_DEST_EXTENT, LETHE_WHAT_TREE, 0},
	{"tree slides past 2^64", 0, 0ULL - 0x1000 - EXAMPLE_EXTENT, 0, {SLOT(0, tree_base, 0x7ff000)},
	 LETHE_E_SEGMENT_WRAP, LETHE_WHAT_TREE, 0},
	{"in place outside the image", 0, 0, 0, {IN_PLACE_PA(1, BASE + EXAMPLE_EXTENT - 1)}, FINE},
	{"the other slot is not judged", 1, 0, 0, {SEGMENT(2, mem_size, EXAMPLE_EXTENT)}, FINE},
	{"slides past 2^64", 0, 0, 0,
	 {IN_PLACE_PA(1, 0xffffffffffe00001), SEGMENT(1, align, MIB_2)},
	 LETHE_E_SEGMENT_WRAP, LETHE_WHAT_SEGMENT, 1},
	{"slides so that the end passes 2^64", 0, 0, 0,
	 {IN_PLACE_PA(1, 0xffffffffffdfffff), SEGMENT(1, align, MIB_2), SEGMENT(1, mem_size, MIB_2)},
	 LETHE_E_SEGMENT_WRAP, LETHE_WHAT_SEGMENT, 1},

	/* destinations against each other; raw made part of slot 0 by dropping slot 1 */
	{"initrd touches the tree", 0, 0, 0, {SEGMENT(1, source, EXAMPLE_TREE + 0x1234)}, FINE},
	{"initrd on the tree", 0, 0, 0, {SEGMENT(1, source, EXAMPLE_TREE + 0x1233)},
	 LETHE_E_DEST_OVERLAP, LETHE_WHAT_SEGMENT, 1},
	{"bss on the initrd", 0, 0, 0, {SEGMENT(1, source, EXAMPLE_KERNEL + 0x1bffff)},
	 LETHE_E_DEST_OVERLAP, LETHE_WHAT_SEGMENT, 2},
	{"bss touches the tree slot", 0, 0, 0, {SEGMENT(2, mem_size, 0x400000)}, FINE},
	{"bss on the tree slot", 0, 0, 0, {SEGMENT(2, mem_size, 0x400001)},
	 LETHE_E_DEST_OVERLAP, LETHE_WHAT_SEGMENT, 2},
	{"raw touches its tree slot", 1, 0, 0, {RAW_AT(EXAMPLE_RAW_DEST + 0x10000 - 0x3004),
	 SEGMENT(3, mem_size, 0x3004)}, FINE},
	{"raw on its tree slot", 1, 0, 0, {RAW_AT(EXAMPLE_RAW_DEST + 0x10000 - 0x3000)},
	 LETHE_E_DEST_OVERLAP, LETHE_WHAT_SEGMENT, 3},
	{"tree slot before raw", 1, 0, 0, {SLOT(1, tree_base, EXAMPLE_RAW_DEST - 0x10000)}, FINE},
	{"tree slot on raw", 1, 0, 0, {SLOT(1, tree_base, EXAMPLE_RAW_DEST - 0xfff8)},
	 LETHE_E_DEST_OVERLAP, LETHE_WHAT_SEGMENT, 3},

	/* destinations against Lethe, the plan and sources */
	{"raw before Lethe", 1, 0, 0, {RAW_AT(BASE - 0x3004), SEGMENT(3, mem_size, 0x3004)}, FINE},
	{"raw on Lethe", 1, 0, 0, {RAW_AT(BASE - 0x3000)}, LETHE_E_DEST_LETHE, LETHE_WHAT_SEGMENT, 3},
	{"raw on Lethe's last bytes", 1, 0, 0x8000000, {RAW_AT(BASE + 0xfffc)},
	 LETHE_E_DEST_LETHE, LETHE_WHAT_SEGMENT, 3},
	{"raw behind Lethe", 1, 0, 0x8000000, {RAW_AT(BASE + 0x10000)}, FINE},
	{"raw on the plan", 1, 0, 0, {RAW_AT(BASE + 0x103c4)}, LETHE_E_DEST_PLAN, LETHE_WHAT_SEGMENT, 3},
	{"raw behind the plan", 1, 0, 0, {RAW_AT(BASE + 0x103c8)}, FINE},
	{"raw before the other slot's source", 1, 0, 0,
	 {RAW_AT(BASE + EXAMPLE_TREE - 0x3004), SEGMENT(3, mem_size, 0x3004)}, FINE},
	{"raw on the other slot's source", 1, 0, 0, {RAW_AT(BASE + EXAMPLE_TREE - 0x3000)},
	 LETHE_E_DEST_SOURCE, LETHE_WHAT_SEGMENT, 3},
	{"raw on its own source", 1, 0, 0, {RAW_AT(BASE + 0x60000)}, FINE},
	{"tree slot on Lethe", 1, 0, 0, {SLOT(1, tree_base, BASE + 0xfff8)},
	 LETHE_E_DEST_LETHE, LETHE_WHAT_TREE, 0},
	{"tree slot on the plan", 1, 0, 0, {SLOT(1, tree_base, BASE + 0x103c0)},
	 LETHE_E_DEST_PLAN, LETHE_WHAT_TREE, 0},
	{"tree slot on the other slot's source", 1, 0, 0, {SLOT(1, tree_base, BASE + EXAMPLE_TREE + 0x1230)},
	 LETHE_E_DEST_SOURCE, LETHE_WHAT_TREE, 0},
	{"tree slot on its own source", 1, 0, 0, {SLOT(1, tree_base, BASE + 0x60000)}, FINE},
	{"first one on a later source", 0, 0, 0,
	 {MOVED(1, BASE + EXAMPLE_KERNEL - 0x12344),
	  MOVED(2, 0x80000000), SEGMENT(2, align, 0)}, LETHE_E_DEST_SOURCE, LETHE_WHAT_SEGMENT, 1},
	{"first one before a later source", 0, 0, 0,
	 {MOVED(1, BASE + EXAMPLE_KERNEL - 0x12345),
	  MOVED(2, 0x80000000), SEGMENT(2, align, 0)}, FINE},
	{"later one on a source that is gone", 0, 0, 0,
	 {MOVED(1, 0x80000000), SEGMENT(2, flags, LETHE_SEGMENT_SOURCE_OFFSET), SEGMENT(2, align, 0),
	  SEGMENT(2, dest, BASE + EXAMPLE_INITRD + 0x1000), SLOT(1, entry, 0)},
	 LETHE_E_DEST_SOURCE, LETHE_WHAT_SEGMENT, 2},	/* slot 1's source lies there, too */
	{"later one on a source that is gone, alone", 0, 0, 0,
	 {MOVED(1, 0x80000000), SEGMENT(2, flags, LETHE_SEGMENT_SOURCE_OFFSET), SEGMENT(2, align, 0),
	  SEGMENT(2, dest, BASE + EXAMPLE_INITRD + 0x1000), SEGMENT(3, source, 0x900000)},
	 FINE},

	/* booting.rst's 32 GiB: kernel at 0x40400000, so the window begins at 1 GiB and ends at 33 GiB */
	{"initrd ends at 32 GiB", 0, 0, 0, {MOVED(1, 0x840000000 - 0x12345)}, FINE},
	{"initrd passes 32 GiB", 0, 0, 0, {MOVED(1, 0x840000000 - 0x12344)},
	 LETHE_E_INITRD_WINDOW, LETHE_WHAT_SEGMENT, 1},
	{"kernel far above the initrd", 0, 0x840000000, 0, {MOVED(1, 0x40000000 - 0x12345)},
	 LETHE_E_INITRD_WINDOW, LETHE_WHAT_SEGMENT, 1},
	{"kernel 32 GiB above the initrd", 0, 0x7ffe00000 - 0x3c0000, 0, {MOVED(1, 0x200)}, FINE},
	{"kernel's bss passes 32 GiB", 0, 0x7ffe00000 - 0x200000, 0, {MOVED(1, 0x200)},
	 FINE},
	{"kernel's bss passes 32 GiB, really", 0, 0x800000000 - 0x200000, 0, {MOVED(1, 0x200)},
	 LETHE_E_INITRD_WINDOW, LETHE_WHAT_SEGMENT, 1},
};
/* clang-format on */

static void apply(struct plan_builder *builder, const struct change *change)
{
	uint8_t *base[] = {
		[HEADER] = (uint8_t *)&builder->header,
		[SLOT] = (uint8_t *)(builder->slots + change->index),
		[SEGMENT] = (uint8_t *)(builder->segments + change->index),
	};

	memcpy(base[change->part] + change->offset, &change->value, change->size);
}

static void test_table(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct lethe_placement placement;
		struct lethe_where where;
		uint64_t base = row->image_base != 0 ? row->image_base : BASE;
		uint64_t plan_pa = row->plan_offset != 0 ? BASE + row->plan_offset : PLAN_PA;
		uint32_t size;
		int status;

		plan_builder_example(&builder);
		for (const struct change *change = row->changes; change->part != NOTHING;
		     change++) {
			apply(&builder, change);
		}
		size = plan_builder_seal(&builder, &image);
		status = lethe_plan_check(&image, size, NULL);
		if (status != LETHE_OK) {
			fail_msg("%s: not a plan: %s", row->label, lethe_status_name(status));
		}
		memset(&where, 0xa5, sizeof(where));
		status = lethe_place(plan_of(&image), plan_pa, row->slot, base, &placement, &where);
		if (status != row->status) {
			fail_msg("%s: %s (%s %u) instead of %s", row->label,
				 lethe_status_name(status), lethe_what_text(where.what),
				 where.index, lethe_status_name(row->status));
		}
		if (status != LETHE_OK && (where.what != row->what || where.index != row->index)) {
			fail_msg("%s: %s %u", row->label, lethe_what_text(where.what), where.index);
		}
		if (status != LETHE_OK && where.what == LETHE_WHAT_SEGMENT) {
			assert_string_equal(where.name, builder.segments[where.index].name);
		}
		assert_int_equal(
			lethe_place(plan_of(&image), plan_pa, row->slot, base, &placement, NULL),
			status);
	}
}

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
	assert_int_equal(placement.image_base, BASE);
	assert_int_equal(placement.extent_end, BASE + EXAMPLE_EXTENT);
	assert_int_equal(placement.workspace, BASE);
	assert_int_equal(placement.workspace_end, BASE + EXAMPLE_WORKSPACE);
	assert_int_equal(placement.plan, PLAN_PA);
	assert_int_equal(placement.plan_end, PLAN_PA + 0x3c8);
	assert_int_equal(placement.entry, BASE + EXAMPLE_KERNEL + 0x40);
	assert_int_equal(placement.tree, BASE + EXAMPLE_TREE_SLOT);
	assert_int_equal(placement.tree_end, BASE + EXAMPLE_TREE_SLOT + MIB_2);
	assert_int_equal(placement.segment[0].source, BASE + EXAMPLE_TREE);
	assert_int_equal(placement.segment[0].dest, BASE + EXAMPLE_TREE);
	assert_int_equal(placement.segment[1].source, BASE + EXAMPLE_INITRD);
	assert_int_equal(placement.segment[1].dest, BASE + EXAMPLE_INITRD);
	assert_int_equal(placement.segment[2].source, BASE + EXAMPLE_KERNEL);
	assert_int_equal(placement.segment[2].dest, BASE + EXAMPLE_KERNEL);
	assert_int_equal(placement.segment[3].source, BASE + EXAMPLE_RAW);
	assert_int_equal(placement.segment[3].dest, EXAMPLE_RAW_DEST);

	memset(&placement, 0xa5, sizeof(placement));
	assert_int_equal(lethe_place(plan_of(&image), PLAN_PA, 1, BASE, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.entry, EXAMPLE_RAW_DEST);
	assert_int_equal(placement.tree, EXAMPLE_RAW_DEST + 0x10000);
	assert_int_equal(placement.tree_end, EXAMPLE_RAW_DEST + 0x20000);

	/* A workspace by PA, with an Image elsewhere. */
	builder.header.flags = 0;
	builder.header.workspace_base = 0x80000000;
	plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_place(plan_of(&image), PLAN_PA, 1, BASE, &placement, NULL),
			 LETHE_OK);
	assert_int_equal(placement.workspace, 0x80000000);
	assert_int_equal(placement.workspace_end, 0x80000000 + EXAMPLE_WORKSPACE);
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
	assert_int_equal(placement.image_base, 0);
	assert_int_equal(placement.extent_end, 0);
	assert_int_equal(placement.workspace, 0x1000000);
	assert_int_equal(placement.workspace_end, 0x1010000);
	assert_int_equal(placement.entry, 0x80000004);
	assert_int_equal(placement.tree, 0);
	assert_int_equal(placement.tree_end, 0);
	assert_int_equal(placement.segment[0].source, 0x2000001);
	assert_int_equal(placement.segment[0].dest, 0x80000000);
}

/* A segment that a list supplies has no source of its own that anything could meet. */
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
	}
}

/* As many segments as there may be: nothing of the answer lies beyond its array. */
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

	/* The last two meet, and it is the last that is named. */
	builder.segments[LETHE_SEGMENT_MAX - 1].dest -= 1;
	plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_place(plan_of(&image), 0x11000000, 0, 0, placement, &where),
			 LETHE_E_DEST_OVERLAP);
	assert_int_equal(where.index, LETHE_SEGMENT_MAX - 1);
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
			assert_int_equal(placement.tree,
					 (base == BASE ? BASE : BASE + MIB_2) + 0x800000);
			assert_int_equal(placement.segment[1].dest, base + EXAMPLE_INITRD);
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
		assert_int_equal(
			lethe_overlap(cases[i].a, cases[i].a_size, cases[i].b, cases[i].b_size),
			cases[i].expected);
		assert_int_equal(
			lethe_overlap(cases[i].b, cases[i].b_size, cases[i].a, cases[i].a_size),
			cases[i].expected);
	}
}

/*
 * The reference: memory as cells of 1 KiB, marked one by one. Image at cell IMAGE_CELL, everything
 * a multiple of a cell. What a plan violates is a set, and lethe_place() must name a member of it,
 * or nothing if it is empty; what it accepts is then carried out, and everything must arrive.
 */
#define CELL       0x400ULL
#define CELLS      16384U /* 16 MiB */
#define SEGMENTS   6U
#define TREE_INDEX SEGMENTS

struct cell {
	uint8_t lethe; /* workspace */
	uint8_t plan;
	uint8_t source; /* a bit per segment */
	uint8_t dest;   /* a bit per segment of the slot, one for the tree */
};

static struct cell map[CELLS];
static uint64_t content[CELLS];

static void mark(uint8_t *first, uint64_t address, uint64_t size, uint8_t bit)
{
	for (uint64_t i = address / CELL; i < (address + size) / CELL; i++) {
		first[i * sizeof(struct cell)] |= bit;
	}
}

static int in_slot(const struct lethe_slot *slot, unsigned int i)
{
	return i >= slot->first_segment && i < slot->first_segment + slot->segment_count;
}

/* Searches upward cell by cell, as a child would. */
static uint64_t slow_slide(uint64_t source, uint64_t align, uint64_t align_offset)
{
	if (align == 0) {
		return source;
	}
	while (source % align != align_offset) {
		source += CELL;
	}
	return source;
}

static const int judged[] = {
	LETHE_E_PLAN_WORKSPACE, LETHE_E_SOURCE_LETHE, LETHE_E_DEST_EXTENT, LETHE_E_DEST_OVERLAP,
	LETHE_E_DEST_LETHE,     LETHE_E_DEST_PLAN,    LETHE_E_DEST_SOURCE,
};

#define JUDGED (sizeof(judged) / sizeof(judged[0]))

enum kind { WORKSPACE, SOURCE_LETHE, EXTENT, OVERLAP, LETHE, PLAN, SOURCE };

typedef uint8_t violations[JUDGED][SEGMENTS + 1];

/* What a cell says about the destination (or, once, the source) with this index. */
static void judge_cell(const struct cell *cell, const struct lethe_slot *slot, unsigned int index,
		       violations found)
{
	const uint8_t bit = (uint8_t)(1U << index);

	if ((cell->source & bit) && (cell->lethe || cell->plan)) {
		found[SOURCE_LETHE][index] = 1;
	}
	if (!(cell->dest & bit)) {
		return;
	}
	found[LETHE][index] |= cell->lethe;
	found[PLAN][index] |= cell->plan;
	/* Two meet: the later one is blamed, and any segment before the tree. */
	if (index != TREE_INDEX && (cell->dest & ((bit - 1U) | 1U << TREE_INDEX))) {
		found[OVERLAP][index] = 1;
	}
	for (unsigned int j = 0; j < SEGMENTS; j++) {
		if ((cell->source >> j & 1) &&
		    (!in_slot(slot, j) || (index != TREE_INDEX && j > index))) {
			found[SOURCE][index] = 1;
		}
	}
}

static void judge(const struct plan_builder *builder, const struct lethe_slot *slot,
		  uint64_t extent_end, const uint64_t dest[SEGMENTS + 1], violations found)
{
	memset(found, 0, sizeof(violations));
	for (unsigned int i = 0; i < CELLS; i++) {
		found[WORKSPACE][0] |= map[i].lethe & map[i].plan;
		for (unsigned int index = 0; index <= TREE_INDEX; index++) {
			judge_cell(&map[i], slot, index, found);
		}
	}
	for (unsigned int i = slot->first_segment; i < slot->first_segment + slot->segment_count;
	     i++) {
		const uint32_t relative = LETHE_SEGMENT_IN_PLACE | LETHE_SEGMENT_SOURCE_OFFSET;

		found[EXTENT][i] = (builder->segments[i].flags & relative) == relative &&
				   dest[i] + builder->segments[i].mem_size > extent_end;
	}
	found[EXTENT][TREE_INDEX] = (slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 &&
				    dest[TREE_INDEX] + slot->tree_size > extent_end;
}

/* Sizes and places are drawn so that about half of the plans are fine. */
static void random_plan(struct test_random *random, struct plan_builder *builder)
{
	plan_builder_init(builder);
	builder->header.slot_count = 2;
	builder->header.segment_count = SEGMENTS;
	builder->header.extent_size = (2048 + random_below(random, 6000)) * CELL;
	builder->header.flags = LETHE_PLAN_WORKSPACE_OFFSET;
	builder->header.workspace_base = random_below(random, 3) * 0x1000;
	builder->header.workspace_size = (1 + random_below(random, 16)) * 0x1000;
	builder->slots[1] = builder->slots[0];
	builder->slots[0].segment_count = 4;
	builder->slots[1].first_segment = 4;
	builder->slots[1].segment_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		builder->slots[i].tree_size = (1 + random_below(random, 64)) * CELL;
		builder->slots[i].tree_base = (1 + random_below(random, CELLS / 2)) * CELL;
		if (random_below(random, 2)) {
			builder->slots[i].flags = LETHE_SLOT_TREE_OFFSET;
			builder->slots[i].tree_base = (1 + random_below(random, 1024)) * CELL;
		}
	}
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		struct lethe_segment *segment = &builder->segments[i];
		const uint64_t kind = random_below(random, 4);

		*segment = builder->segments[0];
		segment->flags = 0;
		segment->align = 0;
		segment->align_offset = 0;
		segment->dest = 0;
		segment->file_size = random_below(random, 100) * CELL;
		segment->mem_size = segment->file_size + random_below(random, 50) * CELL;
		segment->source = random_below(random, CELLS / 2) * CELL;
		if (kind != 0) {
			segment->flags = LETHE_SEGMENT_SOURCE_OFFSET;
			segment->source = (64 + random_below(random, 1900)) * CELL;
		}
		if (kind >= 2) {
			segment->flags |= LETHE_SEGMENT_IN_PLACE;
		} else {
			segment->dest = random_below(random, CELLS / 2) * CELL;
		}
		if (kind == 3) {
			segment->align = 0x1000ULL << random_below(random, 8);
			segment->align_offset = random_below(random, segment->align / CELL) * CELL;
		}
	}
}

/* Carries the moves out, cell by cell, in order, and says whether everything arrived. */
static int arrives(const struct plan_builder *builder, const struct lethe_slot *slot,
		   const struct lethe_placement *placement)
{
	static uint64_t moving[CELLS];

	for (uint64_t i = 0; i < CELLS; i++) {
		content[i] = i + 1;
	}
	for (unsigned int i = slot->first_segment; i < slot->first_segment + slot->segment_count;
	     i++) {
		const uint64_t source = placement->segment[i].source / CELL;
		const uint64_t dest = placement->segment[i].dest / CELL;
		const uint64_t file = builder->segments[i].file_size / CELL;
		const uint64_t memory = builder->segments[i].mem_size / CELL;

		memcpy(moving, content + source, file * sizeof(moving[0]));
		memcpy(content + dest, moving, file * sizeof(moving[0]));
		memset(content + dest + file, 0, (memory - file) * sizeof(moving[0]));
	}
	for (uint64_t i = placement->tree / CELL; i < placement->tree_end / CELL; i++) {
		content[i] = UINT64_MAX;
	}
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		const uint64_t source = placement->segment[i].source / CELL;
		const uint64_t dest = placement->segment[i].dest / CELL;
		const uint64_t file = builder->segments[i].file_size / CELL;
		const uint64_t memory = builder->segments[i].mem_size / CELL;

		if (!in_slot(slot, i)) {
			for (uint64_t j = 0; j < file; j++) {
				if (content[source + j] != source + j + 1) {
					return 0;
				}
			}
			continue;
		}
		for (uint64_t j = 0; j < memory; j++) {
			if (content[dest + j] != (j < file ? source + j + 1 : 0)) {
				return 0;
			}
		}
	}
	for (uint64_t i = placement->workspace / CELL; i < placement->workspace_end / CELL; i++) {
		if (content[i] != i + 1) {
			return 0;
		}
	}
	for (uint64_t i = placement->plan / CELL; i < placement->plan_end / CELL; i++) {
		if (content[i] != i + 1) {
			return 0;
		}
	}
	return 1;
}

static void one_random(struct test_random *random, unsigned int counts[JUDGED + 1])
{
	static struct plan_builder builder;
	static struct plan_image image;
	const uint64_t base = (random_below(random, 512) + 1) * 0x1000;
	const uint64_t plan_size = 2 * CELL;
	/* Mostly behind the workspace, as in a bundle. */
	const uint64_t plan_cell = random_below(random, 8) ? 80 + random_below(random, 1000) : 40;
	const uint64_t plan_pa = base + plan_cell * CELL;
	const unsigned int slot = (unsigned int)random_below(random, 2);
	struct lethe_placement placement;
	struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
	uint64_t dest[SEGMENTS + 1];
	violations found;
	unsigned int violation_count = 0;
	int is_member = 0;
	int status;

	random_plan(random, &builder);
	/* Strings fill the plan up to whole cells: it has no size of its own choosing. */
	builder.header.strings_size = (uint32_t)(plan_size - lethe_plan_size(2, SEGMENTS, 0, 0));
	memset(builder.strings, 'a', builder.header.strings_size - 1);
	builder.slots[0].cmdline_size = builder.header.strings_size;
	status = lethe_plan_check(&image, plan_builder_seal(&builder, &image), NULL);
	if (status != LETHE_OK) {
		fail_msg("not a plan: %s", lethe_status_name(status));
	}

	memset(map, 0, sizeof(map));
	mark(&map[0].lethe, base + builder.header.workspace_base, builder.header.workspace_size, 1);
	mark(&map[0].plan, plan_pa, plan_size, 1);
	for (unsigned int i = 0; i < SEGMENTS; i++) {
		const struct lethe_segment *segment = &builder.segments[i];
		uint64_t source = segment->source;

		if (segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) {
			source += base;
		}
		dest[i] = segment->dest;
		if (segment->flags & LETHE_SEGMENT_IN_PLACE) {
			dest[i] = slow_slide(source, segment->align, segment->align_offset);
		}
		mark(&map[0].source, source, segment->file_size, (uint8_t)(1U << i));
		if (in_slot(&builder.slots[slot], i)) {
			mark(&map[0].dest, dest[i], segment->mem_size, (uint8_t)(1U << i));
		}
	}
	dest[TREE_INDEX] = builder.slots[slot].tree_base;
	if (builder.slots[slot].flags & LETHE_SLOT_TREE_OFFSET) {
		dest[TREE_INDEX] = slow_slide(base + dest[TREE_INDEX], MIB_2, 0);
	}
	mark(&map[0].dest, dest[TREE_INDEX], builder.slots[slot].tree_size, 1U << TREE_INDEX);

	status = lethe_place(plan_of(&image), plan_pa, slot, base, &placement, &where);
	judge(&builder, &builder.slots[slot], base + builder.header.extent_size, dest, found);
	for (unsigned int i = 0; i < JUDGED * (SEGMENTS + 1); i++) {
		const unsigned int kind = i / (SEGMENTS + 1);
		const unsigned int index = i % (SEGMENTS + 1);

		violation_count += found[kind][index];
		if (found[kind][index] && judged[kind] == status &&
		    index == (where.what == LETHE_WHAT_TREE ? TREE_INDEX : where.index)) {
			is_member = 1;
			counts[kind]++;
		}
	}
	counts[JUDGED] += violation_count == 0;
	if ((violation_count == 0) != (status == LETHE_OK) || is_member != (status != LETHE_OK)) {
		fail_msg("%u violations, but %s (%s %u)", violation_count,
			 lethe_status_name(status), lethe_what_text(where.what), where.index);
	}
	if (status == LETHE_OK) {
		for (unsigned int i = 0; i < SEGMENTS; i++) {
			assert_int_equal(placement.segment[i].dest, dest[i]);
		}
		assert_int_equal(placement.tree, dest[TREE_INDEX]);
		assert_true(arrives(&builder, &builder.slots[slot], &placement));
	}
}

static void test_random(void **state)
{
	const char *text = getenv("LETHE_TEST_SEED");
	const uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : 0x1e73e;
	struct test_random random = {seed};
	unsigned int counts[JUDGED + 1] = {0};

	(void)state;
	print_message("LETHE_TEST_SEED=0x%llx\n", (unsigned long long)seed);
	for (unsigned int i = 0; i < 3000; i++) {
		one_random(&random, counts);
	}
	for (size_t i = 0; i <= JUDGED; i++) {
		print_message("%6u %s\n", counts[i],
			      lethe_status_name(i < JUDGED ? judged[i] : LETHE_OK));
		assert_true(counts[i] >= 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_without_image),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_most_segments),
		cmocka_unit_test(test_slide),
		cmocka_unit_test(test_slide_from_below),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
