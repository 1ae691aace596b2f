/* SPDX-License-Identifier: BSD-2-Clause */
/* EL2 for a payload at EL2: reads the ID registers, and writes the values of el2_regs.c. */
#include "cpu/el2.h"

#include "cpu/feature.h"
#include "cpu/sysreg.h"

void lethe_el2_own_id(struct lethe_cpu_id *id)
{
	id->pfr0 = READ(id_aa64pfr0_el1);
	id->pfr1 = READ(id_aa64pfr1_el1);
	id->dfr0 = READ(id_aa64dfr0_el1);
	id->pmcr = has_pmu(id) ? READ(pmcr_el0) : 0;
	id->pmbidr = feature(id->dfr0, DFR0_PMSVER) != 0 ? READ(PMBIDR_EL1) : 0;
	id->trbidr = feature(id->dfr0, DFR0_TRACEBUFFER) != 0 ? READ(TRBIDR_EL1) : 0;
}

void lethe_el2_own_prepare(const struct lethe_el2_regs *regs)
{
	WRITE(cptr_el2, regs->cptr);       /* FP, SVE, SME untrapped */
	WRITE(cnthctl_el2, regs->cnthctl); /* EL1 has the physical counter and timer */
	WRITE(cntvoff_el2, 0);             /* equal on every CPU */
	WRITE(mdcr_el2, regs->mdcr);       /* all counters and buffers are EL1's, no debug trap */
	WRITE(hstr_el2, 0);                /* no coprocessor trap */
	WRITE(vttbr_el2, 0);               /* VMID 0, no stage 2 */
	ISB(); /* ZCR_EL2, SMCR_EL2 and SVCR are trapped until CPTR is in force */
	if (regs->has_svcr) {
		WRITE(SVCR, 0); /* no kernel expects to start in streaming mode */
	}
	/* The other registers are in force after the hand-off's own ISB; no earlier code needs
	 * them. */
}
