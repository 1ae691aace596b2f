/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MMU_REGS_H
#define LETHE_MMU_REGS_H

/* Offsets into struct lethe_mmu_regs, for mmu.S: layout_asserts.c. */
#define LETHE_MMU_TCR      0  /* and mair */
#define LETHE_MMU_SCTLR    16 /* and hcr */
#define LETHE_MMU_HAS_TCR2 36 /* and has_sctlr2 */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#include "cpu/idmap.h"

/* The input: ID registers and state of this CPU. */
struct lethe_mmu_id {
	uint64_t pfr0; /* ID_AA64PFR0_EL1 */
	uint64_t mmfr0, mmfr3, mmfr4; /* ID_AA64MMFRn_EL1; 3 and 4 read as zero on older CPUs */
	uint32_t el;                  /* 1 or 2 */
	bool e2h; /* HCR_EL2.E2H as probed, not as read: false at EL1 (entry.S) */
};

/* Registers of the current EL, whole, for an identity map of idmap.h. */
struct lethe_mmu_regs {
	uint64_t tcr;
	uint64_t mair;
	uint64_t sctlr; /* M, C and I set on top of SCTLR_ELx_OFF */
	uint64_t hcr;   /* HCR_EL2 while Lethe runs; at EL1 0, and not written */
	enum lethe_regime regime;
	uint32_t has_tcr2;   /* TCR2_ELx exists, and must be zero */
	uint32_t has_sctlr2; /* SCTLR2_ELx likewise */
	uint64_t limit;      /* the CPU's exclusive limit of mappable addresses, at most 2^48 */
};

/* Contracts: the banners in mmu.S. */
void lethe_mmu_on(const struct lethe_mmu_regs *regs, uint64_t root, uint64_t start, uint64_t end);
void lethe_mmu_off(uint64_t start, uint64_t end);

/*
 * Pure: computes the register values. Returns 0, or LETHE_E_MAP_GRANULE if the CPU has no 4 KiB
 * granule; *regs is then not written. Any state.
 */
int lethe_mmu_regs(const struct lethe_mmu_id *id, struct lethe_mmu_regs *regs);

#endif

#endif
