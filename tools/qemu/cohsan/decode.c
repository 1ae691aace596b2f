/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions that matter, and their kinds (Arm ARM C4.1, "A64 instruction set encoding"). */
#include "cohsan.h"

static uint32_t field(uint32_t code, unsigned int low, unsigned int bits)
{
	return code >> low & ((1U << bits) - 1);
}

static void decode_barrier(uint32_t code, struct insn *insn)
{
	static const uint8_t domains[] = {DOMAIN_SYS, DOMAIN_NSH, DOMAIN_ISH, DOMAIN_SYS};
	unsigned int crm = field(code, 8, 4);
	unsigned int op2 = field(code, 5, 3);

	insn->domain = domains[crm >> 2];
	insn->barrier = (uint8_t)(crm & 3);
	switch (op2) {
	case 1: /* DSB nXS: completes as DSB does, but for accesses by XS = 1 memory */
		insn->kind = (crm & 3) == 2 ? K_DSB : K_OTHER;
		insn->barrier = BARRIER_ALL;
		break;
	case 4: insn->kind = (crm & 3) != 0 ? K_DSB : K_OTHER; break; /* SSBB and PSSBB complete nothing */
	case 5: insn->kind = K_DMB; break;
	case 6: insn->kind = K_ISB; break;
	default: break;
	}
}

static void decode_dc(uint32_t code, struct insn *insn)
{
	unsigned int crm = field(code, 8, 4);
	unsigned int op2 = field(code, 5, 3);
	bool by_va = op2 == 1 || op2 == 5; /* 5: data and tags */

	insn->kind = K_DC;
	if (field(code, 16, 3) == 0 && crm == 6 && by_va) {
		insn->op = DC_IVAC;
	} else if (field(code, 16, 3) != 3) {
		insn->kind = K_OTHER; /* set/way counts for nothing */
	} else if (crm == 4 && op2 == 1) {
		insn->op = DC_ZVA;
	} else if ((crm == 10 || crm == 12 || crm == 13) && by_va) {
		insn->op = DC_CVAC; /* points of persistence lie behind the PoC */
	} else if (crm == 11 && op2 == 1) {
		insn->op = DC_CVAU;
	} else if (crm == 14 && by_va) {
		insn->op = DC_CIVAC;
	} else {
		insn->kind = K_OTHER;
	}
}

static void decode_sys(uint32_t code, struct insn *insn)
{
	unsigned int op1 = field(code, 16, 3);
	unsigned int crn = field(code, 12, 4);
	unsigned int crm = field(code, 8, 4);
	unsigned int op2 = field(code, 5, 3);

	if (crn == 8 || crn == 9) {
		insn->kind = K_TLBI;
	} else if (crn == 7 && op1 == 0 && crm == 1 && op2 == 0) {
		insn->kind = K_IC;
		insn->op = IC_IALLUIS;
	} else if (crn == 7 && op1 == 0 && crm == 5 && op2 == 0) {
		insn->kind = K_IC;
		insn->op = IC_IALLU;
	} else if (crn == 7 && op1 == 3 && crm == 5 && op2 == 1) {
		insn->kind = K_IC;
		insn->op = IC_IVAU;
	} else if (crn == 7) {
		decode_dc(code, insn);
	}
}

static void decode_system(uint32_t code, struct insn *insn)
{
	unsigned int op0 = field(code, 19, 2);
	unsigned int crn = field(code, 12, 4);

	insn->rt = (uint8_t)field(code, 0, 5);
	insn->sys = (uint16_t)field(code, 5, 16);
	switch (op0) {
	case 0:
		if (insn->sys == SYS(0, 3, 2, 0, 2)) {
			insn->kind = K_WFE;
		} else if (crn == 3) {
			decode_barrier(code, insn);
		} else if (crn == 4 && field(code, 16, 3) == 3 && field(code, 5, 3) == 7) {
			insn->kind = K_UNMASK; /* msr daifclr */
		}
		break;
	case 1: decode_sys(code, insn); break;
	default:
		insn->kind = field(code, 21, 1) ? K_MRS : K_MSR;
		if (insn->kind == K_MSR && (insn->sys | 0xc000) == SYS(3, 3, 4, 2, 1)) {
			insn->kind = K_UNMASK; /* msr daif */
		}
		break;
	}
}

static void decode_memory(uint32_t code, struct insn *insn)
{
	unsigned int opc = code >> 30;

	if ((code & 0x3b200c00) == 0x19000400) { /* memory copy and set: general registers */
		insn->kind = K_MEMORY;
		insn->element = 1;
		return;
	}
	insn->kind = K_MEMORY;
	insn->rt = (uint8_t)field(code, 5, 5);
	insn->fp = field(code, 26, 1);
	if (field(code, 24, 6) == 0x08) {
		/* Load-acquire and store-release alone are no exclusives: o2 = 1, o1 = 0. */
		insn->kind = field(code, 23, 1) && !field(code, 21, 1) ? K_MEMORY : K_EXCLUSIVE;
	} else if ((code & 0x3f200c00) == 0x38200000) {
		insn->kind = (code & 0x3ffffc00) == 0x38bfc000 ? K_MEMORY /* ldapr */ : K_EXCLUSIVE;
	} else if (field(code, 27, 3) == 5) { /* pairs */
		if (insn->fp) {
			insn->element = (uint8_t)(4U << opc);
		} else {
			insn->element = opc == 2 ? 8 : 4;
		}
	} else if ((code & 0xbe000000) == 0x0c000000) { /* structures */
		unsigned int size = field(code, 10, 2);

		if (field(code, 24, 1) && field(code, 14, 2) < 3) { /* one lane */
			size = field(code, 14, 2) < 2 ? field(code, 14, 2) : 2 + (size & 1);
		}
		insn->element = (uint8_t)(1U << size);
	}
}

void decode(uint32_t code, struct insn *insn)
{
	unsigned int op0 = field(code, 25, 4);

	insn->kind = K_OTHER;
	if ((code & 0xffc00000) == 0xd5000000) {
		decode_system(code, insn);
	} else if ((code & 0xfffff3ff) == 0xd69f03e0 || (code & 0xfffffbff) == 0xd69f0bff) {
		insn->kind = K_ERET;
	} else if ((code & 0xffe0001c) == 0xd4000000 && (code & 3) != 0) {
		insn->kind = K_EXCEPTION;
	} else if ((code & 0xffe0001f) == 0xd4200000) {
		insn->kind = K_EXCEPTION; /* brk */
	} else if ((op0 & 5) == 4) {
		decode_memory(code, insn);
	} else if ((op0 & 7) == 7) {
		insn->kind = K_FP;
		insn->fp = 1;
	} else if (op0 == 2 || (op0 == 0 && code >> 31)) { /* SVE, SME; some go to memory */
		insn->kind = K_MEMORY;
		insn->fp = 1;
		insn->element = (uint8_t)1;
	}
}
