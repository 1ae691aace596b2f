/* SPDX-License-Identifier: BSD-2-Clause */
#include "idmap_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/status.h>

#include "table_live.h"

uint64_t *pool;
struct lethe_idmap map;

/* Of the exact size, so that the sanitizer sees a store behind the end. */
int setup(uint32_t pages, enum lethe_regime regime)
{
	free(pool);
	pool = aligned_alloc(PAGE, (pages + 1) * PAGE);
	assert_non_null(pool);
	memset(pool, 0xa5, (pages + 1) * PAGE);
	return lethe_idmap_init(&map, pool, pages, regime);
}

int try_add(uint64_t base, uint64_t size, enum lethe_map_kind kind)
{
	const char *wrong;
	int status;

	table_live_begin(&map);
	status = lethe_idmap_add(&map, base, size, kind);
	wrong = table_live_end();
	if (wrong != NULL) {
		fail_msg("0x%llx + 0x%llx: %s", (unsigned long long)base, (unsigned long long)size,
			 wrong);
	}
	return status;
}

void add(uint64_t base, uint64_t size, enum lethe_map_kind kind)
{
	assert_int_equal(try_add(base, size, kind), LETHE_OK);
}

void add_again(uint64_t base, uint64_t size, enum lethe_map_kind kind)
{
	const uint32_t used = map.used;
	uint64_t *before = malloc(used * PAGE);

	assert_non_null(before);
	memcpy(before, pool, used * PAGE);
	add(base, size, kind);
	assert_int_equal(map.used, used);
	assert_memory_equal(before, pool, used * PAGE);
	free(before);
}

struct table_walk walk_to(uint64_t va)
{
	struct table_walk walk = {
		.root = pool,
		.pool = pool,
		.pool_pages = map.used,
		.has_el0 = map.regime != LETHE_REGIME_EL2,
	};
	const char *wrong = table_walk(&walk, va);

	if (wrong != NULL) {
		fail_msg("va 0x%llx: %s", (unsigned long long)va, wrong);
	}
	return walk;
}

int mapped(uint64_t va)
{
	return walk_to(va).mapped;
}

int teardown(void **state)
{
	(void)state;
	free(pool);
	pool = NULL;
	return 0;
}
