/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Qualcomm's GENI serial engine as a UART. The engine sends by commands: each states how many
 * characters follow, and only then takes them. One command sends one character here, as in Trusted
 * Firmware's console (plat/qti, qti_uart_console.S); names as in Linux's linux/soc/qcom/geni-se.h.
 */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Byte offsets and bits. 32-bit accesses. */
#define SE_GENI_STATUS       0x40
#define M_GENI_CMD_ACTIVE    (1U << 0)
#define SE_UART_TX_TRANS_LEN 0x270
#define SE_GENI_M_CMD0       0x600
#define UART_START_TX        (1U << 27) /* M_OPCODE, bits 31:27 */
#define SE_GENI_TX_FIFO      0x700

static volatile uint32_t *register_at(const struct lethe_uart *uart, uint64_t offset)
{
	return (volatile uint32_t *)(uart->base + offset);
}

bool lethe_uart_geni_open(struct lethe_uart *uart)
{
	uint32_t value;

	return lethe_probe_read(uart->base + SE_GENI_STATUS, &value, 4, false) == 0;
}

/* A command is active until its last bit has left. */
unsigned int lethe_uart_geni_status(const struct lethe_uart *uart)
{
	uint32_t status = *register_at(uart, SE_GENI_STATUS);

	if (status == UINT32_MAX) {
		return LETHE_UART_GONE;
	}
	return (status & M_GENI_CMD_ACTIVE) != 0 ? LETHE_UART_FULL | LETHE_UART_SENDING : 0;
}

void lethe_uart_geni_send(const struct lethe_uart *uart, char c)
{
	*register_at(uart, SE_UART_TX_TRANS_LEN) = 1;
	*register_at(uart, SE_GENI_M_CMD0) = UART_START_TX;
	*register_at(uart, SE_GENI_TX_FIFO) = (uint8_t)c;
}
