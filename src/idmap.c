/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables as data. Formats: Arm ARM (DDI 0487) D8 "The AArch64 Virtual Memory System
 * Architecture", "Translation table descriptor formats", VMSAv8-64 with the 4 KiB granule and
 * 48-bit output addresses. Levels are named by the lowest address bit they resolve: 39, 30, 21, 12
 * for 0 to 3.
 *
 * The tables are stored to with the MMU off, as Device memory: each page is filled once when it is
 * taken, each descriptor stored once per range that covers it, and a run of descriptors costs one
 * walk.
 */
#include "idmap.h"

#include <stddef.h>

#include <lethe/status.h>

#include "sysreg.h"

#define ENTRIES    512U
#define LEVEL_BITS 9U /* a page of 8-byte descriptors resolves 9 address bits */
#define SHIFT_ROOT 39U
#define SHIFT_1GIB 30U /* the largest block; level 0 has none with 48-bit output addresses */
#define SHIFT_PAGE 12U

/* Bits 1:0. Table descriptors stay without hierarchical attributes, bits 63:59. */
#define TYPE_MASK  3U
#define TYPE_BLOCK 1U
#define TYPE_TABLE 3U /* levels 0 to 2 */
#define TYPE_PAGE  3U /* level 3 */

/*
 * Attributes of blocks and pages ("Block descriptor and Page descriptor formats"; AP and XN:
 * "Memory access control"). Zero and meant: NS (5; own state's addresses when secure, ignored when
 * not), nG (11), nT (16), GP (50), DBM (51), Contiguous (52).
 */
#define ATTR_INDEX(n) ((uint64_t)(n) << 2)
#define AP_EL0        BIT(6) /* AP[1]: for EL0 too; RES1 in a regime without an EL0 */
#define AP_READ_ONLY  BIT(7) /* AP[2] */
#define SH_INNER      (3ULL << 8)
#define ACCESSED      BIT(10) /* AF: nothing manages it (TCR.HA = 0), and 0 would fault */
#define PXN           BIT(53) /* RES0 in a regime without an EL0 */
#define UXN           BIT(54) /* XN in such a regime */

/*
 * Device-nGnRnE, because that is what the console is with the MMU off: one driver, one order of
 * accesses and one meaning of a completed store in both modes, and buses that answer nothing weaker
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
	value |= UXN; /* EL0 executes nothing, text neither */
	return kind == LETHE_MAP_TEXT ? value : value | PXN;
}

/*
 * The table below *entry, which is at the level of shift. Nothing there: an empty one. A block: one
 * that maps the same, in pieces. Null when the pool is used up.
 */
static uint64_t *descend(struct lethe_idmap *map, uint64_t *entry, unsigned int shift)
{
	uint64_t value = *entry;
	uint64_t step = 0;
	uint64_t *table;
	unsigned int i;

	if ((value & TYPE_MASK) == TYPE_TABLE) {
		return (uint64_t *)(uintptr_t)(value - TYPE_TABLE);
	}
	if (map->used == map->pages) {
		return NULL;
	}
	table = map->pool + map->used * ENTRIES;
	map->used++;
	if (value != 0) {
		shift -= LEVEL_BITS;
		step = 1ULL << shift;
		value |= shift == SHIFT_PAGE ? TYPE_PAGE : TYPE_BLOCK;
	}
	for (i = 0; i < ENTRIES; i++) {
		table[i] = value;
		value += step;
	}
	*entry = (uintptr_t)table + TYPE_TABLE;
	return table;
}

int lethe_idmap_init(struct lethe_idmap *map, uint64_t *pool, uint32_t pages,
		     enum lethe_regime regime)
{
	uint64_t root = 0;

	if ((uintptr_t)pool % LETHE_IDMAP_PAGE != 0) {
		return LETHE_E_INTERNAL;
	}
	/* TTBR0 and table descriptors have room for no more. */
	if ((uintptr_t)pool + (uint64_t)pages * LETHE_IDMAP_PAGE > 1ULL << LETHE_IDMAP_BITS) {
		return LETHE_E_MAP_ADDRESS;
	}
	*map = (struct lethe_idmap){.pool = pool, .pages = pages, .regime = regime};
	return descend(map, &root, 0) != NULL ? LETHE_OK : LETHE_E_MAP_POOL;
}

/*
 * Leaves of one size, from base to end or to the end of their table. Returns how far it came: base
 * itself when the pool is used up.
 */
static uint64_t fill(struct lethe_idmap *map, uint64_t base, uint64_t end, unsigned int leaf,
		     uint64_t attr)
{
	const uint64_t size = 1ULL << leaf;
	uint64_t *table = map->pool;
	unsigned int shift;
	unsigned int i;

	for (shift = SHIFT_ROOT; shift != leaf; shift -= LEVEL_BITS) {
		const uint64_t start = base >> shift << shift;
		uint64_t *entry = &table[(base >> shift) % ENTRIES];

		/* A block that says just this already: splitting it would buy nothing. */
		if (*entry == (start | attr | TYPE_BLOCK)) {
			const uint64_t next = start + (1ULL << shift);

			return next < end ? next : end;
		}
		table = descend(map, entry, shift);
		if (table == NULL) {
			return base;
		}
	}
	attr |= leaf == SHIFT_PAGE ? TYPE_PAGE : TYPE_BLOCK;
	i = (unsigned int)(base >> leaf) % ENTRIES;
	do {
		table[i] = base | attr;
		base += size;
		i++;
	} while (i != ENTRIES && end - base >= size);
	return base;
}

int lethe_idmap_add(struct lethe_idmap *map, uint64_t base, uint64_t size, enum lethe_map_kind kind)
{
	const uint64_t attr = attributes(map->regime, kind);
	const uint64_t limit = 1ULL << LETHE_IDMAP_BITS;
	const uint64_t end = base + size;
	unsigned int leaf;
	uint64_t next;

	if ((base | size) % LETHE_IDMAP_PAGE != 0) {
		return LETHE_E_INTERNAL;
	}
	if (base > limit || size > limit - base) {
		return LETHE_E_MAP_ADDRESS;
	}
	while (base != end) {
		/* The largest leaf that fits; a run of them meets no larger one before its table
		 * ends. */
		leaf = SHIFT_1GIB;
		while (base % (1ULL << leaf) != 0 || end - base < 1ULL << leaf) {
			leaf -= LEVEL_BITS;
		}
		next = fill(map, base, end, leaf, attr);
		if (next == base) {
			return LETHE_E_MAP_POOL;
		}
		base = next;
	}
	return LETHE_OK;
}
