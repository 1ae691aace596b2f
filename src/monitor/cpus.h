/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_CPUS_H
#define LETHE_MONITOR_CPUS_H

#include "monitor/monitor.h"

/* With the MMU off no cache answers: each access is made, once, where it is written. */
static inline void lethe_monitor_put(uint64_t *at, uint64_t value)
{
	*(volatile uint64_t *)at = value;
}

static inline uint32_t lethe_monitor_state_of(const struct lethe_monitor_cpu *cpu)
{
	return *(const volatile uint32_t *)&cpu->state;
}

static inline void lethe_monitor_set_state(struct lethe_monitor_cpu *cpu,
					   enum lethe_monitor_state state)
{
	*(volatile uint32_t *)&cpu->state = state;
}

/* The slot of an affinity, or null. */
struct lethe_monitor_cpu *lethe_monitor_find(uint64_t id);

/*
 * PSCI's CPU_ON and AFFINITY_INFO (DEN0022, 5.1.4, 5.1.8) of the CPUs in lethe_monitor, with PSCI's
 * results. A CPU goes by lethe_monitor_secondary() to entry, with x0 = context. own: of the CPU
 * that runs this. MMU off.
 */
int64_t lethe_monitor_cpu_on(struct lethe_monitor_cpu *own, uint64_t id, uint64_t entry,
			     uint64_t context);
uint64_t lethe_monitor_affinity_info(uint64_t id, uint64_t level);

/* wake.c, here or at EL3: calls the CPU of a slot that is filled in. 0, or what whoever holds the
 * CPU says. */
int64_t lethe_monitor_wake(struct lethe_monitor_cpu *cpu);

#endif
