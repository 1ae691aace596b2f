/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_acpi_psci(): firmware's memory is an array here, and lethe_probe_read() aborts beyond the
 * array. Every byte on the way is damaged, and every page removed, in turn.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/acpi.h"
#include "cpu/fault.h"

#define BASE   0x5fd00000ULL
#define VA     0xffff800012340000ULL /* the page at CONFIG after SetVirtualAddressMap() */
#define SIZE   0x9000U
#define SYSTEM 0x0018U
#define CONFIG 0x1f00U /* three entries, the third across the end of its page */
#define RSDP   0x3015U /* no table is aligned */
#define XSDT   0x4e9bU
#define FADT   0x6a99U
#define MAP    0x8018U
#define DESC   48U

static uint8_t memory[SIZE];
static uint64_t hole; /* [hole, hole + hole_size) aborts */
static uint64_t hole_size;
static unsigned long reads;
static struct lethe_fdt_facts facts;

int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, bool maintain)
{
	uint64_t at = pa - BASE;

	assert_int_equal(width, 1);
	assert_true(maintain);
	reads++;
	if (at >= SIZE || pa - hole < hole_size) {
		return -1;
	}
	*value = memory[at];
	return 0;
}

static void put(unsigned int at, uint64_t value, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < size; i++) {
		memory[at + i] = (uint8_t)(value >> (8 * i));
	}
}

static void put_guid(unsigned int at, uint32_t first, uint64_t table)
{
	put(at, first, 4);
	put(at + 4, 0x11d3e4f1, 4);
	put(at + 8, 0x81883cc7800022bc, 8);
	put(at + 16, table, 8);
}

static void put_descriptor(unsigned int index, uint64_t pa, uint64_t va, uint64_t pages,
			   uint64_t attributes)
{
	unsigned int at = MAP + index * DESC;

	put(at + 8, pa, 8);
	put(at + 16, va, 8);
	put(at + 24, pages, 8);
	put(at + 32, attributes, 8);
}

/* A machine that EDK II leaves to the first kernel's successor. */
static int make(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	hole_size = 0;
	reads = 0;
	memcpy(memory + SYSTEM, "IBI SYST", 8);
	put(SYSTEM + 104, 3, 8);
	put(SYSTEM + 112, VA + (CONFIG & 0xfff), 8);
	put_guid(CONFIG, 0xeb9d2d30,
		 BASE + RSDP); /* ACPI 1.0's differs elsewhere, too: not looked at */
	put_guid(CONFIG + 24, 0x8868e870, BASE);
	put_guid(CONFIG + 48, 0x8868e871, BASE + RSDP);
	memcpy(memory + RSDP, "RSD PTR ", 8);
	put(RSDP + 15, 2, 1);
	put(RSDP + 16, 0x12345678, 4); /* no RSDT */
	put(RSDP + 24, BASE + XSDT, 8);
	memcpy(memory + XSDT, "XSDT", 4);
	put(XSDT + 4, 36 + 3 * 8, 4);
	put(XSDT + 36, BASE + MAP, 8);
	put(XSDT + 44, 0, 8);
	put(XSDT + 52, BASE + FADT, 8);
	memcpy(memory + FADT, "FACP", 4);
	put(FADT + 4, 276, 4);
	put(FADT + 129, 1, 2);
	put_descriptor(0, BASE + 0x7000, VA - 0x1000, 1, 1ULL << 63);
	put_descriptor(1, BASE, VA, 8, 0xf); /* its virtual address has no meaning */
	put_descriptor(2, BASE + (CONFIG & ~0xfffU), VA, 2, 1ULL << 63 | 0xf);
	facts = (struct lethe_fdt_facts){.efi_system_table = BASE + SYSTEM,
					 .efi_mmap = BASE + MAP,
					 .efi_mmap_size = 3 * DESC,
					 .efi_desc_size = DESC};
	return 0;
}

static void assert_none(void)
{
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_NONE);
}

static void test_conduits(void **state)
{
	(void)state;
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	put(FADT + 129, 3, 2);
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_HVC);
	put(FADT + 129, 0xffff, 2);
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_HVC);
	put(FADT + 129, 0xfffd, 2);
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	/* not compliant: the other flags have no meaning */
	put(FADT + 129, 0xfffe, 2);
	assert_none();
	put(FADT + 129, 0, 2);
	assert_none();
}

/* Firmware that converts no pointer, and firmware without a virtual map. */
static void test_pointer_is_physical(void **state)
{
	(void)state;
	put(SYSTEM + 112, BASE + CONFIG, 8);
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	facts.efi_mmap_size = 0;
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	put(SYSTEM + 112, VA + (CONFIG & 0xfff), 8);
	assert_none();
}

static void test_map(void **state)
{
	(void)state;
	/* a map that ends before or inside the wanted entry */
	facts.efi_mmap_size = 3 * DESC - 1;
	assert_none();
	facts.efi_mmap_size = 3 * DESC;
	/* an invalid size; a size that is too small, although the first entry would do */
	facts.efi_desc_size = 0;
	assert_none();
	put_descriptor(0, BASE + (CONFIG & ~0xfffU), VA, 2, 1ULL << 63);
	facts.efi_desc_size = 39;
	assert_none();
	facts.efi_desc_size = 40;
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	put_descriptor(0, 0, 0, 0, 0);
	facts.efi_desc_size = DESC;
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	/* not RUNTIME; too short; without a virtual address, although 0 is in it */
	put_descriptor(2, BASE + (CONFIG & ~0xfffU), VA, 2, 0xf);
	assert_none();
	put_descriptor(2, BASE + (CONFIG & ~0xfffU), VA, 0, 1ULL << 63);
	assert_none();
	put_descriptor(2, BASE + 0x7000, 0, UINT64_MAX, 1ULL << 63);
	put(SYSTEM + 112, BASE + CONFIG, 8);
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
}

static void flip_each(unsigned int at, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < 8 * size; i++) {
		memory[at + i / 8] ^= (uint8_t)(1U << i % 8);
		assert_none();
		memory[at + i / 8] ^= (uint8_t)(1U << i % 8);
	}
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
}

static void test_signatures(void **state)
{
	(void)state;
	flip_each(SYSTEM, 8);
	flip_each(CONFIG + 48, 16);
	flip_each(RSDP, 8);
	flip_each(XSDT, 4);
	flip_each(FADT, 4);
}

static void test_pointers_to_nothing(void **state)
{
	static const uint64_t nothing[] = {
		0, 1, BASE - 1, BASE + SIZE, BASE + SIZE - 1, 1ULL << 63, UINT64_MAX};
	static const unsigned int pointer[] = {SYSTEM + 112, CONFIG + 64, RSDP + 24, XSDT + 52};
	unsigned int i;
	unsigned int j;

	(void)state;
	for (i = 0; i < sizeof(pointer) / sizeof(pointer[0]); i++) {
		for (j = 0; j < sizeof(nothing) / sizeof(nothing[0]); j++) {
			make(NULL);
			put(pointer[i], nothing[j], 8);
			assert_none();
		}
	}
	for (j = 0; j < sizeof(nothing) / sizeof(nothing[0]); j++) {
		make(NULL);
		facts.efi_system_table = nothing[j];
		assert_none();
	}
}

/* Without a table no byte is read, not even at 0. */
static void test_no_system_table(void **state)
{
	(void)state;
	facts.efi_system_table = 0;
	assert_none();
	assert_int_equal(reads, 0);
}

static void test_truncated(void **state)
{
	(void)state;
	put(SYSTEM + 104, 2, 8);
	assert_none();
	put(SYSTEM + 104, 3, 8);
	put(XSDT + 4, 36 + 3 * 8 - 1, 4);
	assert_none();
	put(XSDT + 4, 35, 4);
	assert_none();
	put(XSDT + 4, 0, 4);
	assert_none();
	put(XSDT + 4, 36 + 3 * 8, 4);
	put(FADT + 4, 130, 4);
	assert_none();
	put(FADT + 4, 131, 4);
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
}

/* If firmware claims thousands of absent entries, the search ends soon. */
static void test_counts_that_lie(void **state)
{
	(void)state;
	put(SYSTEM + 104, UINT64_MAX, 8);
	put(XSDT + 4, UINT32_MAX, 4);
	facts.efi_mmap_size = UINT32_MAX;
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
	memory[FADT] ^= 1;
	assert_none();
	memory[CONFIG + 48] ^= 1;
	assert_none();
	put(SYSTEM + 112, 0, 8);
	assert_none();
	assert_in_range(reads, 1, 1000000);
}

/* With any page absent, or any byte that matters damaged: no answer, or the right answer. */
static void test_holes(void **state)
{
	static const struct {
		unsigned int at, size;
	} needed[] = {{SYSTEM, 8},    {SYSTEM + 112, 8}, {CONFIG + 48, 24}, {RSDP, 8},
		      {RSDP + 24, 8}, {XSDT, 8},         {XSDT + 52, 8},    {FADT, 4},
		      {FADT + 4, 2},  {FADT + 129, 2}};
	unsigned int i;

	(void)state;
	hole_size = 1;
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		for (hole = BASE + needed[i].at; hole < BASE + needed[i].at + needed[i].size;
		     hole++) {
			assert_none();
		}
	}
	hole_size = 0x1000;
	for (hole = BASE; hole < BASE + SIZE; hole += hole_size) {
		enum lethe_psci found = lethe_acpi_psci(&facts);

		assert_true(found == LETHE_PSCI_NONE || found == LETHE_PSCI_SMC);
	}
	/* an unreadable entry of another kind does not hide the next */
	hole = BASE + CONFIG + 24;
	hole_size = 16;
	assert_int_equal(lethe_acpi_psci(&facts), LETHE_PSCI_SMC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_conduits, make),
		cmocka_unit_test_setup(test_pointer_is_physical, make),
		cmocka_unit_test_setup(test_map, make),
		cmocka_unit_test_setup(test_signatures, make),
		cmocka_unit_test_setup(test_pointers_to_nothing, make),
		cmocka_unit_test_setup(test_no_system_table, make),
		cmocka_unit_test_setup(test_truncated, make),
		cmocka_unit_test_setup(test_counts_that_lie, make),
		cmocka_unit_test_setup(test_holes, make),
	};

	return cmocka_run_group_tests_name("acpi", tests, NULL, NULL);
}
