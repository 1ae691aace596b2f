/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of EL3's registers for non-secure code below that may use all of the CPU: booting.rst
 * ("Call the kernel image"), and the Arm ARM's register pages for what came after it. A CPU without
 * a feature has no such bit: it is RES0 there. Pure, so that tests can present any CPU.
 *
 * Always 0: IRQ, FIQ and EA of SCR_EL3, as no interrupt is EL3's; every bit that traps if 1 (TLOR,
 * TERR, TWI, TWE, TRNDR; TCPAC, TAM, TTA, TFP of CPTR_EL3; TDA, TDOSA, TPM, TTRF of MDCR_EL3);
 * EEL2, as nothing secure is below; and FIEN, so that nobody below injects errors.
 */
#include "el3/el3.h"

#include <stddef.h>

#include "cpu/el2.h"
#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* `bits` ones from `bit` on, if the field is at least `least`. */
struct row {
	uint8_t id; /* which word of struct lethe_el3_id */
	uint8_t field;
	uint8_t least;
	uint8_t bit;
	uint8_t bits;
};

#define ID(name)     (offsetof(struct lethe_el3_id, name) / sizeof(uint64_t))
#define CPU_ID(name) ID(cpu.name)

static const struct row scr_rows[] = {
	{CPU_ID(isar1), ISAR1_APA, 1, SCR_APK_BIT, 2},
	{CPU_ID(isar1), ISAR1_API, 1, SCR_APK_BIT, 2},
	{CPU_ID(isar1), ISAR1_GPA, 1, SCR_APK_BIT, 2},
	{CPU_ID(isar1), ISAR1_GPI, 1, SCR_APK_BIT, 2},
	{CPU_ID(isar2), ISAR2_GPA3, 1, SCR_APK_BIT, 2},
	{CPU_ID(isar2), ISAR2_APA3, 1, SCR_APK_BIT, 2},
	{CPU_ID(pfr0), PFR0_CSV2, CSV2_2, SCR_EnSCXT_BIT, 1},
	{CPU_ID(pfr1), PFR1_MTE, MTE_TAGS_IN_MEMORY, SCR_ATA_BIT, 1},
	{CPU_ID(mmfr0), MMFR0_FGT, 1, SCR_FGTEn_BIT, 1},
	{CPU_ID(mmfr0), MMFR0_FGT, FGT_2, SCR_FGTEn2_BIT, 1},
	{CPU_ID(mmfr0), MMFR0_ECV, ECV_CNTPOFF, SCR_ECVEn_BIT, 1},
	{ID(isar0), ISAR0_TME, 1, SCR_TME_BIT, 1},
	{CPU_ID(pfr0), PFR0_AMU, AMU_V1P1, SCR_AMVOFFEN_BIT, 1},
	{CPU_ID(isar1), ISAR1_LS64, LS64_ACCDATA, SCR_EnAS0_BIT, 2},
	{CPU_ID(mmfr1), MMFR1_HCX, 1, SCR_HXEn_BIT, 1},
	{CPU_ID(pfr1), PFR1_GCS, 1, SCR_GCSEn_BIT, 1},
	{CPU_ID(pfr1), PFR1_SME, 1, SCR_EnTP2_BIT, 1},
	{CPU_ID(pfr1), PFR1_THE, 1, SCR_RCWMASKEn_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_TCRX, 1, SCR_TCR2En_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_SCTLRX, 1, SCR_SCTLR2En_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_S1PIE, 1, SCR_PIEn_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_S2PIE, 1, SCR_PIEn_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_S1POE, 1, SCR_PIEn_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_S2POE, 1, SCR_PIEn_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_AIE, 1, SCR_AIEn_BIT, 1},
	{CPU_ID(mmfr3), MMFR3_D128, 1, SCR_D128En_BIT, 1},
	{CPU_ID(pfr2), PFR2_FPMR, 1, SCR_EnFPM_BIT, 1},
	{CPU_ID(pfr1), PFR1_PFAR, 1, SCR_PFAREn_BIT, 1},
};

static const struct row mdcr_rows[] = {
	{CPU_ID(dfr0), DFR0_PMSVER, 1, MDCR_EL3_NSPB_BIT, 2},
	{CPU_ID(dfr0), DFR0_PMSVER, PMSVER_1P2, MDCR_EL3_EnPMSN_BIT, 1},
	{CPU_ID(dfr0), DFR0_TRACEBUFFER, 1, MDCR_EL3_NSTB_BIT, 2},
	{CPU_ID(dfr0), DFR0_BRBE, 1, MDCR_EL3_SBRBE_BIT, 1},
	{CPU_ID(dfr0), DFR0_DEBUGVER, DEBUGVER_8P9, MDCR_EL3_EBWE_BIT, 1},
};

static uint64_t bits_of(const struct lethe_el3_id *id, const struct row *row, size_t rows)
{
	const uint64_t *regs = (const uint64_t *)id;
	uint64_t value = 0;

	for (; rows != 0; rows--, row++) {
		if (feature(regs[row->id], row->field) >= row->least) {
			value |= (BIT(row->bits) - 1) << row->bit;
		}
	}
	return value;
}

static uint64_t scr(const struct lethe_el3_id *id)
{
	uint64_t value = SCR_RES1 | SCR_NS | SCR_RW;

	value |= bits_of(id, scr_rows, sizeof(scr_rows) / sizeof(scr_rows[0]));
	value |= id->has_el2 ? SCR_HCE : 0;
	value |= id->is_smd ? SCR_SMD : 0;
	/* With CSV2 = 1 alone the other field says which. */
	if (feature(id->cpu.pfr0, PFR0_CSV2) == 1 &&
	    feature(id->cpu.pfr1, PFR1_CSV2_FRAC) >= CSV2_FRAC_1P2) {
		value |= BIT(SCR_EnSCXT_BIT);
	}
	return value;
}

static uint64_t mdcr(const struct lethe_el3_id *id)
{
	uint64_t value = bits_of(id, mdcr_rows, sizeof(mdcr_rows) / sizeof(mdcr_rows[0]));

	if (has_pmu(&id->cpu) && feature(id->cpu.dfr0, DFR0_PMUVER) >= PMUVER_V3P9) {
		value |= MDCR_EL3_EnPM2;
	}
	if ((id->cpu.pmsidr & PMSIDR_FDS) != 0) {
		value |= MDCR_EL3_EnPMS3;
	}
	return value;
}

static uint64_t smcr(const struct lethe_cpu_id *id)
{
	uint64_t value = SMCR_LEN_LONGEST;

	value |= (id->smfr0 & BIT(SMFR0_FA64_BIT)) != 0 ? SMCR_FA64 : 0;
	value |= feature(id->smfr0, SMFR0_SMEVER) != 0 ? SMCR_EZT0 : 0; /* from SME2 on */
	return value;
}

/* Implementation defined registers that a kernel for these three may want, as other firmware lets
 * it. */
static bool has_known_actlr(uint64_t midr)
{
	const uint64_t part = midr & MIDR_PART;

	return part == MIDR_A53 || part == MIDR_A57 || part == MIDR_A72;
}

void lethe_el3_regs(const struct lethe_el3_id *id, struct lethe_el3_regs *regs)
{
	const struct lethe_cpu_id *cpu = &id->cpu;

	*regs = (struct lethe_el3_regs){0};
	regs->has_zcr = feature(cpu->pfr0, PFR0_SVE) != 0;
	regs->has_smcr = feature(cpu->pfr1, PFR1_SME) != 0;
	regs->has_mpam =
		feature(cpu->pfr0, PFR0_MPAM) != 0 || feature(cpu->pfr1, PFR1_MPAM_FRAC) != 0;
	regs->has_gic = feature(cpu->pfr0, PFR0_GIC) != 0 && cpu->gic_v3;
	regs->has_amu = feature(cpu->pfr0, PFR0_AMU) != 0;
	regs->has_amu1 = feature(id->amcfgr, AMCFGR_NCG) != 0;
	regs->has_tcr2 = feature(cpu->mmfr3, MMFR3_TCRX) != 0;
	regs->has_sctlr2 = feature(cpu->mmfr3, MMFR3_SCTLRX) != 0;
	regs->has_gcs = feature(cpu->pfr1, PFR1_GCS) != 0;

	regs->scr = scr(id);
	regs->cptr = (regs->has_zcr ? CPTR_EL3_EZ : 0) | (regs->has_smcr ? CPTR_EL3_ESM : 0);
	regs->mdcr = mdcr(id);
	regs->actlr = has_known_actlr(cpu->midr) ? ACTLR_EL3_A53 : 0;
	regs->zcr = ZCR_LEN_LONGEST; /* equal on every CPU */
	regs->smcr = smcr(cpu);
	regs->mpam3 = MPAM3_MPAMEN;
	regs->icc_sre = ICC_SRE_ALL;
}
