/* SPDX-License-Identifier: BSD-2-Clause */
#include "table_live.h"

#include <stdlib.h>
#include <string.h>

#include "fence.h"

#define WORDS 512U /* of a page */
#define BYTES 4096U

static const struct lethe_idmap *live; /* null: no map is watched */
static uint64_t *before;
static uint32_t used_before;
static uint32_t fences;
static const char *wrong;

static const char *at_fence(int order)
{
	const uint32_t newest = live->used - 1;
	const uint64_t *table = live->pool + newest * WORDS;

	if (order != __ATOMIC_RELEASE && order != __ATOMIC_ACQ_REL && order != __ATOMIC_SEQ_CST) {
		return "a fence that does not release";
	}
	if (newest < used_before || newest - used_before + 1 != fences) {
		return "not one fence for each new table";
	}
	for (uint32_t i = 0; i < WORDS; i++) {
		if (table[i] != 0) {
			return "a new table that is not empty before the fence";
		}
	}
	for (uint32_t i = 0; i < newest * WORDS; i++) {
		if (live->pool[i] == ((uintptr_t)table | 3)) {
			return "a new table linked before the fence";
		}
	}
	return NULL;
}

void test_fence(int order)
{
	if (live != NULL) {
		fences++;
		wrong = wrong != NULL ? wrong : at_fence(order);
	}
}

void table_live_begin(const struct lethe_idmap *map)
{
	live = map;
	used_before = map->used;
	fences = 0;
	wrong = NULL;
	before = malloc((size_t)map->pages * BYTES);
	if (before == NULL) {
		abort();
	}
	memcpy(before, map->pool, (size_t)map->pages * BYTES);
}

static const char *compare_page(uint32_t page)
{
	const uint64_t *old = before + page * WORDS;
	const uint64_t *now = live->pool + page * WORDS;

	if (page >= live->used) {
		return memcmp(old, now, BYTES) != 0 ? "a page that is not a table changed" : NULL;
	}
	if (page >= used_before || memcmp(old, now, BYTES) == 0) {
		return NULL; /* a new table's contents are for the walker */
	}
	for (uint32_t i = 0; i < WORDS; i++) {
		if (old[i] != now[i] && old[i] != 0) {
			return "a valid descriptor changed";
		}
	}
	return NULL;
}

const char *table_live_end(void)
{
	if (wrong == NULL && (live->used < used_before || live->used - used_before != fences)) {
		wrong = "a new table without a fence";
	}
	for (uint32_t page = 0; page < live->pages && wrong == NULL; page++) {
		wrong = compare_page(page);
	}
	free(before);
	live = NULL;
	return wrong;
}
