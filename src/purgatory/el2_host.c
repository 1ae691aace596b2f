/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What el2.c does, as far as a kernel that is entered at EL2 needs it: it sets up all the rest itself, and it is the same
 * level at which the last one ran. Nothing here is for a payload at EL1 below it.
 */
#include <lethe/handoff.h>

#include "cpu/sysreg.h"

static unsigned int field(uint64_t reg, unsigned int shift)
{
	return (unsigned int)(reg >> shift) & 0xf;
}

void lethe_cpu_id_read(struct lethe_cpu_id *id)
{
	id->pfr0 = READ("id_aa64pfr0_el1");
	id->pfr1 = READ("id_aa64pfr1_el1");
	id->dfr0 = READ("id_aa64dfr0_el1");
}

void lethe_el2_regs(const struct lethe_cpu_id *id, int to_el1, struct lethe_el2_regs *regs)
{
	const unsigned int pmu = field(id->dfr0, 8);

	(void)to_el1;
	regs->has_sve = field(id->pfr0, 32) != 0;
	regs->has_sme = field(id->pfr1, 24) != 0;
	regs->hcr = HCR_RW; /* VM, TGE, AMO and every trap 0 */
	regs->sctlr = SCTLR_EL2_OFF;
	if (id->e2h) { /* the layouts of EL1's registers */
		regs->hcr |= HCR_E2H;
		regs->cptr = BIT(20) | BIT(21); /* FPEN */
		regs->cptr |= regs->has_sve ? BIT(16) | BIT(17) : 0; /* ZEN */
		regs->cptr |= regs->has_sme ? BIT(24) | BIT(25) : 0; /* SMEN */
		regs->cnthctl = BIT(10) | BIT(11);		     /* EL1PCTEN, EL1PTEN */
	} else {
		regs->cptr = 0xff | BIT(9) | BIT(13);	   /* RES1 */
		regs->cptr |= regs->has_sve ? 0 : BIT(8);  /* TZ, RES1 without SVE */
		regs->cptr |= regs->has_sme ? 0 : BIT(12); /* TSM, RES1 without SME */
		regs->cnthctl = BIT(0) | BIT(1);	   /* EL1PCTEN, EL1PCEN */
	}
	if (pmu != 0 && pmu != 0xf) {
		regs->mdcr = (READ("pmcr_el0") >> 11) & 0x1f; /* HPMN: EL1 has all counters */
	}
}

void lethe_el2_prepare(const struct lethe_cpu_id *id, const struct lethe_el2_regs *regs)
{
	(void)id;
	WRITE("cptr_el2", regs->cptr);	     /* FP, SVE, SME untrapped */
	WRITE("cnthctl_el2", regs->cnthctl); /* EL1 has the physical counter and timer */
	WRITE("cntvoff_el2", 0);	     /* the same on every CPU */
	WRITE("mdcr_el2", regs->mdcr);	     /* no debug trap */
	WRITE("hstr_el2", 0);		     /* no coprocessor trap */
	WRITE("vttbr_el2", 0);		     /* VMID 0, no stage 2 */
	if (regs->has_sme) {
		__asm__ volatile("isb"); /* SVCR is trapped until CPTR is in force */
		WRITE(SVCR, 0);		 /* no kernel expects to start in streaming mode */
	}
}

/* The rest of a kernel's life at EL1 is that of the one before it. */
void lethe_el1_prepare(void)
{
}
