/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_kimage_check() on any bytes, against the reference. An input is a situation and up to LISTS
 * * ENTRIES entries. The entries go to the starts of the list pages that the situation names.
 * Memory outside all windows must not be read: ASan poisons it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "fuzz.h"
#include "kimage_world.h"

#define PAGES        64U
#define LISTS        4U
#define ENTRIES      512U /* all of a list page of 4 KiB */
#define WINDOWS      3U
#define KEEPS        2U
#define STATUS_LIMIT 700

struct situation {
	uint64_t head;
	uint64_t base;       /* multiples of 64 KiB are taken */
	uint8_t shift;       /* 0, 1, 2 for 12, 14, 16 */
	uint8_t list[LISTS]; /* numbers of list pages */
	uint8_t reserved[3];
	/* In cells, from base on: the start and the size, windows from the end of the window
	 * before. */
	uint16_t windows[WINDOWS][2];
	uint16_t protected_ranges[KEEPS][2];
	uint8_t reserved2[4];
};

static uint64_t seen[STATUS_LIMIT];

/* The situation's windows and protected_ranges; each window starts behind its predecessor. */
static void set_limits(struct world *world, const struct situation *situation)
{
	static const int no_read[KEEPS] = {LETHE_E_SOURCE_LETHE, 0};
	static const int no_store[KEEPS] = {LETHE_E_DEST_LETHE, LETHE_E_DEST_PLAN};
	const uint64_t scale = (uint64_t)KIMAGE_CELL << (world->memory.shift - 12);
	const uint64_t end = world->windows[0].base + world->windows[0].size;
	uint64_t at = world->memory.base;

	world->limits.window_count = 0;
	for (unsigned int i = 0; i < WINDOWS; i++) {
		const uint64_t start = at + situation->windows[i][0] % 1024 * scale;
		uint64_t size = situation->windows[i][1] % 1025 * scale;

		if (start - at >= end - at) {
			break;
		}
		size = size > end - start ? end - start : size;
		if (size != 0) {
			world->windows[world->limits.window_count++] =
				(struct lethe_window){start, size};
		}
		at = start + size;
	}
	world->limits.protected_count = KEEPS;
	for (unsigned int i = 0; i < KEEPS; i++) {
		const uint64_t start = world->memory.base + situation->protected_ranges[i][0] % 1024 * scale;
		uint64_t size = situation->protected_ranges[i][1] % 128 * scale;

		size = size > -1 - start ? -1 - start : size;
		world->protected_ranges[i] =
			(struct lethe_kimage_protected){start, start + size, no_read[i], no_store[i]};
	}
}

static void set_entries(struct world *world, const struct situation *situation, const uint8_t *data,
			size_t size)
{
	for (unsigned int i = 0; i < LISTS && size >= 8; i++) {
		const uint64_t page = world_page(world, situation->list[i] % PAGES);
		size_t bytes = size < ENTRIES * 8 ? size & ~7ULL : ENTRIES * 8;

		memcpy(world_entry(world, page, 0), data, bytes);
		world_list_page(world, page);
		data += bytes;
		size -= bytes;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct situation situation;
	unsigned int shift;
	char *memory;
	int status;

	if (size < sizeof(situation)) {
		return 0;
	}
	memcpy(&situation, data, sizeof(situation));
	shift = 12 + situation.shift % 3 * 2;
	world_init(&world, shift, situation.base & ~0xffffULL, PAGES);
	if (world.memory.base + ((uint64_t)PAGES << shift) < world.memory.base &&
	    world.memory.base + ((uint64_t)PAGES << shift) != 0) {
		return 0;
	}
	world.head = situation.head;
	set_entries(&world, &situation, data + sizeof(situation), size - sizeof(situation));
	set_limits(&world, &situation);

	memory = (char *)world_entry(&world, world.memory.base, 0);
	ASAN_POISON_MEMORY_REGION(memory, (size_t)PAGES << shift);
	for (unsigned int i = 0; i < world.limits.window_count; i++) {
		ASAN_UNPOISON_MEMORY_REGION(world_entry(&world, world.windows[i].base, 0),
					    world.windows[i].size);
	}
	status = world_check(&world);
	ASAN_UNPOISON_MEMORY_REGION(memory, (size_t)PAGES << shift);
	world_clear(&world);
	if (status > 0 || -status >= STATUS_LIMIT) {
		fprintf(stderr, "fuzz_kimage: not what the reference says\n");
		abort();
	}
	seen[-status]++;
	return 0;
}

/* From the list pages of a valid list, as many as fit into an input. */
static size_t write_input(struct world *world, struct situation *situation, uint8_t *data)
{
	size_t size = sizeof(*situation);

	situation->head = world->head;
	for (unsigned int i = 0; i < LISTS && i < world->list_page_count; i++) {
		const uint64_t page = world->list_pages[i];

		situation->list[i] = (uint8_t)((page - world->memory.base) >> world->memory.shift);
		memcpy(data + size, world_entry(world, page, 0), ENTRIES * 8);
		size += ENTRIES * 8;
	}
	memcpy(data, situation, sizeof(*situation));
	return size;
}

size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit)
{
	static const uint64_t bases[] = {0, 0x40000000, 1ULL << 40};
	static struct world world;
	struct situation situation;
	uint64_t bytes;
	size_t size;

	(void)limit;
	memset(&situation, 0, sizeof(situation));
	situation.shift = (uint8_t)(random_below(random, 2) ? 0 : random_below(random, 3));
	bytes = (uint64_t)PAGES << (12 + situation.shift * 2);
	situation.base = bases[random_below(random, 3)];
	if (random_below(random, 4) == 0) {
		situation.base = -bytes;
	}
	/* All memory, or random ranges. */
	situation.windows[0][1] = 1024;
	if (random_below(random, 3) == 0) {
		for (unsigned int i = 0; i < WINDOWS; i++) {
			situation.windows[i][0] = (uint16_t)random_below(random, 64);
			situation.windows[i][1] = (uint16_t)random_below(random, 1024);
		}
	}
	if (random_below(random, 2)) {
		for (unsigned int i = 0; i < KEEPS; i++) {
			situation.protected_ranges[i][0] = (uint16_t)random_below(random, 1024);
			situation.protected_ranges[i][1] = (uint16_t)random_below(random, 64);
		}
	}
	world_init(&world, 12 + situation.shift * 2, situation.base, PAGES);
	set_limits(&world, &situation);
	world_random_list(&world, random, 1 + random_below(random, 64));
	for (uint64_t i = random_below(random, 4); i != 0; i--) {
		world_mutate(&world, random);
	}
	size = write_input(&world, &situation, data);
	world_clear(&world);
	if (random_below(random, 64) == 0) {
		size = random_below(random, size + 1);
	}
	return size;
}

/* With many inputs every possible status of a list must have occurred. */
int fuzz_report(uint64_t inputs)
{
	/* More runs than pages. */
	static const int never = -LETHE_E_LIST_RUNS;
	int failed = 0;

	for (int i = 0; i < STATUS_LIMIT; i++) {
		int wanted = i == 0 || (i >= 140 && i <= 148 && i != never) || i == 132 ||
			     (i >= 211 && i <= 215) || i == 220;

		if (seen[i] != 0 || wanted) {
			printf("%9llu %s\n", (unsigned long long)seen[i], lethe_status_name(-i));
		}
		failed |= wanted && seen[i] == 0 && inputs >= 100000;
	}
	return failed;
}
