/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/counter.h"

uint64_t lethe_counter(void)
{
	uint64_t ticks;

	/* ISB: the counter may otherwise be read ahead of what is to be timed (Arm ARM,
	 * "CNTVCT_EL0"). */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
	return ticks;
}

uint64_t lethe_counter_rate(void)
{
	uint64_t rate;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(rate));
	return rate & 0xffffffff;
}
