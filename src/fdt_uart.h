/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_UART_H
#define LETHE_FDT_UART_H

/* What the node of a UART and the buses above it say: where it is, and how its registers lie. */

#include <lethe/fdt.h>

#include "fdt_walk.h"

/* What a node on the way to the UART says about the addresses of its children. */
struct lethe_bus {
	uint32_t address_cells;
	uint32_t size_cells;
	const unsigned char *ranges; /* null: children are not mapped */
	uint32_t ranges_length;
};

/* What a node says about itself as a device. */
struct lethe_device {
	const unsigned char *reg;
	uint32_t reg_length;
	uint32_t reg_offset;
	uint32_t reg_shift;
	uint32_t reg_width;
	int has_shift;
	int big_endian;
	struct lethe_walk compatible; /* stands at the property; length 0 when there is none */
};

/*
 * Fills *uart from a device that lies on bus[level - 1], bus[0] being the root. 1 when a CPU can
 * drive it: mapped through every `ranges`, of a known kind, and with registers that take aligned
 * accesses. Otherwise 0, and *uart holds nothing of use.
 */
int lethe_uart_describe(const struct lethe_device *device, const struct lethe_bus *bus,
			unsigned int level, struct lethe_uart *uart);

#endif
