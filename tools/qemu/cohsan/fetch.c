/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for instruction fetches (Arm ARM B2.4.4, D7.5, D8.2; CTR_EL0.{IDC, DIC}). */
#include "cohsan.h"

static uint64_t generation = 1;

void fetch_forget(void)
{
	__atomic_fetch_add(&generation, 1, __ATOMIC_RELEASE);
}

/*
 * Without the lock. Only this CPU's thread writes its own verdict, so the load of the generation is all that another
 * CPU has a part in: it says that the fetch comes before whatever is just changing, or behind it.
 */
bool fetch_is_good(const struct cpu *cpu, const struct run *run)
{
	return run->good[cpu->index] == __atomic_load_n(&generation, __ATOMIC_ACQUIRE) && cpu->el == run->el;
}

static void say(const char *kind, const struct place *place, const struct cell *cell, uint64_t bytes)
{
	char text[120];

	report(kind, place, "%s", shadow_text(cell, bytes, text, sizeof(text)));
}

/* True if the bytes that the fetch should see are at the point where the fetch looks. */
static bool visible(const struct cpu *cpu, const struct place *place, struct cell *cell, uint64_t bytes,
		    bool at_pou, bool cached)
{
	uint64_t hidden = at_pou ? (cpu->idc ? 0 : cell->not_pou) : cell->dirty;

	if (two_spaces && !twin_is_visible(place, bytes, "fetch-thrown", "fetch-dirty")) {
		return false;
	}
	if (cell->thrown & bytes) {
		say("fetch-thrown", place, cell, bytes);
		cell->thrown &= ~bytes;
		return false;
	}
	if (hidden & bytes) {
		say("fetch-dirty", place, cell, bytes);
		cell->not_pou &= ~bytes;
		cell->dirty &= ~bytes;
		cell->changed_bytes &= ~bytes;
		return false;
	}
	if (cached && ((cell->stale | cell->newer) & bytes)) {
		say("fetch-stale", place, cell, bytes);
		cell->stale &= ~bytes;
		cell->newer &= ~bytes;
		return false;
	}
	return true;
}

/*
 * True if the cell is as it was at the start and the I-side holds nothing older. Instruction caches hold no stale
 * instruction of the loaded image (booting.rst), so only a stale line of a unified cache could give older bytes.
 * Fetches with I = 0 look at no unified cache.
 */
static bool known_from_start(const struct cpu *cpu, const struct cell *cell, bool icache)
{
	return cell->changed == BEFORE_START && (!icache || cpu->ic_direct);
}

/* True if the I-side no longer holds the older bytes. SCTLR.I does not matter: instruction caches may hold
 * Non-cacheable fetches as well. */
static bool synchronized(const struct cpu *cpu, const struct place *place, struct cell *cell, uint64_t bytes,
			 bool icache)
{
	const char *kind = NULL;

	if (!(cell->changed_bytes & bytes)) {
		return true;
	}
	if (cell->stored & bytes) {
		kind = "fetch-no-dsb";
	} else if (known_from_start(cpu, cell, icache) || icache_reached(&cpu->ic_synced, cell)) {
		kind = NULL;
	} else if (cell->changed <= cell->ivau) {
		kind = cell->isb_after > cpu->isb_time ? "fetch-no-isb" : NULL;
	} else if (icache_reached(&cpu->ic_done, cell)) {
		kind = "fetch-no-isb";
	} else if (icache_reached(&cpu->ic_issued, cell) || icache_ivau_pends(cpu, place->pa, cell)) {
		kind = "fetch-no-dsb";
	} else {
		kind = "fetch-no-ic";
	}
	if (kind == NULL) {
		return true;
	}
	say(kind, place, cell, bytes);
	cell->changed_bytes &= ~bytes; /* said once is enough */
	cell->stored &= ~bytes;
	return false;
}

void fetch(struct cpu *cpu, struct run *run)
{
	unsigned int regime = cpu_regime(cpu, run->el);
	bool mmu = cpu_mmu(cpu, regime);
	bool icache = (cpu->reg[REG(regime, R_SCTLR)] & SCTLR_I) != 0;
	bool good = true;
	uint64_t space;
	uint64_t done;

	cpu->el = run->el;
	if (run->good[cpu->index] == generation) {
		return;
	}
	space = run->pa != 0 && two_spaces ? walk_fetch_space(cpu, regime, run->pc) : 0;
	if (run->pa != 0 && !mmu && icache) {
		shadow_fetched(run->pa | space);
	}
	for (done = 0; run->pa != 0 && done < run->size; done += 4) {
		struct place place = {.pc = run->pc + done, .va = run->pc + done, .pa = (run->pa + done) | space,
				      .el = run->el};
		struct cell *cell;
		uint64_t bytes = shadow_mask(place.pa, 4);

		if (!in_ram(place.pa)) {
			continue;
		}
		shadow_page(place.pa)->has_code = true;
		cell = shadow_cell(place.pa);
		/* With the MMU off a unified cache supplies only bytes that are clean to the
		 * PoC. */
		good = visible(cpu, &place, cell, bytes, mmu && icache, icache) &&
		       synchronized(cpu, &place, cell, bytes, icache) && good;
	}
	if (good) {
		run->good[cpu->index] = generation;
	}
}
