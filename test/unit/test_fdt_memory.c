/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the console is, what is RAM, what is reserved: lethe_tree_stdout() and src/fdt_memory.c. */

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

struct uart_case {
	const char *path;
	enum lethe_console_kind kind;
	uint64_t base;
	uint32_t shift;
	uint32_t width;
};

static const struct uart_case uart_cases[] = {
	/* behind two ranges: 0x3000 - 0x2000 + 0x14000 - 0x10000 + 0x8f0000000 */
	{ "serial0:115200n8", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	{ "serial0", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	{ "/soc@f0000000/apb@10000/serial@3000", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	{ "/soc@f0000000/apb@10000/serial@3000:9600", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	/* without unit addresses the first that fits */
	{ "short", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	{ "//soc//apb/serial/", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	/* an alias with a rest behind it */
	{ "soc0/apb/serial@3000:x", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4 },
	{ "soc0/identity/serial", LETHE_CONSOLE_PL011, 0x8f0000800, 0, 4 },
	{ "/soc/inherits/serial", LETHE_CONSOLE_NS16550, 0x8f0000100, 0, 1 },
	{ "/soc/apb/serial@9ffc", LETHE_CONSOLE_NS16550, 0x8f000bffc, 0, 1 },
	/* one byte before and one behind what the bus maps */
	{ "/soc/apb/serial@1000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/soc/apb/serial@a000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	/* a bus without ranges, a bus that is off, a bus with three cells, a bus without sizes */
	{ "/soc/unmapped/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/soc/off/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/pcie/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/i2c/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },

	{ "/npcm@f0000000", LETHE_CONSOLE_NS16550, 0xf0000000, 2, 1 },
	{ "/aux@7e215040", LETHE_CONSOLE_NS16550, 0x7e215040, 2, 4 },
	{ "/offset@1000", LETHE_CONSOLE_NS16550, 0x1400, 0, 1 },
	{ "/disabled@2000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/be@3000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/unknown@4000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/shift@5000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/width@6000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/tight@7000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/odd@8002", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/noreg", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/short@9000", LETHE_CONSOLE_NONE, 0, 0, 0 },

	{ "/", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ ":115200", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "loop", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "empty", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "serial01", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/npcm@f000000", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/npc", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/aliases", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/npcm@f0000000/below", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "relative", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/twice@1", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/soc/cut/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/nothing/inner/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
	{ "/wild/inner/serial", LETHE_CONSOLE_NONE, 0, 0, 0 },
};

static void assert_uart(const void *tree, const struct uart_case *expected)
{
	struct lethe_uart uart;

	memset(&uart, 0xee, sizeof(uart));
	lethe_tree_stdout(tree, &uart);
	if (uart.kind != expected->kind || uart.base != expected->base ||
	    uart.reg_shift != expected->shift || uart.reg_width != expected->width) {
		fail_msg("\"%s\": kind %d base 0x%llx shift %u width %u", expected->path, uart.kind,
			 (unsigned long long)uart.base, uart.reg_shift, uart.reg_width);
	}
}

static void test_stdout(void **state)
{
	void *tree = tree_compile("buses");
	unsigned int order;
	void *relaid;
	void *aimed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(uart_cases) / sizeof(uart_cases[0]); i++) {
		aimed = tree_with_stdout(tree, uart_cases[i].path);
		assert_uart(aimed, &uart_cases[i]);
		for (order = 0; order < TREE_ORDERS; order++) {
			relaid = tree_relay(aimed, order);
			assert_uart(relaid, &uart_cases[i]);
			free(relaid);
		}
		free(aimed);
	}
	aimed = tree_with_stdout(tree, NULL);
	assert_uart(aimed, &(const struct uart_case){ "none", LETHE_CONSOLE_NONE, 0, 0, 0 });
	free(aimed);
	free(tree);
}

static void assert_text_uart(const char *text, uint64_t base)
{
	const struct uart_case expected = {
		text, base != 0 ? LETHE_CONSOLE_PL011 : LETHE_CONSOLE_NONE, base, 0, base != 0 ? 4 : 0,
	};
	void *tree = tree_compile_text(text);

	assert_uart(tree, &expected);
	free(tree);
}

#define TWO_UARTS \
	" a@1000 { compatible = \"arm,pl011\"; reg = <0 0x1000 0x1000>; };" \
	" b@2000 { compatible = \"arm,pl011\"; reg = <0 0x2000 0x1000>; }; };"

static void test_stdout_names(void **state)
{
	(void)state;
	assert_text_uart("/dts-v1/; / { chosen { linux,stdout-path = \"/a@1000\"; };" TWO_UARTS, 0x1000);
	/* the newer name wins, wherever it stands; an unusable one does not */
	assert_text_uart("/dts-v1/; / { chosen { linux,stdout-path = \"/a@1000\"; "
			 "stdout-path = \"/b\"; };" TWO_UARTS, 0x2000);
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = \"/b\"; "
			 "linux,stdout-path = \"/a@1000\"; };" TWO_UARTS, 0x2000);
	assert_text_uart("/dts-v1/; / { chosen { stdout-path; "
			 "linux,stdout-path = \"/a@1000\"; };" TWO_UARTS, 0x1000);
	/* not a string */
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = [2f 61]; };" TWO_UARTS, 0);
	/* no /aliases at all; /chosen and /aliases after the rest */
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = \"serial0\"; };" TWO_UARTS, 0);
	assert_text_uart("/dts-v1/; / { aliases { s = \"/b\"; }; chosen { stdout-path = \"s\"; };"
			 TWO_UARTS, 0x2000);
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = \"s\"; }; aliases { s = \"/a\"; };"
			 TWO_UARTS, 0x1000);
	/* of two /chosen the first counts */
	assert_text_uart("/dts-v1/; / { chosen@0 { stdout-path = \"/a\"; }; chosen { stdout-path = \"/b\"; };"
			 TWO_UARTS, 0x1000);
	/* cells that are nonsense */
	assert_text_uart("/dts-v1/; / { #address-cells = <0>; chosen { stdout-path = \"/a\"; };"
			 TWO_UARTS, 0);
	assert_text_uart("/dts-v1/; / { #size-cells = <0xffffffff>; chosen { stdout-path = \"/a\"; };"
			 TWO_UARTS, 0);
	assert_text_uart("/dts-v1/; / { #address-cells = [02]; chosen { stdout-path = \"/a\"; };"
			 TWO_UARTS, 0);
}

/* A UART so many nodes deep, the root and itself included. */
static void assert_deep(unsigned int depth, uint64_t base)
{
	static char text[4096];
	static char path[256];
	char *at = text;
	unsigned int i;

	path[0] = '\0';
	for (i = 2; i < depth; i++) {
		strcat(path, "/b");
	}
	at += sprintf(at, "/dts-v1/; / { chosen { stdout-path = \"%s/u\"; };", path);
	for (i = 2; i < depth; i++) {
		at += sprintf(at, " b { ranges;");
	}
	at += sprintf(at, " u { compatible = \"arm,pl011\"; reg = <0 0x1000 0x1000>; };");
	for (i = 2; i < depth; i++) {
		at += sprintf(at, " };");
	}
	strcpy(at, " };");
	assert_text_uart(text, base);
}

static void test_stdout_depth(void **state)
{
	(void)state;
	assert_deep(2, 0x1000);
	assert_deep(16, 0x1000);
	assert_deep(17, 0);
	assert_deep(40, 0);
}

static int covers(const void *tree, uint64_t base, uint64_t end)
{
	return lethe_tree_memory_covers(tree, base, end - base);
}

static void check_memory(const void *tree)
{
	/* three nodes' entries, in no order, make one piece */
	assert_true(covers(tree, 0x10000000, 0x40000000));
	assert_true(covers(tree, 0x1fffffff, 0x30000001));
	assert_true(covers(tree, 0x10000000, 0x10000001));
	assert_true(covers(tree, 0x3fffffff, 0x40000000));
	assert_false(covers(tree, 0x0fffffff, 0x10000001));
	assert_false(covers(tree, 0x3fffffff, 0x40000001));
	assert_false(covers(tree, 0x40000000, 0x40000001));
	/* disabled, and not of that type */
	assert_false(covers(tree, 0x0e000000, 0x0e000001));
	assert_false(covers(tree, 0, 1));
	/* empty, and wrapping */
	assert_true(covers(tree, 0x50000000, 0x50000000));
	assert_false(lethe_tree_memory_covers(tree, 0x10000000, UINT64_MAX));
	assert_false(lethe_tree_memory_covers(tree, UINT64_MAX, 2));
}

static int reserved(const void *tree, uint64_t base, uint64_t end)
{
	return lethe_tree_reserved(tree, base, end - base, 0, 0);
}

static void check_reserved(const void *tree)
{
	/* /memreserve/ 0x10000000 .. 0x10010000 */
	assert_true(reserved(tree, 0x10000000, 0x10000001));
	assert_true(reserved(tree, 0x1000ffff, 0x10010000));
	assert_true(reserved(tree, 0x0fffffff, 0x10000001));
	assert_true(reserved(tree, 0x0ff00000, 0x10110000));
	assert_false(reserved(tree, 0x0ff00000, 0x10000000));
	assert_false(reserved(tree, 0x10010000, 0x10020000));
	assert_false(reserved(tree, 0x10000000, 0x10000000));
	/* /reserved-memory: every entry, its own cells; not what is disabled, dynamic or a grandchild */
	assert_true(reserved(tree, 0x120fffff, 0x12200000));
	assert_true(reserved(tree, 0x13000fff, 0x13001000));
	assert_false(reserved(tree, 0x12100000, 0x13000000));
	assert_false(reserved(tree, 0x14000000, 0x14001000));
	assert_true(reserved(tree, 0x15000000, 0x15000001));
	assert_false(reserved(tree, 0x16000000, 0x16001000));
	assert_false(reserved(tree, 0x17000000, 0x17001000));
	assert_true(reserved(tree, 0x18000000, 0x18000001));
	/* the outer blob's own: wholly inside what is skipped, and nothing else */
	assert_false(lethe_tree_reserved(tree, 0x10000000, 0x1000, 0x10000000, 0x10000));
	assert_false(lethe_tree_reserved(tree, 0x10000000, 0x1000, 0x0f000000, 0x02000000));
	assert_true(lethe_tree_reserved(tree, 0x10000000, 0x1000, 0x10000000, 0xffff));
	assert_true(lethe_tree_reserved(tree, 0x10000000, 0x1000, 0x10000001, 0x10000));
	assert_true(lethe_tree_reserved(tree, 0x20000000, 0x1000, 0x10000000, 0x10000));
	/* a node is not the blob's, wherever it lies */
	assert_true(lethe_tree_reserved(tree, 0x12000000, 0x1000, 0x12000000, 0x00200000));
}

static void test_memory(void **state)
{
	void *tree = tree_compile("cells1");
	unsigned int order;
	void *relaid;

	(void)state;
	check_memory(tree);
	check_reserved(tree);
	for (order = 0; order < TREE_ORDERS; order++) {
		relaid = tree_relay(tree, order);
		check_memory(relaid);
		check_reserved(relaid);
		free(relaid);
	}
	free(tree);
}

static void test_memory_broken(void **state)
{
	void *tree = tree_compile("cells1");
	uint32_t size = fdt_size_dt_struct(tree);

	(void)state;
	/* what cannot be read covers nothing and reserves everything */
	fdt_set_size_dt_struct(tree, size - 4);
	assert_false(covers(tree, 0x10000000, 0x10000001));
	assert_true(reserved(tree, 0x70000000, 0x70000001));
	fdt_set_size_dt_struct(tree, size);
	assert_false(reserved(tree, 0x70000000, 0x70000001));
	fdt_set_magic(tree, 0);
	assert_false(covers(tree, 0x10000000, 0x10000001));
	assert_true(reserved(tree, 0x70000000, 0x70000001));
	free(tree);

	tree = tree_compile_text("/dts-v1/; /memreserve/ 0xfffffffffffff000 0x2000; / { };");
	assert_true(reserved(tree, 0, 1));
	assert_true(reserved(tree, 0xfffffffffffff000, 0xfffffffffffff001));
	assert_false(reserved(tree, 0x1000, 0x2000));
	free(tree);
}

/* Many entries, each below the one before: no more looks than are allowed, and no hang. */
static void test_memory_descending(void **state)
{
	static char text[64 * 1024];
	unsigned int count;

	(void)state;
	for (count = 60; count <= 1000; count += 940) {
		size_t used = (size_t)sprintf(text, "/dts-v1/; / { memory@0 { device_type = \"memory\"; reg = ");
		unsigned int i;
		void *tree;

		for (i = count; i != 0; i--) {
			used += (size_t)sprintf(text + used, "%s<0 0x%x 0x1000>", i == count ? "" : ",",
						(i - 1) * 0x1000);
		}
		sprintf(text + used, "; }; };");
		tree = tree_compile_text(text);
		assert_int_equal(covers(tree, 0, count * 0x1000), count == 60);
		assert_true(covers(tree, 0, 2 * 0x1000));
		free(tree);
	}
}

/* UEFI: type, pad, physical, virtual, pages, attribute; and 8 bytes more, as firmware has them. */
struct descriptor {
	uint32_t type;
	uint32_t pad;
	uint64_t physical;
	uint64_t virtual;
	uint64_t pages;
	uint64_t attribute;
	uint64_t more;
};

static void test_efi(void **state)
{
	static const struct descriptor map[] = {
		{ 3, 0, 0x80300000, 0, 0x100, 0xf, 0 },		/* boot services code */
		{ 7, 0, 0x80000000, 0, 0x100, 0xf, 0 },		/* conventional */
		{ 1, 0, 0x80100000, 0, 0x100, 0x8, 0 },		/* loader code */
		{ 2, 0, 0x80200000, 0, 0x100, 0x8, 0 },		/* loader data */
		{ 4, 0, 0x80400000, 0, 0x100, 0xf, 0 },		/* boot services data */
		{ 5, 0, 0x80500000, 0, 0x100, 0xf, 0 },		/* runtime services code */
		{ 7, 0, 0x80600000, 0, 0x100, 0x1, 0 },		/* conventional, uncached only */
		{ 0, 0, 0x80700000, 0, 0x100, 0xf, 0 },		/* reserved */
		{ 9, 0, 0x80800000, 0, 0x100, 0xf, 0 },		/* ACPI tables */
		{ 7, 0, 0xfffffffffffff000, 0, 2, 0xf, 0 },	/* wraps */
		{ 7, 0, 0x90000000, 0, 0x10000000000001, 0xf, 0 },	/* as many pages wrap to one */
		{ 7, 0, 0xa0000000, 0, 1, 0xf, 0 },
	};
	const uint64_t size = sizeof(map);
	const uint64_t one = sizeof(map[0]);

	(void)state;
	assert_true(lethe_efi_memory_covers(map, size, one, 0x80000000, 0x500000));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80000000, 0x500001));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x7fffffff, 2));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80500000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80600000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80700000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x80800000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0xfffffffffffff000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, 0x90000000, 1));
	assert_true(lethe_efi_memory_covers(map, size, one, 0xa0000fff, 1));
	/* a last entry that is cut does not count */
	assert_false(lethe_efi_memory_covers(map, size - 1, one, 0xa0000fff, 1));
	assert_false(lethe_efi_memory_covers(map, 0, one, 0x80000000, 1));
	/* sizes that cannot be, and a map that cannot be read without unaligned loads */
	assert_false(lethe_efi_memory_covers(map, size, 0, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, 32, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, 44, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, UINT64_MAX - 7, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers((const char *)map + 4, size - 4, one, 0x80000000, 1));
	assert_false(lethe_efi_memory_covers(map, size, one, UINT64_MAX, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stdout),
		cmocka_unit_test(test_stdout_names),
		cmocka_unit_test(test_stdout_depth),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_broken),
		cmocka_unit_test(test_memory_descending),
		cmocka_unit_test(test_efi),
	};

	return cmocka_run_group_tests_name("fdt_memory", tests, NULL, NULL);
}
