/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identity map: descriptors bit by bit, written down from the Arm ARM, and the cases with a
 * name. test_idmap_property.c has the random ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/status.h>

#include "idmap.h"
#include "table_walk.h"

#define PAGE    0x1000ULL
#define MIB_2   0x200000ULL
#define GIB     0x40000000ULL
#define TIB     (1024 * GIB)
#define TOP     (1ULL << 48)
#define ENTRIES 512U

static uint64_t *pool;
static struct lethe_idmap map;

/* A pool of its own size, so that the sanitizer sees a store behind it; old contents are anything.
 */
static int setup(uint32_t pages, enum lethe_regime regime)
{
	free(pool);
	pool = aligned_alloc(PAGE, (pages + 1) * PAGE);
	assert_non_null(pool);
	memset(pool, 0xa5, (pages + 1) * PAGE);
	return lethe_idmap_init(&map, pool, pages, regime);
}

static void add(uint64_t base, uint64_t size, enum lethe_map_kind kind)
{
	assert_int_equal(lethe_idmap_add(&map, base, size, kind), LETHE_OK);
}

static struct table_walk walk_to(uint64_t va)
{
	struct table_walk walk = {
		.root = pool,
		.pool = pool,
		.pool_pages = map.pages,
		.has_el0 = map.regime != LETHE_REGIME_EL2,
	};
	const char *wrong = table_walk(&walk, va);

	if (wrong != NULL) {
		fail_msg("va 0x%llx: %s", (unsigned long long)va, wrong);
	}
	return walk;
}

static int mapped(uint64_t va)
{
	return walk_to(va).mapped;
}

static void test_descriptors(void **state)
{
	/* Type, AttrIndx, SH, AF; then AP[2], AP[1]; then XN (54) and PXN (53). */
	static const struct {
		enum lethe_regime regime;
		enum lethe_map_kind kind;
		uint64_t page;
	} rows[] = {
		{LETHE_REGIME_EL1, LETHE_MAP_RW, 0x0060000000000707},
		{LETHE_REGIME_EL1, LETHE_MAP_RO, 0x0060000000000787},
		{LETHE_REGIME_EL1, LETHE_MAP_TEXT, 0x0040000000000787},
		{LETHE_REGIME_EL1, LETHE_MAP_DEVICE, 0x0060000000000403},
		{LETHE_REGIME_EL20, LETHE_MAP_RW, 0x0060000000000707},
		{LETHE_REGIME_EL20, LETHE_MAP_RO, 0x0060000000000787},
		{LETHE_REGIME_EL20, LETHE_MAP_TEXT, 0x0040000000000787},
		{LETHE_REGIME_EL20, LETHE_MAP_DEVICE, 0x0060000000000403},
		{LETHE_REGIME_EL2, LETHE_MAP_RW, 0x0040000000000747},
		{LETHE_REGIME_EL2, LETHE_MAP_RO, 0x00400000000007c7},
		{LETHE_REGIME_EL2, LETHE_MAP_TEXT, 0x00000000000007c7},
		{LETHE_REGIME_EL2, LETHE_MAP_DEVICE, 0x0040000000000443},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t block = rows[i].page - 2; /* bit 1 clear */

		/* A page, a GiB, 2 MiB: root, level 1, levels 2 and 3 of the page, level 2 of the 2
		 * MiB. */
		assert_int_equal(setup(5, rows[i].regime), LETHE_OK);
		add(3 * GIB - PAGE, PAGE + GIB + MIB_2, rows[i].kind);
		assert_int_equal(map.used, 5);
		assert_int_equal(pool[0], (uintptr_t)&pool[ENTRIES] | 3);
		assert_int_equal(pool[ENTRIES + 2], (uintptr_t)&pool[2 * ENTRIES] | 3);
		assert_int_equal(pool[3 * ENTRIES + 511], rows[i].page | (3 * GIB - PAGE));
		assert_int_equal(pool[ENTRIES + 3], block | 3 * GIB);
		assert_int_equal(pool[4 * ENTRIES], block | 4 * GIB);
	}
}

static void test_init(void **state)
{
	static uint64_t *const near_top = (uint64_t *)(TOP - PAGE);

	(void)state;
	assert_int_equal(setup(0, LETHE_REGIME_EL1), LETHE_E_MAP_POOL);
	assert_int_equal(pool[0], 0xa5a5a5a5a5a5a5a5);
	assert_int_equal(setup(1, LETHE_REGIME_EL1), LETHE_OK);
	assert_false(mapped(0) || mapped(GIB) || mapped(TOP - 1));
	assert_int_equal(pool[ENTRIES], 0xa5a5a5a5a5a5a5a5);
	assert_int_equal(lethe_idmap_init(&map, pool + 1, 1, LETHE_REGIME_EL1), LETHE_E_INTERNAL);
	assert_int_equal(lethe_idmap_init(&map, near_top, 2, LETHE_REGIME_EL1),
			 LETHE_E_MAP_ADDRESS);
	assert_int_equal(lethe_idmap_init(&map, near_top + ENTRIES, 0, LETHE_REGIME_EL1),
			 LETHE_E_MAP_POOL);
}

/* One page, wherever: that page and no other. */
static void test_one_page(void **state)
{
	static const uint64_t pages[] = {
		0,         PAGE,       MIB_2 - PAGE,   MIB_2,        GIB - PAGE,          GIB,
		4 * GIB,   512 * GIB,  TIB + PAGE,     TIB - PAGE,   1100 * GIB,          TOP / 2,
		TOP - GIB, TOP - PAGE, TOP - 2 * PAGE, (1ULL << 39), (1ULL << 47) - PAGE,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct table_walk walk;

		assert_int_equal(setup(4, LETHE_REGIME_EL2), LETHE_OK);
		add(pages[i], PAGE, LETHE_MAP_RW);
		assert_int_equal(map.used, 4);
		walk = walk_to(pages[i] + PAGE - 1);
		assert_true(walk.mapped);
		assert_int_equal(walk.span, PAGE);
		assert_int_equal(walk.output, pages[i]);
		assert_false(pages[i] + PAGE < TOP && mapped(pages[i] + PAGE));
		assert_false(pages[i] > 0 && mapped(pages[i] - 1));
	}
}

static void test_refused(void **state)
{
	static const struct {
		uint64_t base, size;
		int status;
	} rows[] = {
		{GIB + 1, PAGE, LETHE_E_INTERNAL},
		{GIB + PAGE / 2, PAGE, LETHE_E_INTERNAL},
		{GIB, 1, LETHE_E_INTERNAL},
		{GIB, PAGE + PAGE / 2, LETHE_E_INTERNAL},
		{TOP, PAGE, LETHE_E_MAP_ADDRESS},
		{TOP - PAGE, 2 * PAGE, LETHE_E_MAP_ADDRESS},
		{0, TOP + PAGE, LETHE_E_MAP_ADDRESS},
		{16 * TOP, PAGE, LETHE_E_MAP_ADDRESS},
		{0 - PAGE, PAGE, LETHE_E_MAP_ADDRESS},
		{0 - PAGE, 2 * PAGE, LETHE_E_MAP_ADDRESS},
		{PAGE, 0 - PAGE, LETHE_E_MAP_ADDRESS},
		{GIB, 0 - GIB + PAGE, LETHE_E_MAP_ADDRESS},
		{TOP + PAGE, 0, LETHE_E_MAP_ADDRESS},
		{TOP, 0, LETHE_OK},
		{GIB, 0, LETHE_OK},
		{0, 0, LETHE_OK},
	};
	uint64_t before[ENTRIES];
	size_t i;

	(void)state;
	assert_int_equal(setup(8, LETHE_REGIME_EL1), LETHE_OK);
	add(4 * GIB, PAGE, LETHE_MAP_RW);
	memcpy(before, pool, sizeof(before));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(lethe_idmap_add(&map, rows[i].base, rows[i].size, LETHE_MAP_RW),
				 rows[i].status);
		assert_int_equal(map.used, 4);
		assert_memory_equal(before, pool, sizeof(before));
	}
}

/* Lethe's text in the midst of RAM: the block goes to pieces that say what it said. */
static void test_split(void **state)
{
	struct table_walk walk;

	(void)state;
	assert_int_equal(setup(6, LETHE_REGIME_EL20), LETHE_OK);
	add(GIB, 2 * GIB, LETHE_MAP_RW);
	assert_int_equal(map.used, 2);
	add(GIB + MIB_2 + PAGE, 2 * PAGE, LETHE_MAP_TEXT);
	assert_int_equal(map.used, 4);
	walk = walk_to(GIB + MIB_2 + PAGE);
	assert_true(walk.execute && !walk.write && walk.output == GIB + MIB_2 + PAGE);
	walk = walk_to(GIB + MIB_2 + 3 * PAGE);
	assert_true(walk.write && !walk.execute && walk.span == PAGE);
	assert_int_equal(walk.output, GIB + MIB_2 + 3 * PAGE);
	walk = walk_to(GIB + MIB_2);
	assert_true(walk.write && !walk.execute && walk.span == PAGE);
	walk = walk_to(2 * GIB - 1);
	assert_true(walk.write && !walk.execute && walk.span == MIB_2);
	assert_int_equal(walk.output, 2 * GIB - MIB_2);
	assert_int_equal(walk_to(2 * GIB).span, GIB);
	/* A block over tables: their pages are gone, and what lay in them. */
	add(GIB, GIB, LETHE_MAP_RO);
	walk = walk_to(GIB + MIB_2 + PAGE);
	assert_true(walk.mapped && !walk.execute && !walk.write && walk.span == GIB);
	add(GIB, PAGE, LETHE_MAP_RW);
	assert_int_equal(map.used, 6);
	assert_false(walk_to(GIB + PAGE).write);
}

/* What a block says already costs no table; what differs in anything does. */
static void test_same_kind(void **state)
{
	(void)state;
	assert_int_equal(setup(8, LETHE_REGIME_EL2), LETHE_OK);
	add(GIB, GIB + MIB_2, LETHE_MAP_RW);
	assert_int_equal(map.used, 3);
	add(GIB + PAGE, PAGE, LETHE_MAP_RW);
	add(2 * GIB - PAGE, 2 * PAGE, LETHE_MAP_RW);
	add(GIB + PAGE, GIB, LETHE_MAP_RW);
	assert_int_equal(map.used, 3);
	assert_int_equal(walk_to(GIB).span, GIB);
	add(2 * GIB + PAGE, MIB_2, LETHE_MAP_RW); /* one page beyond the 2 MiB */
	assert_int_equal(map.used, 4);
	assert_true(mapped(2 * GIB + MIB_2) && !mapped(2 * GIB + MIB_2 + PAGE));
	add(GIB + PAGE, PAGE, LETHE_MAP_RO);
	assert_int_equal(map.used, 6);
	assert_true(!walk_to(GIB + PAGE).write && walk_to(GIB + 2 * PAGE).write);
}

/* The whole of 48 bits: a level-1 table per 512 GiB, since level 0 has no blocks. */
static void test_whole(void **state)
{
	(void)state;
	assert_int_equal(setup(513, LETHE_REGIME_EL1), LETHE_OK);
	add(0, TOP, LETHE_MAP_RW);
	assert_int_equal(map.used, 513);
	assert_true(mapped(0) && mapped(TOP - 1));
	assert_int_equal(walk_to(TOP - 1).output, TOP - GIB);
	assert_int_equal(setup(24, LETHE_REGIME_EL1), LETHE_OK);
	assert_int_equal(lethe_idmap_add(&map, 0, TOP, LETHE_MAP_RW), LETHE_E_MAP_POOL);
}

/* What a machine needs: RAM below and above 4 GiB and 1 TiB, Lethe, a tree, a console. */
static const struct {
	uint64_t base, size;
	enum lethe_map_kind kind;
	uint32_t used;
} machine[] = {
	{2 * GIB, 2 * GIB, LETHE_MAP_RW, 2},                       /* level 1 */
	{34 * GIB, 1100 * GIB - PAGE, LETHE_MAP_RW, 6},            /* 2 more, an edge */
	{34 * GIB + MIB_2, 12 * PAGE, LETHE_MAP_TEXT, 8},          /* two splits */
	{34 * GIB + MIB_2 + 12 * PAGE, 4 * PAGE, LETHE_MAP_RO, 8}, /* the same tables */
	{3 * GIB - PAGE, 3 * PAGE, LETHE_MAP_RO, 12},              /* on both sides */
	{GIB / 4, PAGE, LETHE_MAP_DEVICE, 14},                     /* levels 2 and 3 */
};

#define MACHINE (sizeof(machine) / sizeof(machine[0]))

static void test_exhausted(void **state)
{
	uint32_t pages;

	(void)state;
	for (pages = 1; pages <= machine[MACHINE - 1].used; pages++) {
		int status = LETHE_OK;
		size_t i;

		assert_int_equal(setup(pages, LETHE_REGIME_EL2), LETHE_OK);
		for (i = 0; i < MACHINE && status == LETHE_OK; i++) {
			status = lethe_idmap_add(&map, machine[i].base, machine[i].size,
						 machine[i].kind);
			assert_int_equal(status,
					 machine[i].used <= pages ? LETHE_OK : LETHE_E_MAP_POOL);
			assert_int_equal(map.used,
					 machine[i].used <= pages ? machine[i].used : pages);
		}
		for (i = 0; i < ENTRIES; i++) {
			assert_int_equal(pool[pages * ENTRIES + i], 0xa5a5a5a5a5a5a5a5);
		}
	}
	assert_int_equal(walk_to(GIB / 4).attr_index, LETHE_ATTR_DEVICE);
	assert_true(walk_to(34 * GIB + MIB_2).execute);
	assert_false(mapped(1134 * GIB - PAGE));
}

static int teardown(void **state)
{
	(void)state;
	free(pool);
	pool = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors), cmocka_unit_test(test_init),
		cmocka_unit_test(test_one_page),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_split),       cmocka_unit_test(test_same_kind),
		cmocka_unit_test(test_whole),       cmocka_unit_test(test_exhausted),
	};

	return cmocka_run_group_tests_name("idmap", tests, NULL, teardown);
}
