/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the ID registers and writes what el2_regs.c computed. */
#include <stddef.h>

#include <lethe/handoff.h>

#include "cpu/sysreg.h"

_Static_assert(offsetof(struct lethe_handoff, entry) == 0, "handoff.S");
_Static_assert(offsetof(struct lethe_handoff, x) == 8, "handoff.S");
_Static_assert(offsetof(struct lethe_handoff, hcr) == 40, "handoff.S");
_Static_assert(offsetof(struct lethe_handoff, to_el1) == 48, "handoff.S");
_Static_assert(offsetof(struct lethe_handoff, sctlr) == 56, "handoff.S");
_Static_assert(offsetof(struct lethe_handoff, own_start) == 64, "handoff.S");

#define WRITE_EL1(id, name, name_e2h, value)                                                       \
	do {                                                                                       \
		if ((id)->e2h) {                                                                   \
			WRITE(name_e2h, value);                                                    \
		} else {                                                                           \
			WRITE(name, value);                                                        \
		}                                                                                  \
	} while (0)

/* By encoding, because the assembler's default architecture does not know the names. */
#define ID_AA64PFR2_EL1  "s3_0_c0_c4_2"
#define ID_AA64ISAR2_EL1 "s3_0_c0_c6_2"
#define ID_AA64MMFR3_EL1 "s3_0_c0_c7_3"
#define ID_AA64SMFR0_EL1 "s3_0_c0_c4_5"
#define PMBIDR_EL1       "s3_0_c9_c10_7"
#define TRBIDR_EL1       "s3_0_c9_c11_7"
#define ICC_SRE_EL2      "s3_4_c12_c9_5"
#define ICH_HCR_EL2      "s3_4_c12_c11_0"
#define HCRX_EL2         "s3_4_c1_c2_2"
#define ZCR_EL2          "s3_4_c1_c2_0"
#define SMCR_EL2         "s3_4_c1_c2_6"
#define HFGRTR_EL2       "s3_4_c1_c1_4"
#define HFGWTR_EL2       "s3_4_c1_c1_5"
#define HFGITR_EL2       "s3_4_c1_c1_6"
#define HDFGRTR_EL2      "s3_4_c3_c1_4"
#define HDFGWTR_EL2      "s3_4_c3_c1_5"
#define SCTLR_EL12       "s3_5_c1_c0_0"
#define CPACR_EL12       "s3_5_c1_c0_2"
#define SCTLR2_EL1       "s3_0_c1_c0_3"
#define SCTLR2_EL12      "s3_5_c1_c0_3"
#define TCR2_EL1         "s3_0_c2_c0_3"
#define TCR2_EL12        "s3_5_c2_c0_3"
#define GCSCR_EL1        "s3_0_c2_c5_0"
#define GCSCR_EL12       "s3_5_c2_c5_0"
#define GCSCRE0_EL1      "s3_0_c2_c5_2"
#define BRBCR_EL2        "s2_4_c9_c0_0"
#define AMCNTENSET0_EL0  "s3_3_c13_c2_5"

void lethe_cpu_id_read(struct lethe_cpu_id *id)
{
	unsigned int pmu;

	id->midr = READ("midr_el1");
	id->mpidr = READ("mpidr_el1");
	id->pfr0 = READ("id_aa64pfr0_el1");
	id->pfr1 = READ("id_aa64pfr1_el1");
	id->pfr2 = READ(ID_AA64PFR2_EL1);
	id->dfr0 = READ("id_aa64dfr0_el1");
	id->isar1 = READ("id_aa64isar1_el1");
	id->isar2 = READ(ID_AA64ISAR2_EL1); /* the whole ID space reads as zero where unallocated */
	id->mmfr0 = READ("id_aa64mmfr0_el1");
	id->mmfr1 = READ("id_aa64mmfr1_el1");
	id->mmfr3 = READ(ID_AA64MMFR3_EL1);
	id->smfr0 = READ(ID_AA64SMFR0_EL1);
	pmu = (unsigned int)(id->dfr0 >> 8) & 0xf;
	id->pmcr = pmu != 0 && pmu != 0xf ? READ("pmcr_el0") : 0;
	id->pmbidr = ((id->dfr0 >> 32) & 0xf) != 0 ? READ(PMBIDR_EL1) : 0;
	id->trbidr = ((id->dfr0 >> 44) & 0xf) != 0 ? READ(TRBIDR_EL1) : 0;
}

/* EL1's own state. With E2H = 1 the plain names are EL2's registers. */
static void write_el1(const struct lethe_cpu_id *id, const struct lethe_el2_regs *regs)
{
	WRITE_EL1(id, "sctlr_el1", SCTLR_EL12, regs->sctlr_el1);
	WRITE_EL1(id, "cpacr_el1", CPACR_EL12, regs->cpacr_el1);
	if (regs->has_sctlr2) {
		WRITE_EL1(id, SCTLR2_EL1, SCTLR2_EL12, 0);
	}
	if (regs->has_tcr2) {
		WRITE_EL1(id, TCR2_EL1, TCR2_EL12, 0);
	}
	if (regs->has_gcs) { /* booting.rst: no guarded control stack at any level */
		WRITE_EL1(id, GCSCR_EL1, GCSCR_EL12, 0);
		WRITE(GCSCRE0_EL1, 0);
	}
}

void lethe_el2_prepare(const struct lethe_cpu_id *id, const struct lethe_el2_regs *regs)
{
	WRITE("cptr_el2", regs->cptr);       /* FP, SVE, SME untrapped */
	WRITE("cnthctl_el2", regs->cnthctl); /* EL1 has the physical counter and timer */
	WRITE("cntvoff_el2", 0);             /* the same on every CPU */
	WRITE("mdcr_el2", regs->mdcr);       /* all counters and buffers are EL1's, no debug trap */
	WRITE("hstr_el2", 0);                /* no coprocessor trap */
	WRITE("vttbr_el2", 0);               /* VMID 0, no stage 2 */
	WRITE("vtcr_el2", 1U << 31);         /* RES1 */
	WRITE("vpidr_el2", regs->vpidr);     /* EL1 reads the real IDs */
	WRITE("vmpidr_el2", regs->vmpidr);
	write_el1(id, regs);
	if (regs->has_brbe) {
		WRITE(BRBCR_EL2, BIT(3) | BIT(4)); /* CC, MPRED: not hidden from EL1 */
	}
	if (regs->has_amu) {
		WRITE(AMCNTENSET0_EL0, 0xf); /* the architected counters run */
	}
	if (regs->has_gic) {
		WRITE(ICC_SRE_EL2, regs->icc_sre);
		__asm__ volatile("isb"); /* ICH_HCR_EL2 exists only once SRE is in force */
		if (READ(ICC_SRE_EL2) & 1) {
			WRITE(ICH_HCR_EL2, 0); /* no virtual interrupts */
		}
	}
	if (regs->has_hcrx) {
		WRITE(HCRX_EL2, regs->hcrx);
	}
	__asm__ volatile("isb"); /* ZCR and SMCR are trapped until CPTR is in force */
	if (regs->has_sve) {
		WRITE(ZCR_EL2, regs->zcr);
	}
	if (regs->has_sme) {
		WRITE(SMCR_EL2, regs->smcr);
		WRITE(SVCR, 0); /* no kernel expects to start in streaming mode */
	}
	if (regs->has_fgt) {
		WRITE(HFGRTR_EL2, regs->hfgrtr);
		WRITE(HFGWTR_EL2, regs->hfgwtr);
		WRITE(HFGITR_EL2, regs->hfgitr);
		WRITE(HDFGRTR_EL2, regs->hdfgrtr);
		WRITE(HDFGWTR_EL2, regs->hdfgwtr);
	}
	/* In force with the crossing's own ISB; nothing before it relies on any of them. */
}

void lethe_el1_prepare(void)
{
	uint64_t pfr1 = READ("id_aa64pfr1_el1");
	uint64_t cpacr;

	if (((pfr1 >> 44) & 0xf) != 0) {
		WRITE(GCSCRE0_EL1, 0); /* entry.S saw to GCSCR_EL1 */
	}
	if (((pfr1 >> 24) & 0xf) == 0) {
		return; /* no SME */
	}
	cpacr = READ("cpacr_el1");
	WRITE("cpacr_el1", cpacr | BIT(24) | BIT(25)); /* SMEN: SVCR untrapped */
	__asm__ volatile("isb");                       /* in force before SVCR is written */
	WRITE(SVCR, 0);
	WRITE("cpacr_el1", cpacr); /* as it was, with the crossing's ISB */
}
