/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs are called out of the pen, or by way of firmware. */
#include "monitor/cpus.h"
#include "monitor/instructions.h"
#include "monitor/psci_numbers.h"

int64_t lethe_monitor_wake(struct lethe_monitor_cpu *cpu)
{
	if (!lethe_monitor.is_own) {
		return lethe_monitor_smc(PSCI_CPU_ON | SMC64, cpu->id,
					 (uint64_t)lethe_monitor_secondary, 0);
	}
	lethe_monitor_put(&cpu->word, (uint64_t)lethe_monitor_secondary);
	SEEN();
	WAKE();
	return 0;
}
