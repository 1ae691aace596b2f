/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_IDMAP_H
#define LETHE_IDMAP_H

#include <stdint.h>

/*
 * An identity map as data: VA = PA, 4 KiB granule, 48-bit addresses (T0SZ 16: four levels, one root
 * page). Builds tables in memory that the caller gives, touches no register. Pure: what the CPU
 * makes of it is mmu_regs.h's and mmu.S's business.
 */

#define LETHE_IDMAP_PAGE 4096U
#define LETHE_IDMAP_BITS 48

/* What translates: descriptors and TCR_ELx have one layout for EL2 alone, another for the rest. */
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
	LETHE_MAP_RO,     /* the same, never written */
	LETHE_MAP_TEXT,   /* the same, executed at the current EL, never written */
	LETHE_MAP_DEVICE, /* Device-nGnRnE, read and written, never executed */
};

struct lethe_idmap {
	uint64_t *pool; /* page 0 is the root: its address is TTBR0_ELx, ASID 0 */
	uint32_t pages; /* how many there are */
	uint32_t used;  /* how many are tables by now */
	enum lethe_regime regime;
};

/*
 * An empty map. pool: pages * 4 KiB, aligned to 4 KiB, below 2^48, the caller's, used until the map
 * is no longer. Only pages that become tables are written: each whole, when it is taken.
 *
 * LETHE_E_MAP_POOL without a single page, LETHE_E_MAP_ADDRESS above 2^48, LETHE_E_INTERNAL if it is
 * not aligned. MMU off, or on with the pool mapped and not in use as tables.
 */
int lethe_idmap_init(struct lethe_idmap *map, uint64_t *pool, uint32_t pages,
		     enum lethe_regime regime);

/*
 * Maps [base, base + size), multiples of 4 KiB, and nothing else: blocks of 1 GiB and 2 MiB inside,
 * pages at the edges. What is mapped already stays as it is: the first call wins, and only invalid
 * descriptors are written, so there is nothing to break before make and the map may be in use. Then
 * the caller owes a DSB and an ISB before the first access. size 0 maps nothing.
 *
 * Takes a page of the pool for each 512 GiB that it is the first to touch, and for each GiB and 2
 * MiB at its edges that it is the first to touch and does not fill: at most four of those.
 *
 * LETHE_E_INTERNAL: not multiples. LETHE_E_MAP_ADDRESS: wraps, or above 2^48. These two change
 * nothing. LETHE_E_MAP_POOL: out of pages; some of the range may be mapped, and nothing outside the
 * pool was written.
 */
int lethe_idmap_add(struct lethe_idmap *map, uint64_t base, uint64_t size,
		    enum lethe_map_kind kind);

#endif
