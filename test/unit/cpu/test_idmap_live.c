/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A map that grows in use: the first call wins, and later calls fill in around it with the largest
 * possible leaves. A used-up pool removes no mapping.
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

/* A page first, then its GiB: the rest is filled around the page with the largest possible
 * leaves. */
static void test_around_page(void **state)
{
	static const uint64_t pages[] = {0, 1, 511, 512, 3 * 512 + 5, 511 * 512, 512 * 512 - 1};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const uint64_t block = pages[i] / ENTRIES;
		const uint64_t *level1, *level2, *level3;

		assert_int_equal(setup(4, LETHE_REGIME_EL2), LETHE_OK);
		level1 = pool + ENTRIES;
		level2 = level1 + ENTRIES;
		level3 = level2 + ENTRIES;
		add(GIB + pages[i] * PAGE, PAGE, LETHE_MAP_TEXT);
		add(GIB, GIB, LETHE_MAP_RW);
		add(0, 512 * GIB, LETHE_MAP_RW);
		assert_int_equal(map.used, 4);
		for (uint64_t j = 0; j < ENTRIES; j++) {
			const uint64_t page = GIB + block * MIB_2 + j * PAGE;

			assert_int_equal(pool[j], j == 0 ? (uintptr_t)level1 | 3 : 0);
			assert_int_equal(level1[j],
					 j == 1 ? (uintptr_t)level2 | 3 : RW_BLOCK | j * GIB);
			assert_int_equal(level2[j], j == block ? (uintptr_t)level3 | 3
							       : RW_BLOCK | (GIB + j * MIB_2));
			assert_int_equal(level3[j], j == pages[i] % ENTRIES ? TEXT_PAGE | page
									    : RW_PAGE | page);
		}
	}
}

/* The same with a block first, and with ranges that end inside old mappings. */
static void test_around_blocks(void **state)
{
	(void)state;
	assert_int_equal(setup(9, LETHE_REGIME_EL2), LETHE_OK);
	add(2 * GIB + 7 * MIB_2, MIB_2, LETHE_MAP_TEXT);
	add(2 * GIB, GIB, LETHE_MAP_RW);
	assert_int_equal(map.used, 3);
	for (uint64_t j = 0; j < ENTRIES; j++) {
		assert_int_equal(pool[2 * ENTRIES + j],
				 (j == 7 ? TEXT_BLOCK : RW_BLOCK) | (2 * GIB + j * MIB_2));
	}
	/* No request inside a block splits the block; nor does a range beyond it. */
	add(4 * GIB, GIB, LETHE_MAP_TEXT);
	add_again(4 * GIB + MIB_2 + PAGE, PAGE, LETHE_MAP_RW);
	add_again(4 * GIB + MIB_2, MIB_2, LETHE_MAP_DEVICE);
	add_again(2 * GIB + 7 * MIB_2 + PAGE, 5 * PAGE, LETHE_MAP_RO);
	add_again(2 * GIB + 6 * MIB_2 + PAGE, 2 * MIB_2, LETHE_MAP_RO);
	add(4 * GIB + PAGE, GIB, LETHE_MAP_RW);
	assert_int_equal(map.used, 5); /* for one page behind the block */
	assert_int_equal(pool[4 * ENTRIES], RW_PAGE | 5 * GIB);
	assert_int_equal(pool[4 * ENTRIES + 1], 0);
	add(4 * GIB - PAGE, MIB_2, LETHE_MAP_RW);
	assert_int_equal(map.used, 7); /* and one in front */
	assert_int_equal(pool[6 * ENTRIES + 510], 0);
	assert_int_equal(pool[6 * ENTRIES + 511], RW_PAGE | (4 * GIB - PAGE));
	assert_int_equal(pool[ENTRIES + 4], TEXT_BLOCK | 4 * GIB);
	/* A gap between mapped pages, and none beyond the end. */
	add(5 * GIB + 4 * PAGE, PAGE, LETHE_MAP_TEXT);
	add(5 * GIB, 7 * PAGE, LETHE_MAP_RW);
	for (uint64_t j = 0; j < 8; j++) {
		assert_int_equal(pool[4 * ENTRIES + j],
				 j == 7 ? 0
					: (j == 4 ? TEXT_PAGE : RW_PAGE) | (5 * GIB + j * PAGE));
	}
	assert_int_equal(map.used, 7);
}

/* A machine's needs: Lethe, RAM below and above 4 GiB and 1 TiB, a tree, a console. */
#define TEXT_SIZE (12 * PAGE)

static const struct {
	uint64_t base, size;
	enum lethe_map_kind kind;
	uint32_t used;
} machine[] = {
	{34 * GIB + MIB_2, TEXT_SIZE, LETHE_MAP_TEXT, 4},
	{34 * GIB + MIB_2 + TEXT_SIZE, 4 * PAGE, LETHE_MAP_RO, 4}, /* the same tables */
	{34 * GIB + MIB_2, MIB_2 + PAGE, LETHE_MAP_RW, 5},         /* all of Lethe, an edge */
	{2 * GIB, 2 * GIB, LETHE_MAP_RW, 5},                       /* beside RAM in level 1 */
	{34 * GIB, 1100 * GIB - PAGE, LETHE_MAP_RW, 9},            /* level 1 twice, an edge */
	{3 * GIB - PAGE, 3 * PAGE, LETHE_MAP_RO, 9},               /* in RAM: no change */
	{4 * GIB - PAGE, 3 * PAGE, LETHE_MAP_RO, 11},              /* out of RAM */
	{GIB / 4, PAGE, LETHE_MAP_DEVICE, 13},                     /* levels 2 and 3 */
};

#define MACHINE (sizeof(machine) / sizeof(machine[0]))

/* Out of pages after any number of pages: earlier mappings are unchanged. */
static void test_exhausted(void **state)
{
	uint32_t pages;

	(void)state;
	for (pages = 1; pages <= machine[MACHINE - 1].used; pages++) {
		int status = LETHE_OK;
		size_t i, done = 0;

		assert_int_equal(setup(pages, LETHE_REGIME_EL2), LETHE_OK);
		for (i = 0; i < MACHINE && status == LETHE_OK; i++) {
			status = try_add(machine[i].base, machine[i].size, machine[i].kind);
			assert_int_equal(status,
					 machine[i].used <= pages ? LETHE_OK : LETHE_E_MAP_POOL);
			assert_int_equal(map.used,
					 machine[i].used <= pages ? machine[i].used : pages);
			done += status == LETHE_OK;
		}
		assert_false(done < 8 && mapped(GIB / 4));
		while (done-- > 0) {
			add_again(machine[done].base, machine[done].size, LETHE_MAP_DEVICE);
			assert_true(mapped(machine[done].base));
		}
		for (i = 0; i < ENTRIES; i++) {
			assert_int_equal(pool[pages * ENTRIES + i], POOL_OLD);
		}
	}
}

/* The same with a page for each: the first range wins. */
static void test_machine(void **state)
{
	static const struct {
		uint64_t va, span;
		int write, execute;
	} rows[] = {
		{34 * GIB, MIB_2, 1, 0},
		{34 * GIB + MIB_2, PAGE, 0, 1},
		{34 * GIB + MIB_2 + TEXT_SIZE - 1, PAGE, 0, 1},
		{34 * GIB + MIB_2 + TEXT_SIZE, PAGE, 0, 0},
		{34 * GIB + MIB_2 + TEXT_SIZE + 4 * PAGE, PAGE, 1, 0},
		{34 * GIB + 2 * MIB_2, PAGE, 1, 0},
		{34 * GIB + 3 * MIB_2 - 1, PAGE, 1, 0},
		{34 * GIB + 3 * MIB_2, MIB_2, 1, 0},
		{35 * GIB, GIB, 1, 0},
		{1134 * GIB - 2 * PAGE, PAGE, 1, 0},
		{3 * GIB - PAGE, GIB, 1, 0},
		{4 * GIB - PAGE, GIB, 1, 0},
		{4 * GIB, PAGE, 0, 0},
		{4 * GIB + PAGE, PAGE, 0, 0},
		{GIB / 4, PAGE, 1, 0},
	};

	(void)state;
	assert_int_equal(setup(machine[MACHINE - 1].used, LETHE_REGIME_EL20), LETHE_OK);
	for (size_t i = 0; i < MACHINE; i++) {
		add(machine[i].base, machine[i].size, machine[i].kind);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct table_walk walk = walk_to(rows[i].va);

		assert_true(walk.mapped);
		assert_int_equal(walk.output, rows[i].va - rows[i].va % rows[i].span);
		assert_int_equal(walk.span, rows[i].span);
		assert_int_equal(walk.write, rows[i].write);
		assert_int_equal(walk.execute, rows[i].execute);
	}
	assert_int_equal(walk_to(GIB / 4).attr_index, LETHE_ATTR_DEVICE);
	assert_false(mapped(GIB / 4 - 1) || mapped(GIB / 4 + PAGE) || mapped(2 * GIB - 1));
	assert_false(mapped(4 * GIB + 2 * PAGE) || mapped(34 * GIB - 1));
	assert_false(mapped(1134 * GIB - PAGE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_around_page),
		cmocka_unit_test(test_around_blocks),
		cmocka_unit_test(test_exhausted),
		cmocka_unit_test(test_machine),
	};

	return cmocka_run_group_tests_name("idmap_live", tests, NULL, teardown);
}
