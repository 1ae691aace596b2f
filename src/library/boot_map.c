/* SPDX-License-Identifier: BSD-2-Clause */
/* Queries the caller's own map through the CPU. */
#include "library/boot_internal.h"

#include "cpu/sysreg.h"

#define PAGE 4096ULL

uint64_t lethe_boot_map_sctlr(void)
{
	return READ(CurrentEL) == CURRENTEL_EL2 ? READ(sctlr_el2) : READ(sctlr_el1);
}

bool lethe_boot_map_is_on(void)
{
	return (lethe_boot_map_sctlr() & SCTLR_M) != 0;
}

bool lethe_boot_map_holds(struct lethe_range range, bool for_writing, uint64_t *first_unmapped)
{
	const uint64_t first = range.start & -PAGE;
	uint64_t page;

	if (!lethe_boot_map_is_on()) {
		return true;
	}
	/* Distances are compared, not ends: the range may end at the end of the address space. */
	for (page = first; page - first < range.end - first; page += PAGE) {
		const uint64_t par = lethe_translate(page, for_writing);

		if ((par & PAR_F) != 0 || (par & PAR_PA) != page || par >> PAR_ATTR_SHIFT == 0) {
			*first_unmapped = page;
			return false;
		}
	}
	return true;
}
