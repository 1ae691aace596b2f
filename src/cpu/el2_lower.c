/* SPDX-License-Identifier: BSD-2-Clause */
/* EL2 for EL1 below, on top of el2.c: reads the ID registers, and writes the values of
 * el2_lower_regs.c. */
#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* Writes a register of EL1. With E2H = 1 the plain name is EL2's register. */
#define WRITE_EL1(id, name, name_e2h, value)                                                       \
	do {                                                                                       \
		if ((id)->e2h) {                                                                   \
			WRITE(name_e2h, value);                                                    \
		} else {                                                                           \
			WRITE(name, value);                                                        \
		}                                                                                  \
	} while (0)

void lethe_cpu_id_read(struct lethe_cpu_id *id)
{
	lethe_el2_own_id(id);
	id->midr = READ(midr_el1);
	id->mpidr = READ(mpidr_el1);
	/* An ID register that is not allocated reads as zero. */
	id->pfr2 = READ(ID_AA64PFR2_EL1);
	id->isar1 = READ(id_aa64isar1_el1);
	id->isar2 = READ(ID_AA64ISAR2_EL1);
	id->mmfr0 = READ(id_aa64mmfr0_el1);
	id->mmfr1 = READ(id_aa64mmfr1_el1);
	id->mmfr3 = READ(ID_AA64MMFR3_EL1);
	id->smfr0 = READ(ID_AA64SMFR0_EL1);
	/* If a higher level owns the profiling buffer, it keeps this register, too. */
	id->pmsidr = feature(id->dfr0, DFR0_PMSVER) != 0 && (id->pmbidr & BIT(PMBIDR_P_BIT)) == 0
			     ? READ(PMSIDR_EL1)
			     : 0;
}

static void write_el1(const struct lethe_cpu_id *id, const struct lethe_el2_regs *regs)
{
	WRITE_EL1(id, sctlr_el1, SCTLR_EL12, regs->sctlr_el1);
	WRITE_EL1(id, cpacr_el1, CPACR_EL12, regs->cpacr_el1);
	if (regs->has_sctlr2) {
		WRITE_EL1(id, SCTLR2_EL1, SCTLR2_EL12, 0);
	}
	if (regs->has_tcr2) {
		WRITE_EL1(id, TCR2_EL1, TCR2_EL12, 0);
	}
	if (regs->has_gcs) { /* booting.rst: no guarded control stack at any level */
		WRITE(GCSCR_EL2, 0);
		WRITE_EL1(id, GCSCR_EL1, GCSCR_EL12, 0);
		WRITE(GCSCRE0_EL1, 0);
	}
	if (regs->has_lor) {
		WRITE(LORC_EL1, 0); /* no limited ordering region of an earlier program */
	}
}

static void write_gic(const struct lethe_el2_regs *regs)
{
	uint64_t sre = regs->icc_sre;

	if ((READ(ICC_SRE_EL2) & ICC_SRE_SRE) != 0) {
		/* From 1 back to 0 is not for software to choose: what reads 1 stays. */
		sre |= ICC_SRE_SRE | ICC_SRE_ENABLE;
	}
	WRITE(ICC_SRE_EL2, sre);
	ISB(); /* ICH_HCR_EL2 exists only once SRE is in force */
	if (READ(ICC_SRE_EL2) & ICC_SRE_SRE) {
		WRITE(ICH_HCR_EL2, 0); /* no virtual interrupts */
	}
}

static void write_mpam(const struct lethe_el2_regs *regs)
{
	WRITE(MPAM2_EL2, regs->mpam2);
	if (READ(MPAMIDR_EL1) & MPAMIDR_HAS_HCR) {
		WRITE(MPAMHCR_EL2, 0); /* no virtual partitions, MPAMIDR_EL1 untrapped */
	}
}

/* Lengths of vectors. CPTR_EL2 is in force, so that neither write is trapped at EL2. */
static void write_vector_lengths(const struct lethe_el2_regs *regs)
{
	if (regs->has_zcr) {
		WRITE(ZCR_EL2, regs->zcr);
	}
	if (regs->has_smcr) {
		WRITE(SMCR_EL2, regs->smcr);
	}
}

void lethe_el2_prepare(const struct lethe_cpu_id *id, const struct lethe_el2_regs *regs)
{
	lethe_el2_own_prepare(regs);
	WRITE(vtcr_el2, VTCR_RES1);
	WRITE(vpidr_el2, regs->vpidr); /* EL1 reads the real IDs */
	WRITE(vmpidr_el2, regs->vmpidr);
	write_el1(id, regs);
	if (regs->has_brbe) {
		WRITE(BRBCR_EL2, BRBCR_CC | BRBCR_MPRED);
	}
	if (regs->has_amu) {
		WRITE(AMCNTENSET0_EL0, AMCNTENSET0_ARCHITECTED); /* the counters run */
	}
	if (regs->has_gic) {
		write_gic(regs);
	}
	if (regs->has_mpam) {
		write_mpam(regs);
	}
	if (regs->has_hcrx) {
		WRITE(HCRX_EL2, regs->hcrx);
	}
	write_vector_lengths(regs);
	lethe_el2_fgt_write(regs);
	if (regs->has_pmscr) {
		WRITE(PMSCR_EL2, regs->pmscr);
	}
	/* In force with the hand-off's own ISB; nothing before it relies on any of them. */
}

void lethe_el1_prepare(void)
{
	uint64_t pfr1 = READ(id_aa64pfr1_el1);
	uint64_t cpacr;

	if (has_el3(READ(id_aa64pfr0_el1))) {
		return; /* as in el2_lower_regs.c: zero, or kept by firmware */
	}
	if (feature(pfr1, PFR1_GCS) != 0) {
		WRITE(GCSCR_EL1, 0); /* whole: entry.S wrote it only if the stack was on */
		WRITE(GCSCRE0_EL1, 0);
	}
	if (feature(pfr1, PFR1_SME) == 0) {
		return;
	}
	cpacr = READ(cpacr_el1);
	WRITE(cpacr_el1, cpacr | CPACR_SMEN); /* SVCR is untrapped ... */
	ISB();                                /* ... from here on */
	WRITE(SVCR, 0);
	WRITE(cpacr_el1, cpacr); /* the old value, in force after the hand-off's ISB */
}
