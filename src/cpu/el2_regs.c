/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of EL2's registers for a payload at EL2, after booting.rst ("Call the kernel image")
 * and the Arm ARM's register pages: each ID field decides a bit. Pure, so that tests can present
 * any CPU.
 */
#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* FP, SVE and SME untrapped, at EL2 and below. */
static uint64_t cptr(const struct lethe_el2_regs *regs, bool e2h)
{
	uint64_t value;

	if (e2h) {
		value = CPACR_FPEN;
		value |= regs->has_sve ? CPACR_ZEN : 0;
		value |= regs->has_sme ? CPACR_SMEN : 0;
		return value;
	}
	/* Without the feature the trap bits are RES1. */
	value = CPTR_RES1;
	value |= regs->has_sve ? 0 : CPTR_TZ;
	value |= regs->has_sme ? 0 : CPTR_TSM;
	return value;
}

static uint64_t cnthctl(bool e2h)
{
	return e2h ? CNTHCTL_E2H_EL1PCTEN | CNTHCTL_E2H_EL1PTEN
		   : CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN;
}

static uint64_t mdcr(const struct lethe_cpu_id *id)
{
	uint64_t value = 0;

	if (has_pmu(id)) {
		value |= (id->pmcr >> PMCR_N_SHIFT) & MDCR_HPMN_MASK; /* EL1 has all counters */
	}
	if (feature(id->dfr0, DFR0_PMSVER) != 0 && (id->pmbidr & BIT(PMBIDR_P_BIT)) == 0) {
		value |= MDCR_E2PB_EL1;
	}
	if (feature(id->dfr0, DFR0_TRACEBUFFER) != 0 && (id->trbidr & BIT(TRBIDR_P_BIT)) == 0) {
		value |= MDCR_E2TB_EL1;
	}
	return value;
}

void lethe_el2_regs_own(const struct lethe_cpu_id *id, struct lethe_el2_regs *regs)
{
	regs->has_sve = feature(id->pfr0, PFR0_SVE) != 0;
	regs->has_sme = feature(id->pfr1, PFR1_SME) != 0;
	regs->hcr = HCR_RW | (id->e2h ? HCR_E2H : 0); /* VM, TGE, AMO and every trap 0 */
	regs->sctlr = SCTLR_EL2_OFF;
	regs->cptr = cptr(regs, id->e2h);
	regs->cnthctl = cnthctl(id->e2h);
	regs->mdcr = mdcr(id);
	/* Firmware that keeps SME would not return from the write. Then streaming mode was never
	 * on. */
	regs->has_svcr = regs->has_sme & !has_el3(id->pfr0);
}
