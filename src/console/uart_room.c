/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many characters a UART takes after one look at it: one, unless it is a 16550 that has shown
 * what its THRE means.
 *
 * A PC16550D with its FIFOs on (National Semiconductor, PC16550D, 8.0) sets LSR.THRE when the
 * transmit FIFO is empty, and clears THRE with the first byte: 16 may follow. IIR[7:6] = 3 says
 * that the FIFOs are on. Those two bits do not suffice. On a Raspberry Pi's mini UART they are
 * always set, and THRE says that the FIFO, of 8, can accept at least one (BCM2835 ARM Peripherals,
 * AUX_MU_IIR_REG, AUX_MU_LSR_REG). On others THRE may mean that no more than a trigger level is
 * left. Plans, trees and command lines name all of these as the same kind.
 *
 * So the UART is asked by what it does. From TEMT on, when it holds nothing, it gets characters one
 * by one. A THRE that goes away with the first or second of them leaves at most one in the FIFO
 * whenever it is set: 15 of 16 may follow. A FIFO that is off does the same, which IIR then tells.
 * A UART whose THRE stays gets one character for each look, as long as THRE allows: that is right
 * for each of them, and was done for all of them before.
 *
 * IIR is read once, behind that proof, so never on a mini UART. It is in the bank of LSR and THR,
 * and the read may take back an interrupt for an empty transmitter: Lethe takes none, and a
 * kernel's driver asks for it anew.
 */
#include "console/uart.h"
#include "console/uart_drivers.h"

#include "cpu/fault.h"

#define NS16550_IIR         2
#define NS16550_IIR_FIFO_ON 0xc0U
#define FEW                 2U  /* one of them is being sent, or soon */
#define BURST               15U /* of 16, and one may be left */

static unsigned int count; /* characters since TEMT; more than FEW: many, or not known */
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
