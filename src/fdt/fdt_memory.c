/* SPDX-License-Identifier: BSD-2-Clause */
/* What is RAM, and what of it is taken: by the tree, and by the UEFI memory map. */

#include <string.h>

#include "fdt/fdt_get.h"

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

/* If this range holds byte *at, *at becomes its end. */
static void extend(uint64_t *at, const struct lethe_fdt_range *range)
{
	if (*at - range->base < range->size) {
		*at = range->base + range->size;
	}
}

int lethe_fdt_memory_at(const void *tree, unsigned int index, uint64_t *base, uint64_t *size)
{
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	unsigned int i;

	lethe_fdt_regs_start(&regs, tree, 0, 1);
	for (i = 0; lethe_fdt_regs_next(&regs, &range) == 1; i++) {
		if (i == index) {
			*base = range.base;
			*size = range.size;
			return 1;
		}
	}
	return 0;
}

int lethe_fdt_memory_covers(const void *tree, uint64_t base, uint64_t size)
{
	uint64_t before = base;
	uint64_t at = base;
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	uint32_t structure_size;
	unsigned int looks;
	int more;

	if (size > UINT64_MAX - base || lethe_fdt_check(tree, &structure_size, NULL) != LETHE_OK) {
		return 0;
	}
	for (looks = 0; looks < LOOKS_MAX && at - base < size; looks++) {
		lethe_fdt_regs_start(&regs, tree, 0, 1);
		do {
			more = lethe_fdt_regs_next(&regs, &range);
			if (more == 1) {
				extend(&at, &range);
			}
		} while (more == 1);
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
static int efi_usable(const struct efi_descriptor *descriptor, struct lethe_fdt_range *range)
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
	struct lethe_fdt_range range;
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
static int touches(const struct lethe_fdt_range *range, uint64_t base, uint64_t size)
{
	return range->size != 0 && size != 0 &&
	       (range->base - base < size || base - range->base < range->size);
}

int lethe_fdt_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip,
			uint64_t skip_size)
{
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	uint32_t structure_size;
	int parent;
	int more;
	int i;

	if (size == 0) {
		return 0;
	}
	/* What cannot be read is taken: a refusal is better than a store. */
	if (lethe_fdt_check(tree, &structure_size, NULL) != LETHE_OK) {
		return 1;
	}
	for (i = fdt_num_mem_rsv(tree) - 1; i >= 0; i--) {
		fdt_get_mem_rsv(tree, i, &range.base, &range.size);
		if (touches(&range, base, size) && !lethe_range_inside(&range, skip, skip_size)) {
			return 1;
		}
	}
	parent = fdt_subnode_offset(tree, 0, "reserved-memory");
	if (parent < 0) {
		return 0;
	}
	lethe_fdt_regs_start(&regs, tree, parent, 0);
	do {
		more = lethe_fdt_regs_next(&regs, &range);
	} while (more == 1 && !touches(&range, base, size));
	return more != 0;
}
