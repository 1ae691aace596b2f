/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include "entry.h"
#include "cpu/mmu_regs.h"
#include "cpu/sysreg.h"

#define PAGE       ((uint64_t)LETHE_IDMAP_PAGE)
#define POOL_PAGES 24U /* 96 KiB: a root, and what a dozen ranges with odd edges take */

/* Neither in the file nor zeroed: a page is when it becomes a table. */
static uint64_t pool[POOL_PAGES * LETHE_IDMAP_PAGE / sizeof(uint64_t)]
	__attribute__((section(".pool"), aligned(LETHE_IDMAP_PAGE)));
static struct lethe_idmap map;
static uint64_t limit; /* the CPU has no physical address from here on */

static void read_id(const struct lethe_context *ctx, struct lethe_mmu_id *id)
{
	id->mmfr0 = READ(id_aa64mmfr0_el1);
	id->mmfr3 = READ(ID_AA64MMFR3_EL1);
	id->mmfr4 = READ(ID_AA64MMFR4_EL1);
	id->el = ctx->el;
	id->e2h = ctx->e2h;
}

static uint64_t down(uint64_t address)
{
	return address & ~(PAGE - 1);
}

static uint64_t up(uint64_t address)
{
	return down(address + PAGE - 1);
}

int lethe_memory_add(uint64_t start, uint64_t end, enum lethe_map_kind kind)
{
	if (end > limit) {
		return LETHE_E_MAP_ADDRESS;
	}
	return lethe_idmap_add(&map, down(start), up(end) - down(start), kind);
}

/*
 * Ours first: what is mapped stays as it is. What else the road needs is mapped when it is known
 * (lethe_memory_map), but for the trees, which tell.
 */
static int fill_map(const struct lethe_context *ctx)
{
	uint64_t base = ctx->image_base;
	int status = lethe_memory_add(base, (uint64_t)lethe_rodata_start, LETHE_MAP_TEXT);

	if (status == LETHE_OK) {
		status =
			lethe_memory_add((uint64_t)lethe_rodata_start, (uint64_t)lethe_data_start, LETHE_MAP_RO);
	}
	if (status == LETHE_OK) {
		status = lethe_memory_add(base, base + ctx->image_size, LETHE_MAP_RW);
	}
	if (status == LETHE_OK) {
		status = lethe_memory_add_trees(ctx);
	}
	return status;
}

static int enter(struct lethe_context *ctx)
{
	struct lethe_mmu_id id;
	struct lethe_mmu_regs regs;
	int status;

	read_id(ctx, &id);
	status = lethe_mmu_regs(&id, &regs);
	if (status == LETHE_OK) {
		limit = regs.limit;
		status = lethe_idmap_init(&map, pool, POOL_PAGES, regs.regime);
	}
	if (status == LETHE_OK) {
		status = fill_map(ctx);
	}
	if (status == LETHE_OK) {
		ctx->is_cached =
			1; /* said before C = 1: a store between would be newer than a line */
		lethe_mmu_on(&regs, (uint64_t)map.pool, (uint64_t)lethe_data_start,
			     (uint64_t)lethe_blob_end);
	}
	return status;
}

void lethe_memory_enter(struct lethe_context *ctx)
{
	if (ctx->plan->mode != LETHE_MODE_UNCACHED) {
		ctx->uncached_why = enter(ctx);
	}
}

uint64_t lethe_memory_tables(void)
{
	return map.used * PAGE;
}

void lethe_memory_leave(struct lethe_context *ctx, int why)
{
	if (ctx->is_cached) {
		ctx->is_cached = 0;
		ctx->uncached_why = why;
		lethe_mmu_off((uint64_t)lethe_data_start, (uint64_t)lethe_blob_end);
	}
}

void lethe_memory_map(struct lethe_context *ctx, uint64_t base, uint64_t size,
		       enum lethe_map_kind kind)
{
	int status;

	if (!ctx->is_cached || size == 0) {
		return;
	}
	status = lethe_memory_add(base, base + size, kind);
	if (status != LETHE_OK) {
		lethe_memory_leave(ctx, status);
		return;
	}
	/* The new descriptors are visible to the walker, and nothing that was fetched before them
	 * is used. */
	__asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}
