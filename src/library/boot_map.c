/* SPDX-License-Identifier: BSD-2-Clause */
/* What the caller's own map says, asked of the CPU. */
#include "library/boot_internal.h"

#include "cpu/sysreg.h"

#define PAGE 4096ULL

int lethe_boot_mmu_is_on(void)
{
	const uint64_t sctlr = READ(CurrentEL) == CURRENTEL_EL2 ? READ(sctlr_el2) : READ(sctlr_el1);

	return (sctlr & SCTLR_M) != 0;
}

int lethe_boot_mapped(uint64_t start, uint64_t size, int for_writing, uint64_t *first_not)
{
	uint64_t at;

	if (!lethe_boot_mmu_is_on()) {
		return 1;
	}
	/* Compared by distance: the last page may be the last one that there is. */
	for (at = start & -PAGE; at - (start & -PAGE) < size + (start & (PAGE - 1)); at += PAGE) {
		const uint64_t par = lethe_translate(at, (uint64_t)for_writing);

		if ((par & PAR_F) != 0 || (par & PAR_PA) != at || par >> PAR_ATTR_SHIFT == 0) {
			*first_not = at;
			return 0;
		}
	}
	return 1;
}
