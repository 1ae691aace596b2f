/* SPDX-License-Identifier: BSD-2-Clause */
/* What the caller's own map says, asked of the CPU. */
#include "library/boot_internal.h"

#include "cpu/sysreg.h"

#define PAGE 4096ULL

/* PAR_EL1 (Arm ARM, D24.2) */
#define PAR_F    BIT(0)
#define PAR_PA   0x000ffffffffff000ULL
#define PAR_ATTR 60 /* bits 63:60, the upper half of ATTR: 0 is Device memory */

bool lethe_boot_map_is_on(void)
{
	uint64_t level;
	uint64_t sctlr;

	__asm__ volatile("mrs %0, CurrentEL" : "=r"(level));
	if (level >> 2 == 2) {
		__asm__ volatile("mrs %0, sctlr_el2" : "=r"(sctlr));
	} else {
		__asm__ volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
	}
	return (sctlr & SCTLR_M) != 0;
}

bool lethe_boot_map_holds(struct lethe_range range, bool for_writing, uint64_t *first_not)
{
	const uint64_t first = range.start & -PAGE;
	uint64_t page;

	if (!lethe_boot_map_is_on()) {
		return true;
	}
	/* Compared by distance: the last page may be the last one that there is. */
	for (page = first; page - first < range.end - first; page += PAGE) {
		const uint64_t par = lethe_translate(page, for_writing);

		if ((par & PAR_F) != 0 || (par & PAR_PA) != page || par >> PAR_ATTR == 0) {
			*first_not = page;
			return false;
		}
	}
	return true;
}
