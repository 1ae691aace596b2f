/* SPDX-License-Identifier: BSD-2-Clause */
/* EL3 for what is below: reads the ID registers, and writes the values of el3_regs.c, then those of
 * cpu/el2.h. */
#include "el3/el3.h"

#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

void lethe_el3_id_read(struct lethe_el3_id *id)
{
	lethe_cpu_id_read(&id->cpu);
	id->isar0 = READ(id_aa64isar0_el1);
	id->mmfr4 = READ(ID_AA64MMFR4_EL1);
	id->amcfgr = feature(id->cpu.pfr0, PFR0_AMU) != 0 ? READ(AMCFGR_EL0) : 0;
	id->has_el2 = feature(id->cpu.pfr0, PFR0_EL2) != 0;
	id->cpu.pfr0 &= ~(BIT(PFR0_EL3 + 4) - BIT(PFR0_EL3));
	id->cpu.e2h = feature_is_negative(id->mmfr4, MMFR4_E2H0); /* else it is written as 0 */
}

/* CPTR_EL3 is in force, so that neither write is trapped. */
static void write_vector_lengths(const struct lethe_el3_regs *regs)
{
	if (regs->has_zcr) {
		WRITE(ZCR_EL3, regs->zcr); /* the longest vectors for the levels below */
	}
	if (regs->has_smcr) {
		WRITE(SMCR_EL3, regs->smcr); /* likewise, FA64 and ZT0 untrapped */
	}
}

static void write_mpam(const struct lethe_el3_regs *regs)
{
	WRITE(MPAM0_EL1, 0);           /* before it is on: EL0 ... */
	WRITE(MPAM1_EL1, 0);           /* ... and EL1 are in partition 0 */
	WRITE(MPAM3_EL3, regs->mpam3); /* on, EL3 in partition 0, nothing trapped */
}

static void write_gic(const struct lethe_el3_id *id, const struct lethe_el3_regs *regs)
{
	WRITE(ICC_SRE_EL3, regs->icc_sre); /* the system registers, and ICC_SRE below untrapped */
	ISB();                             /* the registers below exist only once SRE is in force */
	if (id->has_el2) {
		WRITE(ICC_SRE_EL2, regs->icc_sre); /* the same for EL1 */
		ISB();                             /* in force before anybody reads it */
	}
	WRITE(ICC_CTLR_EL3, 0); /* PMHE, EOImode and CBPR equal on every CPU */
}

static void write_amu(const struct lethe_el3_regs *regs)
{
	WRITE(AMCNTENSET0_EL0, AMCNTENSET0_ARCHITECTED); /* the counters run */
	if (regs->has_amu1) {
		WRITE(AMCNTENSET1_EL0, AMCNTENSET1_ALL); /* those that are there */
	}
}

static void write_el2(const struct lethe_el3_id *id, const struct lethe_el3_regs *regs)
{
	struct lethe_el2_regs el2;

	el2 = (struct lethe_el2_regs){0};
	lethe_el2_regs_own(&id->cpu, &el2);
	WRITE(hcr_el2, el2.hcr); /* AArch64 below EL2, nothing trapped, E2H as small as it may be */
	ISB();                   /* E2H says which layout other registers have */
	WRITE(sctlr_el2, el2.sctlr); /* MMU and caches off, little-endian */
	WRITE(actlr_el2, 0);         /* what EL3 lets EL2 have is not EL1's yet */
	if (regs->has_tcr2) {
		WRITE(TCR2_EL2, 0); /* no permission indirection, no 128-bit descriptors */
	}
	if (regs->has_sctlr2) {
		WRITE(SCTLR2_EL2, 0); /* as without the register */
	}
	WRITE(vpidr_el2, id->cpu.midr);   /* EL1 sees what the CPU is */
	WRITE(vmpidr_el2, id->cpu.mpidr); /* likewise */
	lethe_el2_own_prepare(&el2);
}

/* Without EL2 the same for EL1, as lethe_el2_prepare() has it. */
static void write_el1(const struct lethe_el3_regs *regs)
{
	WRITE(sctlr_el1, SCTLR_EL1_OFF); /* MMU and caches off, little-endian */
	WRITE(cpacr_el1, CPACR_FPEN);    /* FP untrapped */
	if (regs->has_tcr2) {
		WRITE(TCR2_EL1, 0); /* as above */
	}
	if (regs->has_sctlr2) {
		WRITE(SCTLR2_EL1, 0); /* likewise */
	}
	if (regs->has_gcs) {
		WRITE(GCSCR_EL1, 0);   /* no guarded control stack at EL1 ... */
		WRITE(GCSCRE0_EL1, 0); /* ... nor at EL0 */
	}
}

void lethe_el3_prepare(const struct lethe_el3_id *id, const struct lethe_el3_regs *regs,
		       uint32_t frequency)
{
	WRITE(scr_el3, regs->scr); /* AArch64, non-secure below; no interrupt is EL3's; each feature
				      is untrapped */
	ISB(); /* from here on ICC_SRE_EL2, EL2's and EL1's registers are the non-secure ones */
	WRITE(cptr_el3, regs->cptr);   /* FP, SVE, SME, trace and activity monitors untrapped */
	WRITE(mdcr_el3, regs->mdcr);   /* debug and PMU untrapped, all buffers non-secure */
	WRITE(actlr_el3, regs->actlr); /* implementation defined registers */
	ISB(); /* ZCR_EL3, SMCR_EL3 and what is used below EL3 are trapped until CPTR_EL3 is in
		  force */
	write_vector_lengths(regs);
	if (regs->has_mpam) {
		write_mpam(regs);
	}
	if (regs->has_gic) {
		write_gic(id, regs);
	}
	if (regs->has_amu) {
		write_amu(regs);
	}
	if (frequency != 0) {
		WRITE(cntfrq_el0, frequency); /* what software below believes of the counter */
	}
	if (id->has_el2) {
		write_el2(id, regs);
	} else {
		write_el1(regs);
	}
}
