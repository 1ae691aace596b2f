/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FEATURE_H
#define LETHE_FEATURE_H

/*
 * Fields of the ID registers, by the Arm ARM's names (DDI 0487, D24.2 "General system control
 * registers"): PFR1_GCS is ID_AA64PFR1_EL1.GCS. The number is the field's lowest bit; each has
 * four. For C and assembly.
 */

/* clang-format off */
#define PFR0_EL2	8
#define PFR0_EL3	12
#define PFR0_FP		16	/* signed */
#define PFR0_GIC	24	/* the system register interface */
#define PFR0_SVE	32
#define PFR0_MPAM	40
#define PFR0_AMU	44
#define PFR0_CSV2	56

#define PFR1_MTE	8
#define PFR1_MPAM_FRAC	16
#define PFR1_SME	24
#define PFR1_CSV2_FRAC	32
#define PFR1_GCS	44
#define PFR1_THE	48	/* translation hardening */
#define PFR1_PFAR	60

#define PFR2_GCIE	12	/* GICv5 */
#define PFR2_FPMR	32

#define DFR0_DEBUGVER	0
#define DFR0_PMUVER	8
#define DFR0_PMSVER	32	/* statistical profiling */
#define DFR0_TRACEBUFFER 44
#define DFR0_BRBE	52

#define ISAR0_SHA2	12
#define ISAR0_TME	24
#define ISAR0_RNDR	60

#define ISAR1_APA	4
#define ISAR1_API	8
#define ISAR1_GPA	24
#define ISAR1_GPI	28
#define ISAR1_LS64	60

#define ISAR2_GPA3	8
#define ISAR2_APA3	12
#define ISAR2_MOPS	16

#define MMFR0_PARANGE	0
#define MMFR0_TGRAN16	20
#define MMFR0_TGRAN64	24	/* signed */
#define MMFR0_TGRAN4	28	/* signed */
#define MMFR0_FGT	56
#define MMFR0_ECV	60

#define MMFR1_LO		16	/* limited ordering regions */
#define MMFR1_HCX	40

#define MMFR3_TCRX	0
#define MMFR3_SCTLRX	4
#define MMFR3_S1PIE	8
#define MMFR3_S2PIE	12
#define MMFR3_S1POE	16
#define MMFR3_S2POE	20
#define MMFR3_AIE	24
#define MMFR3_D128	32

#define MMFR4_E2H0	24	/* signed: negative where HCR_EL2.E2H is RES1 */

#define SMFR0_SMEVER	56
#define SMFR0_FA64_BIT	63	/* a single bit */

/* Values of some fields. */
#define CSV2_2		2	/* SCXTNUM_ELx */
#define CSV2_FRAC_1P2	2	/* likewise, with CSV2 = 1 */
#define MTE_TAGS_IN_MEMORY 2
#define FGT_2		2	/* FEAT_FGT2 */
#define ECV_CNTPOFF	2	/* CNTPOFF_EL2 as well */
#define AMU_V1P1	2	/* FEAT_AMUv1p1 */
#define DEBUGVER_8P9	11	/* FEAT_Debugv8p9 */
#define LS64_V		2	/* ST64BV as well */
#define LS64_ACCDATA	3	/* ST64BV0 and ACCDATA_EL1 as well */
#define PMSVER_1P2	3	/* FEAT_SPEv1p2 */
#define PMUVER_V3P9	9
#define PMUVER_FOREIGN	0xf	/* a PMU outside the architecture */
#define PARANGE_48	5

/* The sign of a signed field, for TBZ and TBNZ. */
#define SIGN_BIT(field)	((field) + 3)
/* clang-format on */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* The value of a field. Unless the field is signed: not 0 if the CPU has the feature. */
static inline unsigned int feature(uint64_t reg, unsigned int field)
{
	return (unsigned int)(reg >> field) & 0xf;
}

/* For a signed field. */
static inline bool feature_is_negative(uint64_t reg, unsigned int field)
{
	return feature(reg, field) >= 8;
}

/* pfr0: ID_AA64PFR0_EL1. With an EL3, firmware may keep a register of a newer feature to itself. */
static inline bool has_el3(uint64_t pfr0)
{
	return feature(pfr0, PFR0_EL3) != 0;
}

#endif

#endif
