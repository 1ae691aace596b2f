/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/counter.h"

#include "cpu/sysreg.h"

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
	return (uint32_t)READ(cntfrq_el0);
}
