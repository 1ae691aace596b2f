/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables as data. Formats: Arm ARM (DDI 0487) D8 "The AArch64 Virtual Memory System
 * Architecture", "Translation table descriptor formats", VMSAv8-64 with the 4 KiB granule and
 * 48-bit output addresses. Levels are named by the lowest address bit they resolve: 39, 30, 21, 12
 * for 0 to 3.
 *
 * An address, the level that each part indexes, and the leaf allowed at that level:
 *
 *	63       48 47     39 38     30 29     21 20     12 11          0
 *	+----------+---------+---------+---------+---------+------------+
 *	|   zero   | level 0 | level 1 | level 2 | level 3 |   offset   |
 *	+----------+---------+---------+---------+---------+------------+
 *	             no leaf   1 GiB     2 MiB     4 KiB
 *	                       block     block     page
 *
 * A leaf:
 *
 *	63    55  54    53  52  48 47             12 11   10   9  8 7  6  5   4     2 1    0
 *	+-------+-----+-----+------+----------------+----+----+----+-----+----+-------+------+
 *	|   0   | UXN | PXN |  0   | output address | nG | AF | SH | AP  | NS | index | type |
 *	+-------+-----+-----+------+----------------+----+----+----+-----+----+-------+------+
 *
 * A valid descriptor is never touched again, so a map may grow while in use.
 */
#include "cpu/idmap.h"

#include <stddef.h>

#include <lethe/status.h>

#include "cpu/sysreg.h"

#define ENTRIES    512U
#define LEVEL_BITS 9U /* a page of 8-byte descriptors resolves 9 address bits */
#define SHIFT_ROOT                                                                                 \
	39U /* no blocks at this level below 52 bits (D8.3.1); 1 GiB blocks at the next */
#define SHIFT_PAGE 12U

/* Bits 1:0. Table descriptors stay without hierarchical attributes, bits 63:59. */
#define TYPE_MASK  3U
#define TYPE_BLOCK 1U
#define TYPE_TABLE 3U /* levels 0 to 2 */
#define TYPE_PAGE  3U /* level 3 */

/*
 * Attributes of blocks and pages ("Block descriptor and Page descriptor formats"; AP and XN:
 * "Memory access control"). Zero on purpose: nG (11), nT (16), GP (50), DBM (51), Contiguous (52).
 */
#define ATTR_INDEX(n) ((uint64_t)(n) << 2)
#define NON_SECURE    BIT(5) /* NS: at EL3 alone; ignored where all is non-secure */
#define AP_EL0        BIT(6) /* AP[1]: EL0 has access too; RES1 in a regime without an EL0 */
#define AP_READ_ONLY  BIT(7) /* AP[2] */
#define SH_INNER      (3ULL << 8)
#define ACCESSED      BIT(10) /* AF: the CPU does not set the bit (TCR.HA = 0), and 0 would fault */
#define PXN           BIT(53) /* RES0 in a regime without an EL0 */
#define UXN           BIT(54) /* XN in such a regime */

/*
 * Device-nGnRnE, as the console is with the MMU off. So in both modes a driver has the same order
 * of accesses and the same meaning of a completed store. Also, some buses answer weaker accesses
 * with an error. SH is ignored for Device.
 */
static uint64_t attributes(enum lethe_regime regime, enum lethe_map_kind kind)
{
	uint64_t value = ACCESSED | ATTR_INDEX(LETHE_ATTR_DEVICE);

	if (kind != LETHE_MAP_DEVICE) {
		value = ACCESSED | SH_INNER | ATTR_INDEX(LETHE_ATTR_NORMAL);
	}
	if (kind == LETHE_MAP_RO || kind == LETHE_MAP_TEXT) {
		value |= AP_READ_ONLY;
	}
	if (regime == LETHE_REGIME_EL2) {
		value |= AP_EL0;
		return kind == LETHE_MAP_TEXT ? value : value | UXN;
	}
	value |= UXN; /* EL0 executes no page, not even text */
	return kind == LETHE_MAP_TEXT ? value : value | PXN;
}

/* An empty table; null if the pool is used up. */
static uint64_t *new_table(struct lethe_idmap *map)
{
	uint64_t *table = map->pool + map->used * ENTRIES;
	unsigned int i;

	if (map->used == map->pages) {
		return NULL;
	}
	map->used++;
	/* By 8 bytes: memory may be Device, and a small memset() stores single bytes. */
	for (i = 0; i < ENTRIES; i++) {
		table[i] = 0;
	}
	return table;
}

/* True if a part of [base, base + size) lies above 2^48. */
static bool is_above(uint64_t base, uint64_t size)
{
	const uint64_t limit = 1ULL << LETHE_IDMAP_BITS;

	return base > limit || size > limit - base;
}

int lethe_idmap_init(struct lethe_idmap *map, uint64_t *pool, uint32_t pages,
		     enum lethe_regime regime)
{
	if ((uintptr_t)pool % LETHE_IDMAP_PAGE != 0) {
		return LETHE_E_INTERNAL;
	}
	/* TTBR0 and table descriptors hold no higher address. */
	if (is_above((uintptr_t)pool, (uint64_t)pages * LETHE_IDMAP_PAGE)) {
		return LETHE_E_MAP_ADDRESS;
	}
	*map = (struct lethe_idmap){.pool = pool, .pages = pages, .regime = regime};
	return new_table(map) != NULL ? LETHE_OK : LETHE_E_MAP_POOL;
}

/*
 * One step: adds the largest leaf that fits at base unless a table is in the way, or skips a leaf
 * that exists already. Returns the end of the step: base itself if the pool is used up.
 */
static uint64_t fill(struct lethe_idmap *map, uint64_t base, uint64_t end, uint64_t attr)
{
	uint64_t *table = map->pool;
	unsigned int shift = SHIFT_ROOT;

	for (;; shift -= LEVEL_BITS) {
		const uint64_t size = 1ULL << shift;
		const uint64_t next = ((base >> shift) + 1) << shift;
		uint64_t *entry = &table[(base >> shift) % ENTRIES];

		if (*entry == 0 && shift != SHIFT_ROOT && next - base == size && next <= end) {
			*entry = base | attr | (shift == SHIFT_PAGE ? TYPE_PAGE : TYPE_BLOCK);
			return next;
		}
		if (shift == SHIFT_PAGE || (*entry & TYPE_MASK) == TYPE_BLOCK) {
			return next < end ? next : end; /* unchanged */
		}
		if (*entry == 0) {
			table = new_table(map);
			if (table == NULL) {
				return base;
			}
			/* DMB ISH: the zeros before the link, since the walker may read at any
			 * time. */
			__atomic_thread_fence(__ATOMIC_RELEASE);
			*entry = (uintptr_t)table + TYPE_TABLE;
		}
		table = (uint64_t *)(uintptr_t)(*entry - TYPE_TABLE);
	}
}

int lethe_idmap_add(struct lethe_idmap *map, uint64_t base, uint64_t size, enum lethe_map_kind kind)
{
	const uint64_t attr =
		attributes(map->regime, kind) | (map->is_non_secure ? NON_SECURE : 0);
	const uint64_t end = base + size;
	uint64_t next;

	if ((base | size) % LETHE_IDMAP_PAGE != 0) {
		return LETHE_E_INTERNAL;
	}
	if (is_above(base, size)) {
		return LETHE_E_MAP_ADDRESS;
	}
	while (base != end) {
		next = fill(map, base, end, attr);
		if (next == base) {
			return LETHE_E_MAP_POOL;
		}
		base = next;
	}
	return LETHE_OK;
}
