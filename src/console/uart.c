/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting, shared by all UARTs, and the call of a driver by the UART's kind. */
#include "console/uart.h"

#include "console/uart_drivers.h"

_Static_assert(LETHE_UART_SPAN <= 4096, "plan.c lets a UART end 4 KiB above its base");

/*
 * Polls for one character. A character at 9600 baud takes 1 ms, and a Device read some 100 ns. So
 * the limit is tens of times longer than any working UART needs.
 */
#define POLL_LIMIT  1000000U
#define DRAIN_LIMIT (16 * POLL_LIMIT) /* a FIFO of 128 characters at 9600 baud takes 133 ms */

bool lethe_uart_open(struct lethe_uart *uart)
{
	switch ((uint32_t)uart->kind) {
#define UART(name, number, registers, span, compatibles, reduced, driver, ...)                     \
	case number: return lethe_uart_##driver##_open(uart);
		LETHE_UART_DRIVERS(UART)
#undef UART
	default: return false;
	}
}

static unsigned int status_of(const struct lethe_uart *uart)
{
	switch ((uint32_t)uart->kind) {
#define UART(name, number, registers, span, compatibles, reduced, driver, ...)                     \
	case number: return lethe_uart_##driver##_status(uart);
		LETHE_UART_DRIVERS(UART)
#undef UART
	default: return LETHE_UART_GONE;
	}
}

/* Polls until the UART's status has none of the flags in busy. */
static bool wait_while(const struct lethe_uart *uart, unsigned int busy, uint32_t polls)
{
	uint32_t i;

	for (i = 0; i < polls; i++) {
		unsigned int status = status_of(uart);

		if ((status & LETHE_UART_GONE) != 0) {
			return false;
		}
		if ((status & busy) == 0) {
			return true;
		}
	}
	return false;
}

bool lethe_uart_send(const struct lethe_uart *uart, char c)
{
	if (!wait_while(uart, LETHE_UART_FULL, POLL_LIMIT)) {
		return false;
	}
	switch ((uint32_t)uart->kind) {
#define UART(name, number, registers, span, compatibles, reduced, driver, ...)                     \
	case number: lethe_uart_##driver##_send(uart, c); return true;
		LETHE_UART_DRIVERS(UART)
#undef UART
	default: return false;
	}
}

bool lethe_uart_drain(const struct lethe_uart *uart)
{
	return wait_while(uart, LETHE_UART_SENDING, DRAIN_LIMIT);
}
