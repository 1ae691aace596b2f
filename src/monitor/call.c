/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of EL1. Where firmware has PSCI, all calls pass to it, but those that start a CPU do so
 * by way of lethe_monitor_secondary(). Else the monitor is the PSCI, of version 0.2, with the pen
 * as where CPUs are off.
 */
#include "monitor/call.h"

#include "cpu/sysreg.h"
#include "monitor/instructions.h"
#include "monitor/lock.h"
#include "monitor/mops.h"
#include "monitor/monitor.h"
#include "monitor/power.h"

/* DEN0022, 5.1. With SMC64 those whose arguments are addresses or affinities exist a second time. */
#define PSCI_VERSION            0x84000000U
#define PSCI_CPU_SUSPEND        0x84000001U
#define PSCI_CPU_OFF            0x84000002U
#define PSCI_CPU_ON             0x84000003U
#define PSCI_AFFINITY_INFO      0x84000004U
#define PSCI_MIGRATE_INFO_TYPE  0x84000006U
#define PSCI_SYSTEM_OFF         0x84000008U
#define PSCI_SYSTEM_RESET       0x84000009U
#define PSCI_CPU_DEFAULT_SUSPEND 0x8400000cU
#define PSCI_SYSTEM_SUSPEND     0x8400000eU
#define SMC64                   0x40000000U
#define SVE_HINT                0x00010000U /* DEN0028, 2.5.5: no live SVE state; no other function */

/* DEN0054: firmware would enter EL1's handlers at EL2. */
#define SDEI_FIRST              0xc4000020U
#define SDEI_LAST               0xc400003fU

#define PSCI_0_2                2U
#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_ON_PENDING         (-5)
#define PSCI_NO_TRUSTED_OS      2 /* nothing has to migrate */

/* With the MMU off no cache answers: each access is made, once, where it is written. */
static void put(uint64_t *at, uint64_t value)
{
	*(volatile uint64_t *)at = value;
}

static uint32_t state_of(const struct lethe_monitor_cpu *cpu)
{
	return *(const volatile uint32_t *)&cpu->state;
}

static void set_state(struct lethe_monitor_cpu *cpu, enum lethe_monitor_state state)
{
	*(volatile uint32_t *)&cpu->state = state;
}

static struct lethe_monitor_cpu *find(uint64_t id)
{
	uint32_t i;

	for (i = 0; i < lethe_monitor.count; i++) {
		if (lethe_monitor.cpu[i].id == id) {
			return &lethe_monitor.cpu[i];
		}
	}
	return 0;
}

/* The slot is filled in, and its CPU called: 0, or what firmware says. */
static int64_t start(struct lethe_monitor_cpu *cpu)
{
	if (!lethe_monitor.is_own) {
		return lethe_monitor_smc(PSCI_CPU_ON | SMC64, cpu->id,
					 (uint64_t)lethe_monitor_secondary, 0);
	}
	put(&cpu->word, (uint64_t)lethe_monitor_secondary);
	SEEN();
	WAKE();
	return 0;
}

static int64_t cpu_on(struct lethe_monitor_cpu *own, uint64_t id, uint64_t entry, uint64_t context)
{
	struct lethe_monitor_cpu *cpu = find(id);
	int64_t status = PSCI_INVALID_PARAMETERS;

	if (cpu == 0 || entry % 4 != 0) {
		return status;
	}
	/* Two CPUs may start the same one. Whoever is second changes nothing. */
	lethe_monitor_lock(own);
	switch (state_of(cpu)) {
	case LETHE_MONITOR_ON: status = PSCI_ALREADY_ON; break;
	case LETHE_MONITOR_PENDING: status = PSCI_ON_PENDING; break;
	case LETHE_MONITOR_OFF:
		put(&cpu->entry, entry);
		put(&cpu->context, context);
		set_state(cpu, LETHE_MONITOR_PENDING);
		SEEN(); /* the CPU may come at once */
		status = start(cpu);
		if (status != 0) {
			set_state(cpu, LETHE_MONITOR_OFF);
		}
		break;
	default: break;
	}
	lethe_monitor_unlock(own);
	return status;
}

static uint64_t affinity_info(uint64_t id, uint64_t level)
{
	const struct lethe_monitor_cpu *cpu = find(id);
	const uint32_t state = cpu == 0 ? LETHE_MONITOR_ABSENT : state_of(cpu);

	/* Of a single CPU: no other level has an answer of its own since PSCI 1.0. */
	return level != 0 || state == LETHE_MONITOR_ABSENT ? (uint64_t)PSCI_INVALID_PARAMETERS
							   : state;
}

/* The CPU may come back by way of lethe_monitor_secondary(). entry: index of the argument; the
 * context is behind it. The call becomes one of 64-bit arguments. */
static void come_back(struct lethe_monitor_cpu *own, unsigned int entry)
{
	uint64_t *x = own->x;
	const bool is_64 = (x[0] & SMC64) != 0;

	put(&own->entry, is_64 ? x[entry] : (uint32_t)x[entry]);
	put(&own->context, is_64 ? x[entry + 1] : (uint32_t)x[entry + 1]);
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
		set_state(own, LETHE_MONITOR_OFF);
		SEEN(); /* before firmware can say so */
		own->x[0] = (uint64_t)lethe_monitor_smc(PSCI_CPU_OFF, 0, 0, 0);
		set_state(own, LETHE_MONITOR_ON); /* it was refused */
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
	case PSCI_AFFINITY_INFO: x[0] = affinity_info((uint32_t)x[1], (uint32_t)x[2]); break;
	case PSCI_AFFINITY_INFO | SMC64: x[0] = affinity_info(x[1], (uint32_t)x[2]); break;
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
		x[0] = (uint64_t)cpu_on(own, is_64 ? x[1] : (uint32_t)x[1],
					is_64 ? x[2] : (uint32_t)x[2],
					is_64 ? x[3] : (uint32_t)x[3]);
		return LETHE_MONITOR_RETURN;
	}
	return lethe_monitor.is_own ? answer(own, function) : pass(own, function);
}
