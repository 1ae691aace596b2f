/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every register and instruction below EL3 that EL3 can trap, by the register of EL3 that does (Arm ARM, D24): each only if
 * the CPU announces it. A register that can be written is read, and written back.
 *
 * Not here, as they are meant to trap or have no use: ERXPFG*_EL1 (SCR_EL3.FIEN), WFI, which needs an interrupt to end;
 * and DBGPRCR_EL1 and DBGAUTHSTATUS_EL1, which QEMU 10.0 lacks.
 */
#include "program.h"

	.arch	armv8.5-a+sve+rng+memtag+tme+profile
	.text

	/* access NAME, ID, FIELD, LEAST[, LEVEL[, END]]: then the instructions, then done. */
	.macro	access name, id, field, least, level=BOTH_LEVELS, end=RETURNS
	.pushsection .rodata.name, "aMS", %progbits, 1
99:	.asciz	"\name"
	.popsection
	.balign	4
98:	.pushsection .rodata.accesses, "a"
	.long	98b - ., 99b - .
	.byte	\id, \field, \least, \level
	.long	\end
	.popsection
	.endm
	.macro	done
	isb					// what is announced late is announced here
	ret
	.endm

	.macro	change name, encoding, id, field, least, level=BOTH_LEVELS
	access	\name, \id, \field, \least, \level
	mrs	x0, \encoding
	msr	\encoding, x0
	done
	.endm
	.macro	read name, encoding, id, field, least, level=BOTH_LEVELS
	access	\name, \id, \field, \least, \level
	mrs	x0, \encoding
	done
	.endm

	.section .rodata.accesses, "a"
	.balign	4
	.global	accesses
accesses:
	.text

	/* CPTR_EL3.TCPAC; ACTLR_EL3 */
	change	CPACR_EL1, cpacr_el1, OWN, OWN_ALWAYS, 1
	change	CPTR_EL2, cptr_el2, OWN, OWN_ALWAYS, 1, EL2_ONLY
	read	ACTLR_EL1, actlr_el1, OWN, OWN_ALWAYS, 1
	read	ACTLR_EL2, actlr_el2, OWN, OWN_ALWAYS, 1, EL2_ONLY

	/* CPTR_EL3.TFP */
	change	FPCR, fpcr, OWN, OWN_FP, 1
	change	FPSR, fpsr, OWN, OWN_FP, 1
	read	MVFR0_EL1, mvfr0_el1, OWN, OWN_FP, 1
	access	FMOV, OWN, OWN_FP, 1
	fmov	d0, xzr
	done
	access	MOVI, OWN, OWN_FP, 1
	movi	v0.16b, #1
	done
	change	FPEXC32_EL2, fpexc32_el2, OWN, OWN_OLD_EL1, 1, EL2_ONLY

	/* CPTR_EL3.EZ */
	change	ZCR_EL1, s3_0_c1_c2_0, PFR0, 32, 1
	change	ZCR_EL2, s3_4_c1_c2_0, PFR0, 32, 1, EL2_ONLY
	access	RDVL, PFR0, 32, 1
	rdvl	x0, #1
	done
	access	PTRUE, PFR0, 32, 1
	ptrue	p0.b
	done

	/* CPTR_EL3.ESM, SCR_EL3.EnTP2, SMCR_EL3 */
	change	SMCR_EL1, s3_0_c1_c2_6, PFR1, 24, 1
	change	SMCR_EL2, s3_4_c1_c2_6, PFR1, 24, 1, EL2_ONLY
	read	SVCR, s3_3_c4_c2_2, PFR1, 24, 1
	read	SMIDR_EL1, s3_1_c0_c0_6, PFR1, 24, 1
	change	SMPRI_EL1, s3_0_c1_c2_4, PFR1, 24, 1
	change	SMPRIMAP_EL2, s3_4_c1_c2_5, PFR1, 24, 1, EL2_ONLY
	change	TPIDR2_EL0, s3_3_c13_c0_5, PFR1, 24, 1
	access	RDSVL, PFR1, 24, 1
	.inst	0x04bf5820			// rdsvl x0, #1
	done
	access	SMSTART, PFR1, 24, 1
	.inst	0xd503477f			// smstart
	.inst	0xd503467f			// smstop
	done
	access	FA64, OWN, OWN_FA64, 1, EL2_ONLY
	mov	x0, #0xf
	movk	x0, #0x8000, lsl #16		// SMCR_EL2.FA64: what is left is SMCR_EL3's
	msr	s3_4_c1_c2_6, x0
	isb
	.inst	0xd503437f			// smstart sm
	.inst	0x2519f000			// rdffr p0.b: illegal in streaming mode without FA64
	.inst	0xd503467f			// smstop
	done
	access	ZT0, SMFR0, 56, 1, EL2_ONLY
	mov	x0, #0xf
	movk	x0, #0x4000, lsl #16		// SMCR_EL2.EZT0: likewise
	msr	s3_4_c1_c2_6, x0
	isb
	.inst	0xd503457f			// smstart za
	.inst	0xc0480001			// zero {zt0}
	.inst	0xd503467f			// smstop
	done

	/* CPTR_EL3.TTA, MDCR_EL3.TTRF */
	read	TRCIDR0, s2_1_c0_c8_7, DFR0, 4, 1
	change	TRFCR_EL1, s3_0_c1_c2_1, DFR0, 40, 1
	change	TRFCR_EL2, s3_4_c1_c2_1, DFR0, 40, 1, EL2_ONLY

	/* CPTR_EL3.TAM, SCR_EL3.AMVOFFEN */
	read	AMCR_EL0, s3_3_c13_c2_0, PFR0, 44, 1
	read	AMCFGR_EL0, s3_3_c13_c2_1, PFR0, 44, 1
	read	AMCGCR_EL0, s3_3_c13_c2_2, PFR0, 44, 1
	change	AMUSERENR_EL0, s3_3_c13_c2_3, PFR0, 44, 1
	read	AMCNTENSET0_EL0, s3_3_c13_c2_5, PFR0, 44, 1
	read	AMEVCNTR00_EL0, s3_3_c13_c4_0, PFR0, 44, 1
	read	AMEVTYPER00_EL0, s3_3_c13_c6_0, PFR0, 44, 1
	read	AMCNTENSET1_EL0, s3_3_c13_c3_0, OWN, OWN_AMU_GROUP, 1
	read	AMEVCNTR10_EL0, s3_3_c13_c12_0, OWN, OWN_AMU_GROUP, 1
	change	AMEVCNTVOFF00_EL2, s3_4_c13_c8_0, PFR0, 44, 2, EL2_ONLY

	/* MDCR_EL3.TDA, TDOSA, TDCC, EBWE */
	change	MDSCR_EL1, mdscr_el1, OWN, OWN_ALWAYS, 1
	change	DBGBVR0_EL1, dbgbvr0_el1, OWN, OWN_ALWAYS, 1
	change	DBGBCR0_EL1, dbgbcr0_el1, OWN, OWN_ALWAYS, 1
	change	DBGWVR0_EL1, dbgwvr0_el1, OWN, OWN_ALWAYS, 1
	change	DBGWCR0_EL1, dbgwcr0_el1, OWN, OWN_ALWAYS, 1
	change	MDCCINT_EL1, mdccint_el1, OWN, OWN_ALWAYS, 1
	read	MDCCSR_EL0, mdccsr_el0, OWN, OWN_ALWAYS, 1
	read	MDRAR_EL1, mdrar_el1, OWN, OWN_ALWAYS, 1
	change	DBGCLAIMCLR_EL1, dbgclaimclr_el1, OWN, OWN_ALWAYS, 1
	change	MDCR_EL2, mdcr_el2, OWN, OWN_ALWAYS, 1, EL2_ONLY
	read	OSLSR_EL1, oslsr_el1, OWN, OWN_ALWAYS, 1
	access	OSLAR_EL1, OWN, OWN_ALWAYS, 1
	msr	oslar_el1, xzr
	done
	change	OSDLR_EL1, osdlr_el1, OWN, OWN_ALWAYS, 1
	change	DBGVCR32_EL2, dbgvcr32_el2, OWN, OWN_OLD_EL1, 1, EL2_ONLY
	change	MDSELR_EL1, s2_0_c0_c4_2, DFR0, 0, 11

	/* MDCR_EL3.TPM, EnPM2 */
	change	PMCR_EL0, pmcr_el0, OWN, OWN_PMU, 1
	change	PMCNTENSET_EL0, pmcntenset_el0, OWN, OWN_PMU, 1
	change	PMOVSSET_EL0, pmovsset_el0, OWN, OWN_PMU, 1
	change	PMCCNTR_EL0, pmccntr_el0, OWN, OWN_PMU, 1
	change	PMCCFILTR_EL0, pmccfiltr_el0, OWN, OWN_PMU, 1
	change	PMUSERENR_EL0, pmuserenr_el0, OWN, OWN_PMU, 1
	change	PMINTENSET_EL1, pmintenset_el1, OWN, OWN_PMU, 1
	change	PMSELR_EL0, pmselr_el0, OWN, OWN_PMU, 1
	change	PMEVCNTR0_EL0, pmevcntr0_el0, OWN, OWN_PMU, 1
	read	PMCEID0_EL0, pmceid0_el0, OWN, OWN_PMU, 1
	read	PMMIR_EL1, s3_0_c9_c14_6, OWN, OWN_PMU_V3P4, 1
	change	PMUACR_EL1, s3_0_c9_c14_4, OWN, OWN_PMU_V3P9, 1
	change	PMICNTR_EL0, s3_3_c9_c4_0, DFR1, 36, 1

	/* MDCR_EL3.NSPB, EnPMSN, EnPMS3 */
	change	PMSCR_EL1, s3_0_c9_c9_0, DFR0, 32, 1
	change	PMSCR_EL2, s3_4_c9_c9_0, DFR0, 32, 1, EL2_ONLY
	read	PMSIDR_EL1, s3_0_c9_c9_7, DFR0, 32, 1
	change	PMBLIMITR_EL1, s3_0_c9_c10_0, DFR0, 32, 1
	change	PMBPTR_EL1, s3_0_c9_c10_1, DFR0, 32, 1
	change	PMSNEVFR_EL1, s3_0_c9_c9_1, DFR0, 32, 3
	change	PMSDSFR_EL1, s3_0_c9_c10_4, OWN, OWN_SPE_FDS, 1

	/* MDCR_EL3.NSTB, SBRBE */
	change	TRBLIMITR_EL1, s3_0_c9_c11_0, DFR0, 44, 1
	change	TRBPTR_EL1, s3_0_c9_c11_1, DFR0, 44, 1
	read	TRBIDR_EL1, s3_0_c9_c11_7, DFR0, 44, 1
	change	BRBCR_EL1, s2_1_c9_c0_0, DFR0, 52, 1
	change	BRBCR_EL2, s2_4_c9_c0_0, DFR0, 52, 1, EL2_ONLY
	read	BRBIDR0_EL1, s2_1_c9_c2_0, DFR0, 52, 1
	access	BRB_IALL, DFR0, 52, 1
	sys	#1, c7, c2, #4
	done

	/* SCR_EL3.HXEn, FGTEn, FGTEn2, ECVEn */
	change	HCRX_EL2, s3_4_c1_c2_2, MMFR1, 40, 1, EL2_ONLY
	change	HFGRTR_EL2, s3_4_c1_c1_4, MMFR0, 56, 1, EL2_ONLY
	change	HFGWTR_EL2, s3_4_c1_c1_5, MMFR0, 56, 1, EL2_ONLY
	change	HFGITR_EL2, s3_4_c1_c1_6, MMFR0, 56, 1, EL2_ONLY
	change	HDFGRTR_EL2, s3_4_c3_c1_4, MMFR0, 56, 1, EL2_ONLY
	change	HDFGWTR_EL2, s3_4_c3_c1_5, MMFR0, 56, 1, EL2_ONLY
	change	HFGRTR2_EL2, s3_4_c3_c1_2, MMFR0, 56, 2, EL2_ONLY
	change	HFGWTR2_EL2, s3_4_c3_c1_3, MMFR0, 56, 2, EL2_ONLY
	change	HFGITR2_EL2, s3_4_c3_c1_7, MMFR0, 56, 2, EL2_ONLY
	change	HDFGRTR2_EL2, s3_4_c3_c1_0, MMFR0, 56, 2, EL2_ONLY
	change	HDFGWTR2_EL2, s3_4_c3_c1_1, MMFR0, 56, 2, EL2_ONLY
	change	CNTPOFF_EL2, s3_4_c14_c0_6, MMFR0, 60, 2, EL2_ONLY

	/* SCR_EL3.APK, API */
	change	APIAKEYLO_EL1, s3_0_c2_c1_0, OWN, OWN_PAUTH, 1
	change	APIAKEYHI_EL1, s3_0_c2_c1_1, OWN, OWN_PAUTH, 1
	change	APIBKEYLO_EL1, s3_0_c2_c1_2, OWN, OWN_PAUTH, 1
	change	APDAKEYLO_EL1, s3_0_c2_c2_0, OWN, OWN_PAUTH, 1
	change	APDBKEYLO_EL1, s3_0_c2_c2_2, OWN, OWN_PAUTH, 1
	change	APGAKEYLO_EL1, s3_0_c2_c3_0, OWN, OWN_PACGA, 1
	access	PACGA, OWN, OWN_PACGA, 1
	pacga	x0, x1, x2
	done
	access	PACIA, OWN, OWN_PAUTH, 1
	mrs	x9, CurrentEL
	cmp	x9, #(2 << 2)
	b.eq	1f
	mrs	x9, sctlr_el1
	orr	x10, x9, #(1 << 31)		// EnIA: else it is a NOP
	msr	sctlr_el1, x10
	isb
	pacia	x0, x1
	msr	sctlr_el1, x9
	done
1:	mrs	x9, sctlr_el2
	orr	x10, x9, #(1 << 31)
	msr	sctlr_el2, x10
	isb
	pacia	x0, x1
	msr	sctlr_el2, x9
	done

	/* SCR_EL3.EnSCXT, ATA, TLOR, TERR, TRNDR, TME */
	change	SCXTNUM_EL0, s3_3_c13_c0_7, OWN, OWN_SCXTNUM, 1
	change	SCXTNUM_EL1, s3_0_c13_c0_7, OWN, OWN_SCXTNUM, 1
	change	SCXTNUM_EL2, s3_4_c13_c0_7, OWN, OWN_SCXTNUM, 1, EL2_ONLY
	change	GCR_EL1, s3_0_c1_c0_6, PFR1, 8, 2
	change	RGSR_EL1, s3_0_c1_c0_5, PFR1, 8, 2
	change	TFSR_EL1, s3_0_c5_c6_0, PFR1, 8, 2
	change	TFSR_EL2, s3_4_c5_c6_0, PFR1, 8, 2, EL2_ONLY
	change	TFSRE0_EL1, s3_0_c5_c6_1, PFR1, 8, 2
	change	LORC_EL1, s3_0_c10_c4_3, MMFR1, 16, 1
	read	LORID_EL1, s3_0_c10_c4_7, MMFR1, 16, 1
	read	ERRIDR_EL1, s3_0_c5_c3_0, PFR0, 28, 1
	change	DISR_EL1, s3_0_c12_c1_1, PFR0, 28, 1
	read	RNDR, s3_3_c2_c4_0, ISAR0, 60, 1
	read	RNDRRS, s3_3_c2_c4_1, ISAR0, 60, 1
	access	TSTART, ISAR0, 24, 1
	tstart	x0
	cbnz	x0, 1f
	tcommit
1:	done

	/* SCR_EL3.GCSEn, TCR2En, SCTLR2En, PIEn, AIEn, D128En, RCWMASKEn, EnFPM, PFAREn, ADEn */
	change	GCSCR_EL1, s3_0_c2_c5_0, PFR1, 44, 1
	change	GCSCR_EL2, s3_4_c2_c5_0, PFR1, 44, 1, EL2_ONLY
	change	GCSCRE0_EL1, s3_0_c2_c5_2, PFR1, 44, 1
	change	GCSPR_EL0, s3_3_c2_c5_1, PFR1, 44, 1
	change	GCSPR_EL1, s3_0_c2_c5_1, PFR1, 44, 1
	change	GCSPR_EL2, s3_4_c2_c5_1, PFR1, 44, 1, EL2_ONLY
	change	TCR2_EL1, s3_0_c2_c0_3, MMFR3, 0, 1
	change	TCR2_EL2, s3_4_c2_c0_3, MMFR3, 0, 1, EL2_ONLY
	change	SCTLR2_EL1, s3_0_c1_c0_3, MMFR3, 4, 1
	change	SCTLR2_EL2, s3_4_c1_c0_3, MMFR3, 4, 1, EL2_ONLY
	change	PIR_EL1, s3_0_c10_c2_3, MMFR3, 8, 1
	change	PIR_EL2, s3_4_c10_c2_3, MMFR3, 8, 1, EL2_ONLY
	change	PIRE0_EL1, s3_0_c10_c2_2, MMFR3, 8, 1
	change	S2PIR_EL2, s3_4_c10_c2_5, MMFR3, 12, 1, EL2_ONLY
	change	POR_EL0, s3_3_c10_c2_4, MMFR3, 16, 1
	change	POR_EL1, s3_0_c10_c2_4, MMFR3, 16, 1
	change	S2POR_EL1, s3_0_c10_c2_5, MMFR3, 20, 1
	change	MAIR2_EL1, s3_0_c10_c2_1, MMFR3, 24, 1
	change	AMAIR2_EL1, s3_0_c10_c3_1, MMFR3, 24, 1
	access	MRRS_TTBR0_EL1, MMFR3, 32, 1
	.inst	0xd5782000			// mrrs x0, x1, ttbr0_el1
	.inst	0xd5582000			// msrr ttbr0_el1, x0, x1
	done
	change	RCWMASK_EL1, s3_0_c13_c0_6, PFR1, 48, 1
	change	RCWSMASK_EL1, s3_0_c13_c0_3, PFR1, 48, 1
	change	FPMR, s3_3_c4_c4_2, PFR2, 32, 1
	change	PFAR_EL1, s3_0_c6_c0_5, PFR1, 60, 1
	change	PFAR_EL2, s3_4_c6_c0_5, PFR1, 60, 1, EL2_ONLY
	change	ACCDATA_EL1, s3_0_c13_c0_5, ISAR1, 60, 3

	/* MPAM3_EL3.TRAPLOWER */
	read	MPAMIDR_EL1, s3_0_c10_c4_4, OWN, OWN_MPAM, 1
	change	MPAM0_EL1, s3_0_c10_c5_1, OWN, OWN_MPAM, 1
	change	MPAM1_EL1, s3_0_c10_c5_0, OWN, OWN_MPAM, 1
	change	MPAM2_EL2, s3_4_c10_c5_0, OWN, OWN_MPAM, 1, EL2_ONLY
	change	MPAMHCR_EL2, s3_4_c10_c4_0, OWN, OWN_MPAM_HCR, 1, EL2_ONLY

	/* ICC_SRE_EL3, SCR_EL3.IRQ and FIQ */
	change	ICC_SRE_EL2, s3_4_c12_c9_5, PFR0, 24, 1, EL2_ONLY
	change	ICC_SRE_EL1, s3_0_c12_c12_5, PFR0, 24, 1
	change	ICC_PMR_EL1, s3_0_c4_c6_0, PFR0, 24, 1
	change	ICC_CTLR_EL1, s3_0_c12_c12_4, PFR0, 24, 1
	change	ICC_IGRPEN1_EL1, s3_0_c12_c12_7, PFR0, 24, 1
	change	ICC_IGRPEN0_EL1, s3_0_c12_c12_6, PFR0, 24, 1
	change	ICC_BPR1_EL1, s3_0_c12_c12_3, PFR0, 24, 1
	read	ICC_HPPIR1_EL1, s3_0_c12_c12_2, PFR0, 24, 1
	read	ICC_RPR_EL1, s3_0_c12_c11_3, PFR0, 24, 1
	change	ICH_HCR_EL2, s3_4_c12_c11_0, PFR0, 24, 1, EL2_ONLY
	read	ICH_VTR_EL2, s3_4_c12_c11_1, PFR0, 24, 1, EL2_ONLY

	/* The counter and the timers: CNTFRQ_EL0 can be read only. */
	read	CNTFRQ_EL0, cntfrq_el0, OWN, OWN_ALWAYS, 1
	read	CNTPCT_EL0, cntpct_el0, OWN, OWN_ALWAYS, 1
	read	CNTVCT_EL0, cntvct_el0, OWN, OWN_ALWAYS, 1
	read	CNTPCTSS_EL0, s3_3_c14_c0_5, MMFR0, 60, 1
	change	CNTP_CTL_EL0, cntp_ctl_el0, OWN, OWN_ALWAYS, 1
	change	CNTV_CTL_EL0, cntv_ctl_el0, OWN, OWN_ALWAYS, 1
	change	CNTKCTL_EL1, cntkctl_el1, OWN, OWN_ALWAYS, 1
	change	CNTHCTL_EL2, cnthctl_el2, OWN, OWN_ALWAYS, 1, EL2_ONLY
	change	CNTHP_CTL_EL2, cnthp_ctl_el2, OWN, OWN_ALWAYS, 1, EL2_ONLY
	change	CNTVOFF_EL2, cntvoff_el2, OWN, OWN_ALWAYS, 1, EL2_ONLY

	/* SCR_EL3.TWE: an event is there, so that it ends at once. SCR_EL3.HCE. */
	access	WFE, OWN, OWN_ALWAYS, 1
	sevl
	wfe
	done
	access	HVC, OWN, OWN_ALWAYS, 1, EL2_ONLY, IS_HVC
	hvc	#0
	done

	.section .rodata.accesses, "a"
	.global	accesses_end
accesses_end:
	.text

	/* SCR_EL3.SMD. The last: PSCI SYSTEM_OFF. */
	.global	access_of_smc
access_of_smc:
	smc	#0
	ret
