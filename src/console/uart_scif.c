/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renesas's SCIF and HSCIF (R-Car Gen3 hardware manual, 52 and 53; RZ/G2L, "Serial Communication
 * Interface with FIFO"). The registers have the same order everywhere. They are 4 bytes apart, on
 * RZ/G2L and RZ/V2H 2.
 */
#include "console/uart_drivers.h"

#include "cpu/fault.h"

/* Register numbers and bits. FTDR is 8 bits wide, the others 16. */
#define SCSCR      2
#define SCSCR_TE   (1U << 5)
#define SCFTDR     3
#define SCFSR      4
#define SCFSR_TEND (1U << 6)
#define SCFSR_TDFE (1U << 5)
/* Written to SCFSR: a 0 clears a flag that was read as 1, and a 1 leaves ER, BRK, RDF and DR. */
#define SCFSR_KEEP 0x93U

static uint64_t address_of(const struct lethe_uart *uart, uint64_t number)
{
	return uart->base + number * ((uint32_t)uart->kind == LETHE_UART_rzscif ? 2 : 4);
}

static volatile uint16_t *register_at(const struct lethe_uart *uart, uint64_t number)
{
	return (volatile uint16_t *)address_of(uart, number);
}

bool lethe_uart_scif_open(struct lethe_uart *uart)
{
	uint32_t value;

	if (lethe_probe_read(address_of(uart, SCSCR), &value, 2, false) != 0) {
		return false;
	}
	if ((value & SCSCR_TE) == 0) {
		*register_at(uart, SCSCR) = (uint16_t)(value | SCSCR_TE);
	}
	return true;
}

unsigned int lethe_uart_scif_status(const struct lethe_uart *uart)
{
	uint32_t status = *register_at(uart, SCFSR);

	if (status == UINT16_MAX) {
		return LETHE_UART_GONE;
	}
	return ((status & SCFSR_TDFE) != 0 ? 0 : LETHE_UART_FULL) |
	       ((status & SCFSR_TEND) != 0 ? 0 : LETHE_UART_SENDING);
}

void lethe_uart_scif_send(const struct lethe_uart *uart, char c)
{
	*(volatile uint8_t *)address_of(uart, SCFTDR) = (uint8_t)c;
	/* The hardware sets the flags again when there is room, and when the last bit has left. */
	*register_at(uart, SCFSR) = SCFSR_KEEP;
}
