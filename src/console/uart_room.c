/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many characters a UART takes without another look at it: one, for all but a 16550 that has
 * shown that its FIFO is one.
 *
 * A PC16550D (National Semiconductor, "Line Status Register", "Interrupt Identification Register")
 * says by LSR.THRE that the FIFO of 16 is empty, and not that it has room; so sixteen characters may
 * follow. Two bits of IIR tell that the FIFO is on. The bits alone are not enough: those of a
 * Raspberry Pi's mini UART are always set, and its THRE says that there is room for at least one, of
 * 8 (BCM2835 ARM Peripherals, AUX_MU_IIR_REG, AUX_MU_LSR_REG). MediaTek's THRE says that no more
 * than a trigger level is left. A plan, a command line and a tree name all of these by the same kind.
 *
 * So the UART has to show it. Sent to one by one from the moment when nothing was left in it, it says
 * "not empty" with no more than two characters, if its FIFO is a 16550's. From this on THRE leaves at
 * most one of these in the FIFO: 15 follow. A FIFO that is off says the same, and then IIR tells. A
 * UART that never says so takes characters one by one, as long as it says that it takes them.
 *
 * IIR is read once, and only then. The read takes away the news of an empty transmitter from an
 * interrupt that Lethe never takes and that a kernel asks for anew. Every 16550 that uart_drivers.h
 * names has IIR in this place, with these bits as in a PC16550D (OMAP: a mirror of FCR's bit 0; DW:
 * 00 or 11), unless LCR selects another bank, in which no register sends characters either.
 */
#include "console/uart.h"
#include "console/uart_drivers.h"

#include "cpu/fault.h"

#define NS16550_IIR         2
#define NS16550_IIR_FIFO_ON 0xc0U
#define FEW                 2U  /* characters in the UART when it said "not empty" */
#define BURST               15U /* of 16, and one may be left */

static unsigned int count; /* characters since the UART was seen empty; more than FEW: or not known */
static unsigned int burst; /* 0: not known yet */

void lethe_uart_room_start(void)
{
	count = FEW + 1;
	burst = 0;
}

static bool is_fifo_on(const struct lethe_uart *uart)
{
	uint32_t value;

	return lethe_probe_read(uart->base + ((uint64_t)NS16550_IIR << uart->reg_shift), &value,
				uart->reg_width, false) == 0 &&
	       (value & NS16550_IIR_FIFO_ON) == NS16550_IIR_FIFO_ON;
}

static void learn(const struct lethe_uart *uart, unsigned int status)
{
	if ((status & LETHE_UART_SENDING) == 0) {
		count = 0;
	} else if ((status & LETHE_UART_FULL) != 0 && count != 0 && count <= FEW) {
		burst = is_fifo_on(uart) ? BURST : 1;
	}
}

int lethe_uart_room(const struct lethe_uart *uart, uint32_t polls)
{
	unsigned int status;

	for (; polls != 0; polls--) {
		status = lethe_uart_status(uart);
		if ((status & LETHE_UART_GONE) != 0) {
			return LETHE_UART_NO_ANSWER;
		}
		if (burst == 0 && (uint32_t)uart->kind == LETHE_UART_ns16550) {
			learn(uart, status);
		}
		if ((status & LETHE_UART_FULL) == 0) {
			count++;
			return burst != 0 ? (int)burst : 1;
		}
	}
	return 0;
}
