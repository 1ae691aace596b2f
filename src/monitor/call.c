/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of EL1. Where firmware has PSCI, all calls pass to it, but those that start a CPU do so
 * by way of lethe_monitor_secondary(). Else the monitor is the PSCI, of version 0.2, with the pen
 * as where CPUs are off.
 */
#include "monitor/call.h"

#include "cpu/sysreg.h"
#include "monitor/cpus.h"
#include "monitor/instructions.h"
#include "monitor/mops.h"
#include "monitor/power.h"
#include "monitor/psci_numbers.h"

/* DEN0054: firmware would enter EL1's handlers at EL2. */
#define SDEI_FIRST 0xc4000020U
#define SDEI_LAST  0xc400003fU

#define PSCI_0_2 2U

/* The CPU may come back by way of lethe_monitor_secondary(). entry: index of the argument; the
 * context is behind it. The call becomes one of 64-bit arguments. */
static void come_back(struct lethe_monitor_cpu *own, unsigned int entry)
{
	uint64_t *x = own->x;
	const bool is_64 = (x[0] & SMC64) != 0;

	lethe_monitor_put(&own->entry, is_64 ? x[entry] : (uint32_t)x[entry]);
	lethe_monitor_put(&own->context, is_64 ? x[entry + 1] : (uint32_t)x[entry + 1]);
	x[0] |= SMC64;
	x[entry] = (uint64_t)lethe_monitor_secondary;
	x[entry + 1] = 0;
	SEEN(); /* it may come without any state of before */
}

/* Firmware's PSCI. */
static unsigned int pass(struct lethe_monitor_cpu *own, uint32_t function)
{
	switch (function) {
	case PSCI_CPU_OFF:
		lethe_monitor_set_state(own, LETHE_MONITOR_OFF);
		SEEN(); /* before firmware can say so */
		own->x[0] = (uint64_t)lethe_monitor_smc(PSCI_CPU_OFF, 0, 0, 0);
		lethe_monitor_set_state(own, LETHE_MONITOR_ON); /* it was refused */
		SEEN();
		return LETHE_MONITOR_RETURN;
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | SMC64: come_back(own, 2); break;
	case PSCI_CPU_DEFAULT_SUSPEND:
	case PSCI_CPU_DEFAULT_SUSPEND | SMC64:
	case PSCI_SYSTEM_SUSPEND:
	case PSCI_SYSTEM_SUSPEND | SMC64: come_back(own, 1); break;
	default: break;
	}
	if (function >= SDEI_FIRST && function <= SDEI_LAST) {
		own->x[0] = (uint64_t)PSCI_NOT_SUPPORTED;
		return LETHE_MONITOR_RETURN;
	}
	return LETHE_MONITOR_PASS;
}

/* The monitor is the PSCI. */
static unsigned int answer(struct lethe_monitor_cpu *own, uint32_t function)
{
	uint64_t *x = own->x;

	switch (function) {
	case PSCI_VERSION: x[0] = PSCI_0_2; break;
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | SMC64:
		SEEN(); /* before the wait */
		SLEEP();
		x[0] = 0;
		break;
	case PSCI_CPU_OFF: return LETHE_MONITOR_PARK;
	case PSCI_AFFINITY_INFO:
		x[0] = lethe_monitor_affinity_info((uint32_t)x[1], (uint32_t)x[2]);
		break;
	case PSCI_AFFINITY_INFO | SMC64:
		x[0] = lethe_monitor_affinity_info(x[1], (uint32_t)x[2]);
		break;
	case PSCI_MIGRATE_INFO_TYPE: x[0] = PSCI_NO_TRUSTED_OS; break;
	case PSCI_SYSTEM_OFF: lethe_monitor_power(lethe_monitor.off);
	case PSCI_SYSTEM_RESET:
		if (lethe_monitor.reset[0].address != 0) {
			lethe_monitor_power(lethe_monitor.reset);
		}
		x[0] = (uint64_t)PSCI_NOT_SUPPORTED;
		break;
	default: x[0] = (uint64_t)PSCI_NOT_SUPPORTED; break;
	}
	return LETHE_MONITOR_RETURN;
}

unsigned int lethe_monitor_call(struct lethe_monitor_cpu *own, uint64_t class)
{
	uint64_t *x = own->x;
	const uint32_t function = (uint32_t)x[0] & ~SVE_HINT;
	const bool is_64 = (function & SMC64) != 0;

	if (class == ESR_EC_MOPS) {
		lethe_monitor_mops(own);
		return LETHE_MONITOR_RETURN;
	}
	/* Firmware's PSCI is called by SMC, the monitor's own by HVC. The other one is nobody's. */
	if (lethe_monitor.is_own != (class == ESR_EC_HVC64)) {
		x[0] = (uint64_t)PSCI_NOT_SUPPORTED;
		return LETHE_MONITOR_RETURN;
	}
	if ((function & ~SMC64) == PSCI_CPU_ON) {
		x[0] = (uint64_t)lethe_monitor_cpu_on(own, is_64 ? x[1] : (uint32_t)x[1],
						      is_64 ? x[2] : (uint32_t)x[2],
						      is_64 ? x[3] : (uint32_t)x[3]);
		return LETHE_MONITOR_RETURN;
	}
	return lethe_monitor.is_own ? answer(own, function) : pass(own, function);
}
