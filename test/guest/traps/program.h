/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TRAPS_PROGRAM_H
#define TRAPS_PROGRAM_H

/* The ID registers that a row of the table may ask, and OWN, whose fields main.c puts together. */
#define OWN   0
#define PFR0  1
#define PFR1  2
#define PFR2  3
#define DFR0  4
#define DFR1  5
#define ISAR0 6
#define ISAR1 7
#define ISAR2 8
#define MMFR0 9
#define MMFR1 10
#define MMFR3 11
#define SMFR0 12
#define IDS   13

/* Fields of OWN, each not 0 if the CPU has it. */
#define OWN_ALWAYS    0
#define OWN_FP        4
#define OWN_PMU       8
#define OWN_PMU_V3P4  12
#define OWN_PMU_V3P9  16
#define OWN_PAUTH     20
#define OWN_PACGA     24
#define OWN_SCXTNUM   28
#define OWN_MPAM      32
#define OWN_SPE_FDS   36
#define OWN_AMU_GROUP 40 /* a second group of counters */
#define OWN_FA64      44
#define OWN_OLD_EL1   48 /* EL1 may be AArch32 */
#define OWN_MPAM_HCR  52

/* Levels that have a register. */
#define BOTH_LEVELS 1
#define EL2_ONLY    2

/* How an access ends that is as it should be: it returns, or it is an HVC, which comes back. */
#define RETURNS 0
#define IS_HVC  1

#ifndef __ASSEMBLER__
#include <stdint.h>

/* A row of access.S. Offsets are from where they are stored. */
struct access {
	int32_t code, name;
	uint8_t id, field, least, level;
	uint32_t end;
};

extern const struct access accesses[], accesses_end[];
extern const char access_of_smc[], access_of_cpu_on[];
extern volatile int64_t cpu_on_result;

uint64_t attempt(const void *access, uint64_t x0);
void run(void);
void run_second(void);
#endif
#endif
