/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each UART's registers as an array: what a driver takes for full, sending and gone, what it turns
 * on, and which bytes it stores. The expected values are stated here a second time, from the
 * manuals that the drivers name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console/uart.h"
#include "console/uart_drivers.h"
#include "cpu/fault.h"

#define WORDS 1024

static uint32_t registers[WORDS]; /* 4 KiB from the base */
static unsigned int probes;
static uint64_t probed[4]; /* offsets */
static bool probe_faults;

int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, bool maintain)
{
	assert_true(probes < sizeof(probed) / sizeof(probed[0]));
	probed[probes++] = pa - (uint64_t)registers;
	assert_false(maintain);
	assert_true(pa >= (uint64_t)registers && pa % width == 0);
	assert_true(pa + width <= (uint64_t)registers + sizeof(registers));
	if (probe_faults) {
		return -1;
	}
	*value = 0;
	memcpy(value, (const void *)pa, width);
	return 0;
}

/* A register's value; offset 0 with value 0 is no register. */
struct setting {
	uint32_t offset;
	uint32_t value;
};

struct uart_case {
	uint32_t kind;
	struct setting ready[2]; /* idle: takes a character, and the last bit has left */
	struct setting full;     /* as ready, but for this register: not */
	struct setting
		sending; /* as ready, but for this: takes a character, the last bit is there */
	struct setting status; /* where an absent UART reads as all ones, of the width given */
	uint32_t width;
	struct setting off[2];  /* the transmitter is off ... */
	struct setting on[2];   /* ... and what _open makes of it */
	struct setting sent[3]; /* what sending 0xe9 leaves behind; a byte at data only */
	uint32_t data;
	uint32_t data_width;
};

static const struct uart_case cases[] = {
	{
		.kind = LETHE_UART_geni,
		.full = {0x40, 1},
		.status = {0x40},
		.width = 4,
		.sent = {{0x270, 1}, {0x600, 0x08000000}},
		.data = 0x700,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_uartdm,
		.ready = {{0x08, 0x8}},
		.full = {0x08, 0x4},
		.status = {0x08},
		.width = 4,
		.sent = {{0x10, 0x300}, {0x40, 1}},
		.data = 0x70,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_scif,
		.ready = {{0x10, 0x60}},
		.full = {0x10, 0x40},
		.sending = {0x10, 0x20},
		.status = {0x10},
		.width = 2,
		.off = {{0x08, 0x10}},
		.on = {{0x08, 0x30}},
		.sent = {{0x10, 0x93}},
		.data = 0x0c,
		.data_width = 1,
	},
	{
		.kind = LETHE_UART_rzscif,
		.ready = {{0x08, 0x60}},
		.full = {0x08, 0x40},
		.sending = {0x08, 0x20},
		.status = {0x08},
		.width = 2,
		.off = {{0x04, 0x10}},
		.on = {{0x04, 0x30}},
		.sent = {{0x08, 0x93}},
		.data = 0x06,
		.data_width = 1,
	},
	{
		.kind = LETHE_UART_linflex, /* with a FIFO */
		.ready = {{0x10, 0x111}},
		.full = {0x14, 0x2},
		.sending = {0x10, 0x2111},
		.status = {0x10},
		.width = 4,
		.data = 0x38,
		.data_width = 1,
	},
	{
		.kind = LETHE_UART_imx,
		.ready = {{0xb4, 0x60}, {0x98, 0x4008}},
		.full = {0xb4, 0x10},
		.sending = {0x98, 0x4000},
		.status = {0xb4},
		.width = 4,
		.off = {{0x80, 0x200}, {0x84, 0x2021}},
		.on = {{0x80, 0x201}, {0x84, 0x2025}},
		.data = 0x40,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_meson,
		.ready = {{0x0c, 0x00400000}},
		.full = {0x0c, 0x02200000},
		.sending = {0x0c, 0x02400000},
		.status = {0x0c},
		.width = 4,
		.off = {{0x08, 0x2000}},
		.on = {{0x08, 0x3000}},
		.data = 0x00,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_lpuart,
		.ready = {{0x14, 0x00c00000}},
		.full = {0x14, 0x00000000},
		.sending = {0x14, 0x00800000},
		.status = {0x14},
		.width = 4,
		.off = {{0x18, 0x00040000}},
		.on = {{0x18, 0x000c0000}},
		.data = 0x1c,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_lpuart32,
		.ready = {{0x04, 0x00c00000}},
		.full = {0x04, 0x00000000},
		.sending = {0x04, 0x00800000},
		.status = {0x04},
		.width = 4,
		.off = {{0x08, 0x00040000}},
		.on = {{0x08, 0x000c0000}},
		.data = 0x0c,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_cdns,
		.ready = {{0x2c, 0x0008}},
		.full = {0x2c, 0x0810},
		.sending = {0x2c, 0x0808},
		.status = {0x2c},
		.width = 4,
		.off = {{0x00, 0x128}},
		.on = {{0x00, 0x118}},
		.data = 0x30,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_armada3700,
		.ready = {{0x0c, 0x2040}},
		.full = {0x0c, 0x0800},
		.sending = {0x0c, 0x2000},
		.status = {0x0c},
		.width = 4,
		.data = 0x04,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_samsung,
		.ready = {{0x10, 0x6}},
		.full = {0x10, 0x2},
		.sending = {0x18, 0x00010000},
		.status = {0x10},
		.width = 4,
		.data = 0x20,
		.data_width = 4,
	},
	{
		.kind = LETHE_UART_em,
		.ready = {{0x18, 0x60}},
		.full = {0x18, 0x00},
		.sending = {0x18, 0x20},
		.status = {0x18},
		.width = 4,
		.data = 0x00,
		.data_width = 1,
	},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of the status registers, those of 16 bits are written as such: their neighbours are others. */
static void set(const struct uart_case *uart, const struct setting *setting)
{
	if (setting->offset != 0 || setting->value != 0) {
		memcpy((uint8_t *)registers + setting->offset, &setting->value, uart->width);
	}
}

static struct lethe_uart start(const struct uart_case *uart, uint8_t fill)
{
	memset(registers, fill, sizeof(registers));
	set(uart, &uart->ready[0]);
	set(uart, &uart->ready[1]);
	probes = 0;
	probe_faults = false;
	return (struct lethe_uart){.kind = (enum lethe_console_kind)uart->kind,
				   .base = (uint64_t)registers,
				   .reg_width = 4};
}

/* Of PURGATORY_UARTS' drivers, boots are the test (test_consoles.py, test_16550.py). */
static void test_every_driver_is_here(void **state)
{
	(void)state;
	assert_int_equal(COUNT(cases), LETHE_UART_END - LETHE_UART_geni);
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(cases[i].kind, LETHE_UART_geni + i);
	}
}

static void test_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct uart_case *c = &cases[i];
		struct lethe_uart uart = start(c, 0);

		assert_true(lethe_uart_open(&uart));
		assert_true(lethe_uart_drain(&uart));
		assert_true(lethe_uart_send(&uart, 'x'));

		uart = start(c, 0);
		memcpy((uint8_t *)registers + c->full.offset, &c->full.value, c->width);
		assert_false(lethe_uart_send(&uart, 'x'));
		if (c->kind == LETHE_UART_samsung) { /* its two registers say different things */
			assert_false(lethe_uart_drain(&uart));
		}
		if (c->sending.offset != 0) {
			uart = start(c, 0);
			set(c, &c->sending);
			assert_true(lethe_uart_send(&uart, 'x'));
			uart = start(c, 0);
			set(c, &c->sending);
			assert_false(lethe_uart_drain(&uart));
		}
	}
}

/* Nothing answers: all ones are read, and no time is spent. A fault at the first access ends it. */
static void test_gone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct uart_case *c = &cases[i];
		struct lethe_uart uart = start(c, 0xff);

		memset((uint8_t *)registers + c->status.offset, 0xff, c->width);
		assert_false(lethe_uart_send(&uart, 'x'));
		assert_false(lethe_uart_drain(&uart));

		uart = start(c, 0);
		probe_faults = true;
		assert_false(lethe_uart_open(&uart));
		assert_int_equal(probes, 1);
	}
}

/* Registers with a meaning are read: the others may take a received character along. */
static void assert_probed(const struct uart_case *c)
{
	assert_true(probes > 0);
	assert_true(probed[0] == c->full.offset || probed[0] == c->on[0].offset);
	for (unsigned int i = 1; i < probes; i++) {
		assert_true(c->on[i - 1].value != 0 && probed[i] == c->on[i - 1].offset);
	}
}

/* The transmitter is turned on, and no other bit changes; a UART that is on is not stored to. */
static void test_open(void **state)
{
	static uint32_t before[WORDS];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct uart_case *c = &cases[i];
		struct lethe_uart uart = start(c, 0);

		set(c, &c->off[0]);
		set(c, &c->off[1]);
		memcpy(before, registers, sizeof(before));
		assert_true(lethe_uart_open(&uart));
		assert_probed(c);
		for (unsigned int turn = 0; turn < 2; turn++) {
			for (unsigned int n = 0; n < COUNT(c->on); n++) {
				if (c->on[n].value != 0) {
					memcpy((uint8_t *)before + c->on[n].offset, &c->on[n].value,
					       c->width);
				}
			}
			assert_memory_equal(registers, before, sizeof(before));
			probes = 0;
			assert_true(lethe_uart_open(&uart));
		}
	}
}

/* The character arrives where it should, and no other byte changes than those that are listed. */
static void test_send(void **state)
{
	static uint32_t before[WORDS];
	const uint32_t character = 0xe9;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct uart_case *c = &cases[i];
		struct lethe_uart uart = start(c, 0x50);

		/* 0x50 elsewhere is no driver's "full", and shows a stored zero. */
		memcpy(before, registers, sizeof(before));
		for (unsigned int n = 0; n < COUNT(c->sent); n++) {
			if (c->sent[n].value != 0) {
				memcpy((uint8_t *)before + c->sent[n].offset, &c->sent[n].value,
				       c->width);
			}
		}
		memcpy((uint8_t *)before + c->data, &character, c->data_width);
		assert_true(lethe_uart_send(&uart, (char)character));
		assert_memory_equal(registers, before, sizeof(before));
	}
}

/* LINFlexD with a buffer of one character: the flag tells only when the last one has left. */
static void test_linflex_buffer(void **state)
{
	struct lethe_uart uart = {.kind = (enum lethe_console_kind)LETHE_UART_linflex,
				  .base = (uint64_t)registers};
	uint8_t *bytes = (uint8_t *)registers;

	(void)state;
	probes = 0;
	probe_faults = false;
	memset(registers, 0, sizeof(registers));
	registers[0x10 / 4] = 0x11;
	assert_true(lethe_uart_open(&uart));
	assert_true(lethe_uart_drain(&uart));
	assert_true(lethe_uart_send(&uart, 'a'));
	assert_int_equal(bytes[0x38], 'a');
	assert_int_equal(registers[0x14 / 4], 2); /* in hardware: cleared by this 1 */
	registers[0x14 / 4] = 0;
	assert_false(lethe_uart_send(&uart, 'b'));
	assert_false(lethe_uart_drain(&uart));
	registers[0x14 / 4] = 2;
	assert_true(lethe_uart_send(&uart, 'b'));
	assert_int_equal(bytes[0x38], 'b');
	assert_true(lethe_uart_drain(&uart));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_driver_is_here),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_send),
		cmocka_unit_test(test_linflex_buffer),
	};

	return cmocka_run_group_tests_name("uart", tests, NULL, NULL);
}
