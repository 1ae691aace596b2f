/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM and reserved memory, by the tree and by the UEFI map. */

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

static int covers(const void *tree, uint64_t base, uint64_t end)
{
	return lethe_fdt_memory_covers(tree, base, end - base);
}

static void check_memory(const void *tree)
{
	/* three nodes' entries, in no order, make one piece */
	assert_true(covers(tree, 0x10000000, 0x40000000));
	assert_true(covers(tree, 0x1fffffff, 0x30000001));
	assert_true(covers(tree, 0x10000000, 0x10000001));
	assert_true(covers(tree, 0x3fffffff, 0x40000000));
	assert_false(covers(tree, 0x0fffffff, 0x10000001));
	assert_false(covers(tree, 0x3fffffff, 0x40000001));
	assert_false(covers(tree, 0x40000000, 0x40000001));
	/* disabled, and of another type */
	assert_false(covers(tree, 0x0e000000, 0x0e000001));
	assert_false(covers(tree, 0, 1));
	/* empty, and wrapping */
	assert_true(covers(tree, 0x50000000, 0x50000000));
	assert_false(lethe_fdt_memory_covers(tree, 0x10000000, UINT64_MAX));
	assert_false(lethe_fdt_memory_covers(tree, UINT64_MAX, 2));
}

static int reserved(const void *tree, uint64_t base, uint64_t end)
{
	return lethe_fdt_reserved(tree, base, end - base, 0, 0);
}

static void check_reserved(const void *tree)
{
	/* /memreserve/ 0x10000000 .. 0x10010000 */
	assert_true(reserved(tree, 0x10000000, 0x10000001));
	assert_true(reserved(tree, 0x1000ffff, 0x10010000));
	assert_true(reserved(tree, 0x0fffffff, 0x10000001));
	assert_true(reserved(tree, 0x0ff00000, 0x10110000));
	assert_false(reserved(tree, 0x0ff00000, 0x10000000));
	assert_false(reserved(tree, 0x10010000, 0x10020000));
	assert_false(reserved(tree, 0x10000000, 0x10000000));
	/*
	 * /reserved-memory: every entry, its own cells; but no disabled, dynamic or grandchild node
	 */
	assert_true(reserved(tree, 0x120fffff, 0x12200000));
	assert_true(reserved(tree, 0x13000fff, 0x13001000));
	assert_false(reserved(tree, 0x12100000, 0x13000000));
	assert_false(reserved(tree, 0x14000000, 0x14001000));
	assert_true(reserved(tree, 0x15000000, 0x15000001));
	assert_false(reserved(tree, 0x16000000, 0x16001000));
	assert_false(reserved(tree, 0x17000000, 0x17001000));
	assert_true(reserved(tree, 0x18000000, 0x18000001));
	/* the outer blob's own: wholly inside the skipped range */
	assert_false(lethe_fdt_reserved(tree, 0x10000000, 0x1000, 0x10000000, 0x10000));
	assert_false(lethe_fdt_reserved(tree, 0x10000000, 0x1000, 0x0f000000, 0x02000000));
	assert_true(lethe_fdt_reserved(tree, 0x10000000, 0x1000, 0x10000000, 0xffff));
	assert_true(lethe_fdt_reserved(tree, 0x10000000, 0x1000, 0x10000001, 0x10000));
	assert_true(lethe_fdt_reserved(tree, 0x20000000, 0x1000, 0x10000000, 0x10000));
	/* a node is not the blob's, at any address */
	assert_true(lethe_fdt_reserved(tree, 0x12000000, 0x1000, 0x12000000, 0x00200000));
}

static void test_memory(void **state)
{
	void *tree = tree_compile("cells1");
	unsigned int order;
	void *relaid;

	(void)state;
	check_memory(tree);
	check_reserved(tree);
	for (order = 0; order < TREE_ORDERS; order++) {
		relaid = tree_relay(tree, order);
		check_memory(relaid);
		check_reserved(relaid);
		free(relaid);
	}
	free(tree);
}

static void test_memory_broken(void **state)
{
	void *tree = tree_compile("cells1");
	uint32_t size = fdt_size_dt_struct(tree);

	(void)state;
	/* an unreadable node covers no memory and reserves all */
	fdt_set_size_dt_struct(tree, size - 4);
	assert_false(covers(tree, 0x10000000, 0x10000001));
	assert_true(reserved(tree, 0x70000000, 0x70000001));
	fdt_set_size_dt_struct(tree, size);
	assert_false(reserved(tree, 0x70000000, 0x70000001));
	fdt_set_magic(tree, 0);
	assert_false(covers(tree, 0x10000000, 0x10000001));
	assert_true(reserved(tree, 0x70000000, 0x70000001));
	free(tree);

	tree = tree_compile_text("/dts-v1/; /memreserve/ 0xfffffffffffff000 0x2000; / { };");
	assert_true(reserved(tree, 0, 1));
	assert_true(reserved(tree, 0xfffffffffffff000, 0xfffffffffffff001));
	assert_false(reserved(tree, 0x1000, 0x2000));
	free(tree);
}

/* Adjacent entries are one piece of RAM, in any order, in one node or in as many as there are
 * entries. */
static void test_memory_scattered(void **state)
{
	enum { COUNT = 3000 };
	static char text[COUNT * 80];
	unsigned int step;

	(void)state;
	/* Descending, and by a step that has no divisor in common with the count. */
	for (step = COUNT - 1; step != 0; step = step == COUNT - 1 ? 1009 : 0) {
		const bool is_apart = step == 1009;
		size_t used =
			(size_t)sprintf(text, "/dts-v1/; / { memory@0 { device_type = \"memory\"; "
					      "reg = <0 0 0>");
		unsigned int i;
		void *tree;

		for (i = 0; i < COUNT; i++) {
			const unsigned int base = (i + 1) * step % COUNT * 0x1000;

			used += (size_t)sprintf(text + used,
						is_apart && i % 3 == 0
							? "; }; memory@%x { device_type = "
							  "\"memory\"; reg = <0 0x%x 0x1000>"
							: ", <0 0x%x 0x1000>",
						base, base);
		}
		sprintf(text + used, "; }; };");
		tree = tree_compile_text(text);
		assert_true(covers(tree, 0, COUNT * 0x1000));
		assert_false(covers(tree, 0, COUNT * 0x1000 + 1));
		assert_true(covers(tree, 1, 2 * 0x1000));
		free(tree);
	}
}

/* Linux takes linux,usable-memory before reg. */
static void test_usable_memory(void **state)
{
	void *tree = tree_compile_text("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; "
				       "memory@0 { device_type = \"memory\"; reg = <0 0x10000>; "
				       "linux,usable-memory = <0 0x1000>; }; "
				       "memory@20000 { device_type = \"memory\"; reg = <0x20000 "
				       "0x1000>; linux,usable-memory; }; "
				       "reserved-memory { #address-cells = <1>; #size-cells = <1>; "
				       "x@50000 { reg = <0x50000 0x1000>; linux,usable-memory = "
				       "<0x60000 0x1000>; }; }; };");

	(void)state;
	assert_true(covers(tree, 0, 0x1000));
	assert_false(covers(tree, 0, 0x1001));
	assert_false(covers(tree, 0x20000, 0x20001));
	assert_true(reserved(tree, 0x50000, 0x50001));
	assert_false(reserved(tree, 0x60000, 0x60001));
	free(tree);
}

/* UEFI: type, pad, physical, virtual, pages, attribute; and 8 bytes more, as in real firmware. */
struct descriptor {
	uint32_t type;
	uint32_t pad;
	uint64_t physical;
	uint64_t virtual;
	uint64_t pages;
	uint64_t attribute;
	uint64_t more;
};

static void test_efi(void **state)
{
	static const struct descriptor map[] = {
		{3, 0, 0x80300000, 0, 0x100, 0xf, 0},            /* boot services code */
		{7, 0, 0x80000000, 0, 0x100, 0xf, 0},            /* conventional */
		{1, 0, 0x80100000, 0, 0x100, 0x8, 0},            /* loader code */
		{2, 0, 0x80200000, 0, 0x100, 0x8, 0},            /* loader data */
		{4, 0, 0x80400000, 0, 0x100, 0xf, 0},            /* boot services data */
		{5, 0, 0x80500000, 0, 0x100, 0xf, 0},            /* runtime services code */
		{7, 0, 0x80600000, 0, 0x100, 0x1, 0},            /* conventional, uncached only */
		{0, 0, 0x80700000, 0, 0x100, 0xf, 0},            /* reserved */
		{9, 0, 0x80800000, 0, 0x100, 0xf, 0},            /* ACPI tables */
		{7, 0, 0xfffffffffffff000, 0, 2, 0xf, 0},        /* wraps */
		{7, 0, 0x90000000, 0, 0x10000000000001, 0xf, 0}, /* as many pages wrap to one */
		{7, 0, 0xa0000000, 0, 1, 0xf, 0},
	};
	const uint64_t size = sizeof(map);
	const uint64_t one = sizeof(map[0]);

	(void)state;
	assert_true(lethe_efi_memory_covers(map, size, one, 0x80000000, 0x500000));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80000000, 0x500001));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x7fffffff, 2));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80500000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80600000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80700000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80800000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0xfffffffffffff000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x90000000, 1));
	assert_true(lethe_efi_memory_covers(map, size, one, 0xa0000fff, 1));
	/* a truncated last entry does not count */
	assert_false(lethe_efi_memory_covers(map, size - 1, one, 0xa0000fff, 1));
	assert_false(lethe_efi_memory_covers(map, 0, one, 0x80000000, 1));
	/* impossible sizes, and a map that needs unaligned loads */
	assert_false(lethe_efi_memory_covers(map, size, 0, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, 32, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, 44, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, UINT64_MAX - 7, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers((const char *)map + 4, size - 4, one, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, UINT64_MAX, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_broken),
		cmocka_unit_test(test_memory_scattered),
		cmocka_unit_test(test_usable_memory),
		cmocka_unit_test(test_efi),
	};

	return cmocka_run_group_tests_name("fdt_memory", tests, NULL, NULL);
}
