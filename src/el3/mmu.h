/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL3_MMU_H
#define LETHE_EL3_MMU_H

#include "cpu/mmu_regs.h"

/* Contracts: the banners in mmu.S. */
void lethe_el3_mmu_on(const struct lethe_mmu_regs *regs, uint64_t root, uint64_t start,
		      uint64_t end);
void lethe_el3_mmu_off(uint64_t start, uint64_t end);

#endif
