/* SPDX-License-Identifier: BSD-2-Clause */
/* flash_complete(): what a tree gets, what it keeps, and when the two contradict each other.
 */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "flash_complete.h"
#include "trees.h"

#define SPACE 4096

#define ROOT         "#address-cells = <2>; #size-cells = <2>; "
#define CPU(n, more) "cpu@" #n " { device_type = \"cpu\"; reg = <0x" #n ">; " more "}; "
#define CPUS(more)                                                                                 \
	ROOT "cpus { #address-cells = <1>; #size-cells = <0>; cpu-map { core0 { }; }; " CPU(       \
		100, more) CPU(0, more) CPU(1, more) "}; "
#define SPIN(word) "enable-method = \"spin-table\"; cpu-release-addr = <0 " #word ">; "
#define PSCI       "enable-method = \"psci\"; "
#define PSCI_NODE(compatible, method)                                                              \
	"firmware { odd { compatible = " compatible "; method = \"" method "\"; }; }; "

static const struct lethe_flash psci = {.cpus = LETHE_FLASH_PSCI,
					.flags = LETHE_FLASH_SECURE,
					.scratch = 0xe000000,
					.scratch_size = 0x40000};
static const struct lethe_flash open_psci = {
	.cpus = LETHE_FLASH_PSCI, .scratch = 0x40000, .scratch_size = 0x10000};
static const struct lethe_flash spin = {
	.cpus = LETHE_FLASH_SPIN_TABLE, .flags = LETHE_FLASH_SECURE, .spin_page = 0x180001000};
static const struct lethe_flash one = {.cpus = LETHE_FLASH_ONE, .flags = LETHE_FLASH_SECURE};

/* The tree of this text, completed, with so many bytes to spare. */
static void *complete(const char *nodes, const struct lethe_flash *flash, int space, int wanted)
{
	char text[16384];
	void *tree;
	int size;

	snprintf(text, sizeof(text), "/dts-v1/; / { %s };", nodes);
	tree = tree_open_text(text, space, &size);
	assert_int_equal(flash_complete(tree, flash), wanted);
	assert_int_equal(fdt_check_full(tree, (size_t)size), 0);
	return tree;
}

static void refuse(const char *nodes, const struct lethe_flash *flash, int wanted)
{
	free(complete(nodes, flash, SPACE, wanted));
}

/* The completed tree is that of another text, without what dtc sorts. */
static void same(const char *nodes, const struct lethe_flash *flash, const char *wanted)
{
	void *tree = complete(nodes, flash, SPACE, LETHE_OK);
	char text[16384];
	void *expected;

	snprintf(text, sizeof(text), "/dts-v1/; / { %s };", wanted);
	expected = tree_compile_text(text);
	tree_assert_same(tree, expected);
	free(expected);
	free(tree);
}

#define NEW_PSCI "psci { compatible = \"arm,psci-1.0\", \"arm,psci-0.2\"; method = \"smc\"; }; "

static void test_psci(void **state)
{
	(void)state;
	same(CPUS(""), &psci, CPUS(PSCI) NEW_PSCI);
	same(CPUS(PSCI), &psci, CPUS(PSCI) NEW_PSCI);
	same(CPUS("") PSCI_NODE("\"odd,one\", \"arm,psci-0.2\"", "smc"), &psci,
	     CPUS(PSCI) PSCI_NODE("\"odd,one\", \"arm,psci-0.2\"", "smc"));
	same(CPUS("") PSCI_NODE("\"arm,psci-1.0\"", "smc"), &psci,
	     CPUS(PSCI) PSCI_NODE("\"arm,psci-1.0\"", "smc"));
	/* An older name beside a newer one. */
	same(CPUS("") PSCI_NODE("\"arm,psci-0.2\", \"arm,psci\"", "smc"), &psci,
	     CPUS(PSCI) PSCI_NODE("\"arm,psci-0.2\", \"arm,psci\"", "smc"));
}

static void test_psci_contradicted(void **state)
{
	(void)state;
	refuse(CPUS(SPIN(0xd8)), &psci, LETHE_E_PLAN_CPUS);
	refuse(CPUS("enable-method = \"brcm,bcm2836-smp\"; "), &psci, LETHE_E_PLAN_CPUS);
	refuse(CPUS("enable-method = \"psc\"; "), &psci, LETHE_E_PLAN_CPUS);
	refuse(CPUS("") PSCI_NODE("\"arm,psci-1.0\"", "hvc"), &psci, LETHE_E_PLAN_CPUS);
	refuse(CPUS("") PSCI_NODE("\"arm,psci\"", "smc"), &psci, LETHE_E_PLAN_CPUS);
	refuse(ROOT, &psci, LETHE_E_TREE_BROKEN);
	refuse(ROOT "cpus { cpu-map { }; };", &psci, LETHE_E_TREE_BROKEN);
}

/* Scratch memory that Linux would use otherwise. */
static void test_psci_in_the_open(void **state)
{
	struct lethe_flash other = open_psci;
	void *tree;

	(void)state;
	same(CPUS(""), &open_psci,
	     CPUS(PSCI) NEW_PSCI
	     "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; "
	     "lethe@40000 { reg = <0 0x40000 0 0x10000>; no-map; }; };");
	same("#address-cells = <1>; #size-cells = <1>; cpus { cpu@0 { }; };", &open_psci,
	     "#address-cells = <1>; #size-cells = <1>; cpus { cpu@0 { " PSCI "}; }; " NEW_PSCI
	     "reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; "
	     "lethe@40000 { reg = <0x40000 0x10000>; no-map; }; };");
	/* Whatever waits there. */
	other.cpus = LETHE_FLASH_ONE;
	same(ROOT, &other,
	     ROOT "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; "
		  "lethe@40000 { reg = <0 0x40000 0 0x10000>; no-map; }; };");
	other.cpus = LETHE_FLASH_SPIN_TABLE;
	tree = complete(CPUS(""), &other, SPACE, LETHE_OK);
	assert_true(fdt_path_offset(tree, "/reserved-memory/lethe@40000") > 0);
	free(tree);
	/* The parent's cells count where there is one, and what is there stays. */
	same(CPUS("") "reserved-memory { #address-cells = <1>; #size-cells = <2>; ranges; a@0 { "
		      "reg = <0 0 1>; }; };",
	     &open_psci,
	     CPUS(PSCI) NEW_PSCI "reserved-memory { #address-cells = <1>; #size-cells = <2>; "
				 "ranges; a@0 { reg = <0 0 1>; }; "
				 "lethe@40000 { reg = <0x40000 0 0x10000>; no-map; }; };");
}

static void test_cells(void **state)
{
	struct lethe_flash far = open_psci;

	(void)state;
	far.scratch = 0xfedcba9876543000;
	same(CPUS(""), &far,
	     CPUS(PSCI) NEW_PSCI
	     "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges; "
	     "lethe@fedcba9876543000 { reg = <0xfedcba98 0x76543000 0 0x10000>; no-map; }; };");
	refuse(CPUS("") "reserved-memory { #address-cells = <1>; #size-cells = <1>; };", &far,
	       LETHE_E_TREE_CELLS);
	refuse(CPUS("") "reserved-memory { #address-cells = <3>; #size-cells = <1>; };", &far,
	       LETHE_E_TREE_CELLS);
	refuse(CPUS("") "reserved-memory { };", &open_psci, LETHE_E_TREE_CELLS);
	refuse(CPUS("") "reserved-memory { #address-cells = <3>; #size-cells = <1>; };", &open_psci,
	       LETHE_E_TREE_CELLS);
}

/* Twice is once. */
static void test_again(void **state)
{
	static const struct lethe_flash *const all[] = {&open_psci, &spin};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		void *tree = complete(CPUS(""), all[i], SPACE, LETHE_OK);
		void *before = tree_copy(tree);

		assert_int_equal(flash_complete(tree, all[i]), LETHE_OK);
		tree_assert_same(tree, before);
		assert_int_equal(fdt_num_mem_rsv(tree), i);
		free(before);
		free(tree);
	}
}

/* An entry of /memreserve/ that holds the page whole is enough. */
static void test_reserved_page(void **state)
{
	static const struct {
		uint64_t base, size;
		int count;
	} rows[] = {
		{0x180001000, 0x1000, 1},        {0x180000000, 0x2000, 1}, {0x180001000, 0xfff, 2},
		{0x180001001, 0x1000, 2},        {0x180000000, 0x1fff, 2}, {0x1000, 0x1000, 2},
		{0x1000, 0xfffffffffffff000, 1},
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *tree = complete(CPUS(""), &one, SPACE, LETHE_OK);

		assert_int_equal(fdt_add_mem_rsv(tree, rows[i].base, rows[i].size), 0);
		assert_int_equal(flash_complete(tree, &spin), LETHE_OK);
		assert_int_equal(fdt_num_mem_rsv(tree), rows[i].count);
		free(tree);
	}
}

/* Its page is not for the kernel. */
static void test_spin_table(void **state)
{
	uint64_t base, size;
	void *tree;

	(void)state;
	tree = complete(CPUS(""), &spin, SPACE, LETHE_OK);
	assert_int_equal(fdt_num_mem_rsv(tree), 1);
	assert_int_equal(fdt_get_mem_rsv(tree, 0, &base, &size), 0);
	assert_int_equal(base, 0x180001000);
	assert_int_equal(size, 0x1000);
	free(tree);
}

static const char *text_of(const void *tree, const char *path, const char *name)
{
	return fdt_getprop(tree, fdt_path_offset(tree, path), name, NULL);
}

static uint64_t word_of(const void *tree, const char *path)
{
	int size;
	const fdt64_t *word =
		fdt_getprop(tree, fdt_path_offset(tree, path), "cpu-release-addr", &size);

	assert_non_null(word);
	assert_int_equal(size, 8);
	return fdt64_ld(word);
}

/* The words are counted in the order of the tree, the boot CPU's included. */
static void test_spin_words(void **state)
{
	struct lethe_flash other = spin;
	void *tree;

	(void)state;
	tree = complete(CPUS(""), &spin, SPACE, LETHE_OK);
	assert_int_equal(word_of(tree, "/cpus/cpu@100"), 0x180001100);
	assert_null(text_of(tree, "/cpus/cpu@0", "enable-method"));
	assert_null(text_of(tree, "/cpus/cpu@0", "cpu-release-addr"));
	assert_string_equal(text_of(tree, "/cpus/cpu@1", "enable-method"), "spin-table");
	assert_int_equal(word_of(tree, "/cpus/cpu@1"), 0x180001180);
	assert_int_equal(fdt_path_offset(tree, "/psci"), -FDT_ERR_NOTFOUND);
	free(tree);
	/* Another CPU boots. */
	other.boot_cpu = 0x100;
	tree = complete(CPUS(""), &other, SPACE, LETHE_OK);
	assert_null(text_of(tree, "/cpus/cpu@100", "enable-method"));
	assert_int_equal(word_of(tree, "/cpus/cpu@0"), 0x180001140);
	free(tree);
	/* reg of two cells. */
	other.boot_cpu = 0x100000001;
	tree = complete(ROOT "cpus { #address-cells = <2>; #size-cells = <0>; cpu@0 { device_type "
			     "= \"cpu\"; reg = "
			     "<1 1>; }; core { device_type = \"cpu\"; reg = <0 1>; }; };",
			&other, SPACE, LETHE_OK);
	assert_null(text_of(tree, "/cpus/cpu@0", "enable-method"));
	assert_int_equal(word_of(tree, "/cpus/core"), 0x180001140);
	free(tree);
}

static void test_spin_words_of_the_tree(void **state)
{
	void *tree;

	(void)state;
	tree = complete(CPUS(SPIN(0xd8)), &spin, SPACE, LETHE_OK);
	assert_int_equal(word_of(tree, "/cpus/cpu@0"), 0xd8);
	assert_int_equal(word_of(tree, "/cpus/cpu@1"), 0xd8);
	free(tree);
	/* Half of it is there. */
	tree = complete(CPUS("enable-method = \"spin-table\"; "), &spin, SPACE, LETHE_OK);
	assert_int_equal(word_of(tree, "/cpus/cpu@1"), 0x180001180);
	free(tree);
	refuse(CPUS(PSCI), &spin, LETHE_E_PLAN_CPUS);
	refuse(CPUS("") PSCI_NODE("\"arm,psci-1.0\"", "smc"), &spin, LETHE_E_PLAN_CPUS);
	refuse(CPUS("") PSCI_NODE("\"arm,psci\"", "smc"), &spin, LETHE_E_PLAN_CPUS);
}

static void test_most_words(void **state)
{
	char text[8192];

	(void)state;
	for (unsigned int count = 32; count <= 33; count++) {
		size_t length = (size_t)snprintf(text, sizeof(text), "%s", ROOT "cpus { ");

		for (unsigned int i = 0; i < count; i++) {
			length += (size_t)snprintf(text + length, sizeof(text) - length,
						   "cpu@%x { reg = <%u>; }; ", i, i);
		}
		snprintf(text + length, sizeof(text) - length, "};");

		void *tree = complete(text, &spin, 2 * SPACE,
				      count == 32 ? LETHE_OK : LETHE_E_TREE_CELLS);

		assert_int_equal(word_of(tree, "/cpus/cpu@1f"), 0x1800018c0);
		free(tree);
	}
}

static void test_one(void **state)
{
	struct lethe_flash with_frequency = one;

	(void)state;
	same(CPUS(""), &one, CPUS(""));
	same(ROOT, &one, ROOT);
	with_frequency.frequency = 62500000;
	same(ROOT "timer { };", &with_frequency, ROOT "timer { clock-frequency = <62500000>; };");
	same(ROOT "timer { clock-frequency = <1>; };", &with_frequency,
	     ROOT "timer { clock-frequency = <1>; };");
	same(ROOT "timer { };", &one, ROOT "timer { };");
	same(ROOT, &with_frequency, ROOT);
}

/* With any space less than what it takes it says so, and the tree is sound. */
static void test_no_space(void **state)
{
	static const char nodes[] = CPUS("") "timer { };";
	struct lethe_flash all[] = {open_psci, spin, psci, one};

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		void *tree;
		int used;

		all[i].frequency = 1;
		tree = complete(nodes, &all[i], SPACE, LETHE_OK);
		used = (int)fdt_off_dt_strings(tree) + (int)fdt_size_dt_strings(tree);
		free(tree);
		tree = complete(nodes, &all[i], 0, LETHE_E_TREE_NOSPACE);
		used -= (int)fdt_totalsize(tree);
		free(tree);
		for (int space = 0; space < used; space += 4) {
			free(complete(nodes, &all[i], space, LETHE_E_TREE_NOSPACE));
		}
		free(complete(nodes, &all[i], (used + 3) / 4 * 4, LETHE_OK));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_psci),
		cmocka_unit_test(test_psci_contradicted),
		cmocka_unit_test(test_psci_in_the_open),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_reserved_page),
		cmocka_unit_test(test_spin_table),
		cmocka_unit_test(test_spin_words),
		cmocka_unit_test(test_spin_words_of_the_tree),
		cmocka_unit_test(test_most_words),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_no_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
