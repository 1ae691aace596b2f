/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of EL2's registers for EL1 below, on top of el2_regs.c: every row of booting.rst, and
 * what Linux sets beyond it for its own EL1 (docs/internals/booting.md). They serve a payload at
 * EL1, and any EL1 code that a payload at EL2 starts without knowing a trap. Each ID field decides
 * a bit, as in el2_regs.c.
 *
 * An ID field does not tell what firmware lets pass. On a CPU with EL3, firmware that is older than
 * a feature keeps its registers (SCR_EL3, MDCR_EL3, CPTR_EL3, MPAM3_EL3), and an access never
 * returns. So there are three kinds of registers:
 * - What a payload at EL1 cannot do without, and no later code can write: by the ID field alone.
 *   booting.rst asks firmware to let it pass.
 * - The same for a payload at EL2: only on a CPU without EL3. A payload that knows a feature sets
 *   up its registers, and any other payload finds them as without Lethe.
 * - What only has to be zero, and is zero or kept by firmware (booting.rst asks that of a loader,
 *   Lethe's own included): only on a CPU without EL3.
 */
#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* SCXTNUM_EL1 and SCXTNUM_EL0. */
static bool has_scxtnum(const struct lethe_cpu_id *id)
{
	return feature(id->pfr0, PFR0_CSV2) >= CSV2_2 ||
	       (feature(id->pfr0, PFR0_CSV2) == 1 &&
		feature(id->pfr1, PFR1_CSV2_FRAC) >= CSV2_FRAC_1P2);
}

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
	if (has_scxtnum(id)) {
		value |= HCR_EnSCXT;
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
	if (feature(id->isar1, ISAR1_LS64) >= LS64_ACCDATA) {
		value |= HCRX_EnAS0;
	}
	return value;
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

/* What is there for Lethe to write, by the kinds above. */
static void find_features(const struct lethe_cpu_id *id, bool to_el1, struct lethe_el2_regs *regs)
{
	const bool has_firmware = has_el3(id->pfr0);
	const bool opens_el1 = to_el1 || !has_firmware;
	const bool has_mpam =
		feature(id->pfr0, PFR0_MPAM) != 0 || feature(id->pfr1, PFR1_MPAM_FRAC) != 0;

	/* The GIC's system registers. A payload at EL2 sets up the interface itself. */
	regs->has_gic = to_el1 && feature(id->pfr0, PFR0_GIC) != 0;
	regs->has_gicv5 = to_el1 && feature(id->pfr2, PFR2_GCIE) != 0;

	regs->has_hcrx = opens_el1 && feature(id->mmfr1, MMFR1_HCX) != 0;
	regs->has_fgt = opens_el1 && feature(id->mmfr0, MMFR0_FGT) != 0;
	regs->has_fgt2 = opens_el1 && feature(id->mmfr0, MMFR0_FGT) >= FGT_2;
	regs->has_hafgrtr = regs->has_fgt && feature(id->pfr0, PFR0_AMU) != 0;
	regs->has_brbe = opens_el1 && feature(id->dfr0, DFR0_BRBE) != 0;
	regs->has_mpam = opens_el1 && has_mpam;
	regs->has_zcr = opens_el1 && regs->has_sve;
	regs->has_smcr = opens_el1 && regs->has_sme;
	regs->has_svcr = opens_el1 && regs->has_sme;
	regs->has_lor = opens_el1 && feature(id->mmfr1, MMFR1_LO) != 0;
	regs->has_tcr2 = opens_el1 && feature(id->mmfr3, MMFR3_TCRX) != 0;
	/* If firmware kept the buffer, PMBIDR_EL1 said so, and E2PB is 0. */
	regs->has_pmscr = (regs->mdcr & MDCR_E2PB_EL1) != 0;

	regs->has_gcs = !has_firmware && feature(id->pfr1, PFR1_GCS) != 0;
	regs->has_sctlr2 = !has_firmware && feature(id->mmfr3, MMFR3_SCTLRX) != 0;
	/* Only the highest level can enable counters: with an EL3, firmware has done it. */
	regs->has_amu = !has_firmware && feature(id->pfr0, PFR0_AMU) != 0;
}

void lethe_el2_regs(const struct lethe_cpu_id *id, bool to_el1, struct lethe_el2_regs *regs)
{
	*regs = (struct lethe_el2_regs){0};
	lethe_el2_regs_own(id, regs);
	find_features(id, to_el1, regs);
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
	regs->pmscr = regs->has_pmscr ? PMSCR_PA | PMSCR_PCT_PHYSICAL : 0;
	regs->mpam2 = regs->has_sme ? MPAM2_EnMPAMSM : 0; /* partition 0, no trap */
	lethe_el2_fgt_regs(id, regs);
}
