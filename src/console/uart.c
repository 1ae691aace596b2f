/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting, shared by all UARTs, and the call of a driver by the UART's kind. */
#include "console/uart.h"

#include "console/uart_drivers.h"

_Static_assert(LETHE_UART_SPAN <= 4096, "plan.c lets a UART end 4 KiB above its base");

#define DRAIN_LIMIT (16 * LETHE_UART_POLLS) /* 128 characters at 9600 baud take 133 ms */

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

unsigned int lethe_uart_status(const struct lethe_uart *uart)
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
		unsigned int status = lethe_uart_status(uart);

		if ((status & LETHE_UART_GONE) != 0) {
			return false;
		}
		if ((status & busy) == 0) {
			return true;
		}
	}
	return false;
}

void lethe_uart_store(const struct lethe_uart *uart, char c)
{
	switch ((uint32_t)uart->kind) {
#define UART(name, number, registers, span, compatibles, reduced, driver, ...)                     \
	case number: lethe_uart_##driver##_send(uart, c); break;
		LETHE_UART_DRIVERS(UART)
#undef UART
	default: break;
	}
}

bool lethe_uart_send(const struct lethe_uart *uart, char c)
{
	if (!wait_while(uart, LETHE_UART_FULL, LETHE_UART_POLLS)) {
		return false;
	}
	lethe_uart_store(uart, c);
	return true;
}

bool lethe_uart_drain(const struct lethe_uart *uart)
{
	return wait_while(uart, LETHE_UART_SENDING, DRAIN_LIMIT);
}
