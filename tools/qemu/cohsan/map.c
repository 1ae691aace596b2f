/* SPDX-License-Identifier: BSD-2-Clause */
/* All memory that a set of tables maps as cacheable: a cache may be filled from it while M and C
 * are set. */
#include "cohsan.h"

#include <string.h>

#define TABLES_MAX 200000U /* of one map; a walk through rubbish must end */
#define OUTPUT	   0x0000fffffffff000ULL

uint64_t maps_key = 1;

struct reading {
	struct ranges *to;
	struct walk_table table;
	const struct place *place; /* reports invisible descriptors; or 0 */
	unsigned int tables;
};

static void add(struct ranges *map, uint64_t lo, uint64_t size)
{
	struct range *last = map->count != 0 ? &map->at[map->count - 1] : NULL;

	if (last != NULL && last->hi == lo) {
		last->hi += size;
	} else if (last != NULL && last->lo == lo + size) {
		last->lo = lo;
	} else if (last == NULL || lo < last->lo || lo + size > last->hi) {
		ranges_add(map, (struct range){.lo = lo, .hi = lo + size});
	}
}

static bool read_table(struct reading *reading, uint64_t base, unsigned int level, uint64_t entries)
{
	const struct walk_table *table = &reading->table;
	unsigned int shift = table->granule + (table->granule - 3) * (3 - level);
	uint64_t i;

	if (++reading->tables > TABLES_MAX || memory_at(base) == NULL || memory_at(base + entries * 8 - 1) == NULL) {
		return true; /* the contents are unknown */
	}
	for (i = 0; i < entries; i++) {
		uint64_t descriptor;

		if (reading->place != NULL &&
		    !walk_visible(table, base + i * 8, reading->place)) {
			return false;
		}
		memcpy(&descriptor, memory_at(base + i * 8), sizeof(descriptor));
		if (!(descriptor & 1)) {
			continue;
		}
		if (level < 3 && (descriptor & 2)) {
			if (!read_table(reading, walk_next(base, descriptor, table->granule), level + 1,
					1ULL << (table->granule - 3))) {
				return false;
			}
		} else if ((level < 3 || (descriptor & 2)) &&
			   walk_memory(table->mair, descriptor) == MEMORY_CACHED) {
			add(reading->to, (descriptor & OUTPUT) >> shift << shift | walk_space(base, descriptor),
			    1ULL << shift);
		}
	}
	return true;
}

static bool read_half(struct cpu *cpu, struct map *map, bool upper, const struct place *place)
{
	struct reading reading = {.to = &map->ranges, .table = walk_table(cpu, map->regime, upper), .place = place};
	unsigned int stride = reading.table.granule - 3;
	unsigned int levels = (reading.table.bits - reading.table.granule + stride - 1) / stride;
	unsigned int top;

	if (reading.table.disabled) {
		return true;
	}
	top = reading.table.bits - reading.table.granule - stride * (levels - 1);
	return read_table(&reading, reading.table.base & ~0xfULL, 4 - levels, 1ULL << top);
}

/* All memory that the regime's tables map as cacheable. If place is given, reports invisible descriptors. */
static void map_read(struct cpu *cpu, struct map *map, const struct place *place)
{
	map->ranges.count = 0;
	map->stale = false;
	if (read_half(cpu, map, false, place)) {
		read_half(cpu, map, true, place);
	}
}

/* The lower levels use one map at a time; EL3's stays in use below it. */
static struct map *map_of(struct cpu *cpu, unsigned int regime)
{
	return &cpu->map[regime == 3];
}

void map_enter(struct cpu *cpu, unsigned int regime, const struct place *place)
{
	struct map *map = map_of(cpu, regime);

	map->regime = regime;
	map->on = cpu_caches(cpu, regime);
	maps_key++;
	map_read(cpu, map, place);
}

void map_leave(struct cpu *cpu, unsigned int regime)
{
	struct map *map = map_of(cpu, regime);

	map->regime = regime;
	if (!map->on || map->stale) {
		map_read(cpu, map, NULL);
	}
	shadow_map_ends(&map->ranges);
	map->ranges.count = 0;
	map->on = false;
	maps_key++;
}

/* The tables, or the choice of tables, changed: the next lookup reads them again. */
void map_changed(struct cpu *cpu)
{
	cpu->map[0].stale = true;
	cpu->map[1].stale = true;
	maps_key++;
}

static bool covers(const struct ranges *ranges, uint64_t page)
{
	size_t i;

	for (i = 0; i < ranges->count; i++) {
		if (page + PAGE > ranges->at[i].lo && page < ranges->at[i].hi) {
			return true;
		}
	}
	return false;
}

bool map_covers_now(uint64_t page)
{
	unsigned int i;

	if (covers(&options.mapped, page)) {
		return true;
	}
	for (i = 0; i < 2 * CPUS_MAX; i++) {
		struct cpu *cpu = &cpus[i / 2];
		struct map *map = &cpu->map[i % 2];

		if (!cpu->awake || !map->on) {
			continue;
		}
		if (map->stale) {
			map_read(cpu, map, NULL);
		}
		if (covers(&map->ranges, page)) {
			return true;
		}
	}
	return false;
}
