/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_H
#define LETHE_MONITOR_H

/*
 * What stays of Lethe below a payload: the pen, where CPUs wait at a word each, and the monitor at
 * EL2, which starts CPUs at EL1. It is linked on its own, so that none of it calls what the payload
 * may overwrite, and lies in the blob in pages of its own. It runs with the MMU off: every access
 * goes to memory, and there are no exclusives. Lethe fills lethe_monitor in before the first CPU
 * comes (hold/).
 */

/* Offsets into struct lethe_monitor_cpu, and its size, for assembly: layout_asserts.c. */
#define LETHE_MONITOR_ID      256 /* and context, entry */
#define LETHE_MONITOR_LEVEL   280
#define LETHE_MONITOR_STATE   288
#define LETHE_MONITOR_FRAME   320 /* x0 to x30 */
#define LETHE_MONITOR_SIZE    2048
#define LETHE_MONITOR_COUNT   0 /* into struct lethe_monitor */
#define LETHE_MONITOR_HCR     8
#define LETHE_MONITOR_CPUS    256
#define LETHE_MONITOR_CPU_MAX 32

/* What lethe_monitor_call() asks the vector to do. For assembly as well. */
#define LETHE_MONITOR_RETURN 0 /* to EL1, with x0 of the frame */
#define LETHE_MONITOR_PASS   1 /* make the call to firmware, with the registers of the frame */
#define LETHE_MONITOR_PARK   2 /* into the pen */

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* As PSCI's AFFINITY_INFO tells (DEN0022, 5.1.8). */
enum lethe_monitor_state {
	LETHE_MONITOR_ON,
	LETHE_MONITOR_OFF,
	LETHE_MONITOR_PENDING,
	LETHE_MONITOR_ABSENT, /* it has not come yet */
};

/*
 * A CPU. The word has the largest cache line there is to itself: a kernel cleans and invalidates
 * whole lines around it. The stack is what is left at the end.
 */
struct lethe_monitor_cpu {
	uint64_t word; /* 0: in the pen; else where it goes, or went */
	uint64_t unused[31];

	uint64_t id;      /* affinity */
	uint64_t context; /* x0 where the word leads */
	uint64_t entry;   /* of EL1 */
	uint64_t level;   /* CurrentEL as it came */
	uint32_t state;   /* enum lethe_monitor_state */
	uint32_t ticket;  /* lock.c */
	uint32_t is_choosing;
	uint32_t pad[5];
	uint64_t x[31]; /* of EL1 at a call: x0 to x30 */
	uint64_t unused2;
	uint8_t stack[LETHE_MONITOR_SIZE - 576];
} __attribute__((aligned(256)));

/* How the machine is reset or turned off, found in the tree (hold/power.c). */
struct lethe_monitor_write {
	uint64_t address; /* PA of a 32-bit register; 0: no way is known */
	uint32_t value;
	uint32_t keep; /* bits of the register that stay */
};

#define LETHE_MONITOR_WRITES 3

struct lethe_monitor {
	uint32_t count;     /* of cpu */
	uint32_t is_own;    /* the monitor is the PSCI; else firmware is, by SMC */
	uint64_t hcr;       /* HCR_EL2 for the monitor itself: RW, and E2H as in force */
	uint64_t is_gic_v3; /* as struct lethe_cpu_id says */
	struct lethe_monitor_write reset[LETHE_MONITOR_WRITES]; /* in order */
	struct lethe_monitor_write off[LETHE_MONITOR_WRITES];
	uint8_t rest[256 - 24 - 2 * LETHE_MONITOR_WRITES * sizeof(struct lethe_monitor_write)];
	struct lethe_monitor_cpu cpu[LETHE_MONITOR_CPU_MAX];
} __attribute__((aligned(4096)));

extern struct lethe_monitor lethe_monitor;

/* pen.S */
void lethe_monitor_pen(void);

/* The pages of the resident code, and the vectors first: linker.ld. */
extern const uint8_t lethe_monitor_start[], lethe_monitor_end[];

/* enter.S */
void lethe_monitor_boss(void);
void lethe_monitor_secondary(void);

#endif

#endif
