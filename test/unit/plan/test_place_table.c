/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_place(): a table of exact byte positions around every border. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/place.h>

#include "plan_builder.h"
#include "plan_poke.h"

#define BASE    EXAMPLE_BASE
#define PLAN_PA (BASE + EXAMPLE_PLAN)
#define MIB_2   0x200000ULL

/* The example with some fields changed; the plan is checked before it is placed. */
struct row {
	const char *label;
	unsigned int slot;
	uint64_t image_base;  /* 0: EXAMPLE_BASE */
	uint64_t plan_offset; /* of the plan from EXAMPLE_BASE; 0: EXAMPLE_PLAN */
	struct poke pokes[8];
	int status;
	enum lethe_what what;
	unsigned int index;
	const char *order; /* a digit per move, if not the plan's order */
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
	{"image at the top", 0, 0ULL - EXAMPLE_EXTENT, 0, {{0}}, LETHE_E_SEGMENT_WRAP,
	 LETHE_WHAT_NONE, 0},
	{"image below the top", 0, 0ULL - 0x1000 - EXAMPLE_EXTENT, 0, {{0}}, FINE},
	{"plan wraps", 0, 0, 0ULL - BASE - 0x3c8, {{0}}, LETHE_E_SEGMENT_WRAP, LETHE_WHAT_NONE, 0},
	{"plan at the top", 0, 0, 0ULL - BASE - 0x3c8 - 8, {{0}}, FINE},

	/* workspace [BASE, BASE + 0x10000), plan [BASE + 0x10000, BASE + 0x103c8) */
	{"plan partly in the workspace", 0, 0, 0xfff8, {{0}}, LETHE_E_PLAN_WORKSPACE,
	 LETHE_WHAT_NONE, 0},
	{"plan's last byte behind the workspace", 0, 0, 0x10000 - 0x3c0, {{0}},
	 LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0},
	{"plan ends with the workspace", 0, 0, 0x10000 - 0x3c8, {{0}}, FINE},
	{"plan in the middle of the workspace", 0, 0, 0x8000, {{0}}, FINE},
	{"plan begins with the workspace", 0, 0, 0x10000, {HEADER(workspace_base, 0x10000)}, FINE},
	{"plan's first bytes before the workspace", 0, 0, 0xfff8, {HEADER(workspace_base, 0x10000)},
	 LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0},
	{"source on a plan in the workspace", 0, 0, 0x8000,
	 {SEGMENT(1, source, 0x8000), SEGMENT(1, mem_size, 1), SEGMENT(1, file_size, 1)},
	 LETHE_E_SOURCE_LETHE, LETHE_WHAT_SEGMENT, 1},
	{"raw on a plan in the workspace", 1, 0, 0x8000, {RAW_AT(BASE + 0x8000)},
	 LETHE_E_DEST_LETHE, LETHE_WHAT_SEGMENT, 3},
	{"workspace behind the plan", 0, 0, 0,
	 {HEADER(flags, 0), HEADER(workspace_base, 0x80000000)}, FINE},
	{"source behind the workspace", 0, 0, 0x20000 - 0x3c8,
	 {SEGMENT(1, source, 0x10000), SEGMENT(1, mem_size, 0x100), SEGMENT(1, file_size, 0x100)},
	 FINE},
	{"source in the workspace", 0, 0, 0,
	 {SEGMENT(1, source, 0xffff), SEGMENT(1, mem_size, 1), SEGMENT(1, file_size, 1)},
	 LETHE_E_SOURCE_LETHE, LETHE_WHAT_SEGMENT, 1},
	{"source before the plan", 0, 0, 0x11000,
	 {SEGMENT(1, source, 0x10000), SEGMENT(1, mem_size, 0x1000), SEGMENT(1, file_size, 0x1000)},
	 FINE},
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
	{"tree slides past 2^64", 0, 0ULL - 0x1000 - EXAMPLE_EXTENT, 0,
	 {SLOT(0, tree_base, 0x7ff000)},
	 LETHE_E_SEGMENT_WRAP, LETHE_WHAT_TREE, 0},
	{"in place outside the image", 0, 0, 0, {IN_PLACE_PA(1, BASE + EXAMPLE_EXTENT - 1)}, FINE},
	{"the other slot is not checked", 1, 0, 0, {SEGMENT(2, mem_size, EXAMPLE_EXTENT)}, FINE},
	{"slides past 2^64", 0, 0, 0,
	 {IN_PLACE_PA(1, 0xffffffffffe00001), SEGMENT(1, align, MIB_2)},
	 LETHE_E_SEGMENT_WRAP, LETHE_WHAT_SEGMENT, 1},
	{"slides so that the end passes 2^64", 0, 0, 0,
	 {IN_PLACE_PA(1, 0xffffffffffdfffff), SEGMENT(1, align, MIB_2),
	  SEGMENT(1, mem_size, MIB_2)},
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
	{"raw on Lethe", 1, 0, 0, {RAW_AT(BASE - 0x3000)}, LETHE_E_DEST_LETHE, LETHE_WHAT_SEGMENT,
	 3},
	{"raw on Lethe's last bytes", 1, 0, 0x8000000, {RAW_AT(BASE + 0xfffc)},
	 LETHE_E_DEST_LETHE, LETHE_WHAT_SEGMENT, 3},
	{"raw behind Lethe", 1, 0, 0x8000000, {RAW_AT(BASE + 0x10000)}, FINE},
	{"raw on the plan", 1, 0, 0, {RAW_AT(BASE + 0x103c4)}, LETHE_E_DEST_PLAN,
	 LETHE_WHAT_SEGMENT, 3},
	{"raw behind the plan", 1, 0, 0, {RAW_AT(BASE + 0x103c8)}, FINE},
	{"raw on the earlier slot's source", 1, 0, 0, {RAW_AT(BASE + EXAMPLE_TREE - 0x3000)}, FINE},
	{"raw on its own source", 1, 0, 0, {RAW_AT(BASE + 0x60000)}, FINE},
	{"tree slot on Lethe", 1, 0, 0, {SLOT(1, tree_base, BASE + 0xfff8)},
	 LETHE_E_DEST_LETHE, LETHE_WHAT_TREE, 0},
	{"tree slot on the plan", 1, 0, 0, {SLOT(1, tree_base, BASE + 0x103c0)},
	 LETHE_E_DEST_PLAN, LETHE_WHAT_TREE, 0},
	{"tree slot on the earlier slot's source", 1, 0, 0,
	 {SLOT(1, tree_base, BASE + EXAMPLE_TREE + 0x1230)}, FINE},
	{"tree slot before the later slot's source", 0, 0, 0,
	 {SLOT(0, flags, 0), SLOT(0, tree_base, BASE + 0x5e000), SLOT(0, tree_size, 0x2000)}, FINE},
	{"tree slot on the later slot's source", 0, 0, 0,
	 {SLOT(0, flags, 0), SLOT(0, tree_base, BASE + 0x5e008), SLOT(0, tree_size, 0x2000)},
	 LETHE_E_DEST_SOURCE, LETHE_WHAT_TREE, 0},
	{"tree slot on its own source", 1, 0, 0, {SLOT(1, tree_base, BASE + 0x60000)}, FINE},
	{"first one on a later source, which goes first", 0, 0, 0,
	 {MOVED(1, BASE + EXAMPLE_KERNEL - 0x12344),
	  MOVED(2, 0x80000000), SEGMENT(2, align, 0)}, FINE, "021"},
	{"first one before a later source", 0, 0, 0,
	 {MOVED(1, BASE + EXAMPLE_KERNEL - 0x12345),
	  MOVED(2, 0x80000000), SEGMENT(2, align, 0)}, FINE},
	{"first one on a later one that slides", 0, BASE + 0x1000, EXAMPLE_PLAN + 0x1000,
	 {MOVED(1, BASE + EXAMPLE_KERNEL + 0x1000)}, FINE, "021"},
	{"two on each other's source", 0, 0, 0,
	 {MOVED(1, BASE + EXAMPLE_KERNEL), MOVED(2, BASE + EXAMPLE_INITRD + 0x1000),
	  SEGMENT(2, align, 0), SEGMENT(3, source, 0x900000)},
	 LETHE_E_DEST_SOURCE, LETHE_WHAT_SEGMENT, 1},
	{"later one on a source that is gone", 0, 0, 0,
	 {MOVED(1, 0x80000000), SEGMENT(2, flags, LETHE_SEGMENT_SOURCE_OFFSET),
	  SEGMENT(2, align, 0),
	  SEGMENT(2, dest, BASE + EXAMPLE_INITRD + 0x1000), SLOT(1, entry, 0)},
	 LETHE_E_DEST_SOURCE, LETHE_WHAT_SEGMENT, 2},	/* slot 1's source has the same address */
	{"later one on a source that is gone, alone", 0, 0, 0,
	 {MOVED(1, 0x80000000), SEGMENT(2, flags, LETHE_SEGMENT_SOURCE_OFFSET),
	  SEGMENT(2, align, 0),
	  SEGMENT(2, dest, BASE + EXAMPLE_INITRD + 0x1000), SEGMENT(3, source, 0x900000)},
	 FINE},

	/* booting.rst's 32 GiB: kernel at 0x40400000, so the window is 1 GiB to 33 GiB */
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

static void check_order(const struct row *row, const struct lethe_slot *slot,
			const struct lethe_placement *placement)
{
	for (unsigned int i = 0; i < slot->segment_count; i++) {
		const unsigned int expected = row->order != NULL ? (unsigned int)(row->order[i] - '0')
								 : slot->first_segment + i;

		if (placement->order[i] != expected) {
			fail_msg("%s: move %u is segment %u instead of %u", row->label, i,
				 placement->order[i], expected);
		}
	}
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
		plan_poke(&builder, row->pokes);
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
		if (status == LETHE_OK) {
			check_order(row, &builder.slots[row->slot], &placement);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("place_table", tests, NULL, NULL);
}
