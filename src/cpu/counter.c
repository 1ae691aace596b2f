/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/counter.h"

#include "cpu/sysreg.h"

/* A rate has no more bits: from Armv8.6 on it is 1 GHz, and before it was lower (Arm ARM, "The
 * system counter"). */
#define RATE_BITS 30

uint64_t lethe_counter(void)
{
	uint64_t ticks;

	/*
	 * Without the ISB, the CPU may read the counter before the timed code has finished (Arm
	 * ARM, "CNTVCT_EL0"). With two statements, the compiler would not inline this function.
	 */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

uint64_t lethe_counter_rate(void)
{
	const uint64_t rate = READ(cntfrq_el0);

	return rate >> RATE_BITS == 0 ? rate : 0;
}
