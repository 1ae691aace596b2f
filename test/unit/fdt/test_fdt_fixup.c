/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_fdt_fixup(), lethe_fdt_close(): against trees that dtc made from edits written in source.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/fdt.h>

#include "fixup.h"
#include "trees.h"

/* Fixes one tree in all six orders: byte for byte one result, with the expected content. */
static void assert_fixed(const char *name, const char *expected_name,
			 const struct lethe_fixup *fixup)
{
	void *expected = tree_compile(expected_name);
	void *tree = tree_compile(name);
	struct lethe_where where;
	unsigned int order;
	void *relaid;
	void *fixed;
	void *again;
	int status;

	fixed = fixup_run(tree, LETHE_FDT_MAX, fixup, &status, &where);
	assert_int_equal(status, LETHE_OK);
	tree_assert_same(fixed, expected);
	for (order = 0; order < TREE_ORDERS; order++) {
		relaid = tree_relay(tree, order);
		again = fixup_run(relaid, LETHE_FDT_MAX, fixup, &status, &where);
		assert_int_equal(status, LETHE_OK);
		assert_int_equal(fdt_totalsize(again), fdt_totalsize(fixed));
		assert_memory_equal(again, fixed, fdt_totalsize(fixed));
		free(relaid);
		free(again);
	}
	free(fixed);
	free(tree);
	free(expected);
}

static void test_virt(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	fixup_virt(&fixup);
	assert_fixed("virt", "virt.fixed", &fixup);
}

static void test_virt_kept(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.extent = 0x40000000;
	fixup.extent_size = 0x800000;
	fixup.old_tree = 0x48200000;
	fixup.old_tree_size = 0x2000;
	assert_fixed("virt", "virt.kept", &fixup);
}

static void test_virt_packed(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.packed = 1;
	fixup.bootargs = "";
	assert_fixed("virt", "virt.packed", &fixup);
}

/* True if an entry [base, base + size) is left after a fix-up, with this as the extent. */
static bool stays(uint64_t base, uint64_t size, uint64_t extent, uint64_t extent_size,
		  const char *record, bool packed)
{
	struct lethe_fixup fixup;
	char text[256];
	void *fixed;
	void *tree;
	int status;
	int count;

	snprintf(text, sizeof(text),
		 "/dts-v1/; /memreserve/ 0x%llx 0x%llx; / { chosen { lethe { %s }; }; };",
		 (unsigned long long)base, (unsigned long long)size, record);
	tree = tree_compile_text(text);
	memset(&fixup, 0, sizeof(fixup));
	fixup.packed = packed;
	fixup.extent = extent;
	fixup.extent_size = extent_size;
	fixed = fixup_run(tree, 4096, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	count = fdt_num_mem_rsv(fixed);
	free(fixed);
	free(tree);
	return count == 1;
}

/* Lethe takes back what an earlier Lethe reserved, where the extent now is. All else is firmware's.
 */
static void test_own(void **state)
{
	static const char named[] = "reserved = <0 9 0 9>, <1 0x2000 0 0x1000>;";

	(void)state;
	assert_false(stays(0x100002000, 0x1000, 0x100002000, 0x1000, named, false));
	assert_false(stays(0x100002000, 0x1000, 0x100000000, 0x10000, named, false));
	assert_true(stays(0x100002000, 0x1000, 0x100002000, 0xfff, named, false));
	assert_true(stays(0x100002000, 0x1000, 0x100002001, 0x1000, named, false));
	assert_true(stays(0x100002000, 0x1001, 0x100000000, 0x10000, named, false));
	assert_true(stays(0x100002001, 0x1000, 0x100000000, 0x10000, named, false));
	assert_true(stays(0x100002000, 0x1000, 0x100000000, 0x10000, "", false));
	assert_true(stays(0x100002000, 0x1000, 0x100000000, 0x10000, "reserved;", false));
	/* half an entry is none */
	assert_true(stays(0x100002000, 0x1000, 0x100000000, 0x10000,
			  "reserved = <0 9 0 9>, <1 0x2000>;", false));
	/* in a packed tree it was another boot's, wherever it is */
	assert_false(stays(0x100002000, 0x1000, 0, 0, named, true));
	assert_true(stays(0x100003000, 0x1000, 0, 0, named, true));
}

/* Every property that belongs to one boot goes out of a packed tree, and stays in a loader's. */
static void test_one_boot(void **state)
{
	static const char *const names[] = {
		"linux,elfcorehdr",
		"linux,usable-memory-range",
		"linux,dmcryptkeys",
		"linux,booted-from-kexec",
		"linux,ima-kexec-buffer",
		"linux,tpm-kexec-buffer",
		"linux,uefi-system-table",
		"linux,uefi-mmap-start",
		"linux,uefi-mmap-size",
		"linux,uefi-mmap-desc-size",
		"linux,uefi-mmap-desc-ver",
		"linux,uefi-secure-boot",
		"linux,kho-fdt",
		"linux,kho-scratch",
		"linux,initrd-start",
		"linux,initrd-end",
		"kaslr-seed",
		"rng-seed",
	};
	static const char *const kept[] = {
		"linux,stdout-path", "linux,uefi",           "linux,khofdt", "linux,uef",
		"stdout-path",       "linux,pci-probe-only", "xlinux,uefi-x"};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]) + sizeof(kept) / sizeof(kept[0]); i++) {
		const bool goes = i < sizeof(names) / sizeof(names[0]);
		const char *name = goes ? names[i] : kept[i - sizeof(names) / sizeof(names[0])];
		struct lethe_fixup fixup;
		char text[128];
		void *fixed;
		void *tree;
		int status;

		snprintf(text, sizeof(text), "/dts-v1/; / { chosen { a; %s = <0 1 1>; b; }; };",
			 name);
		tree = tree_compile_text(text);
		memset(&fixup, 0, sizeof(fixup));
		fixup.seed = fixup_seed;
		fixed = fixup_run(tree, 4096, &fixup, &status, NULL);
		assert_int_equal(status, LETHE_OK);
		assert_non_null(fdt_getprop(fixed, fdt_path_offset(fixed, "/chosen"), name, NULL));
		free(fixed);
		fixup.seed = NULL;
		fixup.packed = true;
		fixed = fixup_run(tree, 4096, &fixup, &status, NULL);
		assert_int_equal(status, LETHE_OK);
		assert_int_equal(
			fdt_getprop(fixed, fdt_path_offset(fixed, "/chosen"), name, NULL) == NULL,
			goes);
		assert_non_null(fdt_getprop(fixed, fdt_path_offset(fixed, "/chosen"), "b", NULL));
		free(fixed);
		free(tree);
	}
}

/* A tree at 4 mod 8 gives the same copy. */
static void test_half_aligned(void **state)
{
	void *tree = tree_compile("virt");
	const uint32_t size = fdt_totalsize(tree);
	char *memory = malloc(size + 4);
	struct lethe_fixup fixup;
	struct lethe_where where;
	void *expected;
	void *fixed;
	int status;

	(void)state;
	fixup_virt(&fixup);
	expected = fixup_run(tree, 8192, &fixup, &status, &where);
	assert_int_equal(status, LETHE_OK);
	memcpy(memory + 4, tree, size);
	fixed = fixup_run(memory + 4, 8192, &fixup, &status, &where);
	assert_int_equal(status, LETHE_OK);
	assert_memory_equal(fixed, expected, fdt_totalsize(expected));
	free(fixed);
	memmove(memory + 2, tree, size);
	assert_null(fixup_run(memory + 2, 8192, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_ALIGN);
	free(expected);
	free(memory);
	free(tree);
}

static void test_bare(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.bootargs = "quiet";
	fixup.initrd_start = 0x100000000;
	fixup.initrd_end = 0x100005000;
	fixup.reserve_count = 1;
	fixup.reserve[0].base = 0x100000000;
	fixup.reserve[0].size = 0x5000;
	assert_fixed("bare", "bare.fixed", &fixup);
}

static void test_stub(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.initrd_start = 0x80000000;
	fixup.initrd_end = 0x80001000;
	fixup.reserve_count = 1;
	fixup.reserve[0].base = 0x80000000;
	fixup.reserve[0].size = 0x1000;
	assert_fixed("stub", "stub.fixed", &fixup);
}

static void test_crash(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	assert_fixed("crash", "crash.kept", &fixup);
	fixup.packed = 1;
	assert_fixed("crash", "crash.packed", &fixup);
}

/* One reservation in an otherwise empty tree: true if dropped, with this as the old tree. */
static int dropped(uint64_t base, uint64_t size, uint64_t old, uint64_t old_size)
{
	struct lethe_fixup fixup;
	char text[128];
	void *fixed;
	void *tree;
	int status;
	int count;

	snprintf(text, sizeof(text), "/dts-v1/; /memreserve/ 0x%llx 0x%llx; / { };",
		 (unsigned long long)base, (unsigned long long)size);
	tree = tree_compile_text(text);
	memset(&fixup, 0, sizeof(fixup));
	fixup.old_tree = old;
	fixup.old_tree_size = old_size;
	fixed = fixup_run(tree, 4096, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	count = fdt_num_mem_rsv(fixed);
	free(fixed);
	free(tree);
	return count == 0;
}

static void test_old_tree(void **state)
{
	(void)state;
	/* exact; rounded out to 4, 16 and 64 KiB, at both ends or at one */
	assert_true(dropped(0x81230, 0x1234, 0x81230, 0x1234));
	assert_true(dropped(0x81000, 0x2000, 0x81230, 0x1234));
	assert_true(dropped(0x80000, 0x4000, 0x81230, 0x1234));
	assert_true(dropped(0x80000, 0x10000, 0x81230, 0x1234));
	assert_true(dropped(0x81230, 0x1dd0, 0x81230, 0x1234));
	assert_true(dropped(0x81000, 0x1464, 0x81230, 0x1234));
	/* other people's */
	assert_false(dropped(0x81230, 0x1235, 0x81230, 0x1234));
	assert_false(dropped(0x81230, 0x1233, 0x81230, 0x1234));
	assert_false(dropped(0x81000, 0x3000, 0x81230, 0x1234));
	assert_false(dropped(0x80000, 0x20000, 0x81230, 0x1234));
	assert_false(dropped(0x81230, 0x1234, 0x81230, 0));
	assert_false(dropped(0x81000, 0x1000, 0x81230, 0));
	assert_false(dropped(0, 0x1000, 0, 0));
}

/* The seeds: fresh seeds are 8 and 64 bytes, exactly the given bytes. */
static void test_seeds(void **state)
{
	void *tree = tree_compile("bare");
	struct lethe_fixup fixup;
	const void *value;
	void *fixed;
	int chosen;
	int length;
	int status;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.seed = fixup_seed;
	fixed = fixup_run(tree, 4096, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	chosen = fdt_path_offset(fixed, "/chosen");
	value = fdt_getprop(fixed, chosen, "kaslr-seed", &length);
	assert_int_equal(length, 8);
	assert_memory_equal(value, fixup_seed, 8);
	value = fdt_getprop(fixed, chosen, "rng-seed", &length);
	assert_int_equal(length, 64);
	assert_memory_equal(value, fixup_seed + 8, 64);
	free(fixed);
	free(tree);
}

/* A stale property that occurs twice is deleted twice: the second would become visible. */
static void test_twice(void **state)
{
	void *tree = tree_compile_text(
		"/dts-v1/; / { chosen { rng-seed = <1>; linux,elfcorehdr = <1 2>; "
		"keep; rng-seed = <2>; linux,elfcorehdr = <3 4>; "
		"lethe { a; }; lethe@0 { b; }; }; };");
	void *expected = tree_compile_text("/dts-v1/; / { chosen { keep; }; };");
	struct lethe_fixup fixup;
	void *fixed;
	int status;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.packed = 1;
	fixed = fixup_run(tree, 4096, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	tree_assert_same(fixed, expected);
	free(fixed);
	free(tree);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt),        cmocka_unit_test(test_virt_kept),
		cmocka_unit_test(test_virt_packed), cmocka_unit_test(test_bare),
		cmocka_unit_test(test_stub),        cmocka_unit_test(test_crash),
		cmocka_unit_test(test_old_tree),    cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_twice),       cmocka_unit_test(test_own),
		cmocka_unit_test(test_one_boot),    cmocka_unit_test(test_half_aligned),
	};
	return cmocka_run_group_tests_name("fdt_fixup", tests, NULL, NULL);
}
