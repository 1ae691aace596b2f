/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_tree_fixup(), lethe_tree_close(): against trees that dtc made from edits written in source. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/fdt.h>

#include "trees.h"

static uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];

/* Fixes into room bytes of exactly that memory; the closed tree in memory of exactly its size, or null. */
static void *fix(const void *tree, uint64_t room, const struct lethe_fixup *fixup, int *status,
		 struct lethe_where *where)
{
	unsigned char *slot = malloc(room);
	void *result;

	assert_non_null(slot);
	memset(slot, 0xc3, room);
	*status = lethe_tree_fixup(tree, slot, room, fixup, where);
	if (*status != LETHE_OK) {
		free(slot);
		return NULL;
	}
	assert_int_equal(fdt_totalsize(slot), room < LETHE_TREE_MAX ? room : LETHE_TREE_MAX);
	assert_int_equal(lethe_tree_close(slot), LETHE_OK);
	assert_true(fdt_totalsize(slot) <= room);
	result = tree_copy(slot);
	free(slot);
	assert_int_equal(fdt_check_full(result, fdt_totalsize(result)), 0);
	return result;
}

/* Fixes one tree in all six orders: byte for byte one result, and it says what it ought to. */
static void assert_fixed(const char *name, const char *expected_name, const struct lethe_fixup *fixup)
{
	void *expected = tree_compile(expected_name);
	void *tree = tree_compile(name);
	struct lethe_where where;
	unsigned int order;
	void *relaid;
	void *fixed;
	void *again;
	int status;

	fixed = fix(tree, LETHE_TREE_MAX, fixup, &status, &where);
	assert_int_equal(status, LETHE_OK);
	tree_assert_same(fixed, expected);
	for (order = 0; order < TREE_ORDERS; order++) {
		relaid = tree_relay(tree, order);
		again = fix(relaid, LETHE_TREE_MAX, fixup, &status, &where);
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

static void virt_fixup(struct lethe_fixup *fixup)
{
	memset(fixup, 0, sizeof(*fixup));
	fixup->bootargs = "console=ttyAMA0 earlycon=pl011,mmio32,0x9000000 root=/dev/ram0";
	fixup->initrd_start = 0x40800000;
	fixup->initrd_end = 0x40923456;
	fixup->extent = 0x40200000;
	fixup->extent_size = 0x600000;
	fixup->old_tree = 0x48200000;
	fixup->old_tree_size = 0x1db4;
	fixup->seed = seed;
	fixup->reserve_count = 6;
	/* empty: it would end the list */
	fixup->reserve[0].base = 0x42000000;
	fixup->reserve[0].size = 0;
	fixup->reserve[5].base = 0x40800000;
	fixup->reserve[5].size = 0x123456;
	fixup->reserve[1].base = 0x41000000;
	fixup->reserve[1].size = 0x200000;
	/* there already, and said twice */
	fixup->reserve[2].base = 0x47000000;
	fixup->reserve[2].size = 0x1000;
	fixup->reserve[3].base = 0x40800000;
	fixup->reserve[3].size = 0x123456;
	fixup->reserve[4].base = 0x41000000;
	fixup->reserve[4].size = 0x200000;
}

static void test_virt(void **state)
{
	struct lethe_fixup fixup;

	(void)state;
	virt_fixup(&fixup);
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
	/* the reservation is larger than the extent by a byte: it stays */
	fixup.extent = 0x40200000;
	fixup.extent_size = 0x5fffff;
	assert_fixed("virt", "virt.packed", &fixup);
	fixup.extent = 0x40200001;
	fixup.extent_size = 0x600000;
	assert_fixed("virt", "virt.packed", &fixup);
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

/* One reservation in an otherwise empty tree: is it dropped, with this as the old tree? */
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
	fixed = fix(tree, 4096, &fixup, &status, NULL);
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

/* The seeds: fresh ones are 8 and 64 bytes, exactly those that were given. */
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
	fixup.seed = seed;
	fixed = fix(tree, 4096, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	chosen = fdt_path_offset(fixed, "/chosen");
	value = fdt_getprop(fixed, chosen, "kaslr-seed", &length);
	assert_int_equal(length, 8);
	assert_memory_equal(value, seed, 8);
	value = fdt_getprop(fixed, chosen, "rng-seed", &length);
	assert_int_equal(length, 64);
	assert_memory_equal(value, seed + 8, 64);
	free(fixed);
	free(tree);
}

/* Stale things that are there twice go twice: the second would come to light. */
static void test_twice(void **state)
{
	void *tree = tree_compile_text("/dts-v1/; / { chosen { rng-seed = <1>; linux,elfcorehdr = <1 2>; "
				       "keep; rng-seed = <2>; linux,elfcorehdr = <3 4>; "
				       "lethe { a; }; lethe@0 { b; }; }; };");
	void *expected = tree_compile_text("/dts-v1/; / { chosen { keep; }; };");
	struct lethe_fixup fixup;
	void *fixed;
	int status;

	(void)state;
	memset(&fixup, 0, sizeof(fixup));
	fixup.packed = 1;
	fixed = fix(tree, 4096, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	tree_assert_same(fixed, expected);
	free(fixed);
	free(tree);
	free(expected);
}

/*
 * Every room from nothing to enough: a status below what is needed, and one result from there on. The
 * sanitizer sees a store behind the room.
 */
static void test_every_room(void **state)
{
	static const char names[][8] = { "virt", "bare", "stub", "crash" };
	struct lethe_fixup fixup;
	struct lethe_where where;
	size_t i;

	(void)state;
	virt_fixup(&fixup);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *tree = tree_compile(names[i]);
		void *best = NULL;
		uint32_t needed;
		uint64_t room;
		int status;

		best = fix(tree, LETHE_TREE_MAX, &fixup, &status, &where);
		assert_int_equal(status, LETHE_OK);
		needed = fdt_totalsize(best);
		for (room = 0; room < needed + 256; room++) {
			void *fixed = fix(tree, room, &fixup, &status, &where);

			if (room < needed) {
				assert_int_equal(status, LETHE_E_TREE_NOSPACE);
				assert_int_equal(where.what, LETHE_WHAT_TREE);
			}
			if (fixed != NULL) {
				assert_memory_equal(fixed, best, needed);
			}
			free(fixed);
		}
		/* the last room tried must have been enough: edits need no more than the old and the new */
		assert_int_equal(status, LETHE_OK);
		free(best);
		free(tree);
	}
}

/* A tree of nearly 2 MiB in a slot of 2 MiB: trap 40. And one that is nothing but slack. */
static void test_brim(void **state)
{
	void *small = tree_compile("virt");
	uint32_t filling = (uint32_t)LETHE_TREE_MAX - fdt_totalsize(small) - 64;
	struct lethe_fixup fixup;
	struct lethe_where where;
	void *tree = malloc(LETHE_TREE_MAX);
	void *data;
	void *fixed;
	int status;

	(void)state;
	virt_fixup(&fixup);
	assert_int_equal(fdt_open_into(small, tree, (int)LETHE_TREE_MAX), 0);
	fixed = fix(tree, LETHE_TREE_MAX, &fixup, &status, &where);
	assert_int_equal(status, LETHE_OK);
	assert_true(fdt_totalsize(fixed) < 4096);
	free(fixed);

	assert_int_equal(fdt_setprop_placeholder(tree, 0, "filling", (int)filling, &data), 0);
	memset(data, 0, filling);
	assert_null(fix(tree, LETHE_TREE_MAX, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_NOSPACE);
	/* a bigger slot does not help: no kernel maps more than 2 MiB */
	assert_null(fix(tree, 2 * LETHE_TREE_MAX, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_NOSPACE);
	free(tree);
	free(small);
}

static void test_refused(void **state)
{
	void *tree = tree_compile("virt");
	uint32_t size = fdt_size_dt_struct(tree);
	struct lethe_fixup fixup;
	struct lethe_where where;
	unsigned char *slot = malloc(8192);
	int status;

	(void)state;
	virt_fixup(&fixup);
	assert_int_equal(lethe_tree_fixup(tree, slot + 4, 8188, &fixup, &where), LETHE_E_TREE_ALIGN);
	fixup.reserve_count = LETHE_SEGMENT_MAX + 2;
	assert_int_equal(lethe_tree_fixup(tree, slot, 8192, &fixup, &where), LETHE_E_INTERNAL);
	virt_fixup(&fixup);
	fdt_set_size_dt_struct(tree, size - 4);
	assert_null(fix(tree, 8192, &fixup, &status, &where));
	assert_int_equal(status, LETHE_E_TREE_BROKEN);
	fdt_set_size_dt_struct(tree, size);

	/* what is not an open tree is not closed */
	memset(slot, 0, 8192);
	assert_int_equal(lethe_tree_close(slot), LETHE_E_TREE_BROKEN);
	free(slot);
	slot = tree_relay(tree, 5);
	assert_int_equal(lethe_tree_close(slot), LETHE_E_TREE_BROKEN);
	free(slot);
	free(tree);
}

/* Version 16 trees become version 17, and the boot CPU is carried over. */
static void test_header(void **state)
{
	void *expected = tree_compile("virt.fixed");
	void *tree = tree_compile("virt");
	struct lethe_fixup fixup;
	void *fixed;
	int status;

	(void)state;
	virt_fixup(&fixup);
	fdt_set_version(tree, 16);
	fdt_set_size_dt_struct(tree, 0xdeadbeef);
	fdt_set_boot_cpuid_phys(tree, 0x103);
	fdt_set_boot_cpuid_phys(expected, 0x103);
	fixed = fix(tree, 8192, &fixup, &status, NULL);
	assert_int_equal(status, LETHE_OK);
	assert_int_equal(fdt_version(fixed), 17);
	assert_int_equal(fdt_last_comp_version(fixed), 16);
	assert_int_equal(fdt_boot_cpuid_phys(fixed), 0x103);
	tree_assert_same(fixed, expected);
	free(fixed);
	free(tree);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt),
		cmocka_unit_test(test_virt_kept),
		cmocka_unit_test(test_virt_packed),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_old_tree),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_every_room),
		cmocka_unit_test(test_brim),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_header),
	};
	unsigned int i;

	for (i = 0; i < sizeof(seed); i++) {
		seed[i] = (uint8_t)i;
	}
	return cmocka_run_group_tests_name("fdt_fixup", tests, NULL, NULL);
}
