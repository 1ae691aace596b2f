/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL2_H
#define LETHE_EL2_H

#include <stdbool.h>

#include <lethe/handoff.h>

#include "cpu/feature.h"

/*
 * EL2 in two parts: the needs of a payload at EL2 (el2.c, el2_regs.c), and on top the needs of
 * EL1 below (el2_lower.c, el2_lower_regs.c; the fine-grained traps in el2_fgt.c, el2_fgt_regs.c).
 * The functions of lethe/handoff.h do both parts.
 */

/*
 * True if Lethe also prepares EL1. The purgatory does not: kexec starts a kernel at the level of
 * the last kernel, and the new kernel sets up EL1 itself. Traps unknown to an old kernel stay as
 * the last kernel left them.
 */
static inline bool lethe_el1_is_prepared(void)
{
#ifdef LETHE_PURGATORY
	return false;
#else
	return true;
#endif
}

static inline bool has_pmu(const struct lethe_cpu_id *id)
{
	const unsigned int version = feature(id->dfr0, DFR0_PMUVER);

	return version != 0 && version != PMUVER_FOREIGN;
}

/* Reads the ID registers for lethe_el2_regs_own(); id->e2h is the caller's. EL2 only. */
void lethe_el2_own_id(struct lethe_cpu_id *id);

/* Pure: hcr, sctlr, cptr, cnthctl, mdcr, has_sve, has_sme and has_svcr. Any state. */
void lethe_el2_regs_own(const struct lethe_cpu_id *id, struct lethe_el2_regs *regs);

/*
 * Writes the values of lethe_el2_regs_own(), except HCR_EL2 and SCTLR_EL2, and with has_svcr leaves
 * streaming SVE mode. CPTR_EL2 is in force afterwards. EL2 only.
 */
void lethe_el2_own_prepare(const struct lethe_el2_regs *regs);

/* Pure: the values of the fine-grained traps, hfgrtr to ich_hfgitr. Any state. */
void lethe_el2_fgt_regs(const struct lethe_cpu_id *id, struct lethe_el2_regs *regs);

/* Writes the values of lethe_el2_fgt_regs(), as far as has_fgt, has_fgt2, has_hafgrtr and has_gicv5
 * say. EL2 only. */
void lethe_el2_fgt_write(const struct lethe_el2_regs *regs);

#endif
