/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What EL2 must hold for a payload: "if this ID field, then that bit", after booting.rst ("Call the
 * kernel image") and the Arm ARM's register pages. Pure, so that CPUs nobody has at hand can be
 * tested.
 */
#include <lethe/handoff.h>

#include "cpu/sysreg.h"

static unsigned int field(uint64_t reg, unsigned int shift)
{
	return (unsigned int)(reg >> shift) & 0xf;
}

static int has_pmu(const struct lethe_cpu_id *id)
{
	unsigned int version = field(id->dfr0, 8);

	return version != 0 && version != 0xf; /* 0xf: not architected */
}

static int has_pauth(const struct lethe_cpu_id *id)
{
	return field(id->isar1, 4) != 0 || field(id->isar1, 8) != 0 ||   /* APA, API */
	       field(id->isar1, 24) != 0 || field(id->isar1, 28) != 0 || /* GPA, GPI */
	       field(id->isar2, 8) != 0 || field(id->isar2, 12) != 0;    /* GPA3, APA3 */
}

static uint64_t hcr(const struct lethe_cpu_id *id, int to_el1)
{
	uint64_t value = HCR_RW; /* VM, TGE, AMO and every trap 0 */

	if (id->e2h) {
		value |= HCR_E2H; /* RES1 on this CPU */
	}
	if (!to_el1) {
		return value;
	}
	value |= HCR_HCD;
	if (has_pauth(id)) {
		value |= HCR_API | HCR_APK;
	}
	if (field(id->pfr1, 8) >= 2) { /* MTE with tags in memory */
		value |= HCR_ATA;
	}
	return value;
}

/* FP, SVE and SME untrapped, for EL2 itself and below. */
static uint64_t cptr(const struct lethe_el2_regs *regs, uint32_t e2h)
{
	uint64_t value;

	if (e2h) {                         /* the CPACR_EL1 layout: fields of enables */
		value = BIT(20) | BIT(21); /* FPEN */
		value |= regs->has_sve ? BIT(16) | BIT(17) : 0; /* ZEN */
		value |= regs->has_sme ? BIT(24) | BIT(25) : 0; /* SMEN */
		return value;
	}
	value = 0xff | BIT(9) | BIT(13);      /* RES1 */
	value |= regs->has_sve ? 0 : BIT(8);  /* TZ, RES1 without SVE */
	value |= regs->has_sme ? 0 : BIT(12); /* TSM, RES1 without SME */
	return value;
}

/* Counter and timer of EL1 untrapped: EL1PCTEN and EL1PCEN; in the E2H layout EL1PCTEN and EL1PTEN.
 */
static uint64_t cnthctl(uint32_t e2h)
{
	return e2h ? BIT(10) | BIT(11) : BIT(0) | BIT(1);
}

static uint64_t mdcr(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (has_pmu(id)) {
		value |= (id->pmcr >> 11) & 0x1f; /* HPMN = PMCR_EL0.N: EL1 has all counters */
	}
	if (field(id->dfr0, 32) != 0 && (id->pmbidr & BIT(4)) == 0) {
		value |= BIT(12) | BIT(13); /* E2PB: EL1 owns the profiling buffer */
	}
	if (field(id->dfr0, 44) != 0 && (id->trbidr & BIT(4)) == 0) {
		value |= BIT(24) | BIT(25); /* E2TB: and the trace buffer */
	}
	return value;
}

static uint64_t hcrx(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (field(id->isar2, 16) != 0) {
		value |= BIT(11) | BIT(10); /* MOPS: MSCEn, MCE2 */
	}
	if (field(id->mmfr3, 0) != 0) {
		value |= BIT(14); /* TCR2En */
	}
	if (field(id->mmfr3, 4) != 0) {
		value |= BIT(15); /* SCTLR2En */
	}
	if (field(id->pfr1, 44) != 0) {
		value |= BIT(22); /* GCSEn */
	}
	if (field(id->pfr2, 32) != 0) {
		value |= BIT(23); /* EnFPM */
	}
	return value;
}

/* Fine-grained traps: bits named n* trap when 0, so they are set where the feature exists. */
static void fine_grained(const struct lethe_cpu_id *id, struct lethe_el2_regs *regs)
{
	if (regs->has_sme) {
		regs->hfgrtr |= BIT(54) | BIT(55); /* nSMPRI_EL1, nTPIDR2_EL0 */
		regs->hfgwtr |= BIT(54) | BIT(55);
	}
	if (field(id->mmfr3, 8) != 0) { /* S1PIE: nPIRE0_EL1, nPIR_EL1 */
		regs->hfgrtr |= BIT(57) | BIT(58);
		regs->hfgwtr |= BIT(57) | BIT(58);
	}
	if (field(id->mmfr3, 16) != 0) { /* S1POE: nPOR_EL0, nPOR_EL1 */
		regs->hfgrtr |= BIT(59) | BIT(60);
		regs->hfgwtr |= BIT(59) | BIT(60);
	}
	if (field(id->pfr1, 44) != 0) {            /* GCS */
		regs->hfgrtr |= BIT(52) | BIT(53); /* nGCS_EL0, nGCS_EL1 */
		regs->hfgwtr |= BIT(52) | BIT(53);
		regs->hfgitr |= BIT(57) | BIT(58) | BIT(59); /* nGCSPUSHM, nGCSSTR, nGCSEPP */
	}
	if (field(id->dfr0, 52) != 0) {                       /* BRBE */
		regs->hdfgrtr |= BIT(59) | BIT(60) | BIT(61); /* nBRBIDR, nBRBCTL, nBRBDATA */
		regs->hdfgwtr |= BIT(60) | BIT(61);
		regs->hfgitr |= BIT(55) | BIT(56); /* nBRBINJ, nBRBIALL */
	}
	if (field(id->dfr0, 32) >= 3) { /* FEAT_SPEv1p2: nPMSNEVFR_EL1 */
		regs->hdfgrtr |= BIT(62);
		regs->hdfgwtr |= BIT(62);
	}
}

void lethe_el2_regs(const struct lethe_cpu_id *id, int to_el1, struct lethe_el2_regs *regs)
{
	*regs = (struct lethe_el2_regs){0};
	/* The system register interface. A payload at EL2 sets it up itself, as it sees fit. */
	regs->has_gic = to_el1 && field(id->pfr0, 24) != 0;
	regs->has_hcrx = field(id->mmfr1, 40) != 0;
	regs->has_sve = field(id->pfr0, 32) != 0;
	regs->has_sme = field(id->pfr1, 24) != 0;
	regs->has_fgt = field(id->mmfr0, 56) != 0;
	regs->has_gcs = field(id->pfr1, 44) != 0;
	regs->has_brbe = field(id->dfr0, 52) != 0;
	regs->has_sctlr2 = field(id->mmfr3, 4) != 0;
	regs->has_tcr2 = field(id->mmfr3, 0) != 0;
	/* Counters can be enabled at the highest level only: with an EL3, firmware has done it. */
	regs->has_amu = field(id->pfr0, 44) != 0 && field(id->pfr0, 12) == 0;

	regs->hcr = hcr(id, to_el1);
	regs->sctlr = SCTLR_EL2_OFF | (to_el1 && regs->has_sme ? SCTLR_ENTP2 : 0);
	regs->cptr = cptr(regs, id->e2h);
	regs->cnthctl = cnthctl(id->e2h);
	regs->mdcr = mdcr(id);
	regs->vpidr = id->midr;
	regs->vmpidr = id->mpidr;
	regs->sctlr_el1 = SCTLR_EL1_OFF;
	regs->cpacr_el1 = BIT(20) | BIT(21);              /* FPEN */
	regs->icc_sre = id->gic_v3 ? BIT(0) | BIT(3) : 0; /* SRE, Enable */
	regs->hcrx = hcrx(id);
	regs->zcr = 0xf; /* LEN: the longest there is, the same on every CPU */
	regs->smcr = 0xf;
	if (id->smfr0 & BIT(63)) {
		regs->smcr |= BIT(31); /* FA64 */
	}
	if (field(id->smfr0, 56) != 0) {
		regs->smcr |= BIT(30); /* SME2: EZT0 */
	}
	fine_grained(id, regs);
}
