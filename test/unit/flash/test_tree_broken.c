/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_flash_tree() and broken trees: each is refused with its sentence, and nothing outside the tree and its room is
 * touched. Both are allocations of exactly their sizes. Broken tags are test_tree_tags.c's. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "flash_world.h"
#include "trees.h"

#define BROKEN    "device tree broken at "
#define TOO_LARGE "device tree too large at "
#define NO_TREE   "no device tree at "
#define DAMAGED   "device tree damaged at "
#define OTHER     "enable-method differs at "
#define SPACE     4096U

enum { MAGIC, TOTAL, STRUCT, STRINGS, RESERVED, VERSION, COMPATIBLE, BOOT_CPU, STRINGS_SIZE, STRUCT_SIZE };

static const char nodes[] = "/dts-v1/; /memreserve/ 0x1000 0x2000; / { a = <1>; b = \"xyz\"; c; "
			    "cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { reg = <0>; }; cpu@1 { reg = <1>; }; }; };";

static void set_up(enum lethe_flash_cpus cpus)
{
	flash_world = (struct lethe_flash){.cpus = cpus, .spin_page = 0x180001000};
	lethe_flash_state = (struct lethe_flash_state){.el = 3};
}

static const char *given(const void *tree, uint32_t size, bool is_file, uint32_t room)
{
	uint8_t *copy;
	const char *error = flash_world_tree(tree, size, is_file, room, &copy);

	if (error == NULL) {
		/* libfdt asks for an empty name of the root. */
		const char *name = fdt_get_name(copy, 0, NULL);

		assert_non_null(name);
		if (*name == '\0') {
			assert_int_equal(fdt_check_full(copy, room), 0);
		}
	}
	free(copy);
	return error;
}

static void refuse(const void *tree, uint32_t size, const char *wanted)
{
	const char *error = given(tree, size, true, size + SPACE);

	if (error == NULL) {
		fail_msg("not refused: %s", wanted);
	}
	assert_string_equal(error, wanted);
}

static uint32_t word(const void *tree, unsigned int which)
{
	return fdt32_ld((const fdt32_t *)tree + which);
}

static void put(void *tree, unsigned int which, uint32_t value)
{
	fdt32_st((fdt32_t *)tree + which, value);
}

/* [offset, offset + size) is behind the header and in the tree. */
static bool has(const void *tree, uint64_t offset, uint64_t size)
{
	return offset >= 40 && offset + size <= word(tree, TOTAL);
}

/* What the front end asks beyond libfdt, said in another way. */
static bool is_sound(const uint8_t *tree, uint32_t size)
{
	const uint64_t strings_end = (uint64_t)word(tree, STRINGS) + word(tree, STRINGS_SIZE);

	if (word(tree, TOTAL) > size || word(tree, VERSION) < 17 || word(tree, COMPATIBLE) > 17 ||
	    word(tree, STRUCT) % 4 + word(tree, STRUCT_SIZE) % 4 + word(tree, RESERVED) % 4 != 0 ||
	    !has(tree, word(tree, STRUCT), word(tree, STRUCT_SIZE)) || !has(tree, word(tree, STRINGS), word(tree, STRINGS_SIZE)) ||
	    !has(tree, word(tree, RESERVED), 16) || word(tree, STRINGS_SIZE) == 0 || tree[strings_end - 1] != 0) {
		return false;
	}
	return fdt_check_full(tree, size) == 0 && word(tree, word(tree, STRUCT) / 4) == FDT_BEGIN_NODE;
}

/* Of each field many values, in trees whose blocks are in any order. */
static void test_header(void **state)
{
	void *tree = tree_compile_text(nodes);

	(void)state;
	for (unsigned int order = 0; order < TREE_ORDERS; order++) {
		void *sound = tree_relay(tree, order);
		const uint32_t total = word(sound, TOTAL);

		set_up(LETHE_FLASH_PSCI);
		assert_null(given(sound, total, false, total + SPACE));
		for (unsigned int which = STRUCT; which <= STRUCT_SIZE; which++) {
			const uint32_t right = word(sound, which);

			for (uint32_t i = 0; i < 2 * total + 64; i++) {
				/* 0 to behind the end, and the largest */
				const uint32_t value = i < total + 32 ? i : UINT32_MAX - (i - total - 32);
				void *changed = tree_copy(sound);
				const char *error;

				put(changed, which, value);
				error = given(changed, total, i % 2 == 0, total + SPACE);
				if (is_sound(changed, total)) {
					assert_null(error);
				} else {
					assert_non_null(error);
					assert_string_equal(error, BROKEN);
				}
				assert_true(value != right || error == NULL);
				free(changed);
			}
		}
		free(sound);
	}
	free(tree);
}

static void test_magic_and_size(void **state)
{
	void *tree = tree_compile_text(nodes);
	const uint32_t total = word(tree, TOTAL);
	uint8_t *copy;

	(void)state;
	set_up(LETHE_FLASH_PSCI);
	for (unsigned int bit = 0; bit < 32; bit++) {
		put(tree, MAGIC, 0xd00dfeed ^ 1U << bit);
		assert_string_equal(given(tree, total, false, total + SPACE), NO_TREE);
	}
	put(tree, MAGIC, 0xd00dfeed);
	for (uint32_t size = total + SPACE + 1; size < total + SPACE + 9; size++) {
		put(tree, TOTAL, size);
		assert_string_equal(given(tree, total, false, total + SPACE), TOO_LARGE);
		put(tree, TOTAL, UINT32_MAX - size);
		assert_string_equal(given(tree, total, false, total + SPACE), TOO_LARGE);
	}
	put(tree, TOTAL, total);
	/* One of the file has a CRC. */
	flash_world.tree_crc = 0;
	assert_null(flash_world_tree(tree, total, true, total + SPACE, &copy));
	free(copy);
	flash_world.tree = flash_world.tree_address = 0;
	flash_world.tree_crc ^= 1;
	lethe_flash_state.file = (uint64_t)tree - LETHE_FLASH_TREE_OFFSET;
	assert_string_equal(flash_world_run(lethe_flash_tree), DAMAGED);
	free(tree);
}

/* A tree of the file that ends at any byte: its own word for its size may still be the old one. */
static void test_truncated(void **state)
{
	void *tree = tree_compile_text(nodes);

	(void)state;
	set_up(LETHE_FLASH_PSCI);
	for (unsigned int order = 0; order < TREE_ORDERS; order++) {
		void *whole = tree_relay(tree, order);
		const uint32_t total = word(whole, TOTAL);

		for (uint32_t size = 40; size < total; size++) {
			void *cut = tree_copy(whole);

			for (int says_so = 0; says_so < 2; says_so++) {
				/* Behind the last block are 13 bytes that nothing needs. */
				if (size + 13 < total) {
					refuse(cut, size, BROKEN);
				} else {
					assert_null(given(cut, size, true, size + SPACE));
				}
				put(cut, TOTAL, size);
			}
			free(cut);
		}
		free(whole);
	}
	free(tree);
}

/* The structure block is the last one, and ends early, at any byte. */
static void test_truncated_structure(void **state)
{
	void *tree = tree_compile_text(nodes);
	void *moved = tree_relay(tree, 4);
	const uint32_t end = word(moved, STRUCT) + word(moved, STRUCT_SIZE);

	(void)state;
	set_up(LETHE_FLASH_ONE);
	for (uint32_t size = word(moved, STRUCT_SIZE) - 1; size > 0; size--) {
		put(moved, STRUCT_SIZE, size);
		refuse(moved, word(moved, TOTAL), BROKEN);
	}
	put(moved, STRUCT_SIZE, end - word(moved, STRUCT));
	put(moved, TOTAL, end);
	assert_null(given(moved, end, true, end + SPACE));
	for (uint32_t size = end - 1; size >= word(moved, STRUCT); size--) {
		put(moved, TOTAL, size);
		put(moved, STRUCT_SIZE, size - word(moved, STRUCT));
		refuse(moved, size, BROKEN);
	}
	free(moved);
	free(tree);
}

/* Reservations that do not end within the tree. */
static void test_reservations(void **state)
{
	void *tree = tree_compile_text(nodes);
	void *moved = tree_relay(tree, 3);
	const uint32_t at = word(moved, RESERVED);

	(void)state;
	set_up(LETHE_FLASH_SPIN_TABLE);
	/* The last block; its end is the tree's. */
	assert_null(given(moved, word(moved, TOTAL), true, word(moved, TOTAL) + SPACE));
	for (uint32_t size = at + 31; size >= at; size--) {
		put(moved, TOTAL, size);
		refuse(moved, size, BROKEN);
	}
	put(moved, TOTAL, at + 32);
	assert_null(given(moved, at + 32, true, at + 32 + SPACE));
	put(moved, at / 4 + 7, 1);
	refuse(moved, at + 32, BROKEN);
	free(moved);
	free(tree);
}

/* In any room that is too small, down to none. */
static void test_room(void **state)
{
	void *tree = tree_compile_text(nodes);
	const uint32_t total = word(tree, TOTAL);

	(void)state;
	for (int cpus = LETHE_FLASH_ONE; cpus <= LETHE_FLASH_SPIN_TABLE; cpus++) {
		uint32_t needed, room;
		uint8_t *copy;

		set_up((enum lethe_flash_cpus)cpus);
		assert_null(flash_world_tree(tree, total, false, total + SPACE, &copy));
		needed = word(copy, TOTAL);
		assert_true(needed <= total + SPACE && (cpus == LETHE_FLASH_ONE || needed > total + 32));
		free(copy);
		for (room = 0; room < needed || room < total; room++) {
			const char *error = given(tree, total, false, room);

			assert_non_null(error);
			assert_string_equal(error, TOO_LARGE);
		}
		assert_null(given(tree, total, false, room));
	}
	/* Out of the file. */
	for (uint32_t room = 0; room < total; room++) {
		assert_non_null(given(tree, total, true, room));
	}
	assert_null(given(tree, total, true, total));
	free(tree);
}

static void test_other_methods(void **state)
{
	static const struct {
		enum lethe_flash_cpus cpus;
		const char *property, *wanted;
	} rows[] = {
		{LETHE_FLASH_PSCI, "enable-method = \"psci\";", NULL},
		{LETHE_FLASH_PSCI, "enable-method = \"spin-table\";", OTHER},
		{LETHE_FLASH_PSCI, "enable-method = \"psc\";", OTHER},
		{LETHE_FLASH_PSCI, "enable-method = \"psci2\";", OTHER},
		{LETHE_FLASH_PSCI, "enable-method = [70 73 63 69];", OTHER},
		{LETHE_FLASH_PSCI, "enable-method;", OTHER},
		{LETHE_FLASH_SPIN_TABLE, "enable-method = \"spin-table\";", NULL},
		{LETHE_FLASH_SPIN_TABLE, "enable-method = \"psci\";", OTHER},
		{LETHE_FLASH_SPIN_TABLE, "enable-method = \"brcm,bcm2836-smp\";", OTHER},
		{LETHE_FLASH_ONE, "enable-method = \"brcm,bcm2836-smp\";", NULL},
	};
	char text[512];

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *error;
		void *tree;

		snprintf(text, sizeof(text), "/dts-v1/; / { cpus { cpu@0 { reg = <0>; }; cpu@1 { reg = <1>; %s }; }; };", rows[i].property);
		tree = tree_compile_text(text);
		set_up(rows[i].cpus);
		error = given(tree, word(tree, TOTAL), false, word(tree, TOTAL) + SPACE);
		assert_true((error == NULL) == (rows[i].wanted == NULL));
		if (error != NULL) {
			assert_string_equal(error, rows[i].wanted);
		}
		/* One of the file is whoever's made it. */
		assert_null(given(tree, word(tree, TOTAL), true, word(tree, TOTAL) + SPACE));
		free(tree);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_magic_and_size),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_truncated_structure),
		cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_other_methods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
