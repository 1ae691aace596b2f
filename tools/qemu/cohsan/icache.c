/* SPDX-License-Identifier: BSD-2-Clause */
/* The ic instructions, and what they remove from instruction caches. */
#include "cohsan.h"

uint64_t icache_last_ivau;

void icache_ic(struct cpu *cpu, const struct insn *insn, uint64_t va)
{
	struct place place = {.pc = insn->pc, .va = va, .el = insn->el};
	struct pending pending = {.kind = K_IC, .op = insn->op,
				  .reach = {.visible = now, .other = cpu->dsb_ish_time},
				  .needs = insn->op == IC_IALLU ? DOMAIN_NSH : DOMAIN_ISH,
				  .broadcast = insn->op == IC_IALLUIS};
	struct translation to;

	if (insn->op == IC_IVAU) {
		context_rely_memory(cpu, &place);
		to = walk(cpu, cpu_regime(cpu, insn->el), &place);
		if (to.memory == MEMORY_FAULT) {
			return;
		}
		pending.pa = to.page | (va & (PAGE - 1));
	} else {
		cpu->ic_issued = pending.reach;
	}
	maint_push(cpu, pending);
}

bool icache_reached(const struct ic_reach *reach, const struct cell *cell)
{
	return cell->changed <= (cell->visible ? reach->visible : reach->other);
}

bool icache_synced(const struct cpu *cpu, const struct cell *cell)
{
	return icache_reached(&cpu->ic_synced, cell) || cell->changed <= cell->ivau;
}

bool icache_ivau_pends(const struct cpu *cpu, uint64_t pa, const struct cell *cell)
{
	size_t i;

	for (i = 0; i < cpu->pending_count; i++) {
		const struct pending *one = &cpu->pending[i];

		if (one->kind == K_IC && one->op == IC_IVAU && (one->pa ^ pa) / cpu->iline == 0 &&
		    icache_reached(&one->reach, cell)) {
			return true;
		}
	}
	return false;
}

static void complete_ivau(const struct cpu *cpu, const struct pending *pending)
{
	uint64_t base = pending->pa & ~(cpu->iline - 1);
	uint64_t at;

	for (at = base; at < base + cpu->iline; at += GRANULE) {
		struct cell *cell = in_ram(at) ? shadow_cell(at) : NULL;

		if (cell != NULL && icache_reached(&pending->reach, cell)) {
			cell->ivau = cell->changed;
			cell->isb_after = icache_last_ivau = now;
		}
	}
}

/* True if fetches are cacheable, now or by a write that no ISB has synchronized. */
static bool fetches_cached(const struct cpu *cpu)
{
	unsigned int sctlr = REG(cpu_regime(cpu, cpu->el), R_SCTLR);

	return ((cpu->reg[sctlr] | cpu->synced[sctlr]) & SCTLR_I) != 0;
}

static void extend(struct ic_reach *reach, const struct ic_reach *by)
{
	reach->visible = by->visible > reach->visible ? by->visible : reach->visible;
	reach->other = by->other > reach->other ? by->other : reach->other;
}

static void complete_iallu(struct cpu *cpu, const struct pending *pending)
{
	unsigned int i;

	for (i = 0; i < CPUS_MAX; i++) {
		struct cpu *other = &cpus[i];

		if (other->awake && (other == cpu || pending->broadcast)) {
			extend(&other->ic_done, &pending->reach);
			/* One before the first DSB comes before any clean: a stale line may answer
			 * later. */
			if (!fetches_cached(other) && pending->reach.other >= BEFORE_START) {
				other->ic_direct = true;
			}
		}
	}
}

void icache_complete(struct cpu *cpu, const struct pending *pending)
{
	if (pending->op == IC_IVAU) {
		complete_ivau(cpu, pending);
	} else {
		complete_iallu(cpu, pending);
	}
}
