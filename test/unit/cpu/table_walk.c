/* SPDX-License-Identifier: BSD-2-Clause */
#include "table_walk.h"

static uint64_t bits(uint64_t value, unsigned int high, unsigned int low)
{
	return value << (63 - high) >> (63 - high + low);
}

/* "Table descriptor format": next-level table in 47:12; APTable, XNTable, PXNTable, NSTable in
 * 63:59. */
static const char *next_level(const struct table_walk *walk, uint64_t descriptor,
			      const uint64_t **table)
{
	const uint64_t first = (uint64_t)(uintptr_t)walk->pool;
	const uint64_t address = bits(descriptor, 47, 12) * 4096;

	if (bits(descriptor, 63, 59) != 0) {
		return "hierarchical attributes in a table descriptor";
	}
	if (bits(descriptor, 58, 48) != 0 || bits(descriptor, 11, 2) != 0) {
		return "ignored or reserved bits set in a table descriptor";
	}
	if (address < first || address - first >= walk->pool_pages * 4096) {
		return "next table outside the pool";
	}
	*table = (const uint64_t *)(uintptr_t)address;
	return NULL;
}

/* AP[2:1] and the XN bits, "Stage 1 data accesses" and "instruction execution using direct
 * permissions". */
static const char *permissions(struct table_walk *walk, uint64_t descriptor)
{
	const int ap2 = (int)bits(descriptor, 7, 7);
	const int ap1 = (int)bits(descriptor, 6, 6);

	walk->read = 1;
	walk->write = !ap2;
	if (!walk->has_el0) {
		if (!ap1) {
			return "AP[1] is RES1 in a regime without EL0";
		}
		if (bits(descriptor, 53, 53) != 0) {
			return "PXN is RES0 in a regime without EL0";
		}
		walk->execute = !bits(descriptor, 54, 54);
		walk->el0 = 0;
		return NULL;
	}
	/* Pages that EL0 may write are never executed above EL0. */
	walk->execute = !bits(descriptor, 53, 53) && !(ap1 && !ap2);
	walk->el0 = ap1 || !bits(descriptor, 54, 54);
	return NULL;
}

/* "Block descriptor and Page descriptor formats". */
static const char *leaf(struct table_walk *walk, uint64_t descriptor)
{
	const uint64_t address = bits(descriptor, 47, 12) * 4096;

	walk->mapped = 1;
	walk->output = address;
	walk->attr_index = (unsigned int)bits(descriptor, 4, 2);
	walk->shareability = (unsigned int)bits(descriptor, 9, 8);
	if (address % walk->span != 0) {
		return "reserved bits below a block's address";
	}
	if (bits(descriptor, 63, 55) != 0 || bits(descriptor, 52, 48) != 0) {
		return "software, DBM, Contiguous, GP or reserved bits set";
	}
	if (bits(descriptor, 5, 5) != 0) {
		return "NS set";
	}
	if (bits(descriptor, 10, 10) == 0) {
		return "AF clear: an Access flag fault";
	}
	if (bits(descriptor, 11, 11) != 0) {
		return "nG set";
	}
	return permissions(walk, descriptor);
}

const char *table_walk(struct table_walk *walk, uint64_t va)
{
	const uint64_t *table = walk->root;
	unsigned int level;

	for (level = 0; level <= 3; level++) {
		const unsigned int low = 39 - 9 * level;
		const uint64_t descriptor = table[bits(va, low + 8, low)];
		const char *wrong;

		walk->span = 1ULL << low;
		walk->start = va - va % walk->span;
		if (bits(descriptor, 0, 0) == 0) {
			walk->mapped = 0;
			return descriptor == 0 ? NULL : "an invalid descriptor that is not zero";
		}
		if (level == 3) {
			return bits(descriptor, 1, 1) ? leaf(walk, descriptor)
						      : "0b01 is reserved at level 3";
		}
		if (bits(descriptor, 1, 1) == 0) {
			return level == 0 ? "0b01 is reserved at level 0" : leaf(walk, descriptor);
		}
		wrong = next_level(walk, descriptor, &table);
		if (wrong != NULL) {
			return wrong;
		}
	}
	return "not reached";
}
