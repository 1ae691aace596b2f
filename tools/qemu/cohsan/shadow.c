/* SPDX-License-Identifier: BSD-2-Clause */
/* The contents that caches may hold of each byte of RAM. A page's state is made at the first
 * event. */
#include "cohsan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct page **fetched; /* pages with fetched set */
static size_t fetched_count;
static struct past {
	uint64_t lo;
	uint64_t hi;
	uint64_t time;
} *past; /* maps that are gone: until then any of their lines may have been filled */
static size_t past_count;

/* Bytes of the cell at pa that lie within a range. */
static uint64_t inside(const struct range *range, uint64_t pa)
{
	uint64_t lo = range->lo > pa ? range->lo : pa;
	uint64_t hi = range->hi < pa + GRANULE ? range->hi : pa + GRANULE;

	return lo < hi ? shadow_mask(lo, hi - lo) : 0;
}

/* Bytes of which lines of this space may be in a cache from before the start. */
static uint64_t bytes_of_before(uint64_t pa)
{
	uint64_t secure = options.secure.count == 0 ? ALL : 0;
	size_t i;

	for (i = 0; i < options.secure.count; i++) {
		secure |= inside(&options.secure.at[i], pa & ~SECURE);
	}
	return (pa & SECURE) != 0 ? secure : ~secure;
}

/* The world at start; later ranges win. */
void shadow_initial(uint64_t pa, struct cell *cell)
{
	uint64_t left = two_spaces ? bytes_of_before(pa) : ALL;
	size_t i;

	memset(cell, 0, sizeof(*cell));
	for (i = options.world.count; i-- > 0 && left != 0;) {
		const struct range *range = &options.world.at[i];
		uint64_t bytes = inside(range, pa & ~SECURE) & left;

		cell->dirty |= range->world == WORLD_DIRTY ? bytes : 0;
		cell->stale |= range->world == WORLD_STALE ? bytes : 0;
		left &= ~bytes;
	}
	cell->dirty |= left;
	cell->stale |= left;
	cell->not_pou = cell->dirty;
	cell->present = cell->dirty | cell->stale;
	cell->changed = cell->present != 0 ? BEFORE_START : 0;
	cell->changed_bytes = cell->present;
}

/* Out of the way of every look-up. */
static __attribute__((noinline)) struct page *new_page(uint64_t pa)
{
	struct page *page = calloc(1, sizeof(*page));
	size_t i;

	if (page == NULL) {
		fprintf(stderr, "cohsan: out of memory\n");
		exit(1);
	}
	page->pa = pa & ~(uint64_t)(PAGE - 1);
	for (i = 0; i < past_count; i++) { /* later ones are later in time */
		page->history = page->pa >= past[i].lo && page->pa < past[i].hi ? past[i].time : page->history;
	}
	for (i = 0; i < PAGE / GRANULE; i++) {
		shadow_initial(page->pa + i * GRANULE, &page->cell[i]);
	}
	return page;
}

struct page *shadow_page_if(uint64_t pa)
{
	const struct region *region = region_of(pa);

	return region != NULL ? region->pages[(pa - region->lo) / PAGE] : NULL;
}

struct page *shadow_page(uint64_t pa)
{
	const struct region *region = region_of(pa);
	struct page **page = &region->pages[(pa - region->lo) / PAGE];

	if (*page == NULL) {
		*page = new_page(pa);
	}
	return *page;
}

struct cell *shadow_cell_in(struct page *page, uint64_t pa)
{
	struct cell *cell = &page->cell[pa % PAGE / GRANULE];

	if (cell->history < page->history) {
		cell->history = page->history;
		cell->present = ALL;
	}
	return cell;
}

struct cell *shadow_cell(uint64_t pa)
{
	return shadow_cell_in(shadow_page(pa), pa);
}

uint64_t shadow_mask(uint64_t pa, uint64_t size)
{
	unsigned int first = pa % GRANULE;
	uint64_t count = size < GRANULE - first ? size : GRANULE - first;

	return (count == GRANULE ? ALL : (1ULL << count) - 1) << first;
}

uint64_t shadow_line_mask(const struct cpu *cpu, uint64_t pa)
{
	return cpu->line >= GRANULE ? ALL : shadow_mask(pa & ~(cpu->line - 1), cpu->line);
}

static uint64_t *mask_at(struct cell *cell, size_t field)
{
	return (uint64_t *)(void *)((uint8_t *)cell + field);
}

bool shadow_line_any(const struct cpu *cpu, uint64_t pa, struct cell *cell, size_t field)
{
	uint64_t base = pa & ~(cpu->line - 1);
	uint64_t at;

	if (cpu->line <= GRANULE) {
		return (*mask_at(cell, field) & shadow_line_mask(cpu, pa)) != 0;
	}
	for (at = base; at < base + cpu->line; at += GRANULE) {
		if (in_ram(at) && *mask_at(shadow_cell(at), field) != 0) {
			return true;
		}
	}
	return false;
}

void shadow_line_clear(const struct cpu *cpu, uint64_t pa, size_t field)
{
	uint64_t base = pa & ~(cpu->line - 1);
	uint64_t at;

	if (cpu->line <= GRANULE) {
		*mask_at(shadow_cell(pa), field) &= ~shadow_line_mask(cpu, pa);
		return;
	}
	for (at = base; at < base + cpu->line; at += GRANULE) {
		if (in_ram(at)) {
			*mask_at(shadow_cell(at), field) = 0;
		}
	}
}

static bool anyone_fetches(void)
{
	unsigned int i;

	for (i = 0; i < CPUS_MAX; i++) {
		if (cpus[i].awake && cpu_fetch_caches(&cpus[i], cpu_regime(&cpus[i], cpus[i].el))) {
			return true;
		}
	}
	return false;
}

bool shadow_mapped(struct page *page)
{
	if (page->map_key != maps_key) {
		page->map_key = maps_key;
		page->mapped = map_covers_now(page->pa);
	}
	return page->mapped || (page->fetched && anyone_fetches());
}

static void fetch_one(uint64_t pa)
{
	struct page *page;

	if (!in_ram(pa)) {
		return;
	}
	page = shadow_page(pa);
	if (!page->fetched) {
		page->fetched = true;
		fetched = realloc(fetched, (fetched_count + 1) * sizeof(struct page *));
		fetched[fetched_count++] = page;
	}
}

void shadow_fetched(uint64_t pa)
{
	fetch_one(pa);
	fetch_one(pa + PAGE);
}

void shadow_fetching_ends(void)
{
	size_t i;

	now++;
	for (i = 0; i < fetched_count; i++) {
		fetched[i]->history = now;
	}
}

static void range_ends(const struct range *range, const struct region *region)
{
	uint64_t end = region->lo + region->size;
	uint64_t lo = range->lo > region->lo ? range->lo : region->lo;
	uint64_t hi = range->hi < end ? range->hi : end;
	uint64_t at;

	past[past_count++] = (struct past){.lo = lo, .hi = hi, .time = now};
	for (at = lo; at < hi; at += PAGE) {
		struct page *page = region->pages[(at - region->lo) / PAGE];

		if (page != NULL) {
			page->history = now;
		}
	}
}

void shadow_map_ends(const struct ranges *map)
{
	unsigned int r;
	size_t i;

	now++;
	past = realloc(past, (past_count + map->count * region_count) * sizeof(*past));
	for (i = 0; i < map->count; i++) {
		for (r = 0; r < region_count; r++) {
			range_ends(&map->at[i], &regions[r]);
		}
	}
}

const char *shadow_text(const struct cell *cell, uint64_t mask, char *buffer, size_t size)
{
	const struct {
		uint64_t bytes;
		const char *name;
	} states[] = {
		{cell->dirty & ~cell->cleaning, "dirty"},
		{cell->dirty & cell->cleaning, "dirty (dc issued, not completed)"},
		{cell->stale, "stale"},
		{cell->newer, "newer in memory"},
		{cell->thrown, "thrown away"},
		{cell->not_pou & ~cell->dirty, "not at the PoU"},
		{cell->stored, "store not completed"},
	};
	size_t used = 0;
	unsigned int i;

	buffer[0] = '\0';
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if ((states[i].bytes & mask) != 0 && used < size) {
			used += (size_t)snprintf(buffer + used, size - used, "%s%s",
						 used != 0 ? ", " : "line: ", states[i].name);
		}
	}
	if (used == 0) {
		snprintf(buffer, size, "line: clean");
	}
	return buffer;
}
