/* SPDX-License-Identifier: BSD-2-Clause */
/* The front end completes a tree as `lethe flash` does: tree.c and complete.c do the same, each in
 * its way. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "flash/complete.h"
#define lethe_flash_checked lethe_flash_checked_const /* the test's own can be written */
#include "flash/flash.h"
#undef lethe_flash_checked
#include "trees.h"

struct lethe_flash lethe_flash_checked;
struct lethe_flash_state lethe_flash_state = {.el = 3};
static jmp_buf failed;

void lethe_flash_fail(const char *sentence, uint64_t value, const struct lethe_flash *flash)
{
	(void)sentence;
	(void)value;
	(void)flash;
	longjmp(failed, 1);
}

/* Trees at an address have no CRC. */
uint32_t lethe_flash_crc(uint32_t state, const void *start, const void *end)
{
	(void)state;
	(void)start;
	(void)end;
	abort();
}

void lethe_flash_ram_need(uint64_t start, uint64_t size)
{
	(void)start;
	(void)size;
}

void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end);
void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end)
{
	assert_true(start < end);
}

#define ROOM 0x10000

/* Both on the tree of this text. */
static void same(const char *nodes, enum lethe_flash_cpus cpus)
{
	char text[16384];
	void *tree, *front, *tool;

	snprintf(text, sizeof(text),
		 "/dts-v1/; /memreserve/ 0x1000 0x2000; / { #address-cells = <2>; #size-cells = "
		 "<2>; "
		 "model = \"odd\"; %s };",
		 nodes);
	tree = tree_compile_text(text);
	front = aligned_alloc(4096, ROOM);
	tool = malloc(ROOM);
	assert_non_null(front);
	assert_non_null(tool);
	memset(&lethe_flash_checked, 0, sizeof(lethe_flash_checked));
	lethe_flash_checked.cpus = cpus;
	lethe_flash_checked.flags = LETHE_FLASH_SECURE;
	lethe_flash_checked.boot_cpu = 0x100;
	lethe_flash_checked.spin_page = 0x180001000;
	lethe_flash_checked.tree_address = (uint64_t)tree;
	lethe_flash_checked.tree = (uint64_t)front;
	lethe_flash_checked.tree_room = ROOM;
	assert_int_equal(fdt_open_into(tree, tool, ROOM), 0);
	assert_int_equal(lethe_flash_complete(tool, &lethe_flash_checked), LETHE_OK);
	if (setjmp(failed) != 0) {
		fail_msg("the front end refuses it");
	}
	lethe_flash_tree();
	assert_int_equal(fdt_check_full(front, ROOM), 0);
	tree_assert_same(front, tool);
	free(tool);
	free(front);
	free(tree);
}

#define CPU(n, more) "cpu@" #n " { device_type = \"cpu\"; reg = <0x" #n ">; " more "}; "
#define CPUS(more)                                                                                 \
	"cpus { #address-cells = <1>; #size-cells = <0>; " CPU(100, more) CPU(0, more)             \
		CPU(1, "l2 { compatible = \"cache\"; }; ")                                         \
			CPU(2, "status = \"disabled\"; ") "cpu-map { core0 { }; }; }; "
#define PSCI_NODE "firmware { psci { compatible = \"arm,psci-1.0\"; method = \"smc\"; }; }; "

static void test_psci(void **state)
{
	(void)state;
	same(CPUS(""), LETHE_FLASH_PSCI);
	same(CPUS("enable-method = \"psci\"; ") "timer { };", LETHE_FLASH_PSCI);
	same(CPUS("") PSCI_NODE, LETHE_FLASH_PSCI);
	same(PSCI_NODE CPUS(""), LETHE_FLASH_PSCI);
}

static void test_spin_table(void **state)
{
	(void)state;
	same(CPUS(""), LETHE_FLASH_SPIN_TABLE);
	same(CPUS("enable-method = \"spin-table\"; cpu-release-addr = <1 0x80001008>; "),
	     LETHE_FLASH_SPIN_TABLE);
}

static void test_one(void **state)
{
	(void)state;
	same(CPUS("") "reserved-memory { };", LETHE_FLASH_ONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_psci),
		cmocka_unit_test(test_spin_table),
		cmocka_unit_test(test_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
