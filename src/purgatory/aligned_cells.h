/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before every C file of the purgatory. libfdt then loads a cell by a single access
 * instead of four byte accesses, which saves half a kilobyte. The purgatory reads a tree only at
 * the beginning of a page, and lethe_fdt_check() has checked the alignment of the blocks. So every
 * cell is aligned to 4 bytes. Of 64-bit numbers only reservations are loaded whole, and these are
 * aligned to 8 bytes.
 */
#ifndef LETHE_ALIGNED_CELLS_H
#define LETHE_ALIGNED_CELLS_H

#include <libfdt.h>

static inline uint32_t lethe_purgatory_cell(const fdt32_t *cell)
{
	return fdt32_to_cpu(*cell);
}

#define fdt32_ld(cell) lethe_purgatory_cell(cell)

#endif
