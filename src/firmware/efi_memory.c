/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM in the UEFI memory map. */
#include "firmware/efi_memory.h"

#include <lethe/fdt.h>

/* EFI_MEMORY_TYPE (UEFI 2.10, 7.2) */
#define EFI_RESERVED           0U
#define EFI_LOADER_CODE        1U
#define EFI_LOADER_DATA        2U
#define EFI_BOOT_SERVICES_CODE 3U
#define EFI_BOOT_SERVICES_DATA 4U
#define EFI_CONVENTIONAL       7U
#define EFI_UNUSABLE           8U
#define EFI_MMIO               11U
#define EFI_MMIO_PORT          12U
#define EFI_PAL                13U

/* False for a descriptor that wraps. */
static bool read_range(const struct lethe_efi_descriptor *descriptor, struct lethe_range *range)
{
	const uint64_t size = descriptor->pages << EFI_PAGE_SHIFT;

	if (descriptor->pages > UINT64_MAX >> EFI_PAGE_SHIFT ||
	    lethe_range_wraps(descriptor->physical, size)) {
		return false;
	}
	*range = lethe_range_of(descriptor->physical, size);
	return true;
}

/* True if an OS may use this memory after boot services. Linux also requires write-back. */
static bool is_usable(const struct lethe_efi_descriptor *descriptor, struct lethe_range *range)
{
	const uint32_t type = descriptor->type;

	if (type != EFI_CONVENTIONAL && type != EFI_LOADER_CODE && type != EFI_LOADER_DATA &&
	    type != EFI_BOOT_SERVICES_CODE && type != EFI_BOOT_SERVICES_DATA) {
		return false;
	}
	return (descriptor->attribute & EFI_MEMORY_WB) != 0 && read_range(descriptor, range);
}

/* True unless the type is reserved, unusable or a device's: all other types are in RAM. */
static bool is_memory(uint32_t type)
{
	return type != EFI_RESERVED && type != EFI_UNUSABLE && type != EFI_MMIO &&
	       type != EFI_MMIO_PORT && type != EFI_PAL;
}

static bool map_is_readable(const void *map, uint64_t desc_size)
{
	/* Naturally aligned accesses only. */
	return desc_size >= sizeof(struct lethe_efi_descriptor) && desc_size % 8 == 0 &&
	       (uintptr_t)map % 8 == 0;
}

void lethe_efi_memory_collect(const void *map, uint64_t map_size, uint64_t desc_size,
			      const struct lethe_range_set *wanted, struct lethe_range_set *ram)
{
	const char *bytes = map;
	struct lethe_range range;
	uint64_t i;

	if (!map_is_readable(map, desc_size)) {
		return;
	}
	for (i = 0; i <= map_size && map_size - i >= desc_size; i += desc_size) {
		if (is_usable((const void *)(bytes + i), &range) &&
		    lethe_range_set_overlaps(wanted, range)) {
			lethe_range_set_add(ram, range);
		}
	}
}

bool lethe_efi_memory_covers(const void *map, uint64_t map_size, uint64_t desc_size, uint64_t base,
			     uint64_t size)
{
	struct lethe_range pieces[LETHE_RANGE_PIECES];
	struct lethe_range_set ram;
	struct lethe_range_set wanted;
	struct lethe_range rest;
	unsigned int searches;

	if (lethe_range_wraps(base, size)) {
		return false;
	}
	rest = lethe_range_of(base, size);
	for (searches = 0; searches < LETHE_RANGE_SEARCHES; searches++) {
		lethe_range_set_init(&wanted, &rest, 1);
		wanted.count = 1;
		lethe_range_set_init(&ram, pieces, LETHE_RANGE_PIECES);
		lethe_efi_memory_collect(map, map_size, desc_size, &wanted, &ram);
		if (!lethe_range_set_advance(&ram, &rest)) {
			break;
		}
	}
	/* An unreadable map covers nothing, not even an empty range. */
	return rest.start == rest.end && map_is_readable(map, desc_size);
}

bool lethe_efi_memory_is_any(const void *map, uint64_t map_size, uint64_t desc_size,
			     struct lethe_range range)
{
	const char *bytes = map;
	struct lethe_range memory;
	uint64_t i;

	if (!map_is_readable(map, desc_size)) {
		return false;
	}
	for (i = 0; i <= map_size && map_size - i >= desc_size; i += desc_size) {
		const struct lethe_efi_descriptor *descriptor = (const void *)(bytes + i);

		if (is_memory(descriptor->type) && read_range(descriptor, &memory) &&
		    lethe_range_overlaps(memory, range)) {
			return true;
		}
	}
	return false;
}
