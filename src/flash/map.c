/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The map of the front end: its own memory, the file, where bundle and tree go, and the UART. With
 * the MMU off, copying takes 15 to 30 times as long.
 */
#include "cpu/idmap.h"
#include "cpu/mmu_regs.h"
#include "cpu/sysreg.h"
#include "el3/mmu.h"
#include "flash/flash.h"

#define PAGE ((uint64_t)LETHE_IDMAP_PAGE)

/* The most that is needed: three tables for each range, four for two that end in the same. */
#define POOL_PAGES 24U

static uint64_t pool[POOL_PAGES * LETHE_IDMAP_PAGE / sizeof(uint64_t)]
	__attribute__((aligned(4096), section(".pool")));

/* Whole pages around a range. */
static int add(struct lethe_idmap *map, uint64_t start, uint64_t size, enum lethe_map_kind kind)
{
	const uint64_t first = start & ~(PAGE - 1);

	return lethe_idmap_add(map, first, (start + size - first + PAGE - 1) & ~(PAGE - 1), kind);
}

static int add_all(struct lethe_idmap *map, uint64_t bundle_size)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint64_t own = (uint64_t)lethe_flash_start;
	int status = add(map, own, LETHE_FLASH_CODE_SIZE, LETHE_MAP_TEXT);

	status |= add(map, own + LETHE_FLASH_CODE_SIZE,
		      (uint64_t)lethe_flash_end - own - LETHE_FLASH_CODE_SIZE, LETHE_MAP_RW);
	status |= add(map, lethe_flash_state.file, flash->file_size, LETHE_MAP_RO);
	/* What is of the levels below. */
	map->is_non_secure = lethe_flash_state.el == 3;
	status |= add(map, flash->load, bundle_size, LETHE_MAP_RW);
	status |= add(map, flash->tree, flash->tree_room, LETHE_MAP_RW);
	if (flash->cpus == LETHE_FLASH_SPIN_TABLE) {
		status |= add(map, flash->spin_page, LETHE_FLASH_PAGE, LETHE_MAP_RW);
	}
	if (flash->tree_offset == 0) {
		status |= add(map, flash->tree_address, lethe_flash_tree_size(), LETHE_MAP_RO);
	}
	map->is_non_secure = false;
	if (flash->console.data != 0) {
		status |= add(map, flash->console.data, 1, LETHE_MAP_DEVICE);
		status |= add(map, flash->console.status, 1, LETHE_MAP_DEVICE);
	}
	return status;
}

void lethe_flash_map_on(uint64_t bundle_size)
{
	struct lethe_mmu_id id = {
		.pfr0 = READ(id_aa64pfr0_el1),
		.mmfr0 = READ(id_aa64mmfr0_el1),
		.mmfr3 = READ(ID_AA64MMFR3_EL1),
		.mmfr4 = READ(ID_AA64MMFR4_EL1),
		.el = lethe_flash_state.el == 1 ? 1 : 2,
	};
	struct lethe_mmu_regs regs;
	struct lethe_idmap map;

	/* EL3's registers have the layout of EL2's with E2H = 0. */
	id.e2h = lethe_flash_state.el == 2 && (READ(hcr_el2) & HCR_E2H) != 0;
	if (lethe_flash_state.el == 3) {
		id.mmfr4 = 0;
	}
	if (lethe_mmu_regs(&id, &regs) != 0 ||
	    lethe_idmap_init(&map, pool, POOL_PAGES, regs.regime) != 0 ||
	    add_all(&map, bundle_size) != 0) {
		lethe_flash_line("flash uncached, EL", lethe_flash_state.el);
		return;
	}
	lethe_flash_state.is_cached = true;
	if (lethe_flash_state.el == 3) {
		lethe_el3_mmu_on(&regs, (uint64_t)pool, (uint64_t)lethe_flash_start,
				 (uint64_t)lethe_flash_end);
	} else {
		lethe_mmu_on(&regs, (uint64_t)pool, (uint64_t)lethe_flash_start,
			     (uint64_t)lethe_flash_end);
	}
}

void lethe_flash_map_off(void)
{
	if (!lethe_flash_state.is_cached) {
		return;
	}
	lethe_flash_state.is_cached = false;
	if (lethe_flash_state.el == 3) {
		lethe_el3_mmu_off((uint64_t)lethe_flash_start, (uint64_t)lethe_flash_end);
	} else {
		lethe_mmu_off((uint64_t)lethe_flash_start, (uint64_t)lethe_flash_end);
	}
}
