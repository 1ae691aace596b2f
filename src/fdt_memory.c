/* SPDX-License-Identifier: BSD-2-Clause */
/* What is RAM, and what of it is taken: by the tree, and by the UEFI memory map. */

#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "fdt_walk.h"

/*
 * Entries that cover one range together need not be sorted. Each look at all of them extends what
 * is covered as far as entries follow on; that many looks are enough for honest trees and bound the
 * rest.
 */
#define LOOKS_MAX 64U

/* UEFI 2.10, 7.2.3: a descriptor, as far as version 1 goes. Native byte order. */
struct efi_descriptor {
	uint32_t type;
	uint32_t pad;
	uint64_t physical;
	uint64_t virtual;
	uint64_t pages;
	uint64_t attribute;
};

#define EFI_PAGE_SHIFT         12
#define EFI_LOADER_CODE        1U
#define EFI_LOADER_DATA        2U
#define EFI_BOOT_SERVICES_CODE 3U
#define EFI_BOOT_SERVICES_DATA 4U
#define EFI_CONVENTIONAL       7U
#define EFI_MEMORY_WB          0x8ULL

/*
 * The entries of `reg` of one kind of node, one after the other: of memory nodes under the root, or
 * of the children of /reserved-memory.
 */
struct entries {
	struct lethe_walk walk;
	int reserved;           /* which kind */
	uint32_t address_cells; /* of the parent */
	uint32_t size_cells;
	int inside; /* the walk is in the parent */
	int open;   /* in a node of this kind, at its properties */
	int counts; /* what was seen of it so far speaks for it */
	int unavailable;
	const unsigned char *reg;
	uint32_t reg_length;
	int giving; /* its entries are being given out; this is the next one */
	uint32_t index;
};

static int entries_start(struct entries *entries, const void *tree, int reserved)
{
	memset(entries, 0, sizeof(*entries));
	entries->reserved = reserved;
	entries->inside = !reserved;
	entries->address_cells = 2; /* the specification's defaults */
	entries->size_cells = 1;
	return lethe_walk_start(&entries->walk, tree);
}

static void enter_node(struct entries *entries)
{
	const struct lethe_walk *walk = &entries->walk;

	if (walk->depth == 2 && entries->reserved) {
		entries->inside = lethe_walk_is_node(walk->name, "reserved-memory", 15);
		entries->address_cells = 2;
		entries->size_cells = 1;
	}
	if (walk->depth == (entries->reserved ? 3U : 2U) && entries->inside) {
		entries->open = 1;
		entries->counts = entries->reserved;
		entries->unavailable = 0;
		entries->reg = NULL;
	}
}

static void read_property(struct entries *entries)
{
	const struct lethe_walk *walk = &entries->walk;

	if (!entries->open) {
		if (!entries->inside || walk->depth != (entries->reserved ? 2U : 1U)) {
			return;
		}
		lethe_walk_cells(walk, &entries->address_cells, &entries->size_cells);
		return;
	}
	if (entries->reg == NULL && lethe_walk_is(walk->name, "reg")) {
		entries->reg = walk->value;
		entries->reg_length = walk->length;
	} else if (lethe_walk_is(walk->name, "status")) {
		entries->unavailable = !lethe_walk_available(walk);
	} else if (!entries->reserved && lethe_walk_is(walk->name, "device_type")) {
		entries->counts = lethe_walk_value_is(walk, "memory");
	}
}

/* 1 and the next entry, 0 at the end, a status when the tree cannot be read to its end. */
static int entries_next(struct entries *entries, struct lethe_range *range)
{
	int more;
	int tag;

	for (;;) {
		if (entries->giving) {
			more = lethe_walk_range(entries->reg, entries->reg_length,
						entries->address_cells, entries->size_cells,
						entries->index, range);
			if (more != 0) {
				entries->index++;
				return more;
			}
			entries->giving = 0;
		}
		tag = lethe_walk_next(&entries->walk);
		if (tag < 0) {
			return tag;
		}
		if (tag == FDT_END) {
			return 0;
		}
		if (tag == FDT_PROP) {
			read_property(entries);
			continue;
		}
		if (entries->open) {
			entries->open = 0;
			entries->giving =
				entries->counts && !entries->unavailable && entries->reg != NULL;
			entries->index = 0;
		}
		if (tag == FDT_BEGIN_NODE) {
			enter_node(entries);
		}
	}
}

/* If this range holds byte *at, *at becomes its end. */
static void extend(uint64_t *at, const struct lethe_range *range)
{
	if (*at - range->base < range->size) {
		*at = range->base + range->size;
	}
}

int lethe_tree_memory_covers(const void *tree, uint64_t base, uint64_t size)
{
	uint64_t before = base;
	uint64_t at = base;
	struct entries entries;
	struct lethe_range range;
	unsigned int looks;
	int more;

	if (size > UINT64_MAX - base) {
		return 0;
	}
	for (looks = 0; looks < LOOKS_MAX && at - base < size; looks++) {
		if (entries_start(&entries, tree, 0) != LETHE_OK) {
			return 0;
		}
		for (more = entries_next(&entries, &range); more == 1;
		     more = entries_next(&entries, &range)) {
			extend(&at, &range);
		}
		if (more < 0 || at == before) {
			return 0;
		}
		before = at;
	}
	return at - base >= size;
}

/*
 * May this stretch of memory be used once boot services are over? Linux asks for write-back, too.
 */
static int efi_usable(const struct efi_descriptor *descriptor, struct lethe_range *range)
{
	uint32_t type = descriptor->type;

	if (type != EFI_CONVENTIONAL && type != EFI_LOADER_CODE && type != EFI_LOADER_DATA &&
	    type != EFI_BOOT_SERVICES_CODE && type != EFI_BOOT_SERVICES_DATA) {
		return 0;
	}
	if ((descriptor->attribute & EFI_MEMORY_WB) == 0) {
		return 0;
	}
	range->base = descriptor->physical;
	range->size = descriptor->pages << EFI_PAGE_SHIFT;
	return descriptor->pages <= UINT64_MAX >> EFI_PAGE_SHIFT &&
	       range->size <= UINT64_MAX - range->base;
}

int lethe_efi_memory_covers(const void *map, uint64_t map_size, uint64_t desc_size, uint64_t base,
			    uint64_t size)
{
	const unsigned char *bytes = map;
	struct lethe_range range;
	uint64_t before = base;
	uint64_t at = base;
	unsigned int looks;
	uint64_t i;

	/* naturally aligned accesses only */
	if (desc_size < sizeof(struct efi_descriptor) || desc_size % 8 != 0 ||
	    (uintptr_t)map % 8 != 0 || size > UINT64_MAX - base) {
		return 0;
	}
	for (looks = 0; looks < LOOKS_MAX && at - base < size; looks++) {
		for (i = 0; i <= map_size && map_size - i >= desc_size; i += desc_size) {
			if (efi_usable((const void *)(bytes + i), &range)) {
				extend(&at, &range);
			}
		}
		if (at == before) {
			return 0;
		}
		before = at;
	}
	return at - base >= size;
}

/* Do the two share a byte? Right for ranges that wrap, too, as a garbled reservation may. */
static int touches(const struct lethe_range *range, uint64_t base, uint64_t size)
{
	return range->size != 0 && size != 0 &&
	       (range->base - base < size || base - range->base < range->size);
}

int lethe_tree_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip,
			uint64_t skip_size)
{
	struct lethe_range range;
	struct entries entries;
	uint32_t i;
	int more;

	if (size == 0) {
		return 0;
	}
	/* What cannot be read is taken: a refusal is better than a store. */
	if (entries_start(&entries, tree, 1) != LETHE_OK) {
		return 1;
	}
	for (i = 0;; i++) {
		more = lethe_walk_reservation(tree, i, &range);
		if (more <= 0) {
			break;
		}
		if (touches(&range, base, size) && !lethe_range_inside(&range, skip, skip_size)) {
			return 1;
		}
	}
	if (more < 0) {
		return 1;
	}
	for (;;) {
		more = entries_next(&entries, &range);
		if (more != 1) {
			return more != 0;
		}
		if (touches(&range, base, size)) {
			return 1;
		}
	}
}
