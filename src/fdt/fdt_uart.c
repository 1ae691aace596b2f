/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a UART is, by hand, for libfdt has no address translation; and what kind it is: see
 * fdt_get.h.
 */

#include "fdt/fdt_get.h"

/* Lists for lethe_fdt_node_is_any(). Registers of the last are words, and their trees need not say so.
 */
static const char pl011_names[] = "arm,pl011\0arm,sbsa-uart\0";
static const char ns16550_names[] =
	"ns8250\0ns16450\0ns16550\0ns16550a\0ns16750\0ns16850\0snps,dw-apb-uart\0"
	"nuvoton,npcm750-uart\0nuvoton,npcm845-uart\0andestech,uart16550\0nxp,lpc3220-uart\0";
#ifdef LETHE_PURGATORY
static const char word_ns16550_names[] = ""; /* 185 bytes that there is no room for */
#else
static const char word_ns16550_names[] =
	"brcm,bcm2835-aux-uart\0mediatek,mt6577-uart\0nvidia,tegra20-uart\0nvidia,tegra30-uart\0"
	"ti,am654-uart\0ti,am64-uart\0ti,omap2-uart\0ti,omap3-uart\0ti,omap4-uart\0"
	"intel,xscale-uart\0mrvl,mmp-uart\0";
#endif

/* One step up: an address on this bus becomes one on its parent's. */
static int translate(const void *tree, int parent, int bus, uint64_t *address)
{
	int child_cells = fdt_address_cells(tree, bus);
	int parent_cells = fdt_address_cells(tree, parent);
	int size_cells = fdt_size_cells(tree, bus);
	int entry = (child_cells + parent_cells + size_cells) * (int)sizeof(fdt32_t);
	uint64_t child;
	uint64_t to;
	uint64_t size;
	int lost;
	int left;
	const fdt32_t *value = fdt_getprop(tree, bus, "ranges", &left);

	if (value == NULL || (child_cells | parent_cells | size_cells) < 0) {
		return 0;
	}
	if (left == 0) {
		return 1; /* an empty `ranges` says that the two are one */
	}
	for (; left >= entry; left -= entry) {
		lost = lethe_fdt_read_cells(&value, child_cells, &child);
		lost |= lethe_fdt_read_cells(&value, parent_cells, &to);
		lost |= lethe_fdt_read_cells(&value, size_cells, &size);
		if (lost == 0 && *address - child < size) {
			*address = *address - child + to;
			return *address >= to;
		}
	}
	return 0;
}

/* The base of the UART as a CPU sees it. 1 when it has one. */
static int uart_address(const void *tree, const int *node, int depth, uint64_t *address)
{
	int uart = node[depth - 1];
	struct lethe_fdt_ranges reg;
	struct lethe_fdt_range range;
	uint32_t offset;
	int i;

	if (lethe_fdt_ranges_open(&reg, tree, node[depth - 2], uart, "reg") != LETHE_OK ||
	    lethe_fdt_ranges_next(&reg, &range) != 1) {
		return 0;
	}
	*address = range.base;
	for (i = depth - 2; i > 0; i--) {
		if (!translate(tree, node[i - 1], node[i], address)) {
			return 0;
		}
	}
	offset = lethe_fdt_node_u32(tree, uart, "reg-offset", 0);
	*address += offset;
	return *address >= offset;
}

int lethe_fdt_uart_describe(const void *tree, const int *node, int depth, struct lethe_uart *uart)
{
	int at = node[depth - 1];
	unsigned int words;

	if (fdt_getprop(tree, at, "big-endian", NULL) != NULL ||
	    !uart_address(tree, node, depth, &uart->base)) {
		return 0;
	}
	if (lethe_fdt_node_is_any(tree, at, pl011_names)) {
		uart->kind = LETHE_CONSOLE_PL011;
		uart->is_sbsa = (uint32_t)!lethe_fdt_node_is_any(tree, at, "arm,pl011\0");
		uart->reg_width = 4; /* SBSA allows no other, and every PL011 takes it */
		return uart->base % 4 == 0;
	}
	words = (unsigned int)lethe_fdt_node_is_any(tree, at, word_ns16550_names);
	if (!words && !lethe_fdt_node_is_any(tree, at, ns16550_names)) {
		return 0;
	}
	uart->kind = LETHE_CONSOLE_NS16550;
	uart->reg_shift = lethe_fdt_node_u32(tree, at, "reg-shift", words ? 2 : 0);
	uart->reg_width = lethe_fdt_node_u32(tree, at, "reg-io-width", words ? 4 : 1);
	if (uart->reg_width != 1 && uart->reg_width != 2 && uart->reg_width != 4) {
		return 0;
	}
	/* an access wider than the registers are apart would be unaligned, and fault */
	return uart->reg_shift <= 3 && uart->reg_width <= 1U << uart->reg_shift &&
	       uart->base % uart->reg_width == 0;
}
