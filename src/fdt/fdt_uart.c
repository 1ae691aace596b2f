/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a node of the tree to a UART: the address for a CPU, since libfdt does not translate
 * addresses, and the driver (console/uart_drivers.h).
 */

#include "console/uart_drivers.h"
#include "fdt/fdt_get.h"
#include "strings_list.h"

/* Translates an address on a bus to the bus's parent. False if no entry of `ranges` covers it. */
static bool translate(struct lethe_fdt tree, int parent, int bus, uint64_t *address)
{
	int child_cells = lethe_fdt_address_cells(tree, bus);
	int parent_cells = lethe_fdt_address_cells(tree, parent);
	int size_cells = lethe_fdt_size_cells(tree, bus);
	int entry = (child_cells + parent_cells + size_cells) * (int)sizeof(fdt32_t);
	uint64_t child;
	uint64_t parent_base;
	uint64_t size;
	int failed;
	int left;
	const fdt32_t *value = fdt_getprop(tree.dtb, bus, "ranges", &left);

	if (value == NULL || (child_cells | parent_cells | size_cells) < 0) {
		return false;
	}
	if (left == 0) {
		return true; /* with an empty `ranges` both buses have the same addresses */
	}
	for (; left >= entry; left -= entry) {
		failed = lethe_fdt_get_cells(&value, child_cells, &child);
		failed |= lethe_fdt_get_cells(&value, parent_cells, &parent_base);
		failed |= lethe_fdt_get_cells(&value, size_cells, &size);
		if (failed == 0 && *address - child < size) {
			*address = *address - child + parent_base;
			return *address >= parent_base;
		}
	}
	return false;
}

bool lethe_fdt_address(struct lethe_fdt tree, const int *node, int depth, uint64_t *address)
{
	int uart = node[depth - 1];
	struct lethe_fdt_ranges reg;
	struct lethe_fdt_range range;
	uint32_t offset;
	int i;

	if (lethe_fdt_ranges_open(&reg, tree, node[depth - 2], uart, "reg") != LETHE_OK ||
	    !lethe_fdt_ranges_next(&reg, &range)) {
		return false;
	}
	*address = range.base;
	for (i = depth - 2; i > 0; i--) {
		if (!translate(tree, node[i - 1], node[i], address)) {
			return false;
		}
	}
	offset = lethe_fdt_node_u32(tree, uart, "reg-offset", 0);
	*address += offset;
	/* Registers that wrap would be in RAM at 0. No driver uses more than 4 KiB. */
	return *address >= offset && !lethe_range_wraps(*address, 4096);
}

/* For each kind, in the order of the numbers, two lists: compatibles, and those of lesser kinds. */
#define UART(name, number, registers, span, compatibles, reduced, ...) compatibles "\0" reduced "\0"
static const char compatibles[] = LETHE_UART_DRIVERS(UART);
#undef UART

/*
 * Finds the kind of a node, LETHE_UART_END if none fits. *reduced: the node is of the lesser kind.
 * If a node is compatible with several, the first in the table counts.
 */
static uint32_t find_kind(struct lethe_fdt tree, int node, bool *reduced)
{
	const char *name = compatibles;
	uint32_t list;

	for (list = 2 * LETHE_UART_FIRST; list < 2 * LETHE_UART_END; list++) {
		for (; *name != '\0'; name = lethe_next_string(name)) {
			if (fdt_stringlist_search(tree.dtb, node, "compatible", name) >= 0) {
				break;
			}
		}
		if (*name != '\0') {
			break;
		}
		name++; /* past the list's end */
	}
	*reduced = list % 2 != 0;
	return list / 2;
}

bool lethe_fdt_uart_describe(struct lethe_fdt tree, const int *node, int depth,
			     struct lethe_uart *uart)
{
	int uart_node = node[depth - 1];
	enum lethe_uart_registers registers;
	bool reduced;

	if (fdt_getprop(tree.dtb, uart_node, "big-endian", NULL) != NULL ||
	    !lethe_fdt_address(tree, node, depth, &uart->base)) {
		return false;
	}
	uart->kind = (enum lethe_console_kind)find_kind(tree, uart_node, &reduced);
	registers = lethe_uart_registers(uart->kind);
	if (registers == LETHE_UART_UNKNOWN) {
		return false;
	}
	if (registers == LETHE_UART_WORDS) {
		uart->is_sbsa = reduced;
		uart->reg_width = 4;
		return uart->base % 4 == 0;
	}
	uart->reg_shift = lethe_fdt_node_u32(tree, uart_node, "reg-shift", reduced ? 0 : 2);
	uart->reg_width = lethe_fdt_node_u32(tree, uart_node, "reg-io-width", reduced ? 1 : 4);
	if (uart->reg_width != 1 && uart->reg_width != 2 && uart->reg_width != 4) {
		return false;
	}
	/* An access wider than the registers are apart would be unaligned, and fault. */
	return uart->reg_shift <= 3 && uart->reg_width <= 1U << uart->reg_shift &&
	       uart->base % uart->reg_width == 0;
}
