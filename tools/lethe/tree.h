/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_TREE_H
#define LETHE_TOOL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Is this a flattened device tree that the firmware will read? The same judgement
 * (lethe_fdt_read()). Returns 1 with its size, or 0 with a reason.
 */
bool tree_check(const uint8_t *bytes, uint64_t size, uint32_t *total_size, char *reason,
		size_t reason_size);

#endif
