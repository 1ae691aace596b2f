/* SPDX-License-Identifier: BSD-2-Clause */
#include "uart_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "console/uart_drivers.h"
#include "cpu/fault.h"

struct model model;
void (*model_at_store)(void);

static uint64_t char_ns(void)
{
	return model.char_ns != 0 ? model.char_ns : MODEL_CHAR_NS;
}

/* Characters of which a bit is still to leave: the last may be one of them. */
static uint64_t inside(void)
{
	return model.end <= model.now ? 0 : (model.end - model.now + char_ns() - 1) / char_ns();
}

static uint64_t in_fifo(void)
{
	return inside() == 0 ? 0 : inside() - 1;
}

static unsigned int status(void)
{
	model.looks++;
	model.stores = 0;
	model.now += MODEL_ACCESS_NS;
	if (model.is_gone) {
		return LETHE_UART_GONE;
	}
	return (model.is_dead || in_fifo() > model.empty ? LETHE_UART_FULL : 0) |
	       (model.is_dead || inside() != 0 ? LETHE_UART_SENDING : 0);
}

static void store(char c)
{
	if (model_at_store != NULL) {
		model_at_store();
	}
	model.now += MODEL_ACCESS_NS;
	model.stores++;
	model.most = model.stores > model.most ? model.stores : model.most;
	assert_true(in_fifo() < model.depth);
	model.end = (inside() == 0 ? model.now : model.end) + char_ns();
	assert_true(model.length < sizeof(model.text));
	model.text[model.length++] = c;
	if (model_at_store != NULL) {
		model_at_store();
	}
}

int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, bool maintain)
{
	assert_int_equal(width, MODEL_WIDTH);
	assert_false(maintain);
	assert_int_equal(pa, MODEL_BASE + (2 << MODEL_SHIFT)); /* IIR */
	model.iir_reads++;
	*value = model.iir;
	return 0;
}

/* The other drivers are the real ones, and not used. */
#define DRIVER(driver)                                                                             \
	bool lethe_uart_##driver##_open(struct lethe_uart *uart)                                   \
	{                                                                                          \
		(void)uart;                                                                        \
		return true;                                                                       \
	}                                                                                          \
	unsigned int lethe_uart_##driver##_status(const struct lethe_uart *uart)                   \
	{                                                                                          \
		(void)uart;                                                                        \
		return status();                                                                   \
	}                                                                                          \
	void lethe_uart_##driver##_send(const struct lethe_uart *uart, char c)                     \
	{                                                                                          \
		(void)uart;                                                                        \
		store(c);                                                                          \
	}
DRIVER(pl011)
DRIVER(ns16550)
