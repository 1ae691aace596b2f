/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of EL2's registers for EL1 below, on top of el2_regs.c. They serve a payload at EL1,
 * and any EL1 code that a payload at EL2 starts without knowing a trap. Each ID field decides a
 * bit, as in el2_regs.c.
 */
#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

static bool has_pauth(const struct lethe_cpu_id *id)
{
	return feature(id->isar1, ISAR1_APA) != 0 || feature(id->isar1, ISAR1_API) != 0 ||
	       feature(id->isar1, ISAR1_GPA) != 0 || feature(id->isar1, ISAR1_GPI) != 0 ||
	       feature(id->isar2, ISAR2_GPA3) != 0 || feature(id->isar2, ISAR2_APA3) != 0;
}

/* On top of the value for a payload at EL2. */
static uint64_t hcr_for_el1(const struct lethe_cpu_id *id)
{
	uint64_t value = HCR_HCD;

	if (has_pauth(id)) {
		value |= HCR_API | HCR_APK;
	}
	if (feature(id->pfr1, PFR1_MTE) >= MTE_TAGS_IN_MEMORY) {
		value |= HCR_ATA;
	}
	return value;
}

static uint64_t hcrx(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (feature(id->isar2, ISAR2_MOPS) != 0) {
		value |= HCRX_MSCEn | HCRX_MCE2;
	}
	if (feature(id->mmfr3, MMFR3_TCRX) != 0) {
		value |= HCRX_TCR2En;
	}
	if (feature(id->mmfr3, MMFR3_SCTLRX) != 0) {
		value |= HCRX_SCTLR2En;
	}
	if (feature(id->pfr1, PFR1_GCS) != 0) {
		value |= HCRX_GCSEn;
	}
	if (feature(id->pfr2, PFR2_FPMR) != 0) {
		value |= HCRX_EnFPM;
	}
	if (feature(id->isar1, ISAR1_LS64) != 0) {
		value |= HCRX_EnALS;
	}
	if (feature(id->isar1, ISAR1_LS64) >= LS64_V) {
		value |= HCRX_EnASR;
	}
	return value;
}

/* A bit named n* traps if 0, so each is set if the CPU has the feature. */
static void fine_grained_traps(const struct lethe_cpu_id *id, struct lethe_el2_regs *regs)
{
	if (regs->has_sme) {
		regs->hfgrtr |= HFGRTR_nSMPRI_EL1 | HFGRTR_nTPIDR2_EL0;
	}
	if (feature(id->mmfr3, MMFR3_S1PIE) != 0) {
		regs->hfgrtr |= HFGRTR_nPIRE0_EL1 | HFGRTR_nPIR_EL1;
	}
	if (feature(id->mmfr3, MMFR3_S1POE) != 0) {
		regs->hfgrtr |= HFGRTR_nPOR_EL0 | HFGRTR_nPOR_EL1;
	}
	if (feature(id->pfr1, PFR1_GCS) != 0) {
		regs->hfgrtr |= HFGRTR_nGCS_EL0 | HFGRTR_nGCS_EL1;
		regs->hfgitr |= HFGITR_nGCSPUSHM_EL1 | HFGITR_nGCSSTR_EL1 | HFGITR_nGCSEPP;
	}
	regs->hfgwtr = regs->hfgrtr;
	if (feature(id->dfr0, DFR0_BRBE) != 0) {
		regs->hdfgrtr |= HDFGRTR_nBRBCTL | HDFGRTR_nBRBDATA;
		regs->hfgitr |= HFGITR_nBRBINJ | HFGITR_nBRBIALL;
	}
	if (feature(id->dfr0, DFR0_PMSVER) >= PMSVER_1P2) {
		regs->hdfgrtr |= HDFGRTR_nPMSNEVFR_EL1;
	}
	regs->hdfgwtr = regs->hdfgrtr;
	if (feature(id->dfr0, DFR0_BRBE) != 0) {
		regs->hdfgrtr |= HDFGRTR_nBRBIDR; /* a register that is only read */
	}
}

static uint64_t smcr(const struct lethe_cpu_id *id)
{
	uint64_t value = SMCR_LEN_LONGEST;

	if (id->smfr0 & BIT(SMFR0_FA64_BIT)) {
		value |= SMCR_FA64;
	}
	if (feature(id->smfr0, SMFR0_SMEVER) != 0) {
		value |= SMCR_EZT0; /* from SME2 on */
	}
	return value;
}

void lethe_el2_regs(const struct lethe_cpu_id *id, bool to_el1, struct lethe_el2_regs *regs)
{
	*regs = (struct lethe_el2_regs){0};
	lethe_el2_regs_own(id, regs);
	/* The system register interface. A payload at EL2 sets up the interface itself. */
	regs->has_gic = to_el1 && feature(id->pfr0, PFR0_GIC) != 0;
	regs->has_hcrx = feature(id->mmfr1, MMFR1_HCX) != 0;
	regs->has_fgt = feature(id->mmfr0, MMFR0_FGT) != 0;
	regs->has_gcs = feature(id->pfr1, PFR1_GCS) != 0;
	regs->has_brbe = feature(id->dfr0, DFR0_BRBE) != 0;
	/* With an EL3 it is zero: firmware either makes it so or keeps it, and then a write never ends. */
	regs->has_sctlr2 = feature(id->mmfr3, MMFR3_SCTLRX) != 0 && feature(id->pfr0, PFR0_EL3) == 0;
	regs->has_tcr2 = feature(id->mmfr3, MMFR3_TCRX) != 0;
	regs->has_hafgrtr = regs->has_fgt && feature(id->pfr0, PFR0_AMU) != 0;
	regs->has_pmscr = (regs->mdcr & MDCR_E2PB_EL1) != 0;
	regs->pmscr = regs->has_pmscr ? PMSCR_PA | PMSCR_PCT_PHYSICAL : 0;
	/* Counters can be enabled at the highest level only: with an EL3, firmware has done it. */
	regs->has_amu = feature(id->pfr0, PFR0_AMU) != 0 && feature(id->pfr0, PFR0_EL3) == 0;

	if (to_el1) {
		regs->hcr |= hcr_for_el1(id);
		regs->sctlr |= regs->has_sme ? SCTLR_EnTP2 : 0;
	}
	regs->vpidr = id->midr;
	regs->vmpidr = id->mpidr;
	regs->sctlr_el1 = SCTLR_EL1_OFF;
	regs->cpacr_el1 = CPACR_FPEN;
	regs->icc_sre = id->gic_v3 ? ICC_SRE_SRE | ICC_SRE_ENABLE : 0;
	regs->hcrx = hcrx(id);
	regs->zcr = ZCR_LEN_LONGEST; /* equal on every CPU */
	regs->smcr = smcr(id);
	fine_grained_traps(id, regs);
}
