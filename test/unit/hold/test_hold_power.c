/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_hold_find_power(): the writes that a tree's board is reset and turned off by. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/fdt.h>

#include "hold/slots.h"
#include "trees.h"

struct lethe_monitor lethe_monitor;

#define BUS            "#address-cells = <1>; #size-cells = <1>; "
#define MEMORY         "memory@40000000 { device_type = \"memory\"; reg = <0x40000000 0x10000000>; };"
#define SYSCON(more)   "compatible = \"syscon\"; reg = <0x1000 0x100>; " more
#define REBOOT(more)   "compatible = \"syscon-reboot\"; " more
#define POWEROFF(more) "compatible = \"syscon-poweroff\"; " more

static void find(const char *nodes)
{
	struct lethe_fdt_facts facts;
	char text[2048];
	void *tree;

	snprintf(text, sizeof(text), "/dts-v1/; / { " BUS MEMORY " %s };", nodes);
	tree = tree_compile_text(text);
	assert_int_equal(lethe_fdt_read(tree, &facts, NULL), LETHE_OK);
	memset(&lethe_monitor, 0, sizeof(lethe_monitor));
	lethe_hold_find_power(&facts);
	free(tree);
}

static void assert_write(const struct lethe_monitor_write *write, uint64_t address, uint32_t value,
			 uint32_t keep)
{
	assert_int_equal(write->address, address);
	assert_int_equal(write->value, value);
	assert_int_equal(write->keep, keep);
}

static void assert_none(const char *nodes)
{
	find(nodes);
	assert_int_equal(lethe_monitor.reset[0].address, 0);
	assert_int_equal(lethe_monitor.off[0].address, 0);
}

#define PM(compatible, more)                                                                       \
	"soc { compatible = \"simple-bus\"; " BUS "ranges = <0x7e000000 0x3f000000 0x1000000>; "   \
	"watchdog@7e100000 { compatible = " compatible "; reg = <0x7e100000 0x114>; " more         \
	" }; };"

static void test_broadcom(void **state)
{
	static const char *const compatibles[] = {
		PM("\"brcm,bcm2835-pm\", \"brcm,bcm2835-pm-wdt\"", ""),
		PM("\"brcm,bcm2835-pm\"", ""),
		PM("\"brcm,bcm2835-pm-wdt\"", "status = \"okay\";"),
	};

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		find(compatibles[i]);
		assert_write(&lethe_monitor.reset[0], 0x3f100024, 0x5a00000a, 0);
		assert_write(&lethe_monitor.reset[1], 0x3f10001c, 0x5a000020, 0x00ffffcf);
		assert_int_equal(lethe_monitor.reset[2].address, 0);
		assert_write(&lethe_monitor.off[0], 0x3f100020, 0x5a000555, 0x00fffaaa);
		assert_write(&lethe_monitor.off[1], 0x3f100024, 0x5a00000a, 0);
		assert_write(&lethe_monitor.off[2], 0x3f10001c, 0x5a000020, 0x00ffffcf);
	}
	assert_none(PM("\"brcm,bcm2835-pm\"", "status = \"disabled\";"));
	assert_none("soc { " BUS "watchdog@7e100000 { compatible = \"brcm,bcm2835-pm\"; reg = "
				 "<0x7e100000 4>; }; };");
}

static void test_syscon_forms(void **state)
{
	(void)state;
	find("a: a@1000 { " SYSCON("") " }; r { " REBOOT(
		"regmap = <&a>; offset = <8>; mask = <0x11>;") " }; "
							       "p { " POWEROFF(
								       "regmap = <&a>; offset = "
								       "<12>; value = <0x123>; "
								       "mask = <0x120>;") " };");
	assert_write(lethe_monitor.reset, 0x1008, 0x11, 0);
	assert_write(lethe_monitor.off, 0x100c, 0x120, ~0x120U);
	/* The parent; reg as the offset; a value without a mask. */
	find("a@1000 { " SYSCON("") " r { " REBOOT("reg = <4>; value = <7>;") " }; };");
	assert_write(lethe_monitor.reset, 0x1004, 7, 0);
	assert_int_equal(lethe_monitor.off[0].address, 0);
	/* Below a bus. */
	find("soc { " BUS "ranges = <0 0x20000000 0x100000>; a@1000 { " SYSCON("") " p { " POWEROFF(
		"offset = <0>; value = <0>; mask = <1>;") " }; }; };");
	assert_write(lethe_monitor.off, 0x20001000, 0, ~1U);
	assert_int_equal(lethe_monitor.reset[0].address, 0);
}

static void assert_child(const char *more, const char *reboot, bool is_believed)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "a@1000 { " SYSCON("%s") " r { compatible = \"syscon-reboot\"; %s }; };", more,
		 reboot);
	find(text);
	assert_int_equal(lethe_monitor.reset[0].address != 0, is_believed);
}

static void test_not_believed(void **state)
{
	(void)state;
	assert_child("", "offset = <0>; value = <1>;", true);
	assert_child("reg-io-width = <4>; little-endian;", "offset = <0>; value = <1>;", true);
	assert_child("reg-io-width = <2>;", "offset = <0>; value = <1>;", false);
	assert_child("big-endian;", "offset = <0>; value = <1>;", false);
	assert_child("", "offset = <0>; value = <1>; status = \"disabled\";", false);
	assert_child("", "offset = <2>; value = <1>;", false);
	assert_child("", "value = <1>;", false);
	assert_child("", "offset = <0 0>; value = <1>;", false);
	assert_child("", "offset = <0>;", false);
	assert_child("", "offset = <0>; value = <0 1>;", false);
	assert_child("", "offset = <0>; value = <1>; mask = <0 1>;", false);
	assert_child("", "offset = <0>; mask = <0 1>;", false);
	/* RAM, at its first and last word; the word behind it is none. */
	assert_child("", "offset = <0x3ffff000>; value = <1>;", false);
	assert_child("", "offset = <0x4fffeffc>; value = <1>;", false);
	assert_child("", "offset = <0x4ffff000>; value = <1>;", true);
	assert_none("a@1001 { compatible = \"syscon\"; reg = <0x1001 4>; r { " REBOOT(
		"value = <1>;") " }; };");
	/* An address that wraps. */
	assert_none("soc { #address-cells = <2>; #size-cells = <1>; ranges; a { compatible = "
		    "\"syscon\"; "
		    "reg = <0xffffffff 0xffff0000 4>; r { " REBOOT(
			    "offset = <0x20000>; value = <1>;") " }; }; };");
	assert_none("r { " REBOOT("offset = <0>; value = <1>;") " };"); /* no block */
	assert_none("a@40001000 { compatible = \"syscon\"; reg = <0x40001000 4>; r { " REBOOT(
		"offset = <0>; value = <1>;") " }; };");
}

static void test_broadcom_is_first(void **state)
{
	(void)state;
	find("a@1000 { " SYSCON("") " r { " REBOOT("reg = <4>; value = <7>;") " }; };" PM(
		"\"brcm,bcm2835-pm\"", ""));
	assert_int_equal(lethe_monitor.reset[0].address, 0x3f100024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broadcom),
		cmocka_unit_test(test_syscon_forms),
		cmocka_unit_test(test_not_believed),
		cmocka_unit_test(test_broadcom_is_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
