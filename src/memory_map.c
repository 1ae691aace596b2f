/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_map.h"

#include "cpu/sysreg.h"
#include "entry.h"
#include "smp/hold.h"

#define PAGE       ((uint64_t)LETHE_IDMAP_PAGE)
#define POOL_PAGES 24U /* 96 KiB: a root, and the tables of a dozen ranges with odd edges */

/* Neither in the file nor zeroed: idmap.c writes each new table whole. */
static uint64_t pool[POOL_PAGES * LETHE_IDMAP_PAGE / sizeof(uint64_t)]
	__attribute__((section(".pool"), aligned(LETHE_IDMAP_PAGE)));
static struct lethe_idmap map;
/* limit is the end of the CPU's physical addresses. Other CPUs read it with their MMU off. */
struct lethe_mmu_regs lethe_memory_map_regs;

static void read_id(const struct lethe_context *ctx, struct lethe_mmu_id *id)
{
	id->mmfr0 = READ(id_aa64mmfr0_el1);
	id->pfr0 = READ(id_aa64pfr0_el1);
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

int lethe_memory_map_add(struct lethe_range range, enum lethe_map_kind kind)
{
	if (range.end > lethe_memory_map_regs.limit) {
		return LETHE_E_MAP_ADDRESS;
	}
	return lethe_idmap_add(&map, down(range.start), up(range.end) - down(range.start), kind);
}

/* Text first, then constants, then what is writable: the first of two kinds stays. */
static int add_own(const struct lethe_context *ctx)
{
	uint64_t rodata = (uint64_t)lethe_rodata_start;
	struct lethe_range text = {ctx->image_base, rodata};
	struct lethe_range constants = {rodata, 0};
	int status = lethe_memory_map_add(text, LETHE_MAP_TEXT);

	/* By a store: an initializer with two addresses would need a relocation. */
	constants.end = (uint64_t)lethe_data_start;
	if (status == LETHE_OK) {
		status = lethe_memory_map_add(constants, LETHE_MAP_RO);
	}
	if (status == LETHE_OK) {
		constants.start = constants.end;
		constants.end = lethe_hold_data();
		status = lethe_memory_map_add(constants, LETHE_MAP_RW);
	}
	if (status == LETHE_OK && lethe_hold_data() != (uint64_t)lethe_blob_end) {
		constants.start = constants.end;
		constants.end = (uint64_t)lethe_blob_end;
		status = lethe_memory_map_add(constants, LETHE_MAP_DEVICE);
	}
	return status;
}

int lethe_memory_map_begin(const struct lethe_context *ctx)
{
	struct lethe_mmu_id id;
	int status;

	read_id(ctx, &id);
	status = lethe_mmu_regs(&id, &lethe_memory_map_regs);
	if (status == LETHE_OK) {
		status = lethe_idmap_init(&map, pool, POOL_PAGES, lethe_memory_map_regs.regime);
	}
	return status == LETHE_OK ? add_own(ctx) : status;
}

void lethe_memory_map_on(struct lethe_context *ctx)
{
	/* Stored before C = 1: a store in between would be newer than a cache line. */
	ctx->is_cached = true;
	lethe_mmu_on(&lethe_memory_map_regs, (uint64_t)map.pool, (uint64_t)lethe_data_start,
		     (uint64_t)lethe_own_end);
}

uint64_t lethe_memory_map_root(void)
{
	return (uint64_t)map.pool;
}

uint64_t lethe_memory_map_tables(void)
{
	return map.used * PAGE;
}

void lethe_memory_map_leave(struct lethe_context *ctx, int why)
{
	if (ctx->is_cached) {
		ctx->is_cached = false;
		ctx->uncached_why = why;
		lethe_mmu_off((uint64_t)lethe_data_start, (uint64_t)lethe_blob_end);
	}
}

void lethe_memory_map(struct lethe_context *ctx, struct lethe_range range, enum lethe_map_kind kind)
{
	int status;

	if (!ctx->is_cached || lethe_range_size(range) == 0) {
		return;
	}
	status = lethe_memory_map_add(range, kind);
	if (status != LETHE_OK) {
		lethe_memory_map_leave(ctx, status);
		return;
	}
	/* The new descriptors are visible to the walker, and no earlier fetch is used. */
	__asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}
