/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a UART is, by hand, for libfdt has no address translation; and what kind it is: see
 * fdt_uart.h.
 */

#include <string.h>

#include <libfdt.h>

#include "fdt_uart.h"

/*
 * Lists of compatible strings, each one ended by its zero and the list by another: a table of
 * pointers would need relocations.
 *
 * Registers of the last group are words, and their trees need not say so.
 */
static const char pl011_names[] = "arm,pl011\0arm,sbsa-uart\0";
static const char ns16550_names[] =
	"ns8250\0ns16450\0ns16550\0ns16550a\0ns16750\0ns16850\0snps,dw-apb-uart\0"
	"nuvoton,npcm750-uart\0nuvoton,npcm845-uart\0andestech,uart16550\0nxp,lpc3220-uart\0";
static const char word_ns16550_names[] =
	"brcm,bcm2835-aux-uart\0mediatek,mt6577-uart\0nvidia,tegra20-uart\0nvidia,tegra30-uart\0"
	"ti,am654-uart\0ti,am64-uart\0ti,omap2-uart\0ti,omap3-uart\0ti,omap4-uart\0"
	"intel,xscale-uart\0mrvl,mmp-uart\0";

/* One step up: an address on this bus becomes one on its parent's. */
static int translate(const struct lethe_bus *bus, uint32_t parent_cells, uint64_t *address)
{
	uint32_t entry = (bus->address_cells + parent_cells + bus->size_cells) * 4U;
	const unsigned char *value = bus->ranges;
	uint32_t left = bus->ranges_length;
	uint64_t child;
	uint64_t parent;
	uint64_t size;

	if (value == NULL) {
		return 0;
	}
	if (left == 0) {
		return 1; /* an empty `ranges` says that the two are one */
	}
	for (; left >= entry; left -= entry, value += entry) {
		if (lethe_walk_number(value, bus->address_cells, &child) != LETHE_OK ||
		    lethe_walk_number(value + bus->address_cells * 4U, parent_cells, &parent) !=
			    LETHE_OK ||
		    lethe_walk_number(value + (bus->address_cells + parent_cells) * 4U,
				      bus->size_cells, &size) != LETHE_OK) {
			continue;
		}
		if (*address - child < size) {
			*address = *address - child + parent;
			return *address >= parent;
		}
	}
	return 0;
}

/* The base of the UART as a CPU sees it. 1 when it has one. */
static int uart_address(const struct lethe_device *device, const struct lethe_bus *bus,
			unsigned int level, uint64_t *address)
{
	struct lethe_range range;
	unsigned int i;

	if (device->reg == NULL) {
		return 0;
	}
	for (i = 0; i < level; i++) {
		if (bus[i].address_cells == 0 || bus[i].size_cells > LETHE_WALK_CELLS ||
		    bus[i].address_cells > LETHE_WALK_CELLS) {
			return 0;
		}
	}
	if (lethe_walk_range(device->reg, device->reg_length, bus[level - 1].address_cells,
			     bus[level - 1].size_cells, 0, &range) != 1) {
		return 0;
	}
	*address = range.base;
	for (i = level - 1; i != 0; i--) {
		if (!translate(&bus[i], bus[i - 1].address_cells, address)) {
			return 0;
		}
	}
	if (device->reg_offset > UINT64_MAX - *address) {
		return 0;
	}
	*address += device->reg_offset;
	return 1;
}

int lethe_uart_describe(const struct lethe_device *device, const struct lethe_bus *bus,
			unsigned int level, struct lethe_uart *uart)
{
	int words;

	if (device->big_endian || !uart_address(device, bus, level, &uart->base)) {
		return 0;
	}
	if (lethe_walk_list_has_any(&device->compatible, pl011_names)) {
		uart->kind = LETHE_CONSOLE_PL011;
		uart->reg_width = 4; /* SBSA allows no other, and every PL011 takes it */
		return uart->base % 4 == 0;
	}
	words = lethe_walk_list_has_any(&device->compatible, word_ns16550_names);
	if (!words && !lethe_walk_list_has_any(&device->compatible, ns16550_names)) {
		return 0;
	}
	uart->kind = LETHE_CONSOLE_NS16550;
	uart->reg_shift = device->has_shift ? device->reg_shift : (words ? 2 : 0);
	uart->reg_width = device->reg_width != 0 ? device->reg_width : (words ? 4 : 1);
	if (uart->reg_width != 1 && uart->reg_width != 2 && uart->reg_width != 4) {
		return 0;
	}
	/* an access wider than the registers are apart would be unaligned, and fault */
	return uart->reg_shift <= 3 && uart->reg_width <= 1U << uart->reg_shift &&
	       uart->base % uart->reg_width == 0;
}
