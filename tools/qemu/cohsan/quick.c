/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events that change nothing and that nothing is wrong with: nearly all are. They are found without the lock, for which
 * several CPUs would queue.
 *
 * All that a verdict rests on lies in one of three places:
 *
 * - The CPU's own registers, barriers, and remembered translations. Only the CPU's own thread writes them, in its own
 *   callbacks, so it reads what it wrote. Of what is read here, others write ic_done and tlb_generation alone, with the
 *   lock.
 * - What is set before state becomes AWAKE (released by wake(), acquired by each callback): options, where RAM is.
 * - What any CPU changes with the lock: pages and cells, and the two above. `changes` is odd while the lock is held. If
 *   it is even and the same before and behind all reads, no callback wrote meanwhile: the acquire load keeps the reads
 *   behind it, the fence keeps them before the second load, and the holder's fence puts the odd number before what it
 *   writes. The verdict is then that of a callback that held the lock in that gap. Otherwise what was read is worth
 *   nothing, and the lock decides. Until then a pointer may be new and what it points to not: pages are never freed,
 *   and each is zero or filled.
 */
#include "quick.h"

#define TRIES 4U

static uint64_t changes;

void quick_forbid(void)
{
	__atomic_store_n(&changes, changes + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

void quick_allow(void)
{
	__atomic_store_n(&changes, changes + 1, __ATOMIC_RELEASE);
}

/* ---- loads ---- */

/* Presence need not be up to date: all present is all present. */
static bool cached_is_clean(const struct cpu *cpu, const struct cell *cell, uint64_t pa, uint64_t bytes)
{
	return ((cell->thrown | cell->undone | cell->stale | cell->newer) & bytes) == 0 &&
	       (~cell->present & shadow_line_mask(cpu, pa)) == 0;
}

static bool uncached_is_clean(const struct cell *cell, uint64_t pa, uint64_t bytes)
{
	return (cell->thrown & bytes) == 0 && ((cell->dirty & bytes) == 0 || access_is_polled(pa));
}

static bool load_is_clean(struct cpu *cpu, const struct insn *insn, uint64_t va, unsigned int size)
{
	struct translation to;
	const struct page *page;
	const struct cell *cell;
	uint64_t bytes;
	uint64_t pa;

	if (cpu->unsynced || va % GRANULE + size > GRANULE ||
	    !walk_needs_no_tables(cpu, cpu_regime(cpu, insn->el), va, &to)) {
		return false;
	}
	if (to.memory == MEMORY_DEVICE && (va % size != 0 || insn->kind == K_EXCLUSIVE)) {
		return false;
	}
	pa = to.page | va % PAGE;
	if (!access_allowed(&options.read, pa, size)) {
		return false;
	}
	if (!in_ram(pa)) {
		return true;
	}
	page = shadow_page_if(pa);
	if (page == NULL) {
		return false;
	}
	cell = &page->cell[pa % PAGE / GRANULE];
	bytes = shadow_mask(pa, size);
	if (two_spaces && !twin_is_clean(pa, bytes)) {
		return false;
	}
	return to.memory == MEMORY_CACHED ? cached_is_clean(cpu, cell, pa, bytes) : uncached_is_clean(cell, pa, bytes);
}

/* ---- other instructions ---- */

/* An ISB behind which nothing is other than behind the one before. */
static bool isb_is_idle(const struct cpu *cpu)
{
	return cpu->dsb_synced == cpu->dsb_any && cpu->isb_time >= icache_last_ivau &&
	       cpu->ic_synced.visible == cpu->ic_done.visible && cpu->ic_synced.other == cpu->ic_done.other;
}

/* ---- with several CPUs ---- */

static bool begin(uint64_t *before)
{
	*before = __atomic_load_n(&changes, __ATOMIC_ACQUIRE);
	return *before % 2 == 0;
}

static bool end(uint64_t before)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&changes, __ATOMIC_RELAXED) == before;
}

bool quick_load(struct cpu *cpu, const struct insn *insn, uint64_t va, unsigned int size)
{
	uint64_t before;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		if (begin(&before)) {
			bool clean = load_is_clean(cpu, insn, va, size);

			if (end(before)) {
				return clean;
			}
		}
	}
	return false;
}

bool quick_special(const struct cpu *cpu, const struct insn *insn)
{
	uint64_t before;

	if (cpu->unsynced) {
		return false;
	}
	switch (insn->kind) {
	case K_EXCLUSIVE: return access_exclusive_is_good(cpu, insn); /* by the CPU's own registers alone */
	case K_ISB: return begin(&before) && isb_is_idle(cpu) && end(before);
	case K_MEMORY:
	case K_FP:
	case K_MRS:
	case K_UNMASK: return true;
	default: return false;
	}
}

bool quick_run(const struct cpu *cpu, const struct run *run)
{
	return fetch_is_good(cpu, run) && !(run->may_be_vector && context_is_vector(cpu, run->pc, run->el));
}
