/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_DRIVERS_H
#define LETHE_UART_DRIVERS_H

/*
 * Lethe's UART drivers, one line each. The console's switches, the plan's check, the search of the
 * tree, and the options of the command `lethe` come from this table. A new driver is one line here
 * and one file, console/uart_NAME.c, with the three functions at the end of this header.
 *
 * UART(name, number, registers, span, compatibles, reduced)
 *   name         in `lethe pack --console NAME,ADDR` and in the driver's functions
 *   number       console_kind of the plan, from 3 on, ascending, never used again
 *   registers    WORDS: 32-bit accesses, always
 *                SPACED: the plan or the tree states their distance and width
 *   span         bytes of registers that the driver uses from the base, at most 4096
 *   compatibles  of tree nodes: strings, each with a zero. SPACED: the registers are words, unless
 *                the tree states otherwise
 *   reduced      compatibles of lesser hardware. WORDS: sets is_sbsa. SPACED: the registers are
 *                bytes side by side, unless the tree states otherwise
 *
 * The purgatory's budget allows no more drivers: PURGATORY_UARTS lists its drivers, products.mk
 * their files. A new driver goes into LETHE_UART_DRIVERS. enum lethe_console_kind (lethe/plan.h)
 * names numbers for C programs that write plans; a new driver needs no name there.
 */
#ifdef LETHE_PURGATORY
#define NS16550_WORDS "" /* 185 bytes more than the purgatory's budget allows */
#else
#define NS16550_WORDS                                                                              \
	"brcm,bcm2835-aux-uart\0mediatek,mt6577-uart\0nvidia,tegra20-uart\0nvidia,tegra30-uart\0"  \
	"ti,am654-uart\0ti,am64-uart\0ti,omap2-uart\0ti,omap3-uart\0ti,omap4-uart\0"               \
	"intel,xscale-uart\0mrvl,mmp-uart\0"
#endif
#define NS16550_BYTES                                                                              \
	"ns8250\0ns16450\0ns16550\0ns16550a\0ns16750\0ns16850\0snps,dw-apb-uart\0"                 \
	"nuvoton,npcm750-uart\0nuvoton,npcm845-uart\0andestech,uart16550\0nxp,lpc3220-uart\0"

#define PURGATORY_UARTS(UART)                                                                      \
	UART(pl011, 3, WORDS, 72, "arm,pl011\0", "arm,sbsa-uart\0")                                \
	UART(ns16550, 4, SPACED, 64, NS16550_WORDS, NS16550_BYTES)

#ifdef LETHE_PURGATORY
#define LETHE_UART_DRIVERS(UART) PURGATORY_UARTS(UART)
#else
#define LETHE_UART_DRIVERS(UART)                                                                   \
	PURGATORY_UARTS(UART)                                                                      \
	/* a new driver goes above this line */
#endif

#include <stdbool.h>

#include <lethe/fdt.h>

/* LETHE_UART_pl011 and so on: the numbers, and the number after the last. */
#define UART(name, number, ...) LETHE_UART_##name = number,
enum lethe_uart_number { LETHE_UART_DRIVERS(UART) LETHE_UART_END };
#undef UART

/* As large as the largest span: the size of a UART's mapping. */
#define UART(name, number, registers, span, ...) char name[span];
union lethe_uart_span { LETHE_UART_DRIVERS(UART) };
#undef UART
#define LETHE_UART_SPAN sizeof(union lethe_uart_span)

enum lethe_uart_registers { LETHE_UART_UNKNOWN, LETHE_UART_WORDS, LETHE_UART_SPACED };

/* UNKNOWN if console_kind is not the number of a driver. */
static inline enum lethe_uart_registers lethe_uart_registers(uint32_t console_kind)
{
	switch (console_kind) {
#define UART(name, number, registers, ...) case number: return LETHE_UART_##registers;
	LETHE_UART_DRIVERS(UART)
#undef UART
	default: return LETHE_UART_UNKNOWN;
	}
}

/* The fields after ADDR in `lethe pack --console NAME,ADDR`. */
#define LETHE_UART_FIELDS_WORDS  ""
#define LETHE_UART_FIELDS_SPACED "[,shift=N][,width=N]"

/* A driver's report on its UART. */
#define LETHE_UART_FULL    (1U << 0) /* cannot accept a character */
#define LETHE_UART_SENDING (1U << 1) /* the last bit is not sent yet */
#define LETHE_UART_GONE    (1U << 2) /* the UART does not answer */

/*
 * A driver, in console/uart_NAME.c. Only uart.c waits, with a limit; a driver never waits. MMU off,
 * or the registers mapped as Device memory.
 *
 * _open: reads a register by lethe_probe_read() before any plain access, and enables a transmitter
 *        that is off; baud rate and format stay. False if the UART faults.
 * _status: LETHE_UART_* above.
 * _send: sends one character, after _status without FULL.
 */
#define UART(name, ...)                                                                            \
	bool lethe_uart_##name##_open(struct lethe_uart *uart);                                    \
	unsigned int lethe_uart_##name##_status(const struct lethe_uart *uart);                    \
	void lethe_uart_##name##_send(const struct lethe_uart *uart, char c);
LETHE_UART_DRIVERS(UART)
#undef UART

#endif
