/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of the fine-grained traps for EL1 below: part of el2_lower_regs.c. A bit named n*
 * traps if 0, so each is set if the CPU has the feature. All other bits trap if 1, and stay 0.
 */
#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* Equal for reads and writes. */
static uint64_t hfgrtr(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (feature(id->isar1, ISAR1_LS64) >= LS64_ACCDATA) {
		value |= HFGRTR_nACCDATA_EL1;
	}
	if (feature(id->pfr1, PFR1_SME) != 0) {
		value |= HFGRTR_nSMPRI_EL1 | HFGRTR_nTPIDR2_EL0;
	}
	if (feature(id->mmfr3, MMFR3_S1PIE) != 0) {
		value |= HFGRTR_nPIRE0_EL1 | HFGRTR_nPIR_EL1;
	}
	if (feature(id->mmfr3, MMFR3_S1POE) != 0) {
		value |= HFGRTR_nPOR_EL0 | HFGRTR_nPOR_EL1;
	}
	if (feature(id->pfr1, PFR1_GCS) != 0) {
		value |= HFGRTR_nGCS_EL0 | HFGRTR_nGCS_EL1;
	}
	return value;
}

static uint64_t hfgitr(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (feature(id->pfr1, PFR1_GCS) != 0) {
		value |= HFGITR_nGCSPUSHM_EL1 | HFGITR_nGCSSTR_EL1 | HFGITR_nGCSEPP;
	}
	if (feature(id->dfr0, DFR0_BRBE) != 0) {
		value |= HFGITR_nBRBINJ | HFGITR_nBRBIALL;
	}
	return value;
}

/* For writes: BRBIDR_EL1 is only read. */
static uint64_t hdfgwtr(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (feature(id->dfr0, DFR0_BRBE) != 0) {
		value |= HDFGRTR_nBRBCTL | HDFGRTR_nBRBDATA;
	}
	if (feature(id->dfr0, DFR0_PMSVER) >= PMSVER_1P2) {
		value |= HDFGRTR_nPMSNEVFR_EL1;
	}
	return value;
}

/* Equal for reads and writes. The other registers of FEAT_FGT2 have no bit that booting.rst sets.
 */
static uint64_t hdfgrtr2(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (has_pmu(id) && feature(id->dfr0, DFR0_PMUVER) >= PMUVER_V3P9) {
		value |= HDFGRTR2_nPMICNTR_EL0 | HDFGRTR2_nPMICFILTR_EL0 | HDFGRTR2_nPMUACR_EL1;
	}
	if ((id->pmsidr & PMSIDR_FDS) != 0) {
		value |= HDFGRTR2_nPMSDSFR_EL1;
	}
	return value;
}

void lethe_el2_fgt_regs(const struct lethe_cpu_id *id, struct lethe_el2_regs *regs)
{
	const bool has_brbe = feature(id->dfr0, DFR0_BRBE) != 0;

	regs->hfgrtr = hfgrtr(id);
	regs->hfgwtr = regs->hfgrtr;
	regs->hfgitr = hfgitr(id);
	regs->hdfgwtr = hdfgwtr(id);
	regs->hdfgrtr = regs->hdfgwtr | (has_brbe ? HDFGRTR_nBRBIDR : 0);
	regs->hdfgrtr2 = hdfgrtr2(id);
	regs->ich_hfgrtr = ICH_HFGRTR_UNTRAPPED;
	regs->ich_hfgwtr = ICH_HFGWTR_UNTRAPPED;
	regs->ich_hfgitr = ICH_HFGITR_UNTRAPPED;
}
