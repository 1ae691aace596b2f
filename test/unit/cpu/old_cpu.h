/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OLD_CPU_H
#define OLD_CPU_H

#include <stdint.h>

#include <lethe/handoff.h>

#define FIELD(value, shift) ((uint64_t)(value) << (shift))

/* Cortex-A53: only FP, and a PMU with 6 counters. No EL3. */
static inline struct lethe_cpu_id old_cpu(void)
{
	return (struct lethe_cpu_id){
		.midr = 0x410fd034,
		.mpidr = 0x80000003,
		.dfr0 = FIELD(1, 8) | 6,
		.pmcr = FIELD(6, 11),
	};
}

#endif
