/* SPDX-License-Identifier: BSD-2-Clause */
/* Arm's PL011 (DDI 0183, 3.2), and the SBSA's generic UART with fewer registers. */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Byte offsets and bits. 32-bit accesses: the SBSA forbids narrower accesses. */
#define PL011_DR        0x00
#define PL011_FR        0x18
#define PL011_FR_TXFF   (1U << 5)
#define PL011_FR_BUSY   (1U << 3)
#define PL011_CR        0x30
#define PL011_CR_UARTEN (1U << 0)
#define PL011_CR_TXE    (1U << 8)

static volatile uint32_t *register_at(const struct lethe_uart *uart, uint64_t offset)
{
	return (volatile uint32_t *)(uart->base + offset);
}

bool lethe_uart_pl011_open(struct lethe_uart *uart)
{
	const uint32_t on = PL011_CR_UARTEN | PL011_CR_TXE;
	uint32_t value;

	if (lethe_probe_read(uart->base + PL011_FR, &value, 4, false) != 0) {
		return false;
	}
	if (uart->is_sbsa) { /* always on, without a control register */
		return true;
	}
	if (lethe_probe_read(uart->base + PL011_CR, &value, 4, false) != 0) {
		return false;
	}
	/* A PL011 that is off never sends the characters in its FIFO. */
	if ((value & on) != on) {
		*register_at(uart, PL011_CR) = value | on;
	}
	return true;
}

unsigned int lethe_uart_pl011_status(const struct lethe_uart *uart)
{
	uint32_t flags = *register_at(uart, PL011_FR);

	return ((flags & PL011_FR_TXFF) != 0 ? LETHE_UART_FULL : 0) |
	       ((flags & PL011_FR_BUSY) != 0 ? LETHE_UART_SENDING : 0);
}

void lethe_uart_pl011_send(const struct lethe_uart *uart, char c)
{
	*register_at(uart, PL011_DR) = (uint8_t)c;
}
