/* SPDX-License-Identifier: BSD-2-Clause */
/* The 8250 and its successors (National Semiconductor PC16550D, 8.0). */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Register numbers and bits. */
#define NS16550_THR      0
#define NS16550_LSR      5
#define NS16550_LSR_THRE (1U << 5)
#define NS16550_LSR_TEMT (1U << 6)
#define NS16550_LSR_GONE 0xffU /* no UART answers: a real LSR never has all bits set */

static uint64_t address_of(const struct lethe_uart *uart, uint64_t number)
{
	return uart->base + (number << uart->reg_shift);
}

bool lethe_uart_ns16550_open(struct lethe_uart *uart)
{
	uint32_t value;

	return lethe_probe_read(address_of(uart, NS16550_LSR), &value, uart->reg_width, false) == 0;
}

unsigned int lethe_uart_ns16550_status(const struct lethe_uart *uart)
{
	uint64_t address = address_of(uart, NS16550_LSR);
	uint32_t status;

	switch (uart->reg_width) {
	case 1: status = *(volatile uint8_t *)address; break;
	case 2: status = *(volatile uint16_t *)address; break;
	default: status = *(volatile uint32_t *)address; break;
	}
	if ((status & 0xff) == NS16550_LSR_GONE) {
		return LETHE_UART_GONE;
	}
	return ((status & NS16550_LSR_THRE) != 0 ? 0 : LETHE_UART_FULL) |
	       ((status & NS16550_LSR_TEMT) != 0 ? 0 : LETHE_UART_SENDING);
}

void lethe_uart_ns16550_send(const struct lethe_uart *uart, char c)
{
	uint64_t address = address_of(uart, NS16550_THR);

	switch (uart->reg_width) {
	case 1: *(volatile uint8_t *)address = (uint8_t)c; break;
	case 2: *(volatile uint16_t *)address = (uint8_t)c; break;
	default: *(volatile uint32_t *)address = (uint8_t)c; break;
	}
}
