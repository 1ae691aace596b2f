/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Qualcomm's UARTDM, versions 1.1 to 1.4, at the offsets that all versions have (APQ8016E Technical
 * Reference Manual, 4.6; Linux's msm_serial.c). A transfer begins with the number of its
 * characters. The number may be written only if the transmitter is empty, so each character is a
 * transfer. If firmware left the single-character mode on, the number has no effect, and the word
 * is still one character.
 */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Byte offsets and bits. 32-bit accesses. */
#define UARTDM_SR                0x08
#define UARTDM_SR_TXEMT          (1U << 3)
#define UARTDM_CR                0x10
#define UARTDM_CR_RESET_TX_READY (3U << 8)
#define UARTDM_NCF_TX            0x40
#define UARTDM_TF                0x70

static volatile uint32_t *register_at(const struct lethe_uart *uart, uint64_t offset)
{
	return (volatile uint32_t *)(uart->base + offset);
}

bool lethe_uart_uartdm_open(struct lethe_uart *uart)
{
	uint32_t value;

	return lethe_probe_read(uart->base + UARTDM_SR, &value, 4, false) == 0;
}

unsigned int lethe_uart_uartdm_status(const struct lethe_uart *uart)
{
	uint32_t status = *register_at(uart, UARTDM_SR);

	if (status == UINT32_MAX) {
		return LETHE_UART_GONE;
	}
	return (status & UARTDM_SR_TXEMT) != 0 ? 0 : LETHE_UART_FULL | LETHE_UART_SENDING;
}

void lethe_uart_uartdm_send(const struct lethe_uart *uart, char c)
{
	*register_at(uart, UARTDM_CR) = UARTDM_CR_RESET_TX_READY;
	*register_at(uart, UARTDM_NCF_TX) = 1;
	(void)*register_at(uart, UARTDM_NCF_TX); /* the number arrives before the character */
	*register_at(uart, UARTDM_TF) = (uint8_t)c;
}
