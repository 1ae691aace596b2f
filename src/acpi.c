/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From UEFI's system table to the FADT's ARM_BOOT_ARCH (UEFI 2.10, 4.3 and 4.6; ACPI 6.5, 5.2). By single bytes: nothing
 * is promised of how tables are aligned. Every count is bounded, since none is believed.
 */
#include "acpi.h"

#include "fault.h"

#define CONFIG_MAX     256U  /* configuration tables: firmware has a dozen or two */
#define XSDT_MAX       256U  /* ACPI tables: servers have some fifty */
#define DESCRIPTOR_MAX 4096U /* of the UEFI map: servers have some hundred */

#define SYSTEM_TABLE_COUNT  104
#define SYSTEM_TABLE_CONFIG 112
#define CONFIG_SIZE         24U
#define CONFIG_TABLE        16
#define RSDP_XSDT           24
#define SDT_LENGTH          4
#define SDT_HEADER          36U
#define FADT_BOOT_ARCH      129
#define FADT_LEAST          131U /* as long it has to be to have that */
#define BOOT_ARCH_PSCI      1U
#define BOOT_ARCH_HVC       2U

#define DESCRIPTOR_LEAST    40U
#define DESCRIPTOR_PA       8
#define DESCRIPTOR_VA       16
#define DESCRIPTOR_PAGES    24
#define DESCRIPTOR_ATTR     32
#define EFI_PAGE_SHIFT      12
#define EFI_MEMORY_RUNTIME  (1ULL << 63)

/* EFI_ACPI_20_TABLE_GUID, 8868e871-e4f1-11d3-bc22-0080c73c8881 */
static const uint8_t acpi_20[16] = {0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
				    0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81};

/* Is this what is at a PA? */
static int is(uint64_t pa, const void *wanted, unsigned int size)
{
	const uint8_t *bytes = wanted;
	uint32_t byte;
	unsigned int i;

	for (i = 0; i < size; i++) {
		if (lethe_probe_read(pa + i, &byte, 1, 1) != 0 || byte != bytes[i]) {
			return 0;
		}
	}
	return 1;
}

/* A little-endian number; 0 when it cannot be read, and 0 leads nowhere. */
static uint64_t number(uint64_t pa, unsigned int size)
{
	uint64_t value = 0;
	uint32_t byte;

	while (size-- > 0) {
		if (lethe_probe_read(pa + size, &byte, 1, 1) != 0) {
			return 0;
		}
		value = value << 8 | byte;
	}
	return value;
}

/*
 * Of an address that firmware may have turned into Linux's: SetVirtualAddressMap() converts what the system
 * table points to (EDK II does), and leaves the configuration tables themselves alone. The map tells how.
 */
static uint64_t physical(const struct lethe_tree_facts *facts, uint64_t address)
{
	uint64_t at = facts->efi_mmap;
	uint64_t left = facts->efi_mmap_size;
	uint64_t step = facts->efi_desc_size;
	unsigned int i;

	for (i = 0; i < DESCRIPTOR_MAX && step >= DESCRIPTOR_LEAST && left >= step; i++) {
		uint64_t va = number(at + DESCRIPTOR_VA, 8);

		if ((number(at + DESCRIPTOR_ATTR, 8) & EFI_MEMORY_RUNTIME) != 0 && va != 0 &&
		    (address - va) >> EFI_PAGE_SHIFT < number(at + DESCRIPTOR_PAGES, 8)) {
			return number(at + DESCRIPTOR_PA, 8) + (address - va);
		}
		at += step;
		left -= step;
	}
	return address;
}

static uint64_t find_rsdp(const struct lethe_tree_facts *facts)
{
	uint64_t table = facts->efi_system_table;
	uint64_t count;
	uint64_t at;
	unsigned int i;

	if (table == 0 || !is(table, "IBI SYST", 8)) {
		return 0;
	}
	count = number(table + SYSTEM_TABLE_COUNT, 8);
	at = physical(facts, number(table + SYSTEM_TABLE_CONFIG, 8));
	for (i = 0; i < CONFIG_MAX && i < count; i++) {
		if (is(at, acpi_20, sizeof(acpi_20))) {
			return number(at + CONFIG_TABLE, 8);
		}
		at += CONFIG_SIZE;
	}
	return 0;
}

static uint64_t find_fadt(uint64_t rsdp)
{
	uint64_t xsdt;
	uint64_t length;
	unsigned int i;

	if (rsdp == 0 || !is(rsdp, "RSD PTR ", 8)) {
		return 0;
	}
	xsdt = number(rsdp + RSDP_XSDT, 8);
	if (xsdt == 0 || !is(xsdt, "XSDT", 4)) {
		return 0;
	}
	length = number(xsdt + SDT_LENGTH, 4);
	for (i = 0; i < XSDT_MAX && SDT_HEADER + (i + 1) * 8 <= length; i++) {
		uint64_t table = number(xsdt + SDT_HEADER + i * 8, 8);

		if (table != 0 && is(table, "FACP", 4)) {
			return table;
		}
	}
	return 0;
}

enum lethe_psci lethe_acpi_psci(const struct lethe_tree_facts *facts)
{
	uint64_t fadt = find_fadt(find_rsdp(facts));
	uint64_t flags;

	if (fadt == 0 || number(fadt + SDT_LENGTH, 4) < FADT_LEAST) {
		return LETHE_PSCI_NONE;
	}
	flags = number(fadt + FADT_BOOT_ARCH, 2);
	if ((flags & BOOT_ARCH_PSCI) == 0) {
		return LETHE_PSCI_NONE;
	}
	return (flags & BOOT_ARCH_HVC) != 0 ? LETHE_PSCI_HVC : LETHE_PSCI_SMC;
}
