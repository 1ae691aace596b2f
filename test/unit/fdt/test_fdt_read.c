/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_fdt_read(): the facts of trees, in all six orders of their blocks, and faulty values in
 * /chosen.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/fdt.h>

#include "trees.h"

/* The facts know an absent node by any negative offset. */
static void assert_same_node(int found, int wanted)
{
	assert_int_equal(found < 0 ? -1 : found, wanted < 0 ? -1 : wanted);
}

/* The first or the last of the root's subnodes of device_type memory, by libfdt. */
static int memory_node(const void *tree, bool last)
{
	int found = -1;
	int node;

	fdt_for_each_subnode(node, tree, 0)
	{
		const char *type = fdt_getprop(tree, node, "device_type", NULL);

		if (type != NULL && strcmp(type, "memory") == 0 && (last || found < 0)) {
			found = node;
		}
	}
	return found;
}

static void read_as(const char *name, struct lethe_fdt_facts *facts)
{
	void *tree = tree_compile(name);
	uint32_t size = 0;
	unsigned int order;
	void *relaid;

	assert_int_equal(lethe_fdt_probe(tree, &size), LETHE_OK);
	assert_int_equal(size, fdt_totalsize(tree));
	assert_int_equal(lethe_fdt_read(tree, facts, NULL), LETHE_OK);
	assert_int_equal(facts->total_size, size);
	/* dtc leaves no gap but the alignment of the reservations */
	assert_int_equal(facts->used_size, size);
	assert_int_equal(facts->structure_size, fdt_size_dt_struct(tree));
	assert_ptr_equal(facts->tree.dtb, tree);
	assert_same_node(facts->chosen, fdt_subnode_offset(tree, 0, "chosen"));
	assert_same_node(facts->reserved_memory, fdt_subnode_offset(tree, 0, "reserved-memory"));
	assert_same_node(facts->first_memory, memory_node(tree, false));
	assert_same_node(facts->last_memory, memory_node(tree, true));

	for (order = 0; order < TREE_ORDERS; order++) {
		struct lethe_fdt_facts again;
		const char *bootargs = facts->bootargs;

		relaid = tree_relay(tree, order);
		assert_int_equal(lethe_fdt_read(relaid, &again, NULL), LETHE_OK);
		assert_int_equal(again.total_size, fdt_totalsize(relaid));
		assert_int_equal(again.bootargs != NULL, bootargs != NULL);
		if (bootargs != NULL) {
			assert_string_equal(again.bootargs, bootargs);
		}
		assert_ptr_equal(again.tree.dtb, relaid);
		again.tree = facts->tree;
		again.total_size = facts->total_size;
		again.bootargs = facts->bootargs;
		again.own = facts->own;
		assert_memory_equal(&again, facts, sizeof(again));
		free(relaid);
	}
	/* the strings must outlive the tree for the caller's comparison */
	facts->bootargs = facts->bootargs != NULL ? strdup(facts->bootargs) : NULL;
	free(tree);
}

static void free_facts(struct lethe_fdt_facts *facts)
{
	free((void *)(uintptr_t)facts->bootargs);
}

static void test_virt(void **state)
{
	struct lethe_fdt_facts facts;

	(void)state;
	read_as("virt", &facts);
	assert_string_equal(facts.bootargs, "console=ttyAMA0 quiet");
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_start, 0x48000000);
	assert_int_equal(facts.initrd_end, 0x48200000);
	assert_int_equal(facts.psci, LETHE_PSCI_SMC);
	assert_int_equal(facts.cpu_count, 2);
	assert_true(facts.has_gic_v3);
	assert_true(facts.has_memory);
	assert_int_equal(facts.usable_count, 0);
	assert_int_equal(facts.efi_mmap, 0);
	assert_int_equal(facts.efi_system_table, 0);
	assert_int_equal(facts.boot_count, 0);
	free_facts(&facts);
}

static void test_bare(void **state)
{
	struct lethe_fdt_facts facts;

	(void)state;
	read_as("bare", &facts);
	assert_null(facts.bootargs);
	assert_false(facts.has_initrd);
	assert_int_equal(facts.psci, LETHE_PSCI_NONE);
	assert_int_equal(facts.cpu_count, 0);
	assert_false(facts.has_gic_v3);
	assert_false(facts.has_memory);
}

static void test_stub(void **state)
{
	struct lethe_fdt_facts facts;

	(void)state;
	read_as("stub", &facts);
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_start, 0x130000000);
	assert_int_equal(facts.initrd_end, 0x132345678);
	assert_int_equal(facts.efi_system_table, 0x13f6d0018);
	assert_int_equal(facts.efi_mmap, 0x13c1a2018);
	assert_int_equal(facts.efi_mmap_size, 0x1230);
	assert_int_equal(facts.efi_desc_size, 48);
	assert_false(facts.has_memory);
	assert_int_equal(facts.psci, LETHE_PSCI_NONE);
	free_facts(&facts);
}

static void test_crash(void **state)
{
	struct lethe_fdt_facts facts;

	(void)state;
	read_as("crash", &facts);
	assert_int_equal(facts.usable_count, 2);
	assert_int_equal(facts.usable_base[0], 0x880000000);
	assert_int_equal(facts.usable_size[0], 0x20000000);
	assert_int_equal(facts.usable_base[1], 0xf0000000);
	assert_int_equal(facts.usable_size[1], 0x08000000);
	assert_int_equal(facts.boot_count, 41);
	assert_int_equal(facts.psci, LETHE_PSCI_HVC);
	assert_true(facts.has_memory);
	free_facts(&facts);
}

static void test_cpus(void **state)
{
	struct lethe_fdt_facts facts;

	(void)state;
	read_as("cpus", &facts);
	/* all but the failed CPU; by device_type, or by name and enable-method */
	assert_int_equal(facts.cpu_count, 7);
	assert_int_equal(facts.psci, LETHE_PSCI_SMC);
	assert_false(facts.has_gic_v3);
}

static void test_cells1(void **state)
{
	struct lethe_fdt_facts facts;

	(void)state;
	read_as("cells1", &facts);
	assert_true(facts.has_memory);
	assert_false(facts.has_initrd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt), cmocka_unit_test(test_bare),
		cmocka_unit_test(test_stub), cmocka_unit_test(test_crash),
		cmocka_unit_test(test_cpus), cmocka_unit_test(test_cells1),
	};

	return cmocka_run_group_tests_name("fdt_read", tests, NULL, NULL);
}
