/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for loads and stores (Arm ARM B2.16, "Mismatched memory attributes"). */
#include "cohsan.h"

#include <stdlib.h>

#define TEXT 120

static void say(const char *kind, const struct place *place, const struct cell *cell, uint64_t mask)
{
	char text[TEXT];

	report(kind, place, "%s", shadow_text(cell, mask, text, sizeof(text)));
}

/* Who polls looks again: an older value costs a turn. That it comes in the end is publish='s to say. */
bool access_is_polled(uint64_t pa)
{
	unsigned int i;

	pa &= ~SECURE;
	for (i = 0; i < options.polled.count; i++) {
		if (pa - options.polled.at[i].lo < options.polled.at[i].hi - options.polled.at[i].lo) {
			return true;
		}
	}
	return false;
}

static void load_uncached(const struct place *place, struct cell *cell, uint64_t bytes)
{
	if (cell->thrown & bytes) {
		say("read-thrown", place, cell, bytes);
		cell->thrown &= ~bytes;
	}
	if ((cell->dirty & bytes) && !access_is_polled(place->pa)) {
		say("read-under-dirty", place, cell, bytes);
		cell->read |= bytes & cell->dirty;
	}
}

static void load_cached(const struct cpu *cpu, const struct place *place, struct cell *cell,
			uint64_t bytes)
{
	if (cell->thrown & bytes) {
		say("read-thrown", place, cell, bytes);
		cell->thrown &= ~bytes;
	}
	if (cell->undone & bytes) {
		undone_say(place->pa, place->pa + 1);
	}
	if (((cell->stale | cell->newer) & bytes) && !access_is_polled(place->pa)) {
		say("read-stale", place, cell, bytes);
		shadow_line_clear(cpu, place->pa, FIELD(stale));
		shadow_line_clear(cpu, place->pa, FIELD(newer));
	}
	cell->present |= shadow_line_mask(cpu, place->pa);
}

/* A line that the store passes by is written back later, over the store. */
static void pass_line(const struct cpu *cpu, const struct place *place, struct cell *cell)
{
	if (shadow_line_any(cpu, place->pa, cell, FIELD(dirty))) {
		say("write-under-dirty", place, cell, shadow_line_mask(cpu, place->pa));
		shadow_line_clear(cpu, place->pa, FIELD(dirty)); /* said once is enough */
		shadow_line_clear(cpu, place->pa, FIELD(not_pou));
		shadow_line_clear(cpu, place->pa, FIELD(stale));
	}
	if (shadow_line_any(cpu, place->pa, cell, FIELD(stale))) {
		say("write-under-stale", place, cell, shadow_line_mask(cpu, place->pa));
		shadow_line_clear(cpu, place->pa, FIELD(stale));
	}
}

/* The store goes to memory; a cached copy of the line stays as it is. */
static void store_uncached(struct cpu *cpu, const struct place *place, struct cell *cell,
			   uint64_t bytes)
{
	struct page *page = shadow_page(place->pa);

	pass_line(cpu, place, cell);
	cell->newer |= shadow_mapped(page) ? bytes : bytes & cell->present;
	cell->thrown &= ~bytes;
	cell->undone &= ~bytes;
	cell->read &= ~bytes;
	if (cell->stored == 0) {
		if (cpu->stored_count == cpu->stored_room) {
			cpu->stored_room = cpu->stored_room * 2 + 64;
			cpu->stored = realloc(cpu->stored, cpu->stored_room * sizeof(struct cell *));
		}
		cpu->stored[cpu->stored_count++] = cell;
	}
	cell->stored |= bytes;
}

/*
 * A line from before the start is written to, and its eviction undoes what memory has beside the store. Said when
 * a byte of that is read or handed over: until then it may be nobody's. A byte that is dirty as well is newest there.
 */
static void throw_neighbours(const struct cpu *cpu, const struct place *place)
{
	uint64_t base = place->pa & ~(cpu->line - 1);
	uint64_t at;

	for (at = base; at < base + cpu->line; at += GRANULE) {
		if (in_ram(at)) {
			struct cell *cell = shadow_cell(at);

			cell->thrown |= cell->stale & ~cell->dirty & shadow_line_mask(cpu, at);
		}
	}
}

static void store_cached(struct cpu *cpu, const struct place *place, struct cell *cell, uint64_t bytes)
{
	/* A byte that is only stored over counts as new. */
	cell->newer &= ~bytes;
	if ((cell->undone & bytes) != 0) {
		cell->undone &= ~bytes;
		undone_replaced();
	}
	if (shadow_line_any(cpu, place->pa, cell, FIELD(newer))) {
		undone_begin(cpu, place);
	}
	if (shadow_line_any(cpu, place->pa, cell, FIELD(stale))) {
		throw_neighbours(cpu, place);
	}
	cell->dirty |= bytes;
	cell->not_pou |= bytes;
	cell->stale &= ~bytes;
	cell->thrown &= ~bytes;
	cell->read &= ~bytes;
	cell->cleaning &= ~bytes;
	cell->cleaning_pou &= ~bytes;
	cell->present |= shadow_line_mask(cpu, place->pa);
}

/* In one space. */
static void store_line(struct cpu *cpu, const struct place *place, struct page *page, uint64_t bytes,
		       bool cached)
{
	struct cell *cell = shadow_cell_in(page, place->pa);
	uint64_t changed = cell->changed_bytes;

	if (cached) {
		store_cached(cpu, place, cell, bytes);
	} else {
		store_uncached(cpu, place, cell, bytes);
	}
	cell->changed_bytes = bytes;
	if (!icache_synced(cpu, cell)) {
		cell->changed_bytes |= changed;
	}
	cell->changed = ++now;
	cell->visible = false;
	/* Of another CPU's stores only the last is remembered. */
	cell->recent = bytes | (cell->store_cpu == cpu->index && cell->store_dsb == cpu->dsb_any + 1 ?
				cell->recent : 0);
	cell->store_cpu = (uint8_t)cpu->index;
	cell->store_dmb = cpu->dmb_sys;
	cell->store_dsb = cpu->dsb_any + 1; /* 0: never */
	cell->store_uncached = !cached;
	if (page->has_code) {
		fetch_forget();
	}
}

static void store_cell(struct cpu *cpu, const struct place *place, struct page *page, uint64_t size,
		       bool cached)
{
	uint64_t bytes = shadow_mask(place->pa, size);
	struct place there;

	store_line(cpu, place, page, bytes, cached);
	if (!twin_of(place, &there)) {
		return;
	}
	if (cached) {
		pass_line(cpu, &there, shadow_cell(there.pa));
		shadow_cell(there.pa)->thrown &= ~bytes;
	} else {
		store_line(cpu, &there, shadow_page(there.pa), bytes, false);
	}
}

/* Bytes up to the end of pa's cell. */
static uint64_t piece(uint64_t pa, uint64_t size)
{
	uint64_t left = GRANULE - pa % GRANULE;

	return size < left ? size : left;
}

/* True if the access lies within one range, or no range is set. */
bool access_allowed(const struct ranges *ranges, uint64_t pa, uint64_t size)
{
	size_t i;

	pa &= ~SECURE;
	for (i = 0; i < ranges->count; i++) {
		if (pa >= ranges->at[i].lo && pa < ranges->at[i].hi && size <= ranges->at[i].hi - pa) {
			return true;
		}
	}
	return ranges->count == 0;
}

void access_store(struct cpu *cpu, struct place *at, uint64_t size, bool cached)
{
	if (!access_allowed(&options.write, at->pa, size)) {
		report("write-outside", at, "%llu bytes", (unsigned long long)size);
	}
	if (in_flash(at->pa)) {
		report("store-to-flash", at, "a store is a command to the chip");
	}
	while (size != 0 && in_ram(at->pa)) {
		uint64_t part = piece(at->pa, size);

		store_cell(cpu, at, shadow_page(at->pa), part, cached);
		at->va += part;
		at->pa += part;
		size -= part;
	}
}

static void load_cell(const struct cpu *cpu, const struct place *place, uint64_t bytes, bool cached)
{
	struct cell *cell = shadow_cell(place->pa);
	struct place there;

	if (cached) {
		load_cached(cpu, place, cell, bytes);
	} else {
		load_uncached(place, cell, bytes);
	}
	if (twin_of(place, &there)) {
		cell = shadow_cell(there.pa);
		load_uncached(&there, cell, bytes);
		if (cell->undone & bytes) {
			undone_say(there.pa, there.pa + 1);
		}
	}
}

static void load(struct cpu *cpu, struct place *at, uint64_t size, bool cached)
{
	if (!access_allowed(&options.read, at->pa, size)) {
		report("read-outside", at, "%llu bytes", (unsigned long long)size);
	}
	while (size != 0 && in_ram(at->pa)) {
		uint64_t part = piece(at->pa, size);

		load_cell(cpu, at, shadow_mask(at->pa, part), cached);
		at->va += part;
		at->pa += part;
		size -= part;
	}
}

/* The part of an access that lies in one page. */
static void one_page(struct cpu *cpu, const struct insn *insn, struct place *place, unsigned int size,
		     bool store)
{
	unsigned int unit = insn->element != 0 && insn->element < size ? insn->element : size;
	struct translation to = walk(cpu, cpu_regime(cpu, insn->el), place);

	if (to.memory == MEMORY_FAULT) {
		return;
	}
	place->pa = to.page | (place->va & (PAGE - 1));
	if (to.memory == MEMORY_DEVICE) {
		if ((place->va & (unit - 1)) != 0) {
			report("unaligned", place, "%u bytes", unit);
		}
		if (insn->kind == K_EXCLUSIVE) {
			report("exclusive", place, "Device memory");
		}
	}
	if (store) {
		access_store(cpu, place, size, to.memory == MEMORY_CACHED);
	} else {
		load(cpu, place, size, to.memory == MEMORY_CACHED);
	}
}

/*
 * The page of a store that is cached, within one cell and by a known translation: nearly all are.
 * Only this cell decides about the store. 0: any other store.
 */
static struct page *plain(struct cpu *cpu, const struct insn *insn, uint64_t va, unsigned int size)
{
	const struct translation *to = walk_known(cpu, cpu_regime(cpu, insn->el), va);

	if (to == NULL || to->memory != MEMORY_CACHED || cpu->unsynced ||
	    va % GRANULE + size > GRANULE) {
		return NULL;
	}
	return shadow_page_if(to->page);
}

static void one_access(struct cpu *cpu, const struct insn *insn, uint64_t va,
					    unsigned int size, bool store)
{
	struct place place = {.pc = insn->pc, .va = va, .el = insn->el};
	unsigned int left = PAGE - va % PAGE;

	context_rely_memory(cpu, &place);
	one_page(cpu, insn, &place, size < left ? size : left, store);
	if (size > left) {
		place.va = va + left;
		one_page(cpu, insn, &place, size - left, store);
	}
}

void access_data(struct cpu *cpu, const struct insn *insn, uint64_t va, unsigned int size, bool store)
{
	struct page *page = store && options.write.count == 0 ? plain(cpu, insn, va, size) : NULL;

	if (page != NULL) {
		struct place place = {.pc = insn->pc, .va = va, .pa = page->pa | va % PAGE, .el = insn->el};

		store_cell(cpu, &place, page, size, true);
	} else {
		one_access(cpu, insn, va, size, store);
	}
}

bool access_exclusive_is_good(const struct cpu *cpu, const struct insn *insn)
{
	unsigned int regime = cpu_regime(cpu, insn->el);

	return cpu_mmu(cpu, regime) || cpu_caches(cpu, regime);
}

void access_exclusive(struct cpu *cpu, const struct insn *insn, uint64_t va)
{
	if (!access_exclusive_is_good(cpu, insn)) {
		report("exclusive", &(struct place){.pc = insn->pc, .va = va, .pa = va, .el = insn->el},
		       "the MMU is off");
	}
}
