/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM in the UEFI memory map. */
#include "firmware/efi_memory.h"

#include "fdt/fdt_get.h"

/* EFI_MEMORY_TYPE */
#define EFI_LOADER_CODE        1U
#define EFI_LOADER_DATA        2U
#define EFI_BOOT_SERVICES_CODE 3U
#define EFI_BOOT_SERVICES_DATA 4U
#define EFI_CONVENTIONAL       7U

/* True if an OS may use this memory after boot services. Linux also requires write-back. */
static bool is_usable(const struct lethe_efi_descriptor *descriptor, struct lethe_fdt_range *range)
{
	const uint32_t type = descriptor->type;

	if (type != EFI_CONVENTIONAL && type != EFI_LOADER_CODE && type != EFI_LOADER_DATA &&
	    type != EFI_BOOT_SERVICES_CODE && type != EFI_BOOT_SERVICES_DATA) {
		return false;
	}
	if ((descriptor->attribute & EFI_MEMORY_WB) == 0) {
		return false;
	}
	range->base = descriptor->physical;
	range->size = descriptor->pages << EFI_PAGE_SHIFT;
	return descriptor->pages <= UINT64_MAX >> EFI_PAGE_SHIFT &&
	       range->size <= UINT64_MAX - range->base;
}

bool lethe_efi_memory_covers(const void *map, uint64_t map_size, uint64_t desc_size, uint64_t base,
			     uint64_t size)
{
	const char *bytes = map;
	struct lethe_fdt_range range;
	uint64_t before = base;
	uint64_t cursor = base;
	unsigned int searches;
	uint64_t i;

	/* Naturally aligned accesses only. */
	if (desc_size < sizeof(struct lethe_efi_descriptor) || desc_size % 8 != 0 ||
	    (uintptr_t)map % 8 != 0 || size > UINT64_MAX - base) {
		return false;
	}
	for (searches = 0; searches < LETHE_FDT_SEARCHES_MAX && cursor - base < size; searches++) {
		for (i = 0; i <= map_size && map_size - i >= desc_size; i += desc_size) {
			if (is_usable((const void *)(bytes + i), &range)) {
				lethe_fdt_range_extend(&range, &cursor);
			}
		}
		if (cursor == before) {
			return false;
		}
		before = cursor;
	}
	return cursor - base >= size;
}
