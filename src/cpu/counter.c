/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/counter.h"

#include "cpu/sysreg.h"

uint64_t lethe_counter(void)
{
	uint64_t ticks;

	/*
	 * The counter may otherwise be read ahead of what is to be timed (Arm ARM, "CNTVCT_EL0").
	 * One statement: the compiler takes two for too long to be inlined.
	 */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

uint64_t lethe_counter_rate(void)
{
	return (uint32_t)READ(cntfrq_el0);
}
