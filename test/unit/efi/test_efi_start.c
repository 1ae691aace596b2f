/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_efi_start(): what a kernel's EFI stub finds, what is left out and said, and that firmware is as it was behind every end,
 * also if any one call of it is refused.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include "efi_world.h"
#include "fdt/trees.h"

#define REFUSALS 20U /* more calls than a start makes */

static const struct efi_guid dtb = EFI_GUID_DTB, acpi = EFI_GUID_ACPI_20;

/* What the kernel is to find. */
static struct {
	const char *cmdline;
	const char *initrd;
	const char *model; /* of the tree; "" for one that says nothing */
	bool has_initrd_property;
	bool has_device;
} expected;

/* At EL3, EL2 or EL1 a kernel's stub has nothing else to go by. */
static void look(struct world *world)
{
	const void *tree = world_table(world, &dtb);
	const uint16_t *wide = world->kernel.load_options;
	char *initrd = world_read_initrd(world);
	const char *model;
	char line[128] = "";
	int chosen;

	for (uint32_t i = 0; i < world->kernel.load_options_size / 2; i++) {
		line[i] = (char)wide[i];
	}
	assert_string_equal(line, expected.cmdline);
	assert_string_equal(initrd ? initrd : "", expected.initrd);
	free(initrd);
	assert_non_null(tree);
	assert_int_equal(fdt_check_full(tree, fdt_totalsize(tree)), 0);
	model = fdt_getprop(tree, 0, "model", NULL);
	assert_string_equal(model ? model : "", expected.model);
	chosen = fdt_path_offset(tree, "/chosen");
	assert_true(fdt_subnode_offset(tree, chosen, "lethe") >= 0);
	assert_string_equal(fdt_getprop(tree, fdt_path_offset(tree, "/chosen/lethe"), "door", NULL), "efi");
	assert_int_equal(fdt_getprop(tree, chosen, "linux,initrd-start", NULL) != NULL, expected.has_initrd_property);
	assert_int_equal(world->kernel.device != NULL, expected.has_device);
	/* Xen's stub looks for its configuration beside the file, and adds cells to /chosen. */
	assert_int_equal(world->from == &world->own_path, expected.has_device);
	assert_true(fdt_totalsize(tree) >= fdt_off_dt_strings(tree) + fdt_size_dt_strings(tree) + 4096);
	assert_int_equal(world->watchdog, 300);
}

static void *board(const char *chosen)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "/dts-v1/; /memreserve/ 0x1000 0x2000; / { model = \"board\"; #address-cells = <2>; chosen { %s }; cpus { }; };",
		 chosen);
	return tree_compile_text(text);
}

/* All ends of one start: the good one, and each call refused in turn. */
static void all_ends(struct world *world)
{
	unsigned int starts = 0;

	world->started = look;
	world->start_status = EFI_ABORTED;
	world_note(world);
	for (unsigned int call = 0; call < REFUSALS; call++) {
		world->calls = 0;
		world->fails_at = call;
		world->starts = 0;
		memset(&world->ctx.record, 0, sizeof(world->ctx.record));
		const efi_status status = lethe_efi_start(&world->efi);

		assert_true(status != EFI_SUCCESS);
		assert_true(world->starts == 0 || status == EFI_ABORTED);
		assert_true(call != 0 || world->starts == 1);
		starts += world->starts;
		world_assert_same(world);
	}
	assert_true(starts > 1 && starts < REFUSALS);
}

static void test_all_packed(void **state)
{
	struct world *world = world_begin("one two");
	void *tree = board("kaslr-seed = <1 2>; linux,initrd-start = <1>; linux,uefi-system-table = <1>;");

	(void)state;
	world_pack(world, 1, "packed", 6);
	world_pack(world, 2, tree, fdt_totalsize(tree));
	world->efi.is_secure = true;
	expected = (typeof(expected)){"one two", "packed", "board", false, false};
	all_ends(world);
	assert_null(strstr(world_said(), "not used"));
	free(tree);
	world_end(world);
}

static void test_all_the_loaders(void **state)
{
	static uint16_t options[] = {'a', ' ', 'b', 0};
	struct world *world = world_begin(NULL);
	void *tree = board("linux,initrd-start = <1>; linux,initrd-end = <2>; bootargs = \"x\";");

	(void)state;
	world_add_initrd(world);
	world_add_table(world, &dtb, tree);
	world->own.load_options = options;
	world->own.load_options_size = sizeof(options);
	expected = (typeof(expected)){"a b", "own", "board", true, true};
	all_ends(world);
	assert_null(strstr(world_said(), "not used"));
	free(tree);
	world_end(world);
}

static void test_both(void **state)
{
	static uint16_t options[] = {'a', 0};
	struct world *world = world_begin("mine");
	void *tree = board("linux,initrd-start = <1>; linux,initrd-end = <2>;");
	const char *said;

	(void)state;
	world_pack(world, 1, "packed", 6);
	world_add_initrd(world);
	world_add_table(world, &acpi, options);
	world_add_table(world, &dtb, tree);
	world->own.load_options = options;
	world->own.load_options_size = sizeof(options);
	expected = (typeof(expected)){"mine", "packed", "board", false, true};
	all_ends(world);
	said = world_said();
	assert_non_null(strstr(said, "the loader's command line is not used: the bundle has its own\n"));
	assert_non_null(strstr(said, "the loader's initrd is not used: the bundle has its own\n"));
	free(tree);
	world_end(world);
}

static void test_secure(void **state)
{
	static uint16_t options[] = {'a', 0};
	struct world *world = world_begin(NULL);
	void *tree = board("bootargs = \"theirs\";");
	const char *said;

	(void)state;
	world->efi.is_secure = true;
	world_add_initrd(world);
	world_add_table(world, &acpi, options);
	world_add_table(world, &dtb, tree);
	world->own.load_options = options;
	world->own.load_options_size = sizeof(options);
	expected = (typeof(expected)){"", "", "", false, false};
	all_ends(world);
	said = world_said();
	assert_non_null(strstr(said, "the loader's command line is not used: no signature covers it"));
	assert_non_null(strstr(said, "the loader's initrd is not used: no signature covers it"));
	assert_non_null(strstr(said, "the loader's device tree is not used: no signature covers it"));

	world->plan->flags = LETHE_PLAN_EFI_INITRD | LETHE_PLAN_EFI_CMDLINE | LETHE_PLAN_EFI_TREE;
	expected = (typeof(expected)){"a", "own", "board", false, true};
	all_ends(world);
	assert_null(strstr(world_said(), "not used"));
	free(tree);
	world_end(world);
}

static void test_no_tree(void **state)
{
	struct world *world = world_begin("x");

	(void)state;
	world_note(world);
	assert_int_equal(lethe_efi_start(&world->efi), EFI_LOAD_ERROR);
	assert_non_null(strstr(world_said(), "FAIL TREE_NONE"));
	world_assert_same(world);
	assert_int_equal(world->starts, 0);
	world_end(world);
}

static void test_broken_tree(void **state)
{
	struct world *world = world_begin("x");
	char *tree = board("");

	(void)state;
	tree[fdt_off_dt_struct(tree)] = 9;
	world_add_table(world, &dtb, tree);
	world_note(world);
	assert_int_equal(lethe_efi_start(&world->efi), EFI_LOAD_ERROR);
	assert_non_null(strstr(world_said(), "FAIL TREE_BROKEN"));
	world_assert_same(world);
	free(tree);
	world_end(world);
}

static void test_refused_kernel(void **state)
{
	static const efi_status refusals[] = {EFI_ACCESS_DENIED, EFI_SECURITY_VIOLATION, EFI_UNSUPPORTED};
	struct world *world = world_begin("x");

	(void)state;
	world_add_table(world, &acpi, world);
	world_note(world);
	for (unsigned int i = 0; i < 3; i++) {
		world->load_status = refusals[i];
		assert_int_equal(lethe_efi_start(&world->efi), refusals[i]);
		assert_int_equal(strstr(world_said(), "does not admit the kernel") != NULL, i < 2);
		world_assert_same(world);
		assert_int_equal(world->starts, 0);
	}
	world_end(world);
}

/* A kernel for this host's CPU: it returns a status. */
static void pack_kernel(struct world *world)
{
	/* mov rax, EFI_ABORTED; ret */
	static const uint8_t code[] = {0x48, 0xb8, 21, 0, 0, 0, 0, 0, 0, 0x80, 0xc3};
	static uint8_t kernel[0x3000];
	struct pe_header *header = (struct pe_header *)(void *)(kernel + 0x40);
	struct pe_section *section = (struct pe_section *)(void *)(header + 1);

	memset(kernel, 0, sizeof(kernel));
	memcpy(kernel, "MZ", 2);
	kernel[PE_OFFSET_AT] = 0x40;
	*header = (struct pe_header){.signature = PE_SIGNATURE,
				     .machine = PE_MACHINE_ARM64,
				     .section_count = 1,
				     .optional_size = sizeof(*header) - offsetof(struct pe_header, magic),
				     .magic = PE_MAGIC_PLUS,
				     .entry = 0x10010,
				     .section_alignment = 0x10000,
				     .image_size = 0x20000,
				     .headers_size = 0x1000,
				     .subsystem = PE_SUBSYSTEM_EFI,
				     .directory_count = PE_DIRECTORIES};
	*section = (struct pe_section){.memory_size = 0x8000, .address = 0x10000, .file_size = 0x2000, .file_offset = 0x1000};
	memcpy(kernel + 0x1010, code, sizeof(code));
	world_pack(world, 0, kernel, sizeof(kernel));
}

static void test_vouched(void **state)
{
	struct world *world = world_begin("x");

	(void)state;
	pack_kernel(world);
	world->plan->flags = LETHE_PLAN_EFI_VOUCH;
	world_add_table(world, &acpi, world);
	world_note(world);
	world->load_status = EFI_ACCESS_DENIED;
#ifdef __x86_64__
	assert_int_equal(lethe_efi_start(&world->efi), EFI_ABORTED);
	assert_non_null(strstr(world_said(), "the bundle vouches for it\nenter "));
	world_assert_same(world);
#endif
	/* Firmware's other refusals are not stepped over, nor what is no sound image. */
	world->load_status = EFI_UNSUPPORTED;
	assert_int_equal(lethe_efi_start(&world->efi), EFI_UNSUPPORTED);
	world->load_status = EFI_SECURITY_VIOLATION;
	world_pack(world, 0, "MZ", 2);
	assert_int_equal(lethe_efi_start(&world->efi), EFI_UNSUPPORTED);
	assert_null(strstr(world_said(), "enter "));
	world_assert_same(world);
	assert_int_equal(world->starts, 0);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_packed),    cmocka_unit_test(test_all_the_loaders), cmocka_unit_test(test_both),
		cmocka_unit_test(test_secure),	      cmocka_unit_test(test_no_tree),	      cmocka_unit_test(test_broken_tree),
		cmocka_unit_test(test_refused_kernel),
		cmocka_unit_test(test_vouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
