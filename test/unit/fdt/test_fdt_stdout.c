/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_fdt_stdout(): paths, aliases, buses, kinds of UART. */

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
	{"serial0:115200n8", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	{"serial0", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	{"/soc@f0000000/apb@10000/serial@3000", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	{"/soc@f0000000/apb@10000/serial@3000:9600", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	/* without unit addresses the first match */
	{"short", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	{"//soc//apb/serial/", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	/* an alias with a rest behind it */
	{"soc0/apb/serial@3000:x", LETHE_CONSOLE_NS16550, 0x8f0005000, 2, 4},
	{"soc0/identity/serial", LETHE_CONSOLE_PL011, 0x8f0000800, 0, 4},
	{"/soc/inherits/serial", LETHE_CONSOLE_NS16550, 0x8f0000100, 0, 1},
	{"/soc/apb/serial@9ffc", LETHE_CONSOLE_NS16550, 0x8f000bffc, 0, 1},
	/* one byte before and one behind the bus's range */
	{"/soc/apb/serial@1000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/soc/apb/serial@a000", LETHE_CONSOLE_NONE, 0, 0, 0},
	/* a bus that is off is no obstacle */
	{"/soc/off/serial", LETHE_CONSOLE_PL011, 0x8f0002000, 0, 4},
	/* a bus without ranges, a bus with three cells, a bus without sizes */
	{"/soc/unmapped/serial", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/pcie/serial", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/i2c/serial", LETHE_CONSOLE_NONE, 0, 0, 0},

	{"/npcm@f0000000", LETHE_CONSOLE_NS16550, 0xf0000000, 2, 1},
	{"/aux@7e215040", LETHE_CONSOLE_NS16550, 0x7e215040, 2, 4},
	{"/offset@1000", LETHE_CONSOLE_NS16550, 0x1400, 0, 1},
	{"/disabled@2000", LETHE_CONSOLE_PL011, 0x2000, 0, 4},
	{"/be@3000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/unknown@4000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/shift@5000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/width@6000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/tight@7000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/odd@8002", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/endless@a000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/below@ffffffffffffe000", LETHE_CONSOLE_PL011, 0xffffffffffffe000, 0, 4},
	{"/top@fffffffffffff000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/noreg", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/short@9000", LETHE_CONSOLE_NONE, 0, 0, 0},

	{"/", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"", LETHE_CONSOLE_NONE, 0, 0, 0},
	{":115200", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"loop", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"empty", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"serial", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"serial01", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/npcm@f000000", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/npc", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/aliases", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/npcm@f0000000/below", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"relative", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/twice@1", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/soc/cut/serial", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/nothing/inner/serial", LETHE_CONSOLE_NONE, 0, 0, 0},
	{"/wild/inner/serial", LETHE_CONSOLE_NONE, 0, 0, 0},
};

static void assert_uart(const void *tree, const struct uart_case *expected)
{
	struct lethe_uart uart;

	memset(&uart, 0xee, sizeof(uart));
	lethe_fdt_stdout(tree, &uart);
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
	assert_uart(aimed, &(const struct uart_case){"none", LETHE_CONSOLE_NONE, 0, 0, 0});
	free(aimed);
	free(tree);
}

static void assert_text_uart(const char *text, uint64_t base)
{
	const struct uart_case expected = {
		text,
		base != 0 ? LETHE_CONSOLE_PL011 : LETHE_CONSOLE_NONE,
		base,
		0,
		base != 0 ? 4 : 0,
	};
	void *tree = tree_compile_text(text);

	assert_uart(tree, &expected);
	free(tree);
}

#define TWO_UARTS                                                                                  \
	" a@1000 { compatible = \"arm,pl011\"; reg = <0 0x1000 0x1000>; };"                        \
	" b@2000 { compatible = \"arm,pl011\"; reg = <0 0x2000 0x1000>; }; };"

static void test_stdout_names(void **state)
{
	(void)state;
	assert_text_uart("/dts-v1/; / { chosen { linux,stdout-path = \"/a@1000\"; };" TWO_UARTS,
			 0x1000);
	/* the newer name wins in any position; an unusable one does not */
	assert_text_uart("/dts-v1/; / { chosen { linux,stdout-path = \"/a@1000\"; "
			 "stdout-path = \"/b\"; };" TWO_UARTS,
			 0x2000);
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = \"/b\"; "
			 "linux,stdout-path = \"/a@1000\"; };" TWO_UARTS,
			 0x2000);
	assert_text_uart("/dts-v1/; / { chosen { stdout-path; "
			 "linux,stdout-path = \"/a@1000\"; };" TWO_UARTS,
			 0x1000);
	/* not a string */
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = [2f 61]; };" TWO_UARTS, 0);
	/* no /aliases at all; /chosen and /aliases after the rest */
	assert_text_uart("/dts-v1/; / { chosen { stdout-path = \"serial0\"; };" TWO_UARTS, 0);
	assert_text_uart(
		"/dts-v1/; / { aliases { s = \"/b\"; }; chosen { stdout-path = \"s\"; };" TWO_UARTS,
		0x2000);
	assert_text_uart(
		"/dts-v1/; / { chosen { stdout-path = \"s\"; }; aliases { s = \"/a\"; };" TWO_UARTS,
		0x1000);
	/* of two /chosen the first counts */
	assert_text_uart("/dts-v1/; / { chosen@0 { stdout-path = \"/a\"; }; chosen { stdout-path = "
			 "\"/b\"; };" TWO_UARTS,
			 0x1000);
	/* nonsense cells */
	assert_text_uart(
		"/dts-v1/; / { #address-cells = <0>; chosen { stdout-path = \"/a\"; };" TWO_UARTS,
		0);
	assert_text_uart("/dts-v1/; / { #size-cells = <0xffffffff>; chosen { stdout-path = \"/a\"; "
			 "};" TWO_UARTS,
			 0);
	assert_text_uart(
		"/dts-v1/; / { #address-cells = [02]; chosen { stdout-path = \"/a\"; };" TWO_UARTS,
		0);
}

/* "disabled" does not forbid a UART that stdout-path names; all that says more does. */
static void test_stdout_status(void **state)
{
	static const struct {
		const char *status;
		bool usable;
	} cases[] = {
		{"okay", true},     {"ok", true},          {"disabled", true},
		{"fail", false},    {"fail-hw", false},    {"reserved", false},
		{"disable", false}, {"disabled-x", false}, {"", false},
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(
			text, sizeof(text),
			"/dts-v1/; / { chosen { stdout-path = \"/b/u\"; }; b { ranges; u { "
			"status = \"%s\"; compatible = \"arm,pl011\"; reg = <0 0x1000 1>; }; }; };",
			cases[i].status);
		assert_text_uart(text, cases[i].usable ? 0x1000 : 0);
		snprintf(text, sizeof(text),
			 "/dts-v1/; / { chosen { stdout-path = \"/b/u\"; }; b { status = \"%s\"; "
			 "ranges; u { compatible = \"arm,pl011\"; reg = <0 0x1000 1>; }; }; };",
			 cases[i].status);
		assert_text_uart(text, cases[i].usable ? 0x1000 : 0);
	}
}

/* A UART at this depth, the root and the UART included. */
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

/* A node with these compatibles, without the UART's other properties. */
static void assert_compatible(const char *list, enum lethe_console_kind kind, uint32_t shift,
			      uint32_t width, uint32_t is_sbsa)
{
	struct lethe_uart uart;
	char text[512];
	void *tree;

	snprintf(text, sizeof(text),
		 "/dts-v1/; / { chosen { stdout-path = \"/u\"; }; "
		 "u { compatible = %s; reg = <0 0x1000 0x1000>; }; };",
		 list);
	tree = tree_compile_text(text);
	lethe_fdt_stdout(tree, &uart);
	if (uart.kind != kind || uart.reg_shift != shift || uart.reg_width != width ||
	    uart.is_sbsa != is_sbsa) {
		fail_msg("%s: kind %d shift %u width %u is_sbsa %u", list, uart.kind,
			 uart.reg_shift, uart.reg_width, uart.is_sbsa);
	}
	free(tree);
}

/* If a node is compatible with two kinds, the greater counts, in any position. */
static void test_stdout_compatibles(void **state)
{
	(void)state;
	assert_compatible("\"arm,pl011\"", LETHE_CONSOLE_PL011, 0, 4, 0);
	assert_compatible("\"arm,sbsa-uart\"", LETHE_CONSOLE_PL011, 0, 4, 1);
	assert_compatible("\"arm,pl011\", \"arm,sbsa-uart\"", LETHE_CONSOLE_PL011, 0, 4, 0);
	assert_compatible("\"arm,sbsa-uart\", \"arm,pl011\"", LETHE_CONSOLE_PL011, 0, 4, 0);
	assert_compatible("\"ns16550a\", \"arm,sbsa-uart\"", LETHE_CONSOLE_PL011, 0, 4, 1);
	assert_compatible("\"ns8250\"", LETHE_CONSOLE_NS16550, 0, 1, 0);
	assert_compatible("\"nxp,lpc3220-uart\"", LETHE_CONSOLE_NS16550, 0, 1, 0);
	assert_compatible("\"brcm,bcm2835-aux-uart\"", LETHE_CONSOLE_NS16550, 2, 4, 0);
	assert_compatible("\"mrvl,mmp-uart\"", LETHE_CONSOLE_NS16550, 2, 4, 0);
	assert_compatible("\"ti,am654-uart\", \"ns16550a\"", LETHE_CONSOLE_NS16550, 2, 4, 0);
	assert_compatible("\"ns16550a\", \"ti,am654-uart\"", LETHE_CONSOLE_NS16550, 2, 4, 0);
	assert_compatible("\"qcom,geni-debug-uart\"", 5, 0, 4, 0);
	assert_compatible("\"qcom,geni-uart\"", 5, 0, 4, 0);
	assert_compatible("\"qcom,msm-uartdm-v1.4\", \"qcom,msm-uartdm\"", 6, 0, 4, 0);
	assert_compatible("\"renesas,scif-r8a77951\", \"renesas,rcar-gen3-scif\", \"renesas,scif\"",
			  7, 0, 4, 0);
	assert_compatible("\"renesas,hscif\"", 7, 0, 4, 0);
	assert_compatible("\"renesas,scif-r9a07g054\", \"renesas,scif-r9a07g044\"", 8, 0, 4, 0);
	assert_compatible("\"renesas,scif-r9a09g057\"", 8, 0, 4, 0);
	assert_compatible("\"nxp,s32g2-linflexuart\", \"fsl,s32v234-linflexuart\"", 9, 0, 4, 0);
	assert_compatible("\"fsl,imx8mp-uart\", \"fsl,imx6q-uart\"", 10, 0, 4, 0);
	assert_compatible("\"amlogic,meson-gx-uart\", \"amlogic,meson-ao-uart\"", 11, 0, 4, 0);
	assert_compatible("\"fsl,imx8qm-lpuart\", \"fsl,imx8qxp-lpuart\"", 12, 0, 4, 0);
	assert_compatible("\"fsl,imx93-lpuart\", \"fsl,imx7ulp-lpuart\"", 12, 0, 4, 0);
	assert_compatible("\"fsl,ls1028a-lpuart\"", 13, 0, 4, 0);
	assert_compatible("\"xlnx,zynqmp-uart\", \"cdns,uart-r1p12\"", 14, 0, 4, 0);
	assert_compatible("\"marvell,armada-3700-uart\"", 15, 0, 4, 0);
	assert_compatible("\"samsung,exynos5433-uart\"", 16, 0, 4, 0);
	assert_compatible("\"google,gs101-uart\"", 16, 0, 4, 0);
	assert_compatible("\"renesas,r9a09g011-uart\", \"renesas,em-uart\"", 17, 0, 4, 0);
	/* big-endian registers, and another register for characters */
	assert_compatible("\"fsl,ls1021a-lpuart\"", LETHE_CONSOLE_NONE, 0, 0, 0);
	assert_compatible("\"marvell,armada-3700-uart-ext\"", LETHE_CONSOLE_NONE, 0, 0, 0);
	assert_compatible("\"arm,pl011x\"", LETHE_CONSOLE_NONE, 0, 0, 0);
	assert_compatible("\"\"", LETHE_CONSOLE_NONE, 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stdout),
		cmocka_unit_test(test_stdout_names),
		cmocka_unit_test(test_stdout_status),
		cmocka_unit_test(test_stdout_depth),
		cmocka_unit_test(test_stdout_compatibles),
	};

	return cmocka_run_group_tests_name("fdt_stdout", tests, NULL, NULL);
}
