/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PSCI_H
#define LETHE_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/plan.h>

/* True if firmware can be called from this EL: with a conduit, and not by HVC at EL2, which Lethe
 * would receive itself. */
bool lethe_psci_is_usable(enum lethe_psci conduit, unsigned int el);

/* Contract: the banner in smc.S. */
int64_t lethe_smc(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3);

/* The answers of AFFINITY_INFO. All others are errors. */
#define LETHE_PSCI_ON         0
#define LETHE_PSCI_OFF        1
#define LETHE_PSCI_ON_PENDING 2

/*
 * PSCI AFFINITY_INFO (DEN0022, 5.1.8) of one CPU over a usable conduit; negative if firmware does
 * not know the CPU, or lacks the call, as before PSCI 0.2.
 */
int32_t lethe_psci_affinity_info(enum lethe_psci conduit, uint64_t affinity);

/*
 * PSCI CPU_ON (DEN0022, 5.1.4) of a CPU that is off, over a usable conduit: it enters entry, a PA,
 * with x0 = context and its MMU off. 0, or a negative error. 0 is a promise: the CPU may come at
 * any time, or never.
 */
int32_t lethe_psci_cpu_on(enum lethe_psci conduit, uint64_t affinity, uint64_t entry,
			  uint64_t context);

/*
 * PSCI SYSTEM_RESET (DEN0022, 5.1.11) over a usable conduit. Returns only on failure.
 * Firmware may change x0-x17.
 */
void lethe_psci_reset(enum lethe_psci conduit);

#endif
