/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL3_H
#define LETHE_EL3_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/handoff.h>

/*
 * What only EL3 can prepare for a payload below, in two parts as in cpu/el2.h: el3_regs.c has the
 * values, el3.c writes them. Each CPU does it at reset, and again with each CPU_ON. The interrupt
 * controller's part is gic.h.
 */

/* ID registers. */
struct lethe_el3_id {
	struct lethe_cpu_id
		cpu; /* with pfr0.EL3 as 0: nobody else is at EL3 and keeps a register */
	uint64_t isar0, mmfr4;
	uint64_t amcfgr; /* AMCFGR_EL0, read only if the CPU has activity monitors, else 0 */
	bool has_el2;
	bool is_smd; /* nobody stays at EL3 to answer an SMC: it is undefined below */
};

/* EL3's registers, whole. A has_* is true if the register is there, and to be written. */
struct lethe_el3_regs {
	uint64_t scr, cptr, mdcr, actlr, zcr, smcr, mpam3, icc_sre;
	bool has_zcr, has_smcr, has_mpam, has_gic, has_amu, has_amu1;
	bool has_tcr2, has_sctlr2, has_gcs; /* of EL1 and EL2 */
};

/* Pure: computes the register values. Any state. */
void lethe_el3_regs(const struct lethe_el3_id *id, struct lethe_el3_regs *regs);

/* Reads the ID registers. EL3 only; id->is_smd and id->cpu.gic_v3 are the caller's and stay. */
void lethe_el3_id_read(struct lethe_el3_id *id);

/*
 * Writes EL3's registers, and what reset leaves unknown of EL2 and EL1: afterwards an ERET may
 * enter the level below, non-secure, MMU and caches off; all is in force with that ERET. It is the
 * caller's to write SPSR_EL3 and ELR_EL3. frequency: of the system counter, in Hz, for CNTFRQ_EL0;
 * 0: it stays as it is. EL3 only, MMU off.
 */
void lethe_el3_prepare(const struct lethe_el3_id *id, const struct lethe_el3_regs *regs,
		       uint32_t frequency);

#endif
