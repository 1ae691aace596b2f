/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_hold_describe(): what the payload's tree says of its CPUs; lethe_hold_handoff(). */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <lethe/handoff.h>

#include "hold/slots.h"
#include "monitor/prepare.h"
#include "other_cpu.h"
#include "smp/hold.h"
#include "trees.h"

#define SPACE 4096

struct lethe_monitor lethe_monitor;

void lethe_monitor_pen(void)
{
}
void lethe_monitor_boss(void)
{
}
void test_seen(void)
{
}
void test_wake(void)
{
}

/* CPU 0 is the boot CPU, 1 has come, 2 has not, 3 came at another level, 4 never had a word. */
#define CPUS(method, more)                                                                         \
	"cpus { #address-cells = <1>; #size-cells = <0>; "                                         \
	"cpu@0 { device_type = \"cpu\"; reg = <0>; }; "                                            \
	"cpu@1 { device_type = \"cpu\"; reg = <1>; " method more " }; "                            \
	"cpu@2 { device_type = \"cpu\"; reg = <2>; " method more " }; "                            \
	"cpu@3 { device_type = \"cpu\"; reg = <3>; " method more " }; "                            \
	"cpu@4 { device_type = \"cpu\"; reg = <4>; }; };"
#define SPIN "enable-method = \"spin-table\"; cpu-release-addr = <0 0xd8>; "
#define PSCI "enable-method = \"psci\"; "

static void fill(enum lethe_hold_kind kind)
{
	memset(&lethe_monitor, 0, sizeof(lethe_monitor));
	memset(lethe_hold_slots, 0, sizeof(lethe_hold_slots));
	lethe_hold_kind = kind;
	lethe_hold_count = 5;
	for (unsigned int i = 0; i < 5; i++) {
		lethe_hold_slots[i].id = i;
	}
	lethe_hold_slots[0].is_own = true;
	lethe_hold_slots[1].has_come = true;
	lethe_hold_slots[2].is_left = true;
	lethe_hold_slots[3].is_left = true;
	lethe_hold_slots[3].is_wrong = true;
}

/* The tree of this text, described, with so many bytes to spare. */
static void *describe(const char *nodes, int space, int wanted)
{
	struct lethe_context ctx = {0};
	char text[2048];
	void *tree;
	int size;

	snprintf(text, sizeof(text), "/dts-v1/; / { chosen { lethe { }; }; %s };", nodes);
	tree = tree_open_text(text, space, &size);
	assert_int_equal(lethe_hold_describe(&ctx, tree), wanted);
	assert_int_equal(fdt_check_full(tree, (size_t)size), 0);
	if (wanted == LETHE_OK && lethe_hold_kind != LETHE_HOLD_PASS) {
		assert_int_equal(ctx.record_at, fdt_path_offset(tree, "/chosen/lethe"));
	}
	return tree;
}

static const char *text_of(const void *tree, const char *path, const char *name)
{
	return fdt_getprop(tree, fdt_path_offset(tree, path), name, NULL);
}

static void assert_text(const void *tree, const char *path, const char *name, const char *wanted)
{
	const char *text = text_of(tree, path, name);

	if (wanted == NULL) {
		assert_null(text);
	} else {
		assert_non_null(text);
		assert_string_equal(text, wanted);
	}
}

static uint64_t number_of(const void *tree, const char *path, const char *name)
{
	int size;
	const unsigned char *value = fdt_getprop(tree, fdt_path_offset(tree, path), name, &size);
	uint64_t number = 0;

	for (int i = 0; value != NULL && i < size; i++) {
		number = number << 8 | value[i];
	}
	return number;
}

static void assert_in_pen(const void *tree, const char *path, unsigned int index)
{
	assert_text(tree, path, "enable-method", "spin-table");
	assert_int_equal(number_of(tree, path, "cpu-release-addr"),
			 (uint64_t)&lethe_monitor.cpu[index].word);
	assert_int_equal(number_of(tree, path, "cpu-return-addr"), (uint64_t)lethe_monitor_pen);
}

static void test_pen(void **state)
{
	void *tree;

	(void)state;
	fill(LETHE_HOLD_PEN);
	tree = describe(CPUS(SPIN, "cpu-return-addr = <0 1>; "), SPACE, LETHE_OK);
	assert_in_pen(tree, "/cpus/cpu@0", 0);
	assert_in_pen(tree, "/cpus/cpu@1", 1);
	/* It stays what it was. */
	assert_text(tree, "/cpus/cpu@2", "status", NULL);
	assert_int_equal(number_of(tree, "/cpus/cpu@2", "cpu-release-addr"), 0xd8);
	assert_int_equal(number_of(tree, "/cpus/cpu@2", "cpu-return-addr"), 1);
	assert_text(tree, "/cpus/cpu@3", "status", "fail-lethe");
	assert_text(tree, "/cpus/cpu@4", "enable-method", NULL);
	assert_int_equal(fdt_path_offset(tree, "/psci"), -FDT_ERR_NOTFOUND);
	free(tree);
}

/* One that firmware promised may come later. */
static void test_pen_of_psci(void **state)
{
	void *tree;

	(void)state;
	fill(LETHE_HOLD_PEN);
	tree = describe(CPUS(PSCI, ""), SPACE, LETHE_OK);
	assert_in_pen(tree, "/cpus/cpu@1", 1);
	assert_text(tree, "/cpus/cpu@2", "status", "fail-lethe");
	free(tree);
}

static void assert_own(const void *tree, const char *psci, const char *compatible)
{
	assert_text(tree, "/cpus/cpu@0", "enable-method", "psci");
	assert_text(tree, "/cpus/cpu@1", "enable-method", "psci");
	assert_text(tree, "/cpus/cpu@1", "cpu-release-addr", NULL);
	assert_text(tree, "/cpus/cpu@1", "cpu-return-addr", NULL);
	assert_text(tree, "/cpus/cpu@3", "status", "fail-lethe");
	assert_text(tree, psci, "method", "hvc");
	assert_text(tree, psci, "compatible", compatible);
	assert_text(tree, psci, "status", NULL);
}

static void test_own(void **state)
{
	void *tree;

	(void)state;
	fill(LETHE_HOLD_OWN);
	tree = describe(CPUS(SPIN, "cpu-return-addr = <0 1>; "), SPACE, LETHE_OK);
	assert_own(tree, "/psci", "arm,psci");
	assert_int_equal(number_of(tree, "/psci", "cpu_suspend"), 0xc4000001);
	assert_int_equal(number_of(tree, "/psci", "cpu_off"), 0x84000002);
	assert_int_equal(number_of(tree, "/psci", "cpu_on"), 0xc4000003);
	free(tree);
	/* A board that can be reset. */
	lethe_monitor.reset[0].address = 8;
	tree = describe(CPUS(SPIN, ""), SPACE, LETHE_OK);
	assert_own(tree, "/psci", "arm,psci-0.2");
	assert_text(tree, "/psci", "cpu_on", NULL);
	free(tree);
}

/* The kernel takes the first, whatever its name and version. */
static void test_own_with_a_node(void **state)
{
	void *tree;

	(void)state;
	fill(LETHE_HOLD_OWN);
	lethe_monitor.reset[0].address = 8;
	tree = describe("soc { firmware { compatible = \"arm,psci\"; method = \"smc\"; status = "
			"\"disabled\"; "
			"cpu_on = <1>; }; }; late { compatible = \"arm,psci-1.0\"; method = "
			"\"smc\"; }; " CPUS(SPIN, ""),
			SPACE, LETHE_OK);
	assert_own(tree, "/soc/firmware", "arm,psci-0.2");
	assert_text(tree, "/late", "method", "smc");
	assert_int_equal(fdt_path_offset(tree, "/psci"), -FDT_ERR_NOTFOUND);
	free(tree);
}

static void test_passed(void **state)
{
	void *tree;

	(void)state;
	fill(LETHE_HOLD_PASS);
	tree = describe(CPUS(PSCI, ""), SPACE, LETHE_OK);
	assert_text(tree, "/cpus/cpu@3", "status", NULL);
	assert_int_equal(fdt_path_offset(tree, "/psci"), -FDT_ERR_NOTFOUND);
	free(tree);
}

/* With any space less than what it takes it says so, and the tree is sound. */
static void test_no_space(void **state)
{
	static const enum lethe_hold_kind kinds[] = {LETHE_HOLD_PEN, LETHE_HOLD_OWN};
	int space, used;
	void *tree;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		fill(kinds[i]);
		tree = describe(CPUS(SPIN, ""), SPACE, LETHE_OK);
		used = (int)fdt_off_dt_strings(tree) + (int)fdt_size_dt_strings(tree);
		free(tree);
		tree = describe(CPUS(SPIN, ""), 0, LETHE_E_TREE_NOSPACE);
		used -= (int)fdt_totalsize(tree);
		free(tree);
		for (space = 0; space < used; space += 4) {
			free(describe(CPUS(SPIN, ""), space, LETHE_E_TREE_NOSPACE));
		}
		free(describe(CPUS(SPIN, ""), (used + 3) / 4 * 4, LETHE_OK));
	}
}

/* The first edit fails, and the last one needs no space. */
static void test_no_space_at_first(void **state)
{
	(void)state;
	fill(LETHE_HOLD_PEN);
	free(describe("cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = "
		      "\"cpu\"; reg = <0>; " PSCI
		      "cpu-release-addr = <0 1>; cpu-return-addr = <0 1>; }; };",
		      0, LETHE_E_TREE_NOSPACE));
}

static void test_handoff(void **state)
{
	enum lethe_hold_kind kind;

	(void)state;
	for (kind = LETHE_HOLD_NOTHING; kind <= LETHE_HOLD_PASS; kind++) {
		struct lethe_handoff handoff = {.hcr = 1 | HCR_HCD, .to_el1 = 2};
		const bool is_above = kind == LETHE_HOLD_OWN || kind == LETHE_HOLD_PASS;

		fill(kind);
		lethe_monitor.cpu[1].context = 7;
		lethe_hold_handoff(&handoff);
		assert_int_equal(handoff.to_el1, is_above ? (uint64_t)lethe_monitor_boss : 2);
		assert_int_equal(handoff.hcr, is_above ? HCR_TSC | 1 : HCR_HCD | 1);
		assert_int_equal(lethe_monitor.cpu[1].context, kind == LETHE_HOLD_NOTHING ? 7 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pen),
		cmocka_unit_test(test_pen_of_psci),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_own_with_a_node),
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_no_space),
		cmocka_unit_test(test_no_space_at_first),
		cmocka_unit_test(test_handoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
