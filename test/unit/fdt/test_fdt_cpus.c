/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_fdt_cpu_next(): the CPUs that a tree can start, and how. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <lethe/fdt.h>

#include "fdt/fdt_cpus.h"
#include "trees.h"

/* The CPUs of a /cpus with this body, a word for each: name, id, method, and the release word. */
static void assert_cpus(const char *cpus, const char *wanted)
{
	static const char *const method[] = {"?", "psci", "spin"};
	struct lethe_fdt_facts facts;
	struct lethe_fdt_cpu cpu;
	char found[256] = "";
	char text[1024];
	size_t at = 0;
	int node = 0;
	void *tree;

	snprintf(text, sizeof(text), "/dts-v1/; / { %s };", cpus);
	tree = tree_compile_text(text);
	assert_int_equal(lethe_fdt_read(tree, &facts, NULL), LETHE_OK);
	while (lethe_fdt_cpu_next(&facts, &node, &cpu)) {
		at += (size_t)snprintf(found + at, sizeof(found) - at, "%s %llx %s", cpu.name,
				       (unsigned long long)cpu.id, method[cpu.enable]);
		if (cpu.enable == LETHE_FDT_ENABLE_SPIN_TABLE) {
			at += (size_t)snprintf(found + at, sizeof(found) - at, " %llx",
					       (unsigned long long)cpu.release_addr);
		}
		at += (size_t)snprintf(found + at, sizeof(found) - at, ";");
	}
	assert_string_equal(found, wanted);
	free(tree);
}

#define ONE_CELL "cpus { #address-cells = <1>; #size-cells = <0>; "
#define TWO_CELLS "cpus { #address-cells = <2>; #size-cells = <0>; "
#define CPU(name, body) name " { device_type = \"cpu\"; " body "};"

static void test_ids(void **state)
{
	(void)state;
	assert_cpus("", "");
	assert_cpus(ONE_CELL CPU("cpu@0", "reg = <0>;") CPU("cpu@101", "reg = <0x101>;") "};",
		    "cpu@0 0 ?;cpu@101 101 ?;");
	assert_cpus(TWO_CELLS CPU("cpu@1", "reg = <1 0x20003>;") "};", "cpu@1 100020003 ?;");
	/* No reg, another number of cells than /cpus says, bits that no affinity has. */
	assert_cpus(ONE_CELL CPU("a", "") CPU("b", "reg = <0 1>;") CPU("c", "reg = <0x80000000>;") "};",
		    "");
	assert_cpus(TWO_CELLS CPU("a", "reg = <1>;") CPU("b", "reg = <0x100 0>;") "};", "");
}

static void test_nodes(void **state)
{
	(void)state;
	/* Others than CPUs; a CPU that has failed; one that is only disabled. */
	assert_cpus(ONE_CELL "cpu-map { }; l2 { reg = <7>; };" CPU("x", "reg = <1>; status = \"fail\"; ")
			    CPU("y", "reg = <2>; status = \"fail-lethe\"; ")
				    CPU("z", "reg = <3>; status = \"disabled\"; ") "};",
		    "z 3 ?;");
	/* Older trees have no device_type. */
	assert_cpus(ONE_CELL "cpu@5 { reg = <5>; enable-method = \"psci\"; }; cpu@6 { reg = <6>; }; };",
		    "cpu@5 5 psci;");
}

static void test_methods(void **state)
{
	(void)state;
#define SPIN(release) CPU("s", "reg = <1>; enable-method = \"spin-table\"; " release)
	assert_cpus(ONE_CELL CPU("p", "reg = <1>; enable-method = \"psci\";") "};", "p 1 psci;");
	assert_cpus(ONE_CELL SPIN("cpu-release-addr = <1 0xd8>;") "};", "s 1 spin 1000000d8;");
	assert_cpus(ONE_CELL SPIN("cpu-release-addr = <0xd8>;") "};", "s 1 spin d8;");
	/* No word, of a wrong length, misaligned, at the very top. */
	assert_cpus(ONE_CELL SPIN("") "};", "s 1 ?;");
	assert_cpus(ONE_CELL SPIN("cpu-release-addr = <0 0 0>;") "};", "s 1 ?;");
	assert_cpus(ONE_CELL SPIN("cpu-release-addr = <0 0xdc>;") "};", "s 1 ?;");
	assert_cpus(ONE_CELL SPIN("cpu-release-addr = <0xffffffff 0xfffffff8>;") "};", "s 1 ?;");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_methods),
	};

	return cmocka_run_group_tests_name("fdt_cpus", tests, NULL, NULL);
}
