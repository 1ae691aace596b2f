/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CENSUS_H
#define LETHE_CENSUS_H

#include "context.h"

/*
 * Asks for every CPU that the tree can start, apart from this one: firmware by PSCI, a spin-table
 * by the CPU's release word, which is 0 while the CPU waits. A CPU that runs may execute what the
 * boot overwrites. One that is on its way down has 100 ms in all.
 *
 * Counts in ctx->record. In a crash kernel's boot (linux,usable-memory-range) a CPU that still runs
 * stays in memory that nobody writes: the console says so, and the boot goes on.
 * Those that are off and firmware's to start may help with digests: smp/crew.h.
 * After lethe_read_memory(). Stores nothing else.
 * Return: 0
 *         LETHE_E_CPU_ON   *where names the CPU's node
 */
int lethe_census(struct lethe_context *ctx, struct lethe_where *where);

#endif
