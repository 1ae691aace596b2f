/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From UEFI's system table to the FADT's ARM_BOOT_ARCH (UEFI 2.10, 4.3 and 4.6; ACPI 6.5, 5.2).
 * Reads are single bytes, because firmware does not guarantee aligned tables. Every count is
 * bounded, because no count is trusted. A number that cannot be read is 0, and so is every number
 * in a table at address 0: a single test at the end replaces a test at each step.
 */
#include "firmware/acpi.h"

#include <stddef.h>

#include "cpu/fault.h"
#include "firmware/efi_memory.h"

#define CONFIG_MAX     256U  /* configuration tables: firmware has a dozen or two */
#define XSDT_MAX       256U  /* ACPI tables: servers have some fifty */
#define DESCRIPTOR_MAX 4096U /* of the UEFI map: servers have some hundred */

#define SYSTEM_TABLE        0x5453595320494249ULL /* "IBI SYST" */
#define SYSTEM_TABLE_COUNT  104U
#define SYSTEM_TABLE_CONFIG 112U
#define CONFIG_SIZE         24U
#define CONFIG_TABLE        16U
#define ACPI_20_LOW         0x11d3e4f18868e871ULL /* EFI_ACPI_20_TABLE_GUID, */
#define ACPI_20_HIGH        0x81883cc7800022bcULL /* 8868e871-e4f1-11d3-bc22-0080c73c8881 */
#define RSDP                0x2052545020445352ULL /* "RSD PTR " */
#define RSDP_XSDT           24U
#define XSDT                0x54445358U /* "XSDT" */
#define FADT                0x50434146U /* "FACP" */
#define SDT_LENGTH          4U
#define SDT_HEADER          36U
#define FADT_BOOT_ARCH      129U
#define FADT_LEAST          131U /* bytes, up to the end of that field */
#define BOOT_ARCH_PSCI      1U
#define BOOT_ARCH_HVC       2U

#define DESCRIPTOR(field) offsetof(struct lethe_efi_descriptor, field)

/* A little-endian number in a table; 0 if the number cannot be read, or the table is 0. */
static uint64_t number(uint64_t table, uint64_t offset, unsigned int size)
{
	uint64_t value = 0;
	uint32_t byte;

	while (size-- > 0) {
		if (table == 0 || lethe_probe_read(table + offset + size, &byte, 1, true) != 0) {
			return 0;
		}
		value = value << 8 | byte;
	}
	return value;
}

/*
 * The physical address for a possibly virtual address. SetVirtualAddressMap() converts the pointers
 * in the system table (in EDK II), but not the configuration tables themselves. The memory map has
 * both addresses.
 */
static uint64_t physical(const struct lethe_fdt_facts *facts, uint64_t address)
{
	uint64_t descriptor = facts->efi_mmap;
	uint64_t left = facts->efi_mmap_size;
	uint64_t step = facts->efi_desc_size;
	unsigned int i;

	for (i = 0;
	     i < DESCRIPTOR_MAX && step >= sizeof(struct lethe_efi_descriptor) && left >= step;
	     i++) {
		uint64_t va = number(descriptor, DESCRIPTOR(virtual), 8);

		if ((number(descriptor, DESCRIPTOR(attribute), 8) & EFI_MEMORY_RUNTIME) != 0 &&
		    va != 0 &&
		    (address - va) >> EFI_PAGE_SHIFT < number(descriptor, DESCRIPTOR(pages), 8)) {
			return number(descriptor, DESCRIPTOR(physical), 8) + (address - va);
		}
		descriptor += step;
		left -= step;
	}
	return address;
}

static uint64_t find_rsdp(const struct lethe_fdt_facts *facts)
{
	uint64_t table = facts->efi_system_table;
	uint64_t count;
	uint64_t entry;
	unsigned int i;

	if (number(table, 0, 8) != SYSTEM_TABLE) {
		return 0;
	}
	count = number(table, SYSTEM_TABLE_COUNT, 8);
	entry = physical(facts, number(table, SYSTEM_TABLE_CONFIG, 8));
	for (i = 0; i < CONFIG_MAX && i < count; i++) {
		if (number(entry, 0, 8) == ACPI_20_LOW && number(entry, 8, 8) == ACPI_20_HIGH) {
			return number(entry, CONFIG_TABLE, 8);
		}
		entry += CONFIG_SIZE;
	}
	return 0;
}

static uint64_t find_fadt(uint64_t rsdp)
{
	uint64_t xsdt = number(rsdp, RSDP_XSDT, 8);
	uint64_t length = number(xsdt, SDT_LENGTH, 4);
	uint64_t offset;

	if (number(rsdp, 0, 8) != RSDP || number(xsdt, 0, 4) != XSDT) {
		return 0;
	}
	for (offset = SDT_HEADER; offset + 8 <= length && offset < SDT_HEADER + XSDT_MAX * 8;
	     offset += 8) {
		uint64_t table = number(xsdt, offset, 8);

		if (number(table, 0, 4) == FADT) {
			return table;
		}
	}
	return 0;
}

enum lethe_psci lethe_acpi_psci(const struct lethe_fdt_facts *facts)
{
	uint64_t fadt = find_fadt(find_rsdp(facts));
	uint64_t flags = number(fadt, FADT_BOOT_ARCH, 2);

	if (number(fadt, SDT_LENGTH, 4) < FADT_LEAST || (flags & BOOT_ARCH_PSCI) == 0) {
		return LETHE_PSCI_NONE;
	}
	return (flags & BOOT_ARCH_HVC) != 0 ? LETHE_PSCI_HVC : LETHE_PSCI_SMC;
}
