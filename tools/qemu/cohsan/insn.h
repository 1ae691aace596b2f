/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions that matter to caches and their order. */
#ifndef COHSAN_INSN_H
#define COHSAN_INSN_H

#include <stdint.h>

enum kind {
	K_OTHER,
	K_MEMORY,    /* load or store */
	K_EXCLUSIVE, /* load/store exclusive, atomic */
	K_FP,	     /* needs FP, SIMD, SVE or SME to be untrapped, no memory */
	K_DMB,
	K_DSB,
	K_ISB,
	K_ERET,
	K_EXCEPTION, /* svc, hvc, smc, brk */
	K_UNMASK,    /* msr daifclr, or msr daif */
	K_MSR,
	K_MRS,
	K_DC,
	K_IC,
	K_TLBI,
	K_WFE,
};

enum dc { DC_IVAC, DC_CVAC, DC_CVAU, DC_CIVAC, DC_ZVA };
enum ic { IC_IALLU, IC_IALLUIS, IC_IVAU };

enum domain { DOMAIN_NSH, DOMAIN_ISH, DOMAIN_SYS }; /* osh counts as the whole system */
enum barrier { BARRIER_LD = 1, BARRIER_ST = 2, BARRIER_ALL = 3 };

struct insn {
	uint64_t pc;
	uint64_t pa;	    /* 0: not in RAM */
	const void *host;   /* QEMU's host address; 0: not in any RAM */
	enum kind kind;
	uint8_t el;
	uint8_t rt;	    /* register operand; 31 is xzr. Of an exclusive: the base, 31 is sp */
	uint8_t element;    /* bytes of the aligned unit; 0: the access itself */
	uint8_t fp;	    /* uses FP/SIMD registers */
	uint8_t op;	    /* enum dc, enum ic */
	uint8_t domain;	    /* enum domain */
	uint8_t barrier;    /* enum barrier */
	uint16_t sys;	    /* op0 op1 CRn CRm op2, as bits 20:5 of the instruction */
};

#define SYS(op0, op1, crn, crm, op2) \
	((uint16_t)((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))

void decode(uint32_t code, struct insn *insn);

#endif
