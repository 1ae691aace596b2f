/* SPDX-License-Identifier: BSD-2-Clause */
#include "kimage_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGN 0x10000ULL
#define BYTES ((uint64_t)WORLD_PAGES_MAX << 16)

/* 16 GiB of address space; only list pages become real. */
static char *memory(void)
{
	static char *start;

	if (start == NULL) {
		start = mmap(NULL, BYTES + ALIGN, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (start == MAP_FAILED) {
			perror("mmap");
			exit(1);
		}
		start += -(uintptr_t)start & (ALIGN - 1);
	}
	return start;
}

void world_init(struct world *world, unsigned int shift, uint64_t base, uint64_t pages)
{
	memset(world, 0, sizeof(*world));
	world->memory.base = base;
	world->memory.pages = pages;
	world->memory.shift = shift;
	world->windows[0].base = base;
	world->windows[0].size = pages << shift;
	/* An end has to be a number. */
	if (base + (pages << shift) == 0) {
		world->windows[0].size -= 0x1000;
	}
	world->limits.windows = world->windows;
	world->limits.window_count = 1;
	world->limits.protected_ranges = world->protected_ranges;
	world->limits.bias = (uintptr_t)memory() - base;
}

uint64_t world_page(const struct world *world, uint64_t number)
{
	return world->memory.base + (number << world->memory.shift);
}

void world_list_page(struct world *world, uint64_t list_page)
{
	for (unsigned int i = 0; i < world->list_page_count; i++) {
		if (world->list_pages[i] == list_page) {
			return;
		}
	}
	world->list_pages[world->list_page_count++] = list_page;
}

uint64_t *world_entry(struct world *world, uint64_t list_page, uint64_t index)
{
	return (uint64_t *)(uintptr_t)(list_page + world->limits.bias) + index;
}

void world_clear(struct world *world)
{
	for (unsigned int i = 0; i < world->list_page_count; i++) {
		memset(world_entry(world, world->list_pages[i], 0), 0, 1U << world->memory.shift);
	}
	world->list_page_count = 0;
}

/* A page's use in the making of a list. */
enum use { FREE, UNUSABLE, DEST, LIST };

struct maker {
	struct world *world;
	struct test_random *random;
	uint8_t *use;
	uint64_t *next;
	uint64_t *last;
};

static int overlaps(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
	return a < b_end && b < a_end && a < a_end && b < b_end;
}

static void make_uses(struct maker *maker)
{
	const struct world *world = maker->world;
	const uint64_t size = 1ULL << world->memory.shift;

	memset(maker->use, UNUSABLE, world->memory.pages);
	for (unsigned int i = 0; i < world->limits.window_count; i++) {
		const uint64_t from = world->windows[i].base - world->memory.base;
		const uint64_t end = from + world->windows[i].size;

		for (uint64_t j = (from + size - 1) / size; j < end / size; j++) {
			maker->use[j] = FREE;
		}
	}
	for (unsigned int i = 0; i < world->limits.protected_count; i++) {
		const struct lethe_kimage_protected *range = &world->protected_ranges[i];

		for (uint64_t j = 0; j < world->memory.pages; j++) {
			if (overlaps(world_page(world, j), world_page(world, j) + size, range->start,
				     range->end)) {
				maker->use[j] = UNUSABLE;
			}
		}
	}
}

/* A free page, by trial; 0 if none seems left. */
static int find_free(struct maker *maker, uint64_t *page)
{
	for (int i = 0; i < 100; i++) {
		*page = random_below(maker->random, maker->world->memory.pages);
		if (maker->use[*page] == FREE) {
			return 1;
		}
	}
	return 0;
}

/* As in kimage_add_entry(): the last entry is for a link. Some lists link earlier than needed. */
static int add(struct maker *maker, uint64_t entry)
{
	struct world *world = maker->world;
	uint64_t page;

	if (maker->next == maker->last || random_below(maker->random, 200) == 0) {
		if (world->list_page_count == WORLD_LIST_PAGES || !find_free(maker, &page)) {
			return 0;
		}
		maker->use[page] = LIST;
		world_list_page(world, world_page(world, page));
		*maker->next = world_page(world, page) | 2;
		maker->next = world_entry(world, world_page(world, page), 0);
		maker->last = maker->next + (1U << world->memory.shift) / 8 - 1;
		world->entries++;
	}
	*maker->next++ = entry;
	world->entries++;
	return 1;
}

/* Page `dest`, the next in the list, from a valid source: itself, a later destination or a free
 * page. */
static int add_source(struct maker *maker, uint64_t dest, uint64_t dest_end)
{
	struct world *world = maker->world;
	uint64_t source = dest;

	switch (random_below(maker->random, 4)) {
	case 0: break;
	case 1: source = dest + random_below(maker->random, dest_end - dest); break;
	default:
		if (!find_free(maker, &source)) {
			source = dest;
		}
		break;
	}
	if (random_below(maker->random, 100) == 0 && !add(maker, world_page(world, dest) | 1)) {
		return 0;
	}
	return add(maker, world_page(world, source) | 8);
}

static void make_windows(struct world *world, struct test_random *random)
{
	const uint64_t end = world->windows[0].base + world->windows[0].size;
	const uint64_t unit = random_below(random, 4) != 0 ? 0x1000 : KIMAGE_CELL;
	uint64_t at = world->memory.base;
	unsigned int count = 0;

	while (count < WORLD_WINDOWS && at < end && random_below(random, 8) != 0) {
		const uint64_t left = (end - at) / unit;
		uint64_t size = left;

		if (random_below(random, 3) != 0) {
			size = 1 + random_below(random, left);
		}
		world->windows[count].base = at;
		world->windows[count++].size = size * unit;
		at += size * unit;
		if (random_below(random, 2) != 0 && at < end) {
			at += random_below(random, (end - at) / unit / 4 + 1) * unit;
		}
	}
	world->limits.window_count = count;
}

static void make_protected(struct world *world, struct test_random *random)
{
	static const int no_read[WORLD_KEEPS] = {LETHE_E_SOURCE_LETHE, 0, LETHE_E_LOADER_TREE};
	static const int no_store[WORLD_KEEPS] = {LETHE_E_DEST_LETHE, LETHE_E_DEST_PLAN, 0};
	const uint64_t cells = (world->memory.pages << world->memory.shift) / KIMAGE_CELL;

	world->limits.protected_count = (unsigned int)random_below(random, WORLD_KEEPS + 1);
	for (unsigned int i = 0; i < world->limits.protected_count; i++) {
		const uint64_t start = random_below(random, cells);
		const uint64_t most = cells - 1 - start;
		uint64_t size = random_below(random, cells / 16 + 1);

		size = size > most ? most : size;
		world->protected_ranges[i].start = world->memory.base + start * KIMAGE_CELL;
		world->protected_ranges[i].end = world->protected_ranges[i].start + size * KIMAGE_CELL;
		world->protected_ranges[i].no_read = no_read[i];
		world->protected_ranges[i].no_store = no_store[i];
	}
}

/* One segment: free pages in a row, or the rest of them. 0 if no page is left. */
static int add_segment(struct maker *maker, uint64_t pages)
{
	struct world *world = maker->world;
	uint64_t start, end;

	if (!find_free(maker, &start)) {
		return 0;
	}
	for (end = start; end < world->memory.pages && maker->use[end] == FREE; end++) {
		if (end - start == pages) {
			break;
		}
		maker->use[end] = DEST;
	}
	if (!add(maker, world_page(world, start) | 1)) {
		return 0;
	}
	for (uint64_t i = start; i < end; i++) {
		if (!add_source(maker, i, end)) {
			return 0;
		}
	}
	return 1;
}

void world_random_list(struct world *world, struct test_random *random, uint64_t entries)
{
	static uint8_t use[WORLD_PAGES_MAX];
	struct maker maker = {world, random, use, &world->head, &world->head};
	const uint64_t segments = 1 + random_below(random, random_below(random, 8) ? 16 : 100);

	make_uses(&maker);
	world->entries = 0;
	for (uint64_t i = 0; i < segments && world->entries < entries; i++) {
		if (!add_segment(&maker, 1 + random_below(random, 2 * entries / segments + 1)) ||
		    random_below(random, 32) == 0) {
			break;
		}
	}
	/* Linux puts DONE into the last entry, too. */
	*maker.next = 4;
	world->entries++;
}

void world_random(struct world *world, struct test_random *random, uint64_t entries)
{
	if (random_below(random, 4) != 0) {
		make_windows(world, random);
	}
	make_protected(world, random);
	world_random_list(world, random, entries);
}

/* A random address, at or next to a page. */
static uint64_t any_page(const struct world *world, struct test_random *random)
{
	const uint64_t pages = world->memory.pages;

	switch (random_below(random, 8)) {
	case 0: return world_page(world, pages);
	case 1: return world_page(world, 0) - (1ULL << world->memory.shift);
	case 2: return -(1ULL << world->memory.shift);
	case 3:
		if (world->list_page_count != 0) {
			return world->list_pages[random_below(random, world->list_page_count)];
		}
		return 0;
	default: return world_page(world, random_below(random, pages));
	}
}

static void mutate_entry(struct world *world, struct test_random *random, uint64_t *entry)
{
	switch (random_below(random, 8)) {
	case 0: *entry ^= 1ULL << random_below(random, 64); break;
	case 1: *entry ^= 1ULL << random_below(random, world->memory.shift); break;
	case 2: *entry = random_u64(random); break;
	case 3: *entry = 0; break;
	case 4: *entry = any_page(world, random) | 8; break;
	default: *entry = any_page(world, random) | 1ULL << random_below(random, 4); break;
	}
}

void world_mutate(struct world *world, struct test_random *random)
{
	const uint64_t count = (1ULL << world->memory.shift) / 8;
	uint64_t last = count, page;

	if (random_below(random, 32) == 0 || world->list_page_count == 0) {
		mutate_entry(world, random, &world->head);
		return;
	}
	page = world->list_pages[random_below(random, world->list_page_count)];
	while (last > 1 && *world_entry(world, page, last - 1) == 0) {
		last--;
	}
	if (random_below(random, 16) == 0) {
		/* The list runs beyond its end, or out of its page. */
		*world_entry(world, page, last - 1) = any_page(world, random) | 8;
		if (random_below(random, 2)) {
			for (; last < count; last++) {
				*world_entry(world, page, last) = any_page(world, random) | 1;
			}
		}
		return;
	}
	if (random_below(random, 4) == 0) {
		uint64_t *a = world_entry(world, page, random_below(random, last));
		uint64_t *b = world_entry(world, page, random_below(random, last));
		const uint64_t entry = *a;

		*a = *b;
		*b = entry;
		return;
	}
	mutate_entry(world, random, world_entry(world, page, random_below(random, last)));
}
