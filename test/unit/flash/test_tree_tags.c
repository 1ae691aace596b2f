/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_flash_tree() and structure blocks that are broken: a tag, a depth, a name, a size of a value. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "flash_world.h"
#include "trees.h"

#define BROKEN "device tree broken at "
#define SPACE  4096U

enum { BEGIN_NODE = 1, END_NODE, PROP, NOP, END = 9 };

static void refuse_tags(const uint32_t *tags, uint32_t count, const char *strings, uint32_t size, bool is_broken)
{
	void *tree = tree_from_tags(tags, count, strings, size);
	const uint32_t total = fdt_totalsize(tree);
	uint8_t *copy;
	const char *error;

	flash_world = (struct lethe_flash){.cpus = LETHE_FLASH_PSCI};
	lethe_flash_state = (struct lethe_flash_state){.el = 3};
	error = flash_world_tree(tree, total, false, total + SPACE, &copy);
	if (!is_broken) {
		assert_null(error);
		/* libfdt asks for an empty name of the root. */
		assert_true(*fdt_get_name(copy, 0, NULL) != '\0' || fdt_check_full(copy, total + SPACE) == 0);
	} else {
		assert_non_null(error);
		assert_string_equal(error, BROKEN);
	}
	free(copy);
	free(tree);
}

#define TAGS(is_broken, ...)                                                                                           \
	refuse_tags((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4, "ab\0c", 5, is_broken)

static void test_tags(void **state)
{
	(void)state;
	TAGS(false, BEGIN_NODE, 0, END_NODE, END);
	TAGS(false, BEGIN_NODE, 0, NOP, PROP, 4, 3, 0xffffffff, NOP, BEGIN_NODE, 0x61000000, END_NODE, NOP, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, 0, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, 5, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, 0x01000000, 0, END_NODE, END);
	/* depth */
	TAGS(true, END_NODE, END);
	TAGS(true, END, END);
	TAGS(true, NOP, NOP);
	TAGS(true, PROP, 0, 0, END);
	TAGS(true, BEGIN_NODE, 0, END);
	TAGS(true, BEGIN_NODE, 0, END, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, BEGIN_NODE, 0x61000000, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, END_NODE);
	TAGS(true, BEGIN_NODE, 0, END_NODE, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, END_NODE, BEGIN_NODE, 0x61000000, END_NODE, END);
	/* a name without an end */
	TAGS(true, BEGIN_NODE, 0x61616161, 0x61616161);
	TAGS(true, BEGIN_NODE, 0, BEGIN_NODE, 0x61616161, 0x61616161);
	TAGS(true, BEGIN_NODE, 0, BEGIN_NODE, 0x61616161);
	TAGS(true, BEGIN_NODE, 0, BEGIN_NODE);
}

static void test_properties(void **state)
{
	(void)state;
	/* a name's offset; the block is of 5 bytes */
	for (uint32_t offset = 0; offset < 5; offset++) {
		TAGS(false, BEGIN_NODE, 0, PROP, 0, offset, END_NODE, END);
	}
	for (uint32_t i = 0; i < 8; i++) {
		TAGS(true, BEGIN_NODE, 0, PROP, 0, 5 + i, END_NODE, END);
		TAGS(true, BEGIN_NODE, 0, PROP, 0, UINT32_MAX - i, END_NODE, END);
		TAGS(true, BEGIN_NODE, 0, PROP, 0, 0x80000000 - i, END_NODE, END);
	}
	/* a value's size; behind the property are 8 bytes */
	for (uint32_t size = 1; size < 64; size++) {
		TAGS(true, BEGIN_NODE, 0, PROP, size, 0, END_NODE, END);
		TAGS(true, BEGIN_NODE, 0, PROP, UINT32_MAX - size, 0, END_NODE, END);
		TAGS(true, BEGIN_NODE, 0, PROP, 0x80000000 - size, 0, END_NODE, END);
	}
	TAGS(true, BEGIN_NODE, 0, PROP, UINT32_MAX, 0, END_NODE, END);
	TAGS(true, BEGIN_NODE, 0, PROP);
	TAGS(true, BEGIN_NODE, 0, PROP, 0);
	TAGS(true, BEGIN_NODE, 0, PROP, 0, 0);
}

/* The names are read to their end: it has to be in the block. */
static void test_strings(void **state)
{
	static const uint32_t tags[] = {BEGIN_NODE, 0, PROP, 0, 0, END_NODE, END};

	(void)state;
	refuse_tags(tags, 7, "enable-method", 13, true);
	refuse_tags(tags, 7, "r", 1, true);
	refuse_tags(tags, 7, "", 0, true);
	refuse_tags(tags, 7, "", 1, false);
	refuse_tags(tags, 7, "reg", 4, false);
}

/* Values that are cut within the word that the front end looks for; what pads them has the rest of it. */
static void test_short_values(void **state)
{
	uint32_t tags[] = {BEGIN_NODE, 0, PROP, 0, 0, 0x61726d2c, 0x70736369, 0, END_NODE, END}; /* arm,psci */

	(void)state;
	for (uint32_t size = 5; size <= 12; size++) {
		void *tree;
		uint8_t *copy;

		tags[3] = size;
		tags[7] = size <= 8 ? NOP : 0;
		tree = tree_from_tags(tags, 10, "compatible", 11);
		flash_world = (struct lethe_flash){.cpus = LETHE_FLASH_PSCI};
		lethe_flash_state = (struct lethe_flash_state){.el = 3};
		assert_null(flash_world_tree(tree, fdt_totalsize(tree), false, fdt_totalsize(tree) + SPACE, &copy));
		assert_int_equal(fdt_path_offset(copy, "/psci") > 0, size <= 8);
		free(copy);
		free(tree);
	}
	refuse_tags(tags, 10, "compat", 7, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_short_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
