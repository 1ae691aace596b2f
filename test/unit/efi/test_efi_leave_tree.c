/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_efi_leave_tree(): the tree for the Image door behind ExitBootServices, by libfdt. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include "efi/leave.h"
#include "efi_world.h"
#include "fdt/trees.h"

static struct lethe_efi_leave leave;
static uint8_t *room;

static const void *made(struct world *world, const void *tree)
{
	room = aligned_alloc(8, 2 * LETHE_FDT_MAX);
	leave.tree = (uint64_t)room;
	leave.tree_size = LETHE_FDT_MAX;
	leave.map = 0x123456789000;
	leave.map_size = 0x1230;
	leave.descriptor_size = 48;
	leave.descriptor_version = 1;
	assert_int_equal(lethe_efi_tree_read(tree, &leave.facts, NULL), LETHE_OK);
	leave.stale = lethe_efi_tree_stale(&world->efi, &leave.facts, leave.is_packed, leave.options.size != 0,
					   leave.initrd_size != 0);
	assert_int_equal(lethe_efi_leave_tree(&world->efi, &leave), LETHE_OK);
	assert_int_equal(fdt_check_full(room, fdt_totalsize(room)), 0);
	return room;
}

/* The number of a property of /chosen, of one or two cells; UINT64_MAX if it is absent. */
static uint64_t number(const void *tree, const char *name)
{
	int size;
	const fdt32_t *cells = fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), name, &size);

	if (cells == NULL) {
		return UINT64_MAX;
	}
	assert_true(size == 4 || size == 8);
	return size == 4 ? fdt32_ld(cells) : (uint64_t)fdt32_ld(cells) << 32 | fdt32_ld(cells + 1);
}

static void check_uefi(struct world *world, const void *tree)
{
	int count = 0;
	int property;

	assert_int_equal(number(tree, "linux,uefi-system-table"), (uint64_t)&world->table);
	assert_int_equal(number(tree, "linux,uefi-mmap-start"), 0x123456789000);
	assert_int_equal(number(tree, "linux,uefi-mmap-size"), 0x1230);
	assert_int_equal(number(tree, "linux,uefi-mmap-desc-size"), 48);
	assert_int_equal(number(tree, "linux,uefi-mmap-desc-ver"), 1);
	assert_int_equal(number(tree, "linux,uefi-secure-boot"), world->efi.is_secure ? 3 : 2);
	fdt_for_each_property_offset(property, tree, fdt_path_offset(tree, "/chosen"))
	{
		const char *name;

		fdt_getprop_by_offset(tree, property, &name, NULL);
		count += strncmp(name, "linux,uefi-", 11) == 0;
	}
	assert_int_equal(count, 6);
}

static void *board(void)
{
	return tree_compile_text("/dts-v1/; /memreserve/ 0x1000 0x2000; / { #address-cells = <2>; memory { }; chosen { bootargs = \"theirs\"; "
				 "linux,initrd-start = <1>; linux,initrd-end = <2>; linux,uefi-mmap-start = <7>; }; };");
}

/* The loader gives nothing by UEFI: what its tree says stays. */
static void test_of_the_tree(void **state)
{
	struct world *world = world_begin(NULL);
	void *tree = board();
	const void *out = made(world, tree);

	(void)state;
	check_uefi(world, out);
	assert_string_equal(fdt_getprop(out, fdt_path_offset(out, "/chosen"), "bootargs", NULL), "theirs");
	assert_int_equal(number(out, "linux,initrd-start"), 1);
	assert_int_equal(fdt_num_mem_rsv(out), 1);
	assert_true(fdt_path_offset(out, "/memory") >= 0);
	free(room);
	free(tree);
	world_end(world);
}

/* What it gives by UEFI takes the place of that. What is not ASCII is a question mark. */
static void test_of_the_loader(void **state)
{
	static uint16_t options[] = {'a', ' ', 0x20ac, 'b', 0, 'c'};
	struct world *world = world_begin(NULL);
	void *tree = board();
	const void *out;

	(void)state;
	leave.options = (struct lethe_efi_options){options, sizeof(options), false};
	leave.initrd = 0x87654321000;
	leave.initrd_size = 0x234;
	out = made(world, tree);
	check_uefi(world, out);
	assert_string_equal(fdt_getprop(out, fdt_path_offset(out, "/chosen"), "bootargs", NULL), "a ?b");
	assert_int_equal(number(out, "linux,initrd-start"), 0x87654321000);
	assert_int_equal(number(out, "linux,initrd-end"), 0x87654321234);
	memset(&leave, 0, sizeof(leave));
	free(room);
	free(tree);
	world_end(world);
}

/* Under Secure Boot nothing of it, and a tree without /chosen gets one. */
static void test_secure(void **state)
{
	struct world *world = world_begin(NULL);
	void *tree = board();
	void *bare = tree_compile_text("/dts-v1/; / { cpus { }; };");
	const void *out;

	(void)state;
	world->efi.is_secure = true;
	out = made(world, tree);
	check_uefi(world, out);
	assert_int_equal(number(out, "linux,initrd-start"), UINT64_MAX);
	assert_null(fdt_getprop(out, fdt_path_offset(out, "/chosen"), "bootargs", NULL));
	free(room);
	out = made(world, bare);
	check_uefi(world, out);
	free(room);
	free(bare);
	free(tree);
	world_end(world);
}

/* The bundle's own tree is another boot's: its command line is signed, its initrd and seeds are not of this boot. */
static void test_packed(void **state)
{
	struct world *world = world_begin(NULL);
	void *tree = tree_compile_text("/dts-v1/; / { chosen { bootargs = \"mine\"; linux,initrd-start = <1>; linux,initrd-end = <2>; "
				       "kaslr-seed = <1 2>; linux,elfcorehdr = <1 2>; linux,uefi-mmap-start = <7>; }; cpus { }; };");
	const void *out;

	(void)state;
	world->efi.is_secure = true;
	leave.is_packed = true;
	out = made(world, tree);
	check_uefi(world, out);
	assert_string_equal(fdt_getprop(out, fdt_path_offset(out, "/chosen"), "bootargs", NULL), "mine");
	assert_int_equal(number(out, "linux,initrd-start"), UINT64_MAX);
	assert_int_equal(number(out, "linux,initrd-end"), UINT64_MAX);
	assert_int_equal(number(out, "kaslr-seed"), UINT64_MAX);
	assert_int_equal(number(out, "linux,elfcorehdr"), UINT64_MAX);
	assert_null(strstr(world_said(), "not used"));
	leave.is_packed = false;
	free(room);
	free(tree);
	world_end(world);
}

/* What a loader left in the tree is refused aloud, and once. */
static void test_refused_aloud(void **state)
{
	struct world *world = world_begin(NULL);
	void *tree = board();

	(void)state;
	world->efi.is_secure = true;
	made(world, tree);
	assert_int_equal(lethe_efi_leave_tree(&world->efi, &leave), LETHE_OK); /* as for a map that has changed */
	assert_string_equal(world_said(), "the loader's initrd is not used: no signature covers it (pack --allow-loader)\n");
	free(room);
	free(tree);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_the_tree),
		cmocka_unit_test(test_of_the_loader),
		cmocka_unit_test(test_secure),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_refused_aloud),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
