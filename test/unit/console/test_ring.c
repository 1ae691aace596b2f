/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's ring, and how many characters a UART is given at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console/console.h"
#include "console/uart.h"
#include "console/uart_drivers.h"
#include "random.h"
#include "uart_model.h"

#define RING_HOLDS 511U
#define MS         1000000U

static char expected[8192];
static uint32_t expected_length;

static void start(uint32_t kind, struct model uart)
{
	const struct lethe_uart wanted = {.kind = (enum lethe_console_kind)kind,
					  .base = MODEL_BASE,
					  .reg_shift = MODEL_SHIFT,
					  .reg_width = MODEL_WIDTH};

	model = uart;
	model.now = MS;
	expected_length = 0;
	lethe_console_open(&wanted);
}

static struct model pl011(void)
{
	return (struct model){.depth = 16, .empty = 15};
}

static struct model ns16550(void)
{
	return (struct model){.depth = 16, .empty = 0, .iir = 0xc1};
}

/* A line of so many characters, "lethe: " and CRLF with them. */
static void print(uint32_t length)
{
	char text[128];
	uint32_t i;

	for (i = 0; i < length - strlen("lethe: \r\n"); i++) {
		text[i] = (char)('a' + (expected_length + i) % 26);
	}
	text[i] = '\0';
	lethe_console_line("%s", text);
	expected_length +=
		(uint32_t)snprintf(expected + expected_length, sizeof(expected) - expected_length,
				   "lethe: %s\r\n", text);
}

static void assert_out(void)
{
	assert_int_equal(model.length, expected_length);
	assert_memory_equal(model.text, expected, expected_length);
}

/* Everything has left the UART, too. */
static void drain(void)
{
	lethe_console_drain();
	assert_out();
	assert_true(model.end <= model.now);
}

/* A line costs the time of a few looks, and the UART is filled meanwhile, without a wait. */
static void test_nothing_waits(void **state)
{
	uint32_t before;

	(void)state;
	start(LETHE_UART_pl011, pl011());
	print(100);
	assert_int_equal(model.length, 17); /* the FIFO, and what is being sent */
	assert_true(model.now < MS + MODEL_CHAR_NS);
	while (model.length < 100) {
		before = model.length;
		model.now += 4 * MODEL_CHAR_NS;
		lethe_console_feed();
		assert_in_range(model.length - before, 1, 5);
	}
	/* Nothing waits, so nobody looks. */
	model.looks = 0;
	lethe_console_feed();
	assert_int_equal(model.looks, 0);
	drain();
}

/* The ring takes as many as it holds; then each character waits for one to leave, and no longer. */
static void test_full(void **state)
{
	uint64_t begin;
	unsigned int i;

	(void)state;
	start(LETHE_UART_pl011, pl011());
	for (i = 0; i < 4; i++) {
		print(120);
	}
	assert_true(model.now < MS + MODEL_CHAR_NS);
	print(RING_HOLDS + 17 - 4 * 120);
	assert_true(model.now < MS + MODEL_CHAR_NS);
	assert_int_equal(model.length, 17);
	begin = model.now;
	print(100);
	assert_in_range((model.now - begin) / MODEL_CHAR_NS, 99, 101);
	drain();
}

/* Round and round, at any rate of printing and feeding. */
static void test_wraps(void **state)
{
	struct test_random random = {1};
	unsigned int turn;
	uint64_t i;

	(void)state;
	for (turn = 0; turn < 200; turn++) {
		const bool is_16550 = random_below(&random, 2) != 0;

		start(is_16550 ? LETHE_UART_ns16550 : LETHE_UART_pl011,
		      is_16550 ? ns16550() : pl011());
		for (i = random_below(&random, 50); i != 0; i--) {
			if (random_below(&random, 2) != 0) {
				print(10 + (uint32_t)random_below(&random, 110));
			}
			model.now += random_below(&random, 10 * MS);
			lethe_console_feed();
		}
		drain();
	}
}

/* A UART that is never ready costs one time-out, at whatever call; then nothing is touched. */
static void test_dead(void **state)
{
	static void (*const waits[])(void) = {lethe_console_drain, lethe_console_hurry};
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		start(LETHE_UART_ns16550, ns16550());
		model.is_dead = true;
		print(100);
		lethe_console_feed();
		assert_true(model.looks < 10);
		if (i < 2) {
			waits[i]();
		} else {
			while (model.looks < 10) {
				print(100);
			}
		}
		assert_in_range(model.looks, LETHE_UART_POLLS, LETHE_UART_POLLS + 10);
		model.looks = 0;
		model.is_dead = false;
		print(100);
		lethe_console_feed();
		lethe_console_hurry();
		lethe_console_drain();
		assert_int_equal(model.looks, 0);
		assert_int_equal(model.length, 0);
	}
}

/* A UART that goes away is given up at once, with what waits. */
static void test_gone(void **state)
{
	(void)state;
	start(LETHE_UART_pl011, pl011());
	print(100);
	model.is_gone = true;
	model.looks = 0;
	lethe_console_feed();
	assert_int_equal(model.looks, 1);
	lethe_console_drain();
	print(100);
	assert_int_equal(model.looks, 1);
	assert_int_equal(model.length, 17);
}

/* After a failure a line has gone to the UART when the call returns; until the next open. */
static void test_hurry(void **state)
{
	(void)state;
	start(LETHE_UART_ns16550, ns16550());
	print(100);
	lethe_console_hurry();
	assert_out();
	print(50);
	assert_out();
	start(LETHE_UART_ns16550, ns16550());
	print(50);
	assert_true(model.length < 20);
	drain();
}

struct fifo_case {
	const char *name;
	uint32_t depth;
	uint32_t empty;
	uint32_t iir;
	uint32_t at_once; /* characters after one look */
};

static const struct fifo_case fifos[] = {
	{"PC16550D", 16, 0, 0xc1, 15},
	{"PC16550D, THRE interrupt pending", 16, 0, 0xc2, 15},
	{"PC16550D, FIFO off", 1, 0, 0x01, 1},
	{"16550 with the FIFO that does not work", 1, 0, 0x81, 1},
	{"the same with 64 characters", 64, 0, 0xc1, 15},
	{"16750", 64, 0, 0xe1, 15},
	{"trigger level 1", 16, 1, 0xc1, 1},
	{"trigger level 4", 16, 4, 0xc1, 1},
	{"half of 64", 64, 32, 0xc1, 1},
	{"Raspberry Pi's mini UART", 8, 7, 0xc1, 1},
};

/* Nothing is lost, whatever "empty" means, and whatever firmware left in the FIFO; and the 16550
 * takes its 15 where it can. */
static void test_16550(void **state)
{
	uint32_t left;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fifos) / sizeof(fifos[0]); i++) {
		const struct fifo_case *c = &fifos[i];

		for (left = 0; left <= c->depth + 1; left++) {
			struct model uart = {.depth = c->depth, .empty = c->empty, .iir = c->iir};

			start(LETHE_UART_ns16550, uart);
			model.end = model.now + left * MODEL_CHAR_NS - MODEL_CHAR_NS / 3;
			print(120);
			print(120);
			print(120);
			while (model.length < 360) {
				model.now += 3 * MODEL_CHAR_NS;
				lethe_console_feed();
			}
			drain();
			if (model.most != c->at_once) {
				fail_msg("%s: %u at once, %u left by firmware", c->name, model.most,
					 left);
			}
			assert_true(model.iir_reads <= 1);
		}
	}
}

/* What was learnt of one UART is not believed of the next. */
static void test_next_uart(void **state)
{
	(void)state;
	start(LETHE_UART_ns16550, ns16550());
	print(100);
	drain();
	start(LETHE_UART_ns16550, (struct model){.depth = 8, .empty = 7, .iir = 0xc1});
	print(100);
	drain();
	/* A PL011 whose FIFO is off: nothing is learnt of another kind than a 16550. */
	start(LETHE_UART_pl011, (struct model){.depth = 1, .empty = 0, .iir = 0xc1});
	print(100);
	drain();
	assert_int_equal(model.iir_reads, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_waits), cmocka_unit_test(test_full),
		cmocka_unit_test(test_wraps),         cmocka_unit_test(test_dead),
		cmocka_unit_test(test_gone),          cmocka_unit_test(test_hurry),
		cmocka_unit_test(test_16550),         cmocka_unit_test(test_next_uart),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
