/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_fdt_check() as compiled for the purgatory, whose libfdt has no checks, and the order of
 * blocks that the purgatory needs. Trees lie in allocations of their exact size, regardless of the
 * header.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/plan.h>

#include "purgatory_world.h"
#include "trees.h"

#define GOOD LETHE_OK
#define BAD  LETHE_E_TREE_BROKEN

/* One edit of a copy of a tree, which is a plain one: blocks without gaps. */
#define HEADER(edit, status)                                                                       \
	do {                                                                                       \
		unsigned char *bad = tree_copy(tree);                                              \
                                                                                                   \
		edit;                                                                              \
		assert_int_equal(sequence_tree_check(bad), status);                                \
		free(bad);                                                                         \
	} while (0)

static void test_header(void **state)
{
	void *tree = tree_compile("virt");
	const uint32_t total = fdt_totalsize(tree);
	const uint32_t structure = fdt_off_dt_struct(tree);
	const uint32_t structure_size = fdt_size_dt_struct(tree);
	const uint32_t strings = fdt_off_dt_strings(tree);
	const uint32_t strings_size = fdt_size_dt_strings(tree);

	(void)state;
	HEADER(, GOOD);
	assert_int_equal(strings + strings_size, total);
	assert_int_equal(structure + structure_size, strings);
	HEADER(fdt_set_magic(bad, FDT_MAGIC + 1), BAD);
	HEADER(fdt_set_magic(bad, ~FDT_MAGIC), BAD);
	HEADER(fdt_set_version(bad, 16), BAD);
	/* a later version, marked compatible or not */
	HEADER(fdt_set_version(bad, 18), GOOD);
	HEADER((fdt_set_version(bad, 18), fdt_set_last_comp_version(bad, 18)), BAD);

	/* up to the limit, a size is its region's business */
	HEADER(fdt_set_totalsize(bad, LETHE_FDT_MAX), GOOD);
	HEADER(fdt_set_totalsize(bad, LETHE_FDT_MAX + 1), BAD);
	HEADER(fdt_set_totalsize(bad, 0xffffffff), BAD);
	HEADER(fdt_set_totalsize(bad, total - 1), BAD);
	HEADER(fdt_set_totalsize(bad, strings), BAD);
	HEADER(fdt_set_totalsize(bad, 0), BAD);

	HEADER(fdt_set_off_mem_rsvmap(bad, 32), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, 24), BAD); /* an entry before the first */
	HEADER(fdt_set_off_mem_rsvmap(bad, 0), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, 44), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, structure), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, structure + 8), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, total & ~7U), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, 0xfffffff0), BAD);
	HEADER(fdt_set_off_mem_rsvmap(bad, 0xfffffff8), BAD);

	HEADER(fdt_set_off_dt_struct(bad, structure + 2), BAD);
	HEADER(fdt_set_off_dt_struct(bad, structure + 4), BAD);
	HEADER(fdt_set_off_dt_struct(bad, strings), BAD);
	HEADER(fdt_set_off_dt_struct(bad, 0xfffffffc), BAD);
	HEADER(fdt_set_off_dt_struct(bad, 0), BAD);
	HEADER(fdt_set_size_dt_struct(bad, structure_size + 4), BAD);
	HEADER(fdt_set_size_dt_struct(bad, structure_size + 1), BAD);
	HEADER(fdt_set_size_dt_struct(bad, structure_size - 1), BAD);
	HEADER(fdt_set_size_dt_struct(bad, 0xfffffffc), BAD);
	HEADER(fdt_set_size_dt_struct(bad, 0), BAD);

	HEADER(fdt_set_off_dt_strings(bad, strings + 1), BAD);
	HEADER(fdt_set_off_dt_strings(bad, strings - 4), BAD);
	HEADER((fdt_set_off_dt_strings(bad, strings - 4),
		fdt_set_size_dt_strings(bad, strings_size + 4)),
	       BAD);
	HEADER(fdt_set_off_dt_strings(bad, total), BAD);
	HEADER(fdt_set_off_dt_strings(bad, 0xffffffff), BAD);
	HEADER(fdt_set_size_dt_strings(bad, strings_size + 1), BAD);
	HEADER(fdt_set_size_dt_strings(bad, strings_size - 1), BAD);
	HEADER(fdt_set_size_dt_strings(bad, 0xffffffff), BAD);
	HEADER(fdt_set_size_dt_strings(bad, 0), BAD);
	/* the last string runs on */
	HEADER(bad[total - 1] = 'x', BAD);
	free(tree);
}

/* The end of the reservations is before the structure, and has size 0, as for Linux and libfdt. */
static void test_reservations(void **state)
{
	void *tree = tree_compile_text("/dts-v1/; /memreserve/ 0 3; /memreserve/ 4 5; "
				       "/memreserve/ 6 7; / { a; };");
	const uint32_t end = fdt_off_dt_struct(tree);

	(void)state;
	assert_int_equal(end, fdt_off_mem_rsvmap(tree) + 4 * 16);
	HEADER(, GOOD);
	for (uint32_t i = 1; i <= 16; i++) {
		HEADER(bad[end - i] = 1, i <= 8 ? BAD : GOOD);
	}
	/* an earlier entry that ends them */
	HEADER(memset(bad + end - 24, 0, 8), GOOD);
	/* cut in the middle of the last one */
	HEADER(fdt_set_off_mem_rsvmap(bad, end - 8), BAD);
	free(tree);
}

static int check_tags(const uint32_t *tags, uint32_t count, const char *strings, uint32_t size)
{
	void *tree = tree_from_tags(tags, count, strings, size);
	const int status = sequence_tree_check(tree);

	free(tree);
	return status;
}

#define BEGIN FDT_BEGIN_NODE, 0x61000000 /* "a" */
#define ROOT  FDT_BEGIN_NODE, 0
#define END   FDT_END_NODE
#define TAGS(status, ...)                                                                          \
	assert_int_equal(check_tags((const uint32_t[]){__VA_ARGS__},                               \
				    sizeof((const uint32_t[]){__VA_ARGS__}) / 4, "x", 2),          \
			 status)

static void test_tags(void **state)
{
	(void)state;
	TAGS(GOOD, ROOT, END, FDT_END);
	TAGS(GOOD, ROOT, FDT_NOP, END, FDT_NOP, FDT_END);
	TAGS(GOOD, ROOT, BEGIN, END, FDT_NOP, BEGIN, END, END, FDT_END);
	TAGS(GOOD, ROOT, FDT_PROP, 0, 0, END, FDT_END);
	TAGS(GOOD, ROOT, BEGIN, END, BEGIN, FDT_PROP, 0, 0, END, END, FDT_END);
	TAGS(GOOD, ROOT, FDT_PROP, 3, 1, 0x61620000, BEGIN, FDT_PROP, 0, 0, END, END, FDT_END);
	/* bytes behind the end are not read */
	TAGS(GOOD, ROOT, END, FDT_END, FDT_END);
	TAGS(GOOD, ROOT, END, FDT_END, 77);
	/* empty, no root, no end, too many ends, an unknown tag */
	TAGS(BAD, FDT_END);
	TAGS(BAD, FDT_NOP, FDT_END);
	TAGS(BAD, ROOT, FDT_END);
	TAGS(BAD, ROOT, END);
	TAGS(BAD, ROOT, BEGIN, END, FDT_END);
	TAGS(BAD, ROOT, END, END, FDT_END);
	TAGS(BAD, END, FDT_END);
	TAGS(BAD, ROOT, 5, END, FDT_END);
	TAGS(BAD, ROOT, 0, END, FDT_END);
	TAGS(BAD, ROOT, END, ROOT, END, FDT_END);
	TAGS(BAD, FDT_NOP, ROOT, END, FDT_END);
	/* an unterminated name */
	TAGS(BAD, ROOT, FDT_BEGIN_NODE, 0x61616161);
	TAGS(BAD, FDT_BEGIN_NODE);
	/* properties: outside, after a subnode, cut off */
	TAGS(BAD, FDT_PROP, 0, 0, ROOT, END, FDT_END);
	TAGS(BAD, ROOT, END, FDT_PROP, 0, 0, FDT_END);
	TAGS(BAD, ROOT, BEGIN, END, FDT_PROP, 0, 0, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP);
	TAGS(BAD, ROOT, FDT_PROP, 0);
	TAGS(BAD, ROOT, FDT_PROP, 0, 0);
	TAGS(BAD, ROOT, FDT_PROP, 1, 0);
	/* too long, by a little and up to a wrap */
	TAGS(BAD, ROOT, FDT_PROP, 9, 0, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0x7fffffff, 0, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0xfffffff0, 0, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0xfffffff4, 0, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0xfffffffd, 0, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0xffffffff, 0, END, FDT_END);
	/* a name outside the strings */
	TAGS(BAD, ROOT, FDT_PROP, 0, 2, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0, 0x80000000, END, FDT_END);
	TAGS(BAD, ROOT, FDT_PROP, 0, 0xffffffff, END, FDT_END);
}

/* Blocks too short for the first entry, or for the last cell. */
static void test_parts(void **state)
{
	const uint32_t tags[] = {ROOT, BEGIN};
	unsigned char *tree;
	unsigned int i;

	(void)state;
	for (i = 1; i < 4; i++) {
		tree = tree_from_tags(tags, 4, "", 1);
		fdt_set_size_dt_struct(tree, 16 - i);
		assert_int_equal(sequence_tree_check(tree), BAD);
		free(tree);
	}
	for (i = 0; i < 2; i++) {
		tree = tree_from_tags(tags, 0, "", 1);
		assert_int_equal(fdt_off_dt_strings(tree), fdt_off_dt_struct(tree));
		fdt_set_off_mem_rsvmap(tree, fdt_off_dt_struct(tree) - 8 * i);
		assert_int_equal(sequence_tree_check(tree), BAD);
		free(tree);
	}
}

/* A structure between two cells: libfdt's loads would not be aligned. */
static void test_between(void **state)
{
	void *tree = tree_compile("virt");
	const uint32_t structure = fdt_off_dt_struct(tree);
	const uint32_t total = fdt_totalsize(tree);
	unsigned char *moved;

	(void)state;
	for (uint32_t by = 0; by <= 4; by++) {
		moved = calloc(1, total + by);
		assert_non_null(moved);
		memcpy(moved, tree, structure);
		memcpy(moved + structure + by, (char *)tree + structure, total - structure);
		fdt_set_totalsize(moved, total + by);
		fdt_set_off_dt_struct(moved, structure + by);
		fdt_set_off_dt_strings(moved, fdt_off_dt_strings(tree) + by);
		assert_int_equal(sequence_tree_check(moved), by % 4 == 0 ? GOOD : BAD);
		free(moved);
	}
	free(tree);
}

static void test_depth(void **state)
{
	uint32_t tags[3 * 65 + 1];

	(void)state;
	for (uint32_t depth = 64; depth <= 65; depth++) {
		for (uint32_t i = 0; i < depth; i++) {
			tags[2 * i] = FDT_BEGIN_NODE;
			tags[2 * i + 1] = i == 0 ? 0 : 0x61000000;
			tags[2 * depth + i] = FDT_END_NODE;
		}
		tags[3 * depth] = FDT_END;
		assert_int_equal(check_tags(tags, 3 * depth + 1, "", 1), depth == 64 ? GOOD : BAD);
	}
}

/* Every shorter structure lacks its end; every shorter tree, cut at any byte, has another size. */
static void test_truncated(void **state)
{
	void *tree = tree_compile("virt");
	const uint32_t size = fdt_size_dt_struct(tree);
	const uint32_t total = fdt_totalsize(tree);
	unsigned char *shorter;

	(void)state;
	for (uint32_t cut = 0; cut < size; cut++) {
		HEADER(fdt_set_size_dt_struct(bad, cut), BAD);
	}
	for (uint32_t cut = sizeof(struct fdt_header); cut < total; cut++) {
		shorter = malloc(cut);
		assert_non_null(shorter);
		memcpy(shorter, tree, cut);
		fdt_set_totalsize(shorter, cut);
		assert_int_equal(sequence_tree_check(shorter), BAD);
		free(shorter);
	}
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),    cmocka_unit_test(test_reservations),
		cmocka_unit_test(test_tags),      cmocka_unit_test(test_depth),
		cmocka_unit_test(test_parts),     cmocka_unit_test(test_between),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests_name("purgatory_check", tests, NULL, NULL);
}
