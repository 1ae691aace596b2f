/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 1 translation as the architecture defines it (Arm ARM D8.2, D8.3), and a small TLB of our own. */
#include "cohsan.h"

#include <string.h>

#define OUTPUT 0x0000fffffffff000ULL

static uint64_t bits(uint64_t value, unsigned int low, unsigned int count)
{
	return value >> low & ((1ULL << count) - 1);
}

/* The lower half's fields lie alike in all layouts of TCR_ELx. */
static struct walk_table lower_half(uint64_t tcr, bool two_halves)
{
	static const unsigned int granules[] = {12, 16, 14, 12};

	return (struct walk_table){.bits = 64 - (unsigned int)bits(tcr, 0, 6),
				   .granule = granules[bits(tcr, 14, 2)],
				   .may_hit = bits(tcr, 8, 4) != 0,
				   .must_hit = bits(tcr, 8, 2) != 0 && bits(tcr, 10, 2) != 0,
				   .disabled = two_halves && bits(tcr, 7, 1)};
}

static struct walk_table upper_half(uint64_t tcr)
{
	static const unsigned int granules[] = {12, 14, 12, 16};

	return (struct walk_table){.bits = 64 - (unsigned int)bits(tcr, 16, 6),
				   .granule = granules[bits(tcr, 30, 2)],
				   .may_hit = bits(tcr, 24, 4) != 0,
				   .must_hit = bits(tcr, 24, 2) != 0 && bits(tcr, 26, 2) != 0,
				   .disabled = bits(tcr, 23, 1) != 0};
}

struct walk_table walk_table(const struct cpu *cpu, unsigned int regime, bool upper)
{
	uint64_t tcr = cpu->reg[REG(regime, R_TCR)];
	bool two_halves = regime == 1 || (regime == 2 && cpu_e2h(cpu));
	struct walk_table table = upper ? upper_half(tcr) : lower_half(tcr, two_halves);

	table.base = (cpu->reg[REG(regime, upper ? R_TTBR1 : R_TTBR0)] & (OUTPUT | 0xffe)) | cpu_space(cpu, regime);
	table.may_hit = table.may_hit && cpu_caches(cpu, regime);
	table.must_hit = table.must_hit && cpu_caches(cpu, regime);
	table.mair = cpu->reg[REG(regime, R_MAIR)];
	if ((upper && !two_halves) || table.bits > 52 || table.bits < 16) {
		table.disabled = true;
	}
	return table;
}

static bool normal_cacheable(unsigned int nibble)
{
	return nibble != 0 && nibble != 4;
}

enum memory walk_memory(uint64_t mair, uint64_t descriptor)
{
	unsigned int attribute = (unsigned int)(mair >> (8 * bits(descriptor, 2, 3))) & 0xff;

	if (attribute >> 4 == 0) {
		return MEMORY_DEVICE;
	}
	/* A cache may hold memory that is cacheable in the outer or the inner domain alone. */
	return normal_cacheable(attribute >> 4) || normal_cacheable(attribute & 15) ? MEMORY_CACHED :
										       MEMORY_NC;
}

uint64_t walk_next(uint64_t table, uint64_t descriptor, unsigned int granule)
{
	uint64_t space = descriptor >> 63 ? 0 : table & SECURE; /* NSTable */

	return (descriptor & OUTPUT & ~((1ULL << granule) - 1)) | space;
}

uint64_t walk_space(uint64_t table, uint64_t descriptor)
{
	return bits(descriptor, 5, 1) ? 0 : table & SECURE; /* NS */
}

bool walk_visible(const struct walk_table *table, uint64_t pa, const struct place *place)
{
	uint64_t bytes = shadow_mask(pa, 8);
	struct place at = *place;
	const char *kind = NULL;
	struct cell *cell;
	char text[120];

	if (!in_ram(pa)) {
		return true; /* flash does not change */
	}
	at.pa = pa;
	if (two_spaces && !twin_is_visible(&at, bytes, "walk-thrown", "walk-dirty")) {
		return false;
	}
	cell = shadow_cell(pa);
	if (cell->thrown & bytes) {
		kind = "walk-thrown";
	} else if (!table->must_hit && (cell->dirty & bytes)) {
		kind = "walk-dirty";
	} else if (table->may_hit && ((cell->stale | cell->newer) & bytes)) {
		kind = "walk-stale";
	} else if ((cell->recent & bytes) && cell->store_dsb == cpus[cell->store_cpu].dsb_any + 1) {
		kind = "walk-unordered";
	}
	if (kind == NULL) {
		return true;
	}
	report(kind, &at, "%s", shadow_text(cell, bytes, text, sizeof(text)));
	cell->thrown &= ~bytes; /* said once is enough */
	cell->stale &= ~bytes;
	cell->newer &= ~bytes;
	cell->recent &= ~bytes;
	return false;
}

/*
 * Without FEAT_ETS2 the walk of a later access may have been made before the DSB, unless an ISB stands
 * between. That a CPU comes by its own descriptor is all that is known here.
 */
static void rely_synchronized(const struct cpu *cpu, uint64_t pa, const struct place *place)
{
	struct cell *cell = in_ram(pa) ? shadow_cell(pa) : NULL;
	uint64_t bytes = shadow_mask(pa, 8);
	struct place at = *place;

	if (cell == NULL || cpu->has_ets2 || cell->store_cpu != cpu->index || !(cell->recent & bytes) ||
	    cpu->dsb_synced >= cell->store_dsb) {
		return;
	}
	at.pa = pa;
	report("walk-no-isb", &at, "the DSB behind the descriptor's store came, no ISB since");
	cell->recent &= ~bytes; /* said once is enough */
}

/* judge: reports descriptors that the walk may not see. */
static struct translation walk_tables(struct cpu *cpu, unsigned int regime, const struct place *place, bool judge)
{
	const struct translation fault = {.memory = MEMORY_FAULT};
	bool two_halves = regime == 1 || (regime == 2 && cpu_e2h(cpu));
	struct walk_table table = walk_table(cpu, regime, two_halves && (place->va >> 55 & 1));
	unsigned int stride = table.granule - 3;
	unsigned int levels = (table.bits - table.granule + stride - 1) / stride;
	uint64_t va = place->va & ((1ULL << table.bits) - 1);
	uint64_t base = table.base & ~0xfULL;
	unsigned int level;

	if (table.disabled) {
		return fault;
	}
	for (level = 4 - levels;; level++) {
		unsigned int shift = table.granule + stride * (3 - level);
		/* The first table may hold fewer entries, never more. */
		uint64_t index = va >> shift & ((1ULL << stride) - 1);
		uint64_t pa = base + index * 8;
		uint64_t descriptor;

		if (memory_at(pa) == NULL) {
			return fault;
		}
		if (judge && walk_visible(&table, pa, place)) {
			rely_synchronized(cpu, pa, place);
		}
		memcpy(&descriptor, memory_at(pa), sizeof(descriptor));
		if (!(descriptor & 1) || (level == 3 && !(descriptor & 2))) {
			return fault;
		}
		if (level == 3 || !(descriptor & 2)) {
			uint64_t out = (descriptor & OUTPUT) >> shift << shift;
			enum memory memory = walk_memory(table.mair, descriptor);

			if (memory == MEMORY_CACHED && !cpu_caches(cpu, regime)) {
				memory = MEMORY_NC; /* C = 0 */
			}
			return (struct translation){
				.page = ((out | (va & ((1ULL << shift) - 1))) & ~(uint64_t)(PAGE - 1)) |
					walk_space(base, descriptor),
				.memory = memory,
				/* Device and Non-cacheable memory is outer shareable, whatever SH says. */
				.shared = memory != MEMORY_CACHED || bits(descriptor, 9, 1)};
		}
		base = walk_next(base, descriptor, table.granule);
	}
}

void walk_flush(struct cpu *cpu)
{
	cpu->tlb_generation++;
	if (two_spaces) {
		fetch_forget(); /* the space that is fetched from */
	}
}

static struct translation *slot_of(struct cpu *cpu, uint64_t va)
{
	return &cpu->tlb[va / PAGE % TLB_SIZE];
}

static uint64_t key_of(const struct cpu *cpu, unsigned int regime)
{
	return (cpu->tlb_generation << 2 | regime) + 4; /* never 0 */
}

const struct translation *walk_known(struct cpu *cpu, unsigned int regime, uint64_t va)
{
	const struct translation *slot = slot_of(cpu, va);
	uint64_t vpage = va & ~(uint64_t)(PAGE - 1);

	/* With M = 0 no entry exists: each change of M flushes. */
	return slot->key == key_of(cpu, regime) && slot->vpage == vpage ? slot : NULL;
}

bool walk_needs_no_tables(struct cpu *cpu, unsigned int regime, uint64_t va, struct translation *to)
{
	const struct translation *known = walk_known(cpu, regime, va);
	uint64_t vpage = va & ~(uint64_t)(PAGE - 1);

	if (known != NULL) {
		*to = *known;
		return true;
	}
	if (!cpu_mmu(cpu, regime)) {
		bool cached = cpu_caches(cpu, regime); /* HCR_EL2.DC */

		*to = (struct translation){.vpage = vpage, .page = vpage | cpu_space(cpu, regime),
					   .memory = cached ? MEMORY_CACHED : MEMORY_DEVICE, .shared = true};
		return true;
	}
	return false;
}

struct translation walk(struct cpu *cpu, unsigned int regime, const struct place *place)
{
	uint64_t vpage = place->va & ~(uint64_t)(PAGE - 1);
	struct translation to;

	if (walk_needs_no_tables(cpu, regime, place->va, &to)) {
		return to;
	}
	to = walk_tables(cpu, regime, place, true);
	if (to.memory != MEMORY_FAULT) {
		to.vpage = vpage;
		to.key = key_of(cpu, regime);
		*slot_of(cpu, vpage) = to;
	}
	return to;
}

uint64_t walk_fetch_space(struct cpu *cpu, unsigned int regime, uint64_t va)
{
	struct translation to;

	if (cpu_space(cpu, regime) == 0) {
		return 0;
	}
	if (!walk_needs_no_tables(cpu, regime, va, &to)) {
		to = walk_tables(cpu, regime, &(struct place){.va = va}, false);
	}
	return to.memory == MEMORY_FAULT ? SECURE : to.page & SECURE;
}
