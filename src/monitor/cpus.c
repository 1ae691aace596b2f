/* SPDX-License-Identifier: BSD-2-Clause */
#include "monitor/cpus.h"

#include "monitor/instructions.h"
#include "monitor/lock.h"
#include "monitor/psci_numbers.h"

struct lethe_monitor_cpu *lethe_monitor_find(uint64_t id)
{
	uint32_t i;

	for (i = 0; i < lethe_monitor.count; i++) {
		if (lethe_monitor.cpu[i].id == id) {
			return &lethe_monitor.cpu[i];
		}
	}
	return 0;
}

int64_t lethe_monitor_cpu_on(struct lethe_monitor_cpu *own, uint64_t id, uint64_t entry,
			     uint64_t context)
{
	struct lethe_monitor_cpu *cpu = lethe_monitor_find(id);
	int64_t status = PSCI_INVALID_PARAMETERS;

	if (cpu == 0 || entry % 4 != 0) {
		return status;
	}
	/* Two CPUs may start the same one. Whoever is second changes nothing. */
	lethe_monitor_lock(own);
	switch (lethe_monitor_state_of(cpu)) {
	case LETHE_MONITOR_ON: status = PSCI_ALREADY_ON; break;
	case LETHE_MONITOR_PENDING: status = PSCI_ON_PENDING; break;
	case LETHE_MONITOR_OFF:
		lethe_monitor_put(&cpu->entry, entry);
		lethe_monitor_put(&cpu->context, context);
		lethe_monitor_set_state(cpu, LETHE_MONITOR_PENDING);
		SEEN(); /* the CPU may come at once */
		status = lethe_monitor_wake(cpu);
		if (status != 0) {
			lethe_monitor_set_state(cpu, LETHE_MONITOR_OFF);
		}
		break;
	default: break;
	}
	lethe_monitor_unlock(own);
	return status;
}

uint64_t lethe_monitor_affinity_info(uint64_t id, uint64_t level)
{
	const struct lethe_monitor_cpu *cpu = lethe_monitor_find(id);
	const uint32_t state = cpu == 0 ? LETHE_MONITOR_ABSENT : lethe_monitor_state_of(cpu);

	/* Of a single CPU: no other level has an answer of its own since PSCI 1.0. */
	return level != 0 || state == LETHE_MONITOR_ABSENT ? (uint64_t)PSCI_INVALID_PARAMETERS
							   : state;
}
