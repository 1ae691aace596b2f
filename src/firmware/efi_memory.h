/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_MEMORY_H
#define LETHE_EFI_MEMORY_H

#include <stdint.h>

#include "plan/range_set.h"

#define EFI_PAGE_SHIFT     12
#define EFI_MEMORY_WB      0x8ULL
#define EFI_MEMORY_RUNTIME (1ULL << 63)

/*
 * A descriptor of the UEFI memory map, the fields of version 1 (UEFI 2.10, 7.2.3). Native byte
 * order. The distance between descriptors comes with the map. efi_memory.c reads a mapped map;
 * acpi.c reads a map that may fault.
 */
struct lethe_efi_descriptor {
	uint32_t type;
	uint32_t pad;
	uint64_t physical;
	uint64_t virtual;
	uint64_t pages;
	uint64_t attribute;
};

/* Adds to *ram the memory that an OS may use, each entry that shares a byte with a wanted range. */
void lethe_efi_memory_collect(const void *map, uint64_t map_size, uint64_t desc_size,
			      const struct lethe_range_set *wanted, struct lethe_range_set *ram);

/* True if the map says memory of any kind, firmware's included, for a byte of the range. */
bool lethe_efi_memory_is_any(const void *map, uint64_t map_size, uint64_t desc_size,
			     struct lethe_range range);

#endif
