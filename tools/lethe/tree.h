/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_TREE_H
#define LETHE_TOOL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Checks a flattened device tree as the firmware will, by lethe_fdt_read(). Returns true with
 * *total_size, or false with a reason.
 */
bool tree_check(const uint8_t *bytes, uint64_t size, uint32_t *total_size, char *reason,
		size_t reason_size);

/*
 * True if a checked tree can be a machine's. False with a reason if it is an overlay or a FIT image.
 * Messages show name in commands to type.
 */
bool tree_is_machine(const uint8_t *tree, const char *name, char *reason, size_t reason_size);

/* True with a sentence if a checked tree's stdout-path names a UART that Lethe does not drive. */
bool tree_is_silent(const uint8_t *tree, char *reason, size_t reason_size);

#endif
