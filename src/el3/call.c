/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls from below EL3. */
#include "el3/call.h"

#include "flash/flash.h"
#include "monitor/cpus.h"
#include "monitor/instructions.h"
#include "monitor/psci_numbers.h"

#define PSCI_1_0 0x10000U

/* The board's own way, if the parameters name one; its stores have no end that is waited for. */
static int64_t power(const struct lethe_flash_write *writes)
{
	if (writes[0].address == 0) {
		return PSCI_NOT_SUPPORTED;
	}
	/* A CPU that comes from the reset vector is not to find a sign of this boot. */
	lethe_flash_state.ready = 0;
	SEEN();
	lethe_flash_writes(writes, LETHE_FLASH_WRITES);
	for (;;) {
		SLEEP();
	}
}

/* Functions of 64-bit arguments have 32-bit forms beside them, but for the second list. */
static bool is_known(uint32_t function)
{
	switch (function & ~SMC64) {
	case PSCI_CPU_ON:
	case PSCI_AFFINITY_INFO: return true;
	case PSCI_VERSION:
	case PSCI_FEATURES:
	case PSCI_CPU_OFF:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET: return (function & SMC64) == 0;
	default: return false;
	}
}

/* True if all other CPUs are off: what they would execute is about to be overwritten. */
static bool is_alone(const struct lethe_monitor_cpu *own)
{
	const struct lethe_monitor_cpu *cpu = lethe_monitor.cpu;
	const struct lethe_monitor_cpu *const end = cpu + lethe_monitor.count;

	for (; cpu < end; cpu++) {
		if (cpu != own && lethe_monitor_state_of(cpu) != LETHE_MONITOR_OFF) {
			return false;
		}
	}
	return true;
}

static unsigned int answer(struct lethe_monitor_cpu *own, uint64_t *x)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint32_t function = (uint32_t)x[0];
	const uint64_t mask = (function & SMC64) != 0 ? UINT64_MAX : UINT32_MAX;
	int64_t result = PSCI_NOT_SUPPORTED;

	switch (is_known(function) ? function & ~SMC64 : 0) {
	case PSCI_VERSION: result = PSCI_1_0; break;
	case PSCI_FEATURES: result = is_known((uint32_t)x[1]) ? 0 : PSCI_NOT_SUPPORTED; break;
	case PSCI_CPU_OFF: return EL3_PARK;
	case PSCI_CPU_ON:
		result = lethe_monitor_cpu_on(own, x[1] & mask, x[2] & mask, x[3] & mask);
		break;
	case PSCI_AFFINITY_INFO:
		result = (int64_t)lethe_monitor_affinity_info(x[1] & mask, (uint32_t)x[2]);
		break;
	case PSCI_MIGRATE_INFO_TYPE: result = PSCI_NO_TRUSTED_OS; break;
	case PSCI_SYSTEM_OFF: result = power(flash->off); break;
	case PSCI_SYSTEM_RESET: result = power(flash->reset); break;
	default: break;
	}
	x[0] = (uint64_t)result;
	return EL3_RETURN;
}

unsigned int lethe_el3_call(struct lethe_monitor_cpu *own, uint64_t *x)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	if ((uint32_t)x[0] == LETHE_FLASH_NEXT_SMC) {
		/* It is entered with the boot CPU's slot. */
		if (lethe_flash_has_next() && own->id == flash->boot_cpu &&
		    (flash->cpus != LETHE_FLASH_PSCI || is_alone(own))) {
			return EL3_NEXT;
		}
		x[0] = (uint64_t)PSCI_DENIED;
		return EL3_RETURN;
	}
	if (flash->cpus == LETHE_FLASH_PSCI) {
		return answer(own, x);
	}
	x[0] = (uint64_t)PSCI_NOT_SUPPORTED;
	return EL3_RETURN;
}
