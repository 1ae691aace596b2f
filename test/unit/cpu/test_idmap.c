/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The identity map: descriptors bit by bit, from the Arm ARM, and the named cases.
 * test_idmap_live.c has growing maps, test_idmap_property.c random maps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/status.h>

#include "idmap_pool.h"

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
		for (int kind = 0; kind < 4; kind++) {
			add_again(3 * GIB - PAGE, PAGE + GIB + MIB_2, (enum lethe_map_kind)kind);
		}
	}
}

/* The other security state's memory: of leaves alone, and of what is added while it is asked for. */
static void test_non_secure(void **state)
{
	(void)state;
	assert_int_equal(setup(5, LETHE_REGIME_EL2), LETHE_OK);
	assert_false(map.is_non_secure);
	map.is_non_secure = true;
	add(3 * GIB - PAGE, PAGE + GIB, LETHE_MAP_RW);
	map.is_non_secure = false;
	add(4 * GIB, GIB, LETHE_MAP_RW);
	assert_int_equal(pool[3 * ENTRIES + 511], 0x0040000000000767 | (3 * GIB - PAGE));
	assert_int_equal(pool[ENTRIES + 3], 0x0040000000000765 | 3 * GIB);
	assert_int_equal(pool[ENTRIES + 4], 0x0040000000000745 | 4 * GIB);
	assert_int_equal(pool[ENTRIES + 2], (uintptr_t)&pool[2 * ENTRIES] | 3);
}

static void test_init(void **state)
{
	static uint64_t *const near_top = (uint64_t *)(TOP - PAGE);
	static uint64_t *const wraps = (uint64_t *)(0 - PAGE);

	(void)state;
	assert_int_equal(setup(0, LETHE_REGIME_EL1), LETHE_E_MAP_POOL);
	assert_int_equal(pool[0], POOL_OLD);
	assert_int_equal(setup(1, LETHE_REGIME_EL1), LETHE_OK);
	assert_false(mapped(0) || mapped(GIB) || mapped(TOP - 1));
	assert_int_equal(pool[ENTRIES], POOL_OLD);
	assert_int_equal(lethe_idmap_init(&map, pool + 1, 1, LETHE_REGIME_EL1), LETHE_E_INTERNAL);
	assert_int_equal(lethe_idmap_init(&map, near_top, 2, LETHE_REGIME_EL1),
			 LETHE_E_MAP_ADDRESS);
	assert_int_equal(lethe_idmap_init(&map, near_top + ENTRIES, 0, LETHE_REGIME_EL1),
			 LETHE_E_MAP_POOL);
	assert_int_equal(lethe_idmap_init(&map, wraps, 2, LETHE_REGIME_EL1), LETHE_E_MAP_ADDRESS);
}

/* One page, at any address: this page and no other is mapped. */
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
	static uint64_t before[4 * ENTRIES];
	size_t i;

	(void)state;
	assert_int_equal(setup(8, LETHE_REGIME_EL1), LETHE_OK);
	add(4 * GIB, PAGE, LETHE_MAP_RW);
	memcpy(before, pool, sizeof(before));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(try_add(rows[i].base, rows[i].size, LETHE_MAP_RW), rows[i].status);
		assert_int_equal(map.used, 4);
		assert_memory_equal(before, pool, sizeof(before));
	}
}

/* The whole of 48 bits: a level-1 table per 512 GiB, since level 0 has no blocks. */
static void test_whole(void **state)
{
	static const uint32_t few[] = {1, 2, 3, 24, 512};

	(void)state;
	assert_int_equal(setup(513, LETHE_REGIME_EL2), LETHE_OK);
	add(0, TOP, LETHE_MAP_RW);
	assert_int_equal(map.used, 513);
	for (uint64_t i = 0; i < ENTRIES; i++) {
		assert_int_equal(pool[i], (uintptr_t)&pool[(i + 1) * ENTRIES] | 3);
	}
	for (uint64_t i = 0; i < (uint64_t)ENTRIES * ENTRIES; i++) {
		if (pool[ENTRIES + i] != (RW_BLOCK | i * GIB)) {
			fail_msg("GiB %u", (unsigned int)i);
		}
	}
	add_again(0, TOP, LETHE_MAP_DEVICE);
	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
		assert_int_equal(setup(few[i], LETHE_REGIME_EL1), LETHE_OK);
		assert_int_equal(try_add(0, TOP, LETHE_MAP_RW), LETHE_E_MAP_POOL);
		assert_int_equal(map.used, few[i]);
		assert_int_equal(pool[few[i] * ENTRIES], POOL_OLD);
	}
	/* A page at the top first: two more tables, and 2^48 - 1 page around the first page. */
	assert_int_equal(setup(515, LETHE_REGIME_EL2), LETHE_OK);
	add(TOP - PAGE, PAGE, LETHE_MAP_TEXT);
	add(0, TOP, LETHE_MAP_RW);
	assert_int_equal(map.used, 515);
	assert_int_equal(walk_to(TOP - 1).execute, 1);
	assert_int_equal(walk_to(TOP - PAGE - 1).span, PAGE);
	assert_int_equal(walk_to(TOP - MIB_2 - 1).span, MIB_2);
	assert_int_equal(walk_to(TOP - GIB - 1).span, GIB);
	assert_true(walk_to(TOP - PAGE - 1).write && walk_to(0).write);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_non_secure), cmocka_unit_test(test_init),
		cmocka_unit_test(test_one_page),    cmocka_unit_test(test_refused),
		cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests_name("idmap", tests, NULL, teardown);
}
