/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The values of stage 1's registers for an identity map, from the ID registers. Pure, so that tests
 * can present any CPU. Fields: Arm ARM (DDI 0487) D24.2, the page of each register.
 */
#include "cpu/mmu_regs.h"

#include <lethe/status.h>

#include "cpu/feature.h"
#include "cpu/sysreg.h"

/* A byte per index. 0x00 Device-nGnRnE; 0xff Normal, write-back, allocating, untagged. */
#define MAIR_VALUE ((0xffULL << (8 * LETHE_ATTR_NORMAL)) | (0x00ULL << (8 * LETHE_ATTR_DEVICE)))

/* ID_AA64MMFR0_EL1.PARange in bits. Larger sizes, 52 and 56, need other formats of descriptors. */
static const uint8_t pa_bits[] = {32, 36, 40, 42, 44, 48};

/*
 * True if EL2 has the E2H = 1 layouts. entry.S probed the value in force: some CPUs have E2H stuck
 * at 1 without an E2H0 field. If E2H0 is negative, E2H is RES1, and writing 0 leaves E2H in an
 * unknown state. On such a CPU E2H stays 1, whatever the probe found.
 */
static bool is_e2h(const struct lethe_mmu_id *id)
{
	return id->e2h || feature_is_negative(id->mmfr4, MMFR4_E2H0);
}

int lethe_mmu_regs(const struct lethe_mmu_id *id, struct lethe_mmu_regs *regs)
{
	unsigned int range = feature(id->mmfr0, MMFR0_PARANGE);

	if (feature_is_negative(id->mmfr0, MMFR0_TGRAN4)) {
		return LETHE_E_MAP_GRANULE;
	}
	if (range > PARANGE_48) {
		range = PARANGE_48;
	}
	*regs = (struct lethe_mmu_regs){.mair = MAIR_VALUE, .sctlr = SCTLR_EL1_OFF};
	regs->limit = 1ULL << pa_bits[range];
	if (id->el == 2) {
		/* As in entry.S. VM, DC, TGE = 0: no stage 2, and no host of EL0. */
		regs->hcr = HCR_RW | HCR_AMO;
		regs->sctlr = SCTLR_EL2_OFF;
		regs->regime = LETHE_REGIME_EL2;
		if (is_e2h(id)) {
			regs->hcr |= HCR_E2H;
			regs->regime = LETHE_REGIME_EL20;
		}
	}
	/*
	 * WXN stays 0: no page of the map is writable and executable, and a test checks that. A
	 * stays 0, as with the MMU off; Device memory checks alignment anyway. EIS and EOS (or
	 * RES1) and SPAN are as in the known value.
	 */
	regs->sctlr |= SCTLR_M | SCTLR_C | SCTLR_I;
	regs->tcr = TCR_T0SZ_48 | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER; /* TG0 0: 4 KiB */
	if (regs->regime == LETHE_REGIME_EL2) {
		regs->tcr |= TCR_EL2_RES1 | (uint64_t)range << TCR_EL2_PS_SHIFT;
	} else {
		/* No walks from TTBR1. The architecture does not define reserved values of TTBR1's
		 * other fields. */
		regs->tcr |= TCR_T1SZ_48 | TCR_EPD1 | TCR_TG1_4KIB |
			     (uint64_t)range << TCR_EL1_IPS_SHIFT;
	}
	/*
	 * Zero turns off PIE, POE, AIE, D128 and DisCH. Linux leaves PIE on, with which the map
	 * would have other permissions. So TCR2 is written on the ID field's word: with an EL3,
	 * firmware has let it pass (booting.rst, SCR_EL3.TCR2En).
	 */
	regs->has_tcr2 = feature(id->mmfr3, MMFR3_TCRX) != 0;
	/* With an EL3 it is zero: firmware either makes it so or keeps it, and then a write never
	 * ends. */
	regs->has_sctlr2 = feature(id->mmfr3, MMFR3_SCTLRX) != 0 && !has_el3(id->pfr0);
	return LETHE_OK;
}
