/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NXP's LINFlexD as a UART (S32G2 Reference Manual, LINFlexD: UARTCR, UARTSR, BDRL). Firmware
 * selects one of two modes, and bit DTF means something else in each: with a FIFO, "full"; with a
 * buffer of one character, "the character has left", until a 1 is written to the bit.
 */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Byte offsets and bits. 32-bit accesses, and bytes to BDRL. */
#define UARTCR          0x10
#define UARTCR_TFBM     (1U << 8)  /* with a FIFO */
#define UARTCR_TX_LEVEL (7U << 13) /* characters in the FIFO */
#define UARTSR          0x14
#define UARTSR_DTF      (1U << 1)
#define BDRL            0x38

static bool is_sending; /* with a buffer: DTF will tell when the last character has left */

static volatile uint32_t *register_at(const struct lethe_uart *uart, uint64_t offset)
{
	return (volatile uint32_t *)(uart->base + offset);
}

bool lethe_uart_linflex_open(struct lethe_uart *uart)
{
	uint32_t value;

	/* As Linux and Trusted Firmware leave it: each waits for its last character. */
	is_sending = false;
	return lethe_probe_read(uart->base + UARTSR, &value, 4, false) == 0;
}

unsigned int lethe_uart_linflex_status(const struct lethe_uart *uart)
{
	uint32_t control = *register_at(uart, UARTCR);
	bool flag = (*register_at(uart, UARTSR) & UARTSR_DTF) != 0;

	if (control == UINT32_MAX) {
		return LETHE_UART_GONE;
	}
	if ((control & UARTCR_TFBM) == 0) {
		return is_sending && !flag ? LETHE_UART_FULL | LETHE_UART_SENDING : 0;
	}
	/* No flag tells when the last of the FIFO's characters has left, only when it is next. */
	return (flag ? LETHE_UART_FULL : 0) |
	       ((control & UARTCR_TX_LEVEL) != 0 ? LETHE_UART_SENDING : 0);
}

void lethe_uart_linflex_send(const struct lethe_uart *uart, char c)
{
	if ((*register_at(uart, UARTCR) & UARTCR_TFBM) == 0) {
		*register_at(uart, UARTSR) = UARTSR_DTF;
		is_sending = true;
	}
	*(volatile uint8_t *)(uart->base + BDRL) = (uint8_t)c;
}
