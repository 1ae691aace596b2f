/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_fdt_probe(), and the check under lethe_fdt_read(): faulty headers and structures.
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

#include "trees.h"

static void test_probe_refused(void **state)
{
	uint32_t size = 12345;
	void *tree = tree_compile("virt");
	uint32_t total = fdt_totalsize(tree);
	unsigned char *bad;

	(void)state;
	assert_int_equal(lethe_fdt_probe((unsigned char *)tree + 2, &size), LETHE_E_TREE_ALIGN);
	assert_int_equal(size, 12345);

#define REFUSED(edit, status)                                                                      \
	do {                                                                                       \
		bad = tree_copy(tree);                                                             \
		edit;                                                                              \
		assert_int_equal(lethe_fdt_probe(bad, &size), (status));                           \
		free(bad);                                                                         \
	} while (0)
	REFUSED(fdt_set_magic(bad, FDT_MAGIC + 1), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_magic(bad, ~FDT_MAGIC), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_totalsize(bad, LETHE_FDT_MAX + 1), LETHE_E_TREE_SIZE);
	REFUSED(fdt_set_totalsize(bad, 0xfffffff8), LETHE_E_TREE_SIZE);
	REFUSED(fdt_set_totalsize(bad, 39), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_totalsize(bad, total - 1), LETHE_E_TREE_HEADER);
	REFUSED((fdt_set_version(bad, 15), fdt_set_last_comp_version(bad, 15)),
		LETHE_E_TREE_HEADER);
	REFUSED((fdt_set_version(bad, 18), fdt_set_last_comp_version(bad, 18)),
		LETHE_E_TREE_HEADER);
	REFUSED((fdt_set_version(bad, 16), fdt_set_last_comp_version(bad, 17)),
		LETHE_E_TREE_HEADER);
	/* blocks inside the header */
	REFUSED(fdt_set_off_mem_rsvmap(bad, 32), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_struct(bad, 36), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_strings(bad, 39), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_struct(bad, fdt_off_dt_struct(bad) + 2), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_mem_rsvmap(bad, fdt_off_mem_rsvmap(bad) + 4), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_mem_rsvmap(bad, total + 8), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_struct(bad, 0xfffffffc), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_size_dt_struct(bad, 0xfffffffc), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_strings(bad, total + 1), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_size_dt_strings(bad, total), LETHE_E_TREE_HEADER);
	/* the limit itself is allowed; only the first 40 bytes are read */
	REFUSED(fdt_set_totalsize(bad, LETHE_FDT_MAX), LETHE_OK);
	assert_int_equal(size, LETHE_FDT_MAX);
#undef REFUSED
	free(tree);
}

/*
 * Every shorter structure block lacks the end tag, and must be refused, at any tag.
 */
static void test_truncated(void **state)
{
	void *tree = tree_compile("virt");
	uint32_t size = fdt_size_dt_struct(tree);
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	uint32_t cut;

	(void)state;
	for (cut = 0; cut < size; cut++) {
		fdt_set_size_dt_struct(tree, cut);
		assert_int_equal(lethe_fdt_read(tree, &facts, &where), LETHE_E_TREE_BROKEN);
		assert_string_equal(where.name, "structure block");
	}
	free(tree);
}

static int read_tags(const uint32_t *tags, uint32_t count, const char *strings,
		     uint32_t strings_size)
{
	void *tree = tree_from_tags(tags, count, strings, strings_size);
	struct lethe_fdt_facts facts;
	int status = lethe_fdt_read(tree, &facts, NULL);

	free(tree);
	return status;
}

#define BEGIN     FDT_BEGIN_NODE, 0x61000000 /* "a" */
#define ROOT      FDT_BEGIN_NODE, 0
#define TAGS(...) (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4

static void test_tags(void **state)
{
	(void)state;
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_END), "", 1), LETHE_OK);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_NOP, FDT_END_NODE, FDT_NOP, FDT_END), "", 1),
			 LETHE_OK);
	assert_int_equal(
		read_tags(TAGS(ROOT, BEGIN, FDT_END_NODE, FDT_END_NODE, FDT_END, 77), "", 1),
		LETHE_OK);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_OK);
	assert_int_equal(
		read_tags(TAGS(ROOT, FDT_PROP, 3, 0, 0x61620000, FDT_END_NODE, FDT_END), "x", 2),
		LETHE_OK);

	/* empty, no root, no end, too many ends, an unknown tag */
	assert_int_equal(read_tags(TAGS(FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(FDT_NOP, FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, BEGIN, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, 5, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, ROOT, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_END_NODE, BEGIN, BEGIN,
					FDT_END_NODE, FDT_END),
				   "", 1),
			 LETHE_E_TREE_BROKEN);
	/* where libfdt's edits would not find the root */
	assert_int_equal(read_tags(TAGS(FDT_NOP, ROOT, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);

	/* properties: outside, after a subnode, too long, without a name */
	assert_int_equal(read_tags(TAGS(FDT_PROP, 0, 0, ROOT, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_PROP, 0, 0, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(
		read_tags(TAGS(ROOT, BEGIN, FDT_END_NODE, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END),
			  "x", 2),
		LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 9, 0, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(
		read_tags(TAGS(ROOT, FDT_PROP, 0xffffffff, 0, FDT_END_NODE, FDT_END), "x", 2),
		LETHE_E_TREE_BROKEN);
	assert_int_equal(
		read_tags(TAGS(ROOT, FDT_PROP, 0xfffffff4, 0, FDT_END_NODE, FDT_END), "x", 2),
		LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 2, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(
		read_tags(TAGS(ROOT, FDT_PROP, 0, 0xffffffff, FDT_END_NODE, FDT_END), "x", 2),
		LETHE_E_TREE_BROKEN);
	/* a name that runs out of the strings block */
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 2, FDT_END_NODE, FDT_END), "x\0y", 3),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END), "x", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END), "x\0y", 3),
			 LETHE_OK);
	/* a node's name that runs out of the structure block */
	assert_int_equal(read_tags(TAGS(ROOT, FDT_BEGIN_NODE, 0x61616161), "", 1),
			 LETHE_E_TREE_BROKEN);
}

static void test_depth(void **state)
{
	uint32_t tags[3 * 65 + 1];
	uint32_t depth;
	uint32_t i;

	(void)state;
	for (depth = 64; depth <= 65; depth++) {
		for (i = 0; i < depth; i++) {
			tags[2 * i] = FDT_BEGIN_NODE;
			tags[2 * i + 1] = i == 0 ? 0 : 0x61000000;
			tags[2 * depth + i] = FDT_END_NODE;
		}
		tags[3 * depth] = FDT_END;
		assert_int_equal(read_tags(tags, 3 * depth + 1, "", 1),
				 depth == 64 ? LETHE_OK : LETHE_E_TREE_BROKEN);
	}
}

static void test_reservations_unterminated(void **state)
{
	void *tree = tree_compile("virt");
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	unsigned char *bad;
	uint32_t size = fdt_totalsize(tree);

	(void)state;
	/* at the end of the tree, without a terminator, whole or cut in the middle of an entry */
	bad = malloc(size + 64);
	assert_non_null(bad);
	memcpy(bad, tree, size);
	size = (size + 7) & ~7U;
	memset(bad + size, 0x11, 32);
	fdt_set_off_mem_rsvmap(bad, size);
	fdt_set_totalsize(bad, size + 32);
	assert_int_equal(lethe_fdt_read(bad, &facts, &where), LETHE_E_TREE_BROKEN);
	assert_string_equal(where.name, "memory reservation block");
	memset(bad + size + 16, 0, 15);
	fdt_set_totalsize(bad, size + 31);
	assert_int_equal(lethe_fdt_read(bad, &facts, &where), LETHE_E_TREE_BROKEN);
	fdt_set_totalsize(bad, size);
	assert_int_equal(lethe_fdt_read(bad, &facts, &where), LETHE_E_TREE_BROKEN);
	free(bad);
	free(tree);
}

/* Version 16 does not state the length of the structure block. */
static void test_version_16(void **state)
{
	void *tree = tree_compile("virt");
	uint32_t size = fdt_size_dt_struct(tree);
	struct lethe_fdt_facts facts;

	(void)state;
	fdt_set_version(tree, 16);
	fdt_set_size_dt_struct(tree, 0xdeadbeef);
	assert_int_equal(lethe_fdt_read(tree, &facts, NULL), LETHE_OK);
	assert_int_equal(facts.structure_size, size);
	assert_int_equal(facts.cpu_count, 2);
	free(tree);
}

/* So when the end is missing, the end of the tree must do. */
static void test_version_16_endless(void **state)
{
	void *tree = tree_compile("virt");
	unsigned char *relaid = tree_relay(tree, 1); /* the structure block comes last */
	uint32_t end = fdt_off_dt_struct(relaid) + fdt_size_dt_struct(relaid);
	struct lethe_fdt_facts facts;

	(void)state;
	fdt_set_version(relaid, 16);
	fdt_set_size_dt_struct(relaid, 0xdeadbeef);
	assert_int_equal(lethe_fdt_read(relaid, &facts, NULL), LETHE_OK);
	memset(relaid + end - 4, 0, fdt_totalsize(relaid) - end + 4);
	for (end -= 4; end + 4 <= fdt_totalsize(relaid); end += 4) {
		relaid[end + 3] = FDT_NOP;
	}
	assert_int_equal(lethe_fdt_read(relaid, &facts, NULL), LETHE_E_TREE_BROKEN);
	free(relaid);
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe_refused),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_reservations_unterminated),
		cmocka_unit_test(test_version_16),
		cmocka_unit_test(test_version_16_endless),
	};

	return cmocka_run_group_tests_name("fdt_check", tests, NULL, NULL);
}
