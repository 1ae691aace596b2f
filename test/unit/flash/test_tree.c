/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_flash_tree(): what becomes of a tree on its way to the bundle, beside what libfdt makes of it. Broken trees are
 * test_tree_broken.c's. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "flash_complete.h"
#include "flash_world.h"
#include "trees.h"

#define SPACE 16384

#define ROOT           "#address-cells = <2>; #size-cells = <2>; "
#define CPUS(cells, of) "cpus { #address-cells = <" #cells ">; #size-cells = <0>; " of "}; "
#define SPIN           "enable-method = \"spin-table\"; "
#define PSCI           "enable-method = \"psci\"; "
#define PSCI_NODE      "psci { compatible = \"arm,psci-1.0\", \"arm,psci-0.2\"; method = \"smc\"; }; "

/* What each of them completes differently. */
static const char *const texts[] = {
	ROOT CPUS(1, "cpu@0 { reg = <0>; }; "),
	/* another order; what is no CPU; a node behind */
	ROOT CPUS(1, "cpu-map { core0 { }; }; cpu@100 { reg = <0x100>; }; cpu@1 { reg = <1>; }; cpu@0 { reg = <0>; }; idle-states { }; ")
		"chosen { };",
	ROOT CPUS(2, "cpu@0 { reg = <0 0>; }; cpu@100000001 { reg = <1 1>; }; "),
	/* CPUs with nodes of their own, which have properties of the same names */
	ROOT CPUS(1, "cpu@0 { reg = <0>; l2-cache { reg = <7>; cpu-release-addr = <0 8>; enable-method = \"x\"; l3 { reg = <9>; }; }; }; "
		     "cpu@1 { reg = <1>; l2-cache { }; interrupt-controller { reg = <7>; }; }; "),
	/* nodes of the same names elsewhere */
	ROOT "cpu@5 { reg = <5>; }; soc { cpus { cpu@6 { reg = <6>; }; }; }; " CPUS(1, "cpu@0 { reg = <0>; }; cluster { cpu@7 { reg = <7>; }; }; ")
		"other { cpu@8 { reg = <8>; }; }; ",
	ROOT "/* properties */ a; b = \"\"; c = \"abc\"; d = [01 02 03]; e = <1 2 3>; " CPUS(1, "cpu@0 { reg = <0>; z; }; "),
};

/* And of those that say already how CPUs start, by the way that they say. */
static const char *const psci_texts[] = {
	ROOT PSCI_NODE CPUS(1, "cpu@0 { reg = <0>; " PSCI "}; cpu@1 { " PSCI "reg = <1>; }; "),
	ROOT PSCI_NODE CPUS(1, "cpu@0 { reg = <0>; }; cpu@1 { reg = <1>; }; "),
	ROOT CPUS(1, "cpu@0 { reg = <0>; " PSCI "}; cpu@1 { reg = <1>; }; "),
	ROOT CPUS(1, "cpu@0 { reg = <0>; }; ") "firmware { " PSCI_NODE "}; ",
	/* PSCI is any of a node's names */
	ROOT CPUS(1, "cpu@0 { reg = <0>; }; ") "a { compatible = \"odd,one\", \"arm,psci-0.2\"; method = \"smc\"; }; ",
	ROOT CPUS(1, "cpu@0 { reg = <0>; }; ") "a { compatible = \"odd,arm,psci-0.2\"; }; b { compatible; }; c { compatible = \"arm,psc\"; }; ",
};
static const char *const spin_texts[] = {
	ROOT CPUS(1, "cpu@0 { reg = <0>; " SPIN "cpu-release-addr = <0 0x8d8>; }; cpu@1 { reg = <1>; cpu-release-addr = <0 0x8e0>; " SPIN "}; "),
	/* words of one cell; half of it is there */
	ROOT CPUS(1, "cpu@0 { reg = <0>; " SPIN "cpu-release-addr = <0x8d8>; }; cpu@1 { reg = <1>; }; "),
	ROOT CPUS(1, "cpu@0 { reg = <0>; }; cpu@1 { reg = <1>; " SPIN "}; cpu@2 { reg = <2>; }; "),
	ROOT CPUS(1, "cpu@0 { reg = <0>; }; cpu@1 { reg = <1>; cpu-release-addr = <0 0x8e0>; }; cpu@2 { reg = <2>; }; "),
	ROOT CPUS(1, "cpu@0 { reg = <0>; " SPIN "}; cpu@1 { reg = <1>; }; "),
};

static void *compile(const char *nodes)
{
	char text[16384];

	snprintf(text, sizeof(text), "/dts-v1/; /memreserve/ 0x1000 0x2000; /memreserve/ 0x80000000 0x1000; / { %s };", nodes);
	return tree_compile_text(text);
}

static void set_up(enum lethe_flash_cpus cpus, uint64_t boot_cpu)
{
	flash_world = (struct lethe_flash){
		.flags = LETHE_FLASH_SECURE, .cpus = cpus, .boot_cpu = boot_cpu, .spin_page = 0x180001000};
	lethe_flash_state = (struct lethe_flash_state){.el = 3};
}

static uint64_t cells_of(const void *tree, int node, const char *name)
{
	int size = 0;
	const fdt32_t *value = fdt_getprop(tree, node, name, &size);

	if (size == 4) {
		return fdt32_ld(value);
	}
	return size == 8 ? (uint64_t)fdt32_ld(value) << 32 | fdt32_ld(value + 1) : 0;
}

/* The front end found the CPUs that libfdt finds in the tree that it made. */
static void assert_cpus(const void *tree)
{
	const int cpus = fdt_path_offset(tree, "/cpus");
	unsigned int n = 0;
	int node;

	for (node = fdt_first_subnode(tree, cpus); cpus >= 0 && node >= 0 && n < LETHE_MONITOR_CPU_MAX;
	     node = fdt_next_subnode(tree, node)) {
		if (strncmp(fdt_get_name(tree, node, NULL), "cpu@", 4) == 0 && fdt_getprop(tree, node, "reg", NULL) != NULL) {
			assert_int_equal(lethe_flash_state.cpu[n].id, cells_of(tree, node, "reg"));
			assert_int_equal(lethe_flash_state.cpu[n].release, cells_of(tree, node, "cpu-release-addr"));
			n++;
		}
	}
	assert_int_equal(lethe_flash_state.cpu_count, n);
}

static uint8_t *copied(const void *tree, bool is_file)
{
	uint8_t *copy;
	const char *error = flash_world_tree(tree, fdt_totalsize(tree), is_file, fdt_totalsize(tree) + SPACE, &copy);

	if (error != NULL) {
		fail_msg("refused: %s", error);
	}
	assert_int_equal(fdt_check_full(copy, fdt_totalsize(tree) + SPACE), 0);
	assert_cpus(copy);
	return copy;
}

/* As it was: out of the file; from an address without the right to complete it; and with its blocks in any order. */
static void assert_kept(const void *tree)
{
	void *moved;
	uint8_t *copy;

	set_up(LETHE_FLASH_PSCI, 0);
	copy = copied(tree, true);
	tree_assert_same(copy, tree);
	free(copy);
	set_up(LETHE_FLASH_ONE, 0);
	copy = copied(tree, false);
	tree_assert_same(copy, tree);
	free(copy);
	for (unsigned int order = 0; order < TREE_ORDERS; order++) {
		moved = tree_relay(tree, order);
		set_up(LETHE_FLASH_PSCI, 0);
		lethe_flash_state.el = 1 + order % 2;
		lethe_flash_state.is_cached = true;
		copy = copied(moved, false);
		if (order % 3 == 0) {
			tree_assert_same(copy, tree);
		}
		assert_int_equal(fdt_boot_cpuid_phys(copy), fdt_boot_cpuid_phys(tree));
		free(copy);
		free(moved);
	}
}

/* And completed: as libfdt does it. */
static void assert_completed(const void *tree, enum lethe_flash_cpus cpus, uint64_t boot_cpu)
{
	const int size = (int)fdt_totalsize(tree) + SPACE;
	void *expected = malloc((size_t)size);
	uint8_t *copy;
	int status;

	set_up(cpus, boot_cpu);
	copy = copied(tree, false);
	assert_non_null(expected);
	assert_int_equal(fdt_open_into(tree, expected, size), 0);
	status = flash_complete(expected, &flash_world);
	assert_int_equal(status, LETHE_OK);
	tree_assert_same(copy, expected);
	free(expected);
	free(copy);
}

static void assert_all(const void *tree)
{
	assert_kept(tree);
	assert_completed(tree, LETHE_FLASH_ONE, 0);
	assert_completed(tree, LETHE_FLASH_PSCI, 0);
	assert_completed(tree, LETHE_FLASH_SPIN_TABLE, 0);
	assert_completed(tree, LETHE_FLASH_SPIN_TABLE, 1);
}

static void test_texts(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		void *tree = compile(texts[i]);

		assert_all(tree);
		free(tree);
	}
}

static void test_methods_of_the_tree(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(psci_texts) / sizeof(psci_texts[0]); i++) {
		void *tree = compile(psci_texts[i]);

		assert_kept(tree);
		assert_completed(tree, LETHE_FLASH_PSCI, 0);
		free(tree);
	}
	for (unsigned int i = 0; i < sizeof(spin_texts) / sizeof(spin_texts[0]); i++) {
		void *tree = compile(spin_texts[i]);

		assert_kept(tree);
		assert_completed(tree, LETHE_FLASH_SPIN_TABLE, 0);
		free(tree);
	}
}

/* A node and its properties, turned into NOPs where they stand. */
static void test_nops(void **state)
{
	void *tree = compile(ROOT "was-there = <1>; gone { a = <1>; b { }; }; " PSCI_NODE
			     CPUS(1, "cpu@0 { reg = <0>; }; cpu@1 { enable-method = \"x\"; reg = <1>; }; cpu@2 { reg = <2>; }; "));

	(void)state;
	assert_int_equal(fdt_nop_node(tree, fdt_path_offset(tree, "/gone")), 0);
	assert_int_equal(fdt_nop_node(tree, fdt_path_offset(tree, "/psci")), 0);
	assert_int_equal(fdt_nop_node(tree, fdt_path_offset(tree, "/cpus/cpu@0")), 0);
	assert_int_equal(fdt_nop_property(tree, 0, "was-there"), 0);
	assert_int_equal(fdt_nop_property(tree, fdt_path_offset(tree, "/cpus/cpu@1"), "enable-method"), 0);
	assert_all(tree);
	free(tree);
}

/* The one of QEMU's virt with secure=on has no word about PSCI; and the others of the tests. */
static void test_trees_of_files(void **state)
{
	static const char *const names[] = {"virt", "crash", "stub", "buses", "cells1", "bare", "cpus"};
	void *tree = tree_compile("virt");
	int node;

	(void)state;
	assert_completed(tree, LETHE_FLASH_PSCI, 0);
	assert_int_equal(fdt_nop_node(tree, fdt_path_offset(tree, "/psci")), 0);
	while ((node = fdt_node_offset_by_prop_value(tree, -1, "enable-method", "psci", 5)) >= 0) {
		assert_int_equal(fdt_nop_property(tree, node, "enable-method"), 0);
	}
	assert_all(tree);
	free(tree);
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		tree = tree_compile(names[i]);
		assert_kept(tree);
		free(tree);
	}
}

/* As many CPUs as there are slots; the boot CPU is anywhere among them. Those behind stay as they are. */
static void test_many_cpus(void **state)
{
	char text[8192];
	void *tree;

	(void)state;
	for (unsigned int count = 32; count <= 40; count += 8) {
		size_t length = (size_t)snprintf(text, sizeof(text), "%s", ROOT "cpus { #address-cells = <1>; #size-cells = <0>; ");

		for (unsigned int i = 0; i < count; i++) {
			length += (size_t)snprintf(text + length, sizeof(text) - length, "cpu@%x { reg = <0x%x>; }; ", 8 * i, 8 * i);
		}
		snprintf(text + length, sizeof(text) - length, "};");
		tree = compile(text);
		if (count == 32) {
			assert_completed(tree, LETHE_FLASH_PSCI, 0xf8);
			assert_completed(tree, LETHE_FLASH_SPIN_TABLE, 0);
			assert_completed(tree, LETHE_FLASH_SPIN_TABLE, 0x88);
			assert_completed(tree, LETHE_FLASH_SPIN_TABLE, 0xf8);
		} else {
			uint8_t *copy;

			set_up(LETHE_FLASH_SPIN_TABLE, 0x100);
			copy = copied(tree, false);
			assert_int_equal(cells_of(copy, fdt_path_offset(copy, "/cpus/cpu@f8"), "cpu-release-addr"), 0x180001100 + 31 * 64);
			assert_null(fdt_getprop(copy, fdt_path_offset(copy, "/cpus/cpu@100"), "enable-method", NULL));
			assert_null(fdt_getprop(copy, fdt_path_offset(copy, "/cpus/cpu@138"), "enable-method", NULL));
			free(copy);
			assert_kept(tree);
		}
		free(tree);
	}
}

/* What the front end reserves is reserved for libfdt, and for Linux: their list ends with the first entry of size 0. */
static void test_reservations(void **state)
{
	void *tree = compile(texts[0]);
	uint64_t base, size;
	uint8_t *copy;

	(void)state;
	fdt_set_off_mem_rsvmap(tree, fdt_off_mem_rsvmap(tree) + 32);
	set_up(LETHE_FLASH_SPIN_TABLE, 0);
	copy = copied(tree, false);
	assert_int_equal(fdt_num_mem_rsv(copy), 1);
	assert_int_equal(fdt_get_mem_rsv(copy, 0, &base, &size), 0);
	assert_true(base == 0x180001000 && size == 0x1000);
	free(copy);
	fdt_set_off_mem_rsvmap(tree, fdt_off_mem_rsvmap(tree) - 32);
	/* the second entry */
	memset((uint8_t *)tree + fdt_off_mem_rsvmap(tree) + 16 + 8, 0, 8);
	copy = copied(tree, false);
	assert_int_equal(fdt_num_mem_rsv(copy), 2);
	assert_int_equal(fdt_get_mem_rsv(copy, 1, &base, &size), 0);
	assert_true(base == 0x180001000 && size == 0x1000);
	/* Again: it is there twice. */
	tree = realloc(tree, fdt_totalsize(copy));
	assert_non_null(tree);
	memcpy(tree, copy, fdt_totalsize(copy));
	free(copy);
	copy = copied(tree, false);
	assert_int_equal(fdt_num_mem_rsv(copy), 3);
	assert_int_equal(fdt_get_mem_rsv(copy, 2, &base, &size), 0);
	assert_true(base == 0x180001000 && size == 0x1000);
	free(copy);
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_methods_of_the_tree),
		cmocka_unit_test(test_nops),
		cmocka_unit_test(test_trees_of_files),
		cmocka_unit_test(test_many_cpus),
		cmocka_unit_test(test_reservations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
