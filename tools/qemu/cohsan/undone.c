/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cached stores into a line of which other bytes are newer in memory. The line's eviction undoes these bytes, and
 * that is an error, unless further stores replace each of them first: whoever fills whole lines loses nothing. So
 * the store is reported when such a byte is read, when maintenance writes the line back, or at the stop.
 */
#include "cohsan.h"

#include <stdio.h>
#include <stdlib.h>

struct undone {
	struct place place; /* of the store */
	uint64_t line;
	uint64_t size;
};

static struct undone *undone;
static size_t count;

static uint64_t line_of(const struct cpu *cpu, uint64_t pa)
{
	return pa & ~(cpu->line - 1);
}

/* Bytes of the line [lo, lo + size) that are still undone; cleared with `clear`. */
static bool any(uint64_t lo, uint64_t size, bool clear)
{
	bool found = false;
	uint64_t at = lo & ~(uint64_t)(GRANULE - 1);

	for (; at < lo + size; at += GRANULE) {
		struct cell *cell = in_ram(at) ? shadow_cell(at) : NULL;

		if (cell != NULL) {
			const uint64_t from = at < lo ? lo : at;
			const uint64_t mask = shadow_mask(from, lo + size - from);

			found |= (cell->undone & mask) != 0;
			cell->undone &= clear ? ~mask : ALL;
		}
	}
	return found;
}

void undone_begin(struct cpu *cpu, const struct place *place)
{
	const uint64_t base = line_of(cpu, place->pa);
	struct undone *one;
	uint64_t at;

	for (at = base & ~(uint64_t)(GRANULE - 1); at < base + cpu->line; at += GRANULE) {
		if (in_ram(at)) {
			struct cell *cell = shadow_cell(at);
			const uint64_t bytes = cell->newer & shadow_line_mask(cpu, at < base ? base : at);

			cell->undone |= bytes;
			cell->newer &= ~bytes;
		}
	}
	undone = realloc(undone, (count + 1) * sizeof(*undone));
	if (undone == NULL) {
		fprintf(stderr, "cohsan: out of memory\n");
		exit(1);
	}
	one = &undone[count++];
	*one = (struct undone){*place, base, cpu->line};
	one->place.pc = place->exact ? place->pc : cpu_pc(place->pc);
	one->place.exact = true;
}

/* The last one is the line that is being filled, as a rule. */
void undone_replaced(void)
{
	while (count != 0 && !any(undone[count - 1].line, undone[count - 1].size, false)) {
		count--;
	}
}

void undone_say(uint64_t lo, uint64_t hi)
{
	size_t left = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		struct undone *one = &undone[i];

		if (one->line >= hi || one->line + one->size <= lo) {
			undone[left++] = *one;
		} else if (any(one->line, one->size, true)) {
			report("store-into-stale", &one->place, "line: newer in memory");
		}
	}
	count = left;
}
