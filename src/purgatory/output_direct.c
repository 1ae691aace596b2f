/* SPDX-License-Identifier: BSD-2-Clause */
/* The purgatory's console: each character waits for the UART. */
#include "console/output.h"

#include "console/uart.h"

static struct lethe_uart uart; /* kind NONE: the console is closed */

void lethe_output_open(const struct lethe_uart *wanted)
{
	uart = *wanted;
	if (uart.kind != LETHE_CONSOLE_NONE && !lethe_uart_open(&uart)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

bool lethe_output_is_open(void)
{
	return uart.kind != LETHE_CONSOLE_NONE;
}

void lethe_output_drain(void)
{
	if (lethe_output_is_open() && !lethe_uart_drain(&uart)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

/* Closes the console if the UART does not answer: a dead UART costs a single time-out. */
void lethe_output_put(char c)
{
	if (lethe_output_is_open() && !lethe_uart_send(&uart, c)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

void lethe_output_feed(void)
{
}

void lethe_output_hurry(void)
{
}
