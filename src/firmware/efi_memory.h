/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_MEMORY_H
#define LETHE_EFI_MEMORY_H

#include <stdint.h>

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

#endif
