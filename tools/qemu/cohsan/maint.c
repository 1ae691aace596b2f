/* SPDX-License-Identifier: BSD-2-Clause */
/* Maintenance, and its completion. */
#include "cohsan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void maint_push(struct cpu *cpu, struct pending pending)
{
	if (cpu->pending_count == cpu->pending_room) {
		cpu->pending_room = cpu->pending_room * 2 + 64;
		cpu->pending = realloc(cpu->pending, cpu->pending_room * sizeof(pending));
		if (cpu->pending == NULL) {
			fprintf(stderr, "cohsan: out of memory\n");
			exit(1);
		}
	}
	cpu->pending[cpu->pending_count++] = pending;
}

/* ---- dc ---- */

/*
 * A store by this CPU, and no barrier that orders it before later accesses. An address orders a cached store
 * with a dc that is cached as well.
 */
static bool is_unordered(const struct cpu *cpu, const struct cell *cell, bool cached)
{
	bool pending = cell->store_uncached ? cell->stored != 0
					    : !cached && cell->store_dsb == cpu->dsb_any + 1;

	return pending && cell->store_cpu == cpu->index && cell->store_dmb == cpu->dmb_sys;
}

static void issue(enum dc op, struct cell *cell, uint64_t bytes)
{
	if (op == DC_CVAU) {
		cell->cleaning_pou |= bytes;
	} else {
		cell->cleaning |= bytes;
	}
}

/* What no other CPU's cache can hold: a dc by an address of Non-shareable memory reaches its own CPU's alone. */
static bool is_own(const struct cpu *cpu, uint64_t pa)
{
	uint64_t base = pa & ~(cpu->line - 1);
	uint64_t at;

	for (at = base; at < base + cpu->line; at += GRANULE) {
		const struct cell *cell = in_ram(at) ? shadow_cell(at) : NULL;

		if (cell != NULL && (cell->store_dsb == 0 || cell->store_cpu != cpu->index)) {
			return false;
		}
	}
	return true;
}

static void dc_line(struct cpu *cpu, enum dc op, const struct place *place, bool cached)
{
	uint64_t base = place->pa & ~(cpu->line - 1);
	uint64_t at;

	undone_say(base, base + cpu->line);
	for (at = base; at < base + cpu->line; at += GRANULE) {
		struct cell *cell = in_ram(at) ? shadow_cell(at) : NULL;

		if (cell == NULL) {
			continue;
		}
		if (is_unordered(cpu, cell, cached)) {
			report("unordered-maintenance", place, "%s store before it, no DMB or DSB between",
			       cell->store_uncached ? "uncached" : "cached");
			cell->store_uncached = false;
			cell->store_dsb = cpu->dsb_any; /* said once is enough */
		}
		issue(op, cell, shadow_line_mask(cpu, at));
	}
	maint_push(cpu, (struct pending){.pa = base, .kind = K_DC, .op = (uint8_t)op,
					 .needs = op == DC_CVAU ? DOMAIN_ISH : DOMAIN_SYS});
}

static void zero(struct cpu *cpu, struct place *place, enum memory memory)
{
	if (memory == MEMORY_DEVICE) {
		report("zva", place, "Device memory, or the MMU off");
	}
	place->va &= ~(cpu->zva - 1);
	place->pa &= ~(cpu->zva - 1);
	access_store(cpu, place, cpu->zva, memory == MEMORY_CACHED);
}

void maint_dc(struct cpu *cpu, const struct insn *insn, uint64_t va)
{
	struct place place = {.pc = insn->pc, .va = va, .el = insn->el};
	struct translation to;

	context_rely_memory(cpu, &place);
	to = walk(cpu, cpu_regime(cpu, insn->el), &place);
	if (to.memory == MEMORY_FAULT) {
		return;
	}
	place.pa = to.page | (va & (PAGE - 1));
	if (insn->op == DC_ZVA) {
		zero(cpu, &place, to.memory);
	} else if (in_ram(place.pa) && (to.shared || is_own(cpu, place.pa))) {
		dc_line(cpu, (enum dc)insn->op, &place, to.memory == MEMORY_CACHED);
	}
}

static void reached_pou(struct cell *cell, uint64_t bytes)
{
	if (cell->not_pou & bytes) {
		cell->not_pou &= ~bytes;
		cell->changed = now; /* the I-side may hold the byte from now on */
		cell->visible = true;
	}
}

static void complete_dc(enum dc op, struct cell *cell, uint64_t line)
{
	uint64_t bytes = line & (op == DC_CVAU ? cell->cleaning_pou : cell->cleaning);

	switch (op) {
	case DC_CVAU:
		reached_pou(cell, bytes);
		cell->cleaning_pou &= ~bytes;
		return;
	case DC_IVAC:
		cell->thrown |= cell->dirty & bytes;
		break;
	default: break;
	}
	reached_pou(cell, bytes);
	cell->dirty &= ~bytes;
	cell->cleaning &= ~bytes;
	if (op != DC_CVAC) {
		cell->stale &= ~line;
		cell->newer &= ~line;
		cell->present = (cell->present & ~line) | (cell->dirty & line);
	}
	if (op == DC_IVAC) {
		fetch_forget();
	}
}

/* All fetches with caches on are in the inner shareable domain, so a DSB ISH completes the
 * operation. */
static void complete_to_pou(const struct cpu *cpu, const struct pending *pending, enum domain domain)
{
	uint64_t at;

	if (pending->kind != K_DC || pending->op == DC_IVAC || domain != DOMAIN_ISH) {
		return;
	}
	for (at = pending->pa; at < pending->pa + cpu->line; at += GRANULE) {
		if (in_ram(at)) {
			struct cell *cell = shadow_cell(at);

			reached_pou(cell, shadow_line_mask(cpu, at) & cell->cleaning);
		}
	}
}

/* ---- tlbi ---- */

/* TLBI of all entries of a regime: from here its TLBs are known. Other TLBIs only refine this
 * knowledge. */
static unsigned int tlbi_regime(const struct cpu *cpu, const struct insn *insn)
{
	unsigned int op1 = insn->sys >> 11 & 7;
	unsigned int op2 = insn->sys & 7;
	bool host = insn->el == 2 && (cpu->reg[R_HCR] & (HCR_E2H | HCR_TGE)) == (HCR_E2H | HCR_TGE);

	if (op1 == 0 && op2 == 0) {
		return host ? 2 : 1; /* VMALLE1 */
	}
	if (op1 == 4 && op2 == 0) {
		return 2; /* ALLE2 */
	}
	if (op1 == 4 && (op2 == 4 || op2 == 6)) {
		return 1; /* ALLE1, VMALLS12E1 */
	}
	return op1 == 6 && op2 == 0 ? 3 : 0; /* ALLE3 */
}

void maint_tlbi(struct cpu *cpu, const struct insn *insn)
{
	unsigned int crm = insn->sys >> 3 & 15;
	bool local = crm == 7 || crm == 4; /* 4: local, by IPA */

	if (cpu_caches(cpu, 1) || cpu_caches(cpu, 2) || cpu_caches(cpu, 3)) {
		map_changed(cpu);
	}
	walk_flush(cpu);
	maint_push(cpu, (struct pending){.kind = K_TLBI, .regime = (uint8_t)tlbi_regime(cpu, insn),
					 .needs = local ? DOMAIN_NSH : DOMAIN_ISH, .broadcast = !local});
}

static void complete_tlbi(struct cpu *cpu, const struct pending *pending)
{
	unsigned int i;

	for (i = 0; i < CPUS_MAX; i++) {
		if (cpus[i].awake && (&cpus[i] == cpu || pending->broadcast)) {
			cpus[i].tlb_known[pending->regime] = true;
			walk_flush(&cpus[i]);
		}
	}
}

/* ---- setting M and C ---- */

void maint_mmu_on(struct cpu *cpu, unsigned int regime, const struct place *place)
{
	uint64_t with = cpu->reg[REG(regime, R_TTBR0)] * 3 ^ cpu->reg[REG(regime, R_TTBR1)] * 5 ^
			cpu->reg[REG(regime, R_TCR)] * 7 ^ cpu->reg[REG(regime, R_MAIR)] * 11 ^ 1ULL << 63;

	if (!cpu->tlb_known[regime] && cpu->tlb_last[regime] != with) {
		report("tlb-stale", place, "no TLBI of the EL%u regime was completed", regime);
	}
	cpu->tlb_known[regime] = false; /* from here TLBs fill from this map */
	cpu->tlb_last[regime] = with;
}

void maint_caches_on(struct cpu *cpu, const struct place *place)
{
	size_t i;

	for (i = 0; i < cpu->stored_count; i++) {
		struct cell *cell = cpu->stored[i];

		if (cell->stored != 0) {
			report("unordered-enable", place, "%zu uncached stores not completed by a DSB",
			       cpu->stored_count);
			cell->newer |= cell->stored; /* a line may lack these stores */
		}
	}
}

/* ---- barriers ---- */

static void complete(struct cpu *cpu, const struct pending *pending)
{
	const bool cleans = pending->op == DC_CVAC || pending->op == DC_CIVAC;
	uint64_t at;

	switch (pending->kind) {
	case K_DC:
		for (at = pending->pa; at < pending->pa + cpu->line; at += GRANULE) {
			struct cell *cell = in_ram(at) ? shadow_cell(at) : NULL;
			uint64_t line = shadow_line_mask(cpu, at);

			if (cell != NULL) {
				uint64_t cleaned = cleans ? cell->dirty & cell->cleaning & line : 0;

				complete_dc((enum dc)pending->op, cell, line);
				twin_cleaned(at, cleaned);
			}
		}
		break;
	case K_IC:
		icache_complete(cpu, pending);
		break;
	default: complete_tlbi(cpu, pending); break;
	}
}

void maint_dmb(struct cpu *cpu, const struct insn *insn)
{
	if (insn->barrier == BARRIER_ALL && insn->domain == DOMAIN_SYS) {
		cpu->dmb_sys++;
	}
}

static void stores_complete(struct cpu *cpu)
{
	size_t i;

	for (i = 0; i < cpu->stored_count; i++) {
		cpu->stored[i]->stored = 0;
		cpu->stored[i]->changed = now; /* for the I-side as well */
		cpu->stored[i]->visible = true;
	}
	cpu->stored_count = 0;
	cpu->dsb_sys++;
}

void maint_dsb(struct cpu *cpu, const struct insn *insn)
{
	size_t kept = 0;
	size_t i;

	if (!(insn->barrier & BARRIER_ST)) {
		return;
	}
	now++;
	cpu->dsb_any++;
	if (insn->domain == DOMAIN_SYS) {
		stores_complete(cpu);
	}
	if (insn->domain != DOMAIN_NSH) {
		cpu->dsb_ish_time = now;
		if (cpu->dic) { /* no IC is needed */
			cpu->ic_done = (struct ic_reach){.visible = now, .other = now};
		}
	}
	if (insn->barrier != BARRIER_ALL) {
		return; /* completes no maintenance */
	}
	maint_dmb(cpu, insn);
	for (i = 0; i < cpu->pending_count; i++) {
		if (cpu->pending[i].needs <= insn->domain) {
			complete(cpu, &cpu->pending[i]);
		} else {
			complete_to_pou(cpu, &cpu->pending[i], insn->domain);
			cpu->pending[kept++] = cpu->pending[i];
		}
	}
	cpu->pending_count = kept;
}
