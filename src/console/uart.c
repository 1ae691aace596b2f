/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/uart.h"

#include "cpu/fault.h"

/* PL011 (Arm DDI 0183, 3.2): byte offsets and bits. 32-bit accesses: the SBSA allows nothing
 * narrower. */
#define PL011_DR        0x00
#define PL011_FR        0x18
#define PL011_FR_TXFF   (1U << 5)
#define PL011_FR_BUSY   (1U << 3)
#define PL011_CR        0x30
#define PL011_CR_UARTEN (1U << 0)
#define PL011_CR_TXE    (1U << 8)

/* 16550: register numbers (National Semiconductor PC16550D, 8.0) and bits. */
#define NS_THR      0
#define NS_LSR      5
#define NS_LSR_THRE (1U << 5)
#define NS_LSR_TEMT (1U << 6)
#define NS_LSR_GONE 0xffU /* nothing answers: a real LSR never has every bit */

/*
 * Polls for one character. A character at 9600 baud takes 1 ms and a Device read some 100 ns, so
 * this is tens of times longer than any working UART needs.
 */
#define POLL_LIMIT  1000000U
#define DRAIN_LIMIT (16 * POLL_LIMIT) /* a FIFO of 128 characters at 9600 baud takes 133 ms */

static uint32_t read_reg(const struct lethe_uart *uart, uint64_t offset)
{
	uint64_t address = uart->base + offset;

	switch (uart->reg_width) {
	case 1: return *(volatile uint8_t *)address;
	case 2: return *(volatile uint16_t *)address;
	default: return *(volatile uint32_t *)address;
	}
}

static void write_reg(const struct lethe_uart *uart, uint64_t offset, uint32_t value)
{
	uint64_t address = uart->base + offset;

	switch (uart->reg_width) {
	case 1: *(volatile uint8_t *)address = (uint8_t)value; break;
	case 2: *(volatile uint16_t *)address = (uint16_t)value; break;
	default: *(volatile uint32_t *)address = value; break;
	}
}

static uint64_t ns_offset(const struct lethe_uart *uart, unsigned int reg)
{
	return (uint64_t)reg << uart->reg_shift;
}

/* A UART that nobody enabled holds what it is given for ever. Enabling is no change of its format.
 */
static int enable(const struct lethe_uart *uart)
{
	const uint32_t on = PL011_CR_UARTEN | PL011_CR_TXE;
	uint32_t value;

	if (uart->is_sbsa) { /* it is on, and has no such register */
		return 0;
	}
	if (lethe_probe_read(uart->base + PL011_CR, &value, uart->reg_width, 0) != 0) {
		return -1;
	}
	if ((value & on) != on) {
		write_reg(uart, PL011_CR, value | on);
	}
	return 0;
}

int lethe_uart_probe(struct lethe_uart *uart)
{
	uint64_t status;
	uint32_t value;

	if (uart->kind == LETHE_CONSOLE_PL011) {
		uart->reg_width = 4;
		status = PL011_FR;
	} else {
		status = ns_offset(uart, NS_LSR);
	}
	if (lethe_probe_read(uart->base + status, &value, uart->reg_width, 0) != 0) {
		return -1;
	}
	if (uart->kind == LETHE_CONSOLE_PL011) {
		return enable(uart);
	}
	return 0;
}

static int wait_for(const struct lethe_uart *uart, uint64_t offset, uint32_t mask, uint32_t want,
		    uint32_t polls)
{
	uint32_t i;

	for (i = 0; i < polls; i++) {
		uint32_t value = read_reg(uart, offset);

		if (uart->kind == LETHE_CONSOLE_NS16550 && (value & 0xff) == NS_LSR_GONE) {
			return -1;
		}
		if ((value & mask) == want) {
			return 0;
		}
	}
	return -1;
}

int lethe_uart_put(const struct lethe_uart *uart, char c)
{
	if (uart->kind == LETHE_CONSOLE_PL011) {
		if (wait_for(uart, PL011_FR, PL011_FR_TXFF, 0, POLL_LIMIT) != 0) {
			return -1;
		}
		write_reg(uart, PL011_DR, (uint8_t)c);
		return 0;
	}
	if (wait_for(uart, ns_offset(uart, NS_LSR), NS_LSR_THRE, NS_LSR_THRE, POLL_LIMIT) != 0) {
		return -1;
	}
	write_reg(uart, ns_offset(uart, NS_THR), (uint8_t)c);
	return 0;
}

int lethe_uart_drain(const struct lethe_uart *uart)
{
	if (uart->kind == LETHE_CONSOLE_PL011) {
		return wait_for(uart, PL011_FR, PL011_FR_BUSY, 0, DRAIN_LIMIT);
	}
	return wait_for(uart, ns_offset(uart, NS_LSR), NS_LSR_TEMT, NS_LSR_TEMT, DRAIN_LIMIT);
}
