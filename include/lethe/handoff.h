/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_HANDOFF_H
#define LETHE_HANDOFF_H

/* Offsets into struct lethe_handoff, for assembly. Each begins a pair. */
#define LETHE_HANDOFF_ENTRY	0  /* and x[0] */
#define LETHE_HANDOFF_X1	16 /* and x[2] */
#define LETHE_HANDOFF_X3	32 /* and hcr */
#define LETHE_HANDOFF_TO_EL1	48 /* and sctlr */
#define LETHE_HANDOFF_OWN_START 64 /* and own_end */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_handoff {
	uint64_t entry;	 /* PA, 4-byte aligned, clean to the PoC */
	uint64_t x[4];	 /* x0..x3 of the payload */
	uint64_t hcr;	 /* HCR_EL2 at hand-off; not used when at EL1 already */
	uint64_t to_el1; /* not 0: leave EL2 for EL1 */
	uint64_t sctlr;	 /* SCTLR_EL2 at hand-off, M = C = I = 0; not used when at EL1 already */
	uint64_t own_start; /* [own_start, own_end): all that the caller wrote, stack and tables too */
	uint64_t own_end;
};

/*
 * Hands off: no stack, no memory access after the structure was read. The caller's own memory goes to
 * the PoC, MMU and caches go off. Does not return.
 *
 * State: EL1 or EL2; MMU and D-cache off, or on with this code and all of the caller's own memory
 * mapped; every byte the payload needs at the PoC; at EL2 on the way to EL1, lethe_el2_prepare() has
 * been called.
 */
void lethe_handoff(const struct lethe_handoff *handoff) __attribute__((noreturn));

/* ID registers that decide what EL2 has to prepare for an EL1 payload. */
struct lethe_cpu_id {
	uint64_t midr, mpidr;
	uint64_t pfr0, pfr1, pfr2, dfr0, isar1, isar2, mmfr0, mmfr1, mmfr3, smfr0;
	uint64_t pmcr;		/* PMCR_EL0, read only if the CPU has a PMU, else 0 */
	uint64_t pmbidr, trbidr; /* read only if the CPU has that buffer, else 0 */
	uint64_t pmsidr;	/* PMSIDR_EL1, read only if the profiling buffer is EL2's to give, else 0 */
	bool e2h;		/* HCR_EL2.E2H in force */
	bool gic_v3;		/* by the tree, the interrupt controller is a GICv3 or later */
};

/*
 * EL2 registers, whole, for an EL1 payload (booting.rst, "Call the kernel image"). hdfgrtr2 is for
 * HDFGWTR2_EL2 as well. A has_* is true if the register is there, and to be written.
 */
struct lethe_el2_regs {
	uint64_t hcr, sctlr, cptr, cnthctl, mdcr, vpidr, vmpidr, sctlr_el1, cpacr_el1;
	uint64_t icc_sre, hcrx, zcr, smcr, pmscr, mpam2;
	uint64_t hfgrtr, hfgwtr, hfgitr, hdfgrtr, hdfgwtr, hdfgrtr2;
	uint64_t ich_hfgrtr, ich_hfgwtr, ich_hfgitr;
	bool has_sve, has_sme; /* the CPU has the feature */
	bool has_gic, has_gicv5, has_hcrx, has_fgt, has_fgt2, has_hafgrtr;
	bool has_zcr, has_smcr, has_svcr, has_mpam, has_pmscr, has_brbe, has_amu;
	bool has_gcs, has_sctlr2, has_tcr2, has_lor;
};

/* Pure: computes the register values. to_el1: for a payload at EL1. Any state. */
void lethe_el2_regs(const struct lethe_cpu_id *id, bool to_el1, struct lethe_el2_regs *regs);

/* Reads the ID registers. EL2 only; id->e2h and id->gic_v3 are the caller's and stay. */
void lethe_cpu_id_read(struct lethe_cpu_id *id);

/*
 * Writes the registers except HCR_EL2 and SCTLR_EL2, which lethe_handoff() writes last, and with has_svcr leaves
 * streaming SVE mode. The values are in force after the next ISB, lethe_handoff()'s. EL2 only.
 */
void lethe_el2_prepare(const struct lethe_cpu_id *id, const struct lethe_el2_regs *regs);

/*
 * Prepares EL1 for a payload at EL1: no guarded control stack for EL0, no streaming SVE mode. On a CPU with EL3
 * neither is touched, as firmware may keep both. EL1 only.
 */
void lethe_el1_prepare(void);

#ifdef __cplusplus
}
#endif

#endif

#endif
