/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_UART_DRIVERS_H
#define LETHE_UART_DRIVERS_H

/*
 * Lethe's UARTs, one line each. The console's switches, the plan's check, the search of the tree,
 * the reading of `earlycon=`, and the options of the command `lethe` come from this table. A new
 * UART is one line here, and a row of console/uart_row.c if it is a status to poll and a word to
 * store; else a file, console/uart_DRIVER.c, with the three functions at the end of this header.
 *
 * UART(name, number, registers, span, compatibles, reduced, driver, early, early_reduced)
 *   name         in `lethe pack --console NAME,ADDR`
 *   number       console_kind of the plan, from 3 on, ascending, never used again
 *   registers    WORDS: at fixed places, with accesses of the width that the driver knows
 *                SPACED: the plan or the tree states their distance and width
 *   span         bytes of registers that the driver uses from the base, at most 4096
 *   compatibles  of tree nodes: strings, each with a zero. SPACED: the registers are words, unless
 *                the tree states otherwise
 *   reduced      compatibles of lesser hardware. WORDS: sets is_sbsa. SPACED: the registers are
 *                bytes side by side, unless the tree states otherwise
 *   driver       in the driver's functions
 *   early        names in Linux's `earlycon=NAME,ADDR`: strings, each with a zero. SPACED: the
 *                registers are words
 *   early_reduced  such names of lesser hardware, as under reduced. SPACED: as the option states
 *
 * The purgatory's budget allows no more drivers: PURGATORY_UARTS lists its drivers, products.mk
 * their files. A new driver goes into MORE_UARTS. enum lethe_console_kind (lethe/plan.h) has
 * the numbers once more, for C programs that write plans; plan/layout_asserts.c compares.
 */
/* The purgatory's budget allows the most frequent of Debian's arm64 trees. */
#define NS16550_WORDS_SHORT "brcm,bcm2835-aux-uart\0mediatek,mt6577-uart\0ti,am654-uart\0"
#ifdef LETHE_PURGATORY
#define NS16550_WORDS NS16550_WORDS_SHORT
#else
#define NS16550_WORDS                                                                              \
	NS16550_WORDS_SHORT                                                                        \
	"nvidia,tegra20-uart\0nvidia,tegra30-uart\0ti,am64-uart\0ti,omap2-uart\0"                  \
	"ti,omap3-uart\0ti,omap4-uart\0intel,xscale-uart\0mrvl,mmp-uart\0"
#endif
#define NS16550_BYTES                                                                              \
	"ns8250\0ns16450\0ns16550\0ns16550a\0ns16750\0ns16850\0snps,dw-apb-uart\0"                 \
	"nuvoton,npcm750-uart\0nuvoton,npcm845-uart\0andestech,uart16550\0nxp,lpc3220-uart\0"

/* Linux's early console never touches a PL011's control register: every PL011 is taken for less. */
#define PURGATORY_UARTS(UART)                                                                      \
	UART(pl011, 3, WORDS, 72, "arm,pl011\0", "arm,sbsa-uart\0", pl011, "", "pl011\0")          \
	UART(ns16550, 4, SPACED, 64, NS16550_WORDS, NS16550_BYTES, ns16550,                        \
	     "bcm2835aux\0omap8250\0mtk8250\0", "uart8250\0uart\0ns16550\0ns16550a\0")

#define SAMSUNG                                                                                    \
	"samsung,exynos4210-uart\0samsung,exynos5433-uart\0samsung,exynos850-uart\0"               \
	"samsung,exynos8895-uart\0google,gs101-uart\0"

#define MORE_UARTS(UART)                                                                           \
	UART(geni, 5, WORDS, 0x704, "qcom,geni-debug-uart\0qcom,geni-uart\0", "", geni,            \
	     "qcom_geni\0msm_geni_serial\0", "")                                                   \
	UART(uartdm, 6, WORDS, 0x74, "qcom,msm-uartdm\0", "", uartdm, "msm_serial_dm\0", "")       \
	UART(scif, 7, WORDS, 0x12, "renesas,scif\0renesas,hscif\0", "", scif, "scif\0hscif\0", "") \
	UART(rzscif, 8, WORDS, 0x0a, "renesas,scif-r9a07g044\0renesas,scif-r9a09g057\0", "", scif, \
	     "rzscifa\0", "")                                                                      \
	UART(linflex, 9, WORDS, 0x3c, "fsl,s32v234-linflexuart\0", "", linflex, "linflex\0", "")   \
	UART(imx, 10, WORDS, 0xb8, "fsl,imx6q-uart\0", "", row, "ec_imx6q\0ec_imx21\0", "")        \
	UART(meson, 11, WORDS, 0x10,                                                               \
	     "amlogic,meson-ao-uart\0amlogic,meson-gx-uart\0amlogic,meson-s4-uart\0", "", row,     \
	     "meson\0", "")                                                                        \
	UART(lpuart, 12, WORDS, 0x20, "fsl,imx7ulp-lpuart\0fsl,imx8qxp-lpuart\0", "", row, "", "") \
	UART(lpuart32, 13, WORDS, 0x10, "fsl,ls1028a-lpuart\0", "", row, "lpuart32\0", "")         \
	UART(cdns, 14, WORDS, 0x34, "cdns,uart-r1p12\0cdns,uart-r1p8\0xlnx,xuartps\0", "", row,    \
	     "cdns\0", "")                                                                         \
	UART(armada3700, 15, WORDS, 0x10, "marvell,armada-3700-uart\0", "", row, "ar3700_uart\0",  \
	     "")                                                                                   \
	UART(samsung, 16, WORDS, 0x24, SAMSUNG, "", row, "exynos4210\0s5pv210\0gs101\0", "")       \
	UART(em, 17, WORDS, 0x1c, "renesas,em-uart\0", "", row, "", "")                            \
	/* a new UART goes above this line */

#ifdef LETHE_PURGATORY
#define LETHE_UART_DRIVERS(UART) PURGATORY_UARTS(UART)
#else
#define LETHE_UART_DRIVERS(UART) PURGATORY_UARTS(UART) MORE_UARTS(UART)
#endif

#include <stdbool.h>

#include <lethe/fdt.h>

/* LETHE_UART_pl011 and so on: the numbers, without a gap, and the number after the last. */
#define UART(name, number, ...) LETHE_UART_##name = number,
enum lethe_uart_number { LETHE_UART_DRIVERS(UART) LETHE_UART_END };
#undef UART
#define LETHE_UART_FIRST 3U
#define UART(...)        +1
_Static_assert(LETHE_UART_END == LETHE_UART_FIRST LETHE_UART_DRIVERS(UART), "numbers have a gap");
#undef UART

/* As large as the largest span: the size of a UART's mapping. */
#define UART(name, number, registers, span, ...) char name[span];
union lethe_uart_span {
	LETHE_UART_DRIVERS(UART)
};
#undef UART
#define LETHE_UART_SPAN sizeof(union lethe_uart_span)

enum lethe_uart_registers { LETHE_UART_UNKNOWN, LETHE_UART_WORDS, LETHE_UART_SPACED };

/* UNKNOWN if console_kind is not the number of a driver. */
static inline enum lethe_uart_registers lethe_uart_registers(uint32_t console_kind)
{
	switch (console_kind) {
#define UART(name, number, registers, ...)                                                         \
	case number: return LETHE_UART_##registers;
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
 * A driver, in console/uart_DRIVER.c. Only uart.c and uart_room.c wait, with a limit; a driver
 * never waits. MMU off, or the registers mapped as Device memory. A function's *uart is of the
 * driver's kinds.
 *
 * _open: reads a register by lethe_probe_read() before any plain access, and enables a transmitter
 *        that is off; baud rate and format stay. False if the UART faults.
 * _status: LETHE_UART_* above.
 * _send: sends one character, after _status without FULL; a 16550 several (uart_room.c).
 */
#define UART(name, number, registers, span, compatibles, reduced, driver, ...)                     \
	bool lethe_uart_##driver##_open(struct lethe_uart *uart);                                  \
	unsigned int lethe_uart_##driver##_status(const struct lethe_uart *uart);                  \
	void lethe_uart_##driver##_send(const struct lethe_uart *uart, char c);
LETHE_UART_DRIVERS(UART)
#undef UART

#endif
