/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_idmap_add(): random overlapping ranges, against the plain list of ranges. The walker goes
 * over all 48 bits, entry by entry, and compares every page. The first range in each region also
 * determines the number of tables and the size of each entry.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/status.h>

#include "cpu/idmap.h"
#include "random.h"
#include "table_live.h"
#include "table_walk.h"

#define PAGE     0x1000ULL
#define MIB_2    0x200000ULL
#define GIB      0x40000000ULL
#define TOP      (1ULL << 48)
#define POOL     24U
#define RANGES   10U
#define NO_RANGE (-1)

struct range {
	uint64_t base, size;
	enum lethe_map_kind kind;
};

/* The first range with a byte in a region owns the region, as far as the range goes. */
static int first_in(const struct range *ranges, unsigned int count, uint64_t start, uint64_t size)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct range *range = &ranges[i];

		if (range->size != 0 && range->base < start + size &&
		    start < range->base + range->size) {
			return (int)i;
		}
	}
	return NO_RANGE;
}

static int fills(const struct range *range, uint64_t start, uint64_t size)
{
	return range->base <= start && start + size <= range->base + range->size;
}

/*
 * A region (of 512 GiB, 1 GiB, 2 MiB) without a range, or filled by the first range, is one entry.
 * Else the region has a table, for good. 512 GiB is never a block.
 */
static int is_table(const struct range *ranges, unsigned int count, uint64_t start, uint64_t size)
{
	const int first = first_in(ranges, count, start, size);

	return first != NO_RANGE && (size > GIB || !fills(&ranges[first], start, size));
}

static uint64_t span_at(const struct range *ranges, unsigned int count, uint64_t address)
{
	static const uint64_t sizes[] = {512 * GIB, GIB, MIB_2};

	for (unsigned int i = 0; i < 3; i++) {
		if (!is_table(ranges, count, address - address % sizes[i], sizes[i])) {
			return sizes[i];
		}
	}
	return PAGE;
}

/* True if the last range added the table for a region. */
static uint32_t is_new(const struct range *ranges, unsigned int last, uint64_t start, uint64_t size)
{
	return is_table(ranges, last + 1, start, size) && !is_table(ranges, last, start, size);
}

/* The tables that the last range costs: each 512 GiB region in reach, and the edges. */
static uint32_t cost(const struct range *ranges, unsigned int last)
{
	const uint64_t first = ranges[last].base;
	const uint64_t end = first + ranges[last].size;
	uint32_t sum = 0;

	if (first == end) {
		return 0;
	}
	for (uint64_t start = first - first % (512 * GIB); start < end; start += 512 * GIB) {
		sum += is_new(ranges, last, start, 512 * GIB);
	}
	for (uint64_t size = GIB; size >= MIB_2; size /= 512) {
		const uint64_t low = first - first % size;
		const uint64_t high = (end - 1) - (end - 1) % size;

		sum += is_new(ranges, last, low, size);
		sum += low != high && is_new(ranges, last, high, size);
	}
	return sum;
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

/* Edges at critical addresses, above 4 GiB and 1 TiB and at the top; one in three at another
 * range. */
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
	range.base &= TOP - PAGE; /* bytes below 0 or above the top wrap around */
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

/* Compares the walker's result for one entry with the request. */
static const char *compare_entry(const struct table_walk *walk, enum lethe_map_kind kind)
{
	const int device = kind == LETHE_MAP_DEVICE;
	const int text = kind == LETHE_MAP_TEXT;

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

/* The same for a part of an entry that begins at from, in one range or in none. */
static const char *compare_part(const struct table_walk *walk, const struct range *ranges,
				unsigned int count, unsigned int whole, uint64_t from)
{
	const int owner = first_in(ranges, count, from, 1);

	if (walk->mapped) {
		return owner == NO_RANGE ? "mapped without a request"
					 : compare_entry(walk, ranges[owner].kind);
	}
	return owner != NO_RANGE && (unsigned int)owner < whole ? "not mapped" : NULL;
}

/*
 * All 2^48 bytes, entry by entry; the expectation changes only at edges of ranges. Of the ranges
 * from whole on, any part may be missing: the pool was used up.
 */
static void check_all(const struct lethe_idmap *map, const struct range *ranges, unsigned int count,
		      unsigned int whole)
{
	uint64_t edges[2 * RANGES + 1];
	struct table_walk walk = {
		.root = map->pool,
		.pool = map->pool,
		.pool_pages = map->used,
		.has_el0 = map->regime != LETHE_REGIME_EL2,
	};
	unsigned int edge = 0;

	for (unsigned int i = 0; i < count; i++) {
		edges[2 * i] = ranges[i].base;
		edges[2 * i + 1] = ranges[i].base + ranges[i].size;
	}
	edges[2 * count] = TOP;
	qsort(edges, 2 * count, sizeof(edges[0]), compare);
	for (uint64_t va = 0; va < TOP; va += walk.span) {
		const char *wrong = table_walk(&walk, va);
		uint64_t from = va;

		if (wrong == NULL && (walk.mapped || whole == count) &&
		    walk.span != span_at(ranges, count, va)) {
			wrong = "not the largest entry, or too large";
		}
		while (wrong == NULL && from < va + walk.span) {
			wrong = compare_part(&walk, ranges, count, whole, from);
			while (edges[edge] <= from && edge < 2 * count) {
				edge++;
			}
			from = edges[edge] > from ? edges[edge] : TOP;
		}
		if (wrong != NULL || walk.start != va) {
			fail_msg("va 0x%llx, %llu KiB: %s", (unsigned long long)va,
				 (unsigned long long)walk.span / 1024, wrong);
		}
	}
}

static uint64_t pool[(POOL + 1) * 512] __attribute__((aligned(4096)));

static int watched_add(struct lethe_idmap *map, const struct range *range, enum lethe_map_kind kind)
{
	const char *wrong;
	int status;

	table_live_begin(map);
	status = lethe_idmap_add(map, range->base, range->size, kind);
	wrong = table_live_end();
	if (wrong != NULL) {
		fail_msg("0x%llx + 0x%llx: %s", (unsigned long long)range->base,
			 (unsigned long long)range->size, wrong);
	}
	return status;
}

/* A range that went in whole goes in again, as any kind, with no page to spare: no word changes. */
static void add_again(struct lethe_idmap *map, const struct range *ranges, unsigned int whole)
{
	static uint64_t before[sizeof(pool) / sizeof(pool[0])];
	const uint32_t used = map->used;

	memcpy(before, pool, sizeof(pool));
	for (unsigned int i = 0; i < whole; i++) {
		assert_int_equal(watched_add(map, &ranges[i], (ranges[i].kind + 1) % 4), LETHE_OK);
	}
	assert_int_equal(map->used, used);
	assert_memory_equal(before, pool, sizeof(pool));
}

/* Adds ranges until the pool is used up, as the model predicts. True if all went in. */
static int one_random(struct test_random *random)
{
	const uint32_t pages = 1 + (uint32_t)random_below(random, POOL);
	const enum lethe_regime regime = (enum lethe_regime)random_below(random, 3);
	const unsigned int wanted = 1 + (unsigned int)random_below(random, RANGES);
	struct range ranges[RANGES];
	struct lethe_idmap map;
	unsigned int count = 0;
	unsigned int whole = 0;
	uint32_t taken = 1; /* the root */
	int status;

	memset(pool, 0x5a, sizeof(pool));
	assert_int_equal(lethe_idmap_init(&map, pool, pages, regime), LETHE_OK);
	do {
		ranges[count] = random_range(random, ranges, count);
		taken += cost(ranges, count);
		status = watched_add(&map, &ranges[count], ranges[count].kind);
		assert_int_equal(status, taken <= pages ? LETHE_OK : LETHE_E_MAP_POOL);
		assert_int_equal(map.used, taken <= pages ? taken : pages);
		count++;
		whole += status == LETHE_OK;
	} while (status == LETHE_OK && count < wanted);
	add_again(&map, ranges, whole);
	for (size_t i = map.used * 512; i < sizeof(pool) / sizeof(pool[0]); i++) {
		assert_int_equal(pool[i], 0x5a5a5a5a5a5a5a5a);
	}
	check_all(&map, ranges, count, whole);
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
