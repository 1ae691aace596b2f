/* SPDX-License-Identifier: BSD-2-Clause */
/* The fine-grained traps for EL1 below: writes the values of el2_fgt_regs.c. */
#include "cpu/el2.h"

#include "cpu/sysreg.h"

static void write_fgt(const struct lethe_el2_regs *regs)
{
	WRITE(HFGRTR_EL2, regs->hfgrtr);
	WRITE(HFGWTR_EL2, regs->hfgwtr);
	WRITE(HFGITR_EL2, regs->hfgitr);
	WRITE(HDFGRTR_EL2, regs->hdfgrtr);
	WRITE(HDFGWTR_EL2, regs->hdfgwtr);
	if (regs->has_hafgrtr) {
		WRITE(HAFGRTR_EL2, 0); /* its bits trap when 1 */
	}
}

static void write_fgt2(const struct lethe_el2_regs *regs)
{
	WRITE(HDFGRTR2_EL2, regs->hdfgrtr2);
	WRITE(HDFGWTR2_EL2, regs->hdfgrtr2); /* the layout and the bits are equal */
	WRITE(HFGRTR2_EL2, 0);               /* features that no kernel asks of its loader: */
	WRITE(HFGWTR2_EL2, 0);               /* still trapped */
	WRITE(HFGITR2_EL2, 0);               /* likewise */
}

static void write_gicv5(const struct lethe_el2_regs *regs)
{
	WRITE(ICH_HFGRTR_EL2, regs->ich_hfgrtr);
	WRITE(ICH_HFGWTR_EL2, regs->ich_hfgwtr);
	WRITE(ICH_HFGITR_EL2, regs->ich_hfgitr);
}

void lethe_el2_fgt_write(const struct lethe_el2_regs *regs)
{
	if (regs->has_fgt) {
		write_fgt(regs);
	}
	if (regs->has_fgt2) {
		write_fgt2(regs);
	}
	if (regs->has_gicv5) {
		write_gicv5(regs);
	}
}
