/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before every C file of the purgatory: libfdt's loads of cells by single bytes become one, which is half a kilobyte.
 * A tree is read at the beginning of a page only, and lethe_fdt_check() has seen to the alignment in it: cells by 4
 * bytes; of 64-bit numbers Lethe and libfdt read only those of the reservations so, which are by 8.
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
