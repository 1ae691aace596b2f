/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SYSREG_H
#define LETHE_SYSREG_H

/*
 * System register values, whole and named, for C and assembly alike. Bit names and positions are the
 * Arm ARM's (DDI 0487, D24 "AArch64 System Register Descriptions").
 */

#ifdef __ASSEMBLER__
#define BIT(n) (1 << (n))
#else
#define BIT(n) (1ULL << (n))
#endif

/*
 * SCTLR_EL2 and SCTLR_EL3 with MMU and D-cache off, little-endian: the RES1 bits of the E2H = 0 layout.
 * Where E2H stays 1 the same bits are SA0, CP15BEN, EOS, nTWI, nTWE, EIS, SPAN, nTLSMD and LSMAOE: all of
 * them the untrapped, v8.0 behaviour, so one value serves both layouts.
 */
#define SCTLR_EL2_OFF \
	(BIT(29) | BIT(28) | BIT(23) | BIT(22) | BIT(18) | BIT(16) | BIT(11) | BIT(5) | BIT(4))

/* SCTLR_EL1 likewise: LSMAOE, nTLSMD, SPAN, EIS, TSCXT, EOS. */
#define SCTLR_EL1_OFF (BIT(29) | BIT(28) | BIT(23) | BIT(22) | BIT(20) | BIT(11))

#define SCTLR_ENTP2 BIT(60) /* TPIDR2_EL0 untrapped below EL2; SME only */
#define SCTLR_M BIT(0) /* MMU */
#define SCTLR_C BIT(2) /* data accesses as cacheable as the tables say */
#define SCTLR_WXN BIT(19) /* what can be written cannot be executed */
#define SCTLR_I BIT(12) /* instruction fetches are Normal write-through cacheable with M = 0 */

#define HCR_AMO BIT(5)	/* physical SErrors come to EL2 */
#define HCR_HCD BIT(29) /* HVC is undefined at EL1: nothing answers below a payload at EL1 */
#define HCR_RW	BIT(31) /* EL1 is AArch64 */
#define HCR_E2H BIT(34)
#define HCR_APK BIT(40)
#define HCR_API BIT(41)
#define HCR_ATA BIT(56)

/* PSTATE at hand-off: EL1h, D A I F masked. */
#define SPSR_EL1H_MASKED 0x3c5

#ifndef __ASSEMBLER__

#define SVCR "s3_3_c4_c2_2" /* by encoding: the assembler's default architecture does not know the name */

/* By name or encoding. Neither orders anything: whoever relies on what was written says so by an ISB. */
#define READ(name)                                                                                 \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " name : "=r"(value_));                                  \
		value_;                                                                            \
	})
#define WRITE(name, value) __asm__ volatile("msr " name ", %0" : : "r"((uint64_t)(value)))

#endif

#endif
