/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_IDMAP_H
#define LETHE_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * An identity map as data: VA = PA, 4 KiB granule, 48-bit addresses (T0SZ 16: four levels, one root
 * page). Builds tables in the caller's memory, touches no register. Pure: mmu_regs.h and mmu.S
 * make the CPU use the tables.
 */

#define LETHE_IDMAP_PAGE 4096U
#define LETHE_IDMAP_BITS 48

/* The translation regime: EL2 alone has a different layout of descriptors and TCR_ELx. */
enum lethe_regime {
	LETHE_REGIME_EL1,  /* EL1&0 */
	LETHE_REGIME_EL2,  /* EL2, HCR_EL2.E2H = 0 */
	LETHE_REGIME_EL20, /* EL2&0, E2H = 1 */
};

/* Memory attributes, as indices into MAIR_ELx. */
#define LETHE_ATTR_DEVICE 0
#define LETHE_ATTR_NORMAL 1

enum lethe_map_kind {
	LETHE_MAP_RW,     /* Normal write-back, inner shareable; never executed */
	LETHE_MAP_RO,     /* Normal likewise, never written or executed */
	LETHE_MAP_TEXT,   /* Normal likewise, executed at the current EL, never written */
	LETHE_MAP_DEVICE, /* Device-nGnRnE, read and written, never executed */
};

struct lethe_idmap {
	uint64_t *pool; /* page 0 is the root, whose address is TTBR0_ELx, ASID 0 */
	uint32_t pages; /* pages in the pool */
	uint32_t used;  /* pages that are tables */
	enum lethe_regime regime;
	bool is_non_secure; /* at EL3, what is added from now on is the other state's memory */
};

/*
 * Makes an empty map. pool: pages * 4 KiB, aligned to 4 KiB, below 2^48, the caller's, in use as
 * long as the map. Only a page that becomes a table is written: the whole page, at that time.
 *
 * LETHE_E_MAP_POOL: the pool has no page. LETHE_E_MAP_ADDRESS: the pool ends above 2^48.
 * LETHE_E_INTERNAL: the pool is not aligned. MMU off, or on with the pool mapped and not in use as
 * tables.
 */
int lethe_idmap_init(struct lethe_idmap *map, uint64_t *pool, uint32_t pages,
		     enum lethe_regime regime);

/*
 * Maps exactly [base, base + size), multiples of 4 KiB: blocks of 1 GiB and 2 MiB inside, pages at
 * the edges. Memory that is already mapped stays as mapped: the first call wins. Only invalid
 * descriptors are written, so break-before-make never applies, and the map may be in use. If so,
 * the caller makes a DSB and an ISB before the first access. size 0 maps no memory.
 *
 * Uses a page of the pool for each 512 GiB touched for the first time. Also uses a page for each
 * GiB and 2 MiB at the edges that are touched for the first time and not filled: at most four
 * pages.
 *
 * LETHE_E_INTERNAL: not multiples. LETHE_E_MAP_ADDRESS: the range wraps, or ends above 2^48. Both
 * leave the map unchanged. LETHE_E_MAP_POOL: the pool has no more pages; a part of the range may be
 * mapped, and only the pool was written.
 */
int lethe_idmap_add(struct lethe_idmap *map, uint64_t base, uint64_t size,
		    enum lethe_map_kind kind);

#endif
