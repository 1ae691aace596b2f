/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included before every C file of the purgatory: libfdt loads a cell with one access here, instead of four by single
 * bytes. That saves half a kilobyte. The purgatory reads a tree at the beginning of a page only, and lethe_fdt_check()
 * has checked the alignment of its blocks: all cells are at multiples of 4. The only 64-bit numbers that are loaded
 * whole are those of the reservations, at multiples of 8.
 */
#ifndef LETHE_ALIGNED_CELLS_H
#define LETHE_ALIGNED_CELLS_H

#include <libfdt.h>

static inline uint32_t lethe_purgatory_cell(const fdt32_t *cell)
{
	return fdt32_to_cpu(*cell);
}

#define fdt32_ld(cell)	lethe_purgatory_cell(cell)

#endif
