/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_idmap_add(): random ranges, one over the other, against the plain list of them. The walker
 * goes over all 48 bits, entry by entry, and compares every page; the number of tables is counted
 * by a model of which regions are no longer uniform.
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
#include "random.h"
#include "table_walk.h"

#define PAGE     0x1000ULL
#define MIB_2    0x200000ULL
#define GIB      0x40000000ULL
#define TOP      (1ULL << 48)
#define POOL     24U
#define RANGES   10U
#define UNMAPPED (-1)
#define LIVE_MAX 1024U

struct range {
	uint64_t base, size;
	enum lethe_map_kind kind;
};

/* The last range that holds an address says what is there. */
static int kind_at(const struct range *ranges, unsigned int count, uint64_t address)
{
	while (count-- > 0) {
		if (address - ranges[count].base < ranges[count].size) {
			return (int)ranges[count].kind;
		}
	}
	return UNMAPPED;
}

/*
 * The tables in use: one for each region (of 512 GiB, 1 GiB, 2 MiB) that is not one uniform block.
 * A table whose region is later covered by a block dies, and its page is not used again.
 */
struct tables {
	struct {
		uint64_t start, size;
	} live[LIVE_MAX];
	unsigned int count;
	uint32_t taken;
};

static int is_live(const struct tables *tables, uint64_t start, uint64_t size)
{
	for (unsigned int i = 0; i < tables->count; i++) {
		if (tables->live[i].start == start && tables->live[i].size == size) {
			return 1;
		}
	}
	return 0;
}

static void need(struct tables *tables, uint64_t start, uint64_t size)
{
	if (!is_live(tables, start, size) && tables->count < LIVE_MAX) {
		tables->live[tables->count].start = start;
		tables->live[tables->count++].size = size;
		tables->taken++;
	}
}

/* The region of this size around an edge: does the new range leave it in pieces? */
static void need_at(struct tables *tables, const struct range *ranges, unsigned int last,
		    uint64_t edge, uint64_t size)
{
	const struct range *range = &ranges[last];
	const uint64_t start = edge - edge % size;
	const uint64_t parent = size == GIB ? 512 * GIB : GIB;

	if (start >= range->base && start + size <= range->base + range->size) {
		return; /* a block, or many of them */
	}
	if (!is_live(tables, edge - edge % parent, parent)) {
		return; /* the larger block says it already */
	}
	if (!is_live(tables, start, size) && kind_at(ranges, last, start) == (int)range->kind) {
		return; /* likewise this one */
	}
	need(tables, start, size);
}

static void model_add(struct tables *tables, const struct range *ranges, unsigned int last)
{
	const struct range *range = &ranges[last];
	const uint64_t end = range->base + range->size;
	unsigned int i;

	if (range->size == 0) {
		return;
	}
	for (uint64_t start = range->base - range->base % (512 * GIB); start < end;
	     start += 512 * GIB) {
		need(tables, start, 512 * GIB);
	}
	need_at(tables, ranges, last, range->base, GIB);
	need_at(tables, ranges, last, end - 1, GIB);
	need_at(tables, ranges, last, range->base, MIB_2);
	need_at(tables, ranges, last, end - 1, MIB_2);
	for (i = 0; i < tables->count;) {
		if (tables->live[i].size <= GIB && tables->live[i].start >= range->base &&
		    tables->live[i].start + tables->live[i].size <= end) {
			tables->live[i] = tables->live[--tables->count];
		} else {
			i++;
		}
	}
}

static uint64_t near(struct test_random *random, uint64_t value)
{
	static const uint64_t units[] = {PAGE, PAGE, MIB_2, GIB};
	const uint64_t unit = units[random_below(random, 4)];

	switch (random_below(random, 4)) {
	case 0: return value + random_below(random, 4) * unit;
	case 1: return value - random_below(random, 4) * unit;
	case 2: return value + random_below(random, 512) * PAGE;
	default: return value;
	}
}

/* Edges where they matter, above 4 GiB and 1 TiB and at the top; one in three at another range. */
static struct range random_range(struct test_random *random, const struct range *ranges,
				 unsigned int count)
{
	static const uint64_t places[] = {
		0,         MIB_2,      GIB,        4 * GIB, 34 * GIB,        512 * GIB,
		700 * GIB, 1024 * GIB, 1100 * GIB, TOP / 2, TOP - 512 * GIB, TOP,
	};
	struct range range;

	range.kind = (enum lethe_map_kind)random_below(random, 4);
	range.base = places[random_below(random, sizeof(places) / sizeof(places[0]))];
	if (count > 0 && random_below(random, 3) == 0) {
		const struct range *other = &ranges[random_below(random, count)];

		range.base = other->base + (random_below(random, 2) ? other->size : 0);
		range.kind = random_below(random, 2) ? other->kind : range.kind;
	}
	range.base = near(random, range.base);
	switch (random_below(random, 4)) {
	case 0: range.size = near(random, PAGE); break;
	case 1: range.size = near(random, MIB_2 << random_below(random, 4)); break;
	case 2: range.size = near(random, GIB << random_below(random, 6)); break;
	default: range.size = near(random, random_below(random, 700) * GIB); break;
	}
	range.base &= TOP - PAGE; /* what went under 0 or over the top comes in again */
	range.size &= TOP - PAGE;
	if (range.size > TOP - range.base) {
		range.size = TOP - range.base;
	}
	return range;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* What the walker says of one entry against what was asked for. */
static const char *judge(const struct table_walk *walk, int kind)
{
	const int device = kind == LETHE_MAP_DEVICE;
	const int text = kind == LETHE_MAP_TEXT;

	if (walk->mapped != (kind != UNMAPPED)) {
		return walk->mapped ? "mapped, and nobody asked" : "not mapped";
	}
	if (!walk->mapped) {
		return NULL;
	}
	if (walk->output != walk->start) {
		return "not identity";
	}
	if (walk->attr_index != (device ? 0U : 1U) || walk->shareability != (device ? 0U : 3U)) {
		return "memory type";
	}
	if (!walk->read || walk->write != (device || kind == LETHE_MAP_RW) ||
	    walk->execute != text || walk->el0) {
		return "permissions";
	}
	return NULL;
}

/* All 2^48 bytes, entry by entry; edges of ranges are where what is asked for changes. */
static void check_all(const struct lethe_idmap *map, const struct range *ranges, unsigned int count)
{
	uint64_t edges[2 * RANGES + 1];
	struct table_walk walk = {
		.root = map->pool,
		.pool = map->pool,
		.pool_pages = map->used,
		.has_el0 = map->regime != LETHE_REGIME_EL2,
	};
	unsigned int edge = 0;
	int kind = kind_at(ranges, count, 0);

	for (unsigned int i = 0; i < count; i++) {
		edges[2 * i] = ranges[i].base;
		edges[2 * i + 1] = ranges[i].base + ranges[i].size;
	}
	edges[2 * count] = TOP;
	qsort(edges, 2 * count, sizeof(edges[0]), compare);
	for (uint64_t va = 0; va < TOP; va += walk.span) {
		const char *wrong = table_walk(&walk, va);

		for (;;) {
			if (wrong == NULL) {
				wrong = judge(&walk, kind);
			}
			if (wrong != NULL || walk.start != va) {
				fail_msg("va 0x%llx, %llu KiB: %s", (unsigned long long)va,
					 (unsigned long long)walk.span / 1024, wrong);
			}
			while (edges[edge] <= va && edge < 2 * count) {
				edge++;
			}
			if (edges[edge] >= va + walk.span) {
				break;
			}
			kind = kind_at(ranges, count, edges[edge++]);
		}
		if (va + walk.span < TOP) {
			kind = kind_at(ranges, count, va + walk.span);
		}
	}
}

static uint64_t pool[(POOL + 1) * 512] __attribute__((aligned(4096)));

/* Ranges until the pool is used up, which the model foresees. Returns whether all went in. */
static int one_random(struct test_random *random)
{
	static struct tables tables;
	const uint32_t pages = 1 + (uint32_t)random_below(random, POOL);
	const enum lethe_regime regime = (enum lethe_regime)random_below(random, 3);
	const unsigned int wanted = 1 + (unsigned int)random_below(random, RANGES);
	struct range ranges[RANGES];
	struct lethe_idmap map;
	unsigned int count = 0;
	int status;

	memset(pool, 0x5a, sizeof(pool));
	tables.count = 0;
	tables.taken = 1; /* the root */
	assert_int_equal(lethe_idmap_init(&map, pool, pages, regime), LETHE_OK);
	do {
		ranges[count] = random_range(random, ranges, count);
		model_add(&tables, ranges, count);
		status = lethe_idmap_add(&map, ranges[count].base, ranges[count].size,
					 ranges[count].kind);
		assert_int_equal(status, tables.taken <= pages ? LETHE_OK : LETHE_E_MAP_POOL);
		assert_int_equal(map.used, tables.taken <= pages ? tables.taken : pages);
		count += status == LETHE_OK;
	} while (status == LETHE_OK && count < wanted);
	for (size_t i = map.used * 512; i < sizeof(pool) / sizeof(pool[0]); i++) {
		assert_int_equal(pool[i], 0x5a5a5a5a5a5a5a5a);
	}
	if (status == LETHE_OK) {
		check_all(&map, ranges, count);
	}
	return status == LETHE_OK;
}

static void test_random_ranges(void **state)
{
	const char *text = getenv("LETHE_TEST_SEED");
	const uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : 0x1e73e;
	struct test_random random = {seed};
	unsigned int whole = 0;
	const unsigned int rounds = 10000;

	(void)state;
	print_message("LETHE_TEST_SEED=0x%llx\n", (unsigned long long)seed);
	for (unsigned int i = 0; i < rounds; i++) {
		whole += (unsigned int)one_random(&random);
	}
	print_message("%6u whole\n%6u out of pages\n", whole, rounds - whole);
	assert_true(whole >= rounds / 5 && whole <= 4 * rounds / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_ranges),
	};

	return cmocka_run_group_tests_name("idmap_property", tests, NULL, NULL);
}
