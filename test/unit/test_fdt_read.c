/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_tree_probe(), lethe_tree_read(): right trees in all six orders of their blocks, and wrong ones. */

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

static void read_as(const char *name, struct lethe_tree_facts *facts)
{
	void *tree = tree_compile(name);
	uint32_t size = 0;
	unsigned int order;
	void *relaid;

	assert_int_equal(lethe_tree_probe(tree, &size), LETHE_OK);
	assert_int_equal(size, fdt_totalsize(tree));
	assert_int_equal(lethe_tree_read(tree, facts, NULL), LETHE_OK);
	assert_int_equal(facts->total_size, size);
	/* dtc leaves no gap but the alignment of the reservations */
	assert_int_equal(facts->used_size, size);
	assert_int_equal(facts->structure_size, fdt_size_dt_struct(tree));

	for (order = 0; order < TREE_ORDERS; order++) {
		struct lethe_tree_facts again;
		const char *bootargs = facts->bootargs;

		relaid = tree_relay(tree, order);
		assert_int_equal(lethe_tree_read(relaid, &again, NULL), LETHE_OK);
		assert_int_equal(again.total_size, fdt_totalsize(relaid));
		assert_int_equal(again.bootargs != NULL, bootargs != NULL);
		if (bootargs != NULL) {
			assert_string_equal(again.bootargs, bootargs);
		}
		again.total_size = facts->total_size;
		again.bootargs = facts->bootargs;
		assert_memory_equal(&again, facts, sizeof(again));
		free(relaid);
	}
	/* the strings must outlive the tree for the caller's comparison */
	facts->bootargs = facts->bootargs != NULL ? strdup(facts->bootargs) : NULL;
	free(tree);
}

static void free_facts(struct lethe_tree_facts *facts)
{
	free((void *)(uintptr_t)facts->bootargs);
}

static void test_virt(void **state)
{
	struct lethe_tree_facts facts;

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
	assert_int_equal(facts.boot_count, 0);
	free_facts(&facts);
}

static void test_bare(void **state)
{
	struct lethe_tree_facts facts;

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
	struct lethe_tree_facts facts;

	(void)state;
	read_as("stub", &facts);
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_start, 0x130000000);
	assert_int_equal(facts.initrd_end, 0x132345678);
	assert_int_equal(facts.efi_mmap, 0x13c1a2018);
	assert_int_equal(facts.efi_mmap_size, 0x1230);
	assert_int_equal(facts.efi_desc_size, 48);
	assert_false(facts.has_memory);
	assert_int_equal(facts.psci, LETHE_PSCI_NONE);
	free_facts(&facts);
}

static void test_crash(void **state)
{
	struct lethe_tree_facts facts;

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
	struct lethe_tree_facts facts;

	(void)state;
	read_as("cpus", &facts);
	/* 0, 1, 2 and ok-too by device_type, 5 by its name and enable-method */
	assert_int_equal(facts.cpu_count, 5);
	assert_int_equal(facts.psci, LETHE_PSCI_SMC);
	assert_false(facts.has_gic_v3);
}

static void test_cells1(void **state)
{
	struct lethe_tree_facts facts;

	(void)state;
	read_as("cells1", &facts);
	assert_true(facts.has_memory);
	assert_false(facts.has_initrd);
}

/* Reads the body of a /chosen (or of the root) from text. */
static int read_text(const char *root, const char *chosen, struct lethe_tree_facts *facts,
		     struct lethe_where *where)
{
	char text[2048];
	void *tree;
	int status;

	snprintf(text, sizeof(text), "/dts-v1/; / { %s chosen { %s }; };", root, chosen);
	tree = tree_compile_text(text);
	memset(where, 0, sizeof(*where));
	status = lethe_tree_read(tree, facts, where);
	facts->bootargs = NULL;
	free(tree);
	return status;
}

static void assert_chosen_refused(const char *root, const char *chosen, int status,
				  const char *name)
{
	struct lethe_tree_facts facts;
	struct lethe_where where;

	assert_int_equal(read_text(root, chosen, &facts, &where), status);
	assert_int_equal(where.what, LETHE_WHAT_TREE);
	assert_string_equal(where.name, name);
}

static void test_chosen_refused(void **state)
{
	static const char cells[] = "#address-cells = <2>; #size-cells = <2>;";

	(void)state;
	assert_chosen_refused("", "linux,initrd-start = <0 1 2>;", LETHE_E_TREE_BROKEN,
			      "linux,initrd-start");
	assert_chosen_refused("", "linux,initrd-start;", LETHE_E_TREE_BROKEN, "linux,initrd-start");
	assert_chosen_refused("", "linux,initrd-end = [01 02 03];", LETHE_E_TREE_BROKEN,
			      "linux,initrd-end");
	assert_chosen_refused("", "bootargs = [71 75 69 65 74];", LETHE_E_TREE_BROKEN, "bootargs");
	assert_chosen_refused(cells, "linux,usable-memory-range = <0 1 0>;", LETHE_E_TREE_BROKEN,
			      "linux,usable-memory-range");
	assert_chosen_refused(cells, "linux,usable-memory-range = <0 1 0 1 0>;", LETHE_E_TREE_BROKEN,
			      "linux,usable-memory-range");
	assert_chosen_refused("#address-cells = <3>; #size-cells = <1>;",
			      "linux,usable-memory-range = <1 0 0 1>;", LETHE_E_TREE_CELLS,
			      "linux,usable-memory-range");
	assert_chosen_refused("#address-cells = <0>; #size-cells = <0>;",
			      "linux,usable-memory-range = <1 1>;", LETHE_E_TREE_CELLS,
			      "linux,usable-memory-range");
	assert_chosen_refused(cells, "linux,usable-memory-range = <0xffffffff 0xfffff000 0 0x1000>;",
			      LETHE_E_TREE_CELLS, "linux,usable-memory-range");
	assert_chosen_refused("#address-cells = <5>; memory { device_type = \"memory\"; "
			      "reg = <0 0 0 0 1 1>; };", "", LETHE_E_TREE_CELLS, "memory");
	assert_chosen_refused("#address-cells = [01]; memory { device_type = \"memory\"; "
			      "reg = <0 1>; };", "", LETHE_E_TREE_CELLS, "memory");
}

static void test_chosen_edges(void **state)
{
	struct lethe_tree_facts facts;
	struct lethe_where where;

	(void)state;
	/* one end only, or nothing between the two: none */
	assert_int_equal(read_text("", "linux,initrd-start = <1>;", &facts, &where), 0);
	assert_false(facts.has_initrd);
	assert_int_equal(read_text("", "linux,initrd-end = <1>;", &facts, &where), 0);
	assert_false(facts.has_initrd);
	assert_int_equal(read_text("", "linux,initrd-start = <8>; linux,initrd-end = <0 8>;", &facts,
				   &where), 0);
	assert_false(facts.has_initrd);
	/* the two need not be equally long */
	assert_int_equal(read_text("", "linux,initrd-start = <8>; linux,initrd-end = <1 0>;", &facts,
				   &where), 0);
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_start, 8);
	assert_int_equal(facts.initrd_end, 0x100000000);
	/* inside out is told as it is */
	assert_int_equal(read_text("", "linux,initrd-start = <9>; linux,initrd-end = <8>;", &facts,
				   &where), 0);
	assert_true(facts.has_initrd);
	assert_int_equal(facts.initrd_end, 8);

	/* any of the four UEFI properties missing, or not a number: no map */
	assert_int_equal(read_text("", "linux,uefi-mmap-start = <0 1>; linux,uefi-mmap-size = <2>; "
				   "linux,uefi-mmap-desc-size = <3>;", &facts, &where), 0);
	assert_int_equal(facts.efi_mmap, 0);
	assert_int_equal(read_text("", "linux,uefi-mmap-start = <0 1>; linux,uefi-mmap-size = <2>; "
				   "linux,uefi-mmap-desc-size = <3>; linux,uefi-mmap-desc-ver;",
				   &facts, &where), 0);
	assert_int_equal(facts.efi_mmap, 0);
	assert_int_equal(read_text("", "linux,uefi-mmap-start = <5>; linux,uefi-mmap-size = <0 2>; "
				   "linux,uefi-mmap-desc-size = <3>; linux,uefi-mmap-desc-ver = <1>;",
				   &facts, &where), 0);
	assert_int_equal(facts.efi_mmap, 5);
	assert_int_equal(facts.efi_mmap_size, 2);
	assert_int_equal(facts.efi_desc_size, 3);
	/* a size that 32 bits do not hold is not cut */
	assert_int_equal(read_text("", "linux,uefi-mmap-start = <5>; linux,uefi-mmap-size = <1 2>; "
				   "linux,uefi-mmap-desc-size = <3>; linux,uefi-mmap-desc-ver = <1>;",
				   &facts, &where), 0);
	assert_int_equal(facts.efi_mmap, 0);

	/* the root's defaults are 2 and 1; empty entries are none; of three the first two */
	assert_int_equal(read_text("", "linux,usable-memory-range = <1 0 7>, <0 0 0>, <2 0 8>, <3 0 9>;",
				   &facts, &where), 0);
	assert_int_equal(facts.usable_count, 2);
	assert_int_equal(facts.usable_base[1], 0x200000000);
	assert_int_equal(facts.usable_size[1], 8);
	assert_int_equal(read_text("", "linux,usable-memory-range;", &facts, &where), 0);
	assert_int_equal(facts.usable_count, 0);

	/* there twice: the first, which is the one that Linux reads and libfdt edits */
	assert_int_equal(read_text("", "linux,initrd-start = <1>; linux,initrd-end = <3>; "
				   "linux,initrd-start = <2>; linux,initrd-end = <4>; "
				   "linux,usable-memory-range = <0 5 6>; linux,usable-memory-range; "
				   "lethe { boot-count = <7>; boot-count = <8>; };", &facts, &where), 0);
	assert_int_equal(facts.initrd_start, 1);
	assert_int_equal(facts.initrd_end, 3);
	assert_int_equal(facts.usable_count, 1);
	assert_int_equal(facts.usable_base[0], 5);
	assert_int_equal(facts.boot_count, 7);

	assert_int_equal(read_text("", "bootargs;", &facts, &where), 0);
	assert_int_equal(read_text("", "lethe { boot-count = <0 1>; };", &facts, &where), 0);
	assert_int_equal(facts.boot_count, 0);
	assert_int_equal(read_text("", "other { boot-count = <9>; };", &facts, &where), 0);
	assert_int_equal(facts.boot_count, 0);
	assert_int_equal(read_text("lethe { boot-count = <9>; };", "", &facts, &where), 0);
	assert_int_equal(facts.boot_count, 0);

	/* memory: empty, of another type, below another node */
	assert_int_equal(read_text("memory@0 { device_type = \"memory\"; reg = <0 0 0>; };", "", &facts,
				   &where), 0);
	assert_false(facts.has_memory);
	assert_int_equal(read_text("memory@0 { reg = <0 0 1>; };", "", &facts, &where), 0);
	assert_false(facts.has_memory);
	assert_int_equal(read_text("bus { memory@0 { device_type = \"memory\"; reg = <0 0 1>; }; };", "",
				   &facts, &where), 0);
	assert_false(facts.has_memory);
	assert_int_equal(read_text("memory@0 { reg = <0 0 0>, <0 0 1>; device_type = \"memory\"; };", "",
				   &facts, &where), 0);
	assert_true(facts.has_memory);
	assert_int_equal(read_text("memory@0 { reg = <0 0 1>; device_type = \"memory\"; "
				   "status = \"\"; };", "", &facts, &where), 0);
	assert_false(facts.has_memory);
}

static void test_probe_refused(void **state)
{
	uint32_t size = 12345;
	void *tree = tree_compile("virt");
	uint32_t total = fdt_totalsize(tree);
	unsigned char *bad;

	(void)state;
	assert_int_equal(lethe_tree_probe((unsigned char *)tree + 4, &size), LETHE_E_TREE_ALIGN);
	assert_int_equal(size, 12345);

#define REFUSED(edit, status) \
	do { \
		bad = tree_copy(tree); \
		edit; \
		assert_int_equal(lethe_tree_probe(bad, &size), (status)); \
		free(bad); \
	} while (0)
	REFUSED(fdt_set_magic(bad, FDT_MAGIC + 1), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_magic(bad, ~FDT_MAGIC), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_totalsize(bad, LETHE_TREE_MAX + 1), LETHE_E_TREE_SIZE);
	REFUSED(fdt_set_totalsize(bad, 0xfffffff8), LETHE_E_TREE_SIZE);
	REFUSED(fdt_set_totalsize(bad, 39), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_totalsize(bad, total - 1), LETHE_E_TREE_HEADER);
	REFUSED((fdt_set_version(bad, 15), fdt_set_last_comp_version(bad, 15)), LETHE_E_TREE_HEADER);
	REFUSED((fdt_set_version(bad, 18), fdt_set_last_comp_version(bad, 18)), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_struct(bad, fdt_off_dt_struct(bad) + 2), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_mem_rsvmap(bad, fdt_off_mem_rsvmap(bad) + 4), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_mem_rsvmap(bad, total + 8), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_struct(bad, 0xfffffffc), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_size_dt_struct(bad, 0xfffffffc), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_off_dt_strings(bad, total + 1), LETHE_E_TREE_HEADER);
	REFUSED(fdt_set_size_dt_strings(bad, total), LETHE_E_TREE_HEADER);
	/* the limit itself is allowed; the first 40 bytes are all that is looked at */
	REFUSED(fdt_set_totalsize(bad, LETHE_TREE_MAX), LETHE_OK);
	assert_int_equal(size, LETHE_TREE_MAX);
#undef REFUSED
	free(tree);
}

/* Every shorter structure block lacks its end: each must be refused, at whatever tag it breaks off. */
static void test_truncated(void **state)
{
	void *tree = tree_compile("virt");
	uint32_t size = fdt_size_dt_struct(tree);
	struct lethe_tree_facts facts;
	struct lethe_where where;
	uint32_t cut;

	(void)state;
	for (cut = 0; cut < size; cut++) {
		fdt_set_size_dt_struct(tree, cut);
		assert_int_equal(lethe_tree_read(tree, &facts, &where), LETHE_E_TREE_BROKEN);
		assert_string_equal(where.name, "structure block");
	}
	free(tree);
}

/* A tree from bare tags: words of the structure block, and strings. */
static int read_tags(const uint32_t *tags, uint32_t count, const char *strings, uint32_t strings_size)
{
	uint32_t structure = sizeof(struct fdt_header) + 16;
	uint32_t total = structure + count * 4 + strings_size;
	struct lethe_tree_facts facts;
	unsigned char *tree = calloc(1, total);
	fdt32_t word;
	uint32_t i;
	int status;

	assert_non_null(tree);
	for (i = 0; i < count; i++) {
		word = cpu_to_fdt32(tags[i]);
		memcpy(tree + structure + i * 4, &word, 4);
	}
	memcpy(tree + structure + count * 4, strings, strings_size);
	fdt_set_magic(tree, FDT_MAGIC);
	fdt_set_totalsize(tree, total);
	fdt_set_off_mem_rsvmap(tree, sizeof(struct fdt_header));
	fdt_set_off_dt_struct(tree, structure);
	fdt_set_size_dt_struct(tree, count * 4);
	fdt_set_off_dt_strings(tree, structure + count * 4);
	fdt_set_size_dt_strings(tree, strings_size);
	fdt_set_version(tree, 17);
	fdt_set_last_comp_version(tree, 16);
	status = lethe_tree_read(tree, &facts, NULL);
	free(tree);
	return status;
}

#define BEGIN	FDT_BEGIN_NODE, 0x61000000	/* "a" */
#define ROOT	FDT_BEGIN_NODE, 0
#define TAGS(...)	(const uint32_t[]) { __VA_ARGS__ }, \
			sizeof((const uint32_t[]) { __VA_ARGS__ }) / 4

static void test_tags(void **state)
{
	(void)state;
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_END), "", 1), LETHE_OK);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_NOP, FDT_END_NODE, FDT_NOP, FDT_END), "", 1), LETHE_OK);
	assert_int_equal(read_tags(TAGS(ROOT, BEGIN, FDT_END_NODE, FDT_END_NODE, FDT_END, 77), "", 1),
			 LETHE_OK);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END), "x", 2), LETHE_OK);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 3, 0, 0x61620000, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_OK);

	/* nothing, no root, no end, too many ends, a tag that is none */
	assert_int_equal(read_tags(TAGS(FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(FDT_NOP, FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, BEGIN, FDT_END_NODE, FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, 5, FDT_END_NODE, FDT_END), "", 1), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, ROOT, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_END_NODE, BEGIN, BEGIN, FDT_END_NODE,
					FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);
	/* where libfdt's edits would not find the root */
	assert_int_equal(read_tags(TAGS(FDT_NOP, ROOT, FDT_END_NODE, FDT_END), "", 1),
			 LETHE_E_TREE_BROKEN);

	/* properties: outside, after a subnode, too long, without a name */
	assert_int_equal(read_tags(TAGS(FDT_PROP, 0, 0, ROOT, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_END_NODE, FDT_PROP, 0, 0, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, BEGIN, FDT_END_NODE, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END),
				   "x", 2), LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 9, 0, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0xffffffff, 0, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0xfffffff4, 0, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 2, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0xffffffff, FDT_END_NODE, FDT_END), "x", 2),
			 LETHE_E_TREE_BROKEN);
	/* a name that runs out of the strings block */
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 2, FDT_END_NODE, FDT_END), "x\0y", 3),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END), "x", 1),
			 LETHE_E_TREE_BROKEN);
	assert_int_equal(read_tags(TAGS(ROOT, FDT_PROP, 0, 0, FDT_END_NODE, FDT_END), "x\0y", 3),
			 LETHE_OK);
	/* a node's name that runs out of the structure block */
	assert_int_equal(read_tags(TAGS(ROOT, FDT_BEGIN_NODE, 0x61616161), "", 1), LETHE_E_TREE_BROKEN);
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
	struct lethe_tree_facts facts;
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
	assert_int_equal(lethe_tree_read(bad, &facts, &where), LETHE_E_TREE_BROKEN);
	assert_string_equal(where.name, "memory reservation block");
	memset(bad + size + 16, 0, 15);
	fdt_set_totalsize(bad, size + 31);
	assert_int_equal(lethe_tree_read(bad, &facts, &where), LETHE_E_TREE_BROKEN);
	fdt_set_totalsize(bad, size);
	assert_int_equal(lethe_tree_read(bad, &facts, &where), LETHE_E_TREE_BROKEN);
	free(bad);
	free(tree);
}

/* Version 16 does not say how long its structure block is. */
static void test_version_16(void **state)
{
	void *tree = tree_compile("virt");
	uint32_t size = fdt_size_dt_struct(tree);
	struct lethe_tree_facts facts;

	(void)state;
	fdt_set_version(tree, 16);
	fdt_set_size_dt_struct(tree, 0xdeadbeef);
	assert_int_equal(lethe_tree_read(tree, &facts, NULL), LETHE_OK);
	assert_int_equal(facts.structure_size, size);
	assert_int_equal(facts.cpu_count, 2);
	free(tree);
}

/* So when the end is missing, the end of the tree must do. */
static void test_version_16_endless(void **state)
{
	void *tree = tree_compile("virt");
	unsigned char *relaid = tree_relay(tree, 1);	/* the structure block comes last */
	uint32_t end = fdt_off_dt_struct(relaid) + fdt_size_dt_struct(relaid);
	struct lethe_tree_facts facts;

	(void)state;
	fdt_set_version(relaid, 16);
	fdt_set_size_dt_struct(relaid, 0xdeadbeef);
	assert_int_equal(lethe_tree_read(relaid, &facts, NULL), LETHE_OK);
	memset(relaid + end - 4, 0, fdt_totalsize(relaid) - end + 4);
	for (end -= 4; end + 4 <= fdt_totalsize(relaid); end += 4) {
		relaid[end + 3] = FDT_NOP;
	}
	assert_int_equal(lethe_tree_read(relaid, &facts, NULL), LETHE_E_TREE_BROKEN);
	free(relaid);
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virt),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_cells1),
		cmocka_unit_test(test_chosen_refused),
		cmocka_unit_test(test_chosen_edges),
		cmocka_unit_test(test_probe_refused),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_reservations_unterminated),
		cmocka_unit_test(test_version_16),
		cmocka_unit_test(test_version_16_endless),
	};

	return cmocka_run_group_tests_name("fdt_read", tests, NULL, NULL);
}
