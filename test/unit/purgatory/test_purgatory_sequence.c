/* SPDX-License-Identifier: BSD-2-Clause */
/* purgatory.c's own stages, around the tree: each field read, and each early end. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "tree_reference.h"
#include "trees.h"

/* Gaps between blocks and slack behind them; another order than libfdt's is no tree to the
 * purgatory. */
static void test_orders(void **state)
{
	void *tree = tree_compile_text(TOP PSCI ODD "chosen { x { }; " OLD " }; };");
	void *relaid;
	unsigned int i;

	(void)state;
	for (i = 0; i < TREE_ORDERS; i++) {
		relaid = tree_relay(tree, i);
		if (i == 0) {
			free(expect_boot(relaid, 0, 42));
		} else {
			expect_passed(relaid, LETHE_OK);
		}
		free(relaid);
	}
	free(tree);
}

static void test_no_chosen(void **state)
{
	void *tree = tree_compile_text(TOP PSCI ODD "z { chosen { }; }; };");

	(void)state;
	expect_passed(tree, LETHE_E_TREE_NOSPACE);
	free(tree);
	/* no conduit, which would need /chosen; no console */
	tree = tree_compile_text("/dts-v1/; / { a; };");
	expect_passed(tree, LETHE_E_TREE_NOSPACE);
	reference_sink = 0x9000000;
	expect_passed(tree, LETHE_E_TREE_NOSPACE);
	reference_sink = 0;
	free(tree);
}

#define UART                                                                                       \
	"#size-cells = <1>; aliases { s = \"/uart\"; }; uart { compatible = \"arm,pl011\"; "       \
	"reg = <0 0x9000000 0x1000>; };"

/* The tree's console, if also kexec's; the conduit. */
static void test_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t sink;
		int consoles;
		enum lethe_psci psci;
	} rows[] = {
		{TOP UART PSCI "chosen { stdout-path = \"s:9600\"; }; };", 0x9000000, 1,
		 LETHE_PSCI_SMC},
		{TOP UART PSCI "chosen { stdout-path = \"/uart\"; }; };", 0x9000000, 1,
		 LETHE_PSCI_SMC},
		{TOP UART PSCI "chosen { stdout-path = \"s\"; }; };", 0x9001000, 0, LETHE_PSCI_SMC},
		{TOP UART PSCI "chosen { stdout-path = \"s\"; }; };", 0, 0, LETHE_PSCI_SMC},
		{TOP UART "chosen { stdout-path = \"t\"; }; };", 0x9000000, 0, LETHE_PSCI_NONE},
		{TOP UART "chosen { }; };", 0x9000000, 0, LETHE_PSCI_NONE},
		/* an alias of none */
		{TOP "chosen { stdout-path = \"s\"; }; };", 0x9000000, 0, LETHE_PSCI_NONE},
		{TOP "chosen { }; f { psci { compatible = \"arm,psci\"; method = \"hvc\"; }; }; };",
		 0, 0, LETHE_PSCI_HVC},
	};
	void *tree;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tree = tree_compile_text(rows[i].text);
		reference_sink = rows[i].sink;
		free(expect_boot(tree, 0, 1));
		assert_int_equal(sequence_log.consoles, rows[i].consoles);
		assert_int_equal(sequence_log.psci, rows[i].psci);
		free(tree);
	}
	reference_sink = 0;
}

/* A region whose bytes differ from the loaded bytes. */
static void test_stops(void **state)
{
	void *tree = tree_compile_text(TOP PSCI "chosen { }; };");
	struct boot about = {.bytes = tree,
			     .size = fdt_totalsize(tree),
			     .pages = 1,
			     .seen = fdt_totalsize(tree)};
	const struct lethe_context *ctx;
	struct region region;

	(void)state;
	ctx = boot_begin(&region, &about);
	assert_int_equal(sequence_run(), LETHE_E_DIGEST);
	assert_int_equal(sequence_log.failed, 1);
	assert_int_equal(sequence_log.where.what, LETHE_WHAT_SEGMENT);
	assert_string_equal(sequence_log.where.name, "regions");
	assert_true(sequence_log.progress >= 2); /* each region has one at least */
	/* by then the tree's word for the conduit was taken: the policy is a reset */
	assert_int_equal(sequence_log.psci, LETHE_PSCI_SMC);
	assert_ptr_equal((void *)ctx->placement.tree.start, region.bytes);
	boot_end(&region);

	/* A size beyond the region: no byte of the tree is read. */
	about.is_sealed = 1;
	about.seen = 8;
	fdt_set_totalsize(tree, 0x1001);
	ctx = boot_begin(&region, &about);
	assert_int_equal(sequence_run(), LETHE_OK);
	assert_ptr_equal((void *)ctx->placement.tree.start, region.bytes);
	assert_int_equal(sequence_log.psci, LETHE_PSCI_NONE);
	boot_end(&region);
	free(tree);
}

/* The tree is read only at kexec's offset, where the header is aligned and in one page. */
static void test_align(void **state)
{
	static const uint64_t ats[] = {1, 2, 4, 8, 16, 0x800, 0xff8, 0xfff, 0x1000};
	void *tree = tree_compile_text(TOP PSCI "chosen { }; };");
	struct boot about = {
		.bytes = tree, .size = fdt_totalsize(tree), .pages = 2, .is_sealed = 1};
	const struct lethe_context *ctx;
	struct region region;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(ats) / sizeof(ats[0]); i++) {
		about.at = ats[i];
		about.seen = ats[i] == 0x1000 ? 0x1000 + about.size : 0;
		ctx = boot_begin(&region, &about);
		assert_int_equal(sequence_run(), LETHE_OK);
		assert_int_equal((uint64_t)region.bytes + about.at == ctx->placement.tree.start,
				 about.seen == 0);
		assert_int_equal(sequence_log.psci,
				 about.seen == 0 ? LETHE_PSCI_NONE : LETHE_PSCI_SMC);
		boot_end(&region);
	}
	free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),    cmocka_unit_test(test_read),
		cmocka_unit_test(test_no_chosen), cmocka_unit_test(test_stops),
		cmocka_unit_test(test_align),
	};

	return cmocka_run_group_tests_name("purgatory_sequence", tests, NULL, NULL);
}
