/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_DRIVERS_H
#define LETHE_UART_DRIVERS_H

/*
 * The UARTs that Lethe drives, one line each. From this table come the switches of the console, the
 * plan's check, the search of the tree, and the words of the command `lethe`. A new driver is one
 * line here and one file, console/uart_NAME.c, with the three functions that stand at the end.
 *
 * UART(name, number, registers, span, compatibles, reduced)
 *   name         in `lethe pack --console NAME,ADDR` and in the driver's functions
 *   number       console_kind of the plan, from 3 on, ascending, never used again
 *   registers    WORDS: 32-bit accesses, always
 *                SPACED: the plan or the tree says how far apart and how wide they are
 *   span         bytes of registers that the driver reaches from the base, at most 4096
 *   compatibles  of tree nodes: strings, each with its zero. SPACED: the registers are words, unless
 *                the tree says otherwise
 *   reduced      compatibles of lesser hardware. WORDS: they set is_sbsa. SPACED: the registers are
 *                bytes side by side, unless the tree says otherwise
 *
 * The purgatory has no room for more: PURGATORY_UARTS are its drivers, and products.mk lists their
 * files. Another goes into LETHE_UART_DRIVERS. enum lethe_console_kind (lethe/plan.h) names
 * numbers for C programs that write plans; nothing here needs a new name there.
 */
#ifdef LETHE_PURGATORY
#define NS16550_WORDS "" /* 185 bytes that there is no room for */
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

/* LETHE_UART_pl011 and so on: the numbers, and the one after the last. */
#define UART(name, number, ...) LETHE_UART_##name = number,
enum lethe_uart_number { LETHE_UART_DRIVERS(UART) LETHE_UART_END };
#undef UART

/* As large as the largest span: what is mapped for a UART. */
#define UART(name, number, registers, span, ...) char name[span];
union lethe_uart_span { LETHE_UART_DRIVERS(UART) };
#undef UART
#define LETHE_UART_SPAN sizeof(union lethe_uart_span)

enum lethe_uart_registers { LETHE_UART_UNKNOWN, LETHE_UART_WORDS, LETHE_UART_SPACED };

/* UNKNOWN when console_kind is no driver's number. */
static inline enum lethe_uart_registers lethe_uart_registers(uint32_t console_kind)
{
	switch (console_kind) {
#define UART(name, number, registers, ...) case number: return LETHE_UART_##registers;
	LETHE_UART_DRIVERS(UART)
#undef UART
	default: return LETHE_UART_UNKNOWN;
	}
}

/* What stands behind ADDR in `lethe pack --console NAME,ADDR`. */
#define LETHE_UART_FIELDS_WORDS  ""
#define LETHE_UART_FIELDS_SPACED "[,shift=N][,width=N]"

/* What a driver reports of its UART. */
#define LETHE_UART_FULL    (1U << 0) /* no room for a character */
#define LETHE_UART_SENDING (1U << 1) /* the last bit has not left */
#define LETHE_UART_GONE    (1U << 2) /* nothing answers */

/*
 * A driver, in console/uart_NAME.c. It never waits; uart.c does, and gives up in time. MMU off, or
 * the registers mapped as Device memory.
 *
 * _open: reads a register by lethe_probe_read() before any plain access, and enables a transmitter
 *        that is off; baud rate and format stay. False when the UART faults.
 * _status: LETHE_UART_* above.
 * _send: one character, when there is room.
 */
#define UART(name, ...)                                                                            \
	bool lethe_uart_##name##_open(struct lethe_uart *uart);                                    \
	unsigned int lethe_uart_##name##_status(const struct lethe_uart *uart);                    \
	void lethe_uart_##name##_send(const struct lethe_uart *uart, char c);
LETHE_UART_DRIVERS(UART)
#undef UART

#endif
