/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_PREPARE_H
#define LETHE_MONITOR_PREPARE_H

#include <stdint.h>

#include "cpu/sysreg.h"

/*
 * Writes every register of EL2 for a payload at EL2, or (to_el1 not 0) at EL1, but for HCR_EL2, which
 * it returns. At EL2, MMU off, on a CPU's own stack in lethe_monitor.
 */
uint64_t lethe_monitor_prepare(uint64_t to_el1);

/*
 * HCR_EL2 above the monitor, from that of a hand-off to EL1: HVC and SMC are the monitor's. Where it
 * is the PSCI, what is at EL3 may know no call, and never answer.
 */
static inline uint64_t lethe_monitor_hcr(uint64_t hcr)
{
	return (hcr & ~HCR_HCD) | HCR_TSC;
}

#endif
