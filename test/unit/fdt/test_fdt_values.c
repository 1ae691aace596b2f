/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_fdt_read(): values that are at fault or at an edge, in /chosen and in the root. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/fdt.h>

#include "trees.h"

/* Reads the body of a /chosen (or of the root) from text. */
static int read_text(const char *root, const char *chosen, struct lethe_fdt_facts *facts,
		     struct lethe_where *where)
{
	char text[2048];
	void *tree;
	int status;

	snprintf(text, sizeof(text), "/dts-v1/; / { %s chosen { %s }; };", root, chosen);
	tree = tree_compile_text(text);
	memset(where, 0, sizeof(*where));
	status = lethe_fdt_read(tree, facts, where);
	facts->bootargs = NULL;
	free(tree);
	return status;
}

static void assert_chosen_refused(const char *root, const char *chosen, int status,
				  const char *name)
{
	struct lethe_fdt_facts facts;
	struct lethe_where where;

	assert_int_equal(read_text(root, chosen, &facts, &where), status);
	assert_int_equal(where.what, LETHE_WHAT_TREE);
	assert_string_equal(where.name, name);
}

static void test_chosen_refused(void **state)
{
	static const char cells[] = "#address-cells = <2>; #size-cells = <2>;";

	(void)state;
	assert_chosen_refused(cells, "linux,usable-memory-range = <0 1 0>;", LETHE_E_TREE_BROKEN,
			      "linux,usable-memory-range");
	assert_chosen_refused(cells, "linux,usable-memory-range = <0 1 0 1 0>;",
			      LETHE_E_TREE_BROKEN, "linux,usable-memory-range");
	assert_chosen_refused("#address-cells = <3>; #size-cells = <1>;",
			      "linux,usable-memory-range = <1 0 0 1>;", LETHE_E_TREE_CELLS,
			      "linux,usable-memory-range");
	assert_chosen_refused("#address-cells = <0>; #size-cells = <0>;",
			      "linux,usable-memory-range = <1 1>;", LETHE_E_TREE_CELLS,
			      "linux,usable-memory-range");
	assert_chosen_refused(cells,
			      "linux,usable-memory-range = <0xffffffff 0xfffff000 0 0x1000>;",
			      LETHE_E_TREE_CELLS, "linux,usable-memory-range");
	assert_chosen_refused("#address-cells = <5>; memory { device_type = \"memory\"; "
			      "reg = <0 0 0 0 1 1>; };",
			      "", LETHE_E_TREE_CELLS, "memory");
	assert_chosen_refused("#address-cells = [01]; memory { device_type = \"memory\"; "
			      "reg = <0 1>; };",
			      "", LETHE_E_TREE_CELLS, "memory");
}

/* An initrd's ends are at fault only for a boot that wants the loader's initrd. */
static void assert_initrd_refused(const char *chosen, int status, const char *name)
{
	struct lethe_fdt_facts facts;
	struct lethe_where where;

	assert_int_equal(read_text("", chosen, &facts, &where), LETHE_OK);
	assert_false(facts.has_initrd);
	assert_int_equal(facts.initrd_status, status);
	assert_string_equal(facts.initrd_name, name);
}

static void test_initrd_refused(void **state)
{
	(void)state;
	assert_initrd_refused("linux,initrd-start = <0 1 2>;", LETHE_E_TREE_BROKEN,
			      "linux,initrd-start");
	assert_initrd_refused("linux,initrd-start;", LETHE_E_TREE_BROKEN, "linux,initrd-start");
	assert_initrd_refused("linux,initrd-end = [01 02 03];", LETHE_E_TREE_BROKEN,
			      "linux,initrd-end");
	assert_initrd_refused("linux,initrd-start = <1>; linux,initrd-end;", LETHE_E_TREE_BROKEN,
			      "linux,initrd-end");
	assert_initrd_refused("linux,initrd-start = [01]; linux,initrd-end = <2>;",
			      LETHE_E_TREE_BROKEN, "linux,initrd-start");
}

/* One property at fault leaves all other facts: a console and a conduit do not depend on it. */
static void test_others_stay(void **state)
{
	static const char psci[] = "psci { compatible = \"arm,psci-1.0\"; method = \"hvc\"; }; "
				   "memory@0 { device_type = \"memory\"; reg = <0 0 1>; };";
	struct lethe_fdt_facts facts;
	struct lethe_where where;

	(void)state;
	assert_int_equal(read_text(psci, "linux,usable-memory-range = <1>;", &facts, &where),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(facts.psci, LETHE_PSCI_HVC);
	assert_true(facts.has_memory);
	assert_true(facts.total_size != 0);
	/* bootargs without a NUL are Linux's affair */
	assert_int_equal(read_text(psci, "bootargs = [71 75 69 65 74];", &facts, &where), LETHE_OK);
	assert_int_equal(facts.psci, LETHE_PSCI_HVC);
}

/* A map that is too large, or wraps, cannot be asked; what has a wrong length is not there. */
static void test_claims(void **state)
{
	static const char rest[] =
		"linux,uefi-mmap-desc-size = <48>; linux,uefi-mmap-desc-ver = <1>;";
	static const char cells[] = "#address-cells = <2>; #size-cells = <2>;";
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	char text[256];

	(void)state;
	snprintf(text, sizeof(text),
		 "linux,uefi-mmap-start = <5>; linux,uefi-mmap-size = <0x100001>; %s", rest);
	assert_chosen_refused("", text, LETHE_E_TREE_BROKEN, "linux,uefi-mmap-size");
	snprintf(text, sizeof(text),
		 "linux,uefi-mmap-start = <5>; linux,uefi-mmap-size = <1 2>; %s", rest);
	assert_chosen_refused("", text, LETHE_E_TREE_BROKEN, "linux,uefi-mmap-size");
	assert_chosen_refused("",
			      "linux,uefi-mmap-start = <5>; linux,uefi-mmap-size = <2>; "
			      "linux,uefi-mmap-desc-size = <1 0>; linux,uefi-mmap-desc-ver = <1>;",
			      LETHE_E_TREE_BROKEN, "linux,uefi-mmap-desc-size");
	snprintf(text, sizeof(text),
		 "linux,uefi-mmap-start = <0xffffffff 0xffffffff>; linux,uefi-mmap-size = "
		 "<0x1000>; %s",
		 rest);
	assert_chosen_refused("", text, LETHE_E_TREE_CELLS, "linux,uefi-mmap-start");

	assert_int_equal(read_text(cells,
				   "linux,elfcorehdr = <1 2 3 4>; linux,kho-scratch = <5 6 0 7>;",
				   &facts, &where),
			 LETHE_OK);
	assert_int_equal(facts.elfcorehdr, 0x100000002);
	assert_int_equal(facts.elfcorehdr_size, 0x300000004);
	assert_true(facts.has_kho);
	assert_int_equal(facts.kho_scratch, 0x500000006);
	assert_int_equal(facts.kho_scratch_size, 7);
	assert_int_equal(read_text(cells,
				   "linux,elfcorehdr = <1 2 3>; linux,kho-scratch = <5 6 0 7 8>;",
				   &facts, &where),
			 LETHE_OK);
	assert_int_equal(facts.elfcorehdr_size, 0);
	assert_false(facts.has_kho);
}

static void test_chosen_edges(void **state)
{
	struct lethe_fdt_facts facts;
	struct lethe_where where;

	(void)state;
	/* one end only, or no byte between the two: none */
	assert_int_equal(read_text("", "linux,initrd-start = <1>;", &facts, &where), 0);
	assert_false(facts.has_initrd);
	assert_int_equal(read_text("", "linux,initrd-end = <1>;", &facts, &where), 0);
	assert_false(facts.has_initrd);
	assert_int_equal(read_text("", "linux,initrd-start = <8>; linux,initrd-end = <0 8>;",
				   &facts, &where),
			 0);
	assert_false(facts.has_initrd);
	/* the two need not be equally long */
	assert_int_equal(read_text("", "linux,initrd-start = <8>; linux,initrd-end = <1 0>;",
				   &facts, &where),
			 0);
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_start, 8);
	assert_int_equal(facts.initrd_end, 0x100000000);
	/* a reversed pair is reported unchanged */
	assert_int_equal(
		read_text("", "linux,initrd-start = <9>; linux,initrd-end = <8>;", &facts, &where),
		0);
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_end, 8);

	/* any of the four UEFI properties missing, or not a number: no map */
	assert_int_equal(read_text("",
				   "linux,uefi-mmap-start = <0 1>; linux,uefi-mmap-size = <2>; "
				   "linux,uefi-mmap-desc-size = <3>;",
				   &facts, &where),
			 0);
	assert_int_equal(facts.efi_mmap, 0);
	assert_int_equal(read_text("",
				   "linux,uefi-mmap-start = <0 1>; linux,uefi-mmap-size = <2>; "
				   "linux,uefi-mmap-desc-size = <3>; linux,uefi-mmap-desc-ver;",
				   &facts, &where),
			 0);
	assert_int_equal(facts.efi_mmap, 0);
	assert_int_equal(
		read_text("",
			  "linux,uefi-mmap-start = <5>; linux,uefi-mmap-size = <0 2>; "
			  "linux,uefi-mmap-desc-size = <3>; linux,uefi-mmap-desc-ver = <1>;",
			  &facts, &where),
		0);
	assert_int_equal(facts.efi_mmap, 5);
	assert_int_equal(facts.efi_mmap_size, 2);
	assert_int_equal(facts.efi_desc_size, 3);
	/* the system table is known without a map, and no number is none */
	assert_int_equal(read_text("", "linux,uefi-system-table = <0 7>;", &facts, &where), 0);
	assert_int_equal(facts.efi_system_table, 7);
	assert_int_equal(facts.efi_mmap, 0);
	assert_int_equal(read_text("", "linux,uefi-system-table = <1 2 3>;", &facts, &where), 0);
	assert_int_equal(facts.efi_system_table, 0);
	/* the root's defaults are 2 and 1; empty entries are none; of three the first two */
	assert_int_equal(
		read_text("", "linux,usable-memory-range = <1 0 7>, <0 0 0>, <2 0 8>, <3 0 9>;",
			  &facts, &where),
		0);
	assert_int_equal(facts.usable_count, 2);
	assert_int_equal(facts.usable_base[1], 0x200000000);
	assert_int_equal(facts.usable_size[1], 8);
	assert_int_equal(read_text("", "linux,usable-memory-range;", &facts, &where), 0);
	assert_int_equal(facts.usable_count, 0);

	/* present twice: the first counts, which Linux reads and libfdt edits */
	assert_int_equal(
		read_text("",
			  "linux,initrd-start = <1>; linux,initrd-end = <3>; "
			  "linux,initrd-start = <2>; linux,initrd-end = <4>; "
			  "linux,usable-memory-range = <0 5 6>; linux,usable-memory-range; "
			  "lethe { boot-count = <7>; boot-count = <8>; };",
			  &facts, &where),
		0);
	assert_int_equal(facts.initrd_start, 1);
	assert_int_equal(facts.initrd_end, 3);
	assert_int_equal(facts.usable_count, 1);
	assert_int_equal(facts.usable_base[0], 5);
	assert_int_equal(facts.boot_count, 7);

	assert_int_equal(read_text("", "bootargs;", &facts, &where), 0);
	assert_int_equal(read_text("", "lethe { boot-count = <0 1>; };", &facts, &where), 0);
	assert_int_equal(facts.boot_count, 0);
	assert_int_equal(read_text("", "other { boot-count = <9>; };", &facts, &where), 0);
	assert_int_equal(facts.boot_count, 0);
	assert_int_equal(read_text("lethe { boot-count = <9>; };", "", &facts, &where), 0);
	assert_int_equal(facts.boot_count, 0);

	/* memory: empty, of another type, below another node */
	assert_int_equal(read_text("memory@0 { device_type = \"memory\"; reg = <0 0 0>; };", "",
				   &facts, &where),
			 0);
	assert_false(facts.has_memory);
	assert_int_equal(read_text("memory@0 { reg = <0 0 1>; };", "", &facts, &where), 0);
	assert_false(facts.has_memory);
	assert_int_equal(
		read_text("bus { memory@0 { device_type = \"memory\"; reg = <0 0 1>; }; };", "",
			  &facts, &where),
		0);
	assert_false(facts.has_memory);
	assert_int_equal(
		read_text("memory@0 { reg = <0 0 0>, <0 0 1>; device_type = \"memory\"; };", "",
			  &facts, &where),
		0);
	assert_true(facts.has_memory);
	assert_int_equal(read_text("memory@0 { reg = <0 0 1>; device_type = \"memory\"; "
				   "status = \"\"; };",
				   "", &facts, &where),
			 0);
	assert_false(facts.has_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen_refused), cmocka_unit_test(test_initrd_refused),
		cmocka_unit_test(test_others_stay),    cmocka_unit_test(test_claims),
		cmocka_unit_test(test_chosen_edges),
	};

	return cmocka_run_group_tests_name("fdt_values", tests, NULL, NULL);
}
