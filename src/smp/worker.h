/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_WORKER_H
#define LETHE_WORKER_H

/* Offsets into struct lethe_orders, and sizes, for worker.S: worker.c. */
#define LETHE_ORDERS_ROOT  0
#define LETHE_ORDERS_LEVEL 8 /* and leave */
/* Where a worker goes in the end. */
#define LETHE_LEAVE_BY_SMC 0 /* CPU_OFF */
#define LETHE_LEAVE_BY_HVC 1 /* CPU_OFF */
#define LETHE_LEAVE_TO_PEN 2
#define LETHE_WORKER_STACK 1024
#define LETHE_WORKER_SIZE  256 /* no line of a cache is longer: two CPUs never share one */

#ifndef __ASSEMBLER__

#include "digest/chunks.h"

/*
 * What a worker reads with its MMU off, beside lethe_memory_map_regs: from memory. The boss cleans
 * it to the PoC.
 */
struct lethe_orders {
	uint64_t root;  /* PA of the root table */
	uint32_t level; /* CurrentEL of the boss */
	uint32_t leave; /* LETHE_LEAVE_* */
} __attribute__((aligned(16)));

/* Of a worker. It takes up a call, or the boss withdraws it: one of them is first. */
enum lethe_worker_state {
	LETHE_WORKER_CALLED, /* by CPU_ON */
	LETHE_WORKER_RUNNING,
	LETHE_WORKER_FINISHED,
	LETHE_WORKER_WITHDRAWN, /* should it ever come, it turns itself off */
};

/* A worker's memory. Its stack pointer begins at state. */
struct lethe_worker {
	uint8_t stack[LETHE_WORKER_STACK];
	uint32_t state;
	uint8_t rest[LETHE_WORKER_SIZE - 4];
} __attribute__((aligned(LETHE_WORKER_SIZE)));

extern struct lethe_orders lethe_worker_orders;

/* What the workers and the boss share. */
extern struct lethe_chunk_work lethe_worker_work;

/* Contract: the banner in worker.S. */
void lethe_worker_entry(uint64_t state);

/* The worker's share, called by worker.S with its MMU and caches on. state: its own. */
void lethe_worker_share(uint32_t *state);

#endif

#endif
