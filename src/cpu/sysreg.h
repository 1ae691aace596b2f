/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SYSREG_H
#define LETHE_SYSREG_H

/*
 * System registers, for C and assembly: encodings, bits, and whole values. Names and positions are
 * the Arm ARM's (DDI 0487, D24 "AArch64 System Register Descriptions").
 */

/* clang-format off */

/* ---- registers without a name in the assembler's default architecture ---- */

#define ID_AA64PFR2_EL1		s3_0_c0_c4_2
#define ID_AA64SMFR0_EL1	s3_0_c0_c4_5
#define ID_AA64ISAR2_EL1	s3_0_c0_c6_2
#define ID_AA64MMFR3_EL1	s3_0_c0_c7_3
#define ID_AA64MMFR4_EL1	s3_0_c0_c7_4

#define SCTLR_EL12		s3_5_c1_c0_0
#define CPACR_EL12		s3_5_c1_c0_2
#define SPSR_EL12		s3_5_c4_c0_0
#define ELR_EL12		s3_5_c4_c0_1
#define ESR_EL12		s3_5_c5_c2_0
#define VBAR_EL12		s3_5_c12_c0_0
#define SCTLR2_EL1		s3_0_c1_c0_3
#define SCTLR2_EL12		s3_5_c1_c0_3
#define SCTLR2_EL2		s3_4_c1_c0_3
#define TCR2_EL1		s3_0_c2_c0_3
#define TCR2_EL12		s3_5_c2_c0_3
#define TCR2_EL2		s3_4_c2_c0_3
#define GCSCR_EL1		s3_0_c2_c5_0
#define GCSCR_EL12		s3_5_c2_c5_0
#define GCSCR_EL2		s3_4_c2_c5_0
#define GCSCRE0_EL1		s3_0_c2_c5_2

#define HFGRTR_EL2		s3_4_c1_c1_4
#define HFGWTR_EL2		s3_4_c1_c1_5
#define HFGITR_EL2		s3_4_c1_c1_6
#define HDFGRTR_EL2		s3_4_c3_c1_4
#define HAFGRTR_EL2		s3_4_c3_c1_6
#define HDFGWTR_EL2		s3_4_c3_c1_5
#define HDFGRTR2_EL2		s3_4_c3_c1_0
#define HDFGWTR2_EL2		s3_4_c3_c1_1
#define HFGRTR2_EL2		s3_4_c3_c1_2
#define HFGWTR2_EL2		s3_4_c3_c1_3
#define HFGITR2_EL2		s3_4_c3_c1_7
#define ICH_HFGRTR_EL2		s3_4_c12_c9_4
#define ICH_HFGWTR_EL2		s3_4_c12_c9_6
#define ICH_HFGITR_EL2		s3_4_c12_c9_7
#define HCRX_EL2		s3_4_c1_c2_2
#define ZCR_EL2			s3_4_c1_c2_0
#define SMCR_EL2		s3_4_c1_c2_6
#define SVCR			s3_3_c4_c2_2
#define SVCR_SM_BIT		0	/* streaming mode */

#define PMSCR_EL1		s3_0_c9_c9_0	/* statistical profiling */
#define PMSCR_EL2		s3_4_c9_c9_0
#define PMSIDR_EL1		s3_0_c9_c9_7
#define PMBLIMITR_EL1		s3_0_c9_c10_0
#define PMBIDR_EL1		s3_0_c9_c10_7
#define TRFCR_EL1		s3_0_c1_c2_1	/* trace */
#define TRFCR_EL2		s3_4_c1_c2_1
#define TRBLIMITR_EL1		s3_0_c9_c11_0
#define TRBIDR_EL1		s3_0_c9_c11_7
#define BRBCR_EL2		s2_4_c9_c0_0
#define AMCNTENSET0_EL0		s3_3_c13_c2_5
#define MPAMIDR_EL1		s3_0_c10_c4_4
#define MPAMHCR_EL2		s3_4_c10_c4_0
#define MPAM2_EL2		s3_4_c10_c5_0
#define MPAM0_EL1		s3_0_c10_c5_1
#define MPAM1_EL1		s3_0_c10_c5_0
#define MPAM3_EL3		s3_6_c10_c5_0
#define AMCFGR_EL0		s3_3_c13_c2_1
#define AMCNTENSET1_EL0		s3_3_c13_c3_0
#define LORC_EL1		s3_0_c10_c4_3
#define ZCR_EL3			s3_6_c1_c2_0
#define SMCR_EL3		s3_6_c1_c2_6

#define CPUECTLR_EL1		s3_1_c15_c2_1	/* Cortex-A35, A53, A57, A72, A73 */
#define CPUECTLR_SMPEN		BIT(6)
#define ICC_SRE_EL2		s3_4_c12_c9_5
#define ICC_SRE_EL3		s3_6_c12_c12_5
#define ICC_CTLR_EL3		s3_6_c12_c12_4
#define ICH_HCR_EL2		s3_4_c12_c11_0
#define RNDR			s3_3_c2_c4_0

/* Instructions of that kind: HINT. */
#define HINT_PSB_CSYNC		17
#define HINT_TSB_CSYNC		18
#define HINT_BTI_C		34
#define HINT_BTI_JC		38
#define HINT_CHKFEAT		40	/* of X16 */
#define CHKFEAT_GCS		1

/* ---- bits ---- */

#ifdef __ASSEMBLER__
#define BIT(n)			(1 << (n))
#else
#define BIT(n)			(1ULL << (n))
#endif

/* A field of two bits, all ones: "not trapped at any level", "not hidden from EL1". */
#define BOTH(n)			(BIT(n) | BIT((n) + 1))

/* SCTLR_ELx. */
#define SCTLR_M			BIT(0)	/* MMU */
#define SCTLR_C			BIT(2)	/* data accesses as cacheable as the tables say */
#define SCTLR_SA0		BIT(4)
#define SCTLR_CP15BEN		BIT(5)
#define SCTLR_EOS		BIT(11)
#define SCTLR_I			BIT(12)	/* instruction fetches are Normal write-through cacheable with M = 0 */
#define SCTLR_nTWI		BIT(16)
#define SCTLR_nTWE		BIT(18)
#define SCTLR_WXN		BIT(19)	/* writable memory is not executable */
#define SCTLR_TSCXT		BIT(20)
#define SCTLR_EIS		BIT(22)
#define SCTLR_SPAN_BIT		23
#define SCTLR_SPAN		BIT(SCTLR_SPAN_BIT) /* an exception leaves PSTATE.PAN as it is */
#define SCTLR_nTLSMD		BIT(28)
#define SCTLR_LSMAOE		BIT(29)
#define SCTLR_DSSBS_BIT		44	/* PSTATE.SSBS of an exception */
#define SCTLR_EnTP2		BIT(60)	/* TPIDR2_EL0 untrapped below EL2; SME only */

/*
 * SCTLR_EL2 and SCTLR_EL3 with MMU and D-cache off, little-endian: the RES1 bits of the E2H = 0 layout. If E2H
 * stays 1, the bits have the names below, all with the untrapped v8.0 behaviour, so one value serves both layouts.
 */
#define SCTLR_EL2_OFF		(SCTLR_LSMAOE | SCTLR_nTLSMD | SCTLR_SPAN | SCTLR_EIS | SCTLR_nTWE | SCTLR_nTWI | \
				 SCTLR_EOS | SCTLR_CP15BEN | SCTLR_SA0)
#define SCTLR_EL1_OFF		(SCTLR_LSMAOE | SCTLR_nTLSMD | SCTLR_SPAN | SCTLR_EIS | SCTLR_TSCXT | SCTLR_EOS)

/* SCR_EL3. What is named En*, FGTEn and the like traps to EL3 if 0. */
#define SCR_NS			BIT(0)
#define SCR_RES1		BOTH(4)
#define SCR_SMD			BIT(7)	/* SMC is undefined */
#define SCR_HCE			BIT(8)	/* HVC is not undefined */
#define SCR_RW			BIT(10)	/* the next lower level is AArch64 */
#define SCR_APK_BIT		16	/* pointer authentication: keys, and behind it API, instructions */
#define SCR_EnSCXT_BIT		25	/* SCXTNUM_ELx */
#define SCR_ATA_BIT		26	/* allocation tags */
#define SCR_FGTEn_BIT		27	/* fine-grained traps */
#define SCR_ECVEn_BIT		28	/* CNTPOFF_EL2 */
#define SCR_TME_BIT		34	/* transactions */
#define SCR_AMVOFFEN_BIT	35	/* offsets of the activity monitors */
#define SCR_EnAS0_BIT		36	/* ST64BV0, and behind it ADEn, ACCDATA_EL1 */
#define SCR_HXEn_BIT		38	/* HCRX_EL2 */
#define SCR_GCSEn_BIT		39	/* guarded control stacks */
#define SCR_EnTP2_BIT		41	/* TPIDR2_EL0, SMPRI_EL1 */
#define SCR_RCWMASKEn_BIT	42	/* RCWMASK_EL1, RCWSMASK_EL1 */
#define SCR_TCR2En_BIT		43
#define SCR_SCTLR2En_BIT	44
#define SCR_PIEn_BIT		45	/* permission indirection and overlay */
#define SCR_AIEn_BIT		46	/* MAIR2_ELx, AMAIR2_ELx */
#define SCR_D128En_BIT		47	/* registers of 128 bits */
#define SCR_EnFPM_BIT		50	/* FPMR */
#define SCR_PFAREn_BIT		53	/* PFAR_ELx */
#define SCR_FGTEn2_BIT		59	/* the second set of fine-grained traps */

/* CPTR_EL3: 0 traps SVE and SME; all other bits trap if 1. */
#define CPTR_EL3_EZ		BIT(8)
#define CPTR_EL3_ESM		BIT(12)

/* MDCR_EL3. A bit named En* traps to EL3 if 0. */
#define MDCR_EL3_EnPM2		BIT(7)	/* PMU: what came with v3p9 */
#define MDCR_EL3_NSPB_BIT	12	/* two bits: the profiling buffer is non-secure, and untrapped if both are 1 */
#define MDCR_EL3_NSTB_BIT	24	/* likewise the trace buffer */
#define MDCR_EL3_SBRBE_BIT	32	/* two bits: 1 is untrapped where non-secure, and nothing secure is recorded */
#define MDCR_EL3_EnPMSN_BIT	36	/* PMSNEVFR_EL1 */
#define MDCR_EL3_EnPMS3		BIT(42)	/* PMSDSFR_EL1 */
#define MDCR_EL3_EBWE_BIT	43	/* MDSELR_EL1, breakpoints beyond the 16th */

/* ACTLR_EL3 of Cortex-A53, A57 and A72: EL2 has CPUACTLR, CPUECTLR, L2CTLR, L2ECTLR and L2ACTLR. */
#define ACTLR_EL3_A53		0x73
#define MIDR_PART		(BIT(32) - BIT(24) + BIT(16) - BIT(4)) /* implementer, and number of the part */
#define MIDR_ARM(part)		(BIT(30) + BIT(24) + (part) * BIT(4))
#define MIDR_A53		MIDR_ARM(0xd03)
#define MIDR_A57		MIDR_ARM(0xd07)
#define MIDR_A72		MIDR_ARM(0xd08)

#define HCR_AMO			BIT(5)	/* physical SErrors come to EL2 */
#define HCR_TSC			BIT(19)	/* SMC of EL1 comes to EL2 */
#define HCR_HCD			BIT(29)	/* HVC is undefined at EL1: EL2 has no code for a payload at EL1 */
#define HCR_RW			BIT(31)	/* EL1 is AArch64 */
#define HCR_E2H_BIT		34
#define HCR_E2H			BIT(HCR_E2H_BIT)
#define HCR_APK			BIT(40)
#define HCR_API			BIT(41)
#define HCR_EnSCXT		BIT(53)	/* SCXTNUM_EL1, SCXTNUM_EL0 */
#define HCR_ATA			BIT(56)

/* CPTR_EL2 with E2H = 0: 1 traps at EL2 and below. */
#define CPTR_TZ			BIT(8)
#define CPTR_TFP_BIT		10
#define CPTR_TSM		BIT(12)
#define CPTR_RES1		(0xff | BIT(9) | BIT(13))

/* CPACR_EL1, and CPTR_EL2 with E2H = 1: 0 traps. */
#define CPACR_ZEN		BOTH(16)
#define CPACR_FPEN_BIT		20	/* the lower one decides for the level itself */
#define CPACR_FPEN		BOTH(CPACR_FPEN_BIT)
#define CPACR_SMEN_BIT		24	/* likewise */
#define CPACR_SMEN		BOTH(CPACR_SMEN_BIT)

/* CNTHCTL_EL2: the counter and the timer of EL1 are not trapped. Two layouts. */
#define CNTHCTL_EL1PCTEN	BIT(0)
#define CNTHCTL_EL1PCEN		BIT(1)
#define CNTHCTL_E2H_EL1PCTEN	BIT(10)
#define CNTHCTL_E2H_EL1PTEN	BIT(11)

/* MDCR_EL2. */
#define MDCR_HPMN_MASK		0x1fU	/* number of EL1's counters */
#define MDCR_E2PB_EL1		BOTH(12) /* EL1 owns the profiling buffer */
#define PMSCR_PA		BIT(4)	/* EL1's samples may hold physical addresses ... */
#define PMSCR_PCT_PHYSICAL	BIT(6)	/* ... and the physical counter */
#define MDCR_E2TB_EL1		BOTH(24) /* EL1 owns the trace buffer */

#define PMCR_N_SHIFT		11
#define PMBIDR_P_BIT		4	/* a higher level owns the buffer */
#define PMSIDR_FDS		BIT(7)	/* filtering by data source: PMSDSFR_EL1 */
#define TRBIDR_P_BIT		4

#define VTCR_RES1		BIT(31)

#define BRBCR_CC		BIT(3)	/* cycle counts ... */
#define BRBCR_MPRED		BIT(4)	/* ... and mispredictions are not hidden from EL1 */

#define AMCNTENSET0_ARCHITECTED	0xf	/* the four counters of every AMU */
#define AMCNTENSET1_ALL		0xffff
#define AMCFGR_NCG		28	/* four bits: groups of counters behind the first */

#define MPAM2_EnMPAMSM		BIT(50)	/* MPAMSM_EL1; SME only */
#define MPAMIDR_HAS_HCR		BIT(17)
#define MPAM3_MPAMEN		BIT(63)	/* and TRAPLOWER, which traps below, 0 */

#define ICC_SRE_SRE		BIT(0)
#define ICC_SRE_ENABLE		BIT(3)
#define ICC_SRE_ALL		0xf	/* the two, and no bypass of the interrupt controller */

#define HCRX_EnAS0		BIT(0)	/* ST64BV0 */
#define HCRX_EnALS		BIT(1)	/* LD64B, ST64B */
#define HCRX_EnASR		BIT(2)	/* ST64BV */
#define HCRX_MCE2		BIT(10)
#define HCRX_MSCEn		BIT(11)
#define HCRX_TCR2En		BIT(14)
#define HCRX_SCTLR2En		BIT(15)
#define HCRX_GCSEn		BIT(22)
#define HCRX_EnFPM		BIT(23)

#define ZCR_LEN_LONGEST		0xf
#define SMCR_LEN_LONGEST	0xf
#define SMCR_EZT0		BIT(30)
#define SMCR_FA64		BIT(31)

/* Fine-grained traps: a bit named n* traps if 0. HFGWTR_EL2 and HDFGWTR_EL2 have the same layout. */
#define HFGRTR_nACCDATA_EL1	BIT(50)
#define HFGRTR_nGCS_EL0		BIT(52)
#define HFGRTR_nGCS_EL1		BIT(53)
#define HFGRTR_nSMPRI_EL1	BIT(54)
#define HFGRTR_nTPIDR2_EL0	BIT(55)
#define HFGRTR_nPIRE0_EL1	BIT(57)
#define HFGRTR_nPIR_EL1		BIT(58)
#define HFGRTR_nPOR_EL0		BIT(59)
#define HFGRTR_nPOR_EL1		BIT(60)

#define HFGITR_nBRBINJ		BIT(55)
#define HFGITR_nBRBIALL		BIT(56)
#define HFGITR_nGCSPUSHM_EL1	BIT(57)
#define HFGITR_nGCSSTR_EL1	BIT(58)
#define HFGITR_nGCSEPP		BIT(59)

#define HDFGRTR_nBRBIDR		BIT(59)
#define HDFGRTR_nBRBCTL		BIT(60)
#define HDFGRTR_nBRBDATA	BIT(61)
#define HDFGRTR_nPMSNEVFR_EL1	BIT(62)

/* HDFGWTR2_EL2 has the same layout. */
#define HDFGRTR2_nPMICNTR_EL0	BIT(2)
#define HDFGRTR2_nPMICFILTR_EL0	BIT(3)
#define HDFGRTR2_nPMUACR_EL1	BIT(4)
#define HDFGRTR2_nPMSDSFR_EL1	BIT(19)

/* GICv5's trap if 0 as well, though their names have no n. All that booting.rst lists. */
#define ICH_HFGRTR_UNTRAPPED	0x1f00ff /* ICC_PPI_{ACTIVER,PRIORITYR,PENDR,ENABLER,HMR}n, 20 to 16; then */
					 /* IAFFIDR, ICSR, PCR, HPPIR, HAPR, CR0, IDRn, APR, 7 to 0 */
#define ICH_HFGWTR_UNTRAPPED	0x1e0065 /* the same without what is only read: HMRn, IAFFIDR, HPPIR, HAPR, IDRn */
#define ICH_HFGITR_UNTRAPPED	0x7ff	 /* GICR CDNMIA and CDIA; GIC CDDI, CDEOI, CDHM, CDRCFG, CDPEND, CDAFF, */
					 /* CDPRI, CDDIS, CDEN */

/* TCR_ELx: fields for TTBR0_ELx, at the same place in all layouts. */
#define TCR_T0SZ_48		16	/* 64 - 48 bits of address */
#define TCR_IRGN0_WB		BIT(8)	/* table walks are write-back, write-allocate: they read */
#define TCR_ORGN0_WB		BIT(10)	/* from the caches, and on a miss from memory */
#define TCR_SH0_INNER		BOTH(12) /* as the memory of the tables */
/* TCR_EL2 with E2H = 0. Zero: TBI, HA, HD, HPD, TBID, TCMA, DS, MTX. */
#define TCR_EL2_RES1		(BIT(23) | BIT(31))
#define TCR_EL2_PS_SHIFT	16
/* TCR_EL1, and TCR_EL2 with E2H = 1. Zero: EPD0, A1, AS, TBI, HA, HD, HPD, DS, MTX. */
#define TCR_T1SZ_48		(16 * BIT(16))
#define TCR_EPD1		BIT(23)	/* no walks from TTBR1_ELx */
#define TCR_TG1_4KIB		BIT(31)
#define TCR_EL1_IPS_SHIFT	32

/* PAR_EL1 */
#define PAR_F			BIT(0)
#define PAR_PA			(BIT(52) - BIT(12))
#define PAR_ATTR_SHIFT		60	/* bits 63:60, the upper half of ATTR: 0 is Device memory */

/* ESR_ELx.EC, exception classes. */
#define ESR_EC_SHIFT		26
#define ESR_EC_MASK		0x3f
#define ESR_EC_HVC64		0x16
#define ESR_EC_SMC64		0x17
#define ESR_EC_MOPS		0x27	/* FEAT_MOPS; with HCRX_EL2.MCE2 to EL2 */
#define ESR_EC_IABT_LOWER	0x20
#define ESR_EC_IABT		0x21
#define ESR_EC_PC_ALIGNMENT	0x22
#define ESR_EC_DABT_LOWER	0x24
#define ESR_EC_DABT		0x25

/* The affinity fields of MPIDR_EL1: Aff3, and Aff2 to Aff0. Without a suffix, for assembly. */
#define MPIDR_AFFINITY		0xff00ffffff

/* ESR_ELx.ISS of ESR_EC_MOPS: numbers of registers, 5 bits each; and what went wrong. */
#define ESR_MOPS_SIZE_SHIFT	0
#define ESR_MOPS_SRC_SHIFT	5
#define ESR_MOPS_DST_SHIFT	10
#define ESR_MOPS_OPTION_A	BIT(16)
#define ESR_MOPS_WRONG_OPTION	BIT(17)
#define ESR_MOPS_EPILOGUE	BIT(18)
#define ESR_MOPS_IS_SET		BIT(24)	/* SET*, else CPY* */
#define SPSR_N			BIT(31)

/* CurrentEL, and PSTATE at hand-off: EL1h, D A I F masked. */
#define CURRENTEL_SHIFT		2
#define CURRENTEL_EL2		(2 << CURRENTEL_SHIFT)
#define SPSR_EL1H_MASKED	0x3c5
#define SPSR_EL2H_MASKED	0x3c9
/* Of a trap below an EL1 payload, and where EL1's vector for it is: by SPSR's SP bit, level and state. */
#define SPSR_EL1_BIT		2
#define SPSR_AARCH32_BIT	4
#define SPSR_SSBS_BIT		12
#define SPSR_PAN		BIT(22)
#define SPSR_UAO		BIT(23)
#define SPSR_NZCV		(0xf * BIT(28))
#define SPSR_KEPT		(0x3ff * BIT(22)) /* NZCV, TCO, DIT, UAO, PAN */
#define VECTOR_SPX_SHIFT	9
#define VECTOR_EL0		0x400
#define VECTOR_AARCH32		0x600
#define ESR_UNDEFINED		BIT(25)	/* EC 0, IL */

#define CTR_DMINLINE		16	/* four bits: log2 of words in the smallest data cache line */
/* clang-format on */

#ifndef __ASSEMBLER__

#include <stdint.h>

#define SYSREG_TEXT_(name) #name
#define SYSREG_TEXT(name)  SYSREG_TEXT_(name)

/*
 * name: a register's name, or an encoding above. READ and WRITE order no access; code that relies on a written value uses
 * ISB().
 */
#define READ(name)                                                                                 \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " SYSREG_TEXT(name) : "=r"(value_));                     \
		value_;                                                                            \
	})
#define WRITE(name, value)                                                                         \
	__asm__ volatile("msr " SYSREG_TEXT(name) ", %x0" : : "rZ"((uint64_t)(value)))
#define ISB() __asm__ volatile("isb" : : : "memory")

#endif

#endif
