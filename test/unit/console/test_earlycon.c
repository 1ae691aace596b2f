/* SPDX-License-Identifier: BSD-2-Clause */
/* `earlycon=` in command lines, right and wrong. The right ones are spelled as in Linux's
 * documentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/earlycon.h"
#include "console/uart_drivers.h"

struct earlycon_case {
	const char *bootargs;
	struct lethe_uart uart; /* kind 0: none */
};

#define FOUND(name, base, shift, width, sbsa)                                                      \
	{                                                                                          \
		(enum lethe_console_kind) LETHE_UART_##name, shift, width, sbsa, base              \
	}

static const struct earlycon_case cases[] = {
	/* the control register of a PL011 is left alone, as by Linux's early console */
	{"earlycon=pl011,0x9000000", FOUND(pl011, 0x9000000, 0, 4, true)},
	{"earlycon=pl011,mmio32,0xfe201000", FOUND(pl011, 0xfe201000, 0, 4, true)},
	{"earlycon=uart8250,mmio32,0xFF1A0000,115200n8", FOUND(ns16550, 0xff1a0000, 2, 4, false)},
	{"earlycon=uart8250,mmio16,0x21c0500", FOUND(ns16550, 0x21c0500, 1, 2, false)},
	{"earlycon=uart8250,mmio,0x21c0501,9600", FOUND(ns16550, 0x21c0501, 0, 1, false)},
	{"earlycon=uart8250,0x21c0500", FOUND(ns16550, 0x21c0500, 0, 1, false)},
	{"earlycon=uart,mmio32,0x2800000", FOUND(ns16550, 0x2800000, 2, 4, false)},
	{"earlycon=ns16550a,mmio32,0x2800000", FOUND(ns16550, 0x2800000, 2, 4, false)},
	{"earlycon=bcm2835aux,mmio32,0x3f215040", FOUND(ns16550, 0x3f215040, 2, 4, false)},
	{"earlycon=omap8250,0x2800000", FOUND(ns16550, 0x2800000, 2, 4, false)},
	{"earlycon=mtk8250,mmio,0x11002000", FOUND(ns16550, 0x11002000, 2, 4, false)},
	{"earlycon=qcom_geni,0xa90000", FOUND(geni, 0xa90000, 0, 4, false)},
	{"earlycon=msm_geni_serial,0xa90000", FOUND(geni, 0xa90000, 0, 4, false)},
	{"earlycon=msm_serial_dm,0x78b0000", FOUND(uartdm, 0x78b0000, 0, 4, false)},
	{"earlycon=scif,0xe6e88000", FOUND(scif, 0xe6e88000, 0, 4, false)},
	{"earlycon=hscif,0xe6540000", FOUND(scif, 0xe6540000, 0, 4, false)},
	{"earlycon=rzscifa,0x1004b800", FOUND(rzscif, 0x1004b800, 0, 4, false)},
	{"earlycon=linflex,0x401c8000", FOUND(linflex, 0x401c8000, 0, 4, false)},
	{"earlycon=ec_imx6q,0x30890000,115200", FOUND(imx, 0x30890000, 0, 4, false)},
	{"earlycon=ec_imx21,0x30890000", FOUND(imx, 0x30890000, 0, 4, false)},
	{"earlycon=meson,0xff803000", FOUND(meson, 0xff803000, 0, 4, false)},
	{"earlycon=lpuart32,mmio32,0x5a060010", FOUND(lpuart32, 0x5a060010, 0, 4, false)},
	{"earlycon=cdns,mmio,0xFF000000,115200n8", FOUND(cdns, 0xff000000, 0, 4, false)},
	{"earlycon=ar3700_uart,0xd0012000", FOUND(armada3700, 0xd0012000, 0, 4, false)},
	{"earlycon=exynos4210,mmio32,0x13820000", FOUND(samsung, 0x13820000, 0, 4, false)},
	{"earlycon=s5pv210,0x13820000", FOUND(samsung, 0x13820000, 0, 4, false)},
	{"earlycon=gs101,0x10a00000", FOUND(samsung, 0x10a00000, 0, 4, false)},

	/* any place in the line; the first that is known */
	{"quiet\t earlycon=meson,0x1000\tro", FOUND(meson, 0x1000, 0, 4, false)},
	{"earlycon earlycon=foo,0x4 earlycon=meson,0x1000 earlycon=cdns,0x2000",
	 FOUND(meson, 0x1000, 0, 4, false)},
	{"earlycon=meson,0xfffffffffffff000", {0}},
	{"earlycon=meson,0xffffffffffffefFC", FOUND(meson, 0xffffffffffffeffc, 0, 4, false)},
	{"earlycon=meson,0x00000000000000000001000", FOUND(meson, 0x1000, 0, 4, false)},

	{"", {0}},
	{"earlycon", {0}},
	{"earlycon=", {0}},
	{"earlycon=meson", {0}},
	{"earlycon=meson,", {0}},
	{"earlycon=meson,0x", {0}},
	{"earlycon=meson,0xg", {0}},
	{"earlycon=meson,0x1000g", {0}},
	{"earlycon=meson,0x10:00", {0}},
	{"earlycon=meson,4096", {0}},
	{"earlycon=meson,0X1000", {0}},
	{"earlycon=meson,0x0", {0}},
	{"earlycon=meson,0x1002", {0}},
	{"earlycon=meson,0x10000000000001000", {0}},
	{"earlycon=meson,io,0x3f8", {0}},
	{"earlycon=meson,mmio32be,0x1000", {0}},
	{"earlycon=meson,mmio32", {0}},
	{"earlycon=meson,mmio32,", {0}},
	{"earlycon=meson,mmio32,mmio32,0x1000", {0}},
	{"earlycon=uart8250,mmio32,0x1002", {0}},
	{"earlycon=uart8250,mmio16,0x1001", {0}},
	{"earlycon=mesonx,0x1000", {0}},
	{"earlycon=meso,0x1000", {0}},
	{"earlycon=Meson,0x1000", {0}},
	{"earlycon=,0x1000", {0}},
	{"earlycon= meson,0x1000", {0}},
	{"xearlycon=meson,0x1000", {0}},
	{"earlycon.x=meson,0x1000", {0}},
	{"earlyconsole=meson,0x1000", {0}},
	{"x=earlycon=meson,0x1000", {0}},
};

/* In an allocation of exactly its size: the address sanitizer sees a read past the end. */
static void test_uart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lethe_uart *expected = &cases[i].uart;
		struct lethe_uart uart = {0};
		char *bootargs = strdup(cases[i].bootargs);
		bool found = lethe_earlycon_uart(bootargs, &uart);

		if (found != (expected->base != 0) || uart.kind != expected->kind ||
		    uart.base != expected->base || uart.reg_shift != expected->reg_shift ||
		    uart.reg_width != expected->reg_width || uart.is_sbsa != expected->is_sbsa) {
			fail_msg("\"%s\": %d kind %d base 0x%llx shift %u width %u is_sbsa %d",
				 bootargs, found, uart.kind, (unsigned long long)uart.base,
				 uart.reg_shift, uart.reg_width, uart.is_sbsa);
		}
		free(bootargs);
	}
	assert_false(lethe_earlycon_uart(NULL, &(struct lethe_uart){0}));
}

/* Cut anywhere, a line is read to its end and no further. */
static void test_cut(void **state)
{
	static const char whole[] = "ro earlycon=uart8250,mmio32,0x88888888,115200n8";
	struct lethe_uart uart;
	char *bootargs;

	(void)state;
	for (size_t length = 0; length < sizeof(whole); length++) {
		bootargs = strndup(whole, length);
		assert_int_equal(lethe_earlycon_uart(bootargs, &uart),
				 length > strlen("ro earlycon=uart8250,mmio32,0x"));
		assert_int_equal(lethe_earlycon_wanted(bootargs), length >= strlen("ro earlycon"));
		free(bootargs);
	}
}

static void test_wanted(void **state)
{
	(void)state;
	assert_true(lethe_earlycon_wanted("earlycon"));
	assert_true(lethe_earlycon_wanted("quiet earlycon"));
	assert_true(lethe_earlycon_wanted("earlycon ro"));
	assert_true(lethe_earlycon_wanted("earlycon\tro"));
	assert_true(lethe_earlycon_wanted("\t earlycon=pl011,0x9000000"));
	assert_true(lethe_earlycon_wanted("earlycon="));
	assert_false(lethe_earlycon_wanted(NULL));
	assert_false(lethe_earlycon_wanted(""));
	assert_false(lethe_earlycon_wanted("quiet"));
	assert_false(lethe_earlycon_wanted("noearlycon"));
	assert_false(lethe_earlycon_wanted("earlyconsole"));
	assert_false(lethe_earlycon_wanted("earlyco"));
	assert_false(lethe_earlycon_wanted("x=earlycon"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uart),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests_name("earlycon", tests, NULL, NULL);
}
