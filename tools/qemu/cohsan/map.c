/* SPDX-License-Identifier: BSD-2-Clause */
/* All memory that a set of tables maps as cacheable: a cache may be filled from it while M and C
 * are set. */
#include "cohsan.h"

#include <string.h>

#define TABLES_MAX 200000U /* of one map; a walk through rubbish must end */
#define OUTPUT	   0x0000fffffffff000ULL

uint64_t maps_key = 1;

struct reading {
	struct cpu *cpu;
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

	if (++reading->tables > TABLES_MAX || !in_ram(base) || !in_ram(base + entries * 8 - 1)) {
		return true; /* not in RAM: the contents are unknown */
	}
	for (i = 0; i < entries; i++) {
		uint64_t descriptor;

		if (reading->place != NULL &&
		    !walk_visible(table, base + i * 8, reading->place)) {
			return false;
		}
		memcpy(&descriptor, ram_host(base + i * 8), sizeof(descriptor));
		if (!(descriptor & 1)) {
			continue;
		}
		if (level < 3 && (descriptor & 2)) {
			if (!read_table(reading, descriptor & OUTPUT & ~((1ULL << table->granule) - 1),
					level + 1, 1ULL << (table->granule - 3))) {
				return false;
			}
		} else if ((level < 3 || (descriptor & 2)) &&
			   walk_memory(table->mair, descriptor) == MEMORY_CACHED) {
			add(&reading->cpu->map, (descriptor & OUTPUT) >> shift << shift, 1ULL << shift);
		}
	}
	return true;
}

static bool read_half(struct cpu *cpu, unsigned int regime, bool upper, const struct place *place)
{
	struct reading reading = {.cpu = cpu, .table = walk_table(cpu, regime, upper), .place = place};
	unsigned int stride = reading.table.granule - 3;
	unsigned int levels = (reading.table.bits - reading.table.granule + stride - 1) / stride;
	unsigned int top;

	if (reading.table.disabled) {
		return true;
	}
	top = reading.table.bits - reading.table.granule - stride * (levels - 1);
	return read_table(&reading, reading.table.base & ~0xfULL, 4 - levels, 1ULL << top);
}

/* All memory that the CPU's tables map as cacheable, into cpu->map. If place is given, reports
 * invisible descriptors. */
static void map_read(struct cpu *cpu, unsigned int regime, const struct place *place)
{
	cpu->map.count = 0;
	cpu->map_stale = false;
	if (read_half(cpu, regime, false, place)) {
		read_half(cpu, regime, true, place);
	}
}

void map_enter(struct cpu *cpu, unsigned int regime, const struct place *place)
{
	cpu->map_regime = regime;
	cpu->map_on = cpu_caches(cpu, regime);
	maps_key++;
	map_read(cpu, regime, place);
}

void map_leave(struct cpu *cpu, unsigned int regime)
{
	if (!cpu->map_on || cpu->map_stale) {
		map_read(cpu, regime, NULL);
	}
	shadow_map_ends(&cpu->map);
	cpu->map.count = 0;
	cpu->map_on = false;
	maps_key++;
}

/* The tables, or the choice of tables, changed: the next lookup reads them again. */
void map_changed(struct cpu *cpu)
{
	cpu->map_stale = true;
	maps_key++;
}

bool map_covers_now(uint64_t page)
{
	unsigned int i;
	size_t j;

	for (j = 0; j < options.mapped.count; j++) {
		if (page + PAGE > options.mapped.at[j].lo && page < options.mapped.at[j].hi) {
			return true;
		}
	}
	for (i = 0; i < CPUS_MAX; i++) {
		struct cpu *cpu = &cpus[i];

		if (!cpu->awake || !cpu->map_on) {
			continue;
		}
		if (cpu->map_stale) {
			map_read(cpu, cpu->map_regime, NULL);
		}
		for (j = 0; j < cpu->map.count; j++) {
			if (page >= cpu->map.at[j].lo && page < cpu->map.at[j].hi) {
				return true;
			}
		}
	}
	return false;
}
