/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_purgatory_plan(), lethe_purgatory_plan_holds(): the symbols that kexec-tools patches, as a
 * plan. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "entry.h"
#include "purgatory/purgatory.h"
#include "purgatory_world.h"

#define START ((uint64_t)lethe_image_start)
#define END   ((uint64_t)lethe_blob_end)
#define TOP   0xfffffffffffff000 /* the last page */

/* A kernel, an initrd and a tree, as kexec loads them; the rows below change this base. */
static struct symbols good(void)
{
	return (struct symbols){
		.kernel_entry = 0x40200000,
		.dtb_addr = 0x4a000000,
		.regions = {{0x40200000, 0x2000000}, {0x48000000, 0x1000000}, {0x4a000000, 0x3000}},
	};
}

static struct lethe_context ctx;
static struct lethe_where where;

/* With bss as a loader leaves it. */
static int check(const struct symbols *symbols)
{
	if (ctx.plan != NULL) {
		memset((void *)(uintptr_t)ctx.plan, 0, sizeof(struct lethe_purgatory_plan));
	}
	memset(&ctx, 0, sizeof(ctx));
	memset(&where, 0x5a, sizeof(where));
	symbols_set(symbols);
	return lethe_purgatory_plan(&ctx, &where);
}

static void assert_segment(unsigned int index, const char *name, uint64_t start, uint64_t size)
{
	static const char zeros[LETHE_NAME_SIZE];
	const struct lethe_segment *segment = &lethe_purgatory_segments(&ctx)[index];

	assert_string_equal(segment->name, name);
	assert_memory_equal(segment->name + strlen(name), zeros, sizeof(zeros) - strlen(name));
	assert_true(segment->source == start && segment->dest == start);
	assert_true(segment->file_size == size && segment->mem_size == size);
	assert_true(ctx.placement.segment[index].source == start);
	assert_true(ctx.placement.segment[index].dest == start);
}

static void test_good(void **state)
{
	const struct symbols symbols = good();

	(void)state;
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_int_equal(ctx.plan->segment_count, 3);
	assert_int_equal(ctx.plan->slot_count, 1);
	assert_int_equal(ctx.plan->el, LETHE_EL_AS_ENTERED);
	assert_int_equal(ctx.plan->mode, LETHE_MODE_BEST);
	assert_int_equal(ctx.slot->first_segment, 0);
	assert_int_equal(ctx.slot->segment_count, 3);
	assert_int_equal(ctx.slot->tree_segment, LETHE_INDEX_NONE);
	assert_int_equal(ctx.placement.entry, 0x40200000);
	assert_int_equal(ctx.placement.tree.start, 0x4a000000);
	assert_segment(0, "kernel", 0x40200000, 0x2000000);
	assert_segment(1, "initrd", 0x48000000, 0x1000000);
	assert_segment(2, "dtb", 0x4a000000, 0x3000);
}

/* The two symbols may point anywhere into their regions, up to the last byte. */
static void test_names(void **state)
{
	struct symbols symbols = good();

	(void)state;
	symbols.kernel_entry = 0x42200000 - 1;
	symbols.dtb_addr = 0x4a003000 - 1;
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_segment(0, "kernel", 0x40200000, 0x2000000);
	assert_segment(2, "dtb", 0x4a000000, 0x3000);
	/* one region for both: the kernel's */
	symbols.dtb_addr = 0x41000000;
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_segment(0, "kernel", 0x40200000, 0x2000000);
	assert_segment(2, "initrd", 0x4a000000, 0x3000);
}

/* A region of no bytes does not count, at any address. */
static void test_holes(void **state)
{
	struct symbols symbols = good();

	(void)state;
	symbols.regions[5] = symbols.regions[2];
	symbols.regions[2] = symbols.regions[1];
	symbols.regions[1].size = 0;
	symbols.regions[1].start = START + 1;
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_int_equal(ctx.plan->segment_count, 3);
	assert_segment(0, "kernel", 0x40200000, 0x2000000);
	assert_segment(1, "initrd", 0x48000000, 0x1000000);
	assert_segment(2, "dtb", 0x4a000000, 0x3000);
}

static void test_sixteen(void **state)
{
	struct symbols symbols = good();
	unsigned int i;

	(void)state;
	for (i = 3; i < 16; i++) {
		symbols.regions[i].start = 0x50000000 + i * 0x1000;
		symbols.regions[i].size = 0x1000;
	}
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_int_equal(ctx.plan->segment_count, 16);
	assert_int_equal(ctx.slot->segment_count, 16);
	assert_segment(2, "dtb", 0x4a000000, 0x3000);
	assert_segment(15, "initrd", 0x5000f000, 0x1000);
	/* the last region is checked, too */
	symbols.regions[15].size = 0x1001;
	assert_int_equal(check(&symbols), LETHE_E_SEGMENT_ALIGN);
	assert_int_equal(where.index, 15);
}

/* The fault of region index at these addresses. */
static void expect_region(unsigned int index, uint64_t start, uint64_t size, int status)
{
	static const char *const names[] = {"kernel", "initrd", "dtb"};
	struct symbols symbols = good();

	symbols.regions[index].start = start;
	symbols.regions[index].size = size;
	if (index == 0) {
		symbols.kernel_entry = start;
	} else if (index == 2) {
		symbols.dtb_addr = start;
	}
	assert_int_equal(check(&symbols), status);
	if (status != LETHE_OK) {
		assert_int_equal(where.what, LETHE_WHAT_SEGMENT);
		assert_int_equal(where.index, index);
		assert_string_equal(where.name, names[index]);
		assert_true(where.value == start);
	}
}

static void test_align(void **state)
{
	unsigned int index;

	(void)state;
	for (index = 0; index < 3; index++) {
		expect_region(index, 0x60000001, 0x1000, LETHE_E_SEGMENT_ALIGN);
		expect_region(index, 0x60000800, 0x1000, LETHE_E_SEGMENT_ALIGN);
		expect_region(index, 0x60000000, 0x1001, LETHE_E_SEGMENT_ALIGN);
		expect_region(index, 0x60000000, 0x1800, LETHE_E_SEGMENT_ALIGN);
		expect_region(index, 0x60000000, 64, LETHE_E_SEGMENT_ALIGN);
		expect_region(index, 0x60000800, 0x800, LETHE_E_SEGMENT_ALIGN);
		expect_region(index, 0x60000000, 0x1000, LETHE_OK);
	}
}

/* The end must fit into 64 bits, too: the very last page is refused. */
static void test_wrap(void **state)
{
	unsigned int index;

	(void)state;
	for (index = 0; index < 3; index++) {
		expect_region(index, TOP, 0x1000, LETHE_E_SEGMENT_WRAP);
		expect_region(index, TOP, 0x2000, LETHE_E_SEGMENT_WRAP);
		expect_region(index, TOP - 0x2000, 0x3000, LETHE_E_SEGMENT_WRAP);
		expect_region(index, 0x60000000, 0 - 0x60000000ULL, LETHE_E_SEGMENT_WRAP);
		expect_region(index, 0x60000000, 0x1000 - 0x60000000ULL, LETHE_E_SEGMENT_WRAP);
		expect_region(index, TOP - 0x1000, 0x1000, LETHE_OK);
	}
}

static void test_over_lethe(void **state)
{
	unsigned int index;

	(void)state;
	assert_int_equal(END - START, LETHE_SIZE);
	for (index = 0; index < 3; index++) {
		/* exactly before, exactly behind */
		expect_region(index, START - 0x1000, 0x1000, LETHE_OK);
		expect_region(index, START - 0x10000, 0x10000, LETHE_OK);
		expect_region(index, END, 0x1000, LETHE_OK);
		/* one page, at either end and in the middle; the whole region */
		expect_region(index, START - 0x1000, 0x2000, LETHE_E_DEST_LETHE);
		expect_region(index, END - 0x1000, 0x2000, LETHE_E_DEST_LETHE);
		expect_region(index, START, 0x1000, LETHE_E_DEST_LETHE);
		expect_region(index, END - 0x1000, 0x1000, LETHE_E_DEST_LETHE);
		expect_region(index, START + 0x1000, 0x1000, LETHE_E_DEST_LETHE);
		expect_region(index, START, LETHE_SIZE, LETHE_E_DEST_LETHE);
		expect_region(index, START - 0x1000, LETHE_SIZE + 0x2000, LETHE_E_DEST_LETHE);
	}
}

static void assert_outside(int status, uint64_t address)
{
	assert_int_equal(where.what, LETHE_WHAT_NONE);
	assert_null(where.name);
	assert_true(where.value == address);
	assert_true(status == LETHE_E_PLAN_ENTRY || status == LETHE_E_PLAN_TREE);
}

static void test_outside(void **state)
{
	static const uint64_t entries[] = {0, 0x40200000 - 1, 0x42200000, 0x4a003000, UINT64_MAX};
	static const uint64_t trees[] = {0, 0x4a000000 - 1, 0x4a003000, 0x40200000 - 1, UINT64_MAX};
	struct symbols symbols;
	unsigned int i;
	int status;

	(void)state;
	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		symbols = good();
		symbols.kernel_entry = entries[i];
		status = check(&symbols);
		assert_int_equal(status, LETHE_E_PLAN_ENTRY);
		assert_outside(status, entries[i]);
		symbols = good();
		symbols.dtb_addr = trees[i];
		status = check(&symbols);
		assert_int_equal(status, LETHE_E_PLAN_TREE);
		assert_outside(status, trees[i]);
	}
	/* no region at all */
	symbols = good();
	memset(symbols.regions, 0, sizeof(symbols.regions));
	assert_int_equal(check(&symbols), LETHE_E_PLAN_ENTRY);
	assert_int_equal(ctx.plan->segment_count, 0);
}

/* kexec -i: no region is known, and none is missed. */
static void test_skipped(void **state)
{
	struct symbols symbols = {
		.kernel_entry = 0x40200000, .dtb_addr = 0x4a000000, .skip_checks = 1};

	(void)state;
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_int_equal(ctx.plan->segment_count, 0);
	assert_int_equal(ctx.placement.entry, 0x40200000);
	assert_int_equal(ctx.placement.tree.start, 0x4a000000);
	symbols = good();
	symbols.skip_checks = 1;
	symbols.kernel_entry = 0;
	symbols.dtb_addr = 0;
	assert_int_equal(check(&symbols), LETHE_OK);
	assert_int_equal(ctx.plan->segment_count, 3);
	/* a region that is bad is bad */
	symbols.regions[1].size = 1;
	assert_int_equal(check(&symbols), LETHE_E_SEGMENT_ALIGN);
}

static void test_holds(void **state)
{
	struct symbols symbols = good();

	(void)state;
	/* two adjacent regions: a range across both is in neither */
	symbols.regions[3].start = 0x4a003000;
	symbols.regions[3].size = 0x1000;
	symbols.regions[4].start = TOP - 0x1000;
	symbols.regions[4].size = 0x1000;
	assert_int_equal(check(&symbols), LETHE_OK);

	assert_true(lethe_purgatory_plan_holds(&ctx, 0x4a000000, 0x3000));
	assert_true(lethe_purgatory_plan_holds(&ctx, 0x4a000000, 0));
	assert_true(lethe_purgatory_plan_holds(&ctx, 0x4a002fff, 1));
	assert_true(lethe_purgatory_plan_holds(&ctx, 0x4a003000, 0x1000));
	assert_true(lethe_purgatory_plan_holds(&ctx, 0x40200000, 0x2000000));
	assert_true(lethe_purgatory_plan_holds(&ctx, TOP - 0x1000, 0x1000));

	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a000000, 0x3001));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a002fff, 2));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a000000 - 1, 1));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a000000 - 1, 0x3000));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a004000, 0));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a004000, 1));
	assert_false(lethe_purgatory_plan_holds(&ctx, TOP, 0));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0, 0));
	/* ends that wrap */
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a001000, UINT64_MAX));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a001000, 0 - 0x1000ULL));
	assert_false(lethe_purgatory_plan_holds(&ctx, 0x4a001000, 0 - 0x4a001000ULL));
	assert_false(lethe_purgatory_plan_holds(&ctx, TOP - 1, 2));
	assert_false(lethe_purgatory_plan_holds(&ctx, TOP - 0x1000, 0x1001));
	assert_false(lethe_purgatory_plan_holds(&ctx, UINT64_MAX, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_names),
		cmocka_unit_test(test_holes),   cmocka_unit_test(test_sixteen),
		cmocka_unit_test(test_align),   cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_outside), cmocka_unit_test(test_over_lethe),
		cmocka_unit_test(test_skipped), cmocka_unit_test(test_holds),
	};

	return cmocka_run_group_tests_name("purgatory_plan", tests, NULL, NULL);
}
