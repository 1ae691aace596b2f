/* SPDX-License-Identifier: BSD-2-Clause */
/* The last check: booting.rst's promises to the next kernel, against the CPU's state at the
 * kernel's first instruction. */
#include "cohsan.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#define IMAGE_MAGIC 0x644d5241U
#define FDT_MAGIC   0xd00dfeedU

struct bad { /* of one published range */
	const char *kind;
	uint64_t pa;
	uint64_t bytes;
	struct cell first;
	uint64_t mask;
};

enum { BAD_DIRTY, BAD_VERIFIED, BAD_STALE, BAD_THROWN, BAD_UNFINISHED, BAD_ICACHE, BADS };

bool is_image(const void *host)
{
	uint32_t magic;

	if (ram_pa(host) == 0 || ram_pa((const uint8_t *)host + 63) == 0) {
		return false;
	}
	memcpy(&magic, (const uint8_t *)host + 56, sizeof(magic));
	return le32toh(magic) == IMAGE_MAGIC;
}

static void count(struct bad *bad, uint64_t pa, const struct cell *cell, uint64_t bytes)
{
	if (bytes == 0) {
		return;
	}
	if (bad->bytes == 0) {
		bad->pa = pa + (unsigned int)__builtin_ctzll(bytes);
		bad->first = *cell;
		bad->mask = bytes;
	}
	bad->bytes += (unsigned int)__builtin_popcountll(bytes);
}

/* Untouched cells have no page. */
static const struct cell *cell_at(uint64_t pa, struct cell *untouched)
{
	if (shadow_page_if(pa) != NULL) {
		return shadow_cell(pa);
	}
	shadow_initial(pa, untouched);
	return untouched;
}

/* A secure line lands on the range; that it is older than memory matters to nobody below. */
static void look_at_secure(struct bad bad[BADS], uint64_t pa, uint64_t bytes)
{
	struct cell untouched;
	const struct cell *cell = cell_at(pa, &untouched);

	count(&bad[BAD_DIRTY], pa, cell, cell->dirty & bytes);
	count(&bad[BAD_THROWN], pa, cell, cell->thrown & bytes);
}

static void look_at(struct cpu *cpu, struct bad bad[BADS], uint64_t pa, uint64_t bytes, bool code)
{
	struct cell untouched;
	const struct cell *cell = cell_at(pa, &untouched);

	if (two_spaces) {
		look_at_secure(bad, pa | SECURE, bytes);
	}
	count(&bad[BAD_DIRTY], pa, cell, cell->dirty & ~cell->read & bytes);
	count(&bad[BAD_VERIFIED], pa, cell, cell->dirty & cell->read & bytes);
	count(&bad[BAD_STALE], pa, cell, (cell->stale | cell->newer) & ~cell->dirty & bytes);
	count(&bad[BAD_THROWN], pa, cell, cell->thrown & bytes);
	count(&bad[BAD_UNFINISHED], pa, cell, cell->stored & bytes);
	if (code && !icache_synced(cpu, cell) && !(cell->dirty & bytes) && !(cell->stored & bytes)) {
		count(&bad[BAD_ICACHE], pa, cell, bytes & cell->changed_bytes);
	}
}

static void look(struct cpu *cpu, const struct place *at, const char *name, uint64_t lo, uint64_t hi, bool code)
{
	struct bad bad[BADS] = {
		{.kind = "handoff-dirty"}, {.kind = "handoff-verified-dirty"},
		{.kind = "handoff-stale"}, {.kind = "handoff-thrown"},
		{.kind = "handoff-unfinished"}, {.kind = "handoff-icache"},
	};
	uint64_t pa;
	int i;

	for (pa = lo; pa < hi && in_ram(pa); pa += GRANULE - pa % GRANULE) {
		look_at(cpu, bad, pa & ~(uint64_t)(GRANULE - 1), shadow_mask(pa, hi - pa), code);
	}
	for (i = 0; i < BADS; i++) {
		struct place place = *at;
		char text[120];

		if (bad[i].bytes == 0) {
			continue;
		}
		place.pa = bad[i].pa;
		place.va = bad[i].pa & ~SECURE;
		report(bad[i].kind, &place, "%s: %llu of %llu bytes; %s", name,
		       (unsigned long long)bad[i].bytes, (unsigned long long)(hi - lo),
		       shadow_text(&bad[i].first, bad[i].mask, text, sizeof(text)));
	}
}

/* ---- the tree: the part of the format that leads to /chosen's initrd ---- */

struct tree {
	const uint8_t *data;
	uint32_t size;
};

static uint32_t word(const struct tree *tree, uint32_t offset)
{
	uint32_t value;

	if (offset > tree->size || tree->size - offset < 4) {
		return 0;
	}
	memcpy(&value, tree->data + offset, sizeof(value));
	return be32toh(value);
}

static uint64_t value_of(const struct tree *tree, uint32_t offset, uint32_t length)
{
	uint64_t high = length == 8 ? word(tree, offset) : 0;

	return high << 32 | word(tree, offset + length - 4);
}

static bool string_is(const struct tree *tree, uint32_t offset, const char *text)
{
	size_t length = strlen(text) + 1;

	return offset <= tree->size && tree->size - offset >= length &&
	       memcmp(tree->data + offset, text, length) == 0;
}

static void find_initrd(const struct tree *tree, uint64_t *start, uint64_t *end)
{
	uint32_t at = word(tree, 8);
	uint32_t strings = word(tree, 12);
	unsigned int depth = 0;
	bool chosen = false;

	while (at < tree->size && tree->size - at >= 4) {
		uint32_t token = word(tree, at);
		uint32_t length = word(tree, at + 4);

		at += 4;
		if (token == 1) { /* FDT_BEGIN_NODE */
			chosen = ++depth == 2 && string_is(tree, at, "chosen");
			at += ((uint32_t)strnlen((const char *)tree->data + at, tree->size - at) + 4) & ~3U;
		} else if (token == 2) { /* FDT_END_NODE */
			depth--;
			chosen = false;
		} else if (token == 3) { /* FDT_PROP: length, name, value */
			uint32_t name = strings + word(tree, at + 4);

			if (chosen && (length == 4 || length == 8)) {
				if (string_is(tree, name, "linux,initrd-start")) {
					*start = value_of(tree, at + 8, length);
				} else if (string_is(tree, name, "linux,initrd-end")) {
					*end = value_of(tree, at + 8, length);
				}
			}
			at += 8 + ((length + 3) & ~3U);
		} else if (token != 4) { /* FDT_NOP; else the end, or rubbish */
			return;
		}
	}
}

static void look_at_tree(struct cpu *cpu, const struct place *at)
{
	uint64_t pa = cpu_x(0);
	struct tree tree = {.data = ram_host(pa), .size = 8};
	uint64_t start = 0;
	uint64_t end = 0;

	if (pa == 0) {
		return; /* a payload without a tree: not Linux */
	}
	if (pa % 8 != 0) {
		report("handoff-registers", at, "x0=0x%llx is not 8-byte aligned", (unsigned long long)pa);
		return;
	}
	if (tree.data == NULL || !in_ram(pa + 39) || word(&tree, 0) != FDT_MAGIC ||
	    !in_ram(pa + word(&tree, 4) - 1)) {
		report("handoff-tree", at, "no device tree at x0=0x%llx", (unsigned long long)pa);
		return;
	}
	tree.size = word(&tree, 4);
	look(cpu, at, "device tree", pa, pa + tree.size, false);
	find_initrd(&tree, &start, &end);
	if (end > start && !(in_ram(start) && in_ram(end - 1))) {
		report("handoff-tree", at, "initrd [0x%llx, 0x%llx) is not in RAM",
		       (unsigned long long)start, (unsigned long long)end);
	} else if (end > start) {
		look(cpu, at, "initrd", start, end, false);
	}
}

static void look_at_state(struct cpu *cpu, const struct place *at)
{
	uint64_t sctlr;

	if (at->el != 1 && at->el != 2) {
		report("handoff-el", at, "EL%u", at->el);
		return;
	}
	sctlr = cpu->reg[REG(at->el, R_SCTLR)];
	if (sctlr & SCTLR_M) {
		report("handoff-mmu", at, "SCTLR_EL%u=0x%llx", at->el, (unsigned long long)sctlr);
	}
	if (sctlr & SCTLR_C) {
		report("handoff-dcache", at, "SCTLR_EL%u=0x%llx", at->el, (unsigned long long)sctlr);
	}
	if (cpu_daif() != 15) {
		report("handoff-daif", at, "DAIF=0x%x", cpu_daif() << 6);
	}
	if (cpu->unsynced) {
		cpu->reg[REG(2, R_FAR)] = cpu->synced[REG(2, R_FAR)]; /* a scratch register */
		if (memcmp(cpu->reg, cpu->synced, sizeof(cpu->reg)) != 0) {
			report("handoff-context", at, "context registers written, not synchronized");
		}
	}
}

/* An Image is entered. end: of what is there of it, and the registers are between the two; 0: as its header says. */
static void look_at_entry(struct cpu *cpu, const struct place *at, uint64_t end)
{
	uint64_t size;
	unsigned int i;

	look_at_state(cpu, at);
	memcpy(&size, (const uint8_t *)ram_host(at->pa) + 16, sizeof(size));
	look(cpu, at, "Image", at->pa, end != 0 ? end : at->pa + le64toh(size), true);
	for (i = 1; i <= 3; i++) {
		if (end == 0 && cpu_x(i) != 0) {
			report("handoff-registers", at, "x%u=0x%llx", i, (unsigned long long)cpu_x(i));
		}
	}
	look_at_tree(cpu, at);
}

void handoff_through(struct cpu *cpu, uint64_t pc, const struct range *image)
{
	look_at_entry(cpu, &(struct place){.pc = pc, .va = pc, .pa = image->lo, .el = cpu_el()}, image->hi);
}

void handoff(struct cpu *cpu, uint64_t pc, uint64_t pa, bool image)
{
	struct place at = {.pc = pc, .va = pc, .pa = pa, .el = cpu_el()};
	bool known = image; /* which bytes are code */
	size_t i;

	if (image) {
		look_at_entry(cpu, &at, 0);
	} else {
		look_at_state(cpu, &at);
	}
	for (i = 0; i < options.publish.count; i++) {
		const struct range *range = &options.publish.at[i];
		bool is_entered = !image && pa >= range->lo && pa < range->hi;

		look(cpu, &at, range->name, range->lo, range->hi, is_entered);
		known = known || is_entered;
	}
	if (!known) {
		look(cpu, &at, "entry", pa, pa + 4, true);
	}
	undone_say(0, UINT64_MAX);
	report_stop(pc, at.el);
}
